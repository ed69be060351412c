//! `shipping create | list | show | set | delete`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use super::switch::Switch;
use crate::base::error::Result;
use crate::domain::shipping::{self, Change, Method};

#[derive(Subcommand)]
pub enum Command {
    /// Make a way of shipping
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// List ways of shipping, the oldest first
    List,
    /// Show a way of shipping and what it costs
    Show {
        /// Its id
        id: i64,
    },
    /// Change a way of shipping
    Set {
        /// Its id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove a way of shipping; orders that are sent so keep what was agreed
    Delete {
        /// Its id
        id: i64,
    },
}

#[derive(Args)]
pub struct Fields {
    /// What buyers are told of it
    #[arg(long)]
    description: Option<String>,
    /// Of its prices, such as EUR; the shop's if not given
    #[arg(long)]
    currency: Option<String>,
    /// Tax on top, in basis points (2300 is 23 %)
    #[arg(long)]
    tax_bp: Option<i64>,
    /// Whether it is offered
    #[arg(long, value_enum)]
    on: Option<Switch>,
    /// What it costs, instead of all that was said before: a country (ISO 3166-1 alpha-3, or any) and a price in minor units, such as
    /// PRT=500; with grams and with what the lines are worth, PRT:0-2000=500 or any:0-2000:0-5899=500; may be given several times
    #[arg(long = "band", value_name = "COUNTRY[:GRAMS[:WORTH]]=PRICE")]
    bands: Option<Vec<String>>,
}

impl Fields {
    fn change(self, title: Option<String>) -> Result<Change> {
        Ok(Change {
            title,
            description: self.description,
            currency: self.currency,
            tax_bp: self.tax_bp,
            is_on: self.on.map(Switch::is_on),
            bands: self.bands.map(|bands| bands.iter().map(|text| text.parse()).collect()).transpose()?,
        })
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, fields } => {
                let change = fields.change(Some(title))?;
                let made = context
                    .write_in("make way of shipping", move |tx, shop| shipping::new(tx, shop, &change))?;
                output::show(context.json, &view(&made));
            }
            Self::List => {
                let mut rows: Vec<Value> = context.read_in(shipping::list)?.iter().map(view).collect();
                if !context.json {
                    for row in &mut rows {
                        row["bands"] = row["bands"].as_array().map_or(0, Vec::len).into();
                    }
                }
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "currency", "tax_bp", "is_on", "bands"],
                    "Nothing is shipped yet. Say how: keywright shipping create --title Post --band any=500",
                );
            }
            Self::Show { id } => {
                let found = context.read_in(move |tx, shop| shipping::get(tx, shop, id))?;
                output::show(context.json, &view(&found));
            }
            Self::Set { id, title, fields } => {
                let change = fields.change(title)?;
                let set = context.write_in("change way of shipping", move |tx, shop| {
                    shipping::set(tx, shop, id, &change)
                })?;
                output::show(context.json, &view(&set));
            }
            Self::Delete { id } => {
                let gone = context
                    .write_in("delete way of shipping", move |tx, shop| shipping::delete(tx, shop, id))?;
                output::show(context.json, &view(&gone));
            }
        }
        Ok(())
    }
}

fn view(method: &Method) -> Value {
    output::object(method, &[("created_at", Some(method.created_at))])
}

//! `shipping create | list | show | set | delete`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use super::switch::Switch;
use crate::base::error::{Error, Result};
use crate::domain::shipping::{self, Band, Change, Method};

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
            bands: self.bands.map(|bands| bands.iter().map(|text| band(text)).collect()).transpose()?,
        })
    }
}

/// `from-to`, where the last may be left out.
fn range(text: &str) -> Option<(i64, Option<i64>)> {
    let (from, to) = text.split_once('-')?;
    let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
    Some((from.parse().ok()?, to))
}

fn band(text: &str) -> Result<Band> {
    let read = || {
        let (to, price) = text.rsplit_once('=')?;
        let mut parts = to.split(':');
        let country = parts.next()?;
        let weight = parts.next().map_or(Some((0, None)), range)?;
        let worth = parts.next().map_or(Some((0, None)), range)?;
        Some(Band {
            country: if country == "any" { String::new() } else { country.to_ascii_uppercase() },
            min_weight_g: weight.0,
            max_weight_g: weight.1,
            min_minor: worth.0,
            max_minor: worth.1,
            price_minor: price.parse().ok()?,
        })
    };
    read().ok_or_else(|| {
        Error::invalid(format!("--band '{text}' is not like PRT=500, PRT:0-2000=500 or any:0-2000:5900-=0"))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_read_as_people_write_them() {
        let free = band("any:0-2000:5900-=0").unwrap();
        assert_eq!(
            (free.country.as_str(), free.max_weight_g, free.min_minor, free.max_minor),
            ("", Some(2_000), 5_900, None)
        );
        assert_eq!(
            band("prt=500").unwrap(),
            Band { country: "PRT".into(), price_minor: 500, ..Band::default() }
        );
        for bad in ["", "PRT", "PRT=", "PRT:5=1", "PRT:a-b=1"] {
            assert!(band(bad).is_err(), "{bad}");
        }
    }
}

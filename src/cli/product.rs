//! `product create | set | list | show | archive | requires | extra`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use super::prerequisite::Requires;
use super::product_extra::Extra;
use super::product_fields::Fields;
use crate::base::error::Result;
use crate::domain::catalogue::{self, Filter};
use crate::domain::product::{self, Product};

#[derive(Subcommand)]
pub enum Command {
    /// Make a product
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a product
    Set {
        /// The product's id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// List products, newest first
    List {
        /// Only those with all of these words, or words that begin so, in their title
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
        /// Only those of this category
        #[arg(long, value_name = "ID")]
        category: Option<i64>,
        /// Only those that are active, hidden or archived; all but the archived ones if not given
        #[arg(long)]
        status: Option<String>,
        /// Only those of this kind: software, service, bundle or external
        #[arg(long)]
        kind: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this product id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Show a product and its licence policy
    Show {
        /// The product's id
        id: i64,
    },
    /// Take a product from sale for good; its licences and purchases go on
    Archive {
        /// The product's id
        id: i64,
    },
    /// Show what a customer must own before they may buy a product; with flags, set it
    Requires(Requires),
    /// Show a product's rules of sale and stock, and what programs of other systems are told of it; with flags, set them
    Extra(Extra),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, fields } => {
                let change = fields.change(Some(title))?;
                told(
                    context,
                    &context.write_in("create product", move |tx, shop| product::new(tx, shop, &change))?,
                );
            }
            Self::Set { id, title, fields } => {
                let change = fields.change(title)?;
                told(
                    context,
                    &context.write_in("set product", move |tx, shop| product::set(tx, shop, id, &change))?,
                );
            }
            Self::Show { id } => told(context, &context.read_in(move |tx, shop| product::get(tx, shop, id))?),
            Self::Archive { id } => told(
                context,
                &context.write_in("archive product", move |tx, shop| product::archive(tx, shop, id))?,
            ),
            Self::Requires(requires) => requires.run(context)?,
            Self::Extra(extra) => extra.run(context)?,
            Self::List { search, category, status, kind, limit, before } => {
                let filter = Filter {
                    status: status.as_deref().map(str::parse).transpose()?,
                    kind: kind.as_deref().map(str::parse).transpose()?,
                    category_id: category,
                    search,
                    ..Filter::default()
                };
                let found = context
                    .read_in(move |tx, shop| catalogue::list(tx, shop, &filter, before, limit.max(0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &[
                        "id",
                        "title",
                        "status",
                        "api_enabled",
                        "identifier_mode",
                        "max_uses",
                        "term_days",
                        "key_type",
                    ],
                    "No product was found. Make one: keywright product create --title \"My product\" --api on",
                );
                output::more(rows.len(), limit, found.last().map(|product| product.id));
            }
        }
        Ok(())
    }
}

fn told(context: &Context, product: &Product) {
    output::show(context.json, &view(product));
    product.policy.warnings().iter().for_each(|warning| output::aside(&format!("warning: {warning}")));
}

fn view(product: &Product) -> Value {
    let times = [("created_at", Some(product.created_at)), ("archived_at", product.archived_at)];
    let mut shown = output::object(product, &times);
    shown["status"] = product.status().as_str().into();
    shown
}

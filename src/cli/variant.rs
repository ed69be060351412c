//! `variant create | list | show | set | delete`

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::context::Context;
use super::switch::Switch;
use super::{nothing, output};
use crate::base::error::{Error, Result};
use crate::domain::product;
use crate::domain::variant::{self, Change, Variant};

#[derive(Subcommand)]
pub enum Command {
    /// Make a variant of a product; the first takes the place of the product without variants
    Create {
        /// The product's id
        product: i64,
        /// What it is called, such as Large
        #[arg(long)]
        title: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// List the variants of a product, the default one first
    List {
        /// The product's id
        product: i64,
    },
    /// Show a variant
    Show {
        /// The variant's id
        id: i64,
    },
    /// Change a variant; how many there are is changed by the commands of stock
    Set {
        /// The variant's id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove a variant for good; the last one of a product stays
    Delete {
        /// The variant's id
        id: i64,
    },
}

#[derive(Args)]
pub struct Fields {
    /// The stock keeping unit, your own word for it; empty is none
    #[arg(long)]
    sku: Option<String>,
    /// What one costs before tax, in minor units of the product's currency; "product" is as much as the product
    #[arg(long, value_name = "MINOR")]
    price: Option<String>,
    /// What tells it from the others, such as Size=L, instead of what was said before; may be given several times, and empty is nothing
    #[arg(long = "option", value_name = "NAME=VALUE")]
    options: Vec<String>,
    /// You are told once fewer are left
    #[arg(long, value_name = "COUNT")]
    low_at: Option<i64>,
    /// Say that it is sold out, however many there are
    #[arg(long, value_enum)]
    sold_out: Option<Switch>,
    /// Make it the one that is bought where none is named
    #[arg(long)]
    default: bool,
}

impl Fields {
    fn change(self, title: Option<String>) -> Result<Change> {
        let options = if self.options.is_empty() { None } else { Some(options(&self.options)?) };
        Ok(Change {
            title,
            sku: self.sku.map(nothing::text),
            price_minor: self.price.as_deref().map(price).transpose()?,
            stock: None,
            low_at: self.low_at,
            is_out: self.sold_out.map(Switch::is_on),
            options,
            is_default: self.default.then_some(true),
        })
    }
}

/// Nothing may cost: 0 is a price.
fn price(text: &str) -> Result<Option<i64>> {
    if text == "product" {
        return Ok(None);
    }
    let wrong =
        |_| Error::invalid(format!("--price {text} is neither minor units, such as 2999, nor product"));
    text.parse().map(Some).map_err(wrong)
}

fn options(given: &[String]) -> Result<Map<String, Value>> {
    let option = |text: &String| {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid(format!("--option {text} is not written like Size=L")))?;
        Ok((name.trim().to_owned(), value.trim().into()))
    };
    given.iter().filter(|text| !text.is_empty()).map(option).collect()
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { product, title, fields } => {
                let change = fields.change(Some(title))?;
                let made = context
                    .write_in("create variant", move |tx, shop| variant::new(tx, shop, product, &change))?;
                output::show(context.json, &view(&made));
            }
            Self::List { product } => {
                let found = context.read_in(move |tx, shop| {
                    product::get(tx, shop, product)?;
                    variant::list(tx, product)
                })?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "sku", "price_minor", "stock", "low_at", "is_out", "is_default"],
                    "It has no variants.",
                );
            }
            Self::Show { id } => {
                output::show(
                    context.json,
                    &view(&context.read_in(move |tx, shop| variant::by_id(tx, shop, id))?),
                );
            }
            Self::Set { id, title, fields } => {
                let change = fields.change(title)?;
                let variant = context.write_in("set variant", move |tx, shop| {
                    let product = variant::by_id(tx, shop, id)?.product_id;
                    variant::set(tx, shop, product, id, &change)
                })?;
                output::show(context.json, &view(&variant));
            }
            Self::Delete { id } => {
                let gone = context.write_in("delete variant", move |tx, shop| {
                    let variant = variant::by_id(tx, shop, id)?;
                    variant::delete(tx, shop, variant.product_id, id)?;
                    Ok(variant)
                })?;
                output::show(context.json, &view(&gone));
            }
        }
        Ok(())
    }
}

/// A variant as commands show it.
pub fn view(variant: &Variant) -> Value {
    output::object(variant, &[("created_at", Some(variant.created_at))])
}

//! `product requires`

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::domain::prerequisite::{self, Match};

#[derive(Args)]
pub struct Requires {
    /// The product's id
    id: i64,
    /// The products to own, such as 1,2, instead of those that were required before
    #[arg(long, value_delimiter = ',', value_name = "IDS", conflicts_with = "none")]
    products: Vec<i64>,
    /// How many of them: all, or any one
    #[arg(long = "match", value_name = "RULE")]
    matches: Option<String>,
    /// Require nothing any more
    #[arg(long)]
    none: bool,
}

impl Requires {
    pub fn run(self, context: &Context) -> Result<()> {
        let Self { id, products, matches, none } = self;
        let matches = matches.as_deref().map(str::parse::<Match>).transpose()?;
        let rule = if products.is_empty() && matches.is_none() && !none {
            context.read_in(move |tx, shop| prerequisite::get(tx, shop, id))?
        } else {
            context.write_in("set prerequisites", move |tx, shop| {
                let mut rule = prerequisite::get(tx, shop, id)?;
                rule.matches = matches.unwrap_or(rule.matches);
                if none || !products.is_empty() {
                    rule.required.clone_from(&products);
                }
                prerequisite::set(tx, shop, id, &rule)
            })?
        };
        let mut shown = json!({"product_id": id, "match": rule.matches, "products": rule.required});
        if !context.json {
            let ids: Vec<String> = rule.required.iter().map(i64::to_string).collect();
            shown["products"] = if ids.is_empty() { "none".into() } else { ids.join(", ").into() };
        }
        output::show(context.json, &shown);
        Ok(())
    }
}

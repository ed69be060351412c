//! `product extra`

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::minor::minor;
use super::output;
use super::switch::Switch;
use crate::base::error::Result;
use crate::domain::product;
use crate::domain::product_extra::{self, Change};

/// Rules of sale and stock, and what programs of other systems are told; 0 or an empty text takes a value away.
#[derive(Args)]
pub struct Extra {
    /// The product's id
    id: i64,
    /// Your own word for it
    #[arg(long)]
    reference: Option<String>,
    /// A promotional price, in minor units; 0 is none
    #[arg(long, value_name = "MINOR", value_parser = minor)]
    promo: Option<i64>,
    /// Its price is told on request: it cannot be bought
    #[arg(long, value_enum)]
    on_request: Option<Switch>,
    /// It is new
    #[arg(long, value_enum)]
    new: Option<Switch>,
    /// It is to come
    #[arg(long, value_enum)]
    soon: Option<Switch>,
    /// Its place in lists of shop programs
    #[arg(long)]
    position: Option<i64>,
    /// Grams
    #[arg(long)]
    weight: Option<i64>,
    /// The least of it in an order
    #[arg(long)]
    min_quantity: Option<i64>,
    /// The most of it in an order; 0 is no limit
    #[arg(long)]
    max_quantity: Option<i64>,
    /// One an order, no more
    #[arg(long, value_enum)]
    sold_single: Option<Switch>,
    /// It is sold when none is left, too
    #[arg(long, value_enum)]
    backorder: Option<Switch>,
    /// Buyers are shown how many are left
    #[arg(long, value_enum)]
    shows_stock: Option<Switch>,
    /// Words in the receipt, in Markdown
    #[arg(long)]
    letter: Option<String>,
}

impl Extra {
    pub fn run(self, context: &Context) -> Result<()> {
        let some = |n: i64| Some(n).filter(|n| *n != 0);
        let is_on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
        let (id, change) = (
            self.id,
            Change {
                reference: self.reference.map(Some),
                promo_minor: self.promo.map(some),
                is_on_request: is_on(self.on_request),
                is_new: is_on(self.new),
                is_soon: is_on(self.soon),
                position: self.position,
                weight_g: self.weight,
                min_quantity: self.min_quantity,
                max_quantity: self.max_quantity.map(some),
                is_sold_single: is_on(self.sold_single),
                is_backorder: is_on(self.backorder),
                shows_stock: is_on(self.shows_stock),
                letter: self.letter,
                ..Change::default()
            },
        );
        let is_asked = change == Change::default();
        let extra = if is_asked {
            context.read_in(move |tx, shop| {
                product::get(tx, shop, id)?;
                product_extra::get(tx, id)
            })?
        } else {
            context.write_in("set product", move |tx, shop| product_extra::set(tx, shop, id, &change))?
        };
        output::show(context.json, &json!(extra));
        Ok(())
    }
}

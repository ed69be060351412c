//! `price-list create | list | show | set | delete | set-price | remove-price`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::minor::minor;
use super::output;
use crate::base::error::Result;
use crate::domain::price_list::{self, Price, PriceList, Put};
use crate::domain::shop::Shop;
use crate::domain::{product, variant};
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// Make a price list; `set-price` fills it
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
    },
    /// List price lists, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this price list's id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Show a price list with its prices
    Show {
        /// The price list's id
        id: i64,
    },
    /// Give a price list another name
    Set {
        /// The price list's id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: String,
    },
    /// Remove a price list that no B2B account buys by
    Delete {
        /// The price list's id
        id: i64,
    },
    /// Set what a product costs by a price list, from so many pieces on
    SetPrice {
        #[command(flatten)]
        which: Which,
        /// What one costs before tax, in minor units of the product's currency (2999 is 29.99)
        #[arg(long, value_parser = minor)]
        price: i64,
    },
    /// Take a price out of a price list: the band below it counts then, or the catalogue
    RemovePrice {
        #[command(flatten)]
        which: Which,
    },
}

/// Which price of which list.
#[derive(Args)]
pub struct Which {
    /// The price list's id
    id: i64,
    /// The product's id
    #[arg(long)]
    product: i64,
    /// Which of its variants; its default one if not given
    #[arg(long, value_name = "ID")]
    variant: Option<i64>,
    /// From how many pieces on it counts
    #[arg(long, default_value_t = 1)]
    min_quantity: i64,
}

impl Which {
    fn put(&self, tx: &mut Tx<'_>, shop: Shop, price_minor: Option<i64>) -> Result<PriceList> {
        product::get(tx, shop, self.product)?;
        let variant = match self.variant {
            Some(id) => variant::get(tx, shop, self.product, id)?,
            None => variant::default_of(tx, self.product)?,
        };
        let put = Put { variant_id: variant.id, min_quantity: self.min_quantity, price_minor };
        price_list::put(tx, shop, self.id, &[put])?;
        price_list::get(tx, shop, self.id)
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let shown = match self {
            Self::List { limit, before } => return list(context, limit, before),
            Self::Show { id } => context.read_in(move |tx, shop| {
                let list = price_list::get(tx, shop, id)?;
                whole(tx, list)
            })?,
            Self::Create { title } => context.write_in("create price list", move |tx, shop| {
                let list = price_list::new(tx, shop, &title, &[])?;
                whole(tx, list)
            })?,
            Self::Set { id, title } => context.write_in("set price list", move |tx, shop| {
                let list = price_list::rename(tx, shop, id, &title)?;
                whole(tx, list)
            })?,
            Self::Delete { id } => {
                let gone = context
                    .write_in("delete price list", move |tx, shop| price_list::delete(tx, shop, id))?;
                output::show(context.json, &view(&gone));
                return Ok(());
            }
            Self::SetPrice { which, price } => context.write_in("set price", move |tx, shop| {
                let list = which.put(tx, shop, Some(price))?;
                whole(tx, list)
            })?,
            Self::RemovePrice { which } => context.write_in("remove price", move |tx, shop| {
                let list = which.put(tx, shop, None)?;
                whole(tx, list)
            })?,
        };
        show(context, &shown);
        Ok(())
    }
}

fn list(context: &Context, limit: i64, before: Option<i64>) -> Result<()> {
    let found = context.read_in(move |tx, shop| {
        let lists = price_list::list(tx, shop, before, (limit.max(0), 0))?;
        let row = |list: PriceList| Ok((price_list::count_prices(tx, list.id)?, list));
        lists.into_iter().map(row).collect::<Result<Vec<_>>>()
    })?;
    let row = |(count, list): &(i64, PriceList)| {
        let mut row = view(list);
        row["price_count"] = (*count).into();
        row
    };
    let rows: Vec<Value> = found.iter().map(row).collect();
    output::list(
        context.json,
        &rows,
        &["id", "title", "price_count", "created_at"],
        "There are no price lists. Make one: keywright price-list create --title Wholesale",
    );
    output::more(rows.len(), limit, found.last().map(|(_, list)| list.id));
    Ok(())
}

fn whole(tx: &mut Tx<'_>, list: PriceList) -> Result<(PriceList, Vec<Price>)> {
    let prices = price_list::prices(tx, list.id)?;
    Ok((list, prices))
}

fn show(context: &Context, (list, prices): &(PriceList, Vec<Price>)) {
    let mut shown = view(list);
    let prices: Vec<Value> = prices.iter().map(|price| output::object(price, &[])).collect();
    shown["prices"] = Value::Array(prices.clone());
    output::show(context.json, &shown);
    if !context.json {
        output::line("");
        let columns =
            ["product_id", "product", "variant_id", "variant", "min_quantity", "price_minor", "currency"];
        let none = format!(
            "No prices. Set one: keywright price-list set-price {} --product ID --price 900",
            list.id
        );
        output::list(false, &prices, &columns, &none);
    }
}

fn view(list: &PriceList) -> Value {
    output::object(list, &[("created_at", Some(list.created_at))])
}

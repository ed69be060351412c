//! `stock list | set | add | remove | uncount | movements`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::{nothing, output, variant as variants};
use crate::base::error::Result;
use crate::domain::inventory::{self, Filter, Level, Operation, Stocked};
use crate::domain::stock_movement::{self, Movement};
use crate::domain::variant::{self, Change};

#[derive(Subcommand)]
pub enum Command {
    /// List what is in stock, of all products, newest first
    List {
        /// Only what is low, which is fewer than its threshold, or out
        #[arg(long, value_name = "LEVEL")]
        only: Option<String>,
        /// Only what has this stock keeping unit
        #[arg(long)]
        sku: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this variant id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Say how many there are of a variant
    Set(Counted),
    /// Say that there are more of a variant
    Add(Counted),
    /// Say that there are fewer of a variant
    Remove(Counted),
    /// Count a variant no longer: it is always there
    Uncount {
        /// The variant's id
        variant: i64,
    },
    /// Show what came and went of a variant, newest first
    Movements {
        /// The variant's id
        variant: i64,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this movement's id
        #[arg(long)]
        before: Option<i64>,
    },
}

#[derive(Args)]
pub struct Counted {
    /// The variant's id, as `variant list` shows it
    variant: i64,
    /// How many
    quantity: i64,
    /// Why, such as "delivery of 3 May"
    #[arg(long)]
    reason: Option<String>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List { only, sku, limit, before } => {
                let level = only.as_deref().map(str::parse::<Level>).transpose()?;
                let filter = Filter { sku: sku.and_then(nothing::text), level, ..Filter::default() };
                let found = context
                    .read_in(move |tx, shop| inventory::list(tx, shop, &filter, before, (limit.max(0), 0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["variant_id", "name", "sku", "stock", "low_at", "is_out"],
                    "Nothing was found. What is sold has variants, and they have a stock: keywright variant list PRODUCT",
                );
                output::more(rows.len(), limit, found.last().map(|stocked| stocked.variant.id));
            }
            Self::Set(counted) => change(context, counted, Operation::Set)?,
            Self::Add(counted) => change(context, counted, Operation::Increment)?,
            Self::Remove(counted) => change(context, counted, Operation::Decrement)?,
            Self::Uncount { variant } => {
                let after = context.write_in("uncount stock", move |tx, shop| {
                    let product = variant::by_id(tx, shop, variant)?.product_id;
                    let uncounted = Change { stock: Some(None), ..Change::default() };
                    variant::set(tx, shop, product, variant, &uncounted)
                })?;
                output::show(context.json, &variants::view(&after));
            }
            Self::Movements { variant, limit, before } => {
                let found = context.read_in(move |tx, shop| {
                    variant::by_id(tx, shop, variant)?;
                    stock_movement::list(tx, variant, before, limit.max(0))
                })?;
                let row = |one: &Movement| output::object(one, &[("created_at", Some(one.created_at))]);
                let rows: Vec<Value> = found.iter().map(row).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "created_at", "operation", "delta", "sale_id", "reason"],
                    "Nothing came or went yet. Say how many there are: keywright stock set VARIANT QUANTITY",
                );
                output::more(rows.len(), limit, found.last().map(|movement| movement.id));
            }
        }
        Ok(())
    }
}

fn change(context: &Context, counted: Counted, operation: Operation) -> Result<()> {
    let Counted { variant, quantity, reason } = counted;
    let after = context.write_in("change stock", move |tx, shop| {
        let product = variant::by_id(tx, shop, variant)?.product_id;
        inventory::change(tx, shop, (product, Some(variant)), operation, quantity, reason.as_deref())
    })?;
    output::show(context.json, &variants::view(&after));
    Ok(())
}

fn view(stocked: &Stocked) -> Value {
    let v = &stocked.variant;
    json!({"variant_id": v.id, "product_id": v.product_id, "name": stocked.name(), "sku": v.sku, "stock": v.stock,
        "low_at": v.low_at, "is_out": v.is_out})
}

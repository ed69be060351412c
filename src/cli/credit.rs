//! `credit show | give | take`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::minor::minor;
use super::{customer, output};
use crate::base::error::Result;
use crate::base::time::rfc3339;
use crate::domain::store_credit::{self, Change, Credit, Direction, Entry};

#[derive(Subcommand)]
pub enum Command {
    /// Show a customer's store credit, with what was given and used
    Show {
        /// The customer's id or e-mail address
        customer: String,
    },
    /// Give a customer store credit
    Give(Terms),
    /// Take store credit that a customer has
    Take(Terms),
}

#[derive(Args)]
pub struct Terms {
    /// The customer's id or e-mail address
    customer: String,
    /// Minor units (500 is 5.00) of the currency that the credit is in, or else of the shop's
    #[arg(value_parser = minor)]
    amount: i64,
    /// Why
    #[arg(long)]
    note: Option<String>,
    /// The order it is about
    #[arg(long, value_name = "ID")]
    order: Option<i64>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Show { customer } => {
                let (credit, entries) = context.read_in(move |tx, shop| {
                    let id = customer::find(tx, shop, &customer)?.id;
                    Ok((store_credit::get(tx, shop, id)?, store_credit::entries(tx, id, i64::MAX)?))
                })?;
                let mut shown = json!(credit);
                shown["entries"] = entries.iter().map(entry).collect();
                output::show(context.json, &shown);
                if !context.json {
                    let rows = shown["entries"].as_array().map_or(&[][..], Vec::as_slice);
                    output::line("");
                    output::list(
                        false,
                        rows,
                        &["id", "delta_minor", "note", "order_id", "created_at"],
                        "Nothing was given or used. Give some: keywright credit give CUSTOMER 500",
                    );
                }
                Ok(())
            }
            Self::Give(terms) => terms.run(context, Direction::Credit),
            Self::Take(terms) => terms.run(context, Direction::Debit),
        }
    }
}

impl Terms {
    fn run(self, context: &Context, direction: Direction) -> Result<()> {
        let change = Change { direction, amount: self.amount, note: self.note, order_id: self.order };
        let of = self.customer;
        let (credit, _): (Credit, Entry) = context.write_in("change store credit", move |tx, shop| {
            let id = customer::find(tx, shop, &of)?.id;
            store_credit::change(tx, shop, id, &change)
        })?;
        output::show(context.json, &json!(credit));
        Ok(())
    }
}

fn entry(entry: &Entry) -> Value {
    json!({
        "id": entry.id, "delta_minor": entry.delta_minor, "note": entry.note, "order_id": entry.order_id,
        "created_at": rfc3339(entry.created_at),
    })
}

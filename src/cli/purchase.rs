//! `purchase list | show | change`

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::{nothing, output};
use crate::base::error::Result;
use crate::base::time::rfc3339;
use crate::domain::purchase::{self, Change, Filter, Purchase};
use crate::domain::{gate, product};

#[derive(Subcommand)]
pub enum Command {
    /// List purchases, newest first
    List {
        /// Those of this product
        #[arg(long)]
        product: Option<i64>,
        /// Those of this customer's id
        #[arg(long)]
        customer: Option<i64>,
        /// Those that are active, cancelled or expired
        #[arg(long)]
        status: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this purchase id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Show a purchase, and whether its buyer may download now
    Show {
        /// The purchase's id
        id: i64,
    },
    /// Change a purchase, and its licence with it
    Change {
        /// The purchase's id
        id: i64,
        /// Where it is installed; empty for nowhere
        #[arg(long, value_name = "URL")]
        install_url: Option<String>,
        /// When it ends, as 2026-12-31 or 2026-12-31T12:00:00Z; empty for never
        #[arg(long, value_name = "RFC3339")]
        expires: Option<String>,
        /// active, cancelled or expired
        #[arg(long)]
        status: Option<String>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List { product, customer, status, limit, before } => {
                let status = status.as_deref().map(str::parse).transpose()?;
                let filter =
                    Filter { product_id: product, customer_id: customer, status, ..Filter::default() };
                let found = context
                    .read_in(move |tx, shop| purchase::list(tx, shop, filter, before, limit.max(0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                let columns =
                    ["id", "product_id", "customer_id", "status", "key", "install_url", "expires_at"];
                output::list(
                    context.json,
                    &rows,
                    &columns,
                    "There are no purchases. They come with orders and licences.",
                );
                output::more(rows.len(), limit, found.last().map(|purchase| purchase.id));
            }
            Self::Show { id } => {
                let (purchase, shut) = context.read_in(move |tx, shop| {
                    let purchase = purchase::get(tx, shop, id)?;
                    let product = product::get(tx, shop, purchase.product_id)?;
                    let shut = gate::shut(tx, shop, &purchase, &product, None)?;
                    Ok((purchase, shut))
                })?;
                let mut shown = view(&purchase);
                shown["download"] = shut.map_or_else(|| "open".to_owned(), |shut| shut.how()).into();
                output::show(context.json, &shown);
            }
            Self::Change { id, install_url, expires, status } => {
                let change = Change {
                    install_url: install_url.map(nothing::text),
                    expires_at: expires.as_deref().map(nothing::time).transpose()?,
                    status: status.as_deref().map(str::parse).transpose()?,
                };
                let purchase = context
                    .write_in("change purchase", move |tx, shop| purchase::set(tx, shop, id, &change))?;
                output::show(context.json, &view(&purchase));
            }
        }
        Ok(())
    }
}

fn view(p: &Purchase) -> Value {
    json!({
        "id": p.id, "product_id": p.product_id, "customer_id": p.customer_id, "order_id": p.order_id, "parent_id": p.parent_id,
        "licence_id": p.licence_id, "key": p.key, "status": p.status, "install_url": p.install_url,
        "started_at": rfc3339(p.started_at), "expires_at": p.expires_at.map(rfc3339),
    })
}

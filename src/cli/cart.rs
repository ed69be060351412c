//! `cart list | show | delete`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::time::rfc3339;
use crate::domain::cart_list::{self, Filter, Standing};
use crate::domain::shopping_cart::{self, CartLine};

#[derive(Subcommand)]
pub enum Command {
    /// List carts, newest first
    List(List),
    /// Show a cart with what is in it, and how far its checkout has come
    Show {
        /// The cart's id
        id: i64,
    },
    /// Remove a cart that no order was made of
    Delete {
        /// The cart's id
        id: i64,
    },
}

#[derive(Args)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 100)]
    limit: i64,
    /// Those before this cart id
    #[arg(long)]
    before: Option<i64>,
    /// Only those in this state, such as abandoned
    #[arg(long)]
    status: Option<String>,
    /// Only those of this customer's id
    #[arg(long, value_name = "ID")]
    customer: Option<i64>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List(list) => list.run(context),
            Self::Show { id } => {
                let found = context.read_in(move |tx, shop| {
                    let cart = shopping_cart::get(tx, shop, id)?;
                    cart_list::standing(tx, shop, cart)
                })?;
                let mut shown = view(&found);
                shown["lines"] = found.lines.iter().map(line).collect();
                output::show(context.json, &shown);
                if !context.json {
                    let rows = shown["lines"].as_array().map_or(&[][..], Vec::as_slice);
                    output::line("");
                    let columns = ["product_id", "variant_id", "title", "quantity", "unit_minor"];
                    output::list(false, rows, &columns, "Nothing is in it.");
                }
                Ok(())
            }
            Self::Delete { id } => {
                let gone = context.write_in("delete cart", move |tx, shop| {
                    let cart = shopping_cart::get(tx, shop, id)?;
                    let gone = cart_list::standing(tx, shop, cart)?;
                    shopping_cart::delete(tx, shop, id)?;
                    Ok(gone)
                })?;
                output::show(context.json, &view(&gone));
                Ok(())
            }
        }
    }
}

impl List {
    fn run(self, context: &Context) -> Result<()> {
        let status = self.status.as_deref().map(str::parse).transpose()?;
        let filter = Filter { status, customer_id: self.customer };
        let (limit, before) = (self.limit, self.before);
        let found = context.read_in(move |tx, shop| {
            let carts = cart_list::list(tx, shop, filter, before, limit.max(0))?;
            carts.into_iter().map(|cart| cart_list::standing(tx, shop, cart)).collect::<Result<Vec<_>>>()
        })?;
        let rows: Vec<Value> = found.iter().map(view).collect();
        output::list(
            context.json,
            &rows,
            &[
                "id",
                "status",
                "email",
                "items",
                "subtotal_minor",
                "currency",
                "checkout",
                "order_id",
                "updated_at",
            ],
            "No cart was found. Shop programs make them, over the Shopvo API.",
        );
        output::more(rows.len(), limit, found.last().map(|of| of.cart.id));
        Ok(())
    }
}

fn view(of: &Standing) -> Value {
    let cart = &of.cart;
    json!({
        "id": cart.id, "status": cart.status.as_str(), "customer_id": cart.customer_id, "email": of.email,
        "session_key": cart.session_key, "currency": cart.currency, "items": of.items(), "subtotal_minor": of.subtotal_minor(),
        "checkout": of.stage(), "order_id": of.order_id(), "created_at": rfc3339(cart.created_at), "updated_at": rfc3339(cart.updated_at),
    })
}

fn line(line: &CartLine) -> Value {
    json!({
        "product_id": line.product.id, "variant_id": line.variant.id, "title": line.product.title, "variant": line.variant.title,
        "quantity": line.quantity, "unit_minor": line.unit_minor(),
    })
}

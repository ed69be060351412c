//! `order create | list | show | pay | handle | dispute | cancel | refund`

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::minor::minor;
use super::order_fields::{Create, Handle, List};
use super::output;
use crate::base::error::Result;
use crate::base::time::rfc3339;
use crate::domain::order_details::{self, Details};
use crate::domain::order_line::OrderLine;
use crate::domain::payment::{self, Method, Outcome};
use crate::domain::{order, order_handling, order_list, order_number};

#[derive(Subcommand)]
pub enum Command {
    /// Place an order at the catalogue's prices; it waits to be paid
    Create(Create),
    /// List orders, newest first
    List(List),
    /// Show an order with its lines
    Show {
        /// The order's id
        id: i64,
    },
    /// Record that the rest of what is due for an order was paid; what it bought is there at once
    Pay {
        /// The order's id
        id: i64,
        /// Minor units that came; what is due if not given
        #[arg(long, value_parser = minor)]
        amount: Option<i64>,
        /// Words of your own, such as a bank's reference
        #[arg(long)]
        reference: Option<String>,
    },
    /// Note where an order's goods are, its parcel, its invoice, and words
    Handle(Handle),
    /// Note that the payer of an order contests the payment
    Dispute {
        /// The order's id
        id: i64,
    },
    /// Cancel an order; what it bought ends, and what gift cards, credit and points paid goes back to them
    Cancel {
        /// The order's id
        id: i64,
    },
    /// Record that money went back, and after all of it what gift cards, credit and points paid; once all has, what was bought ends
    Refund {
        /// The order's id
        id: i64,
        /// Minor units; all that is left if not given
        #[arg(long, value_parser = minor)]
        amount: Option<i64>,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create(create) => {
                let draft = create.draft()?;
                let placed = context.write_in("place order", move |tx, shop| {
                    let order = order::place(tx, shop, &draft)?;
                    order_details::of(tx, order)
                })?;
                shown(context, &placed);
            }
            Self::List(list) => {
                let (filter, limit, before) = (list.filter()?, list.limit, list.before);
                let found = context.read_in(move |tx, shop| {
                    let orders = order_list::list(tx, shop, &filter, before, limit.max(0))?;
                    orders.into_iter().map(|order| order_details::of(tx, order)).collect::<Result<Vec<_>>>()
                })?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &[
                        "id",
                        "email",
                        "currency",
                        "total_minor",
                        "payment_status",
                        "fulfilment_status",
                        "created_at",
                    ],
                    "No order was found. Place one: keywright order create --email a@b.example --line PRODUCT",
                );
                output::more(rows.len(), limit, found.last().map(|details| details.order.id));
            }
            Self::Show { id } => {
                shown(context, &context.read_in(move |tx, shop| order_details::get(tx, shop, id))?);
            }
            Self::Pay { id, amount, reference } => {
                let method = Method::Manual(reference);
                let paid = context.write_in("pay order", move |tx, shop| {
                    match payment::pay(tx, shop, id, &method, amount)? {
                        Outcome::Paid(order) | Outcome::Declined(order) => order_details::of(tx, order),
                    }
                })?;
                shown(context, &paid);
            }
            Self::Handle(handle) => {
                let (id, handling) = (handle.id, handle.handling()?);
                let handled = context.write_in("handle order", move |tx, shop| {
                    let order = order_handling::handle(tx, shop, id, &handling)?;
                    order_details::of(tx, order)
                })?;
                shown(context, &handled);
            }
            Self::Dispute { id } => {
                let disputed = context.write_in("dispute order", move |tx, shop| {
                    let order = order_handling::dispute(tx, shop, id)?;
                    order_details::of(tx, order)
                })?;
                shown(context, &disputed);
            }
            Self::Cancel { id } => {
                let canceled = context.write_in("cancel order", move |tx, shop| {
                    let order = payment::cancel(tx, shop, id)?;
                    order_details::of(tx, order)
                })?;
                shown(context, &canceled);
            }
            Self::Refund { id, amount, reason } => {
                let refunded = context.write_in("refund order", move |tx, shop| {
                    let order = payment::refund(tx, shop, id, amount, reason.as_deref())?;
                    order_details::of(tx, order)
                })?;
                shown(context, &refunded);
            }
        }
        Ok(())
    }
}

fn shown(context: &Context, details: &Details) {
    let shown = view(details);
    output::show(context.json, &shown);
    if context.json {
        return;
    }
    let table = |name: &str, columns: &[&str], none: &str| {
        output::line("");
        output::list(false, shown[name].as_array().map_or(&[], Vec::as_slice), columns, none);
    };
    table("lines", &["product_id", "title", "quantity", "unit_minor", "purchases"], "No lines.");
    let columns = ["method", "balance", "status", "amount_minor", "reference", "created_at"];
    table("payments", &columns, "No payments.");
}

fn view(Details { order, lines, payments }: &Details) -> Value {
    let time = |at: Option<i64>| at.map(rfc3339);
    let line = |line: &OrderLine| {
        json!({"product_id": line.product_id, "title": line.title, "quantity": line.quantity, "unit_minor": line.unit_minor,
            "discount_minor": line.discount_minor, "tax_bp": line.tax_bp, "renews_id": line.renews_id, "parent_id": line.parent_id,
            "purchases": line.purchases})
    };
    json!({
        "id": order.id, "number": order_number::text(order), "customer_id": order.customer_id, "email": order.email, "name": order.name,
        "payment_status": order.payment_status, "fulfilment_status": order.fulfilment_status, "currency": order.currency,
        "subtotal_minor": order.subtotal_minor, "discount_minor": order.discount_minor, "shipping_minor": order.shipping_minor,
        "tax_minor": order.tax_minor, "total_minor": order.total_minor,
        "paid_minor": order.paid_minor, "due_minor": order.due(), "refunded_minor": order.refunded_minor, "coupon": order.coupon_code,
        "created_at": rfc3339(order.created_at), "paid_at": time(order.paid_at), "canceled_at": time(order.canceled_at),
        "b2b_account_id": order.b2b_account_id, "due_at": time(order.due_at), "sent_at": time(order.sent_at),
        "delivered_at": time(order.delivered_at), "disputed_at": time(order.disputed_at), "deleted_at": time(order.hidden_at),
        "shipping": order.shipping_title, "tracking_url": order.tracking_url, "invoice_url": order.invoice_url, "note": order.note,
        "client_note": order.client_note, "facts": order.facts,
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "payments": payments.iter().map(|p| output::object(p, &[("created_at", Some(p.created_at))])).collect::<Vec<_>>(),
    })
}

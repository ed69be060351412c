//! `/orders`: read only in this dialect.

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::id;
use super::wire::{Prefix, capital, maybe_time, word_of};
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::base::time::{self, rfc3339};
use crate::domain::order::{self, Order, Payment};
use crate::domain::order_details;
use crate::domain::order_line::{self, OrderLine};
use crate::domain::order_list::{self, Filter};
use crate::domain::order_number;
use crate::domain::order_stage::Stage;
use crate::store::Tx;

/// An order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: String,
    number: String,
    status: String,
    payment_status: &'static str,
    total: i64,
    items: Vec<LineView>,
    currency: String,
    subtotal: i64,
    discount: i64,
    shipping: i64,
    tax: i64,
    paid: i64,
    due: i64,
    refunded: i64,
    payments: Vec<PaymentView>,
    promotion_code: Option<String>,
    customer_id: String,
    email: String,
    created_at: String,
    paid_at: Option<String>,
    b2b_account_id: Option<String>,
    due_at: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineView {
    id: String,
    product_id: String,
    variant_id: Option<String>,
    name: String,
    sku: Option<String>,
    quantity: i64,
    price: i64,
    total: i64,
}

impl LineView {
    fn of(ids: &PublicIds, line: OrderLine) -> Self {
        Self {
            id: Prefix::Line.write(ids, line.id),
            product_id: Prefix::Product.write(ids, line.product_id),
            variant_id: line.variant_id.map(|id| Prefix::Variant.write(ids, id)),
            name: match &line.variant_title {
                Some(variant) => format!("{} — {variant}", line.title),
                None => line.title,
            },
            sku: line.sku,
            quantity: line.quantity,
            price: line.unit_minor,
            total: line.unit_minor * line.quantity - line.discount_minor,
        }
    }
}

/// What came, was declined, or went back, which is below nothing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentView {
    method: String,
    status: String,
    amount: i64,
    gift_card_id: Option<String>,
    created_at: String,
}

impl PaymentView {
    fn of(ids: &PublicIds, payment: &order_details::Payment) -> Self {
        Self {
            method: payment.means().to_owned(),
            status: capital(&payment.status),
            amount: payment.amount_minor,
            gift_card_id: payment.gift_card_id.map(|id| Prefix::GiftCard.write(ids, id)),
            created_at: rfc3339(payment.created_at),
        }
    }
}

/// Where the money is, in this dialect's words (contract commerce.md, "Order status mapping").
fn payment_status(payment: Payment) -> &'static str {
    match payment {
        Payment::Unpaid | Payment::Confirming => "PENDING",
        Payment::Paid | Payment::Disputed => "PAID",
        Payment::Failed => "FAILED",
        Payment::Refunded => "REFUNDED",
        Payment::PartiallyRefunded => "PARTIALLY_REFUNDED",
    }
}

/// An order with its lines.
pub fn view(tx: &mut Tx<'_>, ids: &PublicIds, o: Order) -> Outcome<View> {
    let lines = order_line::list(tx, o.id)?.into_iter();
    let payments = order_details::payments(tx, o.id)?.into_iter();
    let (payments, due) = (payments.map(|payment| PaymentView::of(ids, &payment)).collect(), o.due());
    Ok(View {
        id: Prefix::Order.write(ids, o.id),
        number: order_number::text(&o),
        status: capital(Stage::of(&o).as_str()),
        payment_status: payment_status(o.payment_status),
        total: o.total_minor,
        items: lines.map(|line| LineView::of(ids, line)).collect(),
        currency: o.currency,
        subtotal: o.subtotal_minor,
        discount: o.discount_minor,
        shipping: o.shipping_minor,
        tax: o.tax_minor,
        paid: o.paid_minor,
        due,
        refunded: o.refunded_minor,
        payments,
        promotion_code: o.coupon_code,
        customer_id: Prefix::Customer.write(ids, o.customer_id),
        email: o.email,
        created_at: rfc3339(o.created_at),
        paid_at: maybe_time(o.paid_at),
        b2b_account_id: o.b2b_account_id.map(|id| Prefix::B2bAccount.write(ids, id)),
        due_at: maybe_time(o.due_at),
    })
}

/// `GET /orders`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Order);
    let stage = query.read("status", |word| word_of(Stage::ALL, Stage::as_str, word));
    let payments = query.read("paymentStatus", |word| {
        let those: Vec<Payment> =
            Payment::ALL.iter().copied().filter(|payment| payment_status(*payment) == word).collect();
        let wrong = "may be PENDING, PAID, FAILED, REFUNDED or PARTIALLY_REFUNDED";
        if those.is_empty() { Err(Error::invalid(wrong)) } else { Ok(those) }
    });
    let filter = Filter {
        stage,
        payments: payments.unwrap_or_default(),
        customer_id: id(&call, &mut query, "customerId", Prefix::Customer),
        from: query.read("from", time::parse),
        to: query.read("to", time::parse),
        ..Filter::default()
    };
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| order_list::page(tx, shop, &filter, start, rows),
            |tx| order_list::count(tx, shop, &filter),
            |order| order.id,
            |tx, order| view(tx, &ids, order),
        )
    })
    .await
}

/// `GET /orders/{order}`, by its id or its number.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part(0).to_owned();
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let order = match Prefix::Order.read(&ids, &called) {
            Some(id) => order::get(tx, shop, id),
            None => order_number::find(tx, shop, &called),
        }?;
        Reply::data(&view(tx, &ids, order)?)
    })
    .await
}

//! Orders, and what happens to them.

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, maybe_time, put, time};
use super::call::Call;
use super::customers;
use super::fault::Fault;
use super::money::{self, Money};
use crate::base::error::{Error, Result as Outcome};
use crate::base::time;
use crate::domain::agreed::Said;
use crate::domain::balance::Balance;
use crate::domain::order::{self, Draft, Fulfilment, Order, Payment};
use crate::domain::order_details::{self, Details};
use crate::domain::order_line::DraftLine;
use crate::domain::order_list::{self, Filter};
use crate::domain::payment::{self, Method};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, text};

/// As the API shows it.
#[derive(Serialize)]
pub struct View<'a> {
    id: i64,
    customer_id: i64,
    email: &'a str,
    name: Option<&'a str>,
    payment_status: Payment,
    fulfilment_status: Fulfilment,
    subtotal: Money<'a>,
    discount: Money<'a>,
    shipping: Money<'a>,
    tax: Money<'a>,
    total: Money<'a>,
    paid: Money<'a>,
    due: Money<'a>,
    refunded: Money<'a>,
    coupon: Option<&'a str>,
    lines: Vec<LineView<'a>>,
    payments: Vec<PaymentView<'a>>,
    created_at: String,
    paid_at: Value,
    canceled_at: Value,
}

#[derive(Serialize)]
struct LineView<'a> {
    product_id: i64,
    title: &'a str,
    quantity: i64,
    unit_price: Money<'a>,
    discount: Money<'a>,
    tax_bp: i64,
    renews_purchase_id: Option<i64>,
    parent_purchase_id: Option<i64>,
    purchases: &'a [i64],
}

#[derive(Serialize)]
struct PaymentView<'a> {
    method: &'a str,
    status: &'a str,
    amount: Money<'a>,
    reference: Option<&'a str>,
    balance: Option<Balance>,
    gift_card_id: Option<i64>,
    created_at: String,
}

/// As the API shows it.
pub fn view(details: &Details) -> View<'_> {
    let o = &details.order;
    let money = |amount| Money { amount, currency: &o.currency };
    View {
        id: o.id,
        customer_id: o.customer_id,
        email: &o.email,
        name: o.name.as_deref(),
        payment_status: o.payment_status,
        fulfilment_status: o.fulfilment_status,
        subtotal: money(o.subtotal_minor),
        discount: money(o.discount_minor),
        shipping: money(o.shipping_minor),
        tax: money(o.tax_minor),
        total: money(o.total_minor),
        paid: money(o.paid_minor),
        due: money(o.due()),
        refunded: money(o.refunded_minor),
        coupon: o.coupon_code.as_deref(),
        lines: details
            .lines
            .iter()
            .map(|line| LineView {
                product_id: line.product_id,
                title: &line.title,
                quantity: line.quantity,
                unit_price: money(line.unit_minor),
                discount: money(line.discount_minor),
                tax_bp: line.tax_bp,
                renews_purchase_id: line.renews_id,
                parent_purchase_id: line.parent_id,
                purchases: &line.purchases,
            })
            .collect(),
        payments: details
            .payments
            .iter()
            .map(|payment| PaymentView {
                method: &payment.method,
                status: &payment.status,
                amount: money(payment.amount_minor),
                reference: payment.reference.as_deref(),
                balance: payment.balance,
                gift_card_id: payment.gift_card_id,
                created_at: time(payment.created_at),
            })
            .collect(),
        created_at: time(o.created_at),
        paid_at: maybe_time(o.paid_at),
        canceled_at: maybe_time(o.canceled_at),
    }
}

fn shown(tx: &mut Tx<'_>, order: Order) -> Outcome<Answer> {
    Answer::one(&view(&order_details::of(tx, order)?))
}

fn found(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Outcome<Answer> {
    Answer::one(&view(&order_details::get(tx, shop, id)?))
}

/// `GET /v1/orders`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = Filter {
        fulfilment: query.word("status"),
        payments: query.word("payment_status").into_iter().collect(),
        customer_id: query.id("customer"),
        from: query.read("from", time::parse),
        to: query.read("to", time::parse),
        search: query.text("q"),
        ..Filter::default()
    };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let mut rows = Vec::new();
        for order in order_list::list(tx, shop, &filter, page.before, page.wanted())? {
            rows.push(order_details::of(tx, order)?);
        }
        page.answer(rows, &master, |details| details.order.id, |details, to| put(&view(details), to))
    })
    .await
}

/// `POST /v1/orders`
pub async fn place(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let customer = fields.object("customer", |inner| {
        let change = customers::read(inner);
        inner.needed("email", change.email.as_ref());
        change
    });
    fields.needed("customer", customer.as_ref());
    let lines = fields.objects("lines", read_line);
    fields.needed("lines", lines.as_ref());
    let draft = Draft {
        customer: customer.unwrap_or_default(),
        said: Said::ByVendor,
        lines: lines.unwrap_or_default(),
        coupon: fields.nullable("coupon", text).flatten(),
        currency: fields.get("currency", text),
        ..Draft::default()
    };
    fields.finish()?;
    let shop = call.shop();
    call.write("place order", move |tx| {
        let order = order::place(tx, shop, &draft)?;
        Ok(Answer { status: 201, ..shown(tx, order)? })
    })
    .await
}

fn read_line(fields: &mut Fields) -> DraftLine {
    let product_id = fields.get("product_id", int);
    fields.needed("product_id", product_id);
    DraftLine {
        product_id: product_id.unwrap_or_default(),
        quantity: fields.get("quantity", int).unwrap_or(1),
        renews: fields.get("renews_purchase_id", int),
        parent: fields.get("parent_purchase_id", int),
        ..DraftLine::default()
    }
}

/// `GET /v1/orders/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| found(tx, shop, id)).await
}

/// `POST /v1/orders/{id}/pay`: `{"method": "manual", "reference"?}` or, in test mode, `{"method": "card", "card_number"}`;
/// `amount` is what is due without it.
pub async fn pay(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let amount = fields.get("amount", money::read);
    let (reference, card) = (fields.get("reference", text), fields.get("card_number", text));
    let method = match fields.get("method", text).as_deref() {
        None | Some("manual") => {
            if card.is_some() {
                fields.wrong("card_number", "goes with method card");
            }
            Method::Manual(reference)
        }
        Some("card") => Method::TestCard(fields.needed("card_number", card).unwrap_or_default()),
        Some(_) => {
            fields.wrong("method", "must be manual or card");
            Method::Manual(None)
        }
    };
    fields.finish()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("pay order", move |tx| {
        expected.allows(&found(tx, shop, id)?)?;
        let minor = in_currency(tx, shop, id, amount.as_ref())?;
        match payment::pay(tx, shop, id, &method, minor)? {
            payment::Outcome::Paid(order) => shown(tx, order),
            payment::Outcome::Declined(_) => Ok(Answer::with(402, Fault::Declined.body())),
        }
    })
    .await
}

/// `POST /v1/orders/{id}/cancel`
pub async fn cancel(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    call.fields()?.finish()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("cancel order", move |tx| {
        expected.allows(&found(tx, shop, id)?)?;
        let order = payment::cancel(tx, shop, id)?;
        shown(tx, order)
    })
    .await
}

/// `POST /v1/orders/{id}/refund`: all that is left, or `amount` of it.
pub async fn refund(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let (amount, reason) = (fields.get("amount", money::read), fields.get("reason", text));
    fields.finish()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("refund order", move |tx| {
        expected.allows(&found(tx, shop, id)?)?;
        let minor = in_currency(tx, shop, id, amount.as_ref())?;
        let order = payment::refund(tx, shop, id, minor, reason.as_deref())?;
        shown(tx, order)
    })
    .await
}

/// The minor units of an amount, which must be of the order's currency.
fn in_currency(tx: &mut Tx<'_>, shop: Shop, id: i64, amount: Option<&(i64, String)>) -> Outcome<Option<i64>> {
    let Some((minor, currency)) = amount else { return Ok(None) };
    let order = order::get(tx, shop, id)?;
    if order.currency == *currency {
        return Ok(Some(*minor));
    }
    Err(Error::invalid(format!("this order is in {}", order.currency)).about("amount"))
}

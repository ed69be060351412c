//! Orders.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::bulk::{self, Bulk, Rows};
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use super::{b2b_accounts, metafields, order_forms, purchases};
use crate::app::App;
use crate::domain::metafield::{self, Resource};
use crate::domain::order::{Fulfilment, Order, Payment};
use crate::domain::order_details::{self, Details};
use crate::domain::scope::Scope;
use crate::domain::{b2b_account, payment, purchase};
use crate::domain::{order_list, order_number};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table, Tone, fact, is_cut};

/// Of every list of orders.
pub const COLUMNS: &[&str] = &["#Order", "Customer", "#Total", "Payment", "Goods", "Placed"];

/// Purchases that an order's page shows.
const OWNED: i64 = 50;

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/orders",
    one: "order",
    many: "orders",
    scope: Scope::WriteOrders,
    deeds: &[Bulk {
        word: "cancel",
        label: "Cancel",
        done: "cancelled, and what was bought with them has ended",
        is_grave: true,
        is_final: true,
    }],
    act: |tx, shop, _, id| payment::cancel(tx, shop, bulk::number(id)?).map(|_| ()),
};

/// `GET /admin/orders`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let payments: Vec<&str> = Payment::ALL.iter().map(|word| word.as_str()).collect();
    let goods: Vec<&str> = Fulfilment::ALL.iter().map(|word| word.as_str()).collect();
    let filters = vec![
        Filter::text(&query, "q", "E-mail address begins with"),
        Filter::words(&query, "payment", "Payment", &payments),
        Filter::words(&query, "goods", "Goods", &goods),
        Filter::text(&query, "customer", "Customer's number"),
        Filter::text(&query, "b2b-account", "B2B account's number"),
    ];
    let filter = order_list::Filter {
        search: filters[0].given(),
        payments: filters[1].given().and_then(|word| word.parse::<Payment>().ok()).into_iter().collect(),
        fulfilment: filters[2].given().and_then(|word| word.parse().ok()),
        customer_id: filters[3].given().map(|id| id.parse().unwrap_or(0)),
        b2b_account_id: filters[4].given().map(|id| id.parse().unwrap_or(0)),
        ..order_list::Filter::default()
    };
    let base = desk.base();
    let list = List {
        title: "Orders",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: COLUMNS,
        empty: "Nobody has ordered anything here. Orders come from the shop, from your programs, or from you.",
        filters,
        ways: desk.ways(Scope::WriteOrders, &[("New order", "/admin/orders/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = order_list::list(tx, shop, &filter, start, limit)?;
        Ok(found.iter().map(|order| (order.id, row(order, &base).ticked(order.id))).collect())
    })
    .await
}

/// An order in a list.
pub fn row(order: &Order, base: &str) -> Row {
    Row::from(vec![
        Cell::link(order.id.to_string(), format!("{base}/admin/orders/{}", order.id)),
        Cell::link(&order.email, format!("{base}/admin/customers/{}", order.customer_id)),
        Cell::money(order.total_minor, &order.currency),
        payment(order.payment_status),
        Cell::badge(order.fulfilment_status.as_str(), Tone::Plain),
        Cell::time(Some(order.created_at)),
    ])
}

fn payment(status: Payment) -> Cell {
    let tone = match status {
        Payment::Paid => Tone::Good,
        Payment::Failed | Payment::Disputed => Tone::Bad,
        Payment::Unpaid | Payment::Confirming => Tone::Warn,
        Payment::PartiallyRefunded | Payment::Refunded => Tone::Plain,
    };
    Cell::badge(status.as_str(), tone)
}

/// `GET /admin/orders/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, query) = (id.into_inner(), Form::read(req.query_string()).unwrap_or_default());
    let of = (Resource::Order, id);
    let (details, company, mut owned, said_of_it) = desk
        .read(move |tx, shop| {
            let made = purchase::Filter { order_id: Some(id), ..purchase::Filter::default() };
            let made = purchase::list(tx, shop, made, None, OWNED + 1)?;
            let details = order_details::get(tx, shop, id)?;
            let company =
                details.order.b2b_account_id.map(|id| b2b_account::get(tx, shop, id)).transpose()?;
            Ok((details, company, purchases::named(tx, shop, made)?, metafield::list(tx, shop, of)?))
        })
        .await?;
    let ways = order_forms::ways(&details.order);
    let ways: Vec<(&'static str, &str)> = ways.iter().map(|(label, to)| (*label, to.as_str())).collect();
    let base = desk.base();
    let has_more = is_cut(&mut owned, OWNED);
    let owned = Table::new(
        purchases::COLUMNS,
        owned.iter().map(|one| purchases::row(one, &base)).collect(),
        "Nothing was handed over for it yet.",
    );
    let owned = owned.going_on(has_more, format!("{base}/admin/purchases?order={id}"));
    let mut thing = Thing {
        ways: desk.ways(Scope::WriteOrders, &ways),
        deeds: order_forms::deeds(&desk, &details.order),
        ..thing(&details, &base)
    };
    if let Some(company) = &company {
        thing.facts.push(fact("Company", b2b_accounts::link(company, &base)));
        thing.facts.push(fact("Due by", Cell::time(details.order.due_at)));
    }
    thing.ways.extend(metafields::ways(&desk, of));
    thing.sections.push(Section { title: "What it brought", table: owned });
    thing.sections.push(metafields::section(&desk, of, said_of_it));
    thing.show(&desk, &query).await
}

/// Where an order goes, in a line.
fn goes_to(order: &Order) -> Option<String> {
    let to = &order.facts.delivery;
    let parts = [&to.name, &to.address, &to.address_extra, &to.zip_code, &to.city];
    let mut parts: Vec<&str> = parts.into_iter().map(String::as_str).collect();
    parts.push(to.country_name());
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// What was paid with, in words.
fn how(payment: &order_details::Payment) -> Cell {
    let means = payment.means().replace('_', " ");
    Cell::text(payment.gift_card_id.map_or(means.clone(), |id| format!("{means} {id}")))
}

fn thing(details: &Details, base: &str) -> Thing {
    let order = &details.order;
    let money = |minor| Cell::money(minor, &order.currency);
    let lines = details.lines.iter().map(|line| {
        Row::from(vec![
            Cell::link(line.name(), format!("{base}/admin/products/{}", line.product_id)),
            Cell::Count { n: line.quantity },
            money(line.unit_minor),
            money(line.discount_minor),
        ])
    });
    let payments = details.payments.iter().map(|payment| {
        Row::from(vec![
            Cell::time(Some(payment.created_at)),
            how(payment),
            Cell::text(payment.status.replace('_', " ")),
            money(payment.amount_minor),
            Cell::maybe(payment.reference.as_deref()),
        ])
    });
    Thing {
        title: format!("Order {}", order.id),
        about: Some(Cell::link(&order.email, format!("{base}/admin/customers/{}", order.customer_id))),
        facts: vec![
            fact("Called by shops", Cell::text(order_number::text(order))),
            fact("Payment", payment(order.payment_status)),
            fact("Goods", Cell::badge(order.fulfilment_status.as_str(), Tone::Plain)),
            fact("Subtotal", money(order.subtotal_minor)),
            fact("Discount", money(order.discount_minor)),
            fact("Shipping", money(order.shipping_minor)),
            fact("Tax", money(order.tax_minor)),
            fact("Total", money(order.total_minor)),
            fact("Paid", money(order.paid_minor)),
            fact("Due", money(order.due())),
            fact("Refunded", money(order.refunded_minor)),
            fact("Coupon", Cell::maybe(order.coupon_code.as_deref())),
            fact("Placed", Cell::time(Some(order.created_at))),
            fact("Sent by", Cell::maybe(order.shipping_title.as_deref())),
            fact("Sent", Cell::time(order.sent_at)),
            fact("To", Cell::maybe(goes_to(order).as_deref())),
            fact("Parcel", Cell::maybe(order.tracking_url.as_deref())),
            fact("Invoice", Cell::maybe(order.invoice_url.as_deref())),
            fact("Note", Cell::maybe(order.note.as_deref())),
            fact("Between shop and buyer", Cell::maybe(order.client_note.as_deref())),
            fact("Said by the buyer", Cell::maybe(order.facts.observations.as_deref())),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=order&id={}", order.id)),
            ),
        ],
        sections: vec![
            Section {
                title: "Lines",
                table: Table::new(
                    &["Product", "#Quantity", "#Each", "#Discount"],
                    lines.collect(),
                    "It has no lines.",
                ),
            },
            Section {
                title: "Payments",
                table: Table::new(
                    &["When", "How", "Status", "#Amount", "Reference"],
                    payments.collect(),
                    "No payment was tried.",
                ),
            },
        ],
        ..Thing::default()
    }
}

//! `/stats`: what a shop sold in some days, in a few figures; its shape is ours, since no document has one.

use serde::Serialize;

use super::call::Call;
use super::decimal::Decimal;
use super::fault::Fault;
use super::orders::Days;
use super::reply::Reply;
use super::wire::Wire;
use crate::base::error::Result as Outcome;
use crate::base::time::rfc3339;
use crate::domain::catalogue;
use crate::domain::kept_lists::KeptLists;
use crate::domain::order_list::Filter;
use crate::domain::order_list_more::More;
use crate::domain::period::Asked;
use crate::domain::revenue::revenue;
use crate::domain::{account, customer};
use crate::store::Tx;

#[derive(Serialize)]
struct View {
    /// The shop's own, in which sums are told.
    currency: Option<String>,
    /// The first day and the last.
    date_from: String,
    date_to: String,
    /// Those that were placed then, and those that were paid then.
    orders: i64,
    orders_paid: i64,
    /// What came in money then, what went back, and what is left.
    total: Decimal,
    refunded: Decimal,
    net: Decimal,
    /// As many as there are now.
    products: i64,
    clients: i64,
}

fn view(tx: &mut Tx<'_>, wire: &Wire, days: &Days, lists: &KeptLists) -> Outcome<View> {
    let (shop, currency) = (wire.shop, account::get(tx, wire.shop)?.currency);
    let (from, to) = days.bounds(&wire.zone, tx.now())?;
    let asked = Asked { from: from.map(rfc3339), to: to.map(rfc3339), ..Asked::default() };
    let revenue = revenue(tx, shop, &asked)?;
    let (start, end) = (revenue.period.start(), revenue.period.end);
    let sums = revenue.last(revenue.period.starts.len());
    let own = sums.into_iter().find(|(code, _)| Some(*code) == currency.as_deref());
    let income = own.map(|(_, income)| income).unwrap_or_default();
    let amount = |minor| Decimal::money(minor, currency.as_deref().unwrap_or_default());
    let more = More { is_shown: true, ..More::default() };
    let placed = Filter { from: Some(start), to: Some(end), more, ..Filter::default() };
    Ok(View {
        date_from: wire.zone.day(start),
        date_to: wire.zone.day(end - 1),
        orders: lists.orders(tx, shop, &placed)?,
        orders_paid: income.orders,
        total: amount(income.gross),
        refunded: amount(income.refunds),
        net: amount(income.net()),
        products: lists.total(tx, shop, &catalogue::Filter::default())?,
        clients: customer::count(tx, shop, None)?,
        currency,
    })
}

/// `GET /stats`: of the days that are asked for as orders are, or else of the last thirty.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let days = Days::read(&mut query);
    query.finish_open()?;
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        Reply::ok(&view(tx, &wire, &days, &app.lists)?)
    })
    .await
}

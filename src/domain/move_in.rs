//! Moving in: a shop is carried here from another system, page by page (table `move_in`). What a page brings, how far that is, and what is
//! to be said of it are stored in one transaction, so that a move goes on where it broke off. All of it is history: no event tells of it, no
//! letter is sent, no points are earned. What was taken and what it was called there is in table `carried`: nothing is taken twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::audit::{self, Action};
use super::carried::{self, Source};
pub use super::move_in_item::Item;
pub use super::move_in_report::{Remark, Report};
use super::shop::Shop;
use super::{about, move_in_coupon, move_in_goods, move_in_order, move_in_people};
use crate::base::actor::Actor;
use crate::base::error::{Error, Kind, Result};
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::values;

/// A move that was begun.
#[derive(Clone, Debug)]
pub struct Move {
    /// Its row.
    pub id: i64,
    /// What comes next, in words of who reads the other system; null at the beginning.
    pub place: Value,
    /// What there is to say so far.
    pub report: Report,
    /// Whether it was begun before.
    pub is_resumed: bool,
}

/// What came of something that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not here.
    New,
    /// It was here, and is another now.
    Changed,
    /// It was here as it is told, or was changed here since.
    Same,
}

/// What is told at a time.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Things, and what could not be read.
    pub items: Vec<std::result::Result<Item, Remark>>,
    /// What comes next.
    pub place: Value,
}

/// What a look has seen: kinds of things, and what they are called.
pub type Seen = BTreeSet<(&'static str, String)>;

/// The move of this shop from this address that is under way, or a new one.
pub fn begin(tx: &mut Tx<'_>, shop: Shop, source: Source, address: &str) -> Result<Move> {
    let under_way = tx.maybe(
        "select id, place, report from move_in where site_id = $1 and is_test = $2 and source = $3 and address = $4 \
         and ended_at is null order by id limit 1",
        values![shop.site_id, shop.is_test(), source.as_str(), address],
        |row| read(row, true),
    )?;
    if let Some(found) = under_way {
        return Ok(found);
    }
    let now = tx.now();
    tx.one(
        "insert into move_in (site_id, is_test, source, address, place, created_at, updated_at) values ($1, $2, $3, $4, 'null', $5, $5) \
         returning id, place, report",
        values![shop.site_id, shop.is_test(), source.as_str(), address, now],
        |row| read(row, false),
    )
}

fn read(row: &Row<'_>, is_resumed: bool) -> Result<Move> {
    let broken = |e: serde_json::Error| Error::broken(format!("what is kept of a move is no JSON: {e}"));
    Ok(Move {
        id: row.get(0)?,
        place: serde_json::from_str(&row.get::<String>(1)?).map_err(broken)?,
        report: serde_json::from_str(&row.get::<String>(2)?).map_err(broken)?,
        is_resumed,
    })
}

/// Notes that the old shop names its prices with tax in them: so does this one from now on, unless it says that it does not; then that is
/// to be known.
pub fn prices_are_gross(tx: &mut Tx<'_>, shop: Shop, actor: &Arc<Actor>) -> Result<Option<Remark>> {
    match about::get(tx, shop)?.get("taxes_included") {
        Value::Bool(true) => Ok(None),
        Value::Bool(false) => Ok(Some(Remark {
            noun: "products".to_owned(),
            old_id: String::new(),
            reason: "prices there have tax in them, and this shop says that its own have none: they are told before tax \
                     (`keywright about set taxes_included=true`)"
                .to_owned(),
        })),
        _ => {
            tx.act_for(actor);
            let said = Map::from_iter([("taxes_included".to_owned(), true.into())]);
            about::set(tx, shop, &said).map(|_| None)
        }
    }
}

/// When a move from there last ended: what was changed here later is the vendor's own.
pub(super) fn last_ended(tx: &mut Tx<'_>, shop: Shop, source: Source) -> Result<Millis> {
    tx.one(
        "select cast(coalesce(max(ended_at), 0) as bigint) from move_in where site_id = $1 and is_test = $2 and source = $3",
        values![shop.site_id, shop.is_test(), source.as_str()],
        |row| row.get(0),
    )
}

/// Takes a batch in, all of it or nothing, and notes how far the move has come. Things that are refused after all, by their place in the
/// batch, are named in `skip`; an error about one has its place in its details, as `item`.
pub fn take(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    id: i64,
    batch: &Batch,
    skip: &BTreeMap<usize, String>,
) -> Result<Report> {
    let mut report = report(tx, id)?;
    for (place, item) in batch.items.iter().enumerate() {
        let item = match item {
            Ok(item) => item,
            Err(remark) => {
                report.left_out(remark.clone());
                continue;
            }
        };
        if let Some(why) = skip.get(&place) {
            report.left_out(item.remark(why));
            continue;
        }
        let mut remarks = Vec::new();
        let outcome = one(tx, shop, source, item, &mut remarks).map_err(|e| e.with("item", place))?;
        report.count(item.noun(), outcome);
        for why in &remarks {
            report.remark(item.remark(why));
        }
    }
    keep(tx, id, &batch.place, &report)?;
    Ok(report)
}

fn one(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    item: &Item,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    match item {
        Item::Category(category) => move_in_goods::category(tx, shop, source, category, remarks),
        Item::Brand(brand) => move_in_goods::brand(tx, shop, source, brand),
        Item::Product(product) => move_in_goods::product(tx, shop, source, product, remarks),
        Item::Coupon(coupon) => move_in_coupon::take(tx, shop, source, coupon),
        Item::Customer(customer) => move_in_people::customer(tx, shop, source, customer),
        Item::Order(order) => move_in_order::take(tx, shop, source, order, remarks),
        Item::Review(review) => move_in_people::review(tx, shop, source, review, remarks),
        Item::Ticket(ticket) => move_in_people::ticket(tx, shop, source, ticket),
    }
}

/// Looks at a batch without taking any of it; `seen` knows what came before.
pub fn look(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    batch: &Batch,
    seen: &mut Seen,
    report: &mut Report,
) -> Result<()> {
    for item in &batch.items {
        let item = match item {
            Ok(item) => item,
            Err(remark) => {
                report.left_out(remark.clone());
                continue;
            }
        };
        match item.checked() {
            Err(e) if is_refusal(&e) => report.left_out(item.remark(&e.message)),
            Err(e) => return Err(e),
            Ok(()) => {
                let known = match item.what() {
                    Some(what) => carried::row_of(tx, shop, source, what, item.old_id())?.is_some(),
                    None => false,
                };
                let is_new = !known && seen.insert((item.noun(), item.old_id().to_owned()));
                report.count(item.noun(), if is_new { Outcome::New } else { Outcome::Same });
                if let Item::Product(product) = item {
                    product.remarks.iter().for_each(|why| report.remark(item.remark(why)));
                }
            }
        }
    }
    Ok(())
}

/// Whether an error says that something cannot be taken, while other things can.
fn is_refusal(e: &Error) -> bool {
    matches!(e.kind, Kind::Invalid | Kind::Refused | Kind::NotFound)
}

/// Notes which thing a batch was refused for, that it be left out the next time: `None`; or else what came of it.
pub fn refused(taken: Result<Report>, skip: &mut BTreeMap<usize, String>) -> Result<Option<Report>> {
    let e = match taken {
        Ok(report) => return Ok(Some(report)),
        Err(e) => e,
    };
    let place = e.details().get("item").and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok());
    match place {
        Some(place) if is_refusal(&e) && skip.insert(place, e.message.clone()).is_none() => Ok(None),
        _ => Err(e),
    }
}

fn report(tx: &mut Tx<'_>, id: i64) -> Result<Report> {
    let text: String = tx.one("select report from move_in where id = $1", values![id], |row| row.get(0))?;
    serde_json::from_str(&text).map_err(|e| Error::broken(format!("the report of a move is no JSON: {e}")))
}

fn keep(tx: &mut Tx<'_>, id: i64, place: &Value, report: &Report) -> Result<()> {
    let (now, place, report) = (tx.now(), place.to_string(), report.written()?);
    let kept = tx.exec(
        "update move_in set place = $2, report = $3, updated_at = $4 where id = $1 and ended_at is null",
        values![id, &place, &report, now],
    )?;
    if kept == 1 {
        return Ok(());
    }
    Err(Error::broken("this move was ended meanwhile, by another command"))
}

/// Notes how far a move has come where nothing was to be taken.
pub fn go_on(tx: &mut Tx<'_>, id: i64, place: &Value, remarks: &[Remark]) -> Result<Report> {
    let mut report = report(tx, id)?;
    for remark in remarks {
        report.remark(remark.clone());
    }
    keep(tx, id, place, &report)?;
    Ok(report)
}

/// Ends a move, which the audit log tells of.
pub fn end(tx: &mut Tx<'_>, shop: Shop, source: Source, id: i64, actor: &Arc<Actor>) -> Result<Report> {
    let now = tx.now();
    tx.exec("update move_in set ended_at = $2, updated_at = $2 where id = $1", values![id, now])?;
    let report = report(tx, id)?;
    tx.act_for(actor);
    let told = report.told(source);
    audit::created(tx, shop, Action::AccountMovedIn, "", &told)?;
    Ok(report)
}

//! Stock: how many there are of each variant. Each change is one conditional statement and a row that says why, so that the rows of a
//! variant add up to its count.

use serde_json::json;

use super::audit::{self, Action};
use super::event::{self, Kind};
use super::product::Status;
use super::shop::Shop;
use super::variant::{self, Variant};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::{values, words};

/// The most that can be in stock, of one variant.
pub const MOST: i64 = 1_000_000_000;

/// The word that a refusal for want of stock is known by.
pub const OUT_OF_STOCK: &str = "out_of_stock";

words! {
    /// What somebody does to a count.
    Operation, "operation" {
        /// There are so many.
        Set = "set",
        /// There are so many more.
        Increment = "increment",
        /// There are so many fewer.
        Decrement = "decrement",
    }
}

words! {
    /// How little there is of something.
    Level, "level of stock" {
        /// Fewer than the threshold.
        Low = "low",
        /// None, or said to be so.
        Out = "out",
    }
}

/// A variant among those of all products.
#[derive(Clone, Debug)]
pub struct Stocked {
    /// The variant.
    pub variant: Variant,
    /// What its product is called.
    pub product_title: String,
}

impl Stocked {
    /// What it is called among those of all products.
    pub fn name(&self) -> String {
        if self.variant.is_implicit {
            return self.product_title.clone();
        }
        format!("{} — {}", self.product_title, self.variant.title)
    }
}

/// Changes how many there are of a product's variant, or of its default one, by hand.
pub fn change(
    tx: &mut Tx<'_>,
    shop: Shop,
    (product_id, variant_id): (i64, Option<i64>),
    operation: Operation,
    quantity: i64,
    reason: Option<&str>,
) -> Result<Variant> {
    super::product::get(tx, shop, product_id)?;
    let old = match variant_id {
        Some(id) => variant::get(tx, shop, product_id, id)
            .map_err(|e| e.missing("variantId", "there is no such variant of this product"))?,
        None => variant::default_of(tx, product_id)?,
    };
    let reason = reason.map(|text| text::line("the reason", text, 200)).transpose();
    adjust(tx, old.id, operation, quantity, reason.map_err(|e| e.about("reason"))?.as_deref())?;
    let new = variant::get(tx, shop, product_id, old.id)?;
    tell_if_low(tx, shop, old.stock, &new)?;
    audit::changed(tx, shop, Action::VariantStockChanged, old.id, &old, &new)?;
    Ok(new)
}

/// As [`change`], without a word to anybody. What was said about the variant being sold out is derived from the count again.
pub(super) fn adjust(
    tx: &mut Tx<'_>,
    variant_id: i64,
    operation: Operation,
    quantity: i64,
    reason: Option<&str>,
) -> Result<()> {
    let least = i64::from(operation != Operation::Set);
    if !(least..=MOST).contains(&quantity) {
        return Err(Error::invalid(format!("the quantity must be from {least} to {MOST}")).about("quantity"));
    }
    let old: Option<i64> =
        tx.one("select stock from variant where id = $1", values![variant_id], |row| row.get(0))?;
    let held = old.unwrap_or(0);
    let delta = match operation {
        Operation::Set => quantity - held,
        Operation::Increment => quantity,
        Operation::Decrement => -quantity,
    };
    if held + delta < 0 {
        return Err(short(held));
    }
    if held + delta > MOST {
        return Err(Error::invalid(format!("a stock is {MOST} at the most")).about("quantity"));
    }
    let changed = tx.exec(
        "update variant set stock = coalesce(stock, 0) + $2, is_out = 0 where id = $1 and coalesce(stock, 0) = $3",
        values![variant_id, delta, held],
    )?;
    if changed == 0 {
        return Err(Error::broken("a stock changed within a transaction"));
    }
    note(tx, variant_id, operation.as_str(), delta, reason, None)
}

/// Counts a variant no longer.
pub(super) fn uncount(tx: &mut Tx<'_>, variant_id: i64) -> Result<()> {
    let held: Option<i64> =
        tx.one("select stock from variant where id = $1", values![variant_id], |row| row.get(0))?;
    let Some(held) = held else { return Ok(()) };
    tx.exec("update variant set stock = null where id = $1", values![variant_id])?;
    note(tx, variant_id, Operation::Set.as_str(), -held, None, None)
}

/// Refuses more of a variant than there is, without taking any.
pub fn reaches(variant: &Variant, quantity: i64) -> Result<()> {
    match variant.stock {
        _ if variant.is_out => Err(short(0)),
        Some(stock) if stock < quantity => Err(short(stock)),
        _ => Ok(()),
    }
}

/// Takes what an order is for, if there is so much: of N at once for the last one, one gets it. What nobody counts is always there, and what
/// is sold before it is there (`may_lack`) goes as far as there is any.
pub fn take(
    tx: &mut Tx<'_>,
    shop: Shop,
    old: &Variant,
    (quantity, may_lack): (i64, bool),
    sale_id: i64,
) -> Result<()> {
    if old.is_out {
        return Err(short(0));
    }
    if old.stock.is_none() {
        return Ok(());
    }
    let quantity = if may_lack { quantity.min(held(tx, old.id)?) } else { quantity };
    if quantity == 0 {
        return Ok(());
    }
    let left: Option<i64> = tx.maybe(
        "update variant set stock = stock - $2 where id = $1 and stock >= $2 returning stock",
        values![old.id, quantity],
        |row| row.get(0),
    )?;
    let Some(left) = left else {
        // Another line of the same order may have had some of it.
        return Err(short(held(tx, old.id)?));
    };
    note(tx, old.id, "sale", -quantity, None, Some(sale_id))?;
    tell_if_low(tx, shop, Some(left + quantity), &Variant { stock: Some(left), ..old.clone() })
}

/// How many there are of a variant that is counted.
fn held(tx: &mut Tx<'_>, variant_id: i64) -> Result<i64> {
    let stock: Option<i64> =
        tx.one("select stock from variant where id = $1", values![variant_id], |row| row.get(0))?;
    Ok(stock.unwrap_or_default())
}

/// Puts back what an order took, where it is still counted: of what is sold before it is there, no more than there was.
pub fn give_back(
    tx: &mut Tx<'_>,
    variant_id: i64,
    (quantity, may_lack): (i64, bool),
    sale_id: i64,
) -> Result<()> {
    let quantity = if may_lack {
        let moved: i64 = tx.one(
            "select cast(coalesce(sum(delta), 0) as bigint) from stock_movement where variant_id = $1 and sale_id = $2",
            values![variant_id, sale_id],
            |row| row.get(0),
        )?;
        quantity.min(-moved)
    } else {
        quantity
    };
    if quantity <= 0 {
        return Ok(());
    }
    let back = tx.exec(
        "update variant set stock = stock + $2 where id = $1 and stock is not null and stock + $2 <= $3",
        values![variant_id, quantity, MOST],
    )?;
    if back == 0 {
        return Ok(());
    }
    note(tx, variant_id, "return", quantity, None, Some(sale_id))
}

fn note(
    tx: &mut Tx<'_>,
    variant_id: i64,
    operation: &str,
    delta: i64,
    reason: Option<&str>,
    sale_id: Option<i64>,
) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into stock_movement (variant_id, operation, delta, reason, sale_id, created_at) values ($1, $2, $3, $4, $5, $6)",
        values![variant_id, operation, delta, reason, sale_id, now],
    )
    .map(|_| ())
}

/// Tells when a count has come below its threshold, and when it has come to nothing.
pub(super) fn tell_if_low(tx: &mut Tx<'_>, shop: Shop, old: Option<i64>, new: &Variant) -> Result<()> {
    if old.is_some_and(|old| old > 0) && new.stock == Some(0) {
        event::note(tx, shop, Kind::InventoryOut, &told(new))?;
    }
    let is_low = |stock: Option<i64>| stock.is_some_and(|stock| stock < new.low_at);
    if is_low(old) || !is_low(new.stock) {
        return Ok(());
    }
    event::note(tx, shop, Kind::InventoryLow, &told(new))
}

fn told(v: &Variant) -> serde_json::Value {
    json!({"variant": {"id": v.id, "product_id": v.product_id, "title": v.title, "sku": v.sku, "stock": v.stock,
        "low_at": v.low_at}})
}

fn short(left: i64) -> Error {
    Error::refused(format!("OUT_OF_STOCK: {left} are left")).about(OUT_OF_STOCK).with("left", left)
}

/// What a list of stock is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those with this SKU.
    pub sku: Option<String>,
    /// Those of products in this state.
    pub status: Option<Status>,
    /// Those of which there is as little.
    pub level: Option<Level>,
}

fn narrowed<'a>(select: &'static str, shop: Shop, filter: &'a Filter) -> List<'a> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "p.is_test = 1" } else { "p.is_test = 0" });
    list.with("p.site_id = ?", shop.site_id);
    list.maybe("v.sku = ?", filter.sku.as_deref());
    match filter.level {
        None => {}
        Some(Level::Low) => list.when("v.stock is not null and v.stock < v.low_at"),
        Some(Level::Out) => list.when("(v.is_out = 1 or v.stock = 0)"),
    }
    match filter.status {
        None => {}
        Some(Status::Archived) => list.when("p.archived_at is not null"),
        Some(Status::Active) => list.when("p.archived_at is null and p.approved = 1 and p.visible = 1"),
        Some(Status::Hidden) => list.when("p.archived_at is null and (p.approved = 0 or p.visible = 0)"),
    }
    list
}

/// Variants of all products, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Stocked>> {
    let list = narrowed(
        "select v.id, v.product_id, v.title, v.sku, v.price_minor, v.stock, v.low_at, v.is_out, v.options, v.is_default, \
         v.is_implicit, v.created_at, p.title from variant v join product p on p.id = v.product_id",
        shop,
        filter,
    );
    list.skipping(skip).page(tx, "v.id", start, limit, |row| {
        Ok(Stocked { variant: variant::read(row)?, product_title: row.get(12)? })
    })
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
    narrowed("select v.id from variant v join product p on p.id = v.product_id", shop, filter).count(tx)
}

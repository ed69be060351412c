//! Price lists: what the forms of products cost the companies that buy by one, from so many pieces on, in the currency of each product. A
//! list puts nothing on sale, and where it says nothing the catalogue does.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::audit::{self, Action};
use super::policy::within;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// The word that a refusal to remove a list which a company buys by is known by.
pub const IN_USE: &str = "price_list_in_use";
/// The word that the refusal of a name which another list has is known by.
pub const TAKEN: &str = "price_list_taken";
/// The word that a refusal of more prices than a list holds is known by.
pub const FULL: &str = "price_list_full";

/// The most prices of a list.
const MOST: i64 = 10_000;
/// The largest quantity that a price can begin at: orders do not reach so far.
const FAR: i64 = 1_000_000;

/// A price list; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct PriceList {
    pub id: i64,
    pub title: String,
    #[serde(skip)]
    pub created_at: Millis,
}

/// A price of a list, with what it is of; columns as in `schema.sql`, table `price_list_price`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the tables' columns, explained there")]
pub struct Price {
    pub product_id: i64,
    pub product: String,
    pub variant_id: i64,
    pub variant: String,
    pub sku: Option<String>,
    pub currency: Option<String>,
    pub min_quantity: i64,
    pub price_minor: i64,
}

/// A price to be set, or to be taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// The form of a product that it is of.
    pub variant_id: i64,
    /// From how many pieces on it counts.
    pub min_quantity: i64,
    /// Minor units of the product's currency; none takes the price out.
    pub price_minor: Option<i64>,
}

/// Makes a list.
pub fn new(tx: &mut Tx<'_>, shop: Shop, title: &str, prices: &[Put]) -> Result<PriceList> {
    let (title, now) = (named(title)?, tx.now());
    let id = tx.maybe(
        "insert into price_list (site_id, is_test, title, created_at) values ($1, $2, $3, $4) \
         on conflict (title, site_id, is_test) do nothing returning id",
        values![shop.site_id, shop.is_test(), &title, now],
        |row| row.get(0),
    )?;
    let list = get(tx, shop, id.ok_or_else(|| taken(&title))?)?;
    audit::created(tx, shop, Action::PriceListCreated, list.id, &list)?;
    put(tx, shop, list.id, prices)?;
    Ok(list)
}

/// Gives a list another name.
pub fn rename(tx: &mut Tx<'_>, shop: Shop, id: i64, title: &str) -> Result<PriceList> {
    let (old, title) = (get(tx, shop, id)?, named(title)?);
    let other: Option<i64> = tx.maybe(
        "select id from price_list where title = $1 and site_id = $2 and is_test = $3 and id <> $4",
        values![&title, shop.site_id, shop.is_test(), id],
        |row| row.get(0),
    )?;
    if other.is_some() {
        return Err(taken(&title));
    }
    tx.exec("update price_list set title = $2 where id = $1", values![id, &title])?;
    let list = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::PriceListChanged, id, &old, &list)?;
    Ok(list)
}

/// Removes a list with its prices, unless a company buys by it.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<PriceList> {
    let list = get(tx, shop, id)?;
    let of: i64 = tx.one(
        "select count(*) from b2b_account where price_list_id is not null and price_list_id = $1",
        values![id],
        |row| row.get(0),
    )?;
    if of > 0 {
        let message = format!("accounts that buy by this price list: {of}; give them another first");
        return Err(Error::refused(message).about(IN_USE));
    }
    tx.exec("delete from price_list_price where price_list_id = $1", values![id])?;
    tx.exec("delete from price_list where id = $1", values![id])?;
    audit::ended(tx, shop, Action::PriceListDeleted, id, &list)?;
    Ok(list)
}

/// Sets prices and takes others out, whole or not at all; those that are not named stay. What is wrong is told with its place in `prices`.
pub fn put(tx: &mut Tx<'_>, shop: Shop, id: i64, prices: &[Put]) -> Result<()> {
    let list = get(tx, shop, id)?;
    if prices.is_empty() {
        return Ok(());
    }
    let mut told = Vec::new();
    for (place, price) in prices.iter().enumerate() {
        put_one(tx, shop, list.id, price).map_err(|e| e.inside(place).inside("prices"))?;
        told.push(json!({"variant_id": price.variant_id, "min_quantity": price.min_quantity, "price_minor": price.price_minor}));
    }
    let held = count_prices(tx, id)?;
    if held > MOST {
        return Err(Error::refused(format!("a price list has at most {MOST} prices")).about(FULL));
    }
    audit::created(tx, shop, Action::PriceListPricesChanged, id, &json!({"prices": told}))
}

fn put_one(tx: &mut Tx<'_>, shop: Shop, id: i64, price: &Put) -> Result<()> {
    within("the quantity", "min_quantity", price.min_quantity, 1, FAR)?;
    let Some(minor) = price.price_minor else {
        return tx
            .exec(
                "delete from price_list_price where price_list_id = $1 and variant_id = $2 and min_quantity = $3",
                values![id, price.variant_id, price.min_quantity],
            )
            .map(|_| ());
    };
    within("the price", "price_minor", minor, 0, money::MOST)?;
    sold_in(tx, shop, price.variant_id)?;
    tx.exec(
        "insert into price_list_price (price_list_id, variant_id, min_quantity, price_minor) values ($1, $2, $3, $4) \
         on conflict (price_list_id, variant_id, min_quantity) do update set price_minor = excluded.price_minor",
        values![id, price.variant_id, price.min_quantity, minor],
    )
    .map(|_| ())
}

/// The currency that a variant of this shop is sold in, if it has a price.
pub fn sold_in(tx: &mut Tx<'_>, shop: Shop, variant_id: i64) -> Result<Option<String>> {
    tx.maybe(
        "select p.currency from variant v join product p on p.id = v.product_id where v.id = $1 and p.site_id = $2 and p.is_test = $3",
        values![variant_id, shop.site_id, shop.is_test()],
        |row| row.get(0),
    )?
    .ok_or_else(|| Error::invalid(format!("there is no variant {variant_id}")).about("variant_id"))
}

/// The list with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<PriceList> {
    tx.maybe(
        "select id, title, created_at from price_list where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no price list {id}")))
}

/// Lists, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<PriceList>> {
    let mut list = List::new("select id, title, created_at from price_list");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are.
pub fn count(tx: &mut Tx<'_>, shop: Shop) -> Result<i64> {
    tx.one(
        "select count(*) from price_list where site_id = $1 and is_test = $2",
        values![shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// How many prices a list has.
pub fn count_prices(tx: &mut Tx<'_>, id: i64) -> Result<i64> {
    tx.one("select count(*) from price_list_price where price_list_id = $1", values![id], |row| row.get(0))
}

/// A list's prices, by product and variant, each from the smallest quantity up.
pub fn prices(tx: &mut Tx<'_>, id: i64) -> Result<Vec<Price>> {
    tx.all(
        "select p.id, p.title, v.id, v.title, v.sku, p.currency, l.min_quantity, l.price_minor from price_list_price l \
         join variant v on v.id = l.variant_id join product p on p.id = v.product_id \
         where l.price_list_id = $1 order by p.id, v.id, l.min_quantity",
        values![id],
        |row| {
            Ok(Price {
                product_id: row.get(0)?,
                product: row.get(1)?,
                variant_id: row.get(2)?,
                variant: row.get(3)?,
                sku: row.get(4)?,
                currency: row.get(5)?,
                min_quantity: row.get(6)?,
                price_minor: row.get(7)?,
            })
        },
    )
}

/// What each variant costs by a list, where the list says: the price of the band that its quantity has reached, of all pieces and in all
/// lines of one order together. `wanted` is variants with how many of them.
pub fn agreed(tx: &mut Tx<'_>, id: i64, wanted: &[(i64, i64)]) -> Result<Vec<Option<i64>>> {
    let mut sums = BTreeMap::<i64, i64>::new();
    for (variant, quantity) in wanted {
        *sums.entry(*variant).or_default() += quantity;
    }
    let sets: Vec<_> =
        wanted.iter().map(|(variant, _)| [id.into(), (*variant).into(), sums[variant].into()]).collect();
    tx.maybe_each(
        "select price_minor from price_list_price where price_list_id = $1 and variant_id = $2 and min_quantity <= $3 \
         order by min_quantity desc limit 1",
        &sets,
        |row| row.get(0),
    )
}

/// Takes a variant that goes out of all lists.
pub fn forget_variant(tx: &mut Tx<'_>, variant_id: i64) -> Result<()> {
    tx.exec("delete from price_list_price where variant_id = $1", values![variant_id]).map(|_| ())
}

fn named(title: &str) -> Result<String> {
    text::line("the name", title, 200).map_err(|e| e.about("title"))
}

fn taken(title: &str) -> Error {
    Error::refused(format!("another price list is called '{title}'")).about(TAKEN)
}

fn read(row: &Row<'_>) -> Result<PriceList> {
    Ok(PriceList { id: row.get(0)?, title: row.get(1)?, created_at: row.get(2)? })
}

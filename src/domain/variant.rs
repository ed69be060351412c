//! Variants: the forms that a product is sold in. Each product has at least one, and exactly one of them is the default.

use serde::Serialize;
use serde_json::{Map, Value};

use super::audit::{self, Action};
use super::catalogue;
use super::inventory::{self, Operation};
use super::policy::{put, within};
use super::shop::Shop;
use super::{house, price_list, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::{Row, Tx};
use crate::values;

/// The most variants of a product.
const MOST: i64 = 250;
/// The word that a refusal to delete a product's only variant is known by.
pub const LAST: &str = "last_variant";
/// The most options of a variant.
const OPTIONS: usize = 10;

/// A variant; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Variant {
    pub id: i64,
    pub product_id: i64,
    pub title: String,
    pub sku: Option<String>,
    pub price_minor: Option<i64>,
    pub stock: Option<i64>,
    pub low_at: i64,
    pub is_out: bool,
    pub options: Map<String, Value>,
    pub is_default: bool,
    pub is_implicit: bool,
    #[serde(skip)]
    pub created_at: Millis,
}

/// What to set on a variant; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub sku: Option<Option<String>>,
    pub price_minor: Option<Option<i64>>,
    pub stock: Option<Option<i64>>,
    pub low_at: Option<i64>,
    pub is_out: Option<bool>,
    pub options: Option<Map<String, Value>>,
    pub is_default: Option<bool>,
}

impl Variant {
    /// Whether one can be had.
    pub fn is_there(&self) -> bool {
        !self.is_out && self.stock != Some(0)
    }

    /// What tells it from the others, in words: `Size: Small, Colour: Blue`.
    pub fn told(&self) -> String {
        let option =
            |(name, value): (&String, &Value)| format!("{name}: {}", value.as_str().unwrap_or_default());
        self.options.iter().map(option).collect::<Vec<_>>().join(", ")
    }

    fn apply(&mut self, change: &Change) -> Result<()> {
        if let Some(title) = &change.title {
            self.title = text::line("the name", title, 200).map_err(|e| e.about("title"))?;
        }
        if let Some(sku) = &change.sku {
            let sku = sku.as_deref().map(|sku| text::line("the SKU", sku, 100)).transpose();
            self.sku = sku.map_err(|e| e.about("sku"))?;
        }
        if let Some(price) = change.price_minor {
            within("the price", "price_minor", price.unwrap_or(0), 0, money::MOST)?;
            self.price_minor = price;
        }
        put(&mut self.low_at, change.low_at);
        within("the threshold", "low_at", self.low_at, 0, inventory::MOST)?;
        match (change.is_out, change.stock) {
            (Some(is_out), _) => self.is_out = is_out,
            // Derived from the count again.
            (None, Some(_)) => self.is_out = false,
            (None, None) => {}
        }
        if let Some(options) = &change.options {
            let fits = |text: &str| text::line("an option", text, 100).is_ok();
            let fit = |(name, value): (&String, &Value)| fits(name) && value.as_str().is_some_and(fits);
            if options.len() > OPTIONS || !options.iter().all(fit) {
                let message =
                    format!("options are at most {OPTIONS} names and values of up to 100 characters");
                return Err(Error::invalid(message).about("options"));
            }
            self.options.clone_from(options);
        }
        Ok(())
    }
}

/// The variant that stands for a product without any of its own.
pub fn implicit(tx: &mut Tx<'_>, product_id: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into variant (product_id, title, is_default, is_implicit, created_at) values ($1, 'Default', 1, 1, $2)",
        values![product_id, now],
    )
    .map(|_| ())
}

/// Makes a variant; `change.title` is needed. A product's first takes the place of the implicit one.
pub fn new(tx: &mut Tx<'_>, shop: Shop, product_id: i64, change: &Change) -> Result<Variant> {
    product::get(tx, shop, product_id)?;
    let title = text::line("the name", change.title.as_deref().unwrap_or_default(), 200)
        .map_err(|e| e.about("title"))?;
    let others = list(tx, product_id)?;
    if i64::try_from(others.len()).unwrap_or(MOST) >= MOST {
        let message = format!("a product has at most {MOST} variants");
        return Err(Error::refused(message).about("too_many"));
    }
    let now = tx.now();
    let id = match others.as_slice() {
        [implicit] if implicit.is_implicit => {
            tx.exec("update variant set is_implicit = 0, created_at = $2 where id = $1", values![implicit.id, now])?;
            implicit.id
        }
        _ => tx.one(
            "insert into variant (product_id, title, is_default, created_at) values ($1, $2, 0, $3) returning id",
            values![product_id, &title, now],
            |row| row.get(0),
        )?,
    };
    let (_, made) = store(tx, shop, product_id, id, change)?;
    audit::created(tx, shop, Action::VariantCreated, id, &made)?;
    Ok(made)
}

/// Changes a variant, whole or not at all. One that is made the default takes that from the other.
pub fn set(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64, change: &Change) -> Result<Variant> {
    let (old, new) = store(tx, shop, product_id, id, change)?;
    audit::changed(tx, shop, Action::VariantChanged, id, &old, &new)?;
    Ok(new)
}

fn store(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    id: i64,
    change: &Change,
) -> Result<(Variant, Variant)> {
    let old = get(tx, shop, product_id, id)?;
    let mut v = old.clone();
    v.apply(change)?;
    // A count ends that it is said to be sold out, unless it is said with it.
    match change.stock {
        None => {}
        Some(Some(stock)) => inventory::adjust(tx, id, Operation::Set, stock, None)?,
        Some(None) => inventory::uncount(tx, id)?,
    }
    let options = Value::Object(v.options).to_string();
    tx.exec(
        "update variant set title = $2, sku = $3, price_minor = $4, low_at = $5, is_out = $6, options = $7 where id = $1",
        values![id, &v.title, v.sku.as_ref(), v.price_minor, v.low_at, v.is_out, &options],
    )?;
    if v.sku != old.sku {
        catalogue::note_text_words(tx, product_id)?;
    }
    if change.is_default == Some(true) && !old.is_default {
        promote(tx, product_id, id)?;
    }
    house::catalogue_changed(tx)?;
    Ok((old, get(tx, shop, product_id, id)?))
}

fn promote(tx: &mut Tx<'_>, product_id: i64, id: i64) -> Result<()> {
    tx.exec(
        "update variant set is_default = 0 where product_id = $1 and is_default = 1",
        values![product_id],
    )?;
    tx.exec("update variant set is_default = 1 where id = $1", values![id]).map(|_| ())
}

/// Removes a variant for good. Was it the default, the next oldest is now; the last one of a product stays.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64) -> Result<()> {
    let old = get(tx, shop, product_id, id)?;
    let next = list(tx, product_id)?.into_iter().filter(|other| other.id != id).min_by_key(|other| other.id);
    let next = next.ok_or_else(|| Error::refused("a product keeps one variant").about(LAST))?;
    remove(tx, id)?;
    if old.is_default {
        promote(tx, product_id, next.id)?;
    }
    ended(tx, shop, &old)
}

/// Removes a product's only variant for good, in whose place one stands that nobody sees.
pub(super) fn delete_last(tx: &mut Tx<'_>, shop: Shop, old: &Variant) -> Result<()> {
    remove(tx, old.id)?;
    implicit(tx, old.product_id)?;
    ended(tx, shop, old)
}

fn remove(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("delete from stock_movement where variant_id = $1", values![id])?;
    tx.exec("delete from cart_line where variant_id = $1", values![id])?;
    price_list::forget_variant(tx, id)?;
    tx.exec(
        "update sale_line set variant_id = null where variant_id is not null and variant_id = $1",
        values![id],
    )?;
    tx.exec("delete from variant where id = $1", values![id]).map(|_| ())
}

fn ended(tx: &mut Tx<'_>, shop: Shop, old: &Variant) -> Result<()> {
    catalogue::note_text_words(tx, old.product_id)?;
    house::catalogue_changed(tx)?;
    audit::ended(tx, shop, Action::VariantDeleted, old.id, old)
}

/// The variant of a product in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64) -> Result<Variant> {
    tx.maybe(
        "select v.id, v.product_id, v.title, v.sku, v.price_minor, v.stock, v.low_at, v.is_out, v.options, v.is_default, \
         v.is_implicit, v.created_at from variant v join product p on p.id = v.product_id \
         where v.id = $1 and v.product_id = $2 and p.site_id = $3 and p.is_test = $4",
        values![id, product_id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no variant {id} of product {product_id}")))
}

/// The variant with this id in this shop, or `NotFound`.
pub fn by_id(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Variant> {
    tx.maybe(
        "select v.id, v.product_id, v.title, v.sku, v.price_minor, v.stock, v.low_at, v.is_out, v.options, v.is_default, \
         v.is_implicit, v.created_at from variant v join product p on p.id = v.product_id \
         where v.id = $1 and p.site_id = $2 and p.is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no variant {id}")))
}

/// All variants of a product, the default first and then by age.
pub fn list(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<Variant>> {
    tx.all(
        "select id, product_id, title, sku, price_minor, stock, low_at, is_out, options, is_default, is_implicit, created_at \
         from variant where product_id = $1 order by is_default desc, id",
        values![product_id],
        read,
    )
}

/// A product's default.
pub fn default_of(tx: &mut Tx<'_>, product_id: i64) -> Result<Variant> {
    tx.one(
        "select id, product_id, title, sku, price_minor, stock, low_at, is_out, options, is_default, is_implicit, created_at \
         from variant where product_id = $1 and is_default = 1",
        values![product_id],
        read,
    )
}

/// The row that the selects of a variant give.
pub(super) fn read(row: &Row<'_>) -> Result<Variant> {
    let options = serde_json::from_str(&row.get::<String>(8)?);
    Ok(Variant {
        id: row.get(0)?,
        product_id: row.get(1)?,
        title: row.get(2)?,
        sku: row.get(3)?,
        price_minor: row.get(4)?,
        stock: row.get(5)?,
        low_at: row.get(6)?,
        is_out: row.get(7)?,
        options: options.map_err(|e| Error::broken(format!("a variant's options are no JSON: {e}")))?,
        is_default: row.get(9)?,
        is_implicit: row.get(10)?,
        created_at: row.get(11)?,
    })
}

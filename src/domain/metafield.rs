//! Metafields: what a vendor or an integration has to say about a product, a customer, an order or the site, in words of their own.

use serde::Serialize;
use serde_json::Value;

use super::audit::{self, Action};
use super::shop::Shop;
use super::{customer, order, product};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::{values, words};

/// The most of one resource.
const MOST: usize = 250;
/// The longest value, in characters.
const LONGEST: usize = 65_536;

words! {
    /// What a metafield is about.
    Resource, "type of resource" {
        /// A product.
        Product = "product",
        /// A customer.
        Customer = "customer",
        /// An order.
        Order = "order",
        /// The site itself.
        Site = "site",
    }
}

words! {
    /// What a value is.
    ValueType, "type of value" {
        /// Any text.
        String = "string",
        /// A whole number.
        Integer = "integer",
        /// JSON.
        Json = "json",
        /// `true` or `false`.
        Boolean = "boolean",
    }
}

/// A metafield; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Metafield {
    pub id: i64,
    pub resource: Resource,
    pub resource_id: i64,
    pub namespace: String,
    pub key: String,
    pub value: String,
    pub value_type: ValueType,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub updated_at: Millis,
}

/// What a metafield belongs to.
pub type Owner = (Resource, i64);

/// Adds a metafield; namespace and key must be free.
pub fn new(
    tx: &mut Tx<'_>,
    shop: Shop,
    owner: Owner,
    (namespace, key): (&str, &str),
    (value, value_type): (&str, ValueType),
) -> Result<Metafield> {
    owned(tx, shop, owner)?;
    let namespace = word("the namespace", namespace).map_err(|e| e.about("namespace"))?;
    let key = word("the key", key).map_err(|e| e.about("key"))?;
    fits(value, value_type)?;
    if list(tx, shop, owner)?.len() >= MOST {
        return Err(Error::refused(format!("a resource has at most {MOST} metafields")).about("too_many"));
    }
    let now = tx.now();
    let id = tx.maybe(
        "insert into metafield (site_id, is_test, resource, resource_id, namespace, key, value, value_type, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) \
         on conflict (resource, resource_id, namespace, key, site_id, is_test) do nothing returning id",
        values![shop.site_id, shop.is_test(), owner.0.as_str(), owner.1, &namespace, &key, value, value_type.as_str(), now],
        |row| row.get(0),
    )?;
    let taken =
        || Error::refused(format!("there is a metafield {namespace}.{key} already")).about("key_taken");
    let made = get(tx, shop, owner, id.ok_or_else(taken)?)?;
    audit::created(tx, shop, Action::MetafieldCreated, made.id, &made)?;
    Ok(made)
}

/// Changes a metafield's value, its type, or both: what it is then must fit.
pub fn set(
    tx: &mut Tx<'_>,
    shop: Shop,
    owner: Owner,
    id: i64,
    (value, value_type): (Option<&str>, Option<ValueType>),
) -> Result<Metafield> {
    let (old, now) = (get(tx, shop, owner, id)?, tx.now());
    let value = value.unwrap_or(&old.value);
    let value_type = value_type.unwrap_or(old.value_type);
    fits(value, value_type)?;
    tx.exec(
        "update metafield set value = $2, value_type = $3, updated_at = $4 where id = $1",
        values![id, value, value_type.as_str(), now],
    )?;
    let new = get(tx, shop, owner, id)?;
    audit::changed(tx, shop, Action::MetafieldChanged, id, &old, &new)?;
    Ok(new)
}

/// Removes a metafield for good.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, owner: Owner, id: i64) -> Result<()> {
    let old = get(tx, shop, owner, id)?;
    tx.exec("delete from metafield where id = $1", values![id])?;
    audit::ended(tx, shop, Action::MetafieldDeleted, id, &old)
}

/// The metafield with this id of this owner, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, owner: Owner, id: i64) -> Result<Metafield> {
    tx.maybe(
        "select id, resource, resource_id, namespace, key, value, value_type, created_at, updated_at from metafield \
         where id = $1 and resource = $2 and resource_id = $3 and site_id = $4 and is_test = $5",
        values![id, owner.0.as_str(), owner.1, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no such metafield {id}")))
}

/// All of an owner, which must be there, by namespace and key.
pub fn list(tx: &mut Tx<'_>, shop: Shop, owner: Owner) -> Result<Vec<Metafield>> {
    owned(tx, shop, owner)?;
    tx.all(
        "select id, resource, resource_id, namespace, key, value, value_type, created_at, updated_at from metafield \
         where resource = $1 and resource_id = $2 and site_id = $3 and is_test = $4 order by namespace, key",
        values![owner.0.as_str(), owner.1, shop.site_id, shop.is_test()],
        read,
    )
}

/// Takes all off a customer who is erased.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec("delete from metafield where resource = 'customer' and resource_id = $1", values![customer_id])
        .map(|_| ())
}

fn owned(tx: &mut Tx<'_>, shop: Shop, (resource, id): Owner) -> Result<()> {
    match resource {
        Resource::Product => product::get(tx, shop, id).map(|_| ()),
        Resource::Customer => customer::get(tx, shop, id).map(|_| ()),
        Resource::Order => order::get(tx, shop, id).map(|_| ()),
        Resource::Site if id == shop.site_id => Ok(()),
        Resource::Site => Err(Error::not_found("that is another site")),
    }
}

/// A namespace or a key: letters, digits, `_`, `-` and `.`.
fn word(what: &str, text: &str) -> Result<String> {
    let word = text::line(what, text, 64)?;
    if word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
        return Ok(word);
    }
    Err(Error::invalid(format!("{what} may hold letters, digits, '_', '-' and '.' only")))
}

fn fits(value: &str, value_type: ValueType) -> Result<()> {
    let wrong = |why: &str| Err(Error::invalid(format!("the value {why}")).about("value"));
    if value.chars().count() > LONGEST || value.contains('\0') {
        return wrong("is longer than 65536 characters, or holds the character NUL");
    }
    match value_type {
        ValueType::Integer if value.parse::<i64>().is_err() => wrong("is no whole number"),
        ValueType::Boolean if !["true", "false"].contains(&value) => wrong("is neither true nor false"),
        ValueType::Json if serde_json::from_str::<Value>(value).is_err() => wrong("is no JSON"),
        _ => Ok(()),
    }
}

/// Gives those of a customer to another, who took the first one's place; where both have one, that of who stays counts.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    tx.exec(
        "delete from metafield where resource = 'customer' and resource_id = $1 and exists (select 1 from metafield other \
         where other.resource = 'customer' and other.resource_id = $2 and other.namespace = metafield.namespace \
         and other.key = metafield.key)",
        values![id, into],
    )?;
    tx.exec(
        "update metafield set resource_id = $2 where resource = 'customer' and resource_id = $1",
        values![id, into],
    )
    .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<Metafield> {
    Ok(Metafield {
        id: row.get(0)?,
        resource: row.word(1)?,
        resource_id: row.get(2)?,
        namespace: row.get(3)?,
        key: row.get(4)?,
        value: row.get(5)?,
        value_type: row.word(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
    })
}

//! What variants of a product differ in, such as size and colour. A group is nothing of its own: it is there while variants have values of
//! it, so that to add one is to make variants, and to take one away is to let go of those that are alike without it.

use serde_json::{Map, Value};

use super::shop::Shop;
use super::variant::{self, Change, Variant};
use crate::base::error::{Error, Result};
use crate::store::Tx;

/// What stands between the values of a variant in its title.
pub const BETWEEN: &str = " / ";

/// What variants differ in, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub title: String,
    /// Its values, in the order of the oldest variants that have them.
    pub values: Vec<String>,
}

/// A product's own variants, the oldest first; none of a product that has none.
pub fn own(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<Variant>> {
    let mut variants = variant::list(tx, product_id)?;
    variants.retain(|variant| !variant.is_implicit);
    variants.sort_by_key(|variant| variant.id);
    Ok(variants)
}

/// What variants differ in.
pub fn groups(variants: &[Variant]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (name, value) in variants.iter().flat_map(|variant| &variant.options) {
        let at = groups.iter().position(|group| group.title == *name).unwrap_or_else(|| {
            groups.push(Group { title: name.clone(), values: Vec::new() });
            groups.len() - 1
        });
        let value = value.as_str().unwrap_or_default().to_owned();
        if !groups[at].values.contains(&value) {
            groups[at].values.push(value);
        }
    }
    groups
}

/// The title of a variant with these values, if they make one.
pub fn title(options: &Map<String, Value>) -> Option<String> {
    let words: Vec<&str> = options.values().filter_map(Value::as_str).collect();
    Some(words.join(BETWEEN)).filter(|title| !title.is_empty())
}

/// Refuses values that another variant of the product has than `id`.
pub fn are_free(
    tx: &mut Tx<'_>,
    product_id: i64,
    options: &Map<String, Value>,
    id: Option<i64>,
) -> Result<()> {
    let is_other = |variant: &Variant| Some(variant.id) != id && variant.options == *options;
    if !options.is_empty() && own(tx, product_id)?.iter().any(is_other) {
        return Err(taken("another variant has these values"));
    }
    Ok(())
}

/// Adds a group: variants that are there get its first value, and each is made again for each other value. Without any, each value is one.
pub fn add(tx: &mut Tx<'_>, shop: Shop, product_id: i64, name: &str, values: &[String]) -> Result<()> {
    let variants = own(tx, product_id)?;
    if groups(&variants).iter().any(|group| group.title == name) {
        return Err(taken("the product's variants differ in this already"));
    }
    let is_twice = values.iter().enumerate().any(|(at, value)| values[..at].contains(value));
    let Some((first, others)) = values.split_first().filter(|_| !is_twice) else {
        return Err(Error::invalid("the values are missing, or one is given twice").about("options"));
    };
    let with = |variant: &Variant, value: &String| {
        let mut options = variant.options.clone();
        options.insert(name.to_owned(), value.as_str().into());
        options
    };
    let variants = if variants.is_empty() {
        let options = Map::from_iter([(name.to_owned(), Value::from(first.as_str()))]);
        let made = Change { title: Some(first.clone()), options: Some(options), ..Change::default() };
        // In its place stood one for the product itself, whose stock it has.
        vec![variant::new(tx, shop, product_id, &made)?]
    } else {
        for one in &variants {
            let change = retold(one, with(one, first), Some(first));
            variant::set(tx, shop, product_id, one.id, &change)?;
        }
        variants
    };
    for value in others {
        for one in &variants {
            again(tx, shop, one, with(one, value), value)?;
        }
    }
    Ok(())
}

/// Adds a value to a group: variants that differ in this alone are made once more, with it.
pub fn add_value(tx: &mut Tx<'_>, shop: Shop, product_id: i64, group: &str, value: &str) -> Result<()> {
    let variants = own(tx, product_id)?;
    is_new(&variants, group, value)?;
    let mut made: Vec<Map<String, Value>> = Vec::new();
    for one in variants.iter().filter(|one| one.options.contains_key(group)) {
        let mut options = one.options.clone();
        options.insert(group.to_owned(), value.into());
        if !made.contains(&options) {
            again(tx, shop, one, options.clone(), value)?;
            made.push(options);
        }
    }
    Ok(())
}

/// Calls a group otherwise.
pub fn rename(tx: &mut Tx<'_>, shop: Shop, product_id: i64, group: &str, name: &str) -> Result<()> {
    let variants = own(tx, product_id)?;
    if group == name {
        return Ok(());
    }
    if groups(&variants).iter().any(|other| other.title == name) {
        return Err(taken("the product's variants differ in this already"));
    }
    for one in variants.iter().filter(|one| one.options.contains_key(group)) {
        let renamed = |(known, value): (&String, &Value)| {
            (if known == group { name.to_owned() } else { known.clone() }, value.clone())
        };
        let options = one.options.iter().map(renamed).collect();
        variant::set(tx, shop, product_id, one.id, &retold(one, options, None))?;
    }
    Ok(())
}

/// Calls a value of a group otherwise.
pub fn rename_value(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    (group, value): (&str, &str),
    name: &str,
) -> Result<()> {
    let variants = own(tx, product_id)?;
    if value == name {
        return Ok(());
    }
    is_new(&variants, group, name)?;
    for one in variants.iter().filter(|one| has(one, group, value)) {
        let mut options = one.options.clone();
        options.insert(group.to_owned(), name.into());
        variant::set(tx, shop, product_id, one.id, &retold(one, options, None))?;
    }
    Ok(())
}

/// Takes a value away, with the variants that have it.
pub fn remove_value(tx: &mut Tx<'_>, shop: Shop, product_id: i64, group: &str, value: &str) -> Result<()> {
    for one in own(tx, product_id)?.iter().filter(|one| has(one, group, value)) {
        remove_variant(tx, shop, one)?;
    }
    Ok(())
}

/// Takes a group away: of variants that are alike without it the oldest stays. Was it the only one, so does the product, without variants.
pub fn remove(tx: &mut Tx<'_>, shop: Shop, product_id: i64, group: &str) -> Result<()> {
    let mut kept: Vec<Map<String, Value>> = Vec::new();
    let mut oldest = None;
    for one in own(tx, product_id)?.into_iter().filter(|one| one.options.contains_key(group)) {
        let without = |(name, _): &(String, Value)| name != group;
        let options: Map<String, Value> = one.options.clone().into_iter().filter(without).collect();
        if kept.contains(&options) {
            variant::delete(tx, shop, product_id, one.id)?;
            continue;
        }
        if options.is_empty() {
            oldest = Some(one);
        } else {
            variant::set(tx, shop, product_id, one.id, &retold(&one, options.clone(), None))?;
        }
        kept.push(options);
    }
    oldest.map_or(Ok(()), |one| remove_variant(tx, shop, &one))
}

/// Takes a variant away. Was it the last, the product goes on without any: how many there are stays counted, lest more be sold.
pub fn remove_variant(tx: &mut Tx<'_>, shop: Shop, old: &Variant) -> Result<()> {
    let is_last = variant::list(tx, old.product_id)?.iter().all(|other| other.id == old.id);
    if !is_last {
        return variant::delete(tx, shop, old.product_id, old.id);
    }
    variant::delete_last(tx, shop, old)?;
    let change = Change {
        stock: old.stock.map(Some),
        low_at: Some(old.low_at),
        is_out: Some(old.is_out),
        ..Change::default()
    };
    let plain = variant::default_of(tx, old.product_id)?;
    variant::set(tx, shop, old.product_id, plain.id, &change).map(|_| ())
}

/// Makes a variant again with other values, `value` among them. Where its stock is counted, none is there of this one yet.
fn again(
    tx: &mut Tx<'_>,
    shop: Shop,
    like: &Variant,
    options: Map<String, Value>,
    value: &str,
) -> Result<()> {
    let change = Change {
        price_minor: Some(like.price_minor),
        stock: like.stock.map(|_| Some(0)),
        low_at: Some(like.low_at),
        ..retold(like, options, Some(value))
    };
    variant::new(tx, shop, like.product_id, &change).map(|_| ())
}

/// Gives a variant other values. A title that was made of the old ones is made of these; another stays, with what is `more` behind it.
fn retold(one: &Variant, options: Map<String, Value>, more: Option<&str>) -> Change {
    let is_made = title(&one.options).as_ref() == Some(&one.title);
    let title =
        if is_made { title(&options) } else { more.map(|more| format!("{}{BETWEEN}{more}", one.title)) };
    Change { title, options: Some(options), ..Change::default() }
}

fn has(variant: &Variant, group: &str, value: &str) -> bool {
    variant.options.get(group).and_then(Value::as_str) == Some(value)
}

fn is_new(variants: &[Variant], group: &str, value: &str) -> Result<()> {
    if variants.iter().any(|variant| has(variant, group, value)) {
        return Err(taken("this value is there already"));
    }
    Ok(())
}

fn taken(message: &str) -> Error {
    Error::refused(message).about("title_taken")
}

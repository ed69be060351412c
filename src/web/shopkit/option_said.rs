//! What bodies say of a product's options, by the names of their values or by the numbers that those have.

use serde_json::{Map, Value};

use super::decimal;
use super::prices::Prices;
use super::product_view::Group;
use super::wire::{flag, line, row};
use crate::base::error::{Error, Result as Outcome};
use crate::domain::carried::What;
use crate::domain::product::Product;
use crate::domain::shop::Shop;
use crate::domain::variant::{self, Change, Variant};
use crate::domain::variant_group;
use crate::store::Tx;
use crate::web::fields::{Fields, int, text};

/// So many groups have a place in an option: `id_variant_1` to `id_variant_3`.
pub const GROUPS: usize = 3;

/// What a body says of an option. What depends on the product is still as it was said.
#[expect(clippy::option_option, reason = "not given, given as null, given: three things")]
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Which one, in a list of several.
    id: Option<String>,
    change: Change,
    price: Option<Option<String>>,
    values: Option<Map<String, Value>>,
    /// Values by their numbers, or their words, for each group.
    picked: [Option<String>; GROUPS],
}

/// What the numbers in a body mean: for each group its name, and its values with their numbers.
#[derive(Clone, Debug, Default)]
pub struct Words(pub Vec<(String, Vec<(String, String)>)>);

impl Words {
    /// Those that a product's options have.
    pub fn of(groups: &[Group]) -> Self {
        let values = |group: &Group| {
            group.options.iter().map(|value| (value.id.to_string(), value.title.clone())).collect()
        };
        Self(groups.iter().map(|group| (group.title.clone(), values(group))).collect())
    }

    /// The name of the `n`th group, and its value that is called so.
    fn value(&self, n: usize, called: &str) -> Option<(&str, &str)> {
        let (name, values) = self.0.get(n)?;
        let found = values.iter().find(|(id, title)| id == called || title == called)?;
        Some((name, &found.1))
    }

    /// The values in a title with one for each group.
    fn split(&self, title: &str) -> Option<Map<String, Value>> {
        let parts: Vec<&str> = title.split(variant_group::BETWEEN).map(str::trim).collect();
        let fits = parts.len() == self.0.len() && parts.iter().all(|part| !part.is_empty());
        let pairs = self.0.iter().zip(parts).map(|((name, _), part)| (name.clone(), part.into()));
        fits.then(|| pairs.collect())
    }
}

impl Said {
    /// Reads an option.
    pub fn read(fields: &mut Fields) -> Self {
        let values = fields.get("values", |value| match value {
            Value::Object(values) => Ok(values),
            _ => Err("must be an object".to_owned()),
        });
        let picked = |name| fields.nullable(name, line).flatten().flatten().filter(|id| id != "0");
        let said = Self {
            picked: ["id_variant_1", "id_variant_2", "id_variant_3"].map(picked),
            id: fields.nullable("id", line).flatten().flatten(),
            change: Change {
                title: fields.get("title", text),
                sku: fields.nullable("reference", line).map(Option::flatten),
                stock: fields.nullable("stock", int),
                is_out: fields.get("active", flag).map(|active| !active),
                ..Change::default()
            },
            price: fields.nullable("price", line).map(Option::flatten),
            values,
        };
        fields.passed_over();
        said
    }

    /// Makes an option of it, or changes the one of its number; its row.
    pub fn store(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        product: &Product,
        words: &[&Words],
    ) -> Outcome<Variant> {
        match &self.id {
            None => self.make(tx, shop, product, words),
            Some(called) => {
                let found = named(tx, shop, product.id, called);
                let old = found.map_err(|e| e.missing("options", "there is no such option"))?;
                self.change(tx, shop, product, words, &old)
            }
        }
    }

    /// Makes an option.
    pub fn make(&self, tx: &mut Tx<'_>, shop: Shop, product: &Product, words: &[&Words]) -> Outcome<Variant> {
        let by_title = || {
            let title = self.change.title.as_deref()?;
            words.iter().find(|words| !words.0.is_empty()).and_then(|words| words.split(title))
        };
        let said = self.options(words, &Map::new())?;
        let options = said.or_else(by_title).unwrap_or_default();
        variant_group::are_free(tx, product.id, &options, None)?;
        let mut prices = Prices::of(tx, shop, Some(product), None)?;
        let change = self.settled(product, &mut prices, Some(options))?;
        let made = variant::new(tx, shop, product.id, &change)?;
        prices.remember(tx, shop, product.id)?;
        Ok(made)
    }

    /// Changes an option.
    pub fn change(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        product: &Product,
        words: &[&Words],
        old: &Variant,
    ) -> Outcome<Variant> {
        let options = self.options(words, &old.options)?;
        if let Some(options) = &options {
            variant_group::are_free(tx, product.id, options, Some(old.id))?;
        }
        let mut prices = Prices::of(tx, shop, Some(product), None)?;
        let mut change = self.settled(product, &mut prices, options)?;
        // A count that stays is no movement of stock.
        change.stock = change.stock.filter(|stock| *stock != old.stock);
        let changed = variant::set(tx, shop, product.id, old.id, &change)?;
        prices.remember(tx, shop, product.id)?;
        Ok(changed)
    }

    /// The values that are said, where any are; by numbers, those of other groups stay.
    fn options(&self, words: &[&Words], old: &Map<String, Value>) -> Outcome<Option<Map<String, Value>>> {
        if self.values.is_some() {
            return Ok(self.values.clone());
        }
        let mut options = old.clone();
        for (n, called) in self.picked.iter().enumerate() {
            let Some(called) = called else { continue };
            let found = words.iter().find_map(|words| words.value(n, called));
            let (name, value) =
                found.ok_or_else(|| Error::invalid("there is no such value").about("options"))?;
            options.insert(name.to_owned(), value.into());
        }
        Ok(self.picked.iter().any(Option::is_some).then_some(options))
    }

    fn settled(
        &self,
        product: &Product,
        prices: &mut Prices,
        options: Option<Map<String, Value>>,
    ) -> Outcome<Change> {
        let currency = product.currency.as_deref().unwrap_or_default();
        let mut amount = |price: &Option<String>| {
            let said = price.as_deref().map(|price| decimal::amount(price, currency)).transpose();
            said.map(|said| said.map(|minor| prices.net(minor)))
        };
        let title = self.change.title.clone().or_else(|| options.as_ref().and_then(variant_group::title));
        Ok(Change {
            title,
            price_minor: self.price.as_ref().map(&mut amount).transpose()?,
            options,
            ..self.change.clone()
        })
    }
}

/// The option of a product that somebody calls by its number.
pub fn named(tx: &mut Tx<'_>, shop: Shop, product_id: i64, called: &str) -> Outcome<Variant> {
    let missing = || Error::not_found("there is no such option");
    let id = row(tx, shop, What::Variant, called.parse().map_err(|_| missing())?)?;
    let found = variant::get(tx, shop, product_id, id)?;
    if found.is_implicit { Err(missing()) } else { Ok(found) }
}

/// Refuses groups that no option has a place for; those that were there before it came to this stay.
pub fn have_place(tx: &mut Tx<'_>, product_id: i64, before: usize) -> Outcome<()> {
    let variants = variant_group::own(tx, product_id)?;
    if variant_group::groups(&variants).len() > before.max(GROUPS) {
        let message = format!("options differ in {GROUPS} things at the most");
        return Err(Error::invalid(message).about("options"));
    }
    Ok(())
}

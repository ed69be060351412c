//! Shipping: the ways that a shop sends things, and what each costs by country, weight and worth (tables `shipping_method` and
//! `shipping_band`).

use serde::Serialize;
use serde_json::{Value, json};

use super::audit::{self, Action, Audited};
use super::policy::{put, within};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::{Row, Tx};
use crate::values;

/// The most methods of a shop, and the most bands of a method.
const MOST: usize = 300;
/// The heaviest that anything may be, in grams: a thousand tonnes.
const HEAVIEST: i64 = 1_000_000_000;

/// A way of sending things; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Method {
    pub id: i64,
    pub title: String,
    pub description: String,
    pub currency: String,
    pub tax_bp: i64,
    pub is_on: bool,
    pub bands: Vec<Band>,
    #[serde(skip)]
    pub created_at: Millis,
}

/// What it costs for some parcels; columns as in `schema.sql`, table `shipping_band`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Band {
    pub country: String,
    pub min_weight_g: i64,
    pub max_weight_g: Option<i64>,
    pub min_minor: i64,
    pub max_minor: Option<i64>,
    pub price_minor: i64,
}

/// What to set on a method; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the tables' columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub description: Option<String>,
    pub currency: Option<String>,
    pub tax_bp: Option<i64>,
    pub is_on: Option<bool>,
    /// All of them.
    pub bands: Option<Vec<Band>>,
}

/// What is to be sent where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// ISO 3166-1 alpha-3, in capitals.
    pub country: String,
    /// Grams; not known: nothing is asked of it.
    pub weight_g: Option<i64>,
    /// What the lines are worth after their discount, in minor units; not known: nothing is asked of it.
    pub worth_minor: Option<i64>,
}

/// A way of sending a parcel, and what it costs before tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// How.
    pub method: Method,
    /// In minor units of the method's currency.
    pub price_minor: i64,
}

impl Audited for Method {
    fn told(&self) -> Value {
        json!({"shipping": self})
    }
}

impl Band {
    fn check(&self) -> Result<()> {
        let is_country = self.country.len() == 3 && self.country.bytes().all(|b| b.is_ascii_uppercase());
        if !self.country.is_empty() && !is_country {
            let message = format!("'{}' is no country's three capital letters, such as PRT", self.country);
            return Err(Error::invalid(message).about("country"));
        }
        within("the weight", "min_weight_g", self.min_weight_g, 0, HEAVIEST)?;
        within(
            "the weight",
            "max_weight_g",
            self.max_weight_g.unwrap_or(HEAVIEST),
            self.min_weight_g,
            HEAVIEST,
        )?;
        within("the worth", "min_minor", self.min_minor, 0, money::MOST)?;
        within("the worth", "max_minor", self.max_minor.unwrap_or(money::MOST), self.min_minor, money::MOST)?;
        within("the price", "price_minor", self.price_minor, 0, money::MOST)
    }

    fn holds(&self, parcel: &Parcel) -> bool {
        let is_in = |value: Option<i64>, least: i64, most: Option<i64>| {
            value.is_none_or(|value| value >= least && most.is_none_or(|most| value <= most))
        };
        is_in(parcel.weight_g, self.min_weight_g, self.max_weight_g)
            && is_in(parcel.worth_minor, self.min_minor, self.max_minor)
    }
}

impl Method {
    /// What it costs to send this so, if it can be: by the bands of its country, or where it has none by those of any.
    pub fn price(&self, parcel: &Parcel) -> Option<i64> {
        let is_own = self.bands.iter().any(|band| band.country == parcel.country);
        let country = if is_own { parcel.country.as_str() } else { "" };
        let fitting = self.bands.iter().filter(|band| band.country == country && band.holds(parcel));
        fitting.map(|band| band.price_minor).min()
    }
}

/// Makes a method; `change.title` is needed, and a currency unless the shop has one.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Method> {
    let title = title(change.title.as_deref().unwrap_or_default())?;
    if list(tx, shop)?.len() >= MOST {
        return Err(Error::refused(format!("a shop has at most {MOST} ways of shipping")).about("too_many"));
    }
    let currency = super::account::currency_or(tx, shop, change.currency.as_deref())?;
    let now = tx.now();
    let id = tx.maybe(
        "insert into shipping_method (site_id, is_test, title, currency, created_at) values ($1, $2, $3, $4, $5) \
         on conflict (title, site_id, is_test) do nothing returning id",
        values![shop.site_id, shop.is_test(), &title, &currency, now],
        |row| row.get(0),
    )?;
    let (_, made) = store(tx, shop, id.ok_or_else(|| taken(&title))?, change)?;
    audit::created(tx, shop, Action::AccountChanged, shop.site_id, &made)?;
    Ok(made)
}

/// Changes a method, whole or not at all.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Method> {
    let (old, new) = store(tx, shop, id, change)?;
    audit::changed(tx, shop, Action::AccountChanged, shop.site_id, &old, &new)?;
    Ok(new)
}

fn store(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<(Method, Method)> {
    let old = get(tx, shop, id)?;
    let mut m = old.clone();
    if let Some(text) = &change.title {
        m.title = title(text)?;
    }
    if let Some(text) = &change.description {
        m.description = text::page("the description", text, 2_000).map_err(|e| e.about("description"))?;
    }
    if let Some(code) = &change.currency {
        m.currency = money::currency(code).map_err(|e| e.about("currency"))?;
    }
    put(&mut m.tax_bp, change.tax_bp);
    within("the tax", "tax_bp", m.tax_bp, 0, money::WHOLE)?;
    put(&mut m.is_on, change.is_on);
    if list(tx, shop)?.iter().any(|other| other.id != id && other.title == m.title) {
        return Err(taken(&m.title));
    }
    tx.exec(
        "update shipping_method set title = $2, description = $3, currency = $4, tax_bp = $5, is_on = $6 where id = $1",
        values![id, &m.title, &m.description, &m.currency, m.tax_bp, m.is_on],
    )?;
    if let Some(bands) = &change.bands {
        put_bands(tx, id, bands)?;
    }
    Ok((old, get(tx, shop, id)?))
}

fn put_bands(tx: &mut Tx<'_>, id: i64, bands: &[Band]) -> Result<()> {
    if bands.len() > MOST {
        let message = format!("a way of shipping has at most {MOST} bands");
        return Err(Error::invalid(message).about("bands"));
    }
    tx.exec("delete from shipping_band where shipping_method_id = $1", values![id])?;
    for (place, band) in bands.iter().enumerate() {
        band.check().map_err(|e| e.inside(place).inside("bands"))?;
        tx.exec(
            "insert into shipping_band (shipping_method_id, country, min_weight_g, max_weight_g, min_minor, max_minor, price_minor) \
             values ($1, $2, $3, $4, $5, $6, $7)",
            values![
                id,
                &band.country,
                band.min_weight_g,
                band.max_weight_g,
                band.min_minor,
                band.max_minor,
                band.price_minor
            ],
        )?;
    }
    Ok(())
}

/// Removes a method for good; orders that are sent so keep what was agreed.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Method> {
    let method = get(tx, shop, id)?;
    tx.exec("delete from shipping_band where shipping_method_id = $1", values![id])?;
    tx.exec("delete from shipping_method where id = $1", values![id])?;
    audit::ended(tx, shop, Action::AccountChanged, shop.site_id, &method)?;
    Ok(method)
}

/// The method with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Method> {
    let found = tx.maybe(
        "select id, title, description, currency, tax_bp, is_on, created_at from shipping_method \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?;
    let method = found.ok_or_else(|| {
        Error::not_found(format!(
            "there is no way of shipping {id}; `keywright shipping list` shows those there are"
        ))
    })?;
    whole(tx, method)
}

/// All methods, the oldest first.
pub fn list(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<Method>> {
    let found = tx.all(
        "select id, title, description, currency, tax_bp, is_on, created_at from shipping_method \
         where site_id = $1 and is_test = $2 order by id",
        values![shop.site_id, shop.is_test()],
        read,
    )?;
    found.into_iter().map(|method| whole(tx, method)).collect()
}

/// The ways in which something can be sent, the oldest first.
pub fn quote(tx: &mut Tx<'_>, shop: Shop, parcel: &Parcel) -> Result<Vec<Quote>> {
    let on = list(tx, shop)?.into_iter().filter(|method| method.is_on);
    let quoted = on.filter_map(|method| {
        let price_minor = method.price(parcel)?;
        Some(Quote { method, price_minor })
    });
    Ok(quoted.collect())
}

fn whole(tx: &mut Tx<'_>, method: Method) -> Result<Method> {
    let bands = tx.all(
        "select country, min_weight_g, max_weight_g, min_minor, max_minor, price_minor from shipping_band \
         where shipping_method_id = $1 order by id",
        values![method.id],
        |row| {
            Ok(Band {
                country: row.get(0)?,
                min_weight_g: row.get(1)?,
                max_weight_g: row.get(2)?,
                min_minor: row.get(3)?,
                max_minor: row.get(4)?,
                price_minor: row.get(5)?,
            })
        },
    )?;
    Ok(Method { bands, ..method })
}

fn title(text: &str) -> Result<String> {
    text::line("the title", text, 200).map_err(|e| e.about("title"))
}

fn taken(title: &str) -> Error {
    Error::refused(format!("there is a way of shipping '{title}' already")).about("title_taken")
}

fn read(row: &Row<'_>) -> Result<Method> {
    Ok(Method {
        id: row.get(0)?,
        title: row.get(1)?,
        description: row.get(2)?,
        currency: row.get(3)?,
        tax_bp: row.get(4)?,
        is_on: row.get(5)?,
        created_at: row.get(6)?,
        bands: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(bands: &[(&str, i64, Option<i64>, i64, i64)]) -> Method {
        let band = |(country, least, most, worth, price): &(&str, i64, Option<i64>, i64, i64)| Band {
            country: (*country).to_owned(),
            min_weight_g: *least,
            max_weight_g: *most,
            min_minor: *worth,
            max_minor: None,
            price_minor: *price,
        };
        Method {
            id: 1,
            title: "Post".into(),
            description: String::new(),
            currency: "EUR".into(),
            tax_bp: 0,
            is_on: true,
            bands: bands.iter().map(band).collect(),
            created_at: 0,
        }
    }

    #[test]
    fn a_country_of_its_own_goes_before_any() {
        let post = method(&[
            ("", 0, Some(2_000), 0, 900),
            ("PRT", 0, Some(1_000), 0, 500),
            ("PRT", 1_001, None, 0, 700),
            ("PRT", 0, None, 5_900, 0),
        ]);
        let price = |country: &str, weight_g, worth_minor| {
            post.price(&Parcel { country: country.into(), weight_g, worth_minor })
        };
        assert_eq!(price("PRT", Some(1_000), Some(100)), Some(500));
        assert_eq!(price("PRT", Some(1_001), Some(100)), Some(700));
        assert_eq!(price("PRT", Some(9_000), Some(5_900)), Some(0), "free from 59 on");
        assert_eq!(price("ESP", Some(2_000), None), Some(900));
        assert_eq!(price("ESP", Some(2_001), None), None, "too heavy for any");
        assert_eq!(
            method(&[("PRT", 0, None, 0, 5)]).price(&Parcel {
                country: "ESP".into(),
                weight_g: None,
                worth_minor: None
            }),
            None
        );
    }
}

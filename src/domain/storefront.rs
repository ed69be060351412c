//! What shop programs are told of a site: its name, language, currency and looks.

use serde::Serialize;
use serde_json::{Map, Value};

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// The most tokens of a theme.
const TOKENS: usize = 200;

/// A site as shop programs see it; columns as in `schema.sql`, table `site`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Storefront {
    pub title: String,
    pub currency: Option<String>,
    pub locale: String,
    pub theme: Map<String, Value>,
    pub approves_reviews: bool,
}

/// What to set; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub locale: Option<String>,
    pub theme: Option<Map<String, Value>>,
    pub approves_reviews: Option<bool>,
}

/// How a site is shown.
pub fn get(tx: &mut Tx<'_>, shop: Shop) -> Result<Storefront> {
    tx.one(
        "select title, currency, locale, theme, approves_reviews from site where id = $1",
        values![shop.site_id],
        |row| {
            let theme = serde_json::from_str(&row.get::<String>(3)?);
            Ok(Storefront {
                title: row.get(0)?,
                currency: row.get(1)?,
                locale: row.get(2)?,
                theme: theme.map_err(|e| Error::broken(format!("a site's theme is no JSON: {e}")))?,
                approves_reviews: row.get(4)?,
            })
        },
    )
}

/// Changes how a site is shown, all or none.
pub fn set(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Storefront> {
    let old = get(tx, shop)?;
    let locale = change.locale.as_ref().unwrap_or(&old.locale);
    let is_tag = |text: &str| {
        text.split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    if !is_tag(locale) || locale.len() > 35 {
        return Err(
            Error::invalid(format!("'{locale}' is no language tag, such as en or pt-BR")).about("locale")
        );
    }
    let theme = change.theme.as_ref().unwrap_or(&old.theme);
    let fits = |text: &str| text::line("a token", text, 200).is_ok();
    if theme.len() > TOKENS
        || !theme.iter().all(|(name, value)| fits(name) && value.as_str().is_some_and(fits))
    {
        let message = format!("a theme is at most {TOKENS} names and values of up to 200 characters");
        return Err(Error::invalid(message).about("theme"));
    }
    let approves = change.approves_reviews.unwrap_or(old.approves_reviews);
    tx.exec(
        "update site set locale = $2, theme = $3, approves_reviews = $4 where id = $1",
        values![shop.site_id, locale, &Value::Object(theme.clone()).to_string(), approves],
    )?;
    let new = get(tx, shop)?;
    audit::changed(tx, shop, Action::AccountChanged, shop.site_id, &old, &new)?;
    Ok(new)
}

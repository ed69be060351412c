//! How a shop shows itself to programs: texts such as its telephone number, kept as they were said (column `about` of table `site`).

use serde_json::{Map, Value, json};

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// Texts of a line.
const LINES: [&str; 17] = [
    "username",
    "logo",
    "facebook",
    "twitter",
    "instagram",
    "pinterest",
    "email",
    "phone",
    "cellphone",
    "basecolor",
    "favicon",
    "latitude",
    "longitude",
    "page_title",
    "meta_tags",
    "category_default_order",
    "country",
];
/// Texts of many lines.
const PAGES: [&str; 10] = [
    "description",
    "notice",
    "address",
    "meta_description",
    "footer_info",
    "custom_css",
    "custom_js",
    "head_html",
    "footer_html",
    "images_header",
];
/// Switches.
const SWITCHES: [&str; 2] = ["show_email", "taxes_included"];
/// Objects and lists that are kept as they are, and how many bytes each may have.
const WHOLE: [&str; 2] = ["payments", "assets"];
const LARGEST: usize = 64 * 1_024;

/// What is said of a shop; what is not said is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About(Map<String, Value>);

impl About {
    /// All of it.
    pub fn whole(self) -> Value {
        Value::Object(self.0)
    }

    /// A fact, or null.
    pub fn get(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// A text, if there is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A switch; off without a word.
    pub fn is(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }
}

/// What is said of a shop.
pub fn get(tx: &mut Tx<'_>, shop: Shop) -> Result<About> {
    let told =
        tx.one("select about from site where id = $1", values![shop.site_id], |row| row.get::<String>(0))?;
    serde_json::from_str(&told)
        .map(About)
        .map_err(|e| Error::broken(format!("what a site says of itself is no JSON: {e}")))
}

/// Says more: each fact takes the place of what it was; null is no more. All or none.
pub fn set(tx: &mut Tx<'_>, shop: Shop, change: &Map<String, Value>) -> Result<About> {
    let old = get(tx, shop)?;
    let mut about = old.0.clone();
    for (name, value) in change {
        if value.is_null() {
            about.shift_remove(name);
        } else {
            about.insert(name.clone(), checked(name, value)?);
        }
    }
    let told = Value::Object(about.clone()).to_string();
    tx.exec("update site set about = $2 where id = $1", values![shop.site_id, &told])?;
    audit::changed(
        tx,
        shop,
        Action::AccountChanged,
        shop.site_id,
        &json!({"about": old.0}),
        &json!({"about": about}),
    )?;
    Ok(About(about))
}

/// A fact that may be said.
fn checked(name: &str, value: &Value) -> Result<Value> {
    let wrong = |message: String| Error::invalid(format!("{name}: {message}")).about("about");
    let known = |names: &[&str]| names.contains(&name);
    let checked = match value {
        Value::String(said) if known(&LINES) => text::line(name, said, 1_000).map(Value::from),
        Value::String(said) if known(&PAGES) => text::page(name, said, 20_000).map(Value::from),
        Value::Bool(_) if known(&SWITCHES) => Ok(value.clone()),
        Value::Object(_) | Value::Array(_) if known(&WHOLE) && value.to_string().len() <= LARGEST => {
            Ok(value.clone())
        }
        _ => {
            let names = [&LINES[..], &PAGES, &SWITCHES, &WHOLE].concat().join(", ");
            return Err(wrong(format!("no such fact, or of another form; there are {names}")));
        }
    };
    checked.map_err(|e| wrong(e.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_said() {
        assert_eq!(checked("phone", &json!(" 1 ")).unwrap(), "1");
        assert!(checked("show_email", &json!(true)).is_ok() && checked("payments", &json!({})).is_ok());
        for (name, value) in [("phone", json!(1)), ("owner", json!("x")), ("show_email", json!("true"))] {
            assert!(checked(name, &value).is_err(), "{name}");
        }
    }
}

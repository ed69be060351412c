//! The old services: where their APIs are, which lists they have, and in which order these are to be read.

use serde_json::Value;

use super::client::{Answer, Client};
use super::wire::Told;
use super::{Context, Items, shopkit, shoppy};
use crate::base::error::{Error, Result};
use crate::domain::carried::Source;

/// An old service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// A Shopkit store.
    Shopkit,
    /// A Shoppy seller; in the shapes of the document, or in the later ones, which is found out.
    Shoppy,
}

/// A list of an old service.
pub struct Feed {
    /// What its things are called in a report.
    pub noun: &'static str,
    /// Where it is, under the service's base.
    pub path: &'static str,
    /// What its things may be called by.
    pub ids: &'static [&'static str],
    /// Whether a shop has it for sure.
    pub is_needed: bool,
    /// What one of its things means.
    pub read: fn(Told<'_>, &Context) -> Result<Items>,
}

const fn feed(
    noun: &'static str,
    path: &'static str,
    ids: &'static [&'static str],
    is_needed: bool,
    read: fn(Told<'_>, &Context) -> Result<Items>,
) -> Feed {
    Feed { noun, path, ids, is_needed, read }
}

/// Things come before those that refer to them.
const SHOPKIT: &[Feed] = &[
    feed("categories", "/category", &["id"], false, shopkit::category),
    feed("brands", "/brand", &["id"], false, shopkit::brand),
    feed("products", "/product", &["id"], true, shopkit::product),
    feed("coupons", "/coupon", &["id", "code"], false, shopkit::coupon),
    feed("customers", "/client", &["id", "email"], false, shopkit::customer),
    feed("orders", "/order", &["id"], true, shopkit::order),
];

const SHOPPY: &[Feed] = &[
    feed("products", "/products", &["product_id", "id"], true, shoppy::product),
    feed("coupons", "/coupons", &["id", "code"], false, shoppy::coupon),
    feed("orders", "/orders", &["invoice_id", "id", "order_id"], true, shoppy::order),
    feed("reviews", "/feedbacks", &["feedback_id", "id"], false, shoppy::feedback),
    feed("tickets", "/queries", &["query", "id"], false, shoppy::query),
];

impl Service {
    /// What it is called among things that were carried.
    pub fn source(self) -> Source {
        match self {
            Self::Shopkit => Source::Shopkit,
            Self::Shoppy => Source::Shoppy,
        }
    }

    /// The header that it wants its key in.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Shopkit => "x-api-key",
            Self::Shoppy => "authorization",
        }
    }

    /// Where its API is, from what a vendor says of where the service is.
    pub(super) fn base(self, address: &str) -> String {
        let address = address.trim().trim_end_matches('/');
        let is_versioned = |versions: &[&str]| versions.iter().any(|version| address.ends_with(version));
        match self {
            Self::Shopkit if is_versioned(&["/v1"]) => address.to_owned(),
            Self::Shopkit => format!("{address}/v1"),
            Self::Shoppy if is_versioned(&["/api/v1", "/api/1.0"]) => address.to_owned(),
            Self::Shoppy if is_versioned(&["/api"]) => format!("{address}/v1"),
            Self::Shoppy => format!("{address}/api/v1"),
        }
    }

    pub(super) fn feeds(self) -> &'static [Feed] {
        match self {
            Self::Shopkit => SHOPKIT,
            Self::Shoppy => SHOPPY,
        }
    }
}

/// Asks a service.
pub struct Asker {
    /// How.
    pub(super) client: Client,
    /// Whom.
    pub(super) service: Service,
}

impl Asker {
    /// What is known of the shop as a whole; it shows too whether address and key are right.
    pub(super) async fn context(&mut self, currency: Option<String>) -> Result<Context> {
        match self.service {
            Service::Shopkit => {
                let answer = self.client.get("/").await?;
                if !answer.is_found || !answer.body.is_object() {
                    return Err(nowhere());
                }
                let told = Told(&answer.body);
                let currency = currency.or_else(|| told.text("currency")).ok_or_else(no_currency)?;
                Ok(Context { currency: Some(currency), is_gross: told.flag("taxes_included") })
            }
            Service::Shoppy => {
                let mut answer = self.client.get("/products?page=1").await?;
                if !answer.is_found && self.client.turn_to("/api/v1", "/api/1.0") {
                    answer = self.client.get("/products?page=1").await?;
                }
                if !answer.is_found || !answer.body.is_array() {
                    return Err(nowhere());
                }
                let settings = self.client.get("/settings").await?;
                let currency = currency.or_else(|| Told(&settings.body).inside("settings").text("currency"));
                let names_none = |thing: &Value| Told(thing).text("currency").is_none();
                if currency.is_none()
                    && answer.body.as_array().is_some_and(|list| list.iter().any(names_none))
                {
                    return Err(no_currency());
                }
                Ok(Context { currency, is_gross: false })
            }
        }
    }

    /// A page of a list, by its number from 1 on.
    pub(super) async fn page(&mut self, feed: &Feed, number: u64) -> Result<Option<Listed>> {
        let path = match self.service {
            Service::Shopkit => format!("{}?page={number}&limit={LIMIT}", feed.path),
            Service::Shoppy => format!("{}?page={number}", feed.path),
        };
        let answer = self.client.get(&path).await?;
        if answer.is_found {
            let mut listed = listed(answer);
            for thing in listed.things.iter_mut().filter(|thing| is_cut(Told(thing))) {
                self.whole(feed, thing).await?;
            }
            return Ok(Some(listed));
        }
        // A page beyond the end is none for some services.
        if feed.is_needed && number == 1 { Err(nowhere()) } else { Ok(None) }
    }
}

impl Asker {
    /// Puts a thing that a list shows the beginning of there as it is by itself.
    async fn whole(&mut self, feed: &Feed, thing: &mut Value) -> Result<()> {
        let Some(id) = Told(thing).first(&["id", "product_id"]) else { return Ok(()) };
        let is_plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_plain {
            return Ok(());
        }
        let answer = self.client.get(&format!("{}/{id}", feed.path)).await?;
        if answer.is_found && answer.body.is_object() {
            *thing = answer.body;
        }
        Ok(())
    }
}

/// Whether a list shows fewer of what is handed out than are left.
fn is_cut(thing: Told<'_>) -> bool {
    let shown = thing.list("accounts").len();
    let left = thing.int("stock").filter(|left| *left < i64::MAX).and_then(|left| usize::try_from(left).ok());
    shown > 0 && left.is_some_and(|left| left > shown)
}

/// Things of a page that are asked for, where a service lets itself be asked.
const LIMIT: u64 = 50;

fn no_currency() -> Error {
    Error::invalid("the old service tells no currency: name it, as in --currency EUR")
}

fn nowhere() -> Error {
    Error::refused(
        "the old service's API is not at that address: give --from as far as before /v1 (Shopkit) or /api (Shoppy), such as \
         https://api.shopk.it",
    )
}

/// A page of a list.
pub struct Listed {
    /// What is on it.
    pub things: Vec<Value>,
    /// How many things there are in all.
    pub count: Option<u64>,
    /// How many pages there are in all.
    pub pages: Option<u64>,
    /// Whether it says that there is another page behind it.
    pub has_next: Option<bool>,
}

/// The things of a page, in whichever of the forms that lists have.
fn listed(answer: Answer) -> Listed {
    let (count, pages) = (answer.number("x-total-count"), answer.number("x-total-pages"));
    match answer.body {
        Value::Array(things) => Listed { things, count, pages, has_next: None },
        // One thing where a list would have one.
        Value::Object(fields) if fields.contains_key("id") => {
            Listed { things: vec![Value::Object(fields)], count, pages, has_next: Some(false) }
        }
        Value::Object(mut fields) => {
            let paging = fields.shift_remove("paging");
            let has_next = paging.map(|paging| Told(&paging).text("next").is_some());
            let mut things: Vec<(u64, Value)> =
                fields.into_iter().filter_map(|(place, thing)| Some((place.parse().ok()?, thing))).collect();
            things.sort_by_key(|(place, _)| *place);
            Listed { things: things.into_iter().map(|(_, thing)| thing).collect(), count, pages, has_next }
        }
        _ => Listed { things: Vec::new(), count, pages, has_next: Some(false) },
    }
}

//! What goes by post: where to, in which way, and what that costs, as the checkout asks for it.

use minijinja::{Value, context};

use crate::base::error::Result;
use crate::base::money;
use crate::domain::address::{self, Address};
use crate::domain::order::Quote;
use crate::domain::sending::{self, Sent};
use crate::domain::shipping;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;

/// What the checkout asks.
#[derive(Clone, Debug)]
pub struct Post {
    /// Those that it can be sent to.
    countries: Vec<(&'static str, &'static str)>,
    /// What was chosen; the first way that there is, until one is.
    pub sent: Sent,
    ways: Vec<shipping::Quote>,
}

/// What a form says of it.
pub fn said(form: &Form) -> Sent {
    let given = |name: &str| form.get(name).map(str::trim).filter(|text| !text.is_empty());
    Sent {
        country: given("country").map(str::to_ascii_uppercase),
        method_id: given("way").and_then(|id| id.parse().ok()),
    }
}

/// What a page was shown with, so that nobody pays another sum than stood there.
pub fn shown(sent: &Sent) -> String {
    let Some(country) = &sent.country else { return String::new() };
    format!("{country} {}", sent.method_id.unwrap_or_default())
}

/// Where a form says that it goes.
pub fn delivery(form: &Form, name: Option<&str>) -> Result<Address> {
    let Some(country_code) = said(form).country else { return Ok(Address::default()) };
    let given = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let address = Address {
        name: name.unwrap_or_default().to_owned(),
        address: given("address"),
        zip_code: given("zip_code"),
        city: given("city"),
        country_code,
        ..Address::default()
    };
    address.checked()
}

/// What is asked about a cart that comes to this; nothing, if nothing of it goes by post or the shop has no way of it.
pub fn ask(tx: &mut Tx<'_>, shop: Shop, quote: &Quote, said: &Sent) -> Result<Option<Post>> {
    let countries = sending::countries(tx, shop, &quote.goods)?;
    if countries.is_empty() {
        return Ok(None);
    }
    let known = said.country.as_deref().and_then(|code| address::country(code).ok());
    let country = known.map(|country| country.alpha3.to_owned());
    let ways = match &country {
        Some(country) => sending::ways(tx, shop, &quote.goods, country)?,
        None => Vec::new(),
    };
    let chosen = ways.iter().find(|way| Some(way.method.id) == said.method_id).or(ways.first());
    let sent = Sent { country, method_id: chosen.map(|way| way.method.id) };
    Ok(Some(Post { countries, sent, ways }))
}

impl Post {
    /// Whether a way is chosen.
    pub fn is_settled(&self) -> bool {
        self.sent.method_id.is_some()
    }

    /// As the page has it.
    pub fn told(&self, form: &Form) -> Value {
        let country = |(code, name): &(&str, &str)| {
            context! { code => *code, name => *name, is_chosen => self.sent.country.as_deref() == Some(*code) }
        };
        let way = |way: &shipping::Quote| {
            context! {
                id => way.method.id, title => &way.method.title, description => &way.method.description,
                price => money::text(way.price_minor, &way.method.currency),
                is_chosen => self.sent.method_id == Some(way.method.id),
            }
        };
        let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
        context! {
            countries => self.countries.iter().map(country).collect::<Vec<Value>>(),
            ways => self.ways.iter().map(way).collect::<Vec<Value>>(),
            is_nowhere => self.sent.country.is_some() && self.ways.is_empty(), shown => shown(&self.sent),
            address => typed("address"), zip_code => typed("zip_code"), city => typed("city"),
        }
    }
}

//! `/shipping`: the ways in which something can be sent to a country, and what they cost.

use serde::Serialize;

use super::call::Call;
use super::decimal::{self, Decimal, shown};
use super::fault::Fault;
use super::reply::Reply;
use super::wire::is_gross;
use crate::domain::account;
use crate::domain::address;
use crate::domain::gross;
use crate::domain::shipping::{self, Parcel, Quote};

/// A way of sending something.
#[derive(Serialize)]
struct View {
    title: String,
    description: String,
    price: Decimal,
    price_formatted: String,
}

impl View {
    fn of(Quote { method, price_minor }: Quote, is_gross: bool) -> Self {
        let price_minor = if is_gross { gross::of(price_minor, method.tax_bp) } else { price_minor };
        Self {
            price: Decimal::money(price_minor, &method.currency),
            price_formatted: shown(price_minor, &method.currency),
            title: method.title,
            description: method.description,
        }
    }
}

/// `GET /shipping`: a country must be named. One that there is not is nowhere (404).
pub async fn quote(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let country = query.text("country_code");
    let weight_g = query.read("weight", |text| decimal::read(text, 0));
    let worth = query.text("value");
    query.finish_open()?;
    let country = country.map(|code| code.trim().to_ascii_uppercase()).ok_or(Fault::Wrong)?;
    if country.len() != 3 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(Fault::Wrong);
    }
    if address::country(&country).is_err() {
        return Err(Fault::NotFound);
    }
    let shop = call.shop;
    call.read(move |tx| {
        let worth_minor = match &worth {
            None => None,
            Some(worth) => {
                let currency = account::get(tx, shop)?.currency.unwrap_or_else(|| "EUR".to_owned());
                Some(decimal::amount(worth, &currency)?)
            }
        };
        let parcel = Parcel { country: country.clone(), weight_g, worth_minor };
        let (quoted, is_gross) = (shipping::quote(tx, shop, &parcel)?, is_gross(tx, shop)?);
        Reply::ok(&quoted.into_iter().map(|quote| View::of(quote, is_gross)).collect::<Vec<_>>())
    })
    .await
}

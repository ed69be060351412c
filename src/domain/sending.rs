//! How what is bought is sent: which of it goes by post, in which ways that can be, and the one that is chosen.
//!
//! What weighs something goes by post, and so does what costs something to send beside the way of shipping (table `product_extra`); a
//! renewal does not.

use super::address;
use super::order::{Draft, Shipping};
use super::product::Product;
use super::product_extra;
use super::shipping::{self, Method, Parcel, Quote};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::money;
use crate::store::Tx;

/// What a buyer says of how it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Where to: a code of ISO 3166-1.
    pub country: Option<String>,
    /// The way of shipping.
    pub method_id: Option<i64>,
}

/// What of an order goes by post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goods {
    /// Whether anything does.
    pub are_any: bool,
    /// Grams, as far as they are known.
    pub weight_g: i64,
    /// What all lines are worth after their discount, in minor units.
    pub worth_minor: i64,
    /// What sending the pieces costs beside the way, in minor units.
    pub beside_minor: i64,
    /// Of the order.
    pub currency: String,
}

/// What of an order goes by post, whose lines are worth so much.
pub fn goods(
    tx: &mut Tx<'_>,
    draft: &Draft,
    products: &[Product],
    currency: &str,
    worth_minor: i64,
) -> Result<Goods> {
    let mut goods = Goods { worth_minor, currency: currency.to_owned(), ..Goods::default() };
    for (line, product) in draft.lines.iter().zip(products).filter(|(line, _)| line.renews.is_none()) {
        let extra = product_extra::get(tx, product.id)?;
        goods.are_any |= extra.weight_g > 0 || extra.shipping_minor > 0;
        goods.weight_g = goods.weight_g.saturating_add(extra.weight_g.saturating_mul(line.quantity));
        let beside = i128::from(extra.shipping_minor) * i128::from(line.quantity);
        goods.beside_minor = money::amount(i128::from(goods.beside_minor) + beside)?;
    }
    Ok(goods)
}

/// The ways in which this currency's orders are sent.
fn open(tx: &mut Tx<'_>, shop: Shop, currency: &str) -> Result<Vec<Method>> {
    let mut all = shipping::list(tx, shop)?;
    all.retain(|method| method.is_on && method.currency == currency && !method.bands.is_empty());
    Ok(all)
}

/// The countries that goods can be sent to, as ISO 3166-1 alpha-3 and by name, sorted by that. None: nobody asks how they are sent.
pub fn countries(tx: &mut Tx<'_>, shop: Shop, goods: &Goods) -> Result<Vec<(&'static str, &'static str)>> {
    let bands: Vec<_> = if goods.are_any { open(tx, shop, &goods.currency)? } else { Vec::new() }
        .into_iter()
        .flat_map(|method| method.bands)
        .collect();
    let is_served = |code: &str| bands.iter().any(|band| band.country.is_empty() || band.country == code);
    let mut found: Vec<_> = rust_iso3166::ALL
        .iter()
        .filter(|country| is_served(country.alpha3))
        .map(|country| (country.alpha3, country.name))
        .collect();
    found.sort_by_key(|(_, name)| *name);
    Ok(found)
}

/// The ways in which goods can be sent to a country, the oldest first, each with all that it costs before tax.
pub fn ways(tx: &mut Tx<'_>, shop: Shop, goods: &Goods, country: &str) -> Result<Vec<Quote>> {
    if !goods.are_any {
        return Ok(Vec::new());
    }
    let country = address::country(country)?.alpha3.to_owned();
    let parcel = Parcel { country, weight_g: Some(goods.weight_g), worth_minor: Some(goods.worth_minor) };
    let mut ways = shipping::quote(tx, shop, &parcel)?;
    ways.retain(|way| way.method.currency == goods.currency);
    for way in &mut ways {
        way.price_minor = money::amount(i128::from(way.price_minor) + i128::from(goods.beside_minor))?;
    }
    Ok(ways)
}

/// What is agreed of how goods are sent: nothing where nothing goes by post, or where the shop has no way of it.
pub fn agree(tx: &mut Tx<'_>, shop: Shop, goods: &Goods, sent: &Sent) -> Result<Option<Shipping>> {
    if !goods.are_any || open(tx, shop, &goods.currency)?.is_empty() {
        return Ok(None);
    }
    let wrong = |message: &str| Error::invalid(message).about("shipping");
    let country = sent.country.as_deref().ok_or_else(|| wrong("say to which country this is sent"))?;
    let ways = ways(tx, shop, goods, country).map_err(|e| e.about("shipping"))?;
    if ways.is_empty() {
        return Err(wrong("this is not sent to that country"));
    }
    let chosen = sent.method_id.ok_or_else(|| wrong("choose how this is sent"))?;
    let way = ways.into_iter().find(|way| way.method.id == chosen);
    let way = way.ok_or_else(|| wrong("this cannot be sent in that way: choose another"))?;
    Ok(Some(Shipping { title: way.method.title, minor: way.price_minor, tax_bp: way.method.tax_bp }))
}

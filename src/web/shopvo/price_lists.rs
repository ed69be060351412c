//! `/b2b/price-lists`: what variants cost the companies that buy by a list. An extension that the scopes promise ("custom pricing").

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::row;
use super::wire::Prefix;
use crate::base::error::Result as Outcome;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::price_list::{self, Price, PriceList, Put};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, text};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    name: String,
    price_count: i64,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    prices: Option<Vec<PriceView>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceView {
    product_id: String,
    variant_id: String,
    sku: Option<String>,
    min_quantity: i64,
    price: i64,
    currency: Option<String>,
}

impl PriceView {
    fn of(ids: &PublicIds, price: Price) -> Self {
        Self {
            product_id: Prefix::Product.write(ids, price.product_id),
            variant_id: Prefix::Variant.write(ids, price.variant_id),
            sku: price.sku,
            min_quantity: price.min_quantity,
            price: price.price_minor,
            currency: price.currency,
        }
    }
}

fn view(tx: &mut Tx<'_>, ids: &PublicIds, list: PriceList) -> Outcome<View> {
    Ok(View {
        id: Prefix::PriceList.write(ids, list.id),
        name: list.title,
        price_count: price_list::count_prices(tx, list.id)?,
        created_at: rfc3339(list.created_at),
        prices: None,
    })
}

/// A list with its prices.
fn whole(tx: &mut Tx<'_>, shop: Shop, ids: &PublicIds, id: i64) -> Outcome<View> {
    let list = price_list::get(tx, shop, id)?;
    let prices = price_list::prices(tx, id)?.into_iter().map(|price| PriceView::of(ids, price)).collect();
    Ok(View { prices: Some(prices), ..view(tx, ids, list)? })
}

/// The prices of a body: one whose `price` is null is taken out.
fn prices(call: &Call, fields: &mut Fields) -> Vec<Put> {
    let read = |price: &mut Fields| {
        let variant = row(call, price, "variantId", Prefix::Variant).flatten();
        let minor = price.nullable("price", int);
        let put = Put {
            variant_id: price.needed("variantId", variant).unwrap_or_default(),
            min_quantity: price.get("minQuantity", int).unwrap_or(1),
            price_minor: price.needed("price", minor).flatten(),
        };
        price.passed_over();
        put
    };
    fields.objects("prices", read).unwrap_or_default()
}

/// `GET /b2b/price-lists`: without their prices, which may be many.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::PriceList);
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| price_list::list(tx, shop, start, rows),
            |tx| price_list::count(tx, shop),
            |list| list.id,
            |tx, list| view(tx, &ids, list),
        )
    })
    .await
}

/// `POST /b2b/price-lists`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let name = fields.get("name", text);
    let name = fields.needed("name", name).unwrap_or_default();
    let prices = prices(&call, &mut fields);
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make price list", move |tx| {
        let made = price_list::new(tx, shop, &name, &prices)?;
        Reply::made(&whole(tx, shop, &ids, made.id)?)
    })
    .await
}

/// `GET /b2b/price-lists/{list}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::PriceList)?, call.shop, call.app.ids.clone());
    call.read(move |tx| Reply::data(&whole(tx, shop, &ids, id)?)).await
}

/// `PATCH /b2b/price-lists/{list}`: prices that are not named stay.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let name = fields.get("name", text);
    let prices = prices(&call, &mut fields);
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::PriceList)?, call.shop, call.app.ids.clone());
    call.write("change price list", move |tx| {
        if let Some(name) = &name {
            price_list::rename(tx, shop, id, name)?;
        }
        price_list::put(tx, shop, id, &prices)?;
        Reply::data(&whole(tx, shop, &ids, id)?)
    })
    .await
}

/// `DELETE /b2b/price-lists/{list}`: one that no company buys by.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (call.id(0, Prefix::PriceList)?, call.shop);
    call.write("delete price list", move |tx| {
        price_list::delete(tx, shop, id)?;
        Reply::deleted()
    })
    .await
}

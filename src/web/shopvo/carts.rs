//! `/cart?cartId=`: made, looked at, changed line by line, and deleted.

use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::products::row;
use super::wire::{Prefix, capital};
use crate::base::error::Result as Outcome;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::shop::Shop;
use crate::domain::shopping_cart::{self, Act, Cart, CartLine};
use crate::store::Tx;
use crate::web::fields::{int, text};

/// A cart.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: String,
    status: String,
    items: Vec<Value>,
    total: i64,
    currency: String,
    session_id: Option<String>,
    customer_id: Option<String>,
    created_at: String,
    updated_at: String,
}

fn line(ids: &PublicIds, line: &CartLine) -> Value {
    let name = if line.variant.is_implicit {
        line.product.title.clone()
    } else {
        format!("{} — {}", line.product.title, line.variant.title)
    };
    json!({"id": Prefix::Line.write(ids, line.id), "productId": Prefix::Product.write(ids, line.product.id),
        "variantId": Prefix::Variant.write(ids, line.variant.id), "name": name, "sku": line.variant.sku,
        "quantity": line.quantity, "price": line.unit_minor(), "total": line.unit_minor() * line.quantity})
}

/// A cart with its lines.
pub fn view(tx: &mut Tx<'_>, shop: Shop, ids: &PublicIds, cart: Cart) -> Outcome<View> {
    let lines = shopping_cart::lines(tx, shop, &cart)?;
    Ok(View {
        id: Prefix::Cart.write(ids, cart.id),
        status: capital(cart.status.as_str()),
        total: lines.iter().map(|line| line.unit_minor() * line.quantity).sum(),
        items: lines.iter().map(|each| line(ids, each)).collect(),
        currency: cart.currency,
        session_id: cart.session_key,
        customer_id: cart.customer_id.map(|id| Prefix::Customer.write(ids, id)),
        created_at: rfc3339(cart.created_at),
        updated_at: rfc3339(cart.updated_at),
    })
}

/// The cart that the parameter `cartId` names.
fn named(call: &Call) -> Result<i64, Fault> {
    let mut query = call.query()?;
    let id = query.text("cartId").ok_or_else(|| Fault::Wrong("cartId is missing".into()))?;
    query.finish_open()?;
    Prefix::Cart.read(&call.app.ids, &id).ok_or(Fault::NotFound)
}

/// `GET /cart`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (named(&call)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let cart = shopping_cart::get(tx, shop, id)?;
        Reply::data(&view(tx, shop, &ids, cart)?)
    })
    .await
}

/// `POST /cart`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let session = fields.nullable("sessionId", text).flatten();
    let currency = fields.nullable("currency", text).flatten();
    let customer_id = row(&call, &mut fields, "customerId", Prefix::Customer).flatten();
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make cart", move |tx| {
        let cart = shopping_cart::new(tx, shop, session.as_deref(), customer_id, currency.as_deref())?;
        Reply::made(&view(tx, shop, &ids, cart)?)
    })
    .await
}

/// `PATCH /cart`: the price that a line comes with counts for nothing; where it is another than ours, `warnings` says so.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let id = named(&call)?;
    let mut fields = call.fields()?;
    let action = fields.get("action", |value| match text(value)?.as_str() {
        action @ ("add" | "update" | "remove") => Ok(action.to_owned()),
        _ => Err("may be add, update or remove".into()),
    });
    let action = fields.needed("action", action).unwrap_or_default();
    let item = fields.object("item", |item| {
        let product = row(&call, item, "productId", Prefix::Product).flatten();
        let product = item.needed("productId", product).unwrap_or_default();
        let variant = row(&call, item, "variantId", Prefix::Variant).flatten();
        let quantity = item.get("quantity", int);
        let price = item.nullable("price", int).flatten();
        item.get("name", text);
        item.passed_over();
        (product, variant, quantity, price)
    });
    let item = fields.needed("item", item);
    fields.finish_open()?;
    let Some((product, variant, quantity, price)) = item else {
        return Err(Fault::Wrong("item is missing".into()));
    };
    let act = match action.as_str() {
        "add" => Act::Add(quantity.unwrap_or(1)),
        "update" => Act::Update(quantity.ok_or_else(|| Fault::Wrong("item.quantity is missing".into()))?),
        _ => Act::Remove,
    };
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("change cart", move |tx| {
        shopping_cart::change(tx, shop, id, (product, variant), act)?;
        let cart = shopping_cart::get(tx, shop, id)?;
        let lines = shopping_cart::lines(tx, shop, &cart)?;
        let is_it =
            |line: &&CartLine| line.product.id == product && variant.is_none_or(|id| line.variant.id == id);
        let ours = lines.iter().find(is_it).map(CartLine::unit_minor);
        let data = view(tx, shop, &ids, cart)?;
        match (price, ours) {
            (Some(sent), Some(ours)) if sent != ours && act != Act::Remove => {
                let told = format!("the price is {ours}, not {sent}");
                Reply::ok(&json!({"data": data, "warnings": [told]}))
            }
            _ => Reply::data(&data),
        }
    })
    .await
}

/// `DELETE /cart`
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (named(&call)?, call.shop);
    call.write("delete cart", move |tx| {
        shopping_cart::delete(tx, shop, id)?;
        Reply::deleted()
    })
    .await
}

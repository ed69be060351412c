//! `/products/{product}/variants`

use serde_json::Value;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::products::named;
use super::wire::{Prefix, VariantView};
use crate::domain::variant::{self, Change};
use crate::web::fields::{int, switch, text};

/// `GET`: the default first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let (named, ids) = (named(&call), call.app.ids.clone());
    call.read(move |tx| {
        let product = named(tx)?;
        let variants = variant::list(tx, product.id)?.into_iter();
        Reply::data(&variants.map(|variant| VariantView::of(&ids, variant)).collect::<Vec<_>>())
    })
    .await
}

fn read(call: &Call) -> Result<Change, Fault> {
    let mut fields = call.fields()?;
    let is_out = fields.get("inventoryStatus", |value| match text(value)?.as_str() {
        "IN_STOCK" => Ok(false),
        "OUT_OF_STOCK" => Ok(true),
        _ => Err("may be IN_STOCK or OUT_OF_STOCK".into()),
    });
    let change = Change {
        title: fields.get("name", text),
        sku: fields.nullable("sku", text),
        price_minor: fields.nullable("price", int),
        stock: fields.nullable("inventoryCount", int),
        low_at: fields.get("lowStockThreshold", int),
        is_out,
        options: fields.get("options", |value| match value {
            Value::Object(options) => Ok(options),
            _ => Err("must be an object of texts".into()),
        }),
        is_default: fields.get("isDefault", switch),
    };
    if change.is_out == Some(false) && change.stock == Some(Some(0)) {
        fields.wrong("inventoryStatus", "cannot be IN_STOCK when none are left");
    }
    fields.finish_open()?;
    Ok(change)
}

/// `POST`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let change = read(&call)?;
    if change.title.is_none() {
        return Err(Fault::Wrong("name is missing".into()));
    }
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("make variant", move |tx| {
        let product = named(tx)?;
        Reply::made(&VariantView::of(&ids, variant::new(tx, shop, product.id, &change)?))
    })
    .await
}

/// `PATCH …/{variant}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (id, change) = (call.id(1, Prefix::Variant)?, read(&call)?);
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("change variant", move |tx| {
        let product = named(tx)?;
        Reply::data(&VariantView::of(&ids, variant::set(tx, shop, product.id, id, &change)?))
    })
    .await
}

/// `DELETE …/{variant}`
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let id = call.id(1, Prefix::Variant)?;
    let (named, shop) = (named(&call), call.shop);
    call.write("delete variant", move |tx| {
        let product = named(tx)?;
        variant::delete(tx, shop, product.id, id)?;
        Reply::deleted()
    })
    .await
}

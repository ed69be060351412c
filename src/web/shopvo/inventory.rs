//! `/inventory`: how many there are of each variant, and changes by hand.

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::{named, row};
use super::wire::{Prefix, VariantView, stock_status};
use crate::base::public_id::PublicIds;
use crate::domain::inventory::{self, Filter, Stocked};
use crate::web::fields::{int, text, word};

/// How many there are of a variant.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: String,
    name: String,
    sku: Option<String>,
    inventory_count: Option<i64>,
    inventory_status: &'static str,
    variant_id: String,
    product_id: String,
}

impl View {
    pub fn of(ids: &PublicIds, stocked: Stocked) -> Self {
        let (name, v) = (stocked.name(), stocked.variant);
        let id = Prefix::Variant.write(ids, v.id);
        Self {
            variant_id: id.clone(),
            id,
            name,
            inventory_count: v.stock,
            inventory_status: stock_status(&v),
            product_id: Prefix::Product.write(ids, v.product_id),
            sku: v.sku,
        }
    }
}

/// `GET /inventory`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Variant);
    let sku = query.text("sku").filter(|sku| !sku.is_empty());
    let filter = Filter { sku, ..Filter::default() };
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| inventory::list(tx, shop, &filter, start, rows),
            |tx| inventory::count(tx, shop, &filter),
            |stocked| stocked.variant.id,
            |_, stocked| Ok(View::of(&ids, stocked)),
        )
    })
    .await
}

/// `PATCH /inventory/{product}`, and `POST`
pub async fn adjust(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (operation, quantity) = (fields.get("operation", word), fields.get("quantity", int));
    let operation = fields.needed("operation", operation);
    let quantity = fields.needed("quantity", quantity).unwrap_or_default();
    let variant_id = row(&call, &mut fields, "variantId", Prefix::Variant).flatten();
    let reason = fields.nullable("reason", text).flatten();
    fields.finish_open()?;
    let operation = operation.unwrap_or(inventory::Operation::Set);
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("adjust stock", move |tx| {
        let product = named(tx)?;
        let of = (product.id, variant_id);
        let variant = inventory::change(tx, shop, of, operation, quantity, reason.as_deref())?;
        Reply::data(&VariantView::of(&ids, variant))
    })
    .await
}

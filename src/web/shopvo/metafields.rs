//! `/{resource}/{id}/metafields`

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::wire::Prefix;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::metafield::{self, Metafield, Owner, Resource, ValueType};
use crate::web::fields::{Fields, text, word};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    namespace: String,
    key: String,
    value: String,
    value_type: ValueType,
    created_at: String,
    updated_at: String,
}

impl View {
    fn of(ids: &PublicIds, m: Metafield) -> Self {
        Self {
            id: Prefix::Metafield.write(ids, m.id),
            namespace: m.namespace,
            key: m.key,
            value: m.value,
            value_type: m.value_type,
            created_at: rfc3339(m.created_at),
            updated_at: rfc3339(m.updated_at),
        }
    }
}

/// What the path names; plurals mean the same.
fn owner(call: &Call) -> Result<Owner, Fault> {
    let (resource, kind) = match call.part(0).strip_suffix('s').unwrap_or(call.part(0)) {
        "product" => (Resource::Product, Prefix::Product),
        "customer" => (Resource::Customer, Prefix::Customer),
        "order" => (Resource::Order, Prefix::Order),
        "site" => (Resource::Site, Prefix::Site),
        _ => return Err(Fault::Wrong("resourceType may be product, customer, order or site".into())),
    };
    Ok((resource, call.id(1, kind)?))
}

/// `GET`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let (owner, shop, ids) = (owner(&call)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let found = metafield::list(tx, shop, owner)?.into_iter();
        Reply::data(&found.map(|metafield| View::of(&ids, metafield)).collect::<Vec<_>>())
    })
    .await
}

/// A value is text in this dialect; one that is not is taken as JSON writes it.
fn value(fields: &mut Fields) -> Option<String> {
    fields.get("value", |value| match value {
        serde_json::Value::String(_) => text(value),
        other => Ok(other.to_string()),
    })
}

/// `POST`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let owner = owner(&call)?;
    let mut fields = call.fields()?;
    let (namespace, key, value) =
        (fields.get("namespace", text), fields.get("key", text), value(&mut fields));
    let namespace = fields.needed("namespace", namespace).unwrap_or_default();
    let key = fields.needed("key", key).unwrap_or_default();
    let value = fields.needed("value", value).unwrap_or_default();
    let value_type = fields.get("valueType", word).unwrap_or(ValueType::String);
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make metafield", move |tx| {
        Reply::made(&View::of(
            &ids,
            metafield::new(tx, shop, owner, (&namespace, &key), (&value, value_type))?,
        ))
    })
    .await
}

/// `PATCH …/{metafield}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (owner, id) = (owner(&call)?, call.id(2, Prefix::Metafield)?);
    let mut fields = call.fields()?;
    let (value, value_type) = (value(&mut fields), fields.get("valueType", word));
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("change metafield", move |tx| {
        Reply::data(&View::of(&ids, metafield::set(tx, shop, owner, id, (value.as_deref(), value_type))?))
    })
    .await
}

/// `DELETE …/{metafield}`
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (owner, id, shop) = (owner(&call)?, call.id(2, Prefix::Metafield)?, call.shop);
    call.write("delete metafield", move |tx| {
        metafield::delete(tx, shop, owner, id)?;
        Reply::deleted()
    })
    .await
}

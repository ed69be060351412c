//! `/brand`, as programs make, change and delete brands: an extension.

use super::brands::{named, view};
use super::call::Call;
use super::fault::Fault;
use super::reply::Reply;
use super::wire::{Wire, line};
use crate::domain::brand::{self, Change};
use crate::web::fields::text;

fn read(call: &Call) -> Result<Change, Fault> {
    let mut fields = call.fields()?;
    let change = Change {
        title: fields.get("title", text),
        slug: fields.nullable("handle", line).flatten().flatten(),
    };
    fields.finish_open()?;
    Ok(change)
}

/// `POST /brand`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let change = read(&call)?;
    let (shop, app) = (call.shop, call.app.clone());
    call.write("make brand", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let made = brand::new(tx, shop, &change)?;
        Reply::made(&view(tx, &wire, made)?)
    })
    .await
}

/// `PUT /brand/{brand}`: what is not said stays.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (change, called) = (read(&call)?, call.part().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.write("change brand", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let id = named(tx, shop, &called)?.id;
        let changed = brand::set(tx, shop, id, &change)?;
        Reply::ok(&view(tx, &wire, changed)?)
    })
    .await
}

/// `DELETE /brand/{brand}`: one that no product is of.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (called, shop) = (call.part().to_owned(), call.shop);
    call.write("delete brand", move |tx| {
        let id = named(tx, shop, &called)?.id;
        brand::delete(tx, shop, id)?;
        Ok(Reply::gone())
    })
    .await
}

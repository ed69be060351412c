//! `/product/{product}/option`: the forms that a product is sold in, one by one; an extension.

use super::call::Call;
use super::fault::Fault;
use super::option_said::{Said, Words, have_place, named};
use super::paging::Paging;
use super::product_view::{OptionView, groups, option};
use super::products;
use super::reply::Reply;
use super::wire::Wire;
use crate::base::error::Result as Outcome;
use crate::domain::product::Product;
use crate::domain::product_extra;
use crate::domain::variant::Variant;
use crate::domain::variant_group;
use crate::store::Tx;

/// Variants as options of their product, which has more of them.
fn views(tx: &mut Tx<'_>, wire: &Wire, product: &Product, shown: Vec<Variant>) -> Outcome<Vec<OptionView>> {
    let extra = product_extra::get(tx, product.id)?;
    let groups = groups(product.id, &variant_group::own(tx, product.id)?);
    shown.into_iter().map(|one| option(tx, wire, product, &extra, &groups, one)).collect()
}

fn view(tx: &mut Tx<'_>, wire: &Wire, product: &Product, shown: Variant) -> Outcome<Option<OptionView>> {
    Ok(views(tx, wire, product, vec![shown])?.pop())
}

/// `GET /product/{product}/option`: the oldest first, as the product shows them.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&call, &mut query, &format!("/product/{}/option", call.sent()));
    query.finish_open()?;
    let (called, shop, app) = (call.part().to_owned(), call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let product = products::named(tx, shop, &called)?;
        let all = variant_group::own(tx, product.id)?;
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        paging.reply(
            tx,
            |_| Ok(total),
            |_, window| Ok(part(all, window)),
            |tx, found| views(tx, &wire, &product, found),
        )
    })
    .await
}

/// So many, after so many.
pub fn part<T>(all: Vec<T>, (limit, skip): (i64, i64)) -> Vec<T> {
    let whole = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    all.into_iter().skip(whole(skip)).take(whole(limit)).collect()
}

/// `GET /product/{product}/option/{option}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (called, which) = (call.part().to_owned(), call.second().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let product = products::named(tx, shop, &called)?;
        let found = named(tx, shop, product.id, &which)?;
        Reply::ok(&view(tx, &wire, &product, found)?)
    })
    .await
}

fn read(call: &Call) -> Result<Said, Fault> {
    let mut fields = call.fields()?;
    let said = Said::read(&mut fields);
    fields.finish_open()?;
    Ok(said)
}

/// `POST /product/{product}/option`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let (said, called) = (read(&call)?, call.part().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.write("make option", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let product = products::named(tx, shop, &called)?;
        let before = groups(product.id, &variant_group::own(tx, product.id)?);
        let made = said.make(tx, shop, &product, &[&Words::of(&before)])?;
        have_place(tx, product.id, before.len())?;
        Reply::made(&view(tx, &wire, &product, made)?)
    })
    .await
}

/// `PUT /product/{product}/option/{option}`: what is not said stays.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (said, called, which) = (read(&call)?, call.part().to_owned(), call.second().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.write("change option", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let product = products::named(tx, shop, &called)?;
        let old = named(tx, shop, product.id, &which)?;
        let before = groups(product.id, &variant_group::own(tx, product.id)?);
        let changed = said.change(tx, shop, &product, &[&Words::of(&before)], &old)?;
        have_place(tx, product.id, before.len())?;
        Reply::ok(&view(tx, &wire, &product, changed)?)
    })
    .await
}

/// `DELETE /product/{product}/option/{option}`: after the last one the product is there without any.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (called, which, shop) = (call.part().to_owned(), call.second().to_owned(), call.shop);
    call.write("delete option", move |tx| {
        let product = products::named(tx, shop, &called)?;
        let old = named(tx, shop, product.id, &which)?;
        variant_group::remove_variant(tx, shop, &old)?;
        Ok(Reply::gone())
    })
    .await
}

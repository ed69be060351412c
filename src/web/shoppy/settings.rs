//! `/settings` and `/user`: who sells here.

use serde_json::json;

use super::call::{Call, Reply};
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::domain::person::{self, Role};
use crate::domain::shop::Shop;
use crate::domain::{account, review_list};
use crate::store::Tx;

/// The shop as a user of the old service: its name, and its first owner's address.
fn seller(tx: &mut Tx<'_>, shop: Shop) -> Outcome<serde_json::Value> {
    let people = person::list(tx, shop.site_id)?;
    let owner = people.iter().find(|person| person.role == Role::Owner && person.disabled_at.is_none());
    let email = owner.map_or("", |owner| owner.email.as_str());
    Ok(json!({"id": shop.site_id, "username": account::get(tx, shop)?.title, "email": email}))
}

/// `GET /settings`
pub async fn settings(call: Call) -> Result<Reply, Fault> {
    let shop = call.shop;
    call.read(move |tx| {
        let account = account::get(tx, shop)?;
        let settings = json!({"currency": account.currency, "timezone": account.time_zone});
        Reply::ok(&json!({"status": true, "user": seller(tx, shop)?, "settings": settings}))
    })
    .await
}

/// `GET /user`
pub async fn user(call: Call) -> Result<Reply, Fault> {
    let shop = call.shop;
    call.read(move |tx| {
        let filter = review_list::Filter { is_kept: true, ..review_list::Filter::default() };
        let feedbacks = review_list::count(tx, shop, filter)?;
        Reply::ok(&json!({"status": true, "user": seller(tx, shop)?, "feedbacks": feedbacks}))
    })
    .await
}

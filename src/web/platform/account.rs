//! The shop itself, and what the caller's key may do in it.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;
use super::products;
use crate::base::error::Result as Outcome;
use crate::domain::account::{self, Change};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text};

fn shown(tx: &mut Tx<'_>, call: &Facts) -> Outcome<Answer> {
    let account = account::get(tx, call.shop)?;
    Answer::one(&json!({
        "id": call.shop.site_id,
        "name": account.title,
        "currency": account.currency,
        "time_zone": account.time_zone,
        "mode": call.shop.mode,
        "defaults": {"licence_policy": account.policy},
        "payment_notice": account.payment_notice,
        "public_url": call.public_url,
        "api_key": call.key,
    }))
}

/// What is known of the caller without the database.
struct Facts {
    shop: Shop,
    public_url: String,
    key: Value,
}

fn facts(call: &Call) -> Facts {
    let caller = &call.caller;
    Facts {
        shop: call.shop(),
        public_url: call.app.config.public_url.clone(),
        key: json!({"id": caller.actor.name, "scopes": caller.scopes, "plan": caller.plan}),
    }
}

/// `GET /v1/account`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let facts = facts(&call);
    call.read(move |tx| shown(tx, &facts)).await
}

/// The shop's settings, or some of them.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        title: fields.get("name", text),
        currency: fields.nullable("currency", text),
        time_zone: fields.get("time_zone", text),
        policy: fields
            .object("defaults", |defaults| defaults.object("licence_policy", products::read_policy))
            .flatten()
            .unwrap_or_default(),
        payment_notice: fields.get("payment_notice", text),
    }
}

/// `PATCH /v1/account`. The public URL is a setting of the server.
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    if call.shop().is_test() {
        return Err(Fault::LiveOnly);
    }
    let (facts, expected) = (facts(&call), call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    call.write("change account", move |tx| {
        expected.allows(&shown(tx, &facts)?)?;
        account::set(tx, facts.shop, &change)?;
        shown(tx, &facts)
    })
    .await
}

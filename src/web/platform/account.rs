//! The shop itself, and what the caller's key may do in it.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;
use super::fields::text;
use crate::base::error::Result as Outcome;
use crate::domain::shop::Shop;
use crate::store::Tx;

fn shown(tx: &mut Tx<'_>, call: &Facts) -> Outcome<Answer> {
    let name = call.shop.title(tx)?;
    Answer::one(&json!({
        "id": call.shop.site_id,
        "name": name,
        "mode": call.shop.mode,
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
    let key = &call.caller.key;
    Facts {
        shop: call.shop(),
        public_url: call.app.config.public_url.clone(),
        key: json!({"id": key.name, "scopes": key.scopes, "plan": key.plan}),
    }
}

/// `GET /v1/account`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let facts = facts(&call);
    call.read(move |tx| shown(tx, &facts)).await
}

/// `PATCH /v1/account`: the shop's name. The public URL is a setting of the server.
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (facts, expected) = (facts(&call), call.expected());
    let mut fields = call.fields()?;
    let name = fields.get("name", text);
    let name = fields.needed("name", name).unwrap_or_default();
    fields.finish()?;
    call.write("change account", move |tx| {
        expected.allows(&shown(tx, &facts)?)?;
        facts.shop.rename(tx, &name)?;
        shown(tx, &facts)
    })
    .await
}

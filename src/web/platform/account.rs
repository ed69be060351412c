//! The shop itself, and what the caller's key may do in it.

use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;

/// `GET /v1/account`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, public_url) = (call.shop(), call.app.config.public_url.clone());
    let key =
        json!({"id": call.caller.key.name, "scopes": call.caller.key.scopes, "plan": call.caller.key.plan});
    call.read(move |tx| {
        let name = shop.title(tx)?;
        Answer::one(&json!({"id": shop.site_id, "name": name, "mode": shop.mode, "public_url": public_url, "api_key": key}))
    })
    .await
}

//! API keys: which there are, and whether they are in use.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::desk::{Answer, Desk};
use super::list::List;
use crate::app::App;
use crate::base::time::Millis;
use crate::domain::api_key::{self, ApiKey};
use crate::domain::scope::{self, Scope};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Tone};

/// `GET /admin/api-keys`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let list = List {
        title: "API keys",
        here: "/admin/api-keys",
        columns: &["Key", "Title", "Status", "May", "Plan", "Made", "Last used", "Ends"],
        empty: "There are no keys in this mode. Make one: keywright api-key create --scopes read:products",
        filters: Vec::new(),
        ways: Vec::new(),
    };
    list.show(&desk, &query, |tx, shop, before, limit| {
        let now = tx.now();
        let mut found = api_key::list(tx)?;
        found.retain(|key| key.shop() == shop && before.is_none_or(|id| key.id < id));
        found.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(found.iter().map(|key| (key.id, row(key, now))).collect())
    })
    .await
}

fn row(key: &ApiKey, now: Millis) -> Row {
    let status = if key.is_good(now) {
        Cell::badge("good", Tone::Good)
    } else if key.revoked_at.is_some() {
        Cell::badge("ended", Tone::Plain)
    } else {
        Cell::badge("expired", Tone::Warn)
    };
    let all = key.scopes.len() == Scope::ALL.len();
    Row::from(vec![
        Cell::code(&key.name),
        Cell::maybe(Some(&key.title)),
        status,
        Cell::text(if all { "all".to_owned() } else { scope::words(&key.scopes) }),
        Cell::text(key.plan.as_str()),
        Cell::time(Some(key.created_at)),
        Cell::time(key.last_used_at),
        Cell::time(key.revoked_at.or(key.expires_at)),
    ])
}

//! Forms of webhook endpoints: new ones, changes, new secrets, the end of one, and what was once sent being sent again.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::base::time::{Clock, SECOND, rfc3339};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::webhook::{self, Change, Format, Webhook};
use crate::domain::webhook_delivery as delivery;
use crate::domain::webhook_dialect::Dialect;
use crate::store::Tx;
use crate::web::fields::time;
use crate::web::page;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Deed, Way};
use crate::web::platform::webhooks;

/// What an endpoint's page leads on to.
pub fn ways(desk: &Desk, webhook: &Webhook) -> Vec<Way> {
    let at = format!("/admin/webhooks/{}", webhook.id);
    let mut ways = vec![("Change it", format!("{at}/edit")), ("New secret", format!("{at}/rotate"))];
    if webhook.is_on {
        ways.push(("Send events again", format!("{at}/replay")));
    }
    let ways: Vec<(&'static str, &str)> = ways.iter().map(|(label, to)| (*label, to.as_str())).collect();
    desk.ways(Scope::Webhooks, &ways)
}

/// And its buttons.
pub fn deeds(desk: &Desk, webhook: &Webhook) -> Vec<Deed> {
    let at = format!("{}/admin/webhooks/{}", desk.base(), webhook.id);
    let switch = if webhook.is_on {
        Deed::new("switch", "Switch it off", format!("{at}/switch/off")).grave()
    } else {
        Deed::new("switch", "Switch it on", format!("{at}/switch/on"))
    };
    let delete = Deed::new("delete", "Delete it and its log", format!("{at}/delete")).grave();
    vec![switch, delete.typing(webhook.id.to_string())]
}

/// A dialect's name.
fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Platform => "keywright",
        Dialect::Shopvo => "Shopvo",
        Dialect::Shopkit => "Shopkit",
        Dialect::Shoppy => "Shoppy",
    }
}

/// The words of a dialect; or of all of them, each with whose it is unless everybody has it.
fn words(dialect: Option<Dialect>) -> Vec<(&'static str, String)> {
    let all = dialect.map_or_else(|| Dialect::ALL.to_vec(), |one| vec![one]);
    let mut words = Vec::<(&str, String)>::new();
    for word in all.iter().flat_map(|known| known.events()) {
        let whose = all.iter().filter(|known| known.events().contains(&word));
        let whose: Vec<&str> = whose.map(|known| name(*known)).collect();
        if words.iter().all(|(known, _)| *known != word) {
            let is_everybodys = whose.len() == all.len();
            let label =
                if is_everybodys { word.to_owned() } else { format!("{word} ({} only)", whose.join(", ")) };
            words.push((word, label));
        }
    }
    words
}

/// The form of a new endpoint, or of one of this dialect, which it keeps.
fn sheet(title: &str, back: String, dialect: Option<Dialect>) -> Sheet {
    let url = Field::line("url", "Address").needed();
    let mut fields = vec![url.hint("Leads to a public address; with https:// nobody else reads along.")];
    if dialect.is_none() {
        let dialects = Dialect::ALL.iter().map(|dialect| (dialect.as_str(), name(*dialect)));
        fields.push(Field::choice("dialect", "Dialect", dialects).or_unsaid().hint(
            "Whose events it is sent, as that API shows things and signs. It stays: for another, make another webhook.",
        ));
    }
    let events = Field::several("events", "Events", words(dialect));
    fields.push(events.hint("None chosen means all of the dialect, also those there will be."));
    if dialect.is_none_or(|dialect| dialect == Dialect::Platform) {
        let formats = Format::ALL.iter().map(|format| {
            let label = match format {
                Format::Shookout => "Shookout: X-Webhook-Signature",
                Format::Standard => "Standard Webhooks",
            };
            (format.as_str(), label)
        });
        let format = Field::choice("format", "Signature", formats).or_unsaid();
        fields
            .push(format.hint("Of keywright's own events; those of another dialect are signed as it does."));
    }
    fields.push(Field::switch("active", "Switched on"));
    Sheet { title: title.to_owned(), back, groups: vec![group("", fields)], ..Sheet::default() }
}

fn new_sheet() -> Sheet {
    Sheet {
        lead: "Where your own server is told of what happens here, in the mode you are in, live or test.",
        label: "Make it",
        leave: "Not now",
        ..sheet("New webhook", "/admin/webhooks".to_owned(), None)
    }
}

/// `GET /admin/webhooks/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    new_sheet()
        .filled(&json!({"dialect": Dialect::Platform, "format": Format::Shookout, "active": true}))
        .show(&desk)
        .await
}

/// `POST /admin/webhooks/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let sheet = new_sheet();
    let change = sheet.read(&desk, &form, |fields| webhooks::read(fields, &app.config.webhook_allow)).await?;
    let master = app.master.clone();
    sheet
        .make_secret(&desk, &form, "webhook by page", "The webhook is made.", move |tx, shop| {
            Ok(shown(webhook::new(tx, shop, &change, &master)?))
        })
        .await
}

fn shown((webhook, secret): (Webhook, String)) -> (String, Vec<(&'static str, String)>) {
    (format!("/admin/webhooks/{}", webhook.id), vec![("Signing secret", secret)])
}

fn edit_sheet(id: i64, dialect: Dialect) -> Sheet {
    sheet("Change a webhook", format!("/admin/webhooks/{id}"), Some(dialect))
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let webhook = webhook::get(tx, shop, id)?;
    Ok(json!({
        "url": webhook.url, "events": webhook.events, "format": webhook.format, "active": webhook.is_on,
    }))
}

/// `GET /admin/webhooks/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let id = id.into_inner();
    let (dialect, json) =
        desk.read(move |tx, shop| Ok((webhook::get(tx, shop, id)?.dialect, now(tx, shop, id)?))).await?;
    edit_sheet(id, dialect).filled(&json).show(&desk).await
}

/// `POST /admin/webhooks/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let id = id.into_inner();
    let dialect = desk.read(move |tx, shop| Ok(webhook::get(tx, shop, id)?.dialect)).await?;
    let sheet = edit_sheet(id, dialect);
    let change = sheet.read(&desk, &form, |fields| webhooks::read(fields, &app.config.webhook_allow)).await?;
    sheet
        .change(
            &desk,
            &form,
            "webhook changed by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| webhook::set(tx, shop, id, &change).map(|_| ()),
        )
        .await
}

fn rotate_sheet(id: i64) -> Sheet {
    Sheet {
        title: "New secret of a webhook".to_owned(),
        lead: "The old secret signs too for a day, so that your server can be told of the new one in peace.",
        label: "Make it",
        back: format!("/admin/webhooks/{id}"),
        ..Sheet::default()
    }
}

/// `GET /admin/webhooks/{id}/rotate`
pub async fn ask_rotate(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let id = id.into_inner();
    desk.read(move |tx, shop| webhook::get(tx, shop, id)).await?;
    rotate_sheet(id).show(&desk).await
}

/// `POST /admin/webhooks/{id}/rotate`
pub async fn rotate(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let (id, master) = (id.into_inner(), app.master.clone());
    rotate_sheet(id)
        .make_secret(
            &desk,
            &form,
            "webhook secret by page",
            "The old secret signs too for a day.",
            move |tx, shop| Ok(shown(webhook::rotate(tx, shop, id, &master)?)),
        )
        .await
}

/// `POST /admin/webhooks/{id}/switch/{on}`
pub async fn switch(req: HttpRequest, path: Path<(i64, String)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let (id, is_on) = (path.0, path.1 == "on");
    let change = Change { is_on: Some(is_on), ..Change::default() };
    deed::act(&desk, &form, "webhook switched by page", move |tx, shop| {
        webhook::set(tx, shop, id, &change)?;
        Ok(format!("/admin/webhooks/{id}?done=saved"))
    })
    .await
}

/// `POST /admin/webhooks/{id}/delete`
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    desk.fresh()?;
    let id = id.into_inner();
    if form.get("typed").map(str::trim) != Some(id.to_string().as_str()) {
        return Ok(page::go(&format!("{}/admin/webhooks/{id}?done=retyped", desk.base()), Vec::new()));
    }
    deed::act(&desk, &form, "webhook deleted by page", move |tx, shop| {
        webhook::delete(tx, shop, id)?;
        Ok("/admin/webhooks".to_owned())
    })
    .await
}

fn replay_sheet(id: i64) -> Sheet {
    Sheet {
        title: "Send events again".to_owned(),
        lead: "Events of that time which this endpoint wants are sent once more, the oldest first.",
        label: "Send them",
        back: format!("/admin/webhooks/{id}"),
        leave: "Not now",
        groups: vec![group(
            "",
            vec![
                Field::time("from", "From")
                    .needed()
                    .hint("In UTC.")
                    .with(rfc3339(Clock::System.now() - 3_600 * SECOND).get(..16).unwrap_or_default()),
                Field::time("to", "To").or_unsaid().hint("In UTC. Empty: until now."),
            ],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/webhooks/{id}/replay`
pub async fn ask_replay(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let id = id.into_inner();
    desk.read(move |tx, shop| webhook::get(tx, shop, id)).await?;
    replay_sheet(id).show(&desk).await
}

/// `POST /admin/webhooks/{id}/replay`
pub async fn replay(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let id = id.into_inner();
    let sheet = replay_sheet(id);
    let (from, to) =
        sheet.read(&desk, &form, |fields| (fields.get("from", time), fields.get("to", time))).await?;
    sheet
        .make(&desk, &form, "replayed by page", move |tx, shop| {
            let to = to.unwrap_or(tx.now() + 1);
            delivery::replay(tx, shop, id, from.unwrap_or(to), to)?;
            Ok(format!("/admin/webhooks/{id}?done=replayed"))
        })
        .await
}

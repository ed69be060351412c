//! What shop programs are told of the site: its language and looks, and whether reviews are read first.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::pairs;
use super::sheet::{Sheet, group};
use super::shop::LIVE_ONLY;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::storefront::{self, Change};
use crate::store::Tx;
use crate::web::fields::{Fields, switch, text};
use crate::web::pages::field::Field;

fn sheet() -> Sheet {
    Sheet {
        title: "Storefront".to_owned(),
        lead: "What shop programs are told; the name and the currency are the shop's.",
        back: "/admin/settings/storefront".to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::line("locale", "Language").needed().hint("Such as en, or pt-BR."),
                Field::lines("theme", "Theme")
                    .if_touched()
                    .hint("Values of its looks, one a line, as in colour-main = #0a5."),
                Field::switch(
                    "approves_reviews",
                    "Reviews are shown at once; otherwise once they are published here",
                ),
            ],
        )],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Change {
    let theme = fields.get("theme", pairs::read);
    Change {
        locale: fields.get("locale", text),
        theme: theme.map(|pairs| pairs.into_iter().map(|(name, value)| (name, value.into())).collect()),
        approves_reviews: fields.get("approves_reviews", switch),
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop) -> Result<Value> {
    let site = storefront::get(tx, shop)?;
    let line = |(name, value): (&String, &Value)| pairs::line(name, value.as_str().unwrap_or_default());
    let theme: Vec<String> = site.theme.iter().map(line).collect();
    Ok(json!({"locale": site.locale, "theme": theme, "approves_reviews": site.approves_reviews}))
}

/// `GET /admin/settings/storefront`
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let json = desk.read(now).await?;
    sheet().filled(&json).show(&desk).await
}

/// `POST /admin/settings/storefront`
pub async fn change(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let sheet = sheet();
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .change(&desk, &form, "storefront by page", now, move |tx, shop| {
            if shop.is_test() {
                let wrong = "The shop is one for both modes: leave test mode first.";
                return Err(Error::refused(wrong).about(LIVE_ONLY));
            }
            storefront::set(tx, shop, &change).map(|_| ())
        })
        .await
}

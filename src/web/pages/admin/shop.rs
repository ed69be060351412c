//! What the shop is called, sells in, and gives its new products.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Group, Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::account;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::pages::field::Field;
use crate::web::platform;

/// The rule that what is one for both modes is not changed from test mode.
pub const LIVE_ONLY: &str = "live_only";

/// What every shop says of itself.
pub fn names() -> Group {
    group(
        "The shop",
        vec![
            Field::line("name", "Name").needed().hint("What buyers read above everything."),
            Field::line("currency", "Currency")
                .or_none()
                .hint("Three letters, such as EUR: of prices that name none."),
            Field::line("time_zone", "Time zone")
                .needed()
                .hint("Such as Europe/Berlin: when its days begin."),
        ],
    )
}

fn sheet() -> Sheet {
    let notice = Field::page("payment_notice", "How buyers pay")
        .hint("Markdown, shown with an order until it is paid: your bank account, for instance.");
    Sheet {
        title: "Shop".to_owned(),
        back: "/admin/settings".to_owned(),
        groups: vec![names(), group("Payment", vec![notice])],
        ..Sheet::default()
    }
}

/// How it stands, as the API has it.
pub fn now(tx: &mut Tx<'_>, shop: Shop) -> Result<Value> {
    let account = account::get(tx, shop)?;
    Ok(json!({
        "name": account.title, "currency": account.currency, "time_zone": account.time_zone,
        "payment_notice": account.payment_notice,
    }))
}

/// Changes it.
pub fn set(tx: &mut Tx<'_>, shop: Shop, change: &account::Change) -> Result<()> {
    if shop.is_test() {
        return Err(Error::refused("The shop is one for both modes: leave test mode first.").about(LIVE_ONLY));
    }
    account::set(tx, shop, change).map(|_| ())
}

/// `GET /admin/settings`
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let json = desk.read(now).await?;
    sheet().filled(&json).show(&desk).await
}

/// `POST /admin/settings`
pub async fn change(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let sheet = sheet();
    let change = sheet.read(&desk, &form, platform::account::read).await?;
    sheet.change(&desk, &form, "shop by page", now, move |tx, shop| set(tx, shop, &change)).await
}

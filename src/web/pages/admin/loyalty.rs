//! The rules of the loyalty program.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use super::shop::LIVE_ONLY;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::loyalty::{self, Program, Tier};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, texts};
use crate::web::pages::field::Field;

const HERE: &str = "/admin/settings/loyalty";

fn sheet() -> Sheet {
    Sheet {
        title: "Loyalty".to_owned(),
        lead: "Points that buyers earn by orders, and what those are worth.",
        back: HERE.to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::number("points_per_unit", "Points for each whole unit of a paid order")
                    .needed()
                    .hint("Such as for each euro; 0: orders earn none."),
                Field::number("point_minor", "What a point is worth")
                    .needed()
                    .hint("In the smallest unit of the order's currency, such as cents."),
                Field::lines("tiers", "Tiers").hint(
                    "One a line, the lowest first: a name and the points it takes, such as GOLD 1000. They go by all that was ever earned.",
                ),
            ],
        )],
        ..Sheet::default()
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop) -> Result<Value> {
    let Program { points_per_unit, point_minor, tiers } = loyalty::program(tx, shop)?;
    let tiers: Vec<String> = tiers.iter().map(|tier| format!("{} {}", tier.name, tier.from)).collect();
    Ok(json!({"points_per_unit": points_per_unit, "point_minor": point_minor, "tiers": tiers}))
}

fn read(fields: &mut Fields) -> Program {
    let (each, worth) = (fields.get("points_per_unit", int), fields.get("point_minor", int));
    let tiers = fields.get("tiers", |value| {
        let tier = |line: String| {
            let (name, from) = line.rsplit_once(' ')?;
            Some(Tier { name: name.trim().to_owned(), from: from.parse().ok()? })
        };
        let wrong = || "must have a name and the points it takes in each line, such as GOLD 1000".to_owned();
        texts(value)?.into_iter().map(tier).collect::<Option<Vec<_>>>().ok_or_else(wrong)
    });
    Program {
        points_per_unit: fields.needed("points_per_unit", each).unwrap_or_default(),
        point_minor: fields.needed("point_minor", worth).unwrap_or_default(),
        tiers: tiers.unwrap_or_default(),
    }
}

/// `GET /admin/settings/loyalty`
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let json = desk.read(now).await?;
    sheet().filled(&json).show(&desk).await
}

/// `POST /admin/settings/loyalty`
pub async fn change(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let sheet = sheet();
    let program = sheet.read(&desk, &form, read).await?;
    sheet
        .change(&desk, &form, "loyalty by page", now, move |tx, shop| {
            if shop.is_test() {
                let message = "The rules are one for both modes: leave test mode first.";
                return Err(Error::refused(message).about(LIVE_ONLY));
            }
            loyalty::set_program(tx, shop, &program)
        })
        .await
}

//! The limits that are in force. They are settings of the server, and of each key; nothing is changed here.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::desk::{Answer, Desk};
use super::thing::Thing;
use crate::app::App;
use crate::domain::plan::Plan;
use crate::domain::scope::Scope;
use crate::web::door;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table};

/// `GET /admin/settings/rates`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let rate = |n: u32| if n == 0 { Cell::text("no limit") } else { Cell::Count { n: n.into() } };
    let rows = [
        ("Licence calls", app.config.licence_rate, "licence_rate"),
        (
            "Licence calls with a wrong key or identifier",
            app.config.licence_failure_rate,
            "licence_failure_rate",
        ),
        ("Passwords and codes of those who run the shop", door::RATE, ""),
        ("Letters to sign in with", door::LETTERS, ""),
        ("Orders placed in the shop", door::ORDERS, ""),
    ];
    let rows = rows.map(|(what, n, setting)| {
        let said = if setting.is_empty() { Cell::text("always so") } else { Cell::code(setting) };
        Row::from(vec![Cell::text(what), rate(n), said])
    });
    let plans = Plan::ALL.iter().map(|plan| {
        let allows = plan.allowance();
        Row::from(vec![
            Cell::text(plan.as_str()),
            Cell::Count { n: allows.minute.into() },
            Cell::Count { n: allows.hour.into() },
            Cell::Count { n: allows.burst.into() },
        ])
    });
    let thing = Thing {
        title: "Rate limits".to_owned(),
        about: Some(Cell::text("New keys have the plan that the setting api_key_plan names.")),
        sections: vec![
            Section {
                title: "A minute and address",
                table: Table::new(&["What", "#At the most", "Setting"], rows.to_vec(), ""),
            },
            Section {
                title: "Plans of API keys",
                table: Table::new(&["Plan", "#A minute", "#An hour", "#At once"], plans.collect(), ""),
            },
        ],
        ..Thing::default()
    };
    thing.show(&desk, &Form::read(req.query_string()).unwrap_or_default()).await
}

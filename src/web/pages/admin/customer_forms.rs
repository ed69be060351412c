//! Making, changing and erasing customers, and what is held on them.

use actix_web::http::header;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::deed;
use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::{customer, held};
use crate::store::Tx;
use crate::web::fields::text;
use crate::web::pages::field::Field;
use crate::web::pages::parts::Deed;
use crate::web::platform::{answer, customers};

fn sheet(of: Option<i64>) -> Sheet {
    Sheet {
        title: if of.is_some() { "Change the customer" } else { "New customer" }.to_owned(),
        label: if of.is_some() { "Save" } else { "Make them" },
        back: of.map_or("/admin/customers".to_owned(), |id| format!("/admin/customers/{id}")),
        groups: vec![group(
            "",
            vec![
                Field::email("email", "E-mail address").needed().hint("Licences bound to it follow at once."),
                Field::line("name", "Name").or_unsaid(),
                Field::line("username", "User name").or_unsaid(),
                Field::line("group", "Group")
                    .or_none()
                    .hint("A word of yours for those they belong with. Empty: none."),
                Field::switch("wants_news", "They asked to be told of new releases"),
            ],
        )],
        ..Sheet::default()
    }
}

/// What can be done to a customer.
pub fn deeds(desk: &Desk, id: i64, email: &str) -> Vec<Deed> {
    if !desk.may(Scope::WriteCustomers) {
        return Vec::new();
    }
    let erase = Deed::new("erase", "Erase them", format!("{}/admin/customers/{id}/erase", desk.base()));
    vec![erase.grave().typing(email)]
}

/// `GET /admin/customers/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    sheet(None).show(&desk).await
}

/// `POST /admin/customers/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let sheet = sheet(None);
    let change = sheet.read(&desk, &form, customers::read_all).await?;
    sheet
        .make(&desk, &form, "customer by page", move |tx, shop| {
            let made = customer::new(tx, shop, &change).map_err(|e| e.on_field("email_taken", "email"))?;
            Ok(format!("/admin/customers/{}?done=made", made.id))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    answer::value(&customers::view(&customer::get(tx, shop, id)?))
}

/// `GET /admin/customers/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(Some(id)).filled(&json).show(&desk).await
}

/// `POST /admin/customers/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let id = id.into_inner();
    let shown = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    let sheet = sheet(Some(id));
    let change = sheet
        .read(&desk, &form, |fields| {
            // A name may be corrected and not taken out: licences may be bound to it.
            for name in ["name", "username"] {
                let is_gone = form.get(name).is_some_and(|typed| typed.trim().is_empty());
                if is_gone && !shown[name].is_null() {
                    fields.wrong(name, "can be changed, not taken out");
                }
            }
            customers::read_all(fields)
        })
        .await?;
    sheet
        .change(
            &desk,
            &form,
            "customer by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                let set = customer::set(tx, shop, id, &change);
                set.map(|_| ()).map_err(|e| e.on_field("email_taken", "email"))
            },
        )
        .await
}

fn merge_sheet(id: i64, email: &str) -> Sheet {
    Sheet {
        title: format!("Merge {email} into another customer"),
        lead: "All that they bought goes to the other one, who stays; this one is gone for good, and nothing takes them apart again.",
        label: "Merge them",
        back: format!("/admin/customers/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::email("into", "E-mail address of the one who stays").needed(),
                Field::line("typed", "E-mail address of the one who goes")
                    .needed()
                    .hint("Typed once more, since there is no way back."),
            ],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/customers/{id}/merge`
pub async fn ask_merge(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let id = id.into_inner();
    let gone = desk.read(move |tx, shop| customer::get(tx, shop, id)).await?;
    merge_sheet(id, &gone.email).show(&desk).await
}

/// `POST /admin/customers/{id}/merge`
pub async fn merge(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let id = id.into_inner();
    // Whoever sends the form twice finds one of the two gone already.
    let gone = desk.app.store.read({
        let shop = desk.shop;
        move |tx| customer::get(tx, shop, id)
    });
    let email = gone.await.map(|gone| gone.email).unwrap_or_default();
    let sheet = merge_sheet(id, &email);
    let (into, typed) = sheet
        .read(&desk, &form, |fields| {
            (fields.get("into", text).unwrap_or_default(), fields.get("typed", text).unwrap_or_default())
        })
        .await?;
    sheet
        .make(&desk, &form, "customers merged by page", move |tx, shop| {
            let gone = customer::get(tx, shop, id)?;
            if gone.email != typed {
                return Err(Error::invalid("is not the address of the one who goes").about("typed"));
            }
            let stays = customer::by_email(tx, shop, &into)?;
            let stays = stays.ok_or_else(|| Error::invalid("nobody has this address here").about("into"))?;
            held::merge(tx, shop, id, stays.id)?;
            Ok(format!("/admin/customers/{}?done=merged", stays.id))
        })
        .await
}

/// `GET /admin/customers/{id}/export`: all that is held on them, as a file.
pub async fn export(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadCustomers)?;
    let (id, at) = (id.into_inner(), app.clone());
    let told = desk
        .read(move |tx, shop| {
            let mut held = held::held(tx, shop, id)?;
            for (licence, activations) in &mut held.licences {
                at.gathered.show(licence.licence_id, activations);
            }
            customers::told(&held)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"customer-{id}.json\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .json(told))
}

/// `POST /admin/customers/{id}/erase`
pub async fn erase(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let (id, typed) = (id.into_inner(), form.get("typed").unwrap_or_default().trim().to_owned());
    deed::act(&desk, &form, "customer erased by page", move |tx, shop| {
        let at = format!("/admin/customers/{id}");
        if customer::get(tx, shop, id)?.email != typed {
            return Ok(format!("{at}?done=retyped"));
        }
        held::erase(tx, shop, id)?;
        Ok(format!("{at}?done=erased"))
    })
    .await
}

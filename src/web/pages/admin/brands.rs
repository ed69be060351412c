//! Brands: who makes products.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::sheet::{Sheet, group};
use super::thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::brand::{self, Brand, Change};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row};

const HERE: &str = "/admin/brands";

/// `GET /admin/brands`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteProducts));
    let columns: &[&str] = &["Title", "Slug", "Since", ""];
    let list = List {
        title: "Brands",
        here: HERE,
        columns: if may { columns } else { &columns[..3] },
        empty: "There are no brands here. A brand says who makes a product; it is chosen in the product's form.",
        ways: desk.ways(Scope::WriteProducts, &[("New brand", "/admin/brands/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = brand::list(tx, shop, start, limit)?;
        Ok(found.iter().map(|one| (one.id, row(one, &base, may))).collect())
    })
    .await
}

fn row(brand: &Brand, base: &str, may: bool) -> Row {
    let edit = format!("{base}{HERE}/{}/edit", brand.id);
    let title = if may { Cell::link(&brand.title, edit) } else { Cell::text(&brand.title) };
    Row::from(vec![title, Cell::code(&brand.slug), Cell::time(Some(brand.created_at))])
        .with(may.then(|| deletion(brand.id, &format!("{base}{HERE}"))))
}

fn deletion(id: i64, here: &str) -> Deed {
    Deed::new("delete", "Delete", format!("{here}/{id}/delete")).grave()
}

fn sheet(is_new: bool) -> Sheet {
    let slug = Field::line("slug", "Slug").or_unsaid();
    let hint = if is_new {
        "The word that programs know it by. Empty: made of the title."
    } else {
        "The word that programs know it by."
    };
    Sheet {
        title: if is_new { "New brand" } else { "Change the brand" }.to_owned(),
        label: if is_new { "Make it" } else { "Save" },
        back: HERE.to_owned(),
        groups: vec![group("", vec![Field::line("title", "Title").needed(), slug.hint(hint)])],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Change {
    Change { title: fields.get("title", text), slug: fields.get("slug", text) }
}

/// `GET /admin/brands/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    sheet(true).show(&desk).await
}

/// `POST /admin/brands/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(true);
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "brand by page", move |tx, shop| {
            brand::new(tx, shop, &change).map_err(|e| e.on_field("slug_taken", "slug"))?;
            Ok(format!("{HERE}?done=made"))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    Ok(json!(brand::get(tx, shop, id)?))
}

/// `GET /admin/brands/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(false).filled(&json).show(&desk).await
}

/// `POST /admin/brands/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(false);
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "brand by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                let set = brand::set(tx, shop, id, &change);
                set.map(|_| ()).map_err(|e| e.on_field("slug_taken", "slug"))
            },
        )
        .await
}

/// `POST /admin/brands/{id}/delete`: one that no product is of.
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let title = desk.read(move |tx, shop| Ok(brand::get(tx, shop, id)?.title)).await?;
    let here = format!("{}{HERE}", desk.base());
    let asking = deletion(id, &here).typing(title);
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a brand", &here, asking).await? {
        return Ok(asked);
    }
    deed::act(&desk, &form, "brand deleted by page", move |tx, shop| {
        brand::delete(tx, shop, id)?;
        Ok(format!("{HERE}?done=deleted"))
    })
    .await
}

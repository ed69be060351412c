//! Categories: the shelves of the shop.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::Value;

use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::sheet::{Sheet, group};
use super::thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::category::{self, Category};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row};
use crate::web::platform::{answer, categories};

const HERE: &str = "/admin/categories";
/// Categories that one can be put under from here.
const ABOVE: i64 = 1_000;

/// `GET /admin/categories`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteProducts));
    let columns: &[&str] = &["Title", "Address", "Under", "Since", ""];
    let list = List {
        title: "Categories",
        here: HERE,
        columns: if may { columns } else { &columns[..4] },
        empty: "There are no categories here. They are the shelves of the shop; products are put on them.",
        ways: desk.ways(Scope::WriteProducts, &[("New category", "/admin/categories/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = category::list(tx, shop, start, limit)?;
        let mut rows = Vec::new();
        for one in &found {
            let above = one.parent_id.map(|id| category::get(tx, shop, id)).transpose()?;
            rows.push((one.id, row(one, above.as_ref(), &base, may)));
        }
        Ok(rows.into_iter().collect())
    })
    .await
}

fn row(category: &Category, above: Option<&Category>, base: &str, may: bool) -> Row {
    let edit = format!("{base}{HERE}/{}/edit", category.id);
    let title = if may { Cell::link(&category.title, edit) } else { Cell::text(&category.title) };
    Row::from(vec![
        title,
        Cell::code(&category.slug),
        Cell::maybe(above.map(|above| above.title.as_str())),
        Cell::time(Some(category.created_at)),
    ])
    .with(may.then(|| deletion(category.id, &format!("{base}{HERE}"))))
}

fn deletion(id: i64, here: &str) -> Deed {
    Deed::new("delete", "Delete", format!("{here}/{id}/delete")).grave()
}

async fn sheet(desk: &Desk, of: Option<i64>) -> std::result::Result<Sheet, actix_web::Error> {
    let all = desk.read(|tx, shop| category::list(tx, shop, None, ABOVE)).await?;
    let others =
        all.iter().filter(|one| Some(one.id) != of).map(|one| (one.id.to_string(), one.title.clone()));
    let above = std::iter::once((String::new(), "Nothing".to_owned())).chain(others);
    let mut fields =
        vec![Field::line("title", "Title").needed(), Field::choice("parent_id", "Stands under", above)];
    fields.push(Field::line("slug", "Address").or_unsaid().hint("Empty: made of the title."));
    Ok(Sheet {
        title: if of.is_some() { "Change the category" } else { "New category" }.to_owned(),
        label: if of.is_some() { "Save" } else { "Make it" },
        back: HERE.to_owned(),
        groups: vec![group("", fields)],
        ..Sheet::default()
    })
}

/// `GET /admin/categories/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    sheet(&desk, None).await?.show(&desk).await
}

/// `POST /admin/categories/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(&desk, None).await?;
    let change = sheet.read(&desk, &form, categories::read).await?;
    sheet
        .make(&desk, &form, "category by page", move |tx, shop| {
            category::new(tx, shop, &change).map_err(|e| e.on_field("slug_taken", "slug"))?;
            Ok(format!("{HERE}?done=made"))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    answer::value(&categories::view(&category::get(tx, shop, id)?))
}

/// `GET /admin/categories/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(&desk, Some(id)).await?.filled(&json).show(&desk).await
}

/// `POST /admin/categories/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(&desk, Some(id)).await?;
    let change = sheet.read(&desk, &form, categories::read).await?;
    sheet
        .change(
            &desk,
            &form,
            "category by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                let set = category::set(tx, shop, id, &change);
                set.map(|_| ()).map_err(|e| e.on_field("slug_taken", "slug"))
            },
        )
        .await
}

/// `POST /admin/categories/{id}/delete`: one that nothing belongs to.
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let title = desk.read(move |tx, shop| Ok(category::get(tx, shop, id)?.title)).await?;
    let here = format!("{}{HERE}", desk.base());
    let asking = deletion(id, &here).typing(title);
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a category", &here, asking).await? {
        return Ok(asked);
    }
    deed::act(&desk, &form, "category deleted by page", move |tx, shop| {
        category::delete(tx, shop, id)?;
        Ok(format!("{HERE}?done=deleted"))
    })
    .await
}

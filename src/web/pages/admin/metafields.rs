//! Metafields: what is said of a product, a customer, an order or the site in words of one's own. A section on the page of each, a list,
//! and the forms.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::{List, cut};
use super::sheet::{Sheet, group};
use super::thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::metafield::{self, Metafield, Owner, Resource, ValueType};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text, word};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Way, is_cut};

/// Those that the page of their owner shows.
const SHOWN: i64 = 20;
/// So many characters of a value stand in a table.
const CUT: usize = 200;
/// The longest value, in characters: as the domain takes it.
const LONGEST: usize = 65_536;
const COLUMNS: &[&str] = &["Name", "Type", "Value", "Changed", ""];
const EMPTY: &str =
    "There are no metafields. They hold what your programs have to say, in words of their own.";

/// What may be seen and changed by whom.
fn scopes(resource: Resource) -> (Scope, Scope) {
    match resource {
        Resource::Product => (Scope::ReadProducts, Scope::WriteProducts),
        Resource::Customer => (Scope::ReadCustomers, Scope::WriteCustomers),
        Resource::Order => (Scope::ReadOrders, Scope::WriteOrders),
        Resource::Site => (Scope::ReadAccount, Scope::WriteAccount),
    }
}

/// The path of what they are of.
fn home((resource, id): Owner) -> String {
    match resource {
        Resource::Product => format!("/admin/products/{id}"),
        Resource::Customer => format!("/admin/customers/{id}"),
        Resource::Order => format!("/admin/orders/{id}"),
        Resource::Site => "/admin/settings/metafields".to_owned(),
    }
}

/// The path of all of an owner.
fn here((resource, id): Owner) -> String {
    format!("/admin/metafields/{resource}/{id}")
}

/// The way to a new one, for whoever may.
pub fn ways(desk: &Desk, owner: Owner) -> Vec<Way> {
    desk.ways(scopes(owner.0).1, &[("New metafield", &format!("{}/new", here(owner)))])
}

/// Those of an owner, as its page shows them.
pub fn section(desk: &Desk, owner: Owner, mut found: Vec<Metafield>) -> Section {
    let (has_more, may) = (is_cut(&mut found, SHOWN), desk.may(scopes(owner.0).1));
    let at = format!("{}{}", desk.base(), here(owner));
    let rows = found.iter().map(|one| row(one, &at, may)).collect();
    let table = Table::new(columns(may), rows, EMPTY).going_on(has_more, at);
    Section { title: "Metafields", table }
}

fn columns(may: bool) -> &'static [&'static str] {
    if may { COLUMNS } else { &COLUMNS[..4] }
}

fn row(one: &Metafield, at: &str, may: bool) -> Row {
    let name = format!("{}.{}", one.namespace, one.key);
    let value = match one.value.char_indices().nth(CUT) {
        Some((end, _)) => format!("{}…", &one.value[..end]),
        None => one.value.clone(),
    };
    Row::from(vec![
        if may { Cell::link(name, format!("{at}/{}/edit", one.id)) } else { Cell::text(name) },
        Cell::text(one.value_type.as_str()),
        Cell::maybe(Some(&value)),
        Cell::time(Some(one.updated_at)),
    ])
    .with(may.then(|| deletion(one.id, at)))
}

fn deletion(id: i64, at: &str) -> Deed {
    Deed::new("delete-metafield", "Delete", format!("{at}/{id}/delete")).grave()
}

/// The owner that an address names.
fn owner(desk: &Desk, resource: &str, id: i64) -> std::result::Result<Owner, actix_web::Error> {
    let resource = resource.parse().map_err(|_| desk.failed(&Error::not_found("nothing has this name")))?;
    Ok((resource, id))
}

/// `GET /admin/settings/metafields`: those of the site.
pub async fn of_site(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let owner = (Resource::Site, desk.shop.site_id);
    all(&req, &desk, owner, "/admin/settings/metafields", String::new()).await
}

/// `GET /admin/metafields/{resource}/{id}`
pub async fn list(req: HttpRequest, path: Path<(String, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (resource, id) = path.into_inner();
    let owner = owner(&desk, &resource, id)?;
    all(&req, &desk, owner, "/admin/metafields", format!("/{resource}/{id}")).await
}

async fn all(req: &HttpRequest, desk: &Desk, owner: Owner, at: &'static str, below: String) -> Answer {
    let (read, write) = scopes(owner.0);
    desk.needs(read)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let may = desk.may(write);
    let mut ways = ways(desk, owner);
    if owner.0 != Resource::Site {
        ways.insert(0, Way { label: "What they are of", href: format!("{}{}", desk.base(), home(owner)) });
    }
    let list = List {
        title: "Metafields",
        here: at,
        below,
        columns: columns(may),
        empty: EMPTY,
        ways,
        ..List::default()
    };
    let rows_at = format!("{}{}", desk.base(), here(owner));
    list.show(desk, &query, move |tx, shop, start, limit| {
        let found = cut(metafield::list(tx, shop, owner)?, start, limit, |one| one.id);
        Ok(found.iter().map(|one| (one.id, row(one, &rows_at, may))).collect())
    })
    .await
}

fn sheet(owner: Owner, of: Option<&Metafield>) -> Sheet {
    let names = [
        Field::line("namespace", "Namespace").needed().hint("Whose words these are, such as warehouse."),
        Field::line("key", "Key").needed().hint("Which of them, such as shelf."),
    ];
    let types = [
        (ValueType::String.as_str(), "Text"),
        (ValueType::Integer.as_str(), "A whole number"),
        (ValueType::Json.as_str(), "JSON"),
        (ValueType::Boolean.as_str(), "true or false"),
    ];
    let rest = [Field::choice("value_type", "Type", types), Field::page("value", "Value").at_most(LONGEST)];
    Sheet {
        title: of.map_or("New metafield".to_owned(), |one| {
            format!("Change the metafield {}.{}", one.namespace, one.key)
        }),
        label: if of.is_some() { "Save" } else { "Make it" },
        back: home(owner),
        groups: vec![group("", names.into_iter().filter(|_| of.is_none()).chain(rest).collect())],
        ..Sheet::default()
    }
}

/// What it says, and what that is.
fn read(fields: &mut Fields) -> (Option<String>, Option<ValueType>) {
    (fields.get("value", text), fields.get("value_type", word))
}

/// `GET /admin/metafields/{resource}/{id}/new`
pub async fn ask_new(req: HttpRequest, path: Path<(String, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let owner = owner(&desk, &path.0, path.1)?;
    desk.needs(scopes(owner.0).1)?;
    desk.read(move |tx, shop| metafield::list(tx, shop, owner)).await?;
    sheet(owner, None).filled(&json!({"value_type": ValueType::String})).show(&desk).await
}

/// `POST /admin/metafields/{resource}/{id}/new`
pub async fn make(req: HttpRequest, path: Path<(String, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let owner = owner(&desk, &path.0, path.1)?;
    desk.needs(scopes(owner.0).1)?;
    let sheet = sheet(owner, None);
    let (namespace, key, (value, value_type)) = sheet
        .read(&desk, &form, |fields| (fields.get("namespace", text), fields.get("key", text), read(fields)))
        .await?;
    let (namespace, key) = (namespace.unwrap_or_default(), key.unwrap_or_default());
    let (value, value_type) = (value.unwrap_or_default(), value_type.unwrap_or(ValueType::String));
    sheet
        .make(&desk, &form, "metafield by page", move |tx, shop| {
            metafield::new(tx, shop, owner, (&namespace, &key), (&value, value_type))
                .map_err(|e| e.on_field("key_taken", "key"))?;
            Ok(format!("{}?done=made", home(owner)))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, owner: Owner, id: i64) -> Result<Value> {
    Ok(json!(metafield::get(tx, shop, owner, id)?))
}

/// `GET /admin/metafields/{resource}/{id}/{field_id}/edit`
pub async fn ask(req: HttpRequest, path: Path<(String, i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (owner, id) = (owner(&desk, &path.0, path.1)?, path.2);
    desk.needs(scopes(owner.0).1)?;
    let one = desk.read(move |tx, shop| metafield::get(tx, shop, owner, id)).await?;
    sheet(owner, Some(&one)).filled(&json!(one)).show(&desk).await
}

/// `POST /admin/metafields/{resource}/{id}/{field_id}/edit`
pub async fn change(
    req: HttpRequest,
    path: Path<(String, i64, i64)>,
    payload: Payload,
    app: Data<App>,
) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let (owner, id) = (owner(&desk, &path.0, path.1)?, path.2);
    desk.needs(scopes(owner.0).1)?;
    let one = desk.read(move |tx, shop| metafield::get(tx, shop, owner, id)).await?;
    let sheet = sheet(owner, Some(&one));
    let (value, value_type) = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "metafield by page",
            move |tx, shop| now(tx, shop, owner, id),
            move |tx, shop| metafield::set(tx, shop, owner, id, (value.as_deref(), value_type)).map(|_| ()),
        )
        .await
}

/// `POST /admin/metafields/{resource}/{id}/{field_id}/delete`
pub async fn delete(
    req: HttpRequest,
    path: Path<(String, i64, i64)>,
    payload: Payload,
    app: Data<App>,
) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let (owner, id) = (owner(&desk, &path.0, path.1)?, path.2);
    desk.needs(scopes(owner.0).1)?;
    let one = desk.read(move |tx, shop| metafield::get(tx, shop, owner, id)).await?;
    let asking = deletion(id, &format!("{}{}", desk.base(), here(owner)))
        .typing(format!("{}.{}", one.namespace, one.key));
    let back = format!("{}{}", desk.base(), home(owner));
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a metafield", &back, asking).await? {
        return Ok(asked);
    }
    deed::act(&desk, &form, "metafield deleted by page", move |tx, shop| {
        metafield::delete(tx, shop, owner, id)?;
        Ok(format!("{}?done=deleted", home(owner)))
    })
    .await
}

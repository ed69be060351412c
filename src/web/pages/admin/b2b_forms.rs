//! Making and changing B2B accounts, and their contacts.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::b2b_accounts::HERE;
use super::deed;
use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::b2b_account::{self, B2bAccount, CONTACT_TAKEN, Change, FULL, Status};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::{customer, price_list};
use crate::store::Tx;
use crate::web::fields::{Fields, int, switch, text, word};
use crate::web::pages::field::Field;
use crate::web::pages::parts::Deed;

/// Price lists that can be chosen from here, the latest ones, and the one that is chosen already.
const LISTS: i64 = 500;

async fn sheet(desk: &Desk, of: Option<i64>) -> std::result::Result<Sheet, actix_web::Error> {
    let lists = desk
        .read(move |tx, shop| {
            let mut lists = price_list::list(tx, shop, None, (LISTS, 0))?;
            let chosen = of.map(|id| b2b_account::get(tx, shop, id)).transpose()?;
            if let Some(id) = chosen.and_then(|account| account.price_list_id)
                && lists.iter().all(|list| list.id != id)
            {
                lists.push(price_list::get(tx, shop, id)?);
            }
            Ok(lists)
        })
        .await?;
    let lists = lists.into_iter().map(|list| (list.id.to_string(), list.title));
    let lists = std::iter::once((String::new(), "None: it pays what everybody pays".to_owned())).chain(lists);
    let statuses = [
        ("active", "Active: it buys by its prices and terms"),
        ("suspended", "Suspended: it pays what everybody pays, at once"),
        ("pending", "Pending: not yet"),
    ];
    Ok(Sheet {
        title: if of.is_some() { "Change the B2B account" } else { "New B2B account" }.to_owned(),
        label: if of.is_some() { "Save" } else { "Make it" },
        back: of.map_or(HERE.to_owned(), |id| format!("{HERE}/{id}")),
        groups: vec![
            group(
                "",
                vec![
                    Field::line("company", "Company").needed(),
                    Field::line("tax_id", "Tax id").or_none(),
                    Field::choice("status", "Status", statuses),
                ],
            ),
            group(
                "What was agreed",
                vec![
                    Field::choice("price_list_id", "Price list", lists),
                    Field::number("net_days", "Days to pay in").or_none().hint("Up to 365. Empty: at once."),
                ],
            ),
        ],
        ..Sheet::default()
    })
}

fn read(fields: &mut Fields) -> Change {
    Change {
        company: fields.get("company", text),
        tax_id: fields.nullable("tax_id", text),
        status: fields.get("status", word::<Status>),
        price_list_id: fields.nullable("price_list_id", int),
        net_days: fields.nullable("net_days", int),
        contacts: None,
    }
}

/// `GET /admin/b2b-accounts/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    sheet(&desk, None).await?.filled(&json!({"status": Status::Active})).show(&desk).await
}

/// `POST /admin/b2b-accounts/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let sheet = sheet(&desk, None).await?;
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "B2B account by page", move |tx, shop| {
            let made = b2b_account::new(tx, shop, &change)?;
            Ok(format!("{HERE}/{}?done=made", made.id))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let one = b2b_account::get(tx, shop, id)?;
    Ok(
        json!({"company": one.company, "tax_id": one.tax_id, "status": one.status, "price_list_id": one.price_list_id,
        "net_days": one.net_days}),
    )
}

/// `GET /admin/b2b-accounts/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(&desk, Some(id)).await?.filled(&json).show(&desk).await
}

/// `POST /admin/b2b-accounts/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(&desk, Some(id)).await?;
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "B2B account by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| b2b_account::set(tx, shop, id, &change).map(|_| ()),
        )
        .await
}

fn contact_sheet(id: i64, company: &str) -> Sheet {
    Sheet {
        title: format!("Attach a contact to {company}"),
        lead: "A customer who buys for it, by its prices and terms. A customer buys for one company alone.",
        label: "Attach them",
        back: format!("{HERE}/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::email("email", "E-mail address of a customer").needed(),
                Field::switch("is_primary", "They are the primary contact, who is asked first"),
            ],
        )],
        ..Sheet::default()
    }
}

async fn company(desk: &Desk, id: i64) -> std::result::Result<String, actix_web::Error> {
    desk.read(move |tx, shop| Ok(b2b_account::get(tx, shop, id)?.company)).await
}

/// `GET /admin/b2b-accounts/{id}/contacts/new`
pub async fn ask_contact(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    contact_sheet(id, &company(&desk, id).await?).show(&desk).await
}

/// `POST /admin/b2b-accounts/{id}/contacts/new`
pub async fn attach(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = contact_sheet(id, &company(&desk, id).await?);
    let (email, is_primary) = sheet
        .read(&desk, &form, |fields| {
            (fields.get("email", text).unwrap_or_default(), fields.get("is_primary", switch).unwrap_or(false))
        })
        .await?;
    sheet
        .make(&desk, &form, "contact by page", move |tx, shop| {
            let found = customer::by_email(tx, shop, &email)?;
            let found = found.ok_or_else(|| Error::invalid("nobody has this address here").about("email"))?;
            b2b_account::attach(tx, shop, id, found.id, is_primary)
                .map_err(|e| e.on_field(CONTACT_TAKEN, "email").on_field(FULL, "email"))?;
            Ok(format!("{HERE}/{id}?done=saved"))
        })
        .await
}

/// `POST /admin/b2b-accounts/{id}/contacts/{customer_id}/detach`
pub async fn detach(req: HttpRequest, ids: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let (id, customer_id) = ids.into_inner();
    deed::act(&desk, &form, "contact detached by page", move |tx, shop| {
        b2b_account::detach(tx, shop, id, customer_id)?;
        Ok(format!("{HERE}/{id}?done=detached"))
    })
    .await
}

/// What can be done to an account.
pub fn deeds(desk: &Desk, account: &B2bAccount) -> Vec<Deed> {
    if !desk.may(Scope::WriteOrders) {
        return Vec::new();
    }
    let action = format!("{}{HERE}/{}/delete", desk.base(), account.id);
    vec![Deed::new("delete", "Delete it", action).grave().typing(&account.company)]
}

/// `POST /admin/b2b-accounts/{id}/delete`: one that no order is of.
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let (id, typed) = (id.into_inner(), form.get("typed").unwrap_or_default().trim().to_owned());
    deed::act(&desk, &form, "B2B account deleted by page", move |tx, shop| {
        if b2b_account::get(tx, shop, id)?.company != typed {
            return Ok(format!("{HERE}/{id}?done=retyped"));
        }
        b2b_account::delete(tx, shop, id)?;
        Ok(format!("{HERE}?done=deleted"))
    })
    .await
}

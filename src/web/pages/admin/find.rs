//! From anything that a buyer writes in a mail to the page about it: a key, an address, an order's number.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::Data;
use minijinja::context;
use minijinja::value::Serde;

use super::desk::{Answer, Desk};
use crate::app::App;
use crate::base::error::{Kind, Result};
use crate::domain::shop::Shop;
use crate::domain::{customer, licence, order, order_number};
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::parts::Table;

/// `GET /admin/find`
pub async fn find(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let asked = query.get("q").unwrap_or_default().trim().to_owned();
    let wanted = asked.clone();
    if let Some(place) = desk.read(move |tx, shop| place(tx, shop, &wanted)).await? {
        return Ok(page::go(&format!("{}{place}", desk.base()), Vec::new()));
    }
    let empty = "Nothing here has this key, e-mail address or number. Look at the mode, live or test, and for a typing error.";
    let values = context! {
        of => Serde(Table::new(&[], Vec::new(), empty)), filters => Vec::<String>::new(), next => None::<String>, is_narrowed => false,
        columns => Vec::<String>::new(), deeds => None::<String>, said => None::<String>, is_none => false, is_rising => false, is_cut => false, csv => "", json => "", here => "", ways => Vec::<String>::new(), asked => asked
    };
    desk.page("admin/list.html", "Not found", values).await
}

/// Where it is told of what somebody asks for.
fn place(tx: &mut Tx<'_>, shop: Shop, asked: &str) -> Result<Option<String>> {
    if let Ok(address) = asked.parse::<IpAddr>() {
        return Ok(Some(format!("/admin/activations?ip={}", address.to_canonical())));
    }
    if asked.contains('@') {
        let found = customer::by_email(tx, shop, asked)?;
        let begin_so = || url::form_urlencoded::byte_serialize(asked.as_bytes()).collect::<String>();
        return Ok(Some(match found {
            Some(customer) => format!("/admin/customers/{}", customer.id),
            None => format!("/admin/customers?q={}", begin_so()),
        }));
    }
    // By its id within the shop: a key of another shop is as unknown as any.
    let by_key = match licence::get(tx, asked) {
        Ok(found) => known(licence::by_id(tx, shop, found.licence_id))?,
        Err(e) if e.kind == Kind::NotFound => None,
        Err(e) => return Err(e),
    };
    if let Some(licence) = by_key {
        return Ok(Some(format!("/admin/licences/{}", licence.licence_id)));
    }
    let order = match asked.trim_start_matches('#').parse() {
        Ok(id) => order::get(tx, shop, id),
        Err(_) => order_number::find(tx, shop, &asked.to_ascii_uppercase()),
    };
    Ok(known(order)?.map(|order| format!("/admin/orders/{}", order.id)))
}

fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(e) if e.kind == Kind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

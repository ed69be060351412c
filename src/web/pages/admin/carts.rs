//! Carts: what people mean to buy, and how far they have come.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::bulk::{self, Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::gift_cards::order;
use super::list::{Filter, List};
use super::thing::{self, Thing};
use crate::app::App;
use crate::domain::cart_list::{self, Standing};
use crate::domain::scope::Scope;
use crate::domain::shopping_cart::{self, CartLine, Status};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact};

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/carts",
    one: "cart",
    many: "carts",
    scope: Scope::WriteOrders,
    deeds: &[Bulk { word: "delete", label: "Delete", done: "deleted", is_grave: true, is_final: true }],
    act: |tx, shop, _, id| shopping_cart::delete(tx, shop, bulk::number(id)?),
};

/// `GET /admin/carts`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|word| word.as_str()).collect();
    let filters = vec![
        Filter::words(&query, "status", "Status", &words),
        Filter::text(&query, "customer", "Customer's number"),
    ];
    let filter = cart_list::Filter {
        status: filters[0].given().and_then(|word| word.parse().ok()),
        customer_id: filters[1].given().map(|id| id.parse().unwrap_or(0)),
    };
    let base = desk.base();
    let list = List {
        title: "Carts",
        here: ROWS.here,
        columns: &["#Cart", "Status", "Whose", "#Items", "#Worth", "Checkout", "Order", "Last used"],
        empty: "There are no carts here. Shop programs make them, over the Shopvo API.",
        filters,
        rows: Some(&ROWS),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let mut rows = Vec::new();
        for cart in cart_list::list(tx, shop, filter, start, limit)? {
            let of = cart_list::standing(tx, shop, cart)?;
            rows.push((of.cart.id, row(&of, &base).ticked(of.cart.id)));
        }
        Ok(rows.into_iter().collect())
    })
    .await
}

fn row(of: &Standing, base: &str) -> Row {
    Row::from(vec![
        Cell::link(of.cart.id.to_string(), format!("{base}{}/{}", ROWS.here, of.cart.id)),
        status(of.cart.status),
        whose(of, base),
        Cell::Count { n: of.items() },
        Cell::money(of.subtotal_minor(), &of.cart.currency),
        Cell::maybe(of.stage()),
        order(of.order_id(), base),
        Cell::time(Some(of.cart.updated_at)),
    ])
}

fn status(status: Status) -> Cell {
    let tone = match status {
        Status::Active => Tone::Plain,
        Status::Abandoned => Tone::Warn,
        Status::Converted => Tone::Good,
    };
    Cell::badge(status.as_str(), tone)
}

fn whose(of: &Standing, base: &str) -> Cell {
    match (of.cart.customer_id, &of.email) {
        (Some(id), Some(email)) => Cell::link(email, format!("{base}/admin/customers/{id}")),
        (_, email) => Cell::maybe(email.as_deref()),
    }
}

/// `GET /admin/carts/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let of = desk
        .read(move |tx, shop| {
            let cart = shopping_cart::get(tx, shop, id)?;
            cart_list::standing(tx, shop, cart)
        })
        .await?;
    let currency = &of.cart.currency;
    let lines = Table::new(
        &["Product", "Variant", "#Quantity", "#One", "#Together"],
        of.lines.iter().map(|one| line(one, currency, &base)).collect(),
        "Nothing is in it.",
    );
    let is_gone = of.cart.status == Status::Converted || of.order_id().is_some();
    let may = desk.may(ROWS.scope) && !is_gone;
    let thing = Thing {
        title: format!("Cart {id}"),
        deeds: may.then(|| deletion(&desk, id)).into_iter().collect(),
        facts: vec![
            fact("Status", status(of.cart.status)),
            fact("Whose", whose(&of, &base)),
            fact("Worth", Cell::money(of.subtotal_minor(), currency)),
            fact("Checkout", Cell::maybe(of.stage())),
            fact(
                "Paid by",
                Cell::maybe(of.checkout.as_ref().and_then(|checkout| checkout.details.paid_by.as_deref())),
            ),
            fact(
                "Coupon",
                Cell::maybe(of.checkout.as_ref().and_then(|checkout| checkout.details.coupon.as_deref())),
            ),
            fact("Order", order(of.order_id(), &base)),
            fact("Session", Cell::maybe(of.cart.session_key.as_deref())),
            fact("Since", Cell::time(Some(of.cart.created_at))),
            fact("Last used", Cell::time(Some(of.cart.updated_at))),
        ],
        sections: vec![Section { title: "What is in it", table: lines }],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn line(line: &CartLine, currency: &str, base: &str) -> Row {
    let variant = if line.variant.is_implicit { "" } else { line.variant.title.as_str() };
    Row::from(vec![
        Cell::link(&line.product.title, format!("{base}/admin/products/{}", line.product.id)),
        Cell::maybe(Some(variant)),
        Cell::Count { n: line.quantity },
        Cell::money(line.unit_minor(), currency),
        Cell::money(line.unit_minor() * line.quantity, currency),
    ])
}

fn deletion(desk: &Desk, id: i64) -> Deed {
    let action = format!("{}{}/{id}/delete", desk.base(), ROWS.here);
    Deed::new("delete", "Delete the cart", action).grave().typing(id.to_string())
}

/// `POST /admin/carts/{id}/delete`: one that no order was made of.
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(ROWS.scope)?;
    let id = id.into_inner();
    let back = format!("{}{}/{id}", desk.base(), ROWS.here);
    if let Some(asked) =
        thing::unless_typed(&desk, &form, "Delete a cart", &back, deletion(&desk, id)).await?
    {
        return Ok(asked);
    }
    deed::act(&desk, &form, "cart deleted by page", move |tx, shop| {
        shopping_cart::delete(tx, shop, id)?;
        Ok(format!("{}?done=delete&n=1", ROWS.here))
    })
    .await
}

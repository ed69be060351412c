//! Reviews: what buyers think of products, looked at before others see it.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::bulk::{self, Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::product;
use crate::domain::review::{self, Review, Status};
use crate::domain::review_list;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Tone, fact};

/// Of every list of reviews.
pub const COLUMNS: &[&str] = &["Review", "Product", "Rating", "By", "Bought it", "Status", "Written"];

/// Characters of a review that name it where it has no title.
const BEGINNING: usize = 60;

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/reviews",
    one: "review",
    many: "reviews",
    scope: Scope::WriteCustomers,
    deeds: &[
        Bulk {
            word: "publish",
            label: "Publish",
            done: "shown on their products' pages",
            is_grave: false,
            is_final: false,
        },
        Bulk {
            word: "archive",
            label: "Archive",
            done: "taken off their products' pages",
            is_grave: true,
            is_final: false,
        },
        Bulk {
            word: "spam",
            label: "Mark as spam",
            done: "marked as spam, and shown to nobody",
            is_grave: true,
            is_final: false,
        },
    ],
    act: |tx, shop, word, id| set(tx, shop, word, bulk::number(id)?).map(|_| ()),
};

/// What each deed makes of a review.
fn set(tx: &mut Tx<'_>, shop: Shop, word: &str, id: i64) -> Result<Review> {
    let status = match word {
        "publish" => Status::Published,
        "archive" => Status::Archived,
        "spam" => Status::Spam,
        _ => return Err(Error::not_found("there is no such deed")),
    };
    review::set_status(tx, shop, id, status)
}

/// A review, with what its product is called.
pub struct Named {
    review: Review,
    product: String,
}

/// Gives them their names.
pub fn named(tx: &mut Tx<'_>, shop: Shop, found: Vec<Review>) -> Result<Vec<Named>> {
    let name = |review: Review| {
        let product = product::get(tx, shop, review.product_id)?.title;
        Ok(Named { review, product })
    };
    found.into_iter().map(name).collect()
}

/// `GET /admin/reviews`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|word| word.as_str()).collect();
    let filters = vec![
        Filter::words(&query, "status", "Status", &words),
        Filter::text(&query, "product", "Product's number"),
        Filter::text(&query, "customer", "Customer's number"),
    ];
    let number = |filter: &Filter| filter.given().map(|id| id.parse().unwrap_or(0));
    let filter = review_list::Filter {
        is_kept: false,
        status: filters[0].given().and_then(|word| word.parse().ok()),
        product_id: number(&filters[1]),
        customer_id: number(&filters[2]),
    };
    let base = desk.base();
    let list = List {
        title: "Reviews",
        here: ROWS.here,
        columns: COLUMNS,
        empty: "There are no reviews here. Buyers who are signed in write them on the pages of products.",
        filters,
        rows: Some(&ROWS),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = review_list::list(tx, shop, filter, start, limit)?;
        let found = named(tx, shop, found)?;
        Ok(found.iter().map(|one| (one.review.id, row(one, &base).ticked(one.review.id))).collect())
    })
    .await
}

/// A review in a list.
pub fn row(named: &Named, base: &str) -> Row {
    let of = &named.review;
    Row::from(vec![
        Cell::link(called(of), format!("{base}/admin/reviews/{}", of.id)),
        Cell::link(&named.product, format!("{base}/admin/products/{}", of.product_id)),
        stars(of.rating),
        by(of, base),
        bought(of),
        status(of.status),
        Cell::time(Some(of.created_at)),
    ])
}

/// Its title, or how it begins.
fn called(review: &Review) -> String {
    if let Some(title) = review.title.as_deref().filter(|title| !title.is_empty()) {
        return title.to_owned();
    }
    let first = review.content.lines().next().unwrap_or_default();
    let begins: String = first.chars().take(BEGINNING).collect();
    if begins.len() < review.content.len() { format!("{begins}…") } else { begins }
}

fn stars(rating: i64) -> Cell {
    Cell::text(format!("{rating} of 5"))
}

fn by(review: &Review, base: &str) -> Cell {
    match review.customer_id {
        Some(id) => Cell::link(&review.reviewer_name, format!("{base}/admin/customers/{id}")),
        None => Cell::text(&review.reviewer_name),
    }
}

fn bought(review: &Review) -> Cell {
    Cell::text(if review.is_verified { "yes" } else { "no" })
}

fn status(status: Status) -> Cell {
    match status {
        Status::Pending => Cell::badge("waits", Tone::Warn),
        Status::Published => Cell::badge(status.as_str(), Tone::Good),
        Status::Archived => Cell::badge(status.as_str(), Tone::Plain),
        Status::Spam => Cell::badge(status.as_str(), Tone::Bad),
    }
}

/// `GET /admin/reviews/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (of, product) = desk
        .read(move |tx, shop| {
            let found = review::get(tx, shop, id)?;
            let title = product::get(tx, shop, found.product_id)?.title;
            Ok((found, title))
        })
        .await?;
    let thing = Thing {
        title: format!("Review {id}"),
        about: Some(Cell::link(product, format!("{base}/admin/products/{}", of.product_id))),
        ways: desk.ways(ROWS.scope, &[("Answer it", &format!("{}/{id}/answer", ROWS.here))]),
        deeds: deeds(&desk, &of),
        facts: vec![
            fact("Status", status(of.status)),
            fact("Rating", stars(of.rating)),
            fact("Title", Cell::maybe(of.title.as_deref())),
            fact("Review", Cell::text(&of.content)),
            fact("By", by(&of, &base)),
            fact("E-mail address", Cell::maybe(of.reviewer_email.as_deref())),
            fact("Bought it before", bought(&of)),
            fact(
                "Order",
                of.sale_id
                    .map_or(Cell::None, |id| Cell::link(id.to_string(), format!("{base}/admin/orders/{id}"))),
            ),
            fact("Written", Cell::time(Some(of.created_at))),
            fact("Answer", Cell::maybe(of.response.as_deref())),
            fact("Answered", Cell::time(of.responded_at)),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=review&id={id}")),
            ),
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn deeds(desk: &Desk, review: &Review) -> Vec<Deed> {
    if !desk.may(ROWS.scope) {
        return Vec::new();
    }
    let at = format!("{}{}/{}", desk.base(), ROWS.here, review.id);
    let all = [
        (Status::Published, Deed::new("publish", "Publish", format!("{at}/publish"))),
        (Status::Archived, Deed::new("archive", "Archive", format!("{at}/archive")).grave()),
        (Status::Spam, Deed::new("spam", "Mark as spam", format!("{at}/spam")).grave()),
    ];
    all.into_iter().filter(|(to, _)| *to != review.status).map(|(_, deed)| deed).collect()
}

/// `POST /admin/reviews/{id}/{deed}`
pub async fn act(req: HttpRequest, path: Path<(i64, String)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(ROWS.scope)?;
    let (id, word) = path.into_inner();
    deed::act(&desk, &form, "review by page", move |tx, shop| {
        let status = set(tx, shop, &word, id)?.status;
        Ok(format!("{}/{id}?done=review-{status}", ROWS.here))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_title_is_called_by_how_it_begins() {
        let review = |title: &str, content: &str| Review {
            id: 1,
            product_id: 1,
            customer_id: None,
            rating: 5,
            title: Some(title.to_owned()),
            content: content.to_owned(),
            reviewer_name: "Mia".to_owned(),
            reviewer_email: None,
            status: Status::Pending,
            is_verified: false,
            created_at: 0,
            response: None,
            responded_at: None,
            sale_id: None,
        };
        assert_eq!(called(&review("Fine", "It writes.")), "Fine");
        assert_eq!(called(&review("", "It writes.")), "It writes.");
        assert_eq!(called(&review("", "It writes.\nAnd how.")), "It writes.…");
        assert_eq!(called(&review("", &"ü".repeat(61))), format!("{}…", "ü".repeat(60)));
    }
}

//! The shop's first page: what is on sale.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use minijinja::{Value, context};

use super::visit::Visit;
use crate::app::App;
use crate::base::{markdown, money};
use crate::domain::catalogue::{self, Filter};
use crate::domain::category;
use crate::domain::product::{Product, Status};
use crate::domain::variant::{self, Variant};
use crate::web::form::Form;
use crate::web::pages::answer::Answer;

/// Products of a page.
const PAGE: i64 = 24;
/// Shelves that are shown.
const SHELVES: i64 = 50;
/// Characters of a description beside its title.
const LEAD: usize = 160;

/// `GET /`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let asked = query.get("q").unwrap_or_default().trim().to_owned();
    let shelf: Option<i64> = query.given("category").and_then(|id| id.parse().ok());
    let before = query.given("before").and_then(|id| id.parse().ok());
    let filter = Filter {
        status: Some(Status::Active),
        category_id: shelf,
        search: Some(asked.clone()).filter(|asked| !asked.is_empty()),
        ..Filter::default()
    };
    let (mut found, shelves) = visit
        .read(move |tx, shop| {
            let mut found = Vec::new();
            for product in catalogue::list(tx, shop, &filter, before, PAGE + 1)? {
                let variants = variant::list(tx, product.id)?;
                found.push((product, variants));
            }
            Ok((found, category::list(tx, shop, None, SHELVES)?))
        })
        .await?;
    let page = usize::try_from(PAGE).unwrap_or_default();
    let has_more = found.len() > page;
    found.truncate(page);
    let next = found.last().filter(|_| has_more).map(|(last, _)| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &asked).append_pair("before", &last.id.to_string());
        query.extend_pairs(shelf.map(|id| ("category", id.to_string())));
        format!("{}/?{}", visit.base(), query.finish())
    });
    let shelves = shelves.iter().map(|one| {
        context! { id => one.id, title => &one.title, is_here => shelf == Some(one.id) }
    });
    let values = context! {
        items => found.iter().map(card).collect::<Vec<Value>>(), asked => asked, next => next,
        shelves => shelves.collect::<Vec<Value>>(), is_narrowed => shelf.is_some() || !query.get("q").unwrap_or_default().is_empty(),
    };
    visit.page(StatusCode::OK, "shop/front.html", "Products", values)
}

fn card((product, variants): &(Product, Vec<Variant>)) -> Value {
    context! {
        href => href(product.id, &product.slug), title => &product.title, price => price(product, variants),
        lead => markdown::lead(&product.description, LEAD),
    }
}

/// The address of a product's page, below the public one.
pub fn href(id: i64, slug: &str) -> String {
    format!("/item/{id}-{slug}/")
}

/// What a product costs, if it can be bought: the least that one of its variants does, where they differ.
pub fn price(product: &Product, variants: &[Variant]) -> Option<String> {
    let (base, currency) = product.price_minor.zip(product.currency.as_deref())?;
    let prices = || variants.iter().map(|variant| variant.price_minor.unwrap_or(base));
    let (least, most) = (prices().min().unwrap_or(base), prices().max().unwrap_or(base));
    let least_shown = shown(least, currency);
    Some(if least < most { format!("from {least_shown}") } else { least_shown })
}

/// A price as people read it.
pub fn shown(minor: i64, currency: &str) -> String {
    if minor == 0 { "Free".to_owned() } else { money::text(minor, currency) }
}

//! What buyers think of a product: shown on its page, and written there by whoever is signed in.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::{Value, context};

use super::cart::Cart;
use super::front::href;
use super::item::{self, Seen};
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::domain::review::{self, Draft, REVIEWED, Review, Status};
use crate::domain::review_list::{self, Filter, Rating};
use crate::domain::shop::Shop;
use crate::domain::{customer, offer};
use crate::store::Tx;
use crate::web::door::Door;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;
use crate::web::pages::parts::is_cut;

/// Reviews of a page.
const PAGE: i64 = 10;

/// What was typed, and what is wrong with it; or what came of it.
#[derive(Default)]
pub struct Asked {
    /// Older reviews than that of this id.
    pub behind: Option<i64>,
    /// A word for what was done.
    pub done: Option<String>,
    pub form: Form,
    pub wrong: Option<Error>,
}

/// The reviews of a product, as somebody sees them.
pub struct Found {
    rating: Rating,
    reviews: Vec<Review>,
    older: Option<i64>,
    /// What they are called, if they are signed in and may write one.
    writer: Option<String>,
    is_reviewed: bool,
}

/// Finds the published ones, a page of them.
pub fn found(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    customer_id: Option<i64>,
    behind: Option<i64>,
) -> Result<Found> {
    let filter =
        Filter { product_id: Some(product_id), status: Some(Status::Published), ..Filter::default() };
    let mut reviews = review_list::list(tx, shop, filter, behind, PAGE + 1)?;
    let has_more = is_cut(&mut reviews, PAGE);
    let is_reviewed = match customer_id {
        Some(id) => review::is_reviewed(tx, product_id, id)?,
        None => false,
    };
    let who = customer_id.filter(|_| !is_reviewed).map(|id| customer::get(tx, shop, id)).transpose()?;
    Ok(Found {
        rating: review_list::rating(tx, product_id)?,
        older: reviews.last().filter(|_| has_more).map(|last| last.id),
        reviews,
        writer: who.map(|who| who.name.unwrap_or_default()),
        is_reviewed,
    })
}

impl Found {
    /// As the template has them.
    pub fn values(&self, asked: &Asked) -> Value {
        let one = |of: &Review| {
            context! {
                rating => of.rating, title => &of.title, content => &of.content, by => &of.reviewer_name, at => of.created_at,
                is_verified => of.is_verified, response => &of.response,
            }
        };
        let typed = |name: &str| asked.form.get(name).unwrap_or_default().to_owned();
        let name = asked.form.get("reviewer_name").map(str::to_owned).or_else(|| self.writer.clone());
        context! {
            average => self.rating.tenths().map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)), count => self.rating.count,
            list => self.reviews.iter().map(one).collect::<Vec<Value>>(), older => self.older, is_first => asked.behind.is_none(),
            may_write => self.writer.is_some(), is_reviewed => self.is_reviewed, done => &asked.done,
            rating => typed("rating"), title => typed("title"), content => typed("content"), name => name,
            wrong => asked.wrong.as_ref().map(|e| &e.message), about => asked.wrong.as_ref().and_then(Error::field),
        }
    }
}

/// `POST /item/{id}-{slug}/reviews`: once for each product, by whoever is signed in.
pub async fn send(
    req: HttpRequest,
    payload: Payload,
    name: Path<String>,
    app: Data<App>,
    door: Data<Door>,
) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let customer = visit.customer()?;
    let id = item::id(&visit, &name)?;
    let cart = Cart::of(&req, &app);
    if let Err(seconds) = door.review(&app, visit.from) {
        let message = format!("Too many reviews from where you are. Try again in {seconds} seconds.");
        let asked = Asked { form, wrong: Some(Error::refused(message)), ..Asked::default() };
        let seen = Seen::of(&visit, id, None).await?;
        return seen.page(&visit, StatusCode::TOO_MANY_REQUESTS, &cart, &asked);
    }
    let typed = |name: &str| form.get(name).unwrap_or_default().trim().replace("\r\n", "\n");
    let draft = Draft {
        rating: typed("rating").parse().unwrap_or_default(),
        title: Some(typed("title")).filter(|title| !title.is_empty()),
        content: typed("content"),
        reviewer_name: typed("reviewer_name"),
        reviewer_email: None,
    };
    let written = visit
        .write("review by page", move |tx, shop| {
            let product = offer::of(tx, shop, id, Some(customer))?.product;
            let to = href(product.id, &product.slug);
            match review::by_customer(tx, shop, id, customer, &draft) {
                Ok(review) => Ok(format!("{to}?done=review-{}#reviews", review.status)),
                // A form that is sent twice has one effect.
                Err(e) if e.about == Some(REVIEWED) => Ok(format!("{to}#reviews")),
                Err(e) => Err(e),
            }
        })
        .await;
    match written {
        Ok(to) => Ok(page::go(&format!("{}{to}", visit.base()), Vec::new())),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => {
            let asked = Asked { form, wrong: Some(e), ..Asked::default() };
            Seen::of(&visit, id, None).await?.page(&visit, StatusCode::BAD_REQUEST, &cart, &asked)
        }
        Err(e) => Err(visit.failed(&e)),
    }
}

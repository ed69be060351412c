//! Reviews: what people think of products. One is verified when the customer of the reviewer's address had bought the product.

use serde::Serialize;
use serde_json::json;

use super::audit::{self, Action};
use super::event::{self, Kind};
use super::shop::Shop;
use super::{customer, product};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// Whether a review is shown.
    Status, "review status" {
        /// Nobody has looked at it yet.
        Pending = "pending",
        /// It is shown.
        Published = "published",
        /// It is shown no more.
        Archived = "archived",
        /// It is none.
        Spam = "spam",
    }
}

/// A review; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Review {
    pub id: i64,
    pub product_id: i64,
    #[serde(skip)]
    pub customer_id: Option<i64>,
    pub rating: i64,
    pub title: Option<String>,
    pub content: String,
    #[serde(rename = "name")]
    pub reviewer_name: String,
    #[serde(rename = "email")]
    pub reviewer_email: Option<String>,
    pub status: Status,
    pub is_verified: bool,
    #[serde(skip)]
    pub created_at: Millis,
    pub response: Option<String>,
    #[serde(skip)]
    pub responded_at: Option<Millis>,
    #[serde(rename = "order_id")]
    pub sale_id: Option<i64>,
}

/// A review to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub rating: i64,
    pub title: Option<String>,
    pub content: String,
    pub reviewer_name: String,
    pub reviewer_email: Option<String>,
}

/// Takes a review in, to be looked at first unless the shop shows them as they come.
pub fn new(tx: &mut Tx<'_>, shop: Shop, product_id: i64, draft: &Draft) -> Result<Review> {
    product::get(tx, shop, product_id)?;
    if !(1..=5).contains(&draft.rating) {
        return Err(Error::invalid("a rating is from 1 to 5").about("rating"));
    }
    let title = draft.title.as_deref().map(|text| text::line("the title", text, 200)).transpose();
    let content = text::page("the review", draft.content.trim(), 5_000).map_err(|e| e.about("content"))?;
    if content.is_empty() {
        return Err(Error::invalid("the review is empty").about("content"));
    }
    let name = text::line("the name", &draft.reviewer_name, 200).map_err(|e| e.about("reviewer_name"))?;
    let email = draft.reviewer_email.as_deref().map(text::email).transpose();
    let email = email.map_err(|e| e.about("reviewer_email"))?;
    let customer = email.as_deref().map_or(Ok(None), |email| customer::by_email(tx, shop, email))?;
    let is_verified =
        customer.as_ref().map_or(Ok(false), |customer| has_bought(tx, product_id, customer.id))?;
    let sale_id = customer.as_ref().map_or(Ok(None), |customer| order_of(tx, product_id, customer.id))?;
    let approves: bool =
        tx.one("select approves_reviews from site where id = $1", values![shop.site_id], |row| row.get(0))?;
    let status = if approves { Status::Published } else { Status::Pending };
    let now = tx.now();
    let id = tx.one(
        "insert into review (product_id, customer_id, rating, title, content, reviewer_name, reviewer_email, status, is_verified, \
         created_at, sale_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        values![
            product_id,
            customer.as_ref().map(|customer| customer.id),
            draft.rating,
            title.map_err(|e| e.about("title"))?.as_ref(),
            &content,
            &name,
            email.as_ref(),
            status.as_str(),
            is_verified,
            now,
            sale_id
        ],
        |row| row.get(0),
    )?;
    let review = get(tx, shop, id)?;
    let told = json!({"review": {"id": id, "product_id": product_id, "rating": review.rating, "status": review.status,
        "is_verified": is_verified}});
    event::note_of(tx, shop, Kind::ReviewCreated, &told, review.customer_id)?;
    audit::created(tx, shop, Action::ReviewSubmitted, id, &review)?;
    Ok(review)
}

/// The word that a second review of the same product by the same customer is refused by.
pub const REVIEWED: &str = "reviewed";

/// As [`new`], by a customer who is signed in: a product is theirs to review once.
pub fn by_customer(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    customer_id: i64,
    draft: &Draft,
) -> Result<Review> {
    if is_reviewed(tx, product_id, customer_id)? {
        return Err(Error::refused("you have reviewed this product already").about(REVIEWED));
    }
    let email = customer::get(tx, shop, customer_id)?.email;
    new(tx, shop, product_id, &Draft { reviewer_email: Some(email), ..draft.clone() })
}

/// Whether a customer has reviewed a product.
pub fn is_reviewed(tx: &mut Tx<'_>, product_id: i64, customer_id: i64) -> Result<bool> {
    let written = tx.maybe(
        "select id from review where customer_id is not null and customer_id = $1 and product_id = $2 limit 1",
        values![customer_id, product_id],
        |row| row.get::<i64>(0),
    )?;
    Ok(written.is_some())
}

fn has_bought(tx: &mut Tx<'_>, product_id: i64, customer_id: i64) -> Result<bool> {
    let purchase = tx.maybe(
        "select id from purchase where customer_id = $1 and product_id = $2 limit 1",
        values![customer_id, product_id],
        |row| row.get::<i64>(0),
    )?;
    Ok(purchase.is_some())
}

/// The latest order by which a customer bought a product.
fn order_of(tx: &mut Tx<'_>, product_id: i64, customer_id: i64) -> Result<Option<i64>> {
    tx.maybe(
        "select l.sale_id from purchase p join sale_line l on l.id = p.sale_line_id \
         where p.customer_id = $1 and p.product_id = $2 order by p.id desc limit 1",
        values![customer_id, product_id],
        |row| row.get(0),
    )
}

/// Says what the shop has to say to a review, instead of what it said before; nothing, if it is empty.
pub fn respond(tx: &mut Tx<'_>, shop: Shop, id: i64, response: &str) -> Result<Review> {
    let (old, now) = (get(tx, shop, id)?, tx.now());
    let response = text::page("the response", response.trim(), 5_000).map_err(|e| e.about("response"))?;
    let response = Some(response).filter(|response| !response.is_empty());
    if response == old.response {
        return Ok(old);
    }
    let responded_at = response.is_some().then_some(now);
    tx.exec(
        "update review set response = $2, responded_at = $3 where id = $1",
        values![id, response.as_ref(), responded_at],
    )?;
    let new = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::ReviewAnswered, id, &old, &new)?;
    Ok(new)
}

/// Shows a review, or shows it no more.
pub fn set_status(tx: &mut Tx<'_>, shop: Shop, id: i64, status: Status) -> Result<Review> {
    let old = get(tx, shop, id)?;
    tx.exec("update review set status = $2 where id = $1", values![id, status.as_str()])?;
    let new = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::ReviewChanged, id, &old, &new)?;
    Ok(new)
}

/// The review with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Review> {
    tx.maybe(
        "select r.id, r.product_id, r.customer_id, r.rating, r.title, r.content, r.reviewer_name, r.reviewer_email, r.status, \
         r.is_verified, r.created_at, r.response, r.responded_at, r.sale_id from review r join product p on p.id = r.product_id \
         where r.id = $1 and p.site_id = $2 and p.is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no review {id}")))
}

fn narrowed<'a>(select: &'static str, product_id: i64, status: Status) -> List<'a> {
    let mut list = List::new(select);
    list.with("product_id = ?", product_id);
    list.with("status = ?", status.as_str());
    list
}

/// Reviews of a product in this state, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    product_id: i64,
    status: Status,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Review>> {
    let list = narrowed(
        "select id, product_id, customer_id, rating, title, content, reviewer_name, reviewer_email, status, is_verified, created_at, \
         response, responded_at, sale_id from review",
        product_id,
        status,
    );
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, product_id: i64, status: Status) -> Result<i64> {
    narrowed("select id from review", product_id, status).count(tx)
}

/// What a customer wrote, newest first.
pub fn of_customer(tx: &mut Tx<'_>, customer_id: i64) -> Result<Vec<Review>> {
    tx.all(
        "select id, product_id, customer_id, rating, title, content, reviewer_name, reviewer_email, status, is_verified, created_at, \
         response, responded_at, sale_id from review where customer_id is not null and customer_id = $1 order by id desc",
        values![customer_id],
        read,
    )
}

/// Takes name and address of a customer who is erased off their reviews.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec(
        "update review set reviewer_name = 'erased', reviewer_email = null, customer_id = null \
         where customer_id is not null and customer_id = $1",
        values![customer_id],
    )
    .map(|_| ())
}

pub(super) fn read(row: &Row<'_>) -> Result<Review> {
    Ok(Review {
        id: row.get(0)?,
        product_id: row.get(1)?,
        customer_id: row.get(2)?,
        rating: row.get(3)?,
        title: row.get(4)?,
        content: row.get(5)?,
        reviewer_name: row.get(6)?,
        reviewer_email: row.get(7)?,
        status: row.word(8)?,
        is_verified: row.get(9)?,
        created_at: row.get(10)?,
        response: row.get(11)?,
        responded_at: row.get(12)?,
        sale_id: row.get(13)?,
    })
}

//! `/feedbacks`: reviews of all products, but those that were taken off; and what the seller says to them.

use super::Version;
use super::call::{Call, Reply};
use super::fault::Fault;
use super::names::Noun;
use super::paging::Paging;
use super::wire::{Shape, naive, zulu};
use super::{wire_1_0, wire_v1};
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::domain::review::{self, Review, Status};
use crate::domain::review_list::{self, Filter};
use crate::domain::shop::Shop;
use crate::domain::{account, product};
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::fields::text;

/// Good, bad, or neither.
fn rating(stars: i64) -> i64 {
    (stars - 3).signum()
}

/// In the document's shape.
pub fn document(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, r: Review) -> Outcome<wire_1_0::Feedback> {
    Ok(wire_1_0::Feedback {
        feedback_id: Noun::Feedback.number(tx, shop, r.id)?,
        created_at: naive(r.created_at),
        response: r.response.unwrap_or_default(),
        rating: rating(r.rating),
        stars: r.rating,
        comment: r.content,
        reply_id: ids.hex13("reply", r.id),
        product_title: product::get(tx, shop, r.product_id)?.title,
        invoice_id: r.sale_id.map(|id| Noun::Order.word(tx, ids, id)).transpose()?,
        seller_name: account::get(tx, shop)?.title,
    })
}

fn later(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, r: Review) -> Outcome<wire_v1::Feedback> {
    Ok(wire_v1::Feedback {
        id: Noun::Feedback.word(tx, ids, r.id)?,
        order_id: r.sale_id.map(|id| Noun::Order.word(tx, ids, id)).transpose()?,
        comment: r.content,
        stars: r.rating,
        rating: rating(r.rating),
        response: r.response,
        created_at: zulu(r.created_at),
        updated_at: zulu(r.responded_at.unwrap_or(r.created_at)),
        product: wire_v1::FeedbackProduct {
            id: Noun::Product.word(tx, ids, r.product_id)?,
            title: product::get(tx, shop, r.product_id)?.title,
        },
    })
}

fn view(
    tx: &mut Tx<'_>,
    ids: &PublicIds,
    shop: Shop,
    review: Review,
    version: Version,
) -> Outcome<Shape<wire_1_0::Feedback, wire_v1::Feedback>> {
    Ok(match version {
        Version::Document => Shape::Document(document(tx, ids, shop, review)?),
        Version::Later | Version::Second => Shape::Later(later(tx, ids, shop, review)?),
    })
}

/// `GET /feedbacks`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query);
    query.finish_open()?;
    let (shop, ids, version) = (call.shop, call.app.ids.clone(), call.version);
    let filter = Filter { is_kept: true, ..Filter::default() };
    call.read(move |tx| {
        paging.reply(
            tx,
            |tx, rows| review_list::page(tx, shop, filter, Start::Newest, rows),
            |tx| review_list::count(tx, shop, filter),
            |tx, review| view(tx, &ids, shop, review, version),
        )
    })
    .await
}

/// The review that the path names, unless it was taken off.
fn named(call: &Call) -> impl Fn(&mut Tx<'_>) -> Outcome<Review> + Send + 'static {
    let (shop, ids, called) = (call.shop, call.app.ids.clone(), call.part(0).to_owned());
    move |tx| {
        let id = Noun::Feedback.read(tx, &ids, shop, &called)?;
        let review = review::get(tx, shop, id)?;
        match review.status {
            Status::Pending | Status::Published => Ok(review),
            Status::Archived | Status::Spam => Err(Error::not_found("it was taken off")),
        }
    }
}

/// `GET /feedbacks/{feedback}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (named, shop, ids, version) = (named(&call), call.shop, call.app.ids.clone(), call.version);
    call.read(move |tx| {
        let review = named(tx)?;
        Reply::ok(&view(tx, &ids, shop, review, version)?)
    })
    .await
}

/// `POST /feedbacks/{feedback}/reply`: what the seller says, instead of what they said before.
pub async fn respond(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (message, response) = (fields.get("message", text), fields.get("response", text));
    let said = fields.needed("message", message.or(response)).unwrap_or_default();
    fields.finish_open()?;
    let (named, shop, ids, version) = (named(&call), call.shop, call.app.ids.clone(), call.version);
    call.write("respond to review", move |tx| {
        let id = named(tx)?.id;
        let review = review::respond(tx, shop, id, &said)?;
        Reply::done("Your response has been saved", &view(tx, &ids, shop, review, version)?)
    })
    .await
}

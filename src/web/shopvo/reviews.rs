//! `/products/{product}/reviews`

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::named;
use super::wire::{Prefix, capital, word_of};
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::review::{self, Draft, Review, Status};
use crate::web::fields::{int, text};

/// A review. The reviewer's address is nobody's business.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: String,
    rating: i64,
    title: Option<String>,
    content: String,
    reviewer_name: String,
    status: String,
    is_verified_purchase: bool,
    created_at: String,
}

impl View {
    pub fn of(ids: &PublicIds, r: Review) -> Self {
        Self {
            id: Prefix::Review.write(ids, r.id),
            rating: r.rating,
            title: r.title,
            content: r.content,
            reviewer_name: r.reviewer_name,
            status: capital(r.status.as_str()),
            is_verified_purchase: r.is_verified,
            created_at: rfc3339(r.created_at),
        }
    }
}

/// `GET`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Review);
    let status = query.read("status", |word| word_of(Status::ALL, Status::as_str, word));
    query.finish_open()?;
    let (named, ids, status) = (named(&call), call.app.ids.clone(), status.unwrap_or(Status::Published));
    call.read(move |tx| {
        let product = named(tx)?;
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| review::list(tx, product.id, status, start, rows),
            |tx| review::count(tx, product.id, status),
            |review| review.id,
            |_, review| Ok(View::of(&ids, review)),
        )
    })
    .await
}

/// `POST`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (rating, content, name) =
        (fields.get("rating", int), fields.get("content", text), fields.get("reviewerName", text));
    let draft = Draft {
        rating: fields.needed("rating", rating).unwrap_or_default(),
        content: fields.needed("content", content).unwrap_or_default(),
        reviewer_name: fields.needed("reviewerName", name).unwrap_or_default(),
        title: fields.nullable("title", text).flatten(),
        reviewer_email: fields.nullable("reviewerEmail", text).flatten(),
    };
    fields.finish_open()?;
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("submit review", move |tx| {
        let product = named(tx)?;
        Reply::made(&View::of(&ids, review::new(tx, shop, product.id, &draft)?))
    })
    .await
}

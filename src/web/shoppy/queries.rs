//! `/queries`: questions to the shop, and what is said to them.

use super::Version;
use super::call::{Call, Reply};
use super::fault::Fault;
use super::names::Noun;
use super::paging::Paging;
use super::wire::{Shape, naive, zulu};
use super::{wire_1_0, wire_v1};
use crate::base::error::Result as Outcome;
use crate::base::public_id::PublicIds;
use crate::domain::shop::Shop;
use crate::domain::ticket::{self, Filter, Status, Ticket};
use crate::domain::ticket_reply;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::fields::text;

/// A state's number in the document.
pub fn number(status: Status) -> i64 {
    match status {
        Status::Open => 0,
        Status::UserReply => 1,
        Status::Replied => 2,
        Status::Closed => 3,
        Status::Solved => 4,
    }
}

/// In the document's shape: replies newest first. In a list, two numbers more.
pub fn document(tx: &mut Tx<'_>, ids: &PublicIds, t: Ticket, is_listed: bool) -> Outcome<wire_1_0::Query> {
    let query = Noun::Query.hex(tx, ids, t.id)?;
    let reply = |reply: ticket_reply::Reply| wire_1_0::QueryReply {
        query: query.clone(),
        reply: 1,
        seller_reply: reply.by_shop.into(),
        query_secret: "",
        subject: t.subject.clone(),
        email: if reply.by_shop { String::new() } else { t.email.clone() },
        message: reply.message,
        created_at: naive(reply.created_at),
    };
    let replies = ticket_reply::list(tx, t.id)?.into_iter().rev().map(reply).collect();
    Ok(wire_1_0::Query {
        query,
        status: number(t.status),
        reply: is_listed.then_some(0),
        seller_reply: is_listed.then_some(0),
        subject: t.subject,
        email: t.email,
        message: t.message,
        created_at: naive(t.created_at),
        replies,
    })
}

fn later(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, t: Ticket) -> Outcome<wire_v1::Query> {
    let id = Noun::Query.word(tx, ids, t.id)?;
    let reply = |reply: ticket_reply::Reply| wire_v1::QueryReply {
        id: reply.id,
        query: id.clone(),
        seller_id: reply.by_shop.then_some(shop.site_id),
        message: reply.message,
        created_at: zulu(reply.created_at),
        last_update: zulu(reply.created_at),
        deleted_at: None,
        is_supporter: false,
    };
    let replies = ticket_reply::list(tx, t.id)?.into_iter().map(reply).collect();
    Ok(wire_v1::Query {
        id,
        status: number(t.status),
        subject: t.subject,
        email: t.email,
        message: t.message,
        created_at: zulu(t.created_at),
        updated_at: zulu(t.updated_at),
        replies,
        agent: None,
    })
}

fn view(
    tx: &mut Tx<'_>,
    ids: &PublicIds,
    shop: Shop,
    ticket: Ticket,
    (version, is_listed): (Version, bool),
) -> Outcome<Shape<wire_1_0::Query, wire_v1::Query>> {
    Ok(match version {
        Version::Document => Shape::Document(document(tx, ids, ticket, is_listed)?),
        Version::Later | Version::Second => Shape::Later(later(tx, ids, shop, ticket)?),
    })
}

/// `GET /queries`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query);
    query.finish_open()?;
    let (shop, ids, version) = (call.shop, call.app.ids.clone(), call.version);
    let filter = Filter::default();
    call.read(move |tx| {
        paging.reply(
            tx,
            |tx, rows| ticket::page(tx, shop, filter, Start::Newest, rows),
            |tx| ticket::count(tx, shop, filter),
            |tx, ticket| view(tx, &ids, shop, ticket, (version, true)),
        )
    })
    .await
}

/// `GET /queries/{query}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part(0).to_owned();
    let (shop, ids, version) = (call.shop, call.app.ids.clone(), call.version);
    call.read(move |tx| {
        let id = Noun::Query.read(tx, &ids, shop, &called)?;
        let ticket = ticket::get(tx, shop, id)?;
        Reply::ok(&view(tx, &ids, shop, ticket, (version, false))?)
    })
    .await
}

/// Does something to the question that the path names, and answers it as it is then.
async fn act<F>(call: Call, name: &'static str, message: &'static str, mut act: F) -> Result<Reply, Fault>
where
    F: FnMut(&mut Tx<'_>, Shop, i64) -> Outcome<()> + Send + 'static,
{
    let called = call.part(0).to_owned();
    let (shop, ids, version) = (call.shop, call.app.ids.clone(), call.version);
    call.write(name, move |tx| {
        let id = Noun::Query.read(tx, &ids, shop, &called)?;
        act(tx, shop, id)?;
        let ticket = ticket::get(tx, shop, id)?;
        Reply::done(message, &view(tx, &ids, shop, ticket, (version, false))?)
    })
    .await
}

/// `POST /queries/{query}/reply`
pub async fn reply(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let message = fields.get("message", text);
    let message = fields.needed("message", message).unwrap_or_default();
    fields.finish_open()?;
    act(call, "reply to ticket", "Your reply has been sent", move |tx, shop, id| {
        ticket_reply::new(tx, shop, id, true, &message).map(|_| ())
    })
    .await
}

/// `POST /queries/{query}/close`
pub async fn close(call: Call) -> Result<Reply, Fault> {
    act(call, "close ticket", "The query has been closed", |tx, shop, id| {
        ticket::set_status(tx, shop, id, Status::Closed).map(|_| ())
    })
    .await
}

/// `POST /queries/{query}/reopen`
pub async fn reopen(call: Call) -> Result<Reply, Fault> {
    act(call, "reopen ticket", "The query has been reopened", |tx, shop, id| {
        ticket::reopen(tx, shop, id).map(|_| ())
    })
    .await
}

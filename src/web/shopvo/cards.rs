//! `/gift-cards`

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::{id, row};
use super::wire::{Prefix, capital, maybe_time, word_of};
use crate::base::public_id::PublicIds;
use crate::base::time::{Millis, rfc3339};
use crate::domain::gift_card::{self, Draft, Filter, GiftCard, Status};
use crate::web::fields::{int, text, time};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    code: String,
    initial_balance: i64,
    remaining_balance: i64,
    status: String,
    expires_at: Option<String>,
    issued_at: String,
    currency: String,
    customer_id: Option<String>,
    note: Option<String>,
}

impl View {
    fn of(ids: &PublicIds, c: GiftCard, now: Millis) -> Self {
        Self {
            id: Prefix::GiftCard.write(ids, c.id),
            status: capital(c.status(now).as_str()),
            code: c.code,
            initial_balance: c.initial_minor,
            remaining_balance: c.balance_minor,
            expires_at: maybe_time(c.expires_at),
            issued_at: rfc3339(c.created_at),
            currency: c.currency,
            customer_id: c.customer_id.map(|id| Prefix::Customer.write(ids, id)),
            note: c.note,
        }
    }
}

/// `GET /gift-cards`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::GiftCard);
    let status = query.read("status", |word| word_of(Status::ALL, Status::as_str, word));
    let customer_id = id(&call, &mut query, "customerId", Prefix::Customer);
    let filter = Filter { status, customer_id, code: query.text("code").filter(|code| !code.is_empty()) };
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| gift_card::list(tx, shop, &filter, start, rows),
            |tx| gift_card::count(tx, shop, &filter),
            |card| card.id,
            |tx, card| Ok(View::of(&ids, card, tx.now())),
        )
    })
    .await
}

/// `POST /gift-cards`
pub async fn issue(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let initial = fields.get("initialBalance", int);
    let draft = Draft {
        initial_minor: fields.needed("initialBalance", initial).unwrap_or_default(),
        currency: fields.nullable("currency", text).flatten(),
        code: fields.nullable("code", text).flatten(),
        customer_id: row(&call, &mut fields, "customerId", Prefix::Customer).flatten(),
        expires_at: fields.nullable("expiresAt", time).flatten(),
        note: fields.nullable("note", text).flatten(),
    };
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("issue gift card", move |tx| {
        let card = gift_card::issue(tx, shop, &draft)?;
        Reply::made(&View::of(&ids, card, tx.now()))
    })
    .await
}

/// `POST /gift-cards/{card}/redeem`
pub async fn redeem(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let amount = fields.get("amount", int);
    let amount = fields.needed("amount", amount).unwrap_or_default();
    let order_id = row(&call, &mut fields, "orderId", Prefix::Order).flatten();
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::GiftCard)?, call.shop, call.app.ids.clone());
    call.write("redeem gift card", move |tx| {
        let card = gift_card::redeem(tx, shop, id, amount, order_id)?;
        Reply::data(&View::of(&ids, card, tx.now()))
    })
    .await
}

/// `PATCH /gift-cards/{card}`: void it, for good, or let it end at another time.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let status = fields.get("status", |value| match text(value)?.as_str() {
        "VOID" => Ok(()),
        _ => Err("may be set to VOID only".into()),
    });
    let expires_at = fields.nullable("expiresAt", time);
    if status.is_some() && expires_at.is_some() {
        fields.wrong("expiresAt", "means nothing for a card that is made void");
    }
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::GiftCard)?, call.shop, call.app.ids.clone());
    call.write("change gift card", move |tx| {
        let card = match (status, expires_at) {
            (Some(()), _) => gift_card::void(tx, shop, id)?,
            (None, Some(expires_at)) => gift_card::set_expiry(tx, shop, id, expires_at)?,
            (None, None) => gift_card::get(tx, shop, id)?,
        };
        Reply::data(&View::of(&ids, card, tx.now()))
    })
    .await
}

//! Events: what happened, written in the transaction that caused it, in the words that webhooks use (contract platform.md,
//! "Webhooks"). What they tell is in `event_data.rs`.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::by_time::Log;
use super::purchase;
use super::shop::Shop;
use super::webhook_delivery::{self, About};
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis, rfc3339};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// The most that one sweep forgets.
const SWEEP: i64 = 5_000;
/// How events of a stretch of time are found.
const LOG: Log = Log {
    ends: "select min(id), max(id) from event",
    row: "select id, created_at from event where id >= $1 order by id limit 1",
};
/// The types that most events are of: each use of a licence is one.
const MANY: [Kind; 2] = [Kind::LicenceActivated, Kind::LicenceDeactivated];

words! {
    /// What happened.
    Kind, "type of event" {
        /// A product was made.
        ProductCreated = "product.created",
        /// A product, its policy or its delivery was changed, or it was archived.
        ProductUpdated = "product.updated",
        /// Update checks may tell of a release now.
        ReleasePublished = "release.published",
        /// A release was taken back.
        ReleaseYanked = "release.yanked",
        /// An order was placed.
        OrderCreated = "order.created",
        /// All that is due has come.
        OrderPaid = "order.paid",
        /// Some of what is due has come, such as off a gift card.
        OrderPartiallyPaid = "order.partially_paid",
        /// An order was cancelled.
        OrderCancelled = "order.cancelled",
        /// Money has gone back, some of it or all.
        OrderRefunded = "order.refunded",
        /// Something else of an order was changed, such as where its goods are.
        OrderUpdated = "order.updated",
        /// A program deleted an order.
        OrderDeleted = "order.deleted",
        /// The payer of an order contests the payment.
        OrderDisputed = "order.disputed",
        /// A payment was declined.
        PaymentFailed = "payment.failed",
        /// Somebody owns something new.
        PurchaseCreated = "purchase.created",
        /// A purchase was cancelled.
        PurchaseCancelled = "purchase.cancelled",
        /// A purchase came to the end of its term.
        PurchaseExpired = "purchase.expired",
        /// There is a new key.
        LicenceIssued = "licence.issued",
        /// A use was taken.
        LicenceActivated = "licence.activated",
        /// A use was freed.
        LicenceDeactivated = "licence.deactivated",
        /// A licence was switched off.
        LicenceSuspended = "licence.suspended",
        /// A licence was switched on again.
        LicenceResumed = "licence.resumed",
        /// The purchase of a licence came to the end of its term.
        LicenceExpired = "licence.expired",
        /// All uses of a licence were freed.
        LicenceReset = "licence.reset",
        /// There is a new customer.
        CustomerCreated = "customer.created",
        /// A customer was changed.
        CustomerUpdated = "customer.updated",
        /// A cart was left for an hour with something in it.
        CartAbandoned = "cart.abandoned",
        /// Fewer are left of something than its threshold says.
        InventoryLow = "inventory.low",
        /// Nothing is left of something.
        InventoryOut = "inventory.out",
        /// Somebody reviewed a product.
        ReviewCreated = "review.created",
        /// Somebody asks the shop something.
        TicketCreated = "ticket.created",
        /// Something was said to a question.
        TicketReplied = "ticket.replied",
        /// An endpoint was switched off, since it cannot or will not be told.
        WebhookDisabled = "webhook.disabled",
        /// Somebody tries out an endpoint.
        WebhookTest = "webhook.test",
    }
}

/// An event; columns as in `schema.sql`. As JSON it is what the API and webhooks show.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Event {
    pub id: i64,
    pub kind: Kind,
    pub data: Box<RawValue>,
    pub shop: Shop,
    pub created_at: Millis,
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Event", 5)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("event", &self.kind)?;
        fields.serialize_field("created_at", &rfc3339(self.created_at))?;
        fields.serialize_field("livemode", &!self.shop.is_test())?;
        fields.serialize_field("data", &self.data)?;
        fields.end()
    }
}

/// Notes that something happened, in the transaction of its cause.
pub fn note(tx: &mut Tx<'_>, shop: Shop, kind: Kind, data: &Value) -> Result<()> {
    note_of(tx, shop, kind, data, None)
}

/// What an event is about, by what it tells.
fn about(tx: &mut Tx<'_>, data: &Value) -> Result<About> {
    let id = |value: &Value| value.as_i64();
    if let Some(order) = data.get("order") {
        let lines = order["lines"].as_array().map_or(&[][..], Vec::as_slice);
        let link = tx.maybe(
            "select id from payment_link where sale_id is not null and sale_id = $1",
            values![id(&order["id"]).unwrap_or_default()],
            |row| row.get(0),
        )?;
        let products = lines.iter().filter_map(|line| id(&line["product_id"])).collect();
        return Ok(About { products, payment_link_id: link });
    }
    let subject = data.get("product").map(|product| &product["id"]);
    let part = ["variant", "review"].iter().find_map(|part| data.get(part)).map(|part| &part["product_id"]);
    Ok(About { products: subject.or(part).and_then(id).into_iter().collect(), payment_link_id: None })
}

/// Notes something that is for one endpoint only, which others are not told of; its id.
pub fn note_quietly(tx: &mut Tx<'_>, shop: Shop, kind: Kind, data: &Value) -> Result<i64> {
    add(tx, shop, kind, data, None)
}

/// As [`note`], where `data` holds what tells who a customer is: it goes when they are erased.
pub fn note_of(
    tx: &mut Tx<'_>,
    shop: Shop,
    kind: Kind,
    data: &Value,
    customer_id: Option<i64>,
) -> Result<()> {
    let id = add(tx, shop, kind, data, customer_id)?;
    let told = webhook_delivery::wanting(tx, shop, kind, data, |tx| about(tx, data))?;
    webhook_delivery::fan_out(tx, id, &told)
}

fn add(tx: &mut Tx<'_>, shop: Shop, kind: Kind, data: &Value, customer_id: Option<i64>) -> Result<i64> {
    let now = tx.now();
    tx.one(
        "insert into event (site_id, is_test, kind, data, customer_id, created_at) values ($1, $2, $3, $4, $5, $6) returning id",
        values![shop.site_id, shop.is_test(), kind.as_str(), &data.to_string(), customer_id, now],
        |row| row.get(0),
    )
}

/// Which licence it was, for events that are too many to look for more.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "ids of the rows")]
pub struct Subject {
    pub licence_id: i64,
    pub product_id: i64,
    pub purchase_id: i64,
}

impl Subject {
    fn with(self, name: &str, told: &Value) -> Value {
        let Self { licence_id, product_id, purchase_id } = self;
        json!({"licence": {"id": licence_id, "product_id": product_id, "purchase_id": purchase_id}, name: told})
    }
}

/// Notes that a use of a licence was taken or freed, if an endpoint of its shop wants to be told: an event for each
/// activation costs a third of their speed, and what it tells stands in the activation's own row.
pub fn note_use(tx: &mut Tx<'_>, kind: Kind, subject: Subject, usage_id: i64) -> Result<()> {
    let shop = purchase::shop(tx, subject.purchase_id)?;
    let product_id = subject.product_id;
    let about = |_: &mut Tx<'_>| Ok(About { products: vec![product_id], payment_link_id: None });
    let told = webhook_delivery::wanting(tx, shop, kind, &Value::Null, about)?;
    if told.is_empty() {
        return Ok(());
    }
    let id = add(tx, shop, kind, &subject.with("activation", &json!({"usage_id": usage_id})), None)?;
    webhook_delivery::fan_out(tx, id, &told)
}

/// Notes that all uses of a licence were freed, and how many.
pub fn note_reset(tx: &mut Tx<'_>, subject: Subject, freed: u64) -> Result<()> {
    let shop = purchase::shop(tx, subject.purchase_id)?;
    note(tx, shop, Kind::LicenceReset, &subject.with("freed", &freed.into()))
}

/// What a list of events is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those of this type.
    pub kind: Option<Kind>,
    /// Those that happened then or later.
    pub from: Option<Millis>,
    /// Those that happened before.
    pub to: Option<Millis>,
}

/// Events, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Event>> {
    let mut list = List::new("select id, kind, data, created_at, site_id, is_test from event");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("kind = ?", filter.kind.map(Kind::as_str));
    if filter.kind.is_some_and(|kind| !MANY.contains(&kind)) {
        // It holds for all of them; an index knows it by its words.
        list.when("kind not in ('licence.activated', 'licence.deactivated')");
    }
    LOG.narrow(tx, &mut list, filter.from, filter.to)?;
    list.page(tx, "id", start, limit, read)
}

/// The event with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Event> {
    tx.maybe(
        "select id, kind, data, created_at, site_id, is_test from event where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no event {id}: it may have been too long ago")))
}

/// The event with this id, in whatever shop it is, unless it is forgotten.
pub fn anywhere(tx: &mut Tx<'_>, id: i64) -> Result<Option<Event>> {
    tx.maybe(
        "select id, kind, data, created_at, site_id, is_test from event where id = $1",
        values![id],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        kind: row.word(1)?,
        data: RawValue::from_string(row.get(2)?).map_err(|e| broken(&e))?,
        created_at: row.get(3)?,
        shop: Shop::of(row.get(4)?, row.get(5)?),
    })
}

fn broken(e: &serde_json::Error) -> Error {
    Error::broken(format!("what an event tells is no JSON: {e}"))
}

/// Takes the address and the names of a customer out of what events tell.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64, instead: &str) -> Result<()> {
    let told = tx.all(
        "select id, data from event where customer_id is not null and customer_id = $1",
        values![customer_id],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, data) in told {
        let mut data: Value = serde_json::from_str(&data).map_err(|e| broken(&e))?;
        for subject in data.as_object_mut().into_iter().flat_map(|subjects| subjects.values_mut()) {
            for (field, value) in subject.as_object_mut().into_iter().flatten() {
                match field.as_str() {
                    "email" => *value = instead.into(),
                    "name" | "username" => *value = Value::Null,
                    _ => {}
                }
            }
        }
        tx.exec("update event set data = $2 where id = $1", values![id, &data.to_string()])?;
    }
    webhook_delivery::forget_person(tx, customer_id)
}

/// Lets events tell of another customer, who took the first one's place.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    tx.exec(
        "update event set customer_id = $2 where customer_id is not null and customer_id = $1",
        values![id, into],
    )
    .map(|_| ())
}

/// Forgets events that are older than so many days, some at a time; whether there are more.
pub fn sweep(tx: &mut Tx<'_>, days: i64) -> Result<bool> {
    let now = tx.now();
    let last = tx.one(
        "select max(id) from (select id, created_at from event order by id limit $2) oldest where created_at <= $1",
        values![now - days * DAY, SWEEP],
        |row| row.get::<Option<i64>>(0),
    )?;
    let Some(last) = last else { return Ok(false) };
    let gone = tx.exec("delete from event where id <= $1", values![last])?;
    Ok(i64::try_from(gone) == Ok(SWEEP))
}

//! What is held on a customer beside what they bought.

use utoipa::ToSchema;

use super::money::Money;
use super::scalars::{Anything, Fields, Time};
use super::words::{CartStatus, CheckoutState, MetafieldOwner, MetafieldType, ReviewStatus, TicketStatus};

/// What they wrote of a product.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 4, "product_id": 7, "rating": 5, "title": "Fine", "content": "It writes well.", "name": "Mia",
    "email": "mia@customer.example", "status": "published", "is_verified": true, "created_at": "2026-11-22T08:00:00Z"})))]
pub struct Review {
    /// Its number.
    pub id: i64,
    /// What it is of.
    pub product_id: i64,
    /// From 1 to 5.
    pub rating: i64,
    /// Its title.
    pub title: Option<String>,
    /// What it says.
    pub content: String,
    /// The name that they gave.
    pub name: String,
    /// The address that they gave.
    pub email: Option<String>,
    /// Whether it is shown.
    pub status: ReviewStatus,
    /// Whether they had bought it by then.
    pub is_verified: bool,
    /// When.
    pub created_at: Time,
}

/// What they asked the shop.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 5, "email": "mia@customer.example", "subject": "An invoice", "message": "May I have an invoice?",
    "status": "replied", "created_at": "2026-11-22T08:00:00Z",
    "replies": [{"by_shop": true, "message": "It is on its way.", "created_at": "2026-11-22T09:00:00Z"}]})))]
pub struct Ticket {
    /// Its number.
    pub id: i64,
    /// The address that they gave.
    pub email: String,
    /// What it is about.
    pub subject: String,
    /// What they asked.
    pub message: String,
    /// Whose turn it is.
    pub status: TicketStatus,
    /// When.
    pub created_at: Time,
    /// What was said to it, the oldest first.
    pub replies: Vec<TicketReply>,
}

/// What was said to a ticket.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"by_shop": true, "message": "It is on its way.", "created_at": "2026-11-22T09:00:00Z"})))]
pub struct TicketReply {
    /// Whether the shop said it.
    pub by_shop: bool,
    /// What.
    pub message: String,
    /// When.
    pub created_at: Time,
}

/// What the shop owes them, for later orders.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"balance": {"amount": 500, "currency": "EUR"}, "entries": [{"amount": {"amount": 500, "currency": "EUR"},
    "note": "sorry", "order_id": null, "created_at": "2026-11-22T08:00:00Z"}]})))]
pub struct StoreCredit {
    /// What there is.
    pub balance: Money,
    /// What was given and used, newest first.
    pub entries: Vec<StoreCreditEntry>,
}

/// Credit that was given, or used, which is below nothing.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"amount": {"amount": 500, "currency": "EUR"}, "note": "sorry", "order_id": null,
    "created_at": "2026-11-22T08:00:00Z"})))]
pub struct StoreCreditEntry {
    /// How much.
    pub amount: Money,
    /// The vendor's own words for it.
    pub note: Option<String>,
    /// The order it is about.
    pub order_id: Option<i64>,
    /// When.
    pub created_at: Time,
}

/// The points they have.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"points": 20, "earned": 30, "entries": [{"points": -10, "note": null, "order_id": 3,
    "created_at": "2026-11-22T08:00:00Z"}]})))]
pub struct Points {
    /// How many there are.
    pub points: i64,
    /// How many were ever earned.
    pub earned: i64,
    /// What was earned and redeemed, newest first.
    pub entries: Vec<PointsEntry>,
}

/// Points that were earned or awarded, or redeemed, which is below nothing.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"points": -10, "note": null, "order_id": 3, "created_at": "2026-11-22T08:00:00Z"})))]
pub struct PointsEntry {
    /// How many.
    pub points: i64,
    /// The vendor's own words for it.
    pub note: Option<String>,
    /// The order it is about.
    pub order_id: Option<i64>,
    /// When.
    pub created_at: Time,
}

/// A gift card that was issued to them.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 2, "code": "GIFT-7KQ2-9XYB", "initial": {"amount": 2000, "currency": "EUR"},
    "balance": {"amount": 2000, "currency": "EUR"}, "note": null, "created_at": "2026-11-22T08:00:00Z", "expires_at": null,
    "voided_at": null, "entries": [{"amount": {"amount": 2000, "currency": "EUR"}, "order_id": null,
        "created_at": "2026-11-22T08:00:00Z"}]})))]
pub struct GiftCard {
    /// Its number.
    pub id: i64,
    /// What it is redeemed by.
    pub code: String,
    /// What it was issued with.
    pub initial: Money,
    /// What is left on it.
    pub balance: Money,
    /// The vendor's own words for it.
    pub note: Option<String>,
    /// When it was issued.
    pub created_at: Time,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// When it was made worthless.
    pub voided_at: Option<Time>,
    /// What came onto it and went off it, in that order.
    pub entries: Vec<GiftCardEntry>,
}

/// Money that came onto a card, or went off it, which is below nothing.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"amount": {"amount": 2000, "currency": "EUR"}, "order_id": null, "created_at": "2026-11-22T08:00:00Z"})))]
pub struct GiftCardEntry {
    /// How much.
    pub amount: Money,
    /// The order it went to.
    pub order_id: Option<i64>,
    /// When.
    pub created_at: Time,
}

/// What is noted of them, or of an order of theirs.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"resource": "customer", "resource_id": 12, "namespace": "crm", "key": "size", "value": "M", "type": "string",
    "created_at": "2026-11-22T08:00:00Z", "updated_at": "2026-11-22T08:00:00Z"})))]
pub struct Metafield {
    /// What it is about.
    pub resource: MetafieldOwner,
    /// Its number.
    pub resource_id: i64,
    /// Whose words these are.
    pub namespace: String,
    /// What is said.
    pub key: String,
    /// The value, as text.
    pub value: String,
    /// What the value is.
    pub r#type: MetafieldType,
    /// When it was noted.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// What they meant to buy.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 5, "status": "active", "session": "sess_abc123", "currency": "EUR", "lines": [{"product_id": 7,
    "title": "Quill", "variant_id": 7, "variant": "Default", "quantity": 1}], "created_at": "2026-11-22T08:00:00Z",
    "updated_at": "2026-11-22T08:00:00Z"})))]
pub struct Cart {
    /// Its number.
    pub id: i64,
    /// What became of it.
    pub status: CartStatus,
    /// The shop program's own word for who it was.
    pub session: Option<String>,
    /// The currency's code in ISO 4217.
    pub currency: String,
    /// What is in it.
    pub lines: Vec<CartLine>,
    /// When it was made.
    pub created_at: Time,
    /// When something was last heard of it.
    pub updated_at: Time,
}

/// So many of one product in a cart.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"product_id": 7, "title": "Quill", "variant_id": 7, "variant": "Default", "quantity": 1})))]
pub struct CartLine {
    /// What.
    pub product_id: i64,
    /// Its title.
    pub title: String,
    /// In which form.
    pub variant_id: i64,
    /// What that is called.
    pub variant: String,
    /// How many.
    pub quantity: i64,
}

/// What they said on the way from a cart to an order.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 6, "cart_id": 5, "state": "contact", "email": "mia@customer.example", "name": "Mia", "phone": null,
    "shipping": {"city": "Athens"}, "sent_by": null, "method": "manual", "gift_cards": [], "store_credit": null, "points": null, "coupon": null,
    "order_id": null, "created_at": "2026-11-22T08:00:00Z", "updated_at": "2026-11-22T08:00:00Z"})))]
pub struct Checkout {
    /// Its number.
    pub id: i64,
    /// The cart.
    pub cart_id: i64,
    /// How far it came.
    pub state: CheckoutState,
    /// The address that was given.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// Where to, in the shop program's own fields.
    pub shipping: Fields,
    /// The way of shipping that was chosen.
    pub sent_by: Option<i64>,
    /// How it was to be paid.
    pub method: Option<String>,
    /// Gift cards that were to pay, by their numbers.
    pub gift_cards: Vec<i64>,
    /// Store credit that was to pay: an amount, `true` for all of it, or null.
    pub store_credit: Anything,
    /// Points that were to pay.
    pub points: Option<i64>,
    /// The coupon's code.
    pub coupon: Option<String>,
    /// The order that was made of it.
    pub order_id: Option<i64>,
    /// When it began.
    pub created_at: Time,
    /// When something was last heard of it.
    pub updated_at: Time,
}

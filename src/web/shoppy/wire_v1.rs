//! The shapes that later programs of the service read: what they ask for, in one order.

use serde::Serialize;
use serde_json::Value;

use super::agent::Agent;
use super::names::Noun;
use super::product_told::Told;
use super::wire::zulu;
use crate::base::error::Result;
use crate::base::public_id::PublicIds;
use crate::store::Tx;

/// How many there are of what nobody counts: as the old service had it, and the most that JavaScript counts to, for what is signed.
pub const UNCOUNTED: i64 = i64::MAX;
pub const UNCOUNTED_SENT: i64 = (1 << 53) - 1;

/// A product.
#[derive(Clone, Serialize)]
pub struct Product {
    pub id: String,
    attachment_id: Option<i64>,
    title: String,
    description: String,
    image: Option<String>,
    unlisted: bool,
    r#type: &'static str,
    price: Value,
    currency: String,
    email: Email,
    stock_warning: i64,
    quantity: Quantity,
    confirmations: i64,
    custom_fields: Vec<Value>,
    gateways: Value,
    webhook_urls: Vec<String>,
    dynamic_url: Option<String>,
    position: i64,
    created_at: String,
    updated_at: String,
    seller: String,
    stock: i64,
    accounts: Vec<Account>,
    /// What the document's shapes call it.
    number: i64,
}

#[derive(Clone, Serialize)]
struct Email {
    enabled: bool,
    value: String,
}

#[derive(Clone, Serialize)]
struct Quantity {
    min: i64,
    max: i64,
}

/// Something that is, or was, handed out.
#[derive(Clone, Serialize)]
pub struct Account {
    pub account: String,
}

impl Product {
    /// Of a seller who is called so.
    pub fn of(tx: &mut Tx<'_>, ids: &PublicIds, told: Told, seller: &str, uncounted: i64) -> Result<Self> {
        let p = &told.product;
        let letter = &told.extra.letter;
        let called = Noun::Product.called(tx, p.shop, p.id)?;
        Ok(Self {
            id: Noun::Product.word_of(ids, p.id, &called.old),
            attachment_id: told.number("attachment_id"),
            title: p.title.clone(),
            description: p.description.clone(),
            image: p.showcase.images.first().cloned(),
            unlisted: !(p.visible && p.approved),
            r#type: told.kind().as_str(),
            price: told.price(),
            currency: told.currency().to_owned(),
            email: Email {
                enabled: !letter.is_empty(),
                value: if letter.is_empty() {
                    told.text("email_value").unwrap_or_default()
                } else {
                    letter.clone()
                },
            },
            stock_warning: told.variant.low_at,
            quantity: Quantity { min: told.extra.min_quantity, max: told.most() },
            confirmations: told.number("confirmations").unwrap_or(0),
            custom_fields: told.extra.custom_fields.clone(),
            gateways: told.gateways(),
            webhook_urls: told.webhook_urls.clone(),
            dynamic_url: told.text("dynamic_url"),
            position: told.extra.position,
            created_at: zulu(p.created_at),
            updated_at: zulu(p.updated_at),
            seller: seller.to_owned(),
            stock: told.stock().unwrap_or(uncounted),
            accounts: told.accounts.into_iter().map(|account| Account { account }).collect(),
            number: called.number,
        })
    }
}

/// An order.
#[derive(Serialize)]
pub struct Order {
    pub id: String,
    pub pay_id: Option<String>,
    pub product_id: Option<String>,
    pub coupon_id: Option<String>,
    pub price: Value,
    pub currency: String,
    pub exchange_rate: String,
    pub email: String,
    pub delivered: i64,
    pub confirmations: i64,
    pub required_confirmations: i64,
    pub transaction_id: Option<String>,
    pub crypto_address: Option<String>,
    pub crypto_amount: Option<String>,
    pub shipping_address: Value,
    pub quantity: i64,
    pub gateway: String,
    pub custom_fields: Vec<Value>,
    pub refund_id: Option<String>,
    pub is_replacement: bool,
    pub replacement_id: Option<String>,
    pub paid_at: Option<String>,
    pub disputed_at: Option<String>,
    pub created_at: String,
    /// Nothing unless a part of it has come: programs look whether it is anything at all.
    pub is_partial: Option<bool>,
    /// How much has come.
    pub received_amount: Value,
    pub crypto_received: bool,
    pub webhooks: Vec<Value>,
    pub accounts: Vec<Account>,
    pub coupon: Vec<OrderCoupon>,
    pub return_url: Option<String>,
    pub product: Option<Product>,
    pub agent: Agent,
    pub hash: String,
    /// What the document's shapes call it.
    pub number: i64,
}

/// The coupon of an order.
#[derive(Serialize)]
pub struct OrderCoupon {
    pub id: String,
    pub code: String,
}

/// A review.
#[derive(Serialize)]
pub struct Feedback {
    pub id: String,
    pub order_id: Option<String>,
    pub comment: String,
    pub stars: i64,
    pub rating: i64,
    pub response: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub product: FeedbackProduct,
}

/// What a review is of.
#[derive(Serialize)]
pub struct FeedbackProduct {
    pub id: String,
    pub title: String,
}

/// A question.
#[derive(Serialize)]
pub struct Query {
    pub id: String,
    pub status: i64,
    pub subject: String,
    pub email: String,
    pub message: String,
    pub created_at: String,
    pub updated_at: String,
    pub replies: Vec<QueryReply>,
    pub agent: Option<Agent>,
}

/// What was said to a question.
#[derive(Serialize)]
pub struct QueryReply {
    pub id: i64,
    pub query: String,
    pub seller_id: Option<i64>,
    pub message: String,
    pub created_at: String,
    pub last_update: String,
    pub deleted_at: Option<String>,
    pub is_supporter: bool,
}

/// A coupon.
#[derive(Serialize)]
pub struct Coupon {
    pub id: String,
    pub seller_id: i64,
    pub code: String,
    /// Percent, or an amount in `currency`.
    pub value: Value,
    pub r#type: &'static str,
    pub currency: Option<String>,
    pub product_id: Option<String>,
    pub max_uses: Option<i64>,
    pub used: i64,
    pub starts_at: Option<String>,
    pub ends_at: Option<String>,
}

//! The document's own shapes: names and order as it has them, and after them what it tells beside.

#![expect(clippy::struct_field_names, reason = "the names are the document's")]

use serde::Serialize;
use serde_json::Value;

use super::product_told;
use super::wire::naive;
use crate::base::error::Result;
use crate::base::public_id::PublicIds;
use crate::domain::shop::Shop;
use crate::store::Tx;

use super::names::Noun;

/// A product.
#[derive(Serialize)]
pub struct Product {
    product_id: i64,
    hashed_id: String,
    created_at: String,
    updated_at: String,
    title: String,
    description: String,
    r#type: i64,
    email_message: String,
    price: Value,
    stock_warning: i64,
    minimum_quantity: i64,
    maximum_quantity: i64,
    unlisted: bool,
    custom_fields: Vec<Value>,
    gateways: Value,
    required_confirmations: i64,
    attachment_id: Option<i64>,
    attach_email_text: i64,
    theme: i64,
    /// `false` where there are none (P7).
    webhook_urls: Value,
    theme_color: String,
    product_type_id: i64,
    product_type_value: &'static str,
    product_type_label: &'static str,
}

/// The colour of a product's page where the vendor named none.
const COLOUR: &str = "#1b273d";

impl Product {
    pub fn of(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, told: &product_told::Told) -> Result<Self> {
        let (number, word, label) = told.kind().numbered();
        let p = &told.product;
        let called = Noun::Product.called(tx, shop, p.id)?;
        Ok(Self {
            product_id: called.number,
            hashed_id: Noun::Product.hex_of(ids, p.id, &called.old),
            created_at: naive(p.created_at),
            updated_at: naive(p.updated_at),
            title: p.title.clone(),
            description: p.description.clone(),
            r#type: number,
            email_message: told.extra.letter.clone(),
            price: told.price(),
            stock_warning: told.variant.low_at,
            minimum_quantity: told.extra.min_quantity,
            maximum_quantity: told.most(),
            unlisted: !(p.visible && p.approved),
            custom_fields: told.extra.custom_fields.clone(),
            gateways: told.gateways(),
            required_confirmations: told.number("confirmations").unwrap_or(0),
            attachment_id: told.number("attachment_id"),
            attach_email_text: told
                .number("attach_email_text")
                .unwrap_or(i64::from(!told.extra.letter.is_empty())),
            theme: told.number("theme").unwrap_or(1),
            webhook_urls: if told.webhook_urls.is_empty() {
                false.into()
            } else {
                told.webhook_urls.clone().into()
            },
            theme_color: told.text("theme_color").unwrap_or_else(|| COLOUR.to_owned()),
            product_type_id: number,
            product_type_value: word,
            product_type_label: label,
        })
    }
}

/// A product in a webhook: with 0 and 1 for switches, and lists that are JSON and not PHP's (P8).
#[derive(Serialize)]
pub struct SentProduct {
    product_id: i64,
    hashed_id: String,
    created_at: String,
    updated_at: String,
    deleted_at: Option<String>,
    seller_id: i64,
    title: String,
    description: String,
    r#type: i64,
    email_message: String,
    price: Value,
    stock_warning: i64,
    minimum_quantity: i64,
    maximum_quantity: i64,
    unlisted: i64,
    webhook_url: Option<String>,
    custom_fields: Vec<Value>,
    gateways: Value,
    required_confirmations: i64,
    attachment_id: Option<i64>,
    attach_email_text: i64,
    /// As later programs call it.
    id: String,
    stock: Option<i64>,
}

impl SentProduct {
    pub fn of(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, told: &product_told::Told) -> Result<Self> {
        let (deleted_at, url) = (told.product.archived_at, told.webhook_urls.first().cloned());
        let (id, stock) = (Noun::Product.word(tx, ids, told.product.id)?, told.stock());
        let p = Product::of(tx, ids, shop, told)?;
        Ok(Self {
            product_id: p.product_id,
            hashed_id: p.hashed_id,
            created_at: p.created_at,
            updated_at: p.updated_at,
            deleted_at: deleted_at.map(naive),
            seller_id: shop.site_id,
            title: p.title,
            description: p.description,
            r#type: p.r#type,
            email_message: p.email_message,
            price: p.price,
            stock_warning: p.stock_warning,
            minimum_quantity: p.minimum_quantity,
            maximum_quantity: p.maximum_quantity,
            unlisted: p.unlisted.into(),
            webhook_url: url,
            custom_fields: p.custom_fields,
            gateways: p.gateways,
            required_confirmations: p.required_confirmations,
            attachment_id: p.attachment_id,
            attach_email_text: p.attach_email_text,
            id,
            stock,
        })
    }
}

/// An order.
#[derive(Serialize)]
pub struct Order {
    pub order_id: i64,
    pub invoice_id: String,
    pub paid_at: Option<String>,
    pub product_id: Option<i64>,
    pub transaction_id: Option<String>,
    pub delivered: i64,
    pub confirmations: Option<i64>,
    pub received_amount: Value,
    pub crypto_address: Option<String>,
    pub crypto_amount: Value,
    pub original_price: Value,
    pub ip_address: String,
    pub email: String,
    pub http_referer: String,
    pub payment_gateway: String,
    pub custom_fields: Vec<Answer>,
    pub disputed_at: Option<String>,
    pub http_useragent: String,
    pub created_at: String,
    pub pay_id: Option<String>,
}

/// What a buyer answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub name: String,
    pub value: String,
}

/// A review.
#[derive(Serialize)]
pub struct Feedback {
    pub feedback_id: i64,
    pub created_at: String,
    pub response: String,
    pub rating: i64,
    pub stars: i64,
    pub comment: String,
    pub reply_id: String,
    pub product_title: String,
    pub invoice_id: Option<String>,
    pub seller_name: String,
}

/// A question. The first two numbers are in lists alone.
#[derive(Serialize)]
pub struct Query {
    pub query: String,
    pub status: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_reply: Option<i64>,
    pub subject: String,
    pub email: String,
    pub message: String,
    pub created_at: String,
    pub replies: Vec<QueryReply>,
}

/// What was said to a question.
#[derive(Serialize)]
pub struct QueryReply {
    pub query: String,
    pub reply: i64,
    pub seller_reply: i64,
    pub query_secret: &'static str,
    pub subject: String,
    pub email: String,
    pub message: String,
    pub created_at: String,
}

//! Events, as lists show them, and what each tells.

use utoipa::ToSchema;

use super::calls::Calls;
use super::money::Money;
use super::scalars::{Moment, Time};
use super::words::{
    EventType, FulfilmentStatus, LicenceStatus, PaymentStatus, ProductKind, ProductStatus, PurchaseStatus,
    ReleaseStatus,
};

/// Something that happened.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 410, "event": "customer.created", "created_at": "2026-11-22T08:00:00Z", "livemode": true,
    "data": {"customer": {"id": 12, "email": "mia@customer.example", "name": "Mia", "username": null}}})))]
pub struct Event {
    /// Its number, which tells a repeated delivery.
    pub id: i64,
    /// What happened.
    pub event: EventType,
    /// When.
    pub created_at: Time,
    /// Whether it is of live mode.
    pub livemode: bool,
    /// How its subject stood then.
    pub data: EventData,
}

/// What an event tells of its subject. Never a licence key.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum EventData {
    /// Of a product.
    Product(ProductData),
    /// Of a release.
    Release(ReleaseData),
    /// Of an order.
    Order(OrderData),
    /// Of a purchase.
    Purchase(PurchaseData),
    /// Of a licence.
    Licence(LicenceData),
    /// Of a use.
    Use(UseData),
    /// Of freed uses.
    Reset(ResetData),
    /// Of a customer.
    Customer(CustomerData),
    /// Of a cart.
    Cart(CartData),
    /// Of a variant.
    Variant(VariantData),
    /// Of a review.
    Review(ReviewData),
    /// Of a question.
    Ticket(TicketData),
    /// Of an endpoint.
    Webhook(WebhookData),
}

macro_rules! data {
    ($($(#[$about:meta])+ $name:ident { $($(#[$of:meta])+ $field:ident: $type:ty),+ })+) => {
        $(
            $(#[$about])+
            #[derive(ToSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$of])+ pub $field: $type),+ }
        )+
    };
}

data! {
    /// What an event tells of a product.
    ProductData {
        /// The product.
        product: ProductThen
    }
    /// What an event tells of a release.
    ReleaseData {
        /// The release.
        release: ReleaseThen
    }
    /// What an event tells of an order.
    OrderData {
        /// The order.
        order: OrderThen
    }
    /// What an event tells of a purchase.
    PurchaseData {
        /// The purchase.
        purchase: PurchaseThen
    }
    /// What an event tells of a licence.
    LicenceData {
        /// The licence.
        licence: LicenceThen
    }
    /// What an event tells of a use.
    UseData {
        /// The licence.
        licence: Subject,
        /// The use.
        activation: UseThen
    }
    /// What an event tells of freed uses.
    ResetData {
        /// The licence.
        licence: Subject,
        /// How many were freed.
        freed: i64
    }
    /// What an event tells of a customer.
    CustomerData {
        /// The customer.
        customer: CustomerThen
    }
    /// What an event tells of a cart.
    CartData {
        /// The cart.
        cart: CartThen
    }
    /// What an event tells of a variant.
    VariantData {
        /// The variant.
        variant: VariantThen
    }
    /// What an event tells of a review.
    ReviewData {
        /// The review.
        review: ReviewThen
    }
    /// What an event tells of a question.
    TicketData {
        /// The question.
        ticket: TicketThen
    }
    /// What an event tells of an endpoint.
    WebhookData {
        /// The endpoint.
        webhook: WebhookThen
    }
    /// A product, as it was.
    ProductThen {
        /// Its number.
        id: i64,
        /// What it is.
        kind: ProductKind,
        /// Its name.
        title: String,
        /// Its part of an address.
        slug: String,
        /// Whether it is sold.
        status: ProductStatus,
        /// Of one piece, without tax.
        price: Option<Money>
    }
    /// A release, as it was.
    ReleaseThen {
        /// Its number.
        id: i64,
        /// The product.
        product_id: i64,
        /// The channel.
        channel: String,
        /// As people read it.
        version: String,
        /// As programs compare it.
        longversion: i64,
        /// How far it was.
        status: ReleaseStatus,
        /// When it was or will be put out.
        released_at: Time
    }
    /// An order, as it was.
    OrderThen {
        /// Its number.
        id: i64,
        /// Who buys.
        customer_id: i64,
        /// Their e-mail address.
        email: String,
        /// Their name.
        name: Option<String>,
        /// How the money stood.
        payment_status: PaymentStatus,
        /// How far it was.
        fulfilment_status: FulfilmentStatus,
        /// What was due.
        total: Money,
        /// What had come.
        paid: Money,
        /// What had gone back.
        refunded: Money,
        /// The coupon's code.
        coupon: Option<String>,
        /// What was ordered.
        lines: Vec<LineThen>,
        /// What of it is another than before, such as `fulfilment_status`; of a new one nothing.
        changed: Vec<String>
    }
    /// A line of an order, as it was.
    LineThen {
        /// The product.
        product_id: i64,
        /// How many.
        quantity: i64,
        /// Of one piece, without tax.
        unit_price: Money
    }
    /// A purchase, as it was.
    PurchaseThen {
        /// Its number.
        id: i64,
        /// What is owned.
        product_id: i64,
        /// Who owns it.
        customer_id: i64,
        /// The order it came from.
        order_id: Option<i64>,
        /// The purchase it is an add-on of.
        parent_id: Option<i64>,
        /// Its licence.
        licence_id: Option<i64>,
        /// How it stood.
        status: PurchaseStatus,
        /// Since when it is owned.
        started_at: Time,
        /// Until when; null: for ever.
        expires_at: Option<Time>
    }
    /// A licence, as it was.
    LicenceThen {
        /// Its number.
        id: i64,
        /// What it is for.
        product_id: i64,
        /// The purchase it belongs to.
        purchase_id: i64,
        /// Who owns it.
        customer_id: i64,
        /// How it stood.
        status: LicenceStatus,
        /// Live activations.
        uses: i64,
        /// Activations at a time; -1: no limit.
        max_uses: i64,
        /// When it was issued.
        issued_at: Time,
        /// When it ends; null: never.
        expires_at: Option<Time>
    }
    /// Which licence it was.
    Subject {
        /// Its number.
        id: i64,
        /// What it is for.
        product_id: i64,
        /// The purchase it belongs to.
        purchase_id: i64
    }
    /// Which use it was.
    UseThen {
        /// Counts within its licence.
        usage_id: i64
    }
    /// A customer, as they were.
    CustomerThen {
        /// Their number.
        id: i64,
        /// Their e-mail address.
        email: String,
        /// Their name.
        name: Option<String>,
        /// What they are called where they sign in.
        username: Option<String>
    }
    /// A cart, as it was.
    CartThen {
        /// Its number.
        id: i64,
        /// The customer, where it is known.
        customer_id: Option<i64>,
        /// How many lines it has.
        lines: i64
    }
    /// A variant, as it was.
    VariantThen {
        /// Its number.
        id: i64,
        /// Its product.
        product_id: i64,
        /// What it is called.
        title: String,
        /// The vendor's own word for it.
        sku: Option<String>,
        /// How many are left.
        stock: Option<i64>,
        /// Fewer than so many are few.
        low_at: i64
    }
    /// A review, as it was.
    ReviewThen {
        /// Its number.
        id: i64,
        /// What it is of.
        product_id: i64,
        /// From 1 to 5.
        rating: i64,
        /// Whether it is shown.
        status: String,
        /// Whether the reviewer had bought the product.
        is_verified: bool
    }
    /// A question, as it was.
    TicketThen {
        /// Its number.
        id: i64,
        /// The customer who asks, where it is known.
        customer_id: Option<i64>,
        /// What it is about.
        subject: String,
        /// How it stood.
        status: String
    }
    /// An endpoint, as it was.
    WebhookThen {
        /// Its number.
        id: i64,
        /// Where deliveries go.
        url: String,
        /// Why it was switched off.
        #[schema(required = false)]
        reason: String
    }
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Events", "What happened, as webhooks are told.");
    on.get("/v1/events", "List events")
        .filter::<EventType>("type", "Those of this type.")
        .filter::<Moment>("from", "What happened then or later.")
        .filter::<Moment>("to", "What happened before.")
        .list::<Event>();
    on.get("/v1/events/{id}", "Show an event").about("They are kept for 90 days.").one::<Event>();
}

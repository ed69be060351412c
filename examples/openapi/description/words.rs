//! The enums of words, with what each word means.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use keywright::base::actor;
use keywright::base::words::Words;
use keywright::domain::{
    audit, balance, checkout, coupon, event, identifier, licence, metafield, order, period, plan, policy,
    prerequisite, product, purchase, release, review, scope, shop, shopping_cart, ticket, webhook,
    webhook_delivery, webhook_dialect,
};

macro_rules! words_of {
    ($($(#[$about:meta])+ $name:ident = $words:ty;)+) => {
        $(
            $(#[$about])+
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    schema(<$words as Words>::TOLD)
                }
            }

            impl ToSchema for $name {}
        )+
    };
}

words_of! {
    /// What a product is.
    ProductKind = product::Kind;
    /// Whether a product is sold.
    ProductStatus = product::Status;
    /// How keys look.
    KeyType = policy::KeyType;
    /// What a licence's identifier must equal.
    IdentifierMode = identifier::Mode;
    /// How far a release is.
    ReleaseStatus = release::Status;
    /// What a payment came off, where that is no money.
    Balance = balance::Balance;
    /// Whether a review is shown.
    ReviewStatus = review::Status;
    /// Whose turn it is with a ticket.
    TicketStatus = ticket::Status;
    /// What became of a cart.
    CartStatus = shopping_cart::Status;
    /// How far a checkout has come.
    CheckoutState = checkout::State;
    /// What a metafield is about.
    MetafieldOwner = metafield::Resource;
    /// What a metafield's value is.
    MetafieldType = metafield::ValueType;
    /// How an order's money stands.
    PaymentStatus = order::Payment;
    /// How far an order is.
    FulfilmentStatus = order::Fulfilment;
    /// How a purchase stands.
    PurchaseStatus = purchase::Status;
    /// How a licence stands.
    LicenceStatus = licence::Status;
    /// How a coupon counts.
    CouponKind = coupon::Kind;
    /// What a coupon takes off.
    CouponPart = coupon::AppliesTo;
    /// How many of the prerequisites must be owned.
    MatchRule = prerequisite::Match;
    /// Whose events an endpoint is sent.
    WebhookDialect = webhook_dialect::Dialect;
    /// How deliveries are signed.
    WebhookFormat = webhook::Format;
    /// How a delivery stands.
    DeliveryStatus = webhook_delivery::Status;
    /// What happened.
    EventType = event::Kind;
    /// One permission.
    Scope = scope::Scope;
    /// How many requests a key may send.
    Plan = plan::Plan;
    /// How figures are cut.
    Interval = period::Interval;
    /// What sort of actor.
    ActorKind = actor::ActorKind;
    /// What was done.
    AuditAction = audit::Action;
    /// Whose rows a key sees.
    Mode = shop::Mode;
}

/// What an endpoint can be told of: a type of event, or what its dialect calls it.
pub struct WebhookEvent;

impl PartialSchema for WebhookEvent {
    fn schema() -> RefOr<Schema> {
        let ours = <event::Kind as Words>::TOLD;
        let is_new = |(word, _): &&(&str, &str)| ours.iter().all(|(known, _)| known != word);
        let others = <webhook_dialect::ShopvoEvent as Words>::TOLD.iter().filter(is_new);
        schema(&ours.iter().chain(others).copied().collect::<Vec<_>>())
    }
}

impl ToSchema for WebhookEvent {}

fn schema(words: &[(&str, &str)]) -> RefOr<Schema> {
    let list = words.iter().map(|(word, about)| format!("- `{word}`:{about}"));
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.iter().map(|(word, _)| *word)))
        .description(Some(list.collect::<Vec<_>>().join("\n")))
        .build()
        .into()
}

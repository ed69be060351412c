//! Whose events an endpoint is sent: the platform's, or those of a dialect. An endpoint keeps the words that it asked for, and who is told
//! of what is decided in the transaction of the cause, so the words stand here; what is sent under them is made by the dialect itself.

use serde_json::Value;

use super::event::Kind;
use super::webhook_shoppy;
pub use super::webhook_shoppy::{ShoppyEvent, ShoppyType};
use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// Whose events and bodies an endpoint is sent.
    Dialect, "webhook dialect" {
        /// The platform's: events as the API shows them.
        Platform = "platform",
        /// Those of the Shopvo document.
        Shopvo = "shopvo",
        /// Those of the Shopkit document.
        Shopkit = "shopkit",
        /// Those of the Shoppy document.
        Shoppy = "shoppy",
    }
}

words! {
    /// What the Shopkit document calls events ("Post Webhook").
    ShopkitEvent, "Shopkit event" {
        /// An order is cancelled.
        Canceled = "order_canceled",
        /// An order was deleted.
        Deleted = "order_deleted",
        /// An order was placed.
        Created = "order_created",
        /// Anything of an order was changed.
        Updated = "order_updated",
        /// An order is paid.
        Paid = "order_paid",
        /// An order is on its way.
        Sent = "order_sent",
        /// An order has another status.
        ChangeStatus = "order_change_status",
        /// An order has an invoice.
        Invoice = "order_invoice",
        /// An order is with its buyer.
        Delivered = "order_delivered",
    }
}

words! {
    /// What the Shopvo document calls events ("Available events").
    ShopvoEvent, "Shopvo event" {
        /// An order was placed.
        OrderCreated = "order.created",
        /// An order is paid, cancelled or refunded.
        OrderUpdated = "order.updated",
        /// All that is due has come.
        PaymentConfirmed = "payment.confirmed",
        /// A payment was declined.
        PaymentFailed = "payment.failed",
        /// Fewer are left of something than its threshold says.
        InventoryLow = "inventory.low",
        /// A cart was left for an hour with something in it.
        CartAbandoned = "cart.abandoned",
        /// Somebody reviewed a product.
        ReviewCreated = "review.created",
    }
}

impl Dialect {
    /// The word by which an endpoint of any dialect is told that somebody tries it out.
    pub const TEST: &str = Kind::WebhookTest.as_str();

    /// What an endpoint can ask for, in order.
    pub fn events(self) -> Vec<&'static str> {
        match self {
            Self::Platform => Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
            Self::Shopvo => ShopvoEvent::ALL.iter().map(|event| event.as_str()).collect(),
            Self::Shopkit => ShopkitEvent::ALL.iter().map(|event| event.as_str()).collect(),
            Self::Shoppy => {
                let numbers = ShoppyType::ALL.iter().map(|number| number.as_str());
                numbers.chain(ShoppyEvent::ALL.iter().map(|event| event.as_str())).collect()
            }
        }
    }

    /// By which of these words an endpoint is told of an event of ours, that asked for such; one that asked for none is told by all there are,
    /// once in each way that there is.
    pub fn wanted(self, kind: Kind, data: &Value, asked: &[&str]) -> Vec<&'static str> {
        match (self, asked.is_empty()) {
            (Self::Shoppy, true) => {
                webhook_shoppy::of(kind).map(ShoppyEvent::in_document).into_iter().collect()
            }
            (_, true) => self.told_as(kind, data),
            (_, false) => self.told_as(kind, data).into_iter().filter(|word| asked.contains(word)).collect(),
        }
    }

    /// By which of these words an event of ours is told that tells so much; it may be none, and more than one.
    fn told_as(self, kind: Kind, data: &Value) -> Vec<&'static str> {
        match self {
            Self::Platform => vec![kind.as_str()],
            Self::Shopvo => shopvo(kind).iter().map(|event| event.as_str()).collect(),
            Self::Shopkit => shopkit(kind, data).into_iter().map(ShopkitEvent::as_str).collect(),
            Self::Shoppy => {
                let words = webhook_shoppy::of(kind).map(|event| [event.in_document(), event.as_str()]);
                let mut words: Vec<_> = words.into_iter().flatten().collect();
                words.dedup();
                words
            }
        }
    }

    /// Refuses words that are another dialect's.
    pub fn check(self, words: &[&str]) -> Result<()> {
        let known = self.events();
        match words.iter().find(|word| !known.contains(word)) {
            None if self == Self::Shoppy => webhook_shoppy::check(words),
            None => Ok(()),
            Some(word) => {
                let message =
                    format!("'{word}' is no event of the dialect {self}; there are {}", known.join(", "));
                Err(Error::invalid(message).about("events"))
            }
        }
    }
}

/// An event of any dialect by its word.
pub fn word(text: &str) -> Result<&'static str> {
    let dialects = Dialect::ALL.iter().flat_map(|dialect| dialect.events());
    match dialects.into_iter().find(|known| *known == text) {
        Some(known) => Ok(known),
        None => text.parse().map(Kind::as_str),
    }
}

/// One change of an order is several of these events, each for something of it that is another now.
fn shopkit(kind: Kind, data: &Value) -> Vec<ShopkitEvent> {
    let is_changed =
        |what: &str| data["order"]["changed"].as_array().is_some_and(|all| all.iter().any(|one| one == what));
    let mut events = match kind {
        Kind::OrderCreated => return vec![ShopkitEvent::Created],
        Kind::OrderDeleted => return vec![ShopkitEvent::Deleted],
        Kind::OrderUpdated | Kind::OrderRefunded => vec![ShopkitEvent::Updated],
        Kind::OrderPaid => vec![ShopkitEvent::Updated, ShopkitEvent::Paid],
        Kind::OrderCancelled => vec![ShopkitEvent::Updated, ShopkitEvent::Canceled],
        _ => return Vec::new(),
    };
    if is_changed("fulfilment_status") {
        events.push(ShopkitEvent::ChangeStatus);
        match data["order"]["fulfilment_status"].as_str() {
            Some("sent") => events.push(ShopkitEvent::Sent),
            Some("delivered") => events.push(ShopkitEvent::Delivered),
            _ => {}
        }
    }
    if is_changed("invoice_url") {
        events.push(ShopkitEvent::Invoice);
    }
    events
}

fn shopvo(kind: Kind) -> &'static [ShopvoEvent] {
    match kind {
        Kind::OrderCreated => &[ShopvoEvent::OrderCreated],
        Kind::OrderPaid => &[ShopvoEvent::OrderUpdated, ShopvoEvent::PaymentConfirmed],
        Kind::OrderCancelled | Kind::OrderRefunded | Kind::OrderUpdated => &[ShopvoEvent::OrderUpdated],
        Kind::PaymentFailed => &[ShopvoEvent::PaymentFailed],
        Kind::InventoryLow => &[ShopvoEvent::InventoryLow],
        Kind::CartAbandoned => &[ShopvoEvent::CartAbandoned],
        Kind::ReviewCreated => &[ShopvoEvent::ReviewCreated],
        Kind::ProductCreated
        | Kind::ProductUpdated
        | Kind::ReleasePublished
        | Kind::ReleaseYanked
        | Kind::PurchaseCreated
        | Kind::PurchaseCancelled
        | Kind::PurchaseExpired
        | Kind::LicenceIssued
        | Kind::LicenceActivated
        | Kind::LicenceDeactivated
        | Kind::LicenceSuspended
        | Kind::LicenceResumed
        | Kind::LicenceExpired
        | Kind::LicenceReset
        | Kind::CustomerCreated
        | Kind::CustomerUpdated
        | Kind::OrderDeleted
        | Kind::OrderDisputed
        | Kind::OrderPartiallyPaid
        | Kind::InventoryOut
        | Kind::TicketCreated
        | Kind::TicketReplied
        | Kind::WebhookDisabled
        | Kind::WebhookTest => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_event_of_a_dialect_is_told_of_one_of_ours() {
        // All that an order can tell.
        let told = |stage: &str| json!({"order": {"fulfilment_status": stage, "changed": ["fulfilment_status", "invoice_url"]}});
        let (sent, delivered) = (told("sent"), told("delivered"));
        for dialect in Dialect::ALL {
            for event in dialect.events() {
                assert_eq!(word(event).unwrap(), event);
                assert!(dialect.check(&[event]).is_ok());
                let is_told = |kind: &Kind, data| dialect.told_as(*kind, data).contains(&event);
                assert!(
                    Kind::ALL.iter().any(|kind| is_told(kind, &sent) || is_told(kind, &delivered)),
                    "{event}"
                );
            }
        }
        assert!(Dialect::Platform.check(&["payment.confirmed"]).is_err());
        assert!(Dialect::Shopvo.check(&["order.created", "order.paid"]).is_err());
        assert!(word("order.lost").is_err());
    }

    #[test]
    fn an_endpoint_of_shoppy_is_told_in_the_way_that_it_asked() {
        let wanted = |kind, asked: &[&str]| Dialect::Shoppy.wanted(kind, &Value::Null, asked);
        assert_eq!(wanted(Kind::OrderPaid, &[]), ["100"]);
        assert_eq!(wanted(Kind::OrderPaid, &["100", "200"]), ["100"]);
        assert_eq!(wanted(Kind::OrderPaid, &["order:paid"]), ["order:paid"]);
        assert_eq!(wanted(Kind::OrderPartiallyPaid, &[]), ["order:partial"]);
        assert!(wanted(Kind::OrderDisputed, &["100"]).is_empty());
        assert!(wanted(Kind::ProductCreated, &[]).is_empty());
        assert!(Dialect::Shoppy.check(&["100", "700"]).is_ok());
        assert!(Dialect::Shoppy.check(&["100", "order:paid"]).is_err());
        assert_eq!((ShoppyEvent::read("100"), ShoppyEvent::read("x")), (Some(ShoppyEvent::Paid), None));
    }
}

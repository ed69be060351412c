//! Whose events an endpoint is sent: the platform's, or those of a dialect. An endpoint keeps the words that it asked for, and who is told
//! of what is decided in the transaction of the cause, so the words stand here; what is sent under them is made by the dialect itself.

use super::event::Kind;
use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// Whose events and bodies an endpoint is sent.
    Dialect, "webhook dialect" {
        /// The platform's: events as the API shows them.
        Platform = "platform",
        /// Those of the Shopvo document.
        Shopvo = "shopvo",
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
        }
    }

    /// By which of these words an event of ours is told; it may be none, and more than one.
    pub fn told_as(self, kind: Kind) -> Vec<&'static str> {
        match self {
            Self::Platform => vec![kind.as_str()],
            Self::Shopvo => shopvo(kind).iter().map(|event| event.as_str()).collect(),
        }
    }

    /// Refuses words that are another dialect's.
    pub fn check(self, words: &[&str]) -> Result<()> {
        let known = self.events();
        match words.iter().find(|word| !known.contains(word)) {
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
    text.parse::<ShopvoEvent>().map(ShopvoEvent::as_str).or_else(|_| text.parse().map(Kind::as_str))
}

fn shopvo(kind: Kind) -> &'static [ShopvoEvent] {
    match kind {
        Kind::OrderCreated => &[ShopvoEvent::OrderCreated],
        Kind::OrderPaid => &[ShopvoEvent::OrderUpdated, ShopvoEvent::PaymentConfirmed],
        Kind::OrderCancelled | Kind::OrderRefunded => &[ShopvoEvent::OrderUpdated],
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
        | Kind::WebhookDisabled
        | Kind::WebhookTest => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_of_a_dialect_is_told_of_one_of_ours() {
        for dialect in Dialect::ALL {
            for event in dialect.events() {
                assert_eq!(word(event).unwrap(), event);
                assert!(dialect.check(&[event]).is_ok());
                assert!(Kind::ALL.iter().any(|kind| dialect.told_as(*kind).contains(&event)), "{event}");
            }
        }
        assert!(Dialect::Platform.check(&["order.updated"]).is_err());
        assert!(Dialect::Shopvo.check(&["order.created", "order.paid"]).is_err());
        assert!(word("order.lost").is_err());
    }
}

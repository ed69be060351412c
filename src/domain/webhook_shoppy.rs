//! What the Shoppy document and its later programs call events. The document knows them by numbers, and later programs by words: an endpoint
//! is told by those that it asked for, and so in the shapes of whoever made it.

use super::event::Kind;
use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// What the Shoppy document calls events by a number ("Webhook Types").
    ShoppyType, "Shoppy webhook type" {
        /// An order is paid.
        Paid = "100",
        /// An order is disputed.
        Disputed = "200",
        /// Nothing is left of a product.
        OutOfStock = "300",
        /// A product reached its warning level.
        StockWarning = "400",
        /// Feedback was left.
        Feedback = "500",
        /// A ticket was created.
        TicketCreated = "600",
        /// A ticket was replied to.
        TicketReplied = "700",
    }
}

words! {
    /// What later programs call events by a word.
    ShoppyEvent, "Shoppy event" {
        /// 100: an order is paid.
        Paid = "order:paid",
        /// 200: an order is disputed.
        Disputed = "order:disputed",
        /// 300: nothing is left of a product.
        OutOfStock = "product:out_of_stock",
        /// 400: a product reached its warning level.
        StockWarning = "product:stock_warning",
        /// 500: feedback was left.
        Feedback = "feedback:received",
        /// 600: a ticket was created.
        TicketCreated = "query:created",
        /// 700: a ticket was replied to.
        TicketReplied = "query:updated",
        /// An order was placed.
        Created = "order:created",
        /// Something of an order was changed.
        Updated = "order:updated",
        /// Some of what is due has come.
        Partial = "order:partial",
    }
}

impl ShoppyType {
    /// The later word for it.
    pub const fn event(self) -> ShoppyEvent {
        match self {
            Self::Paid => ShoppyEvent::Paid,
            Self::Disputed => ShoppyEvent::Disputed,
            Self::OutOfStock => ShoppyEvent::OutOfStock,
            Self::StockWarning => ShoppyEvent::StockWarning,
            Self::Feedback => ShoppyEvent::Feedback,
            Self::TicketCreated => ShoppyEvent::TicketCreated,
            Self::TicketReplied => ShoppyEvent::TicketReplied,
        }
    }

    /// The number itself.
    pub const fn number(self) -> u16 {
        match self {
            Self::Paid => 100,
            Self::Disputed => 200,
            Self::OutOfStock => 300,
            Self::StockWarning => 400,
            Self::Feedback => 500,
            Self::TicketCreated => 600,
            Self::TicketReplied => 700,
        }
    }
}

impl ShoppyEvent {
    /// The number that the document knows it by; later events have none.
    pub fn numbered(self) -> Option<ShoppyType> {
        ShoppyType::ALL.iter().copied().find(|known| known.event() == self)
    }

    /// How the document calls it: by its number, or by its word if it has none.
    pub fn in_document(self) -> &'static str {
        self.numbered().map_or(self.as_str(), ShoppyType::as_str)
    }

    /// The event that an endpoint is told of in either way.
    pub fn read(told_as: &str) -> Option<Self> {
        told_as.parse().ok().or_else(|| told_as.parse().ok().map(ShoppyType::event))
    }
}

/// The event that one of ours is here.
pub(super) const fn of(kind: Kind) -> Option<ShoppyEvent> {
    match kind {
        Kind::OrderCreated => Some(ShoppyEvent::Created),
        Kind::OrderPaid => Some(ShoppyEvent::Paid),
        Kind::OrderPartiallyPaid => Some(ShoppyEvent::Partial),
        Kind::OrderUpdated | Kind::OrderCancelled | Kind::OrderRefunded => Some(ShoppyEvent::Updated),
        Kind::OrderDisputed => Some(ShoppyEvent::Disputed),
        Kind::InventoryOut => Some(ShoppyEvent::OutOfStock),
        Kind::InventoryLow => Some(ShoppyEvent::StockWarning),
        Kind::ReviewCreated => Some(ShoppyEvent::Feedback),
        Kind::TicketCreated => Some(ShoppyEvent::TicketCreated),
        Kind::TicketReplied => Some(ShoppyEvent::TicketReplied),
        _ => None,
    }
}

/// Refuses an endpoint that asks by numbers and by words: it would be told twice of one thing, in two shapes.
pub(super) fn check(words: &[&str]) -> Result<()> {
    let by_number = words.iter().filter(|word| word.parse::<ShoppyType>().is_ok()).count();
    if by_number == 0 || by_number == words.len() {
        return Ok(());
    }
    let message =
        "an endpoint is told by numbers, in the shapes of the document, or by words, in later ones: make two";
    Err(Error::invalid(message).about("events"))
}

//! How far an order has come: one word for where its money and its goods are (contract commerce.md, "Order status mapping").

use super::order::{Fulfilment, Order, Payment};
use crate::words;

words! {
    /// How far an order has come.
    Stage, "stage of an order" {
        /// It waits for its payment.
        Pending = "pending",
        /// It is paid, and nothing is done yet.
        Confirmed = "confirmed",
        /// It is being seen to.
        Processing = "processing",
        /// It is on its way.
        Shipped = "shipped",
        /// It is with the customer.
        Delivered = "delivered",
        /// Nothing will come of it.
        Cancelled = "cancelled",
        /// All its money went back.
        Refunded = "refunded",
    }
}

impl Stage {
    /// The stage of an order.
    pub fn of(order: &Order) -> Self {
        match (order.fulfilment_status, order.payment_status) {
            (Fulfilment::Canceled, _) => Self::Cancelled,
            (_, Payment::Refunded) => Self::Refunded,
            (Fulfilment::Pending, Payment::Paid | Payment::PartiallyRefunded | Payment::Disputed) => {
                Self::Confirmed
            }
            (Fulfilment::Pending | Fulfilment::WaitingPayment | Fulfilment::WaitingConfirmation, _) => {
                Self::Pending
            }
            (Fulfilment::Processing | Fulfilment::WaitingStock | Fulfilment::WaitingShipment, _) => {
                Self::Processing
            }
            (Fulfilment::Sent | Fulfilment::PickupAvailable, _) => Self::Shipped,
            (Fulfilment::Delivered | Fulfilment::Returned, _) => Self::Delivered,
        }
    }

    /// What holds in the database for orders of this stage.
    pub(super) const fn condition(self) -> &'static str {
        match self {
            Self::Pending => {
                "(payment_status <> 'refunded' and fulfilment_status in ('waiting_payment', 'waiting_confirmation') \
                 or fulfilment_status = 'pending' and payment_status in ('unpaid', 'confirming', 'failed'))"
            }
            Self::Confirmed => {
                "fulfilment_status = 'pending' and payment_status in ('paid', 'partially_refunded', 'disputed')"
            }
            Self::Processing => {
                "payment_status <> 'refunded' and fulfilment_status in ('processing', 'waiting_stock', 'waiting_shipment')"
            }
            Self::Shipped => {
                "payment_status <> 'refunded' and fulfilment_status in ('sent', 'pickup_available')"
            }
            Self::Delivered => {
                "payment_status <> 'refunded' and fulfilment_status in ('delivered', 'returned')"
            }
            Self::Cancelled => "fulfilment_status = 'canceled'",
            Self::Refunded => "payment_status = 'refunded' and fulfilment_status <> 'canceled'",
        }
    }
}

//! Lists of orders.

use super::order::{self, Fulfilment, Order, Payment};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::text;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::store::list::{List, Start};

/// What a list of orders is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those whose goods are there.
    pub fulfilment: Option<Fulfilment>,
    /// Those whose money is there.
    pub payment: Option<Payment>,
    /// Those of this customer.
    pub customer_id: Option<i64>,
    /// Those placed then or later.
    pub from: Option<Millis>,
    /// Those placed before.
    pub to: Option<Millis>,
    /// Those of customers whose address begins so.
    pub search: Option<String>,
}

/// Orders, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Order>> {
    let mut list = List::new(
        "select id, customer_id, email, name, currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, \
         paid_minor, refunded_minor, payment_status, fulfilment_status, coupon_id, coupon_code, created_at, paid_at, canceled_at \
         from sale",
    );
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("fulfilment_status = ?", filter.fulfilment.map(Fulfilment::as_str));
    list.maybe("payment_status = ?", filter.payment.map(Payment::as_str));
    list.maybe("customer_id = ?", filter.customer_id);
    list.maybe("created_at >= ?", filter.from);
    list.maybe("created_at < ?", filter.to);
    let from = filter.search.as_deref().map(text::fold);
    let to = from.as_deref().map(text::after);
    if let (Some(from), Some(to)) = (&from, &to) {
        list.between(
            "customer_id in (select id from customer where email_fold >= ? and email_fold < ?)",
            from.as_str(),
            to.as_str(),
        );
    }
    list.page(tx, "id", start, limit, order::read)
}

//! Lists of orders.

use super::order::{self, Fulfilment, Order, Payment};
use super::order_list_more::More;
use super::order_stage::Stage;
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
    /// Those whose money is at one of these, of which there are one or two; none: wherever it is.
    pub payments: Vec<Payment>,
    /// Those that have come so far.
    pub stage: Option<Stage>,
    /// Those of this customer.
    pub customer_id: Option<i64>,
    /// Those of this company.
    pub b2b_account_id: Option<i64>,
    /// Those placed then or later.
    pub from: Option<Millis>,
    /// Those placed before.
    pub to: Option<Millis>,
    /// Those of customers whose address begins so.
    pub search: Option<String>,
    /// What shop programs ask for beside.
    pub more: More,
}

/// Orders, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Order>> {
    page(tx, shop, filter, start, (limit, 0))
}

/// As [`list`], `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Order>> {
    let bounds = filter.bounds();
    let list = narrowed(
        "select id, customer_id, email, name, currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, \
         paid_minor, refunded_minor, payment_status, fulfilment_status, coupon_id, coupon_code, created_at, paid_at, canceled_at, \
         b2b_account_id, due_at, number, updated_at, sent_at, delivered_at, disputed_at, hidden_at, is_new, invoice_url, tracking_url, \
         note, client_note, shipping_title, shipping_bp, details from sale",
        shop,
        filter,
        bounds.as_ref(),
    );
    list.skipping(skip).page(tx, "id", start, limit, order::read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
    let mut all = filter.clone();
    let is_shown = std::mem::take(&mut all.more.is_shown);
    let bounds = all.bounds();
    let orders = || narrowed("select id from sale", shop, &all, bounds.as_ref());
    let count = orders().count(tx)?;
    if !is_shown {
        return Ok(count);
    }
    // Few are deleted and have an index: to look at all others whether they are takes several times as long.
    let mut deleted = orders();
    deleted.when("hidden_at is not null");
    Ok(count - deleted.count(tx)?)
}

impl Filter {
    /// What addresses are from and before.
    fn bounds(&self) -> Option<(String, String)> {
        let from = text::fold(self.search.as_deref()?);
        let to = text::after(&from);
        Some((from, to))
    }
}

fn narrowed<'a>(
    select: &'static str,
    shop: Shop,
    filter: &'a Filter,
    bounds: Option<&'a (String, String)>,
) -> List<'a> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("fulfilment_status = ?", filter.fulfilment.map(Fulfilment::as_str));
    match filter.payments[..] {
        [] => {}
        [one] => list.with("payment_status = ?", one.as_str()),
        [one, other, ..] => {
            list.between("(payment_status = ? or payment_status = ?)", one.as_str(), other.as_str());
        }
    }
    if let Some(stage) = filter.stage {
        list.when(stage.condition());
    }
    filter.more.narrow(&mut list);
    list.maybe("customer_id = ?", filter.customer_id);
    list.maybe("b2b_account_id = ?", filter.b2b_account_id);
    list.maybe("created_at >= ?", filter.from);
    list.maybe("created_at < ?", filter.to);
    if let Some((from, to)) = bounds {
        list.between(
            "customer_id in (select id from customer where email_fold >= ? and email_fold < ?)",
            from.as_str(),
            to.as_str(),
        );
    }
    list
}

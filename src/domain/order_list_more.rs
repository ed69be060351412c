//! What lists of orders are narrowed to by shop programs, beside what all lists of them know.

use super::order::Fulfilment;
use crate::store::list::List;

/// Facts of an order that only shop programs ask for; none: whatever they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct More {
    /// Those whose goods are at one of these.
    pub fulfilments: Vec<Fulfilment>,
    /// Whether all that is due has come.
    pub is_paid: Option<bool>,
    /// Those that hold the coupon of this code, folded.
    pub coupon_fold: Option<String>,
    /// Those that no program deleted.
    pub is_shown: bool,
}

impl More {
    /// Narrows a list of table `sale`.
    pub(super) fn narrow<'a>(&'a self, list: &mut List<'a>) {
        if self.is_shown {
            list.when("hidden_at is null");
        }
        match self.fulfilments[..] {
            [] => {}
            [one] => list.with("fulfilment_status = ?", one.as_str()),
            [first, ..] => {
                // As many as there are; what is not asked for stands for the first.
                let mut all = [first.as_str(); Fulfilment::ALL.len()];
                for (place, one) in all.iter_mut().zip(&self.fulfilments) {
                    *place = one.as_str();
                }
                list.with_each("fulfilment_status in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", all);
            }
        }
        match self.is_paid {
            None => {}
            Some(true) => list.when("paid_at is not null"),
            Some(false) => list.when("paid_at is null"),
        }
        if let Some(code) = self.coupon_fold.as_deref() {
            list.with(
                "coupon_id is not null and coupon_id in (select coupon.id from coupon where coupon.code_fold = ?)",
                code,
            );
        }
    }
}

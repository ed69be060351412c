//! What lists of products are narrowed to by shop programs, beside what the catalogue itself knows.

use crate::store::list::List;

/// Facts of a product that only shop programs ask for; none: whatever they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct More {
    /// The vendor's own word for it, or for a variant of it.
    pub reference: Option<String>,
    /// Whether it is new.
    pub is_new: Option<bool>,
    /// Whether it is yet to come.
    pub is_soon: Option<bool>,
    /// Whether each of its variants is said to be sold out.
    pub is_out: Option<bool>,
    /// Whether it is one among many: not featured.
    pub is_plain: bool,
}

impl More {
    /// Narrows a list of table `product`.
    pub(super) fn narrow<'a>(&'a self, list: &mut List<'a>) {
        if let Some(reference) = self.reference.as_deref() {
            list.between(
                "id in (select product_id from product_extra where reference is not null and reference = ? \
                 union all select product_id from variant where sku is not null and sku = ?)",
                reference,
                reference,
            );
        }
        match self.is_new {
            None => {}
            Some(true) => list.when("id in (select product_id from product_extra where is_new = 1)"),
            Some(false) => list.when("id not in (select product_id from product_extra where is_new = 1)"),
        }
        match self.is_soon {
            None => {}
            Some(true) => list.when("id in (select product_id from product_extra where is_soon = 1)"),
            Some(false) => list.when("id not in (select product_id from product_extra where is_soon = 1)"),
        }
        match self.is_out {
            None => {}
            Some(true) => {
                list.when(
                    "not exists (select 1 from variant v where v.product_id = product.id and v.is_out = 0)",
                );
            }
            Some(false) => {
                list.when(
                    "exists (select 1 from variant v where v.product_id = product.id and v.is_out = 0)",
                );
            }
        }
        if self.is_plain {
            list.when("is_featured = 0");
        }
    }
}

//! What was agreed with the company of whoever orders, and whose word counts for who that is.

use super::b2b_account::{self, B2bAccount};
use super::customer::{self, Customer};
use super::order::Draft;
use super::order_line::DraftLine;
use super::price_list;
use super::product::Product;
use super::shop::Shop;
use super::variant::Variant;
use crate::base::error::Result;
use crate::store::Tx;

/// Who says that it is this customer who buys. Prices and terms of a company are for its contacts alone, and whoever knows a contact's
/// address can type it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// Whoever buys: nobody else knows.
    #[default]
    ByBuyer,
    /// The vendor.
    ByVendor,
    /// The shop, of the customer with this number: they are signed in, or the cart is theirs.
    ByShop(i64),
}

/// The company that a customer buys for, where it is sure that they buy.
pub fn company(tx: &mut Tx<'_>, shop: Shop, said: Said, customer: &Customer) -> Result<Option<B2bAccount>> {
    match said {
        Said::ByVendor => b2b_account::of_buyer(tx, shop, customer),
        Said::ByShop(id) if id == customer.id => b2b_account::of_buyer(tx, shop, customer),
        Said::ByBuyer | Said::ByShop(_) => Ok(None),
    }
}

/// The company that somebody who has not ordered yet would buy for.
pub fn company_ahead(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Option<B2bAccount>> {
    let buyer = match (draft.said, draft.customer.email.as_deref()) {
        (Said::ByBuyer, _) | (Said::ByVendor, None) => None,
        (Said::ByShop(id), None) => Some(customer::get(tx, shop, id)?),
        (Said::ByVendor | Said::ByShop(_), Some(email)) => customer::by_email(tx, shop, email)?,
    };
    buyer.map_or(Ok(None), |buyer| company(tx, shop, draft.said, &buyer))
}

/// Puts the prices that were agreed with a company in the place of the catalogue's. What is renewed goes on at the catalogue's: lists
/// are of what is bought anew, and a renewal's pieces reach no quantity.
pub fn put(
    tx: &mut Tx<'_>,
    company: Option<&B2bAccount>,
    lines: &[DraftLine],
    (products, variants): (&mut [Product], &[Variant]),
) -> Result<()> {
    let Some(list) = company.and_then(|company| company.price_list_id) else { return Ok(()) };
    let new: Vec<usize> = (0..lines.len()).filter(|place| lines[*place].renews.is_none()).collect();
    let wanted: Vec<_> = new.iter().map(|place| (variants[*place].id, lines[*place].quantity)).collect();
    for (place, price) in new.into_iter().zip(price_list::agreed(tx, list, &wanted)?) {
        products[place].price_minor = price.or(products[place].price_minor);
    }
    Ok(())
}

//! All that is held on one customer: told, moved to another, or made nobody's.

use super::activation::{self, Activation};
use super::audit::{self, Action};
use super::beside::{self, Beside};
use super::customer::{self, Customer};
use super::licence::Licence;
use super::order_details::{self, Details};
use super::purchase::{self, Purchase};
use super::shop::Shop;
use super::{
    b2b_account, checkout, event, gift_card, idempotency, licence_list, loyalty, mail, metafield,
    oauth_grant, order_list, payment_link, review, sale_facts, session, sign_in, store_credit, ticket,
};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// All that is held on a customer.
#[derive(Clone, Debug)]
pub struct Held {
    /// Who it is.
    pub customer: Customer,
    /// What they own or owned, newest first.
    pub purchases: Vec<Purchase>,
    /// Their licences with all activations, newest first.
    pub licences: Vec<(Licence, Vec<Activation>)>,
    /// Their orders, newest first.
    pub orders: Vec<Details>,
    /// What else there is.
    pub beside: Beside,
}

/// All that is held on this customer.
pub fn held(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Held> {
    let customer = customer::get(tx, shop, id)?;
    let filter = purchase::Filter { customer_id: Some(id), ..purchase::Filter::default() };
    let purchases = purchase::list(tx, shop, filter, None, i64::MAX)?;
    let filter = licence_list::Filter { customer_id: Some(id), ..licence_list::Filter::default() };
    let mut licences = Vec::new();
    for licence in licence_list::list(tx, shop, &filter, None, i64::MAX)? {
        let activations = activation::list(tx, licence.licence_id)?;
        licences.push((licence, activations));
    }
    let filter = order_list::Filter { customer_id: Some(id), ..order_list::Filter::default() };
    let mut orders = Vec::new();
    for order in order_list::list(tx, shop, &filter, None, i64::MAX)? {
        orders.push(order_details::of(tx, order)?);
    }
    let beside = beside::beside(tx, shop, id, &orders)?;
    Ok(Held { customer, purchases, licences, orders, beside })
}

/// Moves all of a customer's to another, who stays; the first is gone.
pub fn merge(tx: &mut Tx<'_>, shop: Shop, id: i64, into: i64) -> Result<Customer> {
    let gone = customer::get(tx, shop, id)?;
    let other = || format!("there is no other customer {into}");
    if id == into {
        return Err(Error::invalid(other()).about("into"));
    }
    let stays = customer::get(tx, shop, into).map_err(|e| e.missing("into", other()))?;
    tx.exec("update purchase set customer_id = $2 where customer_id = $1", values![id, into])?;
    tx.exec("update sale set customer_id = $2 where customer_id = $1", values![id, into])?;
    tx.exec(
        "update review set customer_id = $2 where customer_id is not null and customer_id = $1",
        values![id, into],
    )?;
    tx.exec(
        "update cart set customer_id = $2 where customer_id is not null and customer_id = $1",
        values![id, into],
    )?;
    ticket::merge_person(tx, id, into)?;
    b2b_account::merge_person(tx, shop, id, into)?;
    gift_card::merge_person(tx, id, into)?;
    store_credit::merge_person(tx, id, into)?;
    loyalty::merge_person(tx, id, into)?;
    metafield::merge_person(tx, id, into)?;
    idempotency::merge_person(tx, id, &gone.email, into)?;
    event::merge_person(tx, id, into)?;
    audit::merge_person(tx, id, into)?;
    mail::merge_person(tx, id, into, &stays.email)?;
    session::end_of_customer(tx, id)?;
    sign_in::end_of_customer(tx, id)?;
    oauth_grant::forget_customer(tx, id)?;
    tx.exec("delete from customer where id = $1", values![id])?;
    audit::created(tx, shop, Action::CustomerMerged, id, &serde_json::json!({"into": into}))?;
    customer::get(tx, shop, into)
}

/// The address of a customer who is erased. Another may have the plain one: a vendor can give a customer any.
fn nobody(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<String> {
    let plain = format!("erased-{id}@customer.invalid");
    let is_taken = customer::by_email(tx, shop, &plain)?.is_some_and(|other| other.id != id);
    Ok(if is_taken { format!("erased-{id}-{}@customer.invalid", tx.dice().base62(16)) } else { plain })
}

/// Takes away all that tells who a customer is: address, names, install URLs, bound identifiers, and addresses and data of
/// activations, on orders too, the words beside their payments, all letters to them, and what events, the audit log and answers that
/// are kept for repeated requests tell of them. Purchases, licences and sums stay, as books must. There is no way back.
pub fn erase(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Customer> {
    let customer = customer::get(tx, shop, id)?;
    let nobody = nobody(tx, shop, id)?;
    session::end_of_customer(tx, id)?;
    sign_in::end_of_customer(tx, id)?;
    oauth_grant::end_of_customer(tx, id, "customer_erased")?;
    idempotency::forget_person(tx, id, &customer.email)?;
    event::forget_person(tx, id, &nobody)?;
    audit::forget_person(tx, id)?;
    mail::forget_person(tx, shop, id, &customer.email)?;
    b2b_account::forget_person(tx, shop, id)?;
    review::forget_person(tx, id)?;
    ticket::forget_person(tx, shop, id, &customer.email, &nobody)?;
    payment_link::forget_person(tx, shop, id, &customer.email)?;
    checkout::forget_person(tx, id)?;
    metafield::forget_person(tx, id)?;
    gift_card::forget_person(tx, id)?;
    store_credit::forget_person(tx, id)?;
    loyalty::forget_person(tx, id)?;
    sale_facts::forget_person(tx, id)?;
    tx.exec(
        "update customer set email = $2, email_fold = $3, name = null, username = null, phone = null, \
         group_name = null, wants_news = 0, details = '{}' where id = $1",
        values![id, &nobody, &text::fold(&nobody)],
    )?;
    tx.exec("update sale set email = $2, name = null where customer_id = $1", values![id, &nobody])?;
    tx.exec(
        "update payment set reference = null where sale_id in (select id from sale where customer_id = $1)",
        values![id],
    )?;
    tx.exec("update purchase set install_url = null where customer_id = $1", values![id])?;
    tx.exec(
        "update activation set ip = '0.0.0.0', extra = null \
         where licence_id in (select l.id from purchase p join licence l on l.purchase_id = p.id where p.customer_id = $1)",
        values![id],
    )?;
    // A bound identifier must not become free for others. Touching each licence also makes memory forget its addresses.
    tx.exec(
        "update licence set identifier = case when identifier is null then null else 'erased' end \
         where purchase_id in (select id from purchase where customer_id = $1)",
        values![id],
    )?;
    let erased = customer::get(tx, shop, id)?;
    customer::tell(tx, shop, &erased, event::Kind::CustomerUpdated)?;
    audit::created(tx, shop, Action::CustomerErased, id, &serde_json::json!({"email": nobody}))?;
    Ok(erased)
}

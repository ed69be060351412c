//! Lists of carts, and how far their owners have come.

use super::checkout::{self, Checkout};
use super::customer;
use super::shop::Shop;
use super::shopping_cart::{self, Cart, CartLine, Status};
use crate::base::error::Result;
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::values;

/// What a list of carts is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those in this state.
    pub status: Option<Status>,
    /// Those of this customer.
    pub customer_id: Option<i64>,
}

/// Carts, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Cart>> {
    let mut list =
        List::new("select id, session_key, customer_id, currency, status, created_at, updated_at from cart");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("customer_id = ?", filter.customer_id);
    list.maybe("status = ?", filter.status.map(Status::as_str));
    list.page(tx, "id", start, limit, shopping_cart::read)
}

/// The last checkout that was begun of a cart of this shop.
fn last_checkout(tx: &mut Tx<'_>, shop: Shop, cart_id: i64) -> Result<Option<Checkout>> {
    let id = tx.maybe(
        "select id from checkout where cart_id = $1 order by id desc limit 1",
        values![cart_id],
        |row| row.get::<i64>(0),
    )?;
    id.map(|id| checkout::get(tx, shop, id)).transpose()
}

/// A cart, with what is known of it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The cart itself.
    pub cart: Cart,
    /// What is in it.
    pub lines: Vec<CartLine>,
    /// The last checkout that was begun of it.
    pub checkout: Option<Checkout>,
    /// The address of its customer, or else of whoever checks out.
    pub email: Option<String>,
}

impl Standing {
    /// How many things are in it.
    pub fn items(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// What they cost now, before tax, in minor units.
    pub fn subtotal_minor(&self) -> i64 {
        self.lines.iter().map(|line| line.unit_minor() * line.quantity).sum()
    }

    /// How far its checkout has come.
    pub fn stage(&self) -> Option<&'static str> {
        self.checkout.as_ref().map(|checkout| checkout.state.as_str())
    }

    /// The order that its checkout came to.
    pub fn order_id(&self) -> Option<i64> {
        self.checkout.as_ref().and_then(|checkout| checkout.order_id)
    }
}

/// What is known of a cart of this shop.
pub fn standing(tx: &mut Tx<'_>, shop: Shop, cart: Cart) -> Result<Standing> {
    let checkout = last_checkout(tx, shop, cart.id)?;
    let of = cart.customer_id.map(|id| customer::get(tx, shop, id)).transpose()?;
    let said = || checkout.as_ref().and_then(|checkout| checkout.details.email.clone());
    let email = of.map(|customer| customer.email).or_else(said);
    Ok(Standing { lines: shopping_cart::lines(tx, shop, &cart)?, cart, checkout, email })
}

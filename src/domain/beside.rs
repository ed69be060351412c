//! What is held on a customer beside what they bought: what they wrote, what the shop owes them, what is noted of them, and what they
//! meant to buy. A part of [`super::held`].

use super::checkout::{self, Checkout};
use super::gift_card::{self, GiftCard};
use super::gift_card_entry;
use super::loyalty::{self, Points};
use super::metafield::{self, Metafield, Resource};
use super::order_details::Details;
use super::review::{self, Review};
use super::shop::Shop;
use super::shopping_cart::{self, Cart, CartLine};
use super::store_credit::{self, Credit};
use super::ticket::{self, Ticket};
use super::ticket_reply::Reply;
use crate::base::error::Result;
use crate::store::Tx;

/// What is held on a customer beside what they bought.
#[derive(Clone, Debug)]
pub struct Beside {
    /// What they wrote of products, newest first.
    pub reviews: Vec<Review>,
    /// Their store credit, and what was given and used, newest first.
    pub credit: (Credit, Vec<store_credit::Entry>),
    /// Their points, and what was earned and redeemed, newest first.
    pub points: (Points, Vec<loyalty::Entry>),
    /// Gift cards that were issued to them, with what came onto each and went off it, both newest first.
    pub gift_cards: Vec<(GiftCard, Vec<gift_card_entry::Entry>)>,
    /// What is noted of them and of their orders.
    pub metafields: Vec<Metafield>,
    /// Their carts, newest first.
    pub carts: Vec<(Cart, Vec<CartLine>)>,
    /// What they said on the way to orders, newest first.
    pub checkouts: Vec<Checkout>,
    /// What they asked the shop, newest first, and what was said to it.
    pub tickets: Vec<(Ticket, Vec<Reply>)>,
}

/// What is held on this customer, whose orders these are.
pub(super) fn beside(tx: &mut Tx<'_>, shop: Shop, id: i64, orders: &[Details]) -> Result<Beside> {
    let mut metafields = metafield::list(tx, shop, (Resource::Customer, id))?;
    for order in orders {
        metafields.extend(metafield::list(tx, shop, (Resource::Order, order.order.id))?);
    }
    let filter = gift_card::Filter { customer_id: Some(id), ..gift_card::Filter::default() };
    let mut gift_cards = Vec::new();
    for card in gift_card::list(tx, shop, &filter, None, (i64::MAX, 0))? {
        let entries = gift_card_entry::entries(tx, card.id, i64::MAX)?;
        gift_cards.push((card, entries));
    }
    let mut carts = Vec::new();
    for cart in shopping_cart::of_customer(tx, shop, id)? {
        let lines = shopping_cart::lines(tx, shop, &cart)?;
        carts.push((cart, lines));
    }
    Ok(Beside {
        reviews: review::of_customer(tx, id)?,
        credit: (store_credit::get(tx, shop, id)?, store_credit::entries(tx, id, i64::MAX)?),
        points: (loyalty::get(tx, shop, id)?, loyalty::entries(tx, id, i64::MAX)?),
        gift_cards,
        metafields,
        carts,
        checkouts: checkout::of_customer(tx, id)?,
        tickets: ticket::of_customer(tx, id)?,
    })
}

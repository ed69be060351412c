//! Checkouts: from a cart to an order, step by step. The last step places the order as any other way does, and pays it where it can be.

pub use super::checkout_details::{Details, PaidBy, Said};
use super::checkout_payment::{self, Share};
use super::order::{self, Order};
use super::order_line::DraftLine;
use super::payment::{self, BAD_CARD, GOOD_CARD, Method, Outcome};
use super::sale_facts::Facts;
use super::shop::Shop;
use super::shopping_cart::{self, CONVERTED, Status};
use super::{agreed, customer, sending, shipping};
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{DAY, Millis};
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// How far a checkout has come, in order.
    State, "state of a checkout" {
        /// It has begun.
        Init = "init",
        /// Who buys.
        Contact = "contact",
        /// Where it goes.
        Shipping = "shipping",
        /// How it is paid.
        Payment = "payment",
        /// All is said.
        Review = "review",
        /// There is an order.
        Complete = "complete",
    }
}

/// A checkout; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Checkout {
    pub id: i64,
    pub cart_id: i64,
    pub state: State,
    pub details: Details,
    pub order_id: Option<i64>,
    pub created_at: Millis,
    pub updated_at: Millis,
}

/// What came of the last step.
#[derive(Clone, Debug)]
pub enum Ended {
    /// There is an order, paid or to be paid.
    Placed(Box<Checkout>),
    /// The card was declined: the order waits, and the checkout is at its payment again.
    Declined,
}

/// A checkout without an order is forgotten when nothing was heard of it for so long: what strangers typed is not kept for ever.
const FORGOTTEN: Millis = 30 * DAY;

/// Begins a checkout of a cart that has something in it.
pub fn begin(tx: &mut Tx<'_>, shop: Shop, cart_id: i64) -> Result<Checkout> {
    let cart =
        shopping_cart::get(tx, shop, cart_id).map_err(|e| e.missing("cartId", "there is no such cart"))?;
    if cart.status == Status::Converted {
        return Err(Error::refused("an order was made of this cart").about(CONVERTED));
    }
    if shopping_cart::lines(tx, shop, &cart)?.is_empty() {
        return Err(Error::invalid("the cart is empty").about("cartId"));
    }
    let mut details = Details::default();
    if let Some(id) = cart.customer_id {
        let customer = customer::get(tx, shop, id)?;
        (details.email, details.name, details.phone) = (Some(customer.email), customer.name, customer.phone);
    }
    let now = tx.now();
    let id = tx.one(
        "insert into checkout (cart_id, details, created_at, updated_at) values ($1, $2, $3, $3) returning id",
        values![cart_id, &details.written()?, now],
        |row| row.get(0),
    )?;
    shopping_cart::touch(tx, cart_id)?;
    get(tx, shop, id)
}

/// Brings a checkout to its next state, or keeps it at its own or takes it back to an earlier one, with what is said there. The last state
/// is reached by [`complete`].
pub fn advance(tx: &mut Tx<'_>, shop: Shop, id: i64, to: State, said: &Said) -> Result<Checkout> {
    let old = get(tx, shop, id)?;
    if old.state == State::Complete {
        return Err(Error::refused("this checkout is complete").about(CONVERTED));
    }
    let place = |state: State| State::ALL.iter().position(|known| *known == state).unwrap_or_default();
    if place(to) > place(old.state) + 1 {
        let next = State::ALL[place(old.state) + 1];
        return Err(
            Error::invalid(format!("this checkout is at {}, and {next} is next", old.state)).about("state")
        );
    }
    let mut details = old.details.and(shop, said)?;
    let customer_id = shopping_cart::get(tx, shop, old.cart_id)?.customer_id;
    details.balances = details.balances.told(tx, shop, customer_id, &said.balances)?;
    if place(to) > place(State::Contact) && details.email.is_none() {
        return Err(Error::invalid("contact.email is needed").about("contact"));
    }
    let now = tx.now();
    tx.exec(
        "update checkout set state = $2, details = $3, updated_at = $4 where id = $1",
        values![id, to.as_str(), &details.written()?, now],
    )?;
    shopping_cart::touch(tx, old.cart_id)?;
    let advanced = get(tx, shop, id)?;
    if said.sent_by.is_some() || said.shipping.is_some() {
        can_be_sent(tx, shop, &advanced)?;
    }
    Ok(advanced)
}

/// Refuses a way of shipping that is none for this cart; what else is wrong with it is told when it is to be bought.
fn can_be_sent(tx: &mut Tx<'_>, shop: Shop, checkout: &Checkout) -> Result<()> {
    match quote(tx, shop, checkout) {
        Err(e) if e.about == Some("shipping") => Err(e),
        _ => Ok(()),
    }
}

/// What the cart would come to now, with what was said.
pub fn quote(tx: &mut Tx<'_>, shop: Shop, checkout: &Checkout) -> Result<order::Quote> {
    let draft = draft(tx, shop, checkout)?;
    order::quote(tx, shop, &draft)
}

/// The ways in which the cart can be sent to where it goes, if that is said.
pub fn ways(tx: &mut Tx<'_>, shop: Shop, checkout: &Checkout) -> Result<Vec<shipping::Quote>> {
    let Some(country) = checkout.details.country() else { return Ok(Vec::new()) };
    let draft = order::Draft { sent: None, ..draft(tx, shop, checkout)? };
    match order::quote(tx, shop, &draft) {
        Ok(quote) => sending::ways(tx, shop, &quote.goods, country),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused | Kind::NotFound) => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}

fn draft(tx: &mut Tx<'_>, shop: Shop, checkout: &Checkout) -> Result<order::Draft> {
    let cart = shopping_cart::get(tx, shop, checkout.cart_id)?;
    let lines = shopping_cart::lines(tx, shop, &cart)?.into_iter().map(|line| DraftLine {
        product_id: line.product.id,
        variant_id: Some(line.variant.id),
        quantity: line.quantity,
        ..DraftLine::default()
    });
    Ok(order::Draft {
        customer: customer::Change {
            email: checkout.details.email.clone(),
            name: checkout.details.name.clone(),
            ..customer::Change::default()
        },
        // An address that was typed on the way may be anybody's.
        said: cart.customer_id.map_or(agreed::Said::ByBuyer, agreed::Said::ByShop),
        lines: lines.collect(),
        coupon: checkout.details.coupon.clone(),
        currency: Some(cart.currency),
        sent: checkout.details.sent(),
        facts: Facts { delivery: checkout.details.delivery()?, ..Facts::default() },
        ..order::Draft::default()
    })
}

/// Ends a checkout: its order is placed, once, and paid where its payment can be made now. One that is complete stays as it is.
pub fn complete(tx: &mut Tx<'_>, shop: Shop, id: i64, said: &Said) -> Result<Ended> {
    let checkout = get(tx, shop, id)?;
    if checkout.state == State::Complete {
        return Ok(Ended::Placed(Box::new(checkout)));
    }
    let checkout = advance(tx, shop, id, State::Review, said).and_then(|after| {
        let is_there = checkout.state == State::Review;
        let early = || {
            Error::invalid(format!("this checkout is at {}: review comes before complete", checkout.state))
        };
        if is_there { Ok(after) } else { Err(early().about("state")) }
    })?;
    let order = if let Some(order_id) = checkout.order_id {
        order::get(tx, shop, order_id)?
    } else if shopping_cart::get(tx, shop, checkout.cart_id)?.status == Status::Converted {
        return Err(Error::refused("an order was made of this cart").about(CONVERTED));
    } else {
        let draft = draft(tx, shop, &checkout)?;
        order::place(tx, shop, &draft)?
    };
    let now = tx.now();
    tx.exec("update checkout set sale_id = $2, updated_at = $3 where id = $1", values![id, order.id, now])?;
    if !settle(tx, shop, &checkout, &order)? {
        tx.exec("update checkout set state = 'payment' where id = $1", values![id])?;
        return Ok(Ended::Declined);
    }
    tx.exec("update checkout set state = 'complete' where id = $1", values![id])?;
    tx.exec(
        "update cart set status = 'converted', updated_at = $2 where id = $1",
        values![checkout.cart_id, now],
    )?;
    Ok(Ended::Placed(Box::new(get(tx, shop, id)?)))
}

/// What balances would pay of what is due for a checkout now.
pub fn shares(
    tx: &mut Tx<'_>,
    shop: Shop,
    checkout: &Checkout,
    currency: &str,
    due: i64,
) -> Result<Vec<Share>> {
    let customer_id = shopping_cart::get(tx, shop, checkout.cart_id)?.customer_id;
    checkout.details.balances.shares(tx, shop, customer_id, currency, due)
}

/// Pays an order off the balances that were named, and the rest as was said; whether nothing was declined. A declined card leaves the
/// balances as they were.
fn settle(tx: &mut Tx<'_>, shop: Shop, checkout: &Checkout, order: &Order) -> Result<bool> {
    if order.paid_at.is_some() && order.canceled_at.is_none() {
        // It was paid in another way meanwhile.
        return Ok(true);
    }
    payment::payable(order)?;
    let shares = shares(tx, shop, checkout, &order.currency, order.due())?;
    if let Some(wrong) = shares.iter().find_map(|share| share.wrong.clone()) {
        return Err(wrong);
    }
    let rest = order.due() - shares.iter().map(|share| share.amount).sum::<i64>();
    let method = if rest == 0 && order.total_minor > 0 { None } else { method(&checkout.details, order)? };
    if let Some(method) = &method
        && payment::is_declined(shop, method)?
    {
        payment::decline(tx, shop, order, method, rest)?;
        return Ok(false);
    }
    let customer_id = shopping_cart::get(tx, shop, checkout.cart_id)?.customer_id;
    checkout_payment::take(tx, shop, customer_id, &shares, order)?;
    match method {
        None => Ok(true),
        Some(method) => Ok(matches!(payment::pay(tx, shop, order.id, &method, None)?, Outcome::Paid(_))),
    }
}

/// How the rest of an order is paid now; none: it waits for its money.
fn method(details: &Details, order: &Order) -> Result<Option<Method>> {
    if order.total_minor == 0 {
        return Ok(Some(Method::Manual(None)));
    }
    match details.paid_by.as_deref().map(str::parse::<PaidBy>).transpose()? {
        None => {
            Err(Error::invalid("payment.method is needed: nothing says how this is paid").about("payment"))
        }
        Some(PaidBy::Manual) => Ok(None),
        Some(PaidBy::TestCard) => {
            let number = if details.declines { BAD_CARD } else { GOOD_CARD };
            Ok(Some(Method::TestCard(number.to_owned())))
        }
    }
}

/// Forgets checkouts that came to no order and of which nothing was heard for thirty days, up to `limit` at a time; how many.
pub fn forget(tx: &mut Tx<'_>, limit: i64) -> Result<u64> {
    let before = tx.now() - FORGOTTEN;
    tx.exec(
        "delete from checkout where id in (select id from checkout where sale_id is null and updated_at <= $1 \
         order by updated_at limit $2)",
        values![before, limit],
    )
}

/// The checkout with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Checkout> {
    tx.maybe(
        "select k.id, k.cart_id, k.state, k.details, k.sale_id, k.created_at, k.updated_at from checkout k \
         join cart c on c.id = k.cart_id where k.id = $1 and c.site_id = $2 and c.is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no checkout {id}")))
}

/// What a customer said on the way, where it ended in an order of theirs or was of a cart of theirs; newest first.
pub fn of_customer(tx: &mut Tx<'_>, customer_id: i64) -> Result<Vec<Checkout>> {
    tx.all(
        "select id, cart_id, state, details, sale_id, created_at, updated_at from checkout \
         where sale_id in (select id from sale where customer_id = $1) \
         or cart_id in (select id from cart where customer_id is not null and customer_id = $1) order by id desc",
        values![customer_id],
        read,
    )
}

/// Takes what a customer who is erased said on the way out of checkouts that ended in an order of theirs, or were of a cart of theirs.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec(
        "update checkout set details = '{}' where sale_id in (select id from sale where customer_id = $1) \
         or cart_id in (select id from cart where customer_id is not null and customer_id = $1)",
        values![customer_id],
    )
    .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<Checkout> {
    let details: String = row.get(3)?;
    Ok(Checkout {
        id: row.get(0)?,
        cart_id: row.get(1)?,
        state: row.word(2)?,
        details: Details::read(&details)?,
        order_id: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

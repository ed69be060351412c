//! Checkouts: from a cart to an order, step by step. The last step places the order as any other way does, and pays it where it can be.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::{self, Address};
use super::checkout_payment::{self, Balances, Share};
use super::order::{self, Order};
use super::order_line::DraftLine;
use super::payment::{self, BAD_CARD, GOOD_CARD, Method, Outcome};
use super::sale_facts::Facts;
use super::sending::Sent;
use super::shop::{Mode, Shop};
use super::shopping_cart::{self, CONVERTED, Status};
use super::{agreed, customer, sending, shipping};
use crate::base::error::{Error, Kind, Result};
use crate::base::text;
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

words! {
    /// How a checkout is paid.
    PaidBy, "payment method" {
        /// As the shop says beside its orders, such as by transfer: it stays to be paid.
        Manual = "manual",
        /// A card of test mode.
        TestCard = "test_card",
    }
}

/// What was said on the way; kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Who buys.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Where it goes, in the shop program's own fields.
    pub shipping: Map<String, Value>,
    /// How it is paid.
    pub paid_by: Option<String>,
    /// Whether the test card is the one that is declined. No number is kept.
    pub declines: bool,
    /// A coupon's code.
    pub coupon: Option<String>,
    /// What pays beside.
    #[serde(default)]
    pub balances: Balances,
    /// The way of shipping that was chosen.
    #[serde(default)]
    pub sent_by: Option<i64>,
}

impl Details {
    /// Where it goes, in the field of the address that says so, if that is a country's code.
    pub fn country(&self) -> Option<&'static str> {
        let said = ["countryCode", "country"].iter().filter_map(|field| self.shipping.get(*field)?.as_str());
        said.filter_map(|code| address::country(code).ok()).map(|country| country.alpha3).next()
    }

    /// Where it goes, as an order has it.
    fn delivery(&self) -> Address {
        let said = |names: &[&str]| {
            let found = names.iter().filter_map(|name| self.shipping.get(*name)?.as_str());
            found.collect::<Vec<_>>().join("\n")
        };
        Address {
            name: self.name.clone().unwrap_or_default(),
            phone: self.phone.clone().unwrap_or_default(),
            address: said(&["address", "address1", "street", "address2"]),
            zip_code: said(&["zip", "zipCode", "postalCode", "postcode"]),
            city: said(&["city"]),
            country_code: self.country().unwrap_or_default().to_owned(),
            ..Address::default()
        }
    }
}

/// What is said with a step; `None` leaves what was said before.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in `Details`")]
pub struct Said {
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub shipping: Option<Map<String, Value>>,
    pub paid_by: Option<PaidBy>,
    pub card_number: Option<String>,
    pub coupon: Option<Option<String>>,
    pub balances: checkout_payment::Said,
    pub sent_by: Option<Option<i64>>,
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

/// The longest text of a shipping address, and the most of them.
const FIELD: usize = 200;
const FIELDS: usize = 20;

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
        values![cart_id, &written(&details)?, now],
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
    let mut details = say(shop, old.details, said)?;
    let customer_id = shopping_cart::get(tx, shop, old.cart_id)?.customer_id;
    details.balances = details.balances.told(tx, shop, customer_id, &said.balances)?;
    if place(to) > place(State::Contact) && details.email.is_none() {
        return Err(Error::invalid("contact.email is needed").about("contact"));
    }
    let now = tx.now();
    tx.exec(
        "update checkout set state = $2, details = $3, updated_at = $4 where id = $1",
        values![id, to.as_str(), &written(&details)?, now],
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

fn say(shop: Shop, mut details: Details, said: &Said) -> Result<Details> {
    let line = |what: &str, field: &'static str, value: &Option<String>| {
        value.as_deref().map(|text| text::line(what, text, FIELD)).transpose().map_err(|e| e.about(field))
    };
    let email = said.email.as_deref().map(text::email).transpose().map_err(|e| e.about("email"))?;
    details.email = email.or(details.email);
    details.name = line("the name", "name", &said.name)?.or(details.name);
    details.phone = line("the telephone number", "phone", &said.phone)?.or(details.phone);
    if let Some(shipping) = &said.shipping {
        let fits = |text: &str| text.chars().count() <= FIELD && !text.chars().any(char::is_control);
        let fit = |(name, value): (&String, &Value)| fits(name) && value.as_str().is_some_and(fits);
        if shipping.len() > FIELDS || !shipping.iter().all(fit) {
            let message = format!("an address is at most {FIELDS} texts of up to {FIELD} characters");
            return Err(Error::invalid(message).about("shipping"));
        }
        details.shipping.clone_from(shipping);
    }
    if let Some(sent_by) = said.sent_by {
        details.sent_by = sent_by;
    }
    if let Some(coupon) = &said.coupon {
        details.coupon.clone_from(coupon);
    }
    if let Some(paid_by) = said.paid_by {
        if paid_by == PaidBy::TestCard && shop.mode == Mode::Live {
            return Err(Error::invalid("cards are for test mode: take manual").about("payment"));
        }
        details.paid_by = Some(paid_by.as_str().to_owned());
    }
    if let Some(number) = &said.card_number {
        let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        details.declines = match digits.as_str() {
            GOOD_CARD => false,
            BAD_CARD => true,
            _ => return Err(Error::invalid(
                "test mode knows two card numbers: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined",
            )
            .about("payment")),
        };
    }
    Ok(details)
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
        // A shop program that says nothing of it has its own way of sending things.
        sent: checkout
            .details
            .sent_by
            .map(|id| Sent { country: checkout.details.country().map(str::to_owned), method_id: Some(id) }),
        facts: Facts {
            delivery: match checkout.details.sent_by {
                Some(_) => checkout.details.delivery().checked()?,
                None => Address::default(),
            },
            ..Facts::default()
        },
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

fn written(details: &Details) -> Result<String> {
    serde_json::to_string(details).map_err(|e| Error::broken(format!("a checkout cannot be written: {e}")))
}

fn read(row: &Row<'_>) -> Result<Checkout> {
    let details: String = row.get(3)?;
    // Of a customer who was erased nothing is left.
    let details = if details == "{}" { Ok(Details::default()) } else { serde_json::from_str(&details) };
    Ok(Checkout {
        id: row.get(0)?,
        cart_id: row.get(1)?,
        state: row.word(2)?,
        details: details.map_err(|e| Error::broken(format!("a checkout cannot be read: {e}")))?,
        order_id: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

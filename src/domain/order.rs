//! Orders: what a customer asked for, at the prices of the catalogue or of their company's price list, as it was agreed (table `sale`).

use serde_json::json;

use super::agreed::{self, Said};
use super::audit::{self, Action};
use super::cart::{self, Line, Totals};
use super::coupon::{self, Coupon};
use super::order_admission::{admit, on_sale, pools_reach};
use super::order_line::{self, DraftLine};
use super::product::Product;
use super::shop::Shop;
use super::{customer, event, event_data, inventory, order_details, order_number};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::{values, words};

/// The most lines of an order, and the most of one product in a line.
pub const MOST: i64 = 100;

words! {
    /// Where the money is.
    Payment, "payment status" {
        /// None has come.
        Unpaid = "unpaid",
        /// It is on its way.
        Confirming = "confirming",
        /// All has come.
        Paid = "paid",
        /// It did not come.
        Failed = "failed",
        /// Some has gone back.
        PartiallyRefunded = "partially_refunded",
        /// All has gone back.
        Refunded = "refunded",
        /// The payer contests it.
        Disputed = "disputed",
    }
}

words! {
    /// Where the goods are (contract commerce.md: the states that one dialect writes and must read back).
    Fulfilment, "fulfilment status" {
        /// Taken in.
        Pending = "pending",
        /// Under way.
        Processing = "processing",
        /// On the road.
        Sent = "sent",
        /// Nothing will come of it.
        Canceled = "canceled",
        /// The payment is not sure yet.
        WaitingConfirmation = "waiting_confirmation",
        /// Nothing happens before the payment.
        WaitingPayment = "waiting_payment",
        /// Nothing is there to be sent.
        WaitingStock = "waiting_stock",
        /// With the customer.
        Delivered = "delivered",
        /// Sent back.
        Returned = "returned",
        /// To be picked up.
        PickupAvailable = "pickup_available",
        /// Packed.
        WaitingShipment = "waiting_shipment",
    }
}

/// An order to be placed. Prices are the catalogue's, or those agreed with the customer's company.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Who buys; made if there is none of this address.
    pub customer: customer::Change,
    /// Who says so.
    pub said: Said,
    /// What.
    pub lines: Vec<DraftLine>,
    /// A coupon's code.
    pub coupon: Option<String>,
    /// The currency that the caller expects.
    pub currency: Option<String>,
}

/// An order; columns as in `schema.sql`, table `sale`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Order {
    pub id: i64,
    pub number: i64,
    pub customer_id: i64,
    pub email: String,
    pub name: Option<String>,
    pub currency: String,
    pub subtotal_minor: i64,
    pub discount_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub paid_minor: i64,
    pub refunded_minor: i64,
    pub payment_status: Payment,
    pub fulfilment_status: Fulfilment,
    pub coupon_id: Option<i64>,
    pub coupon_code: Option<String>,
    pub created_at: Millis,
    pub paid_at: Option<Millis>,
    pub canceled_at: Option<Millis>,
    pub b2b_account_id: Option<i64>,
    pub due_at: Option<Millis>,
}

impl Order {
    /// What is still to be paid, in minor units; of one that is paid or cancelled, nothing.
    pub fn due(&self) -> i64 {
        let is_open = self.paid_at.is_none() && self.canceled_at.is_none();
        if is_open { self.total_minor - self.paid_minor } else { 0 }
    }

    /// Refuses what only its own customer may do, such as to pay it with what is theirs.
    pub(super) fn is_of(&self, customer_id: i64) -> Result<()> {
        if self.customer_id == customer_id {
            return Ok(());
        }
        Err(Error::invalid("this order is another customer's").about("order_id"))
    }
}

/// Places an order, whole or not at all: every product on sale at one currency, its prerequisites met, its renewals the
/// customer's own, keys enough in its pool, the coupon good and taken.
pub fn place(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Order> {
    if draft.lines.is_empty() || draft.lines.len() > usize::try_from(MOST).unwrap_or_default() {
        return Err(Error::invalid(format!("an order has 1 to {MOST} lines")).about("lines"));
    }
    draft.customer.needed()?;
    let (mut products, mut variants) = (Vec::new(), Vec::new());
    for (place, line) in draft.lines.iter().enumerate() {
        let (product, variant) = on_sale(tx, shop, line).map_err(|e| e.inside(place).inside("lines"))?;
        products.push(product);
        variants.push(variant);
    }
    let currency = currency(draft.currency.as_deref(), &products)?;
    let customer = customer::find_or_new(tx, shop, &draft.customer)?;
    for (place, (line, product)) in draft.lines.iter().zip(&products).enumerate() {
        admit(tx, shop, customer.id, draft, line, product).map_err(|e| e.inside(place).inside("lines"))?;
    }
    pools_reach(tx, draft, &products)?;
    let company = agreed::company(tx, shop, draft.said, &customer)?;
    agreed::put(tx, company.as_ref(), &draft.lines, (&mut products, &variants))?;
    let (totals, coupon) = sums(tx, shop, draft, &products, &currency)?;
    if let Some(coupon) = &coupon
        && !coupon::take(tx, coupon.id)?
    {
        return Err(refused("this coupon is used up"));
    }
    let now = tx.now();
    let due_at = company.as_ref().filter(|_| totals.total > 0).and_then(|company| company.due_at(now));
    let number = order_number::next(tx, shop)?;
    let id: i64 = tx.one(
        "insert into sale (site_id, is_test, customer_id, email, name, currency, subtotal_minor, discount_minor, tax_minor, \
         total_minor, coupon_id, coupon_code, created_at, b2b_account_id, due_at, number) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id",
        values![
            shop.site_id,
            shop.is_test(),
            customer.id,
            &customer.email,
            customer.name.as_ref(),
            &currency,
            totals.subtotal,
            totals.discount,
            totals.tax,
            totals.total,
            coupon.as_ref().map(|coupon| coupon.id),
            coupon.as_ref().map(|coupon| &coupon.code),
            now,
            company.as_ref().map(|company| company.id),
            due_at,
            number
        ],
        |row| row.get(0),
    )?;
    for (place, (line, discount)) in draft.lines.iter().zip(&totals.line_discounts).enumerate() {
        let (product, variant) = (&products[place], &variants[place]);
        order_line::add(tx, shop, id, line, (product, variant), *discount)?;
        if line.renews.is_none() {
            inventory::take(tx, shop, variant, line.quantity, id)
                .map_err(|e| e.with("product_id", product.id))?;
        }
    }
    tell(tx, shop, id, event::Kind::OrderCreated, None)
}

/// What an order would come to now, for who has not made up their mind.
#[derive(Clone, Debug)]
pub struct Quote {
    /// What is to be bought, line by line.
    pub products: Vec<Product>,
    /// Of all of it.
    pub currency: String,
    /// What it comes to.
    pub totals: Totals,
}

/// What an order would come to: as [`place`] finds it, but for what depends on what the customer owns and on what is left.
pub fn quote(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Quote> {
    let (mut products, mut variants) = (Vec::new(), Vec::new());
    for (place, line) in draft.lines.iter().enumerate() {
        let (product, variant) = on_sale(tx, shop, line).map_err(|e| e.inside(place).inside("lines"))?;
        products.push(product);
        variants.push(variant);
    }
    let currency = currency(draft.currency.as_deref(), &products)?;
    let company = agreed::company_ahead(tx, shop, draft)?;
    agreed::put(tx, company.as_ref(), &draft.lines, (&mut products, &variants))?;
    let (totals, _) = sums(tx, shop, draft, &products, &currency)?;
    Ok(Quote { products, currency, totals })
}

/// What the lines come to, and the coupon that counts.
fn sums(
    tx: &mut Tx<'_>,
    shop: Shop,
    draft: &Draft,
    products: &[Product],
    currency: &str,
) -> Result<(Totals, Option<Coupon>)> {
    let coupon = match &draft.coupon {
        Some(code) => Some(coupon::find(tx, shop, code)?.ok_or_else(|| refused("there is no such coupon"))?),
        None => None,
    };
    let cart = cart(draft, products, coupon.as_ref());
    let totals = cart::totals(&cart, coupon.as_ref().and_then(Coupon::off)).map_err(|e| e.about("lines"))?;
    if let Some(coupon) = &coupon {
        let reduced =
            cart.iter().filter(|line| line.is_reduced).map(|line| line.unit_minor * line.quantity).sum();
        let email = draft.customer.email.as_deref().unwrap_or_default();
        let why = match coupon.refusal(currency, reduced, tx.now()) {
            None => coupon::refusal_of(tx, shop, coupon, email)?,
            why => why,
        };
        if let Some(why) = why {
            return Err(refused(why));
        }
    }
    Ok((totals, coupon))
}

/// Notes what happened to an order, as it stands now; `old` is how it stood, if it is not new.
pub fn tell(tx: &mut Tx<'_>, shop: Shop, id: i64, kind: event::Kind, old: Option<&Order>) -> Result<Order> {
    let details = order_details::get(tx, shop, id)?;
    event::note_of(tx, shop, kind, &event_data::order(&details), Some(details.order.customer_id))?;
    match (old, kind) {
        (None, _) => audit::created(tx, shop, Action::OrderPlaced, id, &details),
        (_, event::Kind::PaymentFailed) => audit::created(tx, shop, Action::OrderDeclined, id, &json!({})),
        (Some(old), event::Kind::OrderCancelled) => {
            audit::changed(tx, shop, Action::OrderCancelled, id, old, &details.order)
        }
        (Some(old), event::Kind::OrderRefunded) => {
            audit::changed(tx, shop, Action::OrderRefunded, id, old, &details.order)
        }
        (Some(old), _) => audit::changed(tx, shop, Action::OrderPaid, id, old, &details.order),
    }?;
    Ok(details.order)
}

fn refused(why: &str) -> Error {
    Error::refused(why).about("coupon_refused")
}

/// The one currency of all, which is the expected one if there is one.
fn currency(expected: Option<&str>, products: &[Product]) -> Result<String> {
    let first = products.first().and_then(|product| product.currency.clone()).unwrap_or_default();
    let expected = expected.unwrap_or(&first);
    match products.iter().find(|product| product.currency.as_deref() != Some(expected)) {
        None => Ok(first),
        Some(other) => {
            let message = format!("product {} is not sold in {expected}", other.id);
            Err(Error::invalid(message).about("currency"))
        }
    }
}

/// The lines as arithmetic takes them.
fn cart(draft: &Draft, products: &[Product], coupon: Option<&Coupon>) -> Vec<Line> {
    let line = |(line, product): (&DraftLine, &Product)| Line {
        unit_minor: product.price_minor.unwrap_or_default(),
        quantity: line.quantity,
        tax_bp: product.tax_bp,
        is_reduced: coupon.is_some_and(|coupon| coupon.reduces(product.id, product.category_id)),
    };
    draft.lines.iter().zip(products).map(line).collect()
}

/// The order with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Order> {
    tx.maybe(
        "select id, customer_id, email, name, currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, \
         paid_minor, refunded_minor, payment_status, fulfilment_status, coupon_id, coupon_code, created_at, paid_at, canceled_at, \
         b2b_account_id, due_at, number from sale where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no order {id}")))
}

/// The row that the selects of an order give.
pub(super) fn read(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        currency: row.get(4)?,
        subtotal_minor: row.get(5)?,
        discount_minor: row.get(6)?,
        shipping_minor: row.get(7)?,
        tax_minor: row.get(8)?,
        total_minor: row.get(9)?,
        paid_minor: row.get(10)?,
        refunded_minor: row.get(11)?,
        payment_status: row.word(12)?,
        fulfilment_status: row.word(13)?,
        coupon_id: row.get(14)?,
        coupon_code: row.get(15)?,
        created_at: row.get(16)?,
        paid_at: row.get(17)?,
        canceled_at: row.get(18)?,
        b2b_account_id: row.get(19)?,
        due_at: row.get(20)?,
        number: row.get(21)?,
    })
}

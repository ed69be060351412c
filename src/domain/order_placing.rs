//! Placing an order: whole or not at all, at the prices of the catalogue, of the customer's company, or as agreed elsewhere.

use super::agreed::{self, Said};
use super::cart::{self, Line, Sending, Totals};
use super::coupon::{self, AppliesTo, Coupon, Kind};
use super::order::{Order, tell};
use super::order_admission::{admit, on_sale, pools_reach};
use super::order_line::{self, DraftLine};
use super::product::Product;
use super::sale_facts::Facts;
use super::sending::{self, Goods, Sent};
use super::shop::Shop;
use super::{customer, event, inventory, order_number, product_extra};
use crate::base::error::{Error, Result};
use crate::base::money;
use crate::store::Tx;
use crate::values;

/// The most lines of an order, and the most of one product in a line.
pub const MOST: i64 = 100;

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
    /// How it is sent, and what that costs, where that was agreed elsewhere.
    pub shipping: Option<Shipping>,
    /// What the buyer says of how it is sent, where they are asked.
    pub sent: Option<Sent>,
    /// What is said beside.
    pub facts: Facts,
}

/// How an order is sent, and what that costs, as it is agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipping {
    /// What the way is called.
    pub title: String,
    /// What it costs before tax, in minor units.
    pub minor: i64,
    /// Tax on top, in basis points.
    pub tax_bp: i64,
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
    let currency = currency(draft, &mut products)?;
    let customer = customer::find_or_new(tx, shop, &draft.customer)?;
    for (place, (line, product)) in draft.lines.iter().zip(&products).enumerate() {
        admit(tx, shop, customer.id, draft, line, product).map_err(|e| e.inside(place).inside("lines"))?;
    }
    pools_reach(tx, draft, &products)?;
    let company = agreed::company(tx, shop, draft.said, &customer)?;
    agreed::put(tx, company.as_ref(), &draft.lines, (&mut products, &variants))?;
    let Sums { totals, coupon, shipping, .. } = sums(tx, shop, draft, &products, &currency)?;
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
         total_minor, coupon_id, coupon_code, created_at, updated_at, b2b_account_id, due_at, number, shipping_minor, \
         shipping_title, shipping_bp, details) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, $17, $18, $19, $20) returning id",
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
            number,
            totals.shipping,
            shipping.as_ref().map(|shipping| &shipping.title),
            shipping.as_ref().map_or(0, |shipping| shipping.tax_bp),
            &draft.facts.written()?
        ],
        |row| row.get(0),
    )?;
    for (place, (line, discount)) in draft.lines.iter().zip(&totals.line_discounts).enumerate() {
        let (product, variant) = (&products[place], &variants[place]);
        order_line::add(tx, shop, id, line, (product, variant), *discount)?;
        if line.renews.is_none() {
            let may_lack = product_extra::get(tx, product.id)?.is_backorder;
            inventory::take(tx, shop, variant, (line.quantity, may_lack), id)
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
    /// What of it goes by post.
    pub goods: Goods,
    /// How that is sent, if it is said.
    pub shipping: Option<Shipping>,
}

/// What an order would come to: as [`place`] finds it, but for what depends on what the customer owns and on what is left.
pub fn quote(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Quote> {
    let (mut products, mut variants) = (Vec::new(), Vec::new());
    for (place, line) in draft.lines.iter().enumerate() {
        let (product, variant) = on_sale(tx, shop, line).map_err(|e| e.inside(place).inside("lines"))?;
        products.push(product);
        variants.push(variant);
    }
    let currency = currency(draft, &mut products)?;
    let company = agreed::company_ahead(tx, shop, draft)?;
    agreed::put(tx, company.as_ref(), &draft.lines, (&mut products, &variants))?;
    let Sums { totals, goods, shipping, .. } = sums(tx, shop, draft, &products, &currency)?;
    Ok(Quote { products, currency, totals, goods, shipping })
}

/// What the lines come to.
struct Sums {
    totals: Totals,
    /// The one that counts.
    coupon: Option<Coupon>,
    goods: Goods,
    shipping: Option<Shipping>,
}

/// What the lines come to, and what sending them costs.
fn sums(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, products: &[Product], currency: &str) -> Result<Sums> {
    let coupon = match &draft.coupon {
        Some(code) => Some(coupon::find(tx, shop, code)?.ok_or_else(|| refused("there is no such coupon"))?),
        None => None,
    };
    let cart = cart(draft, products, coupon.as_ref());
    let off = coupon.as_ref().and_then(Coupon::off);
    let come_to = |sending| cart::totals(&cart, off, sending).map_err(|e| e.about("lines"));
    let mut totals = come_to(Sending::default())?;
    let goods = sending::goods(tx, draft, products, currency, totals.subtotal - totals.discount)?;
    let shipping = match (&draft.shipping, &draft.sent) {
        (Some(agreed), _) => Some(agreed.clone()),
        (None, Some(sent)) => sending::agree(tx, shop, &goods, sent)?,
        (None, None) => None,
    };
    if let Some(shipping) = &shipping {
        totals = come_to(less(shipping, coupon.as_ref()))?;
    }
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
    Ok(Sums { totals, coupon, goods, shipping })
}

fn refused(why: &str) -> Error {
    Error::refused(why).about("coupon_refused")
}

/// The one currency of all, which is the expected one if there is one. What was agreed elsewhere was agreed in that.
fn currency(draft: &Draft, products: &mut [Product]) -> Result<String> {
    for (line, product) in draft.lines.iter().zip(&mut *products) {
        if line.agreed.is_some() {
            product.currency.clone_from(&draft.currency);
        }
    }
    let first = products.first().and_then(|product| product.currency.clone()).unwrap_or_default();
    let expected = draft.currency.as_deref().unwrap_or(&first);
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

/// What sending an order costs, less what its coupon takes off that.
fn less(shipping: &Shipping, coupon: Option<&Coupon>) -> Sending {
    let off = match coupon.filter(|coupon| coupon.applies_to == AppliesTo::Shipping) {
        None => 0,
        Some(coupon) if coupon.kind == Kind::Fixed => coupon.value.min(shipping.minor),
        Some(coupon) => money::round(money::share(shipping.minor, coupon.value)).unwrap_or(shipping.minor),
    };
    Sending { minor: shipping.minor - off, tax_bp: shipping.tax_bp }
}

//! What an order comes to as the document writes it: to the last digit, where what is really due is rounded to whole minor units once.
//! Totals have the currency's digits, taxes at most four, lines all they need.

use super::decimal::Decimal;
use crate::base::money::{self, WHOLE};
use crate::domain::coupon::{AppliesTo, Coupon, Kind};
use crate::domain::order::Order;
use crate::domain::order_line::OrderLine;

/// Places behind those of a minor unit that a rate in basis points needs.
const RATE: u32 = 4;
/// The most digits of a tax behind its point.
const TAX: u32 = 4;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineSums {
    pub discount: Decimal,
    pub subtotal: Decimal,
    pub discount_percent: Decimal,
}

/// All of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    pub lines: Vec<LineSums>,
    pub discount: Decimal,
    pub product_tax: Decimal,
    pub shipping_tax: Decimal,
    pub total_tax: Decimal,
}

/// Each line's discount in ten-thousandths of a minor unit: exactly what a percentage takes off, as long as the coupon is what it was when
/// the order was placed, or else its share of what was taken off.
fn discounts(order: &Order, lines: &[OrderLine], coupon: Option<&Coupon>) -> Vec<i128> {
    let shares = lines.iter().map(|line| i128::from(line.discount_minor) * i128::from(WHOLE));
    let percent =
        coupon.filter(|coupon| (coupon.applies_to, coupon.kind) == (AppliesTo::Lines, Kind::Percent));
    let Some(percent) = percent else { return shares.collect() };
    // A line too small to have a share of whole minor units may have been reduced all the same.
    let is_of_all = percent.product_id.is_none() && percent.category_id.is_none();
    let is_reduced = |line: &OrderLine| is_of_all || line.discount_minor > 0;
    let exact: Vec<i128> = lines
        .iter()
        .map(|line| if is_reduced(line) { worth(line) * i128::from(percent.value) } else { 0 })
        .collect();
    let apart = exact.iter().sum::<i128>() - i128::from(order.discount_minor) * i128::from(WHOLE);
    if apart.abs() <= i128::from(WHOLE / 2) { exact } else { shares.collect() }
}

fn worth(line: &OrderLine) -> i128 {
    i128::from(line.unit_minor) * i128::from(line.quantity)
}

/// What an order comes to.
pub fn sums(order: &Order, lines: &[OrderLine], coupon: Option<&Coupon>) -> Sums {
    let places = money::digits(&order.currency);
    let whole = i128::from(WHOLE);
    let (mut discount, mut product_tax, mut shown) = (0, 0, Vec::new());
    for (line, less) in lines.iter().zip(discounts(order, lines, coupon)) {
        let net = worth(line) * whole - less;
        let tax = net * i128::from(line.tax_bp);
        let percent = if less == 0 { 0 } else { less * whole / (worth(line) * whole).max(1) };
        shown.push(LineSums {
            discount: Decimal::new(less, places + RATE),
            subtotal: Decimal::new(net * whole + tax, places + 2 * RATE),
            discount_percent: Decimal::new(percent, 2),
        });
        discount += less;
        product_tax += tax;
    }
    let shipping = i128::from(order.shipping_minor) * i128::from(order.shipping_bp);
    let tax = |exact: i128| Decimal::new(exact, places + 2 * RATE).rounded(TAX);
    Sums {
        lines: shown,
        discount: Decimal::new(discount, places + RATE),
        product_tax: tax(product_tax),
        shipping_tax: Decimal::new(shipping, places + RATE).rounded(TAX),
        total_tax: tax(product_tax + shipping * whole),
    }
}

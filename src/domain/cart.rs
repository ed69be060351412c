//! What a cart comes to: pure arithmetic, prices and rates in, whole minor units out.

use crate::base::error::Result;
use crate::base::money::{self, Micro};

/// One line of a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Price of one before tax, in minor units.
    pub unit_minor: i64,
    /// How many.
    pub quantity: i64,
    /// Tax on top, in basis points.
    pub tax_bp: i64,
    /// Whether the coupon counts for it.
    pub is_reduced: bool,
}

/// What a coupon takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// Basis points of the lines it counts for.
    Percent(i64),
    /// Minor units, as far as the lines it counts for go.
    Fixed(i64),
}

/// What sending a cart costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// Before tax, in minor units.
    pub minor: i64,
    /// Tax on top, in basis points.
    pub tax_bp: i64,
}

/// What a cart comes to, in minor units: total = subtotal − discount + shipping + tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// All lines.
    pub subtotal: i64,
    /// Off it.
    pub discount: i64,
    /// Each line's share of the discount.
    pub line_discounts: Vec<i64>,
    /// For sending it.
    pub shipping: i64,
    /// On what is left of each line and on sending it, rounded once for all.
    pub tax: i64,
    /// To be paid.
    pub total: i64,
}

/// Sums up a cart.
pub fn totals(lines: &[Line], off: Option<Off>, sending: Sending) -> Result<Totals> {
    let worth: Vec<i64> = lines
        .iter()
        .map(|line| money::amount(i128::from(line.unit_minor) * i128::from(line.quantity)))
        .collect::<Result<_>>()?;
    let subtotal = sum(&worth)?;
    let weights: Vec<i64> =
        lines.iter().zip(&worth).map(|(line, worth)| if line.is_reduced { *worth } else { 0 }).collect();
    let base = sum(&weights)?;
    let discount = match off {
        None => 0,
        Some(Off::Percent(basis_points)) => money::round(money::share(base, basis_points.min(money::WHOLE)))?,
        Some(Off::Fixed(minor)) => minor.min(base),
    };
    let line_discounts = money::divide(discount, &weights);
    let taxes = lines.iter().zip(&worth).zip(&line_discounts);
    let tax: Micro = taxes.map(|((line, worth), discount)| money::share(worth - discount, line.tax_bp)).sum();
    let shipping = money::amount(sending.minor.into())?;
    let tax = money::round(tax + money::share(shipping, sending.tax_bp))?;
    let total =
        money::amount(i128::from(subtotal) - i128::from(discount) + i128::from(shipping) + i128::from(tax))?;
    Ok(Totals { subtotal, discount, line_discounts, shipping, tax, total })
}

fn sum(amounts: &[i64]) -> Result<i64> {
    money::amount(amounts.iter().map(|amount| i128::from(*amount)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dice::Dice;

    fn line(unit_minor: i64, quantity: i64, tax_bp: i64) -> Line {
        Line { unit_minor, quantity, tax_bp, is_reduced: true }
    }

    #[test]
    fn a_cart_by_hand() {
        let cart = [line(2_999, 2, 1_900), line(1_000, 1, 700)];
        let sums = totals(&cart, Some(Off::Percent(1_000)), Sending::default()).unwrap();
        // 10 % of 69.98 is 7.00 (6.998); 6.00 and 1.00 of it; 19 % of 53.98 and 7 % of 9.00 are 10.8862.
        assert_eq!((sums.subtotal, sums.discount, sums.tax, sums.total), (6_998, 700, 1_089, 7_387));
        assert_eq!(sums.line_discounts, [600, 100]);
        assert_eq!(totals(&cart, Some(Off::Fixed(1_000_000)), Sending::default()).unwrap().total, 0);
        assert!(totals(&[line(money::MOST, 2, 0)], None, Sending::default()).is_err());
        assert_eq!(totals(&[], None, Sending::default()).unwrap().total, 0);
        let sent = totals(&cart, None, Sending { minor: 725, tax_bp: 2_300 }).unwrap();
        // 19 % of 59.98, 7 % of 10.00 and 23 % of 7.25 are 13.7637.
        assert_eq!((sent.subtotal, sent.shipping, sent.tax, sent.total), (6_998, 725, 1_376, 9_099));
    }

    /// Another way to the same sums: in millionths throughout, with fractions instead of shares.
    #[test]
    fn a_hundred_thousand_carts_add_up() {
        let dice = Dice::seeded(11);
        let number = |most: u64| {
            let mut bytes = [0; 8];
            dice.fill(&mut bytes);
            i64::try_from(u64::from_le_bytes(bytes) % (most + 1)).unwrap()
        };
        for _ in 0..100_000 {
            let cart: Vec<Line> = (0..=number(5))
                .map(|_| Line {
                    is_reduced: number(3) > 0,
                    ..line(number(500_000), 1 + number(20), number(10_000))
                })
                .collect();
            let off = match number(2) {
                0 => None,
                1 => Some(Off::Percent(1 + number(9_999))),
                _ => Some(Off::Fixed(1 + number(2_000_000))),
            };
            let sending = Sending { minor: number(2_000), tax_bp: number(10_000) };
            let sums = totals(&cart, off, sending).unwrap();
            let worth: Vec<i64> = cart.iter().map(|l| l.unit_minor * l.quantity).collect();
            assert_eq!(sums.subtotal, worth.iter().sum::<i64>());
            assert_eq!(sums.total, sums.subtotal - sums.discount + sums.shipping + sums.tax);
            assert_eq!(sums.line_discounts.iter().sum::<i64>(), sums.discount);
            assert_eq!(sums.shipping, sending.minor);
            let mut tax = i128::from(sending.minor) * i128::from(sending.tax_bp);
            for ((l, worth), less) in cart.iter().zip(&worth).zip(&sums.line_discounts) {
                assert!((0..=*worth).contains(less) && (l.is_reduced || *less == 0));
                tax += i128::from(worth - less) * i128::from(l.tax_bp);
            }
            // Twice the tax in ten-thousandths, against twice the rounded one: never more than half a unit off.
            assert!(
                (2 * tax - 2 * i128::from(sums.tax) * 10_000).abs() <= 10_000,
                "{cart:?} {off:?} {sums:?}"
            );
        }
    }
}

//! What a cart comes to: pure arithmetic, prices and rates in, whole minor units out.

use crate::base::error::Result;
use crate::base::money;

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
///
/// The total is rounded once, from the exact discount and the exact tax. Both are whole here too, and so the tax is what is left once the
/// rounded discount is off: less than a unit from the exact one and never below nothing. Where nothing is taxed, the discount decides.
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
    /// On what is left of each line and on sending it.
    pub tax: i64,
    /// To be paid.
    pub total: i64,
}

/// As many parts of a minor unit as a rate of an amount is a whole number of.
const PARTS: i128 = money::WHOLE as i128;

impl Off {
    /// What it takes off an amount, in parts.
    fn exact(self, base: i64) -> i128 {
        match self {
            Self::Percent(basis_points) => i128::from(base) * i128::from(basis_points.min(money::WHOLE)),
            Self::Fixed(minor) => i128::from(minor.min(base)) * PARTS,
        }
    }

    /// What it takes off an amount that is not taxed, in whole minor units.
    pub fn rounded(self, base: i64) -> Result<i64> {
        money::nearest(self.exact(base), PARTS)
    }
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
    let shipping = money::amount(sending.minor.into())?;
    let off_all = off.map_or(0, |off| off.exact(base));
    let mut discount = off.map_or(Ok(0), |off| off.rounded(base))?;
    let mut line_discounts = money::divide(discount, &weights);
    // In parts of parts: a rate of what a rate has left is a whole number of those.
    let mut tax = i128::from(shipping) * i128::from(sending.tax_bp) * PARTS;
    for (place, line) in lines.iter().enumerate() {
        let less = match off {
            Some(off @ Off::Percent(_)) => off.exact(weights[place]),
            _ => i128::from(line_discounts[place]) * PARTS,
        };
        tax += (i128::from(worth[place]) * PARTS - less) * i128::from(line.tax_bp);
    }
    if tax == 0 {
        let total = money::amount(i128::from(subtotal) + i128::from(shipping) - i128::from(discount))?;
        return Ok(Totals { subtotal, discount, line_discounts, shipping, tax: 0, total });
    }
    let due = (i128::from(subtotal + shipping) * PARTS - off_all) * PARTS + tax;
    let total = money::nearest(due, PARTS * PARTS)?;
    // Half a unit of the discount is left to the total, which is rounded up by it: off twice, it would be a unit of tax.
    if off_all % PARTS == PARTS / 2 {
        discount -= 1;
        line_discounts = money::divide(discount, &weights);
    }
    let tax = total - (subtotal - discount + shipping);
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
        // 10 % of 69.98 is 6.998; 19 % of 53.982 and 7 % of 9.00 are 10.88658: 73.86858.
        assert_eq!((sums.subtotal, sums.discount, sums.tax, sums.total), (6_998, 700, 1_089, 7_387));
        assert_eq!(sums.line_discounts, [600, 100]);
        assert_eq!(totals(&cart, Some(Off::Fixed(1_000_000)), Sending::default()).unwrap().total, 0);
        assert!(totals(&[line(money::MOST, 2, 0)], None, Sending::default()).is_err());
        assert_eq!(totals(&[], None, Sending::default()).unwrap().total, 0);
        let sent = totals(&cart, None, Sending { minor: 725, tax_bp: 2_300 }).unwrap();
        // 19 % of 59.98, 7 % of 10.00 and 23 % of 7.25 are 13.7637.
        assert_eq!((sent.subtotal, sent.shipping, sent.tax, sent.total), (6_998, 725, 1_376, 9_099));
    }

    #[test]
    fn what_is_due_is_rounded_once() {
        // 148.64 − 14.864 + 16.00524 + 7.25 = 157.03124
        let cart = [line(7_732, 1, 2_300), line(7_132, 1, 0)];
        let sending = Sending { minor: 725, tax_bp: 0 };
        let sums = totals(&cart, Some(Off::Percent(1_000)), sending).unwrap();
        assert_eq!((sums.subtotal, sums.discount, sums.shipping), (14_864, 1_486, 725));
        assert_eq!((sums.tax, sums.total), (1_600, 15_703));
        // Nothing is taxed, and so neither is the rounding.
        let half = totals(&[line(5, 1, 0)], Some(Off::Percent(1_000)), Sending::default()).unwrap();
        assert_eq!((half.discount, half.tax, half.total), (1, 0, 4));
        let nearly = totals(&[line(7, 1, 0)], Some(Off::Percent(1_000)), Sending::default()).unwrap();
        assert_eq!((nearly.discount, nearly.tax, nearly.total), (1, 0, 6));
        // 0.05 − 0.005 + 20 % are 0.054.
        let taxed = totals(&[line(5, 1, 2_000)], Some(Off::Percent(1_000)), Sending::default()).unwrap();
        assert_eq!((taxed.discount, taxed.tax, taxed.total), (0, 0, 5));
    }

    /// A cart's exact sums in parts of parts: what is off, the tax, and what is due.
    fn exact(cart: &[Line], off: Option<Off>, sending: Sending, shares: &[i64]) -> (i128, i128, i128) {
        let (mut discount, mut tax) = (0, i128::from(sending.minor * sending.tax_bp) * PARTS);
        let mut due = i128::from(sending.minor) * PARTS * PARTS;
        for (l, share) in cart.iter().zip(shares) {
            let worth = i128::from(l.unit_minor * l.quantity) * PARTS;
            let less = match off {
                Some(Off::Percent(rate)) if l.is_reduced => worth * i128::from(rate) / PARTS,
                _ => i128::from(*share) * PARTS,
            };
            discount += less * PARTS;
            tax += (worth - less) * i128::from(l.tax_bp);
            due += (worth - less) * PARTS;
        }
        (discount, tax, due + tax)
    }

    /// Another way to the same sums: each line by itself, and nothing rounded.
    #[test]
    fn a_hundred_thousand_carts_add_up() {
        let dice = Dice::seeded(11);
        let number = |most: u64| {
            let mut bytes = [0; 8];
            dice.fill(&mut bytes);
            i64::try_from(u64::from_le_bytes(bytes) % (most + 1)).unwrap()
        };
        for _ in 0..100_000 {
            let is_taxed = number(3) > 0;
            let cart: Vec<Line> = (0..=number(5))
                .map(|_| Line {
                    is_reduced: number(3) > 0,
                    ..line(number(500_000), 1 + number(20), if is_taxed { number(10_000) } else { 0 })
                })
                .collect();
            let off = match number(2) {
                0 => None,
                1 => Some(Off::Percent(1 + number(9_999))),
                _ => Some(Off::Fixed(1 + number(2_000_000))),
            };
            let sending = Sending { minor: number(2_000), tax_bp: if is_taxed { number(10_000) } else { 0 } };
            let sums = totals(&cart, off, sending).unwrap();
            let worth: Vec<i64> = cart.iter().map(|l| l.unit_minor * l.quantity).collect();
            assert_eq!(sums.subtotal, worth.iter().sum::<i64>());
            assert_eq!(sums.total, sums.subtotal - sums.discount + sums.shipping + sums.tax);
            assert_eq!(sums.line_discounts.iter().sum::<i64>(), sums.discount);
            assert_eq!(sums.shipping, sending.minor);
            for ((l, worth), less) in cart.iter().zip(&worth).zip(&sums.line_discounts) {
                assert!((0..=*worth).contains(less) && (l.is_reduced || *less == 0));
            }
            let (discount, tax, due) = exact(&cart, off, sending, &sums.line_discounts);
            let apart = |told: i64, exact: i128| (i128::from(told) * PARTS * PARTS - exact).abs();
            let half = PARTS * PARTS / 2;
            assert!(apart(sums.total, due) <= half, "{cart:?} {off:?} {sums:?}");
            assert!(apart(sums.discount, discount) <= half, "{cart:?} {off:?} {sums:?}");
            assert!(apart(sums.tax, tax) <= 2 * half && sums.tax >= 0, "{cart:?} {off:?} {sums:?}");
            assert!(sums.tax == 0 || tax > 0, "{cart:?} {off:?} {sums:?}");
        }
    }
}

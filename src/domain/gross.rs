//! Prices with their tax in them, for shops that name theirs so. What is kept and charged is what is left before tax, in whole minor units;
//! not every price with tax is one of those with its tax on top, and so such a one is remembered as it was named.

use serde_json::{Map, Value};

use crate::base::money::WHOLE;

/// What this is called among what only one dialect says of a product.
const CALLED: &str = "gross";

/// A price without the tax that is in it.
pub fn net(gross: i64, tax_bp: i64) -> i64 {
    rounded(i128::from(gross) * i128::from(WHOLE), i128::from(WHOLE + tax_bp))
}

/// A price with its tax on top, which is what one is due for it.
pub fn of(net: i64, tax_bp: i64) -> i64 {
    rounded(i128::from(net) * i128::from(WHOLE + tax_bp), i128::from(WHOLE))
}

fn rounded(parts: i128, unit: i128) -> i64 {
    i64::try_from((parts + unit / 2) / unit).unwrap_or(i64::MAX)
}

/// The prices of a product that were named with tax and that no price before tax comes to, by that which was taken for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named(Map<String, Value>);

impl Named {
    /// Those among what only one dialect says of a product.
    pub fn read(said: &Map<String, Value>) -> Self {
        Self(said.get(CALLED).and_then(Value::as_object).cloned().unwrap_or_default())
    }

    /// What is left of a price that is named now.
    pub fn take(&mut self, gross: i64, tax_bp: i64) -> i64 {
        let net = net(gross, tax_bp);
        if of(net, tax_bp) == gross {
            self.0.shift_remove(&net.to_string());
        } else {
            self.0.insert(net.to_string(), gross.into());
        }
        net
    }

    /// A price as it was named, unless it has another tax since; else with its tax on top.
    pub fn told(&self, net: i64, tax_bp: i64) -> i64 {
        let named = self.0.get(&net.to_string()).and_then(Value::as_i64);
        named.filter(|gross| self::net(*gross, tax_bp) == net).unwrap_or_else(|| of(net, tax_bp))
    }

    /// Forgets those of prices that are no more.
    pub fn keep(&mut self, nets: &[i64]) {
        self.0.retain(|net, _| nets.iter().any(|kept| kept.to_string() == *net));
    }

    /// The same, among what only one dialect says of a product.
    pub fn write(self, said: &mut Map<String, Value>) {
        if self.0.is_empty() {
            said.shift_remove(CALLED);
        } else {
            said.insert(CALLED.to_owned(), Value::Object(self.0));
        }
    }

    /// The same by itself, for [`over`].
    pub fn alone(self) -> Map<String, Value> {
        Map::from_iter([(CALLED.to_owned(), Value::Object(self.0))])
    }
}

/// What one dialect says of a product, over what was said before: what is nothing is said no more.
pub fn over(old: &Map<String, Value>, said: Option<Map<String, Value>>) -> Option<Map<String, Value>> {
    let said = said?;
    let mut all = old.clone();
    for (name, value) in said {
        let is_nothing = name == CALLED && value.as_object().is_some_and(Map::is_empty);
        if is_nothing {
            all.shift_remove(&name);
        } else {
            all.insert(name, value);
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_as_it_was_named() {
        for tax_bp in [0, 1, 600, 1_900, 2_300, 10_000] {
            let mut remembered = 0;
            for gross in 0..3_000 {
                let mut named = Named::default();
                let net = named.take(gross, tax_bp);
                assert_eq!(named.told(net, tax_bp), gross, "{gross} {tax_bp}");
                assert!((of(net, tax_bp) - gross).abs() <= 1, "{gross} {tax_bp}: what is due is near");
                remembered += named.0.len();
            }
            assert!(remembered < 1_600 && (tax_bp < 600) == (remembered == 0), "{tax_bp}: {remembered}");
        }
        // 80 with 23 % is 98.4.
        let mut named = Named::default();
        assert_eq!((named.take(99, 2_300), named.told(80, 2_300), named.told(80, 600)), (80, 99, 85));
        assert_eq!((named.take(98, 2_300), named.told(80, 2_300)), (80, 98));
        named.take(99, 2_300);
        named.keep(&[81]);
        assert_eq!(named.told(80, 2_300), 98);
    }
}

//! Money on the wire: `{"amount": 2999, "currency": "EUR"}`, whole minor units.

use serde::Serialize;
use serde_json::Value;

use crate::web::fields::{int, text};

/// An amount.
#[derive(Debug, Serialize)]
pub struct Money<'a> {
    pub amount: i64,
    pub currency: &'a str,
}

/// Reads an amount and its currency. A float is refused, whatever stands behind its point.
pub fn read(value: Value) -> Result<(i64, String), String> {
    let wrong = || "must be an object with amount, in whole minor units, and currency".to_owned();
    let Value::Object(mut fields) = value else { return Err(wrong()) };
    let amount = int(fields.remove("amount").ok_or_else(wrong)?).map_err(|why| format!("amount {why}"))?;
    let currency =
        text(fields.remove("currency").ok_or_else(wrong)?).map_err(|why| format!("currency {why}"))?;
    if fields.is_empty() { Ok((amount, currency)) } else { Err(wrong()) }
}

/// As [`read`], where the currency may be left out: then it is empty, and the shop's is meant.
pub fn read_price(value: Value) -> Result<(i64, String), String> {
    let mut value = value;
    if let Value::Object(fields) = &mut value
        && fields.contains_key("amount")
    {
        fields.entry("currency").or_insert_with(|| "".into());
    }
    read(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_minor_units_only() {
        assert_eq!(read(json!({"amount": 2999, "currency": "EUR"})), Ok((2_999, "EUR".into())));
        for bad in [
            json!(2999),
            json!({"amount": 29.99, "currency": "EUR"}),
            json!({"amount": 29.0, "currency": "EUR"}),
            json!({"amount": 2999}),
            json!({"amount": null, "currency": "EUR"}),
            json!({"amount": 1, "currency": "EUR", "paid": true}),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}

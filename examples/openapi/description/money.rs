//! Money on the wire.

use utoipa::ToSchema;

use super::scalars::{Currency, Whole};

/// An amount in whole minor units: 2999 euros' cents are 29.99 €.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"amount": 2999, "currency": "EUR"})))]
pub struct Money {
    /// Minor units of the currency.
    pub amount: i64,
    /// Its code in ISO 4217.
    pub currency: String,
}

/// An amount that is sent, in whole minor units.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"amount": 2999, "currency": "EUR"})))]
pub struct Amount {
    /// Minor units of the currency; a float is refused.
    pub amount: Whole<1, 1_000_000_000_000>,
    /// Its code in ISO 4217.
    pub currency: Currency,
}

/// A price in whole minor units.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"amount": 2999, "currency": "EUR"})))]
pub struct Price {
    /// Minor units of the currency; a float is refused.
    pub amount: Whole<0, 1_000_000_000_000>,
    /// Its code in ISO 4217; the account's if it is left out.
    pub currency: Option<Currency>,
}

//! Figures of the business.

use utoipa::ToSchema;

use super::calls::{Calls, Told};
use super::money::Money;
use super::scalars::{Fields, Format, Moment, Number, Time};
use super::words::Interval;

/// Figures over a stretch of time.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
    /// How it is cut.
    pub interval: Interval,
    /// Whose days they are.
    pub time_zone: String,
    /// A count by its name in each interval, which begins `at`.
    pub data: Vec<Fields>,
    /// The same counts over all of it.
    pub totals: Fields,
}

/// Money over a stretch of time.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revenue {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
    /// How it is cut.
    pub interval: Interval,
    /// Whose days they are.
    pub time_zone: String,
    /// Each interval, once for each currency.
    pub data: Vec<IncomeThen>,
    /// All of it, once for each currency.
    pub totals: Vec<Income>,
}

/// What came and went in a currency.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Income {
    /// In ISO 4217.
    pub currency: String,
    /// Payments.
    pub orders: i64,
    /// What came.
    pub gross: Money,
    /// What went back.
    pub refunds: Money,
    /// What is left.
    pub net: Money,
}

/// What came and went in a currency and an interval.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncomeThen {
    /// When the interval begins.
    pub at: Time,
    /// In ISO 4217.
    pub currency: String,
    /// Payments.
    pub orders: i64,
    /// What came.
    pub gross: Money,
    /// What went back.
    pub refunds: Money,
    /// What is left.
    pub net: Money,
}

/// Versions that ask for updates.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
    /// How it is cut.
    pub interval: Interval,
    /// Whose days they are.
    pub time_zone: String,
    /// The most frequent first.
    pub data: Vec<VersionShare>,
    /// All of them.
    pub totals: Fields,
}

/// How often a version asks.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionShare {
    /// The product's number.
    pub product_id: i64,
    /// Its name.
    pub product: String,
    /// As the app says it; `unknown` if it says none, `other` if there are too many.
    pub version: String,
    /// How often.
    pub checks: i64,
    /// Its share of the product's, in basis points.
    pub share_bp: i64,
}

/// How the business stands.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// When.
    pub at: Time,
    /// Whose days they are.
    pub time_zone: String,
    /// Calls by name: today, in 7 days and in 30.
    pub calls: Fields,
    /// Money: today, in 7 days and in 30.
    pub revenue: Fields,
    /// Licences that are active, and those that end soon.
    pub licences: Fields,
    /// How many customers there are.
    pub customers: i64,
    /// Refusals of the licence API, the newest first.
    pub newest_errors: Vec<NewError>,
}

/// A refusal of the licence API, by the hour.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewError {
    /// When the hour begins.
    pub hour: Time,
    /// Its code, such as 1101.
    pub code: String,
    /// The product's number; 0: of none that is known.
    pub product_id: i64,
    /// How often.
    pub count: i64,
}

const FORMAT: &str = "How the figures are written; `Accept: text/csv` asks for CSV too.";

fn over_time(told: &mut Told) -> &mut Told {
    told.filter::<Moment>("from", "A day or time that they begin at; the last 30 days if not given.")
        .filter::<Moment>("to", "A day or time that they end before.")
        .filter::<Interval>("interval", "How they are cut; at most 1,000 intervals.")
        .filter::<Number>("product", "Only those of this product.")
        .filter::<Format>("format", FORMAT)
        .faults(&[400])
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Analytics", "Figures of the business, counted as it goes: ten seconds late at the most.");
    on.get("/v1/analytics/summary", "Show how the business stands")
        .filter::<Format>("format", FORMAT)
        .or_csv::<Summary>();
    over_time(on.get("/v1/analytics/revenue", "Show what came and went")).or_csv::<Revenue>();
    over_time(on.get("/v1/analytics/activations", "Show uses taken, freed and checked")).or_csv::<Figures>();
    over_time(on.get("/v1/analytics/versions", "Show which versions ask for updates")).or_csv::<Versions>();
    over_time(on.get("/v1/analytics/errors", "Show refusals of the licence API by code")).or_csv::<Figures>();
}

//! Amounts of flags: whole numbers of a currency's smallest unit.

/// Reads one. Who writes a point is told what the unit is.
pub fn minor(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "an amount is a whole number of minor units, so 1250 is 12.50 euros".to_owned())
}

//! What is known of a customer beside who they are: addresses, company and tax number (column `details` of table `customer`).

use serde::{Deserialize, Serialize};

use super::address::Address;
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::values;

/// What is known of a customer beside. What is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Where they have things sent.
    #[serde(skip_serializing_if = "Address::is_empty")]
    pub delivery: Address,
    /// Who is billed, where that is somewhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing: Option<Address>,
    /// Their tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fiscal_id: Option<String>,
    /// Their company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
}

/// What is known of a customer beside; it is for the caller to know that they are of their shop.
pub fn get(tx: &mut Tx<'_>, customer_id: i64) -> Result<Details> {
    let kept = tx.one("select details from customer where id = $1", values![customer_id], |row| {
        row.get::<String>(0)
    })?;
    serde_json::from_str(&kept)
        .map_err(|e| Error::broken(format!("what is known of a customer beside is no JSON: {e}")))
}

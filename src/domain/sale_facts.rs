//! What is said beside an order, and changes nothing of what it comes to: where it goes, who ordered it from where, what they were asked.
//! Kept as one JSON object (column `details` of table `sale`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::Address;
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::values;

/// What is said beside an order. What is not said is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Where it goes.
    #[serde(skip_serializing_if = "Address::is_empty")]
    pub delivery: Address,
    /// Who is billed, where that is somewhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing: Option<Address>,
    /// The buyer's tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fiscal_id: Option<String>,
    /// The buyer's company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The buyer's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observations: Option<String>,
    /// The answer to the one question of a shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_field: Option<String>,
    /// Answers to what the product asks: objects with name and value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<Value>,
    /// How it was, or is to be, paid, in the word of where it was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// What belongs to that, such as a reference to pay by.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub payment: Map<String, Value>,
    /// The buyer's address in the network, program, and the page they came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// See `ip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// See `ip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referer: Option<String>,
}

impl Facts {
    /// As it is kept.
    pub fn written(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|e| Error::broken(format!("facts cannot be written as JSON: {e}")))
    }

    /// As it was kept.
    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|e| Error::broken(format!("what is kept beside an order is no JSON: {e}")))
    }
}

/// Takes what tells who a customer is, who is erased, out of their orders.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec(
        "update sale set details = '{}', note = null, client_note = null where customer_id = $1",
        values![customer_id],
    )
    .map(|_| ())
}

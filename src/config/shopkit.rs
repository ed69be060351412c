//! How the Shopkit dialect answers.

use super::Texts;
use crate::base::error::{Error, Result};

/// The settings of the Shopkit dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shopkit {
    /// Calls an hour by one key; 0 is no limit.
    pub hour_rate: u32,
    /// Whether a key may stand in the query.
    pub key_in_query: bool,
    /// The highest status of an order that is told.
    pub max_status: i64,
    /// Whether a product's pictures are a list; else an object.
    pub lists_images: bool,
}

impl Shopkit {
    pub(super) fn read(texts: &Texts<'_>) -> Result<Self> {
        Ok(Self {
            hour_rate: texts.parse("shopkit_hour_rate", "a number of calls an hour")?,
            key_in_query: texts.switch("shopkit_key_in_query")?,
            max_status: texts.one_of("shopkit_max_status", "8 or 11", |n| matches!(n, 8 | 11))?,
            lists_images: match texts.get("shopkit_images") {
                "object" => false,
                "array" => true,
                other => {
                    let message = format!("shopkit_images is '{other}'; it must be object or array");
                    return Err(Error::invalid(message));
                }
            },
        })
    }
}

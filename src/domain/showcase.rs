//! How a product is shown in shops: its brand, its pictures, and the price it is compared with.

use serde::Serialize;

use super::policy::{put, within};
use crate::base::error::{Error, Result};
use crate::base::{money, text};

/// The most pictures of a product.
const IMAGES: usize = 50;

/// Columns of a product, explained in `schema.sql`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Showcase {
    pub brand_id: Option<i64>,
    pub compare_at_minor: Option<i64>,
    pub is_featured: bool,
    pub images: Vec<String>,
}

/// What to set; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub brand_id: Option<Option<i64>>,
    pub compare_at_minor: Option<Option<i64>>,
    pub is_featured: Option<bool>,
    pub images: Option<Vec<String>>,
}

impl Showcase {
    /// Sets it, all or none.
    pub fn apply(&mut self, change: Change) -> Result<()> {
        put(&mut self.brand_id, change.brand_id);
        put(&mut self.is_featured, change.is_featured);
        if let Some(minor) = change.compare_at_minor {
            within("the compared price", "compare_at_minor", minor.unwrap_or(0), 0, money::MOST)?;
            self.compare_at_minor = minor;
        }
        if let Some(images) = change.images {
            if images.len() > IMAGES {
                return Err(
                    Error::invalid(format!("a product has at most {IMAGES} pictures")).about("images")
                );
            }
            let images: Result<Vec<String>> = images.iter().map(|image| text::web_address(image)).collect();
            self.images = images.map_err(|e| e.about("images"))?;
        }
        Ok(())
    }
}

//! What webhook endpoints of a dialect are told of events: each dialect writes its own.

use super::{shopkit, shoppy, shopvo};
use crate::base::error::{Error, Result};
use crate::domain::event::Event;
use crate::domain::webhook_dialect::Dialect;
use crate::domain::webhook_queue::Means;
use crate::store::Tx;

/// The body by which a dialect tells of an event under one of its words. `NotFound`: what it tells of is gone; `Invalid`: the dialect cannot
/// tell it.
pub fn write(tx: &mut Tx<'_>, means: &Means, dialect: Dialect, word: &str, event: &Event) -> Result<String> {
    match dialect {
        Dialect::Platform => serde_json::to_string(event)
            .map_err(|e| Error::broken(format!("an event cannot be written as JSON: {e}"))),
        Dialect::Shopvo => shopvo::told::write(tx, &means.ids, word, event),
        Dialect::Shopkit => shopkit::told::write(tx, means, event),
        Dialect::Shoppy => shoppy::told::write(tx, &means.ids, word, event),
    }
}

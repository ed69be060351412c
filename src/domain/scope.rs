//! What a caller of the platform API may do (contract platform.md, "Manners").

use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// One permission.
    Scope, "scope" {
        /// See products, releases and files.
        ReadProducts = "read:products",
        /// Change products, releases and files.
        WriteProducts = "write:products",
        /// See orders and purchases.
        ReadOrders = "read:orders",
        /// Make, pay, cancel and refund orders.
        WriteOrders = "write:orders",
        /// See figures of the business.
        ReadAnalytics = "read:analytics",
        /// See the shop's settings.
        ReadAccount = "read:account",
        /// Change the shop's settings.
        WriteAccount = "write:account",
        /// See and change webhooks, and see events.
        Webhooks = "webhooks",
        /// See licences and activations.
        ReadLicences = "read:licences",
        /// Issue and change licences, free activations.
        WriteLicences = "write:licences",
        /// See customers.
        ReadCustomers = "read:customers",
        /// Change, merge and erase customers.
        WriteCustomers = "write:customers",
    }
}

/// Reads scopes with commas or white space between them; each counts once. `all` is every scope.
pub fn parse(text: &str) -> Result<Vec<Scope>> {
    if text.trim() == "all" {
        return Ok(Scope::ALL.to_vec());
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for word in text.split([',', ' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let scope = word.parse()?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(Error::invalid(format!("no scope is given; there are {}", words(Scope::ALL))));
    }
    Ok(scopes)
}

/// Scopes as text, with spaces between them.
pub fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        let scopes = parse("read:products,write:orders read:products").unwrap();
        assert_eq!(words(&scopes), "read:products write:orders");
        assert_eq!(parse(&words(Scope::ALL)).unwrap(), Scope::ALL);
        assert_eq!(parse("all").unwrap().len(), 12);
        for text in ["", " , ", "read:everything", "READ:PRODUCTS"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

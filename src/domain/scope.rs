//! What a caller may do: the words of the platform API (contract platform.md, "Manners"), and those of the Shopvo document ("Permissions &
//! Scopes"). Where both have a word, it is one permission. Apps and people have those of the platform only.

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
        /// See products, variants, categories, brands and reviews.
        ReadCatalog = "read:catalog",
        /// Change products and variants, submit reviews.
        WriteCatalog = "write:catalog",
        /// See pages, menus and the site's configuration.
        ReadContent = "read:content",
        /// See carts.
        ReadCart = "read:cart",
        /// Make, change and delete carts.
        WriteCart = "write:cart",
        /// See checkouts.
        ReadCheckout = "read:checkout",
        /// Begin checkouts and bring them on.
        WriteCheckout = "write:checkout",
        /// See how much is in stock.
        ReadInventory = "read:inventory",
        /// Change how much is in stock.
        WriteInventory = "write:inventory",
        /// See promotions.
        ReadPromotions = "read:promotions",
        /// Make and delete promotions.
        WritePromotions = "write:promotions",
        /// See gift cards.
        ReadGiftCards = "read:gift-cards",
        /// Issue, redeem and void gift cards.
        WriteGiftCards = "write:gift-cards",
        /// See customers' store credit.
        ReadStoreCredit = "read:store-credit",
        /// Give and take store credit.
        WriteStoreCredit = "write:store-credit",
        /// See customers' points.
        ReadLoyalty = "read:loyalty",
        /// Award and redeem points.
        WriteLoyalty = "write:loyalty",
        /// See business accounts and their prices.
        ReadB2b = "read:b2b",
        /// Make and change business accounts.
        WriteB2b = "write:b2b",
        /// See webhook subscriptions.
        ReadWebhooks = "webhooks:read",
        /// Make and delete webhook subscriptions.
        WriteWebhooks = "webhooks:write",
        /// See metafields.
        ReadMetafields = "metafields:read",
        /// Make, change and delete metafields.
        WriteMetafields = "metafields:write",
        /// All that the Shopvo document names.
        AdminAll = "admin:*",
    }
}

impl Scope {
    /// Those of the platform API, in order: all that apps and people can have.
    pub const PLATFORM: &[Self] = Self::ALL.split_at(12).0;

    /// Whether a caller with `scopes` may do what needs this one in the Shopvo dialect.
    pub fn is_within(self, scopes: &[Self]) -> bool {
        scopes.contains(&self) || scopes.contains(&Self::AdminAll)
    }
}

/// Reads scopes with commas or white space between them; each counts once. `all` is every scope.
pub fn parse(text: &str) -> Result<Vec<Scope>> {
    parse_of(text, Scope::ALL)
}

/// As [`parse`], where there are only those of `known`.
pub fn parse_of(text: &str, known: &[Scope]) -> Result<Vec<Scope>> {
    if text.trim() == "all" {
        return Ok(known.to_vec());
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for word in text.split([',', ' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let scope = word.parse()?;
        if !known.contains(&scope) {
            return Err(Error::invalid(format!("'{word}' is no scope here; there are {}", words(known))));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(Error::invalid(format!("no scope is given; there are {}", words(known))));
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
        assert_eq!(parse("all").unwrap().len(), 36);
        assert_eq!(Scope::PLATFORM.last(), Some(&Scope::WriteCustomers));
        for text in ["", " , ", "read:everything", "READ:PRODUCTS"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

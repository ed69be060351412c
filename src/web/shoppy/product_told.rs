//! All that is told of a product, gathered once for whichever shape.

use serde_json::Value;

use super::wire::{text, whole};
use crate::base::error::Result;
use crate::domain::key_pool;
use crate::domain::order;
use crate::domain::product::{Kind, Product};
use crate::domain::product_extra::{self, Extra};
use crate::domain::product_webhooks;
use crate::domain::variant::{self, Variant};
use crate::store::Tx;
use crate::words;

/// Of a pool, so many keys are shown in a list.
const FEW: i64 = 1_000;

words! {
    /// What a product is, in this dialect.
    Type, "type of product" {
        /// Handed out from a list, or made when it is sold.
        Account = "account",
        /// Work or access.
        Service = "service",
        /// A file.
        File = "file",
        /// Handed out by an address of the vendor's.
        Dynamic = "dynamic",
    }
}

impl Type {
    /// Its number in the document's shapes (P6), and the two words beside it.
    pub const fn numbered(self) -> (i64, &'static str, &'static str) {
        match self {
            Self::Account => (1, "Account", "success"),
            Self::Service => (2, "Service", "info"),
            Self::File => (3, "File", "primary"),
            Self::Dynamic => (4, "Dynamic", "warning"),
        }
    }
}

/// A product with what stands beside it.
pub struct Told {
    pub product: Product,
    pub extra: Extra,
    pub variant: Variant,
    pub webhook_urls: Vec<String>,
    /// Keys that wait to be sold; none where they are not to be shown.
    pub accounts: Vec<String>,
    left: Option<i64>,
}

/// Which keys of a pool are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    None,
    Few,
    All,
}

impl Told {
    /// Gathers it.
    pub fn of(tx: &mut Tx<'_>, product: Product, keys: Keys) -> Result<Self> {
        let most = match keys {
            Keys::None => 0,
            Keys::Few => FEW,
            Keys::All => i64::MAX,
        };
        let (extra, variant) = (product_extra::get(tx, product.id)?, variant::default_of(tx, product.id)?);
        let left = key_pool::left(tx, product.id)?;
        let accounts =
            if left.is_some() && most > 0 { key_pool::waiting(tx, product.id, most)? } else { Vec::new() };
        Ok(Self {
            webhook_urls: product_webhooks::list(tx, product.id)?,
            extra,
            variant,
            accounts,
            left,
            product,
        })
    }

    /// What it is.
    pub fn kind(&self) -> Type {
        let said = self.said("type").and_then(|word| word.parse().ok());
        match (said, self.product.kind) {
            (Some(Type::File), Kind::Software) => Type::File,
            (Some(Type::Dynamic), _) | (_, Kind::External) => Type::Dynamic,
            (_, Kind::Service) => Type::Service,
            (_, Kind::Software | Kind::Bundle) => Type::Account,
        }
    }

    /// What only this dialect says of it.
    fn said(&self, name: &str) -> Option<String> {
        text(self.extra.shoppy.get(name))
    }

    /// As [`Self::said`], a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        whole(self.extra.shoppy.get(name))
    }

    /// As [`Self::said`], text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.said(name)
    }

    /// Ways to pay, which the vendor named.
    pub fn gateways(&self) -> Value {
        match self.extra.shoppy.get("gateways") {
            Some(Value::Array(gateways)) => Value::Array(gateways.clone()),
            _ => Value::Array(Vec::new()),
        }
    }

    /// How many are left, as far as somebody counts.
    pub fn stock(&self) -> Option<i64> {
        if self.variant.is_out {
            return Some(0);
        }
        match (self.left, self.variant.stock) {
            (Some(keys), Some(stock)) => Some(keys.min(stock)),
            (keys, stock) => keys.or(stock),
        }
    }

    /// What it costs: no price is none.
    pub fn price(&self) -> Value {
        super::wire::amount(self.extra.price(self.product.price_minor).unwrap_or(0), self.currency())
    }

    pub fn currency(&self) -> &str {
        self.product.currency.as_deref().unwrap_or_default()
    }

    /// The most pieces of an order.
    pub fn most(&self) -> i64 {
        if self.extra.is_sold_single { 1 } else { self.extra.max_quantity.unwrap_or(order::MOST) }
    }
}

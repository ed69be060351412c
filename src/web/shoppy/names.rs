//! What things are called: numbers in the document's shapes, letters and digits, UUIDs and hexadecimal digits beside and later. What was carried
//! here from the old service is called as it was there.

use crate::base::error::{Error, Result};
use crate::base::public_id::PublicIds;
use crate::domain::carried::{self, Source, What};
use crate::domain::shop::Shop;
use crate::store::Tx;

const OURS: Source = Source::Shoppy;
/// Hexadecimal digits of one kind of id.
const HEX: usize = 13;

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    Coupon,
    Feedback,
    Order,
    Product,
    Query,
}

impl Noun {
    const fn kind(self) -> &'static str {
        match self {
            Self::Coupon => "coupon",
            Self::Feedback => "feedback",
            Self::Order => "order",
            Self::Product => "product",
            Self::Query => "query",
        }
    }

    const fn what(self) -> What {
        match self {
            Self::Coupon => What::Coupon,
            Self::Feedback => What::Feedback,
            Self::Order => What::Order,
            Self::Product => What::Product,
            Self::Query => What::Ticket,
        }
    }

    /// What its number was carried as.
    const fn numbered(self) -> What {
        match self {
            Self::Order => What::OrderNumber,
            _ => self.what(),
        }
    }

    /// The number of a row.
    pub fn number(self, tx: &mut Tx<'_>, shop: Shop, row: i64) -> Result<i64> {
        carried::number(tx, shop, OURS, self.numbered(), row)
    }

    /// The name of a row in the later shapes.
    pub fn word(self, tx: &mut Tx<'_>, ids: &PublicIds, row: i64) -> Result<String> {
        let old = carried::all_of(tx, OURS, self.what(), row)?;
        // A number is the document's name for it, and so are hexadecimal digits where there are others.
        let own = old.iter().find(|old| !is_number(old) && !is_hex(old));
        if let Some(old) = own.or_else(|| old.iter().find(|old| !is_number(old))) {
            return Ok(old.clone());
        }
        Ok(match self {
            Self::Feedback | Self::Order => ids.uuid(self.kind(), row),
            Self::Coupon | Self::Product | Self::Query => ids.short(self.kind(), row),
        })
    }

    /// The name of a row in thirteen hexadecimal digits.
    pub fn hex(self, tx: &mut Tx<'_>, ids: &PublicIds, row: i64) -> Result<String> {
        let old = carried::all_of(tx, OURS, self.what(), row)?;
        Ok(old.into_iter().find(|old| is_hex(old)).unwrap_or_else(|| ids.hex13(self.kind(), row)))
    }

    /// The row that somebody calls so, in whichever way; whether there is one is for a look to tell.
    pub fn read(self, tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, text: &str) -> Result<i64> {
        let missing = || Error::not_found("nothing is called so");
        for what in [self.what(), self.numbered()] {
            if let Some(row) = carried::row_of(tx, shop, OURS, what, text)? {
                return Ok(row);
            }
        }
        let hex = || if is_hex(text) { ids.of_hex13(self.kind(), text) } else { None };
        let word = || match self {
            Self::Feedback | Self::Order => ids.of_uuid(self.kind(), text),
            Self::Coupon | Self::Product | Self::Query => ids.of_short(self.kind(), text),
        };
        // Questions have no numbers, and digits alone may be hexadecimal ones.
        if self == Self::Query {
            return hex().or_else(word).ok_or_else(missing);
        }
        match text.parse().ok().filter(|_| is_number(text)) {
            Some(number) => carried::row(tx, shop, OURS, self.numbered(), number),
            None => word().or_else(hex).ok_or_else(missing),
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_hex(text: &str) -> bool {
    text.len() == HEX && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

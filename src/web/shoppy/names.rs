//! What things are called: numbers in the document's shapes, letters and digits, UUIDs and hexadecimal digits beside and later. What was carried
//! here from the old service is called as it was there.

use crate::base::error::{Error, Result};
use crate::base::public_id::PublicIds;
use crate::domain::carried::{self, Called, Source, What};
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

    /// What a row is called, in whichever way; of an order its number alone.
    pub fn called(self, tx: &mut Tx<'_>, shop: Shop, row: i64) -> Result<Called> {
        carried::called(tx, shop, OURS, self.numbered(), row)
    }

    /// The number of a row.
    pub fn number(self, tx: &mut Tx<'_>, shop: Shop, row: i64) -> Result<i64> {
        Ok(self.called(tx, shop, row)?.number)
    }

    /// The name of a row in the later shapes.
    pub fn word(self, tx: &mut Tx<'_>, ids: &PublicIds, row: i64) -> Result<String> {
        Ok(self.word_of(ids, row, &carried::all_of(tx, OURS, self.what(), row)?))
    }

    /// The same of a row that was called so.
    pub fn word_of(self, ids: &PublicIds, row: i64, old: &[String]) -> String {
        // A number is the document's name for it, and so are hexadecimal digits where there are others.
        let own = old.iter().find(|old| !is_number(old) && !is_hex(old));
        let word = own.or_else(|| old.iter().find(|old| !is_number(old))).cloned();
        word.unwrap_or_else(|| match self {
            Self::Feedback | Self::Order => ids.uuid(self.kind(), row),
            Self::Coupon | Self::Product | Self::Query => ids.short(self.kind(), row),
        })
    }

    /// The name of a row in thirteen hexadecimal digits.
    pub fn hex(self, tx: &mut Tx<'_>, ids: &PublicIds, row: i64) -> Result<String> {
        Ok(self.hex_of(ids, row, &carried::all_of(tx, OURS, self.what(), row)?))
    }

    /// The same of a row that was called so.
    pub fn hex_of(self, ids: &PublicIds, row: i64, old: &[String]) -> String {
        old.iter().find(|old| is_hex(old)).cloned().unwrap_or_else(|| ids.hex13(self.kind(), row))
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
        // Questions have no numbers.
        let number = text.parse().ok().filter(|_| self != Self::Query && is_number(text));
        let numbered = match number {
            Some(number) => Some(carried::row(tx, shop, OURS, self.numbered(), number)?),
            None => None,
        };
        // Digits alone may be any of the three. Rows are counted from one up, and what is read in the wrong way is a number far beyond.
        numbered.into_iter().chain(word()).chain(hex()).filter(|row| *row > 0).min().ok_or_else(missing)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_hex(text: &str) -> bool {
    text.len() == HEX && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Options, Place, Store};

    /// The first products under this salt that are called by digits alone.
    const HEX_DIGITS: i64 = 2_554;
    const SHORT_DIGITS: i64 = 332_436;

    #[tokio::test]
    async fn digits_alone_are_read_as_whichever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Options::new(Place::Folder(folder.path().to_owned()))).unwrap();
        let ids = PublicIds::new("salt");
        let rows = [1, HEX_DIGITS, SHORT_DIGITS];
        assert!(is_number(&ids.hex13("product", HEX_DIGITS)));
        assert!(is_number(&ids.short("product", SHORT_DIGITS)));
        let read = move |tx: &mut Tx<'_>| {
            let shop = Shop::live(tx)?;
            for row in rows {
                for text in [row.to_string(), ids.short("product", row), ids.hex13("product", row)] {
                    assert_eq!(Noun::Product.read(tx, &ids, shop, &text)?, row, "{text}");
                }
            }
            Ok(())
        };
        store.read(read).await.unwrap();
    }
}

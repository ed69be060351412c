//! The statuses of orders and products, by number and by word, both ways (contract commerce.md, "Order status mapping" and "Product status /
//! type").

use super::wire::Wire;
use crate::base::error::{Error, Result};
use crate::domain::order::Fulfilment;
use crate::domain::product::{self, Product};
use crate::domain::product_extra::Extra;
use crate::domain::variant::Variant;

/// Those of orders, each at its number: the first is 1.
const ORDERS: [Fulfilment; 11] = [
    Fulfilment::Pending,
    Fulfilment::Processing,
    Fulfilment::Sent,
    Fulfilment::Canceled,
    Fulfilment::WaitingConfirmation,
    Fulfilment::WaitingPayment,
    Fulfilment::WaitingStock,
    Fulfilment::Delivered,
    Fulfilment::Returned,
    Fulfilment::PickupAvailable,
    Fulfilment::WaitingShipment,
];

/// The last that programs of the document's days know.
const FIRST_EIGHT: i64 = 8;

/// What an order is told to be at where only the first eight are known.
const fn folded(status: Fulfilment) -> Fulfilment {
    match status {
        Fulfilment::Returned => Fulfilment::Delivered,
        Fulfilment::PickupAvailable => Fulfilment::Sent,
        Fulfilment::WaitingShipment => Fulfilment::Processing,
        known => known,
    }
}

impl Wire {
    /// What an order is told to be at.
    pub const fn told(&self, status: Fulfilment) -> Fulfilment {
        if self.manner.shopkit_max_status == FIRST_EIGHT { folded(status) } else { status }
    }
}

/// The number of a status.
pub fn number(status: Fulfilment) -> usize {
    ORDERS.iter().position(|known| *known == status).map_or(0, |at| at + 1)
}

/// A status in words for people: `Waiting Confirmation`.
pub fn title(status: Fulfilment) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    status.as_str().split('_').map(capital).collect::<Vec<_>>().join(" ")
}

/// The status of a number.
pub fn of_number(number: i64) -> Result<Fulfilment> {
    let found = usize::try_from(number - 1).ok().and_then(|at| ORDERS.get(at).copied());
    found.ok_or_else(|| Error::invalid("may be from 1 to 11"))
}

/// The status of a word.
pub fn of_word(word: &str) -> Result<Fulfilment> {
    word.trim().parse()
}

/// Those that a filter names, as numbers or as words with commas between them; none: all of them.
pub fn wanted(text: &str, max_status: i64) -> Result<Vec<Fulfilment>> {
    let mut wanted = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word.parse::<i64>() {
            Ok(0) => return Ok(Vec::new()),
            Ok(number) => wanted.push(of_number(number)?),
            Err(_) if word == "all" => return Ok(Vec::new()),
            Err(_) => wanted.push(of_word(word)?),
        }
    }
    if max_status == FIRST_EIGHT {
        // What is told as one of these is found as it, too.
        let hidden = ORDERS.into_iter().filter(|status| folded(*status) != *status);
        let beside: Vec<Fulfilment> = hidden.filter(|status| wanted.contains(&folded(*status))).collect();
        wanted.extend(beside);
    }
    Ok(wanted)
}

/// Those of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    Active,
    Hidden,
    OutOfStock,
    Soon,
}

impl Shelf {
    const ALL: [Self; 4] = [Self::Active, Self::Hidden, Self::OutOfStock, Self::Soon];

    /// That of a product.
    pub fn of(product: &Product, extra: &Extra, variants: &[Variant]) -> Self {
        match product.status() {
            product::Status::Archived => Self::Hidden,
            _ if extra.is_soon => Self::Soon,
            product::Status::Hidden => Self::Hidden,
            product::Status::Active if variants.iter().all(|variant| variant.is_out) => Self::OutOfStock,
            product::Status::Active => Self::Active,
        }
    }

    pub fn number(self) -> usize {
        Self::ALL.iter().position(|known| *known == self).map_or(0, |at| at + 1)
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Hidden => "hidden",
            Self::OutOfStock => "out_of_stock",
            Self::Soon => "soon",
        }
    }

    /// That of a number.
    pub fn of_number(number: i64) -> Result<Self> {
        let found = usize::try_from(number - 1).ok().and_then(|at| Self::ALL.get(at).copied());
        found.ok_or_else(|| Error::invalid("may be from 1 to 4"))
    }

    /// That of a word.
    pub fn of_word(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|known| known.word() == word.trim());
        found.ok_or_else(|| Error::invalid("may be active, hidden, out_of_stock or soon"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_as_they_are_written() {
        let words = "pending processing sent canceled waiting_confirmation waiting_payment waiting_stock delivered returned \
                     pickup_available waiting_shipment";
        for (at, word) in words.split_whitespace().enumerate() {
            let status = of_word(word).unwrap();
            assert_eq!(
                (number(status), of_number(i64::try_from(at + 1).unwrap()).unwrap()),
                (at + 1, status)
            );
        }
        assert_eq!(title(Fulfilment::WaitingConfirmation), "Waiting Confirmation");
        for bad in [-1, 0, 12, 99] {
            assert!(of_number(bad).is_err());
        }
        for (at, word) in ["active", "hidden", "out_of_stock", "soon"].into_iter().enumerate() {
            assert_eq!(Shelf::of_word(word).unwrap().number(), at + 1);
        }
    }

    #[test]
    fn a_filter_names_some_or_all() {
        assert_eq!(wanted("0", 11).unwrap(), []);
        assert_eq!(wanted("sent,all", 11).unwrap(), []);
        assert_eq!(wanted("sent, delivered", 11).unwrap(), [Fulfilment::Sent, Fulfilment::Delivered]);
        assert_eq!(wanted("3", 8).unwrap(), [Fulfilment::Sent, Fulfilment::PickupAvailable]);
        assert!(wanted("12", 11).is_err() && wanted("lost", 11).is_err() && wanted("-1", 11).is_err());
    }
}

//! What is said on the way of a checkout.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::{self, Address};
use super::checkout_payment::{self, Balances};
use super::payment::{BAD_CARD, GOOD_CARD};
use super::sending::Sent;
use super::shop::{Mode, Shop};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::words;

words! {
    /// How a checkout is paid.
    PaidBy, "payment method" {
        /// As the shop says beside its orders, such as by transfer: it stays to be paid.
        Manual = "manual",
        /// A card of test mode.
        TestCard = "test_card",
    }
}

/// The longest text of a shipping address, and the most of them.
const FIELD: usize = 200;
const FIELDS: usize = 20;

/// What was said on the way; kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Who buys.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Where it goes, in the shop program's own fields.
    pub shipping: Map<String, Value>,
    /// How it is paid.
    pub paid_by: Option<String>,
    /// Whether the test card is the one that is declined. No number is kept.
    pub declines: bool,
    /// A coupon's code.
    pub coupon: Option<String>,
    /// What pays beside.
    #[serde(default)]
    pub balances: Balances,
    /// The way of shipping that was chosen.
    #[serde(default)]
    pub sent_by: Option<i64>,
}

impl Details {
    /// Where it goes, in the field of the address that says so, if that is a country's code.
    pub fn country(&self) -> Option<&'static str> {
        let said = ["countryCode", "country"].iter().filter_map(|field| self.shipping.get(*field)?.as_str());
        said.filter_map(|code| address::country(code).ok()).map(|country| country.alpha3).next()
    }

    /// The way of shipping that was chosen. A shop program that says nothing of it has its own way of sending things.
    pub(super) fn sent(&self) -> Option<Sent> {
        let country = self.country().map(str::to_owned);
        self.sent_by.map(|id| Sent { country, method_id: Some(id) })
    }

    /// Where it goes, as an order has it, once a way is chosen.
    pub(super) fn delivery(&self) -> Result<Address> {
        if self.sent_by.is_none() {
            return Ok(Address::default());
        }
        let said = |names: &[&str]| {
            names.iter().filter_map(|name| self.shipping.get(*name)?.as_str()).collect::<Vec<_>>()
        };
        let first = |names: &[&str]| said(names).first().copied().unwrap_or_default().to_owned();
        Address {
            name: self.name.clone().unwrap_or_default(),
            phone: self.phone.clone().unwrap_or_default(),
            address: said(&["address", "address1", "street", "address2"]).join("\n"),
            zip_code: first(&["zip", "zipCode", "postalCode", "postcode"]),
            city: first(&["city"]),
            country_code: self.country().unwrap_or_default().to_owned(),
            ..Address::default()
        }
        .checked()
    }

    /// These and what is said now.
    pub(super) fn and(mut self, shop: Shop, said: &Said) -> Result<Self> {
        let details = &mut self;
        let line = |what: &str, field: &'static str, value: &Option<String>| {
            value.as_deref().map(|text| text::line(what, text, FIELD)).transpose().map_err(|e| e.about(field))
        };
        let email = said.email.as_deref().map(text::email).transpose().map_err(|e| e.about("email"))?;
        details.email = email.or(details.email.take());
        details.name = line("the name", "name", &said.name)?.or(details.name.take());
        details.phone = line("the telephone number", "phone", &said.phone)?.or(details.phone.take());
        if let Some(shipping) = &said.shipping {
            let fits = |text: &str| text.chars().count() <= FIELD && !text.chars().any(char::is_control);
            let fit = |(name, value): (&String, &Value)| fits(name) && value.as_str().is_some_and(fits);
            if shipping.len() > FIELDS || !shipping.iter().all(fit) {
                let message = format!("an address is at most {FIELDS} texts of up to {FIELD} characters");
                return Err(Error::invalid(message).about("shipping"));
            }
            details.shipping.clone_from(shipping);
        }
        if let Some(sent_by) = said.sent_by {
            details.sent_by = sent_by;
        }
        if let Some(coupon) = &said.coupon {
            details.coupon.clone_from(coupon);
        }
        if let Some(paid_by) = said.paid_by {
            if paid_by == PaidBy::TestCard && shop.mode == Mode::Live {
                return Err(Error::invalid("cards are for test mode: take manual").about("payment"));
            }
            details.paid_by = Some(paid_by.as_str().to_owned());
        }
        if let Some(number) = &said.card_number {
            let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            details.declines = match digits.as_str() {
            GOOD_CARD => false,
            BAD_CARD => true,
            _ => return Err(Error::invalid(
                "test mode knows two card numbers: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined",
            )
            .about("payment")),
        };
        }
        Ok(self)
    }

    pub(super) fn written(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::broken(format!("a checkout cannot be written: {e}")))
    }

    pub(super) fn read(written: &str) -> Result<Self> {
        // Of a customer who was erased nothing is left.
        if written == "{}" {
            return Ok(Self::default());
        }
        serde_json::from_str(written).map_err(|e| Error::broken(format!("a checkout cannot be read: {e}")))
    }
}

/// What is said with a step; `None` leaves what was said before.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in `Details`")]
pub struct Said {
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub shipping: Option<Map<String, Value>>,
    pub paid_by: Option<PaidBy>,
    pub card_number: Option<String>,
    pub coupon: Option<Option<String>>,
    pub balances: checkout_payment::Said,
    pub sent_by: Option<Option<i64>>,
}

//! Where somebody lives or a parcel goes.

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, Result};
use crate::base::text;

/// The longest field, in characters.
const MOST: usize = 500;

/// An address in the fields that shops ask for; empty is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Who.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Street and house, of several lines.
    pub address: String,
    /// What stands beside, such as a floor.
    pub address_extra: String,
    /// The postal code.
    pub zip_code: String,
    /// The town.
    pub city: String,
    /// ISO 3166-1 alpha-3, in capitals.
    pub country_code: String,
    /// The country's name, where a shop has one of its own for it.
    pub country: String,
}

impl Address {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same, looked at: no field too long or with control characters but for line ends, and a country that there is.
    pub fn checked(mut self) -> Result<Self> {
        for (field, value) in [
            ("name", &mut self.name),
            ("phone", &mut self.phone),
            ("address", &mut self.address),
            ("address_extra", &mut self.address_extra),
            ("zip_code", &mut self.zip_code),
            ("city", &mut self.city),
            ("country", &mut self.country),
        ] {
            *value = text::page(field, value.trim(), MOST).map_err(|e| e.about(field))?;
        }
        if !self.country_code.is_empty() {
            let country = country(&self.country_code)?;
            country.alpha3.clone_into(&mut self.country_code);
        }
        Ok(self)
    }

    /// The country's name: the shop's own, or the standard's.
    pub fn country_name(&self) -> &str {
        if self.country.is_empty() {
            rust_iso3166::from_alpha3(&self.country_code).map_or("", |country| country.name)
        } else {
            &self.country
        }
    }
}

/// The country of a code of ISO 3166-1, of two or three letters in whatever case.
pub fn country(code: &str) -> Result<rust_iso3166::CountryCode> {
    let code = code.trim().to_ascii_uppercase();
    let found =
        if code.len() == 2 { rust_iso3166::from_alpha2(&code) } else { rust_iso3166::from_alpha3(&code) };
    found.ok_or_else(|| {
        Error::invalid("no country has this code; write it as PRT or PT (ISO 3166-1)").about("country_code")
    })
}

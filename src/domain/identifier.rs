//! Identifier modes: what the `identifier` of a call must equal (contract licence.md, "Identifier modes").

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::base::error::{Error, Result};
use crate::base::{site_url, text};

/// How a licence tells its buyer from a stranger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The key alone is enough.
    None,
    /// What the first activation bound.
    Manual,
    /// The customer's e-mail address.
    Email,
    /// The customer's name.
    Name,
    /// The customer's user name.
    Username,
    /// The purchase's number.
    PurchaseId,
    /// The web address registered for the purchase.
    InstallUrl,
}

impl Mode {
    /// All modes, in the order of the document.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Manual,
        Self::Email,
        Self::Name,
        Self::Username,
        Self::PurchaseId,
        Self::InstallUrl,
    ];

    /// The mode's name in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Manual => "manual",
            Self::Email => "email",
            Self::Name => "name",
            Self::Username => "username",
            Self::PurchaseId => "purchase_id",
            Self::InstallUrl => "install_url",
        }
    }

    /// The mode a row holds.
    pub fn read(name: &str) -> Result<Self> {
        name.parse().map_err(|_| Error::broken(format!("a row holds the identifier mode '{name}'")))
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name).ok_or_else(|| {
            Error::invalid(format!(
                "'{name}' is no identifier mode; there are {}",
                Self::ALL.map(Self::as_str).join(", ")
            ))
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// What an identifier is compared with: the mode and the value that stands for the buyer now, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// How it is compared.
    pub mode: Mode,
    /// The bound identifier, the customer's address or name, the purchase's number, or the install URL.
    pub value: Option<String>,
}

impl Expected {
    /// Whether `given` is right. A missing value on either side never is, but in mode none.
    pub fn admits(&self, given: Option<&str>) -> bool {
        if self.mode == Mode::None {
            return true;
        }
        let (Some(value), Some(given)) = (&self.value, given) else { return false };
        match self.mode {
            Mode::None => true,
            Mode::Manual | Mode::PurchaseId => value == given,
            Mode::Email | Mode::Name | Mode::Username => {
                let value = text::fold(value);
                !value.is_empty() && value == text::fold(given)
            }
            Mode::InstallUrl => {
                site_url::normal(value).is_some_and(|url| site_url::normal(given).as_ref() == Some(&url))
            }
        }
    }

    /// Whether a first activation may still bind an identifier.
    pub fn is_unbound(&self) -> bool {
        self.mode == Mode::Manual && self.value.is_none()
    }
}

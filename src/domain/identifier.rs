//! Identifier modes: what the `identifier` of a call must equal (contract licence.md, "Identifier modes").

use crate::base::{site_url, text};
use crate::words;

words! {
    /// How a licence tells its buyer from a stranger, in the order of the document.
    Mode, "identifier mode" {
        /// The key alone is enough.
        None = "none",
        /// What the first activation bound.
        Manual = "manual",
        /// The customer's e-mail address.
        Email = "email",
        /// The customer's name.
        Name = "name",
        /// The customer's user name.
        Username = "username",
        /// The purchase's number.
        PurchaseId = "purchase_id",
        /// The web address registered for the purchase.
        InstallUrl = "install_url",
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

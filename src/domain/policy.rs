//! The policy that a product's licences are issued and checked under.

use serde::{Deserialize, Serialize};

use super::identifier::Mode;
use super::licence_key::Form;
use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// How the keys look that it gives.
    KeyType, "type of key" {
        /// Groups of letters and digits.
        Standard = "standard",
        /// 32 hexadecimal digits.
        Md5 = "md5",
    }
}

/// The part of a product that says so; columns as in `schema.sql`, table `product`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Policy {
    pub api_enabled: bool,
    pub key_type: KeyType,
    pub segments: i64,
    pub segment_length: i64,
    pub identifier_mode: Mode,
    pub max_uses: i64,
    pub term_days: Option<i64>,
    pub check_ip: Option<bool>,
    pub allow_ip_override: Option<bool>,
    pub deactivate: bool,
}

/// What to set of it; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub api_enabled: Option<bool>,
    pub key_type: Option<KeyType>,
    pub segments: Option<i64>,
    pub segment_length: Option<i64>,
    pub identifier_mode: Option<Mode>,
    pub max_uses: Option<i64>,
    pub term_days: Option<Option<i64>>,
    pub check_ip: Option<Option<bool>>,
    pub allow_ip_override: Option<Option<bool>>,
    pub deactivate: Option<bool>,
}

impl Default for Policy {
    /// What a new product has in a shop that has not said otherwise (`account::Account`).
    fn default() -> Self {
        Self {
            api_enabled: false,
            key_type: KeyType::Standard,
            segments: 5,
            segment_length: 4,
            identifier_mode: Mode::None,
            max_uses: -1,
            term_days: None,
            check_ip: None,
            allow_ip_override: None,
            deactivate: false,
        }
    }
}

impl From<Policy> for Change {
    /// All of it.
    fn from(policy: Policy) -> Self {
        Self {
            api_enabled: Some(policy.api_enabled),
            key_type: Some(policy.key_type),
            segments: Some(policy.segments),
            segment_length: Some(policy.segment_length),
            identifier_mode: Some(policy.identifier_mode),
            max_uses: Some(policy.max_uses),
            term_days: Some(policy.term_days),
            check_ip: Some(policy.check_ip),
            allow_ip_override: Some(policy.allow_ip_override),
            deactivate: Some(policy.deactivate),
        }
    }
}

impl Policy {
    /// The form of the keys it gives.
    pub fn key_form(&self) -> Form {
        match self.key_type {
            KeyType::Md5 => Form::Md5,
            KeyType::Standard => Form::Standard { segments: self.segments, length: self.segment_length },
        }
    }

    /// What a vendor should know about it, though it is allowed.
    pub fn warnings(&self) -> Vec<String> {
        let characters = self.segments * self.segment_length;
        if self.key_type == KeyType::Standard && characters < 12 {
            return vec![format!(
                "keys of {characters} random characters can be guessed; use 12 or more (more --segments, or a longer --segment-length)"
            )];
        }
        Vec::new()
    }

    /// Takes a change over.
    pub fn apply(&mut self, change: &Change) -> Result<()> {
        put(&mut self.api_enabled, change.api_enabled);
        put(&mut self.key_type, change.key_type);
        put(&mut self.segments, change.segments);
        put(&mut self.segment_length, change.segment_length);
        put(&mut self.identifier_mode, change.identifier_mode);
        put(&mut self.max_uses, change.max_uses);
        put(&mut self.term_days, change.term_days);
        put(&mut self.check_ip, change.check_ip);
        put(&mut self.allow_ip_override, change.allow_ip_override);
        put(&mut self.deactivate, change.deactivate);
        within("segments", "segments", self.segments, 2, 10)?;
        within("segment-length", "segment_length", self.segment_length, 4, 8)?;
        if self.max_uses != -1 {
            within("max-uses", "max_uses", self.max_uses, 1, 1_000_000_000)?;
        }
        within("term-days", "term_days", self.term_days.unwrap_or(1), 1, 36_500)
    }
}

/// Sets a field that a change gives a value.
pub(super) fn put<T: Clone>(field: &mut T, value: impl Into<Option<T>>) {
    if let Some(value) = value.into() {
        *field = value;
    }
}

/// Refuses a number that is not from `least` to `most`.
pub(super) fn within(what: &str, field: &'static str, n: i64, least: i64, most: i64) -> Result<()> {
    if (least..=most).contains(&n) {
        return Ok(());
    }
    let unlimited = if what == "max-uses" { ", or -1 for no limit" } else { "" };
    Err(Error::invalid(format!("{what} must be from {least} to {most}{unlimited}, not {n}")).about(field))
}

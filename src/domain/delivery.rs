//! How a product gets to its buyers: what they are asked first, from which channels, or from where else (the user's document,
//! "Install URL" and "External Purchase").

use serde::Serialize;

use super::release;
use crate::base::error::{Error, Result};
use crate::base::text;

/// The part of a product that says so; columns as in `schema.sql`, table `product`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Delivery {
    pub requires_install_url: bool,
    pub install_url_label: String,
    pub install_url_notice: String,
    pub install_url_locked: bool,
    pub external_url: Option<String>,
    pub download_channels: Vec<String>,
}

/// What to set of it; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub requires_install_url: Option<bool>,
    pub install_url_label: Option<String>,
    pub install_url_notice: Option<String>,
    pub install_url_locked: Option<bool>,
    pub external_url: Option<Option<String>>,
    pub download_channels: Option<Vec<String>>,
}

impl Delivery {
    /// What the question for the install URL is called.
    pub fn label(&self) -> &str {
        if self.install_url_label.is_empty() { "Website URL" } else { &self.install_url_label }
    }

    /// The column `download_channels`.
    pub fn channels(&self) -> String {
        self.download_channels.join(" ")
    }

    /// Takes a change over.
    pub fn apply(&mut self, change: Change) -> Result<()> {
        if let Some(requires) = change.requires_install_url {
            self.requires_install_url = requires;
        }
        if let Some(locked) = change.install_url_locked {
            self.install_url_locked = locked;
        }
        if let Some(label) = change.install_url_label {
            self.install_url_label = one_line("install_url_label", &label)?;
        }
        if let Some(notice) = change.install_url_notice {
            let notice = text::page("the privacy notice", &notice, 5_000);
            self.install_url_notice = notice.map_err(|e| e.about("install_url_notice"))?;
        }
        if let Some(url) = change.external_url {
            let url = url.as_deref().map(text::web_address).transpose();
            self.external_url = url.map_err(|e| e.about("external_url"))?;
        }
        if let Some(channels) = change.download_channels {
            self.download_channels = checked(channels).map_err(|e| e.about("download_channels"))?;
        }
        Ok(())
    }
}

fn one_line(field: &'static str, label: &str) -> Result<String> {
    if label.trim().is_empty() {
        return Ok(String::new());
    }
    text::line("the label", label, 200).map_err(|e| e.about(field))
}

fn checked(channels: Vec<String>) -> Result<Vec<String>> {
    if channels.is_empty() || channels.len() > 20 {
        return Err(Error::invalid("from 1 to 20 channels may be open"));
    }
    let mut open: Vec<String> = Vec::new();
    for channel in channels {
        let channel = release::channel(&channel)?;
        if !open.contains(&channel) {
            open.push(channel);
        }
    }
    Ok(open)
}

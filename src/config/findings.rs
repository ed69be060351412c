//! What is to be said against settings that hold.

use std::os::unix::fs::PermissionsExt;

use super::Config;
use crate::base::finding::Finding;
use crate::store::Place;

/// Looks at the settings, and at who may look into the data folder.
pub fn of(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    if config.public_url.starts_with("http://") {
        found.push(Finding::warning(format!(
            "public_url is {}: shipped apps should be given an https address; set --public-url when a proxy with TLS stands in front",
            config.public_url
        )));
    }
    if config.licence_failure_rate == 0 {
        found.push(Finding::warning("licence_failure_rate is 0: keys can be guessed without limit"));
    }
    if let Place::Folder(folder) = &config.place
        && let Ok(data) = std::fs::metadata(folder)
        && data.permissions().mode() & 0o077 != 0
    {
        let folder = folder.display();
        let says =
            format!("other users of this machine can look into {folder}; close it: chmod 700 {folder}");
        found.push(Finding::warning(says));
    }
    found
}

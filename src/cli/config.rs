//! `config show | init`

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use crate::base::error::{Error, Result};
use crate::config::SETTINGS;
use crate::store::make_folder;

#[derive(Subcommand)]
pub enum Command {
    /// Show every setting, its value, and where that came from
    Show,
    /// Write a configuration file with every setting explained
    Init {
        /// Where to; keywright.toml in the data folder if not given
        file: Option<PathBuf>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let config = context.config()?;
        match self {
            Self::Show => {
                let rows: Vec<Value> = config
                    .origins
                    .iter()
                    .map(|(setting, value, source)| {
                        json!({"setting": setting.name, "value": value, "source": source.to_string(), "help": setting.help})
                    })
                    .collect();
                output::list(context.json, &rows, &["setting", "value", "source"], "");
            }
            Self::Init { file } => {
                let file = file.unwrap_or_else(|| config.data_dir.join("keywright.toml"));
                if file.exists() {
                    return Err(Error::refused(format!(
                        "{} is there already and is left as it is",
                        file.display()
                    )));
                }
                let cannot =
                    |e: std::io::Error| Error::refused(format!("{} cannot be written: {e}", file.display()));
                if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    make_folder(folder)?;
                }
                // It may come to hold the database's password.
                let made = File::options().write(true).create_new(true).mode(0o600).open(&file);
                made.and_then(|mut made| made.write_all(sample().as_bytes())).map_err(cannot)?;
                output::show(context.json, &json!({"file": file.display().to_string()}));
            }
        }
        Ok(())
    }
}

/// Every setting with its sentence, at its default and commented out.
fn sample() -> String {
    let mut text = String::from("# keywright's settings. Environment and flags win over this file.\n");
    for setting in SETTINGS.iter().filter(|setting| setting.name != "data_dir") {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n# {}.\n# {} = \"{}\"\n", setting.help, setting.name, setting.default);
    }
    text
}

//! `config show | init`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use crate::base::error::{Error, Result};
use crate::config::SETTINGS;

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
                    .shown()
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
                if let Some(folder) = file.parent() {
                    std::fs::create_dir_all(folder).map_err(cannot)?;
                }
                std::fs::write(&file, sample()).map_err(cannot)?;
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

//! `site create | list`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::domain::site;

#[derive(Subcommand)]
pub enum Command {
    /// Make a site; commands work in it with --site ID, and programs with an API key made in it
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
    },
    /// List all sites; commands work in the first without --site
    List,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title } => {
                let made = context.write("create site", move |tx| site::create(tx, &title))?;
                output::show(context.json, &output::object(&made, &[]));
            }
            Self::List => {
                let found = context.read(site::list)?;
                let rows: Vec<Value> = found.iter().map(|site| output::object(site, &[])).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title"],
                    "There are no sites. Make one: keywright site create --title \"My shop\"",
                );
            }
        }
        Ok(())
    }
}

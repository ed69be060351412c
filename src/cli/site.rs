//! `site create | list | storefront`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use super::storefront::Show;
use crate::base::error::Result;
use crate::base::public_id::SITE;
use crate::domain::house;
use crate::domain::site::{self, Site};

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
    /// Show how a site presents itself in shops: its language and looks, and whether reviews are approved first; with flags, set it
    Storefront(Show),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title } => {
                let made = context.write("create site", move |tx| site::create(tx, &title))?;
                output::show(context.json, &output::object(&made, &[]));
            }
            Self::Storefront(show) => show.run(context)?,
            Self::List => {
                let (found, ids) = context.read(|tx| Ok((site::list(tx)?, house::find_public_ids(tx)?)))?;
                let view = |site: &Site| {
                    let mut row = output::object(site, &[]);
                    row["public_id"] = ids.as_ref().map(|ids| ids.write(SITE, site.id)).into();
                    row
                };
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "public_id"],
                    "There are no sites. Make one: keywright site create --title \"My shop\"",
                );
            }
        }
        Ok(())
    }
}

//! `release publish | list | yank`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::time;
use crate::domain::release::{self, Draft, Release};
use crate::domain::shop::Shop;

#[derive(Subcommand)]
pub enum Command {
    /// Publish a version
    Publish {
        /// The product's id
        #[arg(long)]
        product: i64,
        /// The version as people read it
        #[arg(long)]
        version: String,
        /// The number apps compare; made from major.minor.patch
        #[arg(long)]
        longversion: Option<i64>,
        /// Update checks show the channel stable
        #[arg(long, default_value = release::STABLE)]
        channel: String,
        /// Where the release notes are; the product's page if not given
        #[arg(long, value_name = "URL")]
        notes_url: Option<String>,
        /// Where the update is; the product's page if not given
        #[arg(long, value_name = "URL")]
        update_url: Option<String>,
        /// When it came out, as 2026-12-31 or 2026-12-31T12:00:00Z; now if not given
        #[arg(long, value_name = "RFC3339")]
        released: Option<String>,
    },
    /// List the releases of a product
    List {
        /// The product's id
        #[arg(long)]
        product: i64,
    },
    /// Take a release back
    Yank {
        /// The release's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Publish { product, version, longversion, channel, notes_url, update_url, released } => {
                let released_at = released.as_deref().map(time::parse).transpose()?;
                let draft = Draft {
                    product_id: product,
                    channel,
                    version,
                    longversion,
                    released_at,
                    notes_url,
                    update_url,
                };
                let release = context.write("publish", move |tx| {
                    let shop = Shop::live(tx)?;
                    release::publish(tx, shop, &draft)
                })?;
                output::show(context.json, &view(&release));
            }
            Self::Yank { id } => {
                let release =
                    context.write("yank", move |tx| release::set_status(tx, id, release::Status::Yanked))?;
                output::show(context.json, &view(&release));
            }
            Self::List { product } => {
                let rows: Vec<Value> = context
                    .read(move |tx| {
                        let shop = Shop::live(tx)?;
                        release::list(tx, shop, product)
                    })?
                    .iter()
                    .map(view)
                    .collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "channel", "version", "longversion", "status", "released_at"],
                    "Nothing is published yet. Publish: keywright release publish --product ID --version 1.0.0",
                );
            }
        }
        Ok(())
    }
}

fn view(release: &Release) -> Value {
    output::object(release, &[("released_at", Some(release.released_at))])
}

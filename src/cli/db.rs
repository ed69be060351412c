//! `db status | upgrade | check | forget-master-key`

use clap::Subcommand;
use serde_json::json;

use super::context::{Context, block_on};
use super::output;
use crate::base::error::{Error, Result};
use crate::domain::{house, stock};
use crate::store::{Options, Place, Store, database_file, schema};

#[derive(Subcommand)]
pub enum Command {
    /// Say what is stored, where, and by which engine
    Status,
    /// Bring an older database to this program's schema version; make a backup first
    Upgrade,
    /// Let the server start with a new master key when the old one is lost; signing secrets are lost with it
    ForgetMasterKey,
    /// Look for damage
    Check {
        /// Go on with a database that ends before the last acknowledged commit, such as an old copy put back
        #[arg(long)]
        accept_rollback: bool,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Status => status(context, &context.store()?),
            Self::Upgrade => {
                let store = Store::open(Options { upgrade: true, ..context.options()? })?;
                status(context, &store)
            }
            Self::ForgetMasterKey => {
                context.write("forget master key", house::forget_master)?;
                output::aside(
                    "The next start notes its master key. Rotate the API keys whose requests are signed.",
                );
                status(context, &context.store()?)
            }
            Self::Check { accept_rollback } => {
                let store = Store::open(Options { accept_rollback, ..context.options()? })?;
                let found = block_on(store.check())??;
                if context.json {
                    output::json(&json!({"ok": found.is_empty(), "found": found}));
                } else if found.is_empty() {
                    output::line("no damage found");
                }
                if found.is_empty() {
                    return Ok(());
                }
                Err(Error::broken(format!(
                    "the database is damaged; put back a backup: {}",
                    found.join("; ")
                )))
            }
        }
    }
}

fn status(context: &Context, store: &Store) -> Result<()> {
    let config = context.config()?;
    let (house, stock) = block_on(store.read(|tx| Ok((house::get(tx)?, stock::count(tx)?))))??;
    let (place, bytes) = match &config.place {
        Place::Folder(folder) => {
            let file = database_file(folder);
            (file.display().to_string(), std::fs::metadata(file).map(|m| m.len()).ok())
        }
        Place::Postgres(address) => (address.to_string(), None),
    };
    output::show(
        context.json,
        &json!({
            "engine": store.engine(),
            "place": place,
            "bytes": bytes,
            "schema_version": house.schema_version,
            "newest_schema_version": schema::VERSION,
            "products": stock.products,
            "customers": stock.customers,
            "licences": stock.licences,
            "activations": stock.activations,
        }),
    );
    Ok(())
}

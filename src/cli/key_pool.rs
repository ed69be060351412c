//! `key-pool add | left`

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::context::Context;
use super::output;
use crate::base::error::{Error, Result};
use crate::domain::key_pool;

#[derive(Subcommand)]
pub enum Command {
    /// Add keys made elsewhere, a line each; from then on the product sells no more than there are
    Add {
        /// The file
        file: PathBuf,
        /// The product's id
        #[arg(long)]
        product: i64,
    },
    /// How many keys are left
    Left {
        /// The product's id
        #[arg(long)]
        product: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Add { file, product } => {
                let text = std::fs::read_to_string(&file)
                    .map_err(|e| Error::invalid(format!("{} cannot be read: {e}", file.display())))?;
                let keys: Vec<String> =
                    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
                let added =
                    context.write_in("add keys", move |tx, shop| key_pool::add(tx, shop, product, &keys))?;
                output::show(context.json, &json!({"added": added.added, "known": added.known}));
            }
            Self::Left { product } => {
                let left = context.read(move |tx| key_pool::left(tx, product))?;
                output::show(context.json, &json!({"product_id": product, "left": left}));
            }
        }
        Ok(())
    }
}

//! `activation list | release`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::domain::activation::{self, Activation};
use crate::domain::licence;

#[derive(Subcommand)]
pub enum Command {
    /// List the activations of a licence, released ones too
    List {
        /// The licence key
        key: String,
    },
    /// Free one use
    Release {
        /// The licence key
        key: String,
        /// Which one
        usage_id: i64,
    },
}

/// The columns of a table of activations.
pub const COLUMNS: &[&str] = &["usage_id", "ip", "activated_at", "last_checked_at", "released_at", "extra"];

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let found = match self {
            Self::List { key } => context.read(move |tx| {
                let id = licence::get(tx, &key)?.licence_id;
                activation::list(tx, id)
            })?,
            Self::Release { key, usage_id } => context.write("release", move |tx| {
                let id = licence::get(tx, &key)?.licence_id;
                activation::release(tx, id, usage_id)?;
                activation::list(tx, id)
            })?,
        };
        let rows: Vec<Value> = found.iter().map(view).collect();
        output::list(context.json, &rows, COLUMNS, "Never activated.");
        Ok(())
    }
}

pub fn view(activation: &Activation) -> Value {
    output::object(
        activation,
        &[
            ("activated_at", Some(activation.activated_at)),
            ("last_checked_at", activation.last_checked_at),
            ("released_at", activation.released_at),
        ],
    )
}

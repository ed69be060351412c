//! `request list`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::time;
use crate::domain::request_log::{self, Filter};

#[derive(Subcommand)]
pub enum Command {
    /// List calls of the platform API, newest first, if the settings keep them
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this row
        #[arg(long)]
        before: Option<i64>,
        /// Only those that were answered so, such as 403
        #[arg(long)]
        status: Option<i64>,
        /// Only those of this route, such as /v1/orders/{id}
        #[arg(long)]
        route: Option<String>,
        /// Only those with this credential: an API key's id
        #[arg(long)]
        credential: Option<String>,
        /// Only those of then or later, as 2026-12-31 or 2026-12-31T12:00:00Z
        #[arg(long, value_name = "RFC3339")]
        from: Option<String>,
        /// Only those of before
        #[arg(long, value_name = "RFC3339")]
        to: Option<String>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let Self::List { limit, before, status, route, credential, from, to } = self;
        let filter = Filter {
            status,
            route,
            credential,
            from: from.as_deref().map(time::parse).transpose()?,
            to: to.as_deref().map(time::parse).transpose()?,
        };
        let found =
            context.read_in(move |tx, shop| request_log::list(tx, shop, &filter, before, limit.max(0)))?;
        let rows: Vec<Value> = found.iter().map(|entry| output::object(entry, &[])).collect();
        output::list(
            context.json,
            &rows,
            &["id", "created_at", "credential", "address", "method", "route", "status", "code", "micros"],
            "No calls are kept. Set request_log_days to keep them.",
        );
        output::more(rows.len(), limit, found.last().map(|entry| entry.id));
        Ok(())
    }
}

//! `event list | show`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::time;
use crate::domain::event::{self, Filter, Kind};

#[derive(Subcommand)]
pub enum Command {
    /// List what happened, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this event id
        #[arg(long)]
        before: Option<i64>,
        /// Only this type, such as order.paid
        #[arg(long = "type")]
        kind: Option<String>,
        /// Only what happened then or later, as 2026-12-31 or 2026-12-31T12:00:00Z
        #[arg(long, value_name = "RFC3339")]
        from: Option<String>,
        /// Only what happened before
        #[arg(long, value_name = "RFC3339")]
        to: Option<String>,
    },
    /// Show an event with all it tells
    Show {
        /// The event's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List { limit, before, kind, from, to } => {
                let filter = Filter {
                    kind: kind.as_deref().map(str::parse::<Kind>).transpose()?,
                    from: from.as_deref().map(time::parse).transpose()?,
                    to: to.as_deref().map(time::parse).transpose()?,
                };
                let found =
                    context.read_in(move |tx, shop| event::list(tx, shop, filter, before, limit.max(0)))?;
                let rows: Vec<Value> = found.iter().map(|event| output::object(event, &[])).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "created_at", "event", "data"],
                    "Nothing has happened yet, or too long ago.",
                );
                output::more(rows.len(), limit, found.last().map(|event| event.id));
            }
            Self::Show { id } => {
                let event = context.read_in(move |tx, shop| event::get(tx, shop, id))?;
                let shown = output::object(&event, &[]);
                output::show(context.json, &shown);
                if !context.json {
                    output::line(&format!("\n{:#}", shown["data"]));
                }
            }
        }
        Ok(())
    }
}

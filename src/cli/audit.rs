//! `audit list | show`

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::time;
use crate::domain::audit::{self, Action};
use crate::domain::audit_log::{self, Filter};

#[derive(Subcommand)]
pub enum Command {
    /// List who changed what, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this row
        #[arg(long)]
        before: Option<i64>,
        /// Only by this one: an API key's id, or a user of this machine
        #[arg(long)]
        actor: Option<String>,
        /// Only this, such as product.changed
        #[arg(long)]
        action: Option<String>,
        /// Only to this kind of thing, such as product
        #[arg(long)]
        subject: Option<String>,
        /// Only to the one with this id
        #[arg(long)]
        subject_id: Option<String>,
        /// Only what was done then or later, as 2026-12-31 or 2026-12-31T12:00:00Z
        #[arg(long, value_name = "RFC3339")]
        from: Option<String>,
        /// Only what was done before
        #[arg(long, value_name = "RFC3339")]
        to: Option<String>,
    },
    /// Show a change: how it was, and how it is
    Show {
        /// The row's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List { limit, before, actor, action, subject, subject_id, from, to } => {
                let filter = Filter {
                    actor,
                    action: action.as_deref().map(str::parse::<Action>).transpose()?,
                    subject: subject.as_deref().map(audit::subject).transpose()?,
                    subject_id,
                    from: from.as_deref().map(time::parse).transpose()?,
                    to: to.as_deref().map(time::parse).transpose()?,
                };
                let found = context
                    .read_in(move |tx, shop| audit_log::list(tx, shop, &filter, before, limit.max(0)))?;
                let rows: Vec<Value> = found.iter().map(|entry| output::object(entry, &[])).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "created_at", "actor_kind", "actor", "address", "action", "subject_id"],
                    "Nobody has changed anything.",
                );
                output::more(rows.len(), limit, found.last().map(|entry| entry.id));
            }
            Self::Show { id } => {
                let entry = context.read_in(move |tx, shop| audit_log::get(tx, shop, id))?;
                let shown = output::object(&entry, &[]);
                output::show(context.json, &shown);
                if !context.json {
                    output::line("");
                    output::list(false, &beside(&shown), &["field", "was", "is"], "Nothing more is told.");
                }
            }
        }
        Ok(())
    }
}

/// Old and new, a row for each field.
fn beside(shown: &Value) -> Vec<Value> {
    let (old, new) = (&shown["old"], &shown["new"]);
    let mut names: Vec<&String> = Vec::new();
    for name in [old, new].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .iter()
        .map(|name| json!({"field": name, "was": old[name.as_str()], "is": new[name.as_str()]}))
        .collect()
}

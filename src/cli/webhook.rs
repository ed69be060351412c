//! `webhook create | list | show | set | delete | rotate | secret | test | deliveries | redeliver | replay`

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use super::switch::Switch;
use crate::base::error::Result;
use crate::base::global_address;
use crate::base::time::{self, rfc3339};
use crate::domain::product;
use crate::domain::webhook::{self, Change, Format, Webhook};
use crate::domain::webhook_delivery::{self as delivery, Delivery};
use crate::domain::webhook_dialect;

#[derive(Subcommand)]
pub enum Command {
    /// Make an endpoint; prints its secret, which is not shown again
    Create {
        /// Where events are sent
        #[arg(long)]
        url: String,
        /// Whose events it is sent, signed as that dialect signs: platform, shopvo, shopkit or shoppy
        #[arg(long, default_value = "platform")]
        dialect: String,
        /// Types of events in the dialect's words, such as order.paid,licence.issued; all if not given
        #[arg(long, value_delimiter = ',')]
        events: Vec<String>,
        /// How the platform's deliveries are signed: standard (Standard Webhooks) or shookout
        #[arg(long, default_value = "standard")]
        format: String,
        /// Only of what concerns this product's id
        #[arg(long, value_name = "ID")]
        product: Option<i64>,
    },
    /// List endpoints, newest first
    List,
    /// Show an endpoint
    Show {
        /// The endpoint's id
        id: i64,
    },
    /// Change an endpoint
    Set {
        /// The endpoint's id
        id: i64,
        /// Where events are sent
        #[arg(long)]
        url: Option<String>,
        /// Types of events; "all" is every type
        #[arg(long, value_delimiter = ',')]
        events: Option<Vec<String>>,
        /// How the platform's deliveries are signed: standard or shookout
        #[arg(long)]
        format: Option<String>,
        /// Whether it is told of events
        #[arg(long, value_enum)]
        active: Option<Switch>,
    },
    /// Remove an endpoint with its log
    Delete {
        /// The endpoint's id
        id: i64,
    },
    /// Give an endpoint a new secret; the old one signs too for a day
    Rotate {
        /// The endpoint's id
        id: i64,
    },
    /// Show the secret that new endpoints of the dialects shopkit and shoppy sign with: the shop has one, which those dialects never tell
    Secret,
    /// Send an endpoint an event webhook.test; a running server delivers it
    Test {
        /// The endpoint's id
        id: i64,
    },
    /// What was delivered to an endpoint, or will be, newest first
    Deliveries {
        /// The endpoint's id
        id: i64,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: i64,
        /// Those before this delivery id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Try a delivery again from the beginning
    Redeliver {
        /// The delivery's id
        id: i64,
    },
    /// Send the events of a stretch of time once more
    Replay {
        /// The endpoint's id
        id: i64,
        /// From then on, as 2026-12-31 or 2026-12-31T12:00:00Z
        #[arg(long, value_name = "RFC3339")]
        from: String,
        /// Until then; now if not given
        #[arg(long, value_name = "RFC3339")]
        to: Option<String>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { url, dialect, events, format, product } => {
                let change = Change {
                    dialect: Some(dialect.parse()?),
                    product_id: product,
                    ..change(context, Some(url), Some(events), Some(&format), None)?
                };
                let master = context.master()?;
                let (made, secret) = context.write_in("make webhook", move |tx, shop| {
                    if let Some(id) = product {
                        product::get(tx, shop, id)?;
                    }
                    webhook::new(tx, shop, &change, &master)
                })?;
                with_secret(context, &made, &secret);
            }
            Self::List => {
                let found = context.read_in(|tx, shop| webhook::list(tx, shop, None, i64::MAX))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "url", "dialect", "format", "active", "failing_since", "off_reason"],
                    "Nobody is told of events yet. Make an endpoint: keywright webhook create --url https://…",
                );
            }
            Self::Show { id } => {
                output::show(
                    context.json,
                    &view(&context.read_in(move |tx, shop| webhook::get(tx, shop, id))?),
                );
            }
            Self::Set { id, url, events, format, active } => {
                let change = change(context, url, events, format.as_deref(), active)?;
                let set = context
                    .write_in("change webhook", move |tx, shop| webhook::set(tx, shop, id, &change))?;
                output::show(context.json, &view(&set));
            }
            Self::Delete { id } => {
                let gone =
                    context.write_in("delete webhook", move |tx, shop| webhook::delete(tx, shop, id))?;
                output::show(context.json, &view(&gone));
            }
            Self::Secret => {
                let master = context.master()?;
                let secret = context
                    .write_in("look up secret", move |tx, shop| webhook::told_secret(tx, shop, &master))?;
                output::show(context.json, &json!({"secret": secret}));
            }
            Self::Rotate { id } => {
                let master = context.master()?;
                let (webhook, secret) = context
                    .write_in("rotate webhook", move |tx, shop| webhook::rotate(tx, shop, id, &master))?;
                with_secret(context, &webhook, &secret);
            }
            Self::Test { id } => {
                let queued =
                    context.write_in("test webhook", move |tx, shop| delivery::test(tx, shop, id))?;
                output::show(context.json, &delivery_view(&queued));
            }
            Self::Deliveries { id, limit, before } => deliveries(context, id, limit, before)?,
            Self::Redeliver { id } => {
                let queued =
                    context.write_in("redeliver", move |tx, shop| delivery::redeliver(tx, shop, id))?;
                output::show(context.json, &delivery_view(&queued));
            }
            Self::Replay { id, from, to } => {
                let (from, to) = (time::parse(&from)?, to.as_deref().map(time::parse).transpose()?);
                let queued = context.write_in("replay", move |tx, shop| {
                    let to = to.unwrap_or(tx.now() + 1);
                    delivery::replay(tx, shop, id, from, to)
                })?;
                output::show(context.json, &json!({"queued": queued}));
            }
        }
        Ok(())
    }
}

fn deliveries(context: &Context, id: i64, limit: i64, before: Option<i64>) -> Result<()> {
    let found = context.read_in(move |tx, shop| {
        webhook::get(tx, shop, id)?;
        delivery::list(tx, id, before, limit.max(0))
    })?;
    let rows: Vec<Value> = found.iter().map(delivery_view).collect();
    output::list(
        context.json,
        &rows,
        &["id", "event_id", "status", "attempts", "http_status", "tried_at", "next_try_at"],
        "Nothing was delivered to it yet. Try it: keywright webhook test ID",
    );
    output::more(rows.len(), limit, found.last().map(|delivery| delivery.id));
    Ok(())
}

fn change(
    context: &Context,
    url: Option<String>,
    events: Option<Vec<String>>,
    format: Option<&str>,
    active: Option<Switch>,
) -> Result<Change> {
    if let Some(url) = &url {
        global_address::check_url(url, &context.config()?.webhook_allow)?;
    }
    let kinds = |names: Vec<String>| {
        names.iter().filter(|name| *name != "all").map(|name| webhook_dialect::word(name.trim())).collect()
    };
    Ok(Change {
        url,
        events: events.map(kinds).transpose()?,
        format: format.map(str::parse::<Format>).transpose()?,
        is_on: active.map(Switch::is_on),
        ..Change::default()
    })
}

fn with_secret(context: &Context, webhook: &Webhook, secret: &str) {
    let mut shown = view(webhook);
    shown["secret"] = secret.into();
    output::show(context.json, &shown);
    if !context.json {
        output::aside("Keep the secret now: it is not shown again.");
    }
}

fn view(w: &Webhook) -> Value {
    json!({"id": w.id, "url": w.url, "dialect": w.dialect, "events": w.events, "format": w.format, "active": w.is_on, "off_reason": w.off_reason,
        "failing_since": w.failing_since.map(rfc3339), "created_at": rfc3339(w.created_at)})
}

fn delivery_view(d: &Delivery) -> Value {
    json!({"id": d.id, "webhook_id": d.webhook_id, "event_id": d.event_id, "status": d.status, "attempts": d.attempts,
        "http_status": d.http_status, "answer": d.said, "created_at": rfc3339(d.created_at),
        "tried_at": d.tried_at.map(rfc3339), "next_try_at": d.due_at.map(rfc3339)})
}

//! `oauth-app create | list | show | rotate-secret | delete | grants | revoke-grant`

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::time::rfc3339;
use crate::domain::oauth_app::{self, App, Draft, Issued};
use crate::domain::oauth_grant::{self, Grant};
use crate::domain::scope::{self, Scope};

#[derive(Subcommand)]
pub enum Command {
    /// Make an app; its secret is shown this once
    Create {
        /// What people are asked to let in
        #[arg(long)]
        title: String,
        /// Where people are sent back to; may be given several times
        #[arg(long, required = true, value_name = "URL")]
        redirect_uri: Vec<String>,
        /// The most that it may ask for, such as read:products,read:licences; or all
        #[arg(long)]
        scopes: String,
        /// An app that cannot keep a secret, such as one on a phone or a desk: it has none, and must use PKCE
        #[arg(long)]
        public: bool,
    },
    /// List apps, newest first
    List,
    /// Show an app
    Show {
        /// Its client id: `app_…`
        client_id: String,
    },
    /// Give an app a new secret; the old one ends at once, tokens go on
    RotateSecret {
        /// Its client id
        client_id: String,
    },
    /// Take an app out; all its tokens end at once
    Delete {
        /// Its client id
        client_id: String,
    },
    /// What people let apps do, newest first
    Grants {
        /// Of this app only, by its client id
        #[arg(long, value_name = "CLIENT_ID")]
        app: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: i64,
        /// Those before this grant's id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Take back what somebody let an app do; its tokens end at once
    RevokeGrant {
        /// The grant's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, redirect_uri, scopes, public } => {
                let scopes = scope::parse_of(&scopes, Scope::PLATFORM)?;
                let draft = Draft { title, redirect_uris: redirect_uri, scopes, is_public: public };
                let issued =
                    context.write_in("make app", move |tx, shop| oauth_app::new(tx, shop, &draft))?;
                with_secret(context, &issued);
            }
            Self::List => {
                let found = context.read_in(oauth_app::list)?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["client_id", "title", "public", "scopes", "redirect_uri", "created_at"],
                    "There are no apps yet. Make one: keywright oauth-app create --title … --redirect-uri https://… --scopes …",
                );
            }
            Self::Show { client_id } => {
                let app = context.read_in(move |tx, shop| oauth_app::get(tx, shop, &client_id))?;
                output::show(context.json, &view(&app));
            }
            Self::RotateSecret { client_id } => {
                let issued = context.write_in("rotate app secret", move |tx, shop| {
                    oauth_app::rotate_secret(tx, shop, &client_id)
                })?;
                with_secret(context, &issued);
            }
            Self::Delete { client_id } => {
                let app = context
                    .write_in("delete app", move |tx, shop| oauth_app::delete(tx, shop, &client_id))?;
                output::show(context.json, &view(&app));
            }
            Self::Grants { app, limit, before } => grants(context, app, limit, before)?,
            Self::RevokeGrant { id } => {
                let grant =
                    context.write_in("revoke grant", move |tx, shop| oauth_grant::revoke(tx, shop, id))?;
                output::show(context.json, &grant_view(&grant));
            }
        }
        Ok(())
    }
}

fn grants(context: &Context, app: Option<String>, limit: i64, before: Option<i64>) -> Result<()> {
    let found = context.read_in(move |tx, shop| {
        let of = app.as_deref().map(|client_id| oauth_app::get(tx, shop, client_id)).transpose()?;
        oauth_grant::list(tx, shop, of.map(|app| app.id), before, limit.max(0))
    })?;
    let rows: Vec<Value> = found.iter().map(grant_view).collect();
    output::list(
        context.json,
        &rows,
        &["id", "app", "by", "email", "scopes", "created_at", "used_at", "ended_at", "end_reason"],
        "Nobody has let an app in yet.",
    );
    output::more(rows.len(), limit, found.last().map(|grant| grant.id));
    Ok(())
}

fn with_secret(context: &Context, issued: &Issued) {
    let mut shown = view(&issued.app);
    if let Some(secret) = &issued.secret {
        shown["client_secret"] = secret.as_str().into();
    }
    output::show(context.json, &shown);
    if issued.secret.is_some() && !context.json {
        output::aside("Keep the secret now: it is not shown again.");
    }
}

fn view(app: &App) -> Value {
    json!({"client_id": app.client_id, "title": app.title, "public": app.is_public, "scopes": scope::words(&app.scopes),
        "redirect_uri": app.redirect_uris.join(" "), "created_at": rfc3339(app.created_at)})
}

fn grant_view(grant: &Grant) -> Value {
    let by = if grant.person_id.is_some() { "person" } else { "customer" };
    json!({"id": grant.id, "app": grant.title, "client_id": grant.client_id, "by": by, "email": grant.email,
        "scopes": scope::words(&grant.scopes), "created_at": rfc3339(grant.created_at), "used_at": grant.used_at.map(rfc3339),
        "ended_at": grant.ended_at.map(rfc3339), "end_reason": grant.end_reason})
}

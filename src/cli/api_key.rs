//! `api-key create | adopt | list | rotate | revoke`

use clap::{Subcommand, ValueEnum};
use serde_json::Value;

use super::context::{Context, Whose};
use super::{output, secret};
use crate::base::error::{Error, Result};
use crate::base::time::{self, Millis};
use crate::domain::api_key::{self, ApiKey, Draft, Issued};
use crate::domain::carried::Source;
use crate::domain::plan::Plan;
use crate::domain::{house, scope, shop, site};

/// Which rows a key opens.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Mode {
    /// Real ones.
    Live,
    /// Rows for trying things out.
    Test,
}

impl Mode {
    fn of(self) -> shop::Mode {
        match self {
            Self::Live => shop::Mode::Live,
            Self::Test => shop::Mode::Test,
        }
    }
}

#[derive(Subcommand)]
pub enum Command {
    /// Make a key; it and its signing secret are shown this once
    Create {
        /// What it may do, such as read:products,write:licences; or all
        #[arg(long)]
        scopes: String,
        /// Which rows it opens
        #[arg(long, value_enum, default_value = "live")]
        mode: Mode,
        /// What it is for
        #[arg(long, default_value = "API key")]
        title: String,
        /// How many requests it may send: free, basic, pro, business, enterprise; that of the settings if not given
        #[arg(long)]
        plan: Option<String>,
        /// Networks (CIDR, separated by commas) it may be used from; any if not given
        #[arg(long, value_delimiter = ',')]
        networks: Vec<String>,
        /// When it ends, as 2026-12-31 or 2026-12-31T12:00:00Z
        #[arg(long, value_name = "RFC3339")]
        expires: Option<String>,
        /// Refuse requests without a signature
        #[arg(long)]
        must_sign: bool,
    },
    /// Let a key in that was made by another system, so that scripts which have it go on working; it opens that dialect alone
    ///
    /// The key is read from standard input, or asked for. Of the key itself nothing is kept but its hash.
    Adopt {
        /// Whose key it is: shopkit or shoppy
        #[arg(long)]
        dialect: Source,
        /// Which rows it opens
        #[arg(long, value_enum, default_value = "live")]
        mode: Mode,
        /// What it is for
        #[arg(long, default_value = "Key made elsewhere")]
        title: String,
    },
    /// List the keys of all sites, or of the one that --site names, newest first
    List,
    /// Make a successor with the same rights; the old key ends, at once or after some hours
    Rotate {
        /// The key's id: eight characters, as in `api-key list`
        id: String,
        /// Hours that the old key goes on, 24 at the most
        #[arg(long, default_value_t = 0)]
        overlap_hours: i64,
    },
    /// End a key at once
    Revoke {
        /// The key's id
        id: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { scopes, mode, title, plan, networks, expires, must_sign } => {
                let draft = Draft {
                    title,
                    scopes: scope::parse(&scopes)?,
                    plan: match plan {
                        Some(plan) => plan.parse::<Plan>()?,
                        None => context.config()?.api_key_plan,
                    },
                    must_sign,
                    networks: networks.iter().map(|text| api_key::network(text)).collect::<Result<_>>()?,
                    expires_at: expires.as_deref().map(time::parse).transpose()?,
                };
                let whose = Whose { mode: mode.of(), ..context.whose };
                let master = context.master()?;
                let issued = context.write("create API key", move |tx| {
                    house::settle_master(tx, &master)?;
                    let shop = whose.shop(tx)?;
                    api_key::new(tx, shop, &draft, &master)
                })?;
                show_once(context, &issued);
            }
            Self::Adopt { dialect, mode, title } => {
                if dialect == Source::Csv {
                    return Err(Error::invalid("a file has no keys; there are shopkit and shoppy"));
                }
                let whose = Whose { mode: mode.of(), ..context.whose };
                let (text, master) = (secret::read("The old service's key: ")?, context.master()?);
                let key = context.write("adopt API key", move |tx| {
                    house::settle_master(tx, &master)?;
                    let shop = whose.shop(tx)?;
                    api_key::adopt(tx, shop, dialect, &text, &title, &master)
                })?;
                output::show(context.json, &view(&key));
            }
            Self::List => {
                let site = context.whose.site;
                let found = context.read(move |tx| {
                    if let Some(id) = site {
                        site::get(tx, id)?;
                    }
                    api_key::list(tx)
                })?;
                let is_meant = |key: &&ApiKey| site.is_none_or(|id| id == key.site_id);
                let rows: Vec<Value> = found.iter().filter(is_meant).map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &[
                        "id",
                        "title",
                        "site_id",
                        "mode",
                        "plan",
                        "scopes",
                        "expires_at",
                        "revoked_at",
                        "last_used_at",
                    ],
                    "There are no API keys here. Make one: keywright api-key create --scopes all",
                );
            }
            Self::Rotate { id, overlap_hours } => {
                let master = context.master()?;
                let overlap: Millis = overlap_hours.saturating_mul(3_600 * time::SECOND);
                let issued = context.write("rotate API key", move |tx| {
                    house::settle_master(tx, &master)?;
                    api_key::rotate(tx, &id, overlap, &master)
                })?;
                show_once(context, &issued);
            }
            Self::Revoke { id } => {
                let key = context.write("revoke API key", move |tx| api_key::revoke(tx, &id))?;
                output::show(context.json, &view(&key));
            }
        }
        Ok(())
    }
}

fn show_once(context: &Context, issued: &Issued) {
    let mut shown = view(&issued.key);
    shown["key"] = issued.token.as_str().into();
    shown["secret"] = issued.secret.as_str().into();
    output::show(context.json, &shown);
    if !context.json {
        output::aside("Keep key and secret now: they are not shown again. Use: Authorization: Bearer KEY");
    }
}

fn view(key: &ApiKey) -> Value {
    let mut shown = output::object(
        key,
        &[
            ("created_at", Some(key.created_at)),
            ("expires_at", key.expires_at),
            ("revoked_at", key.revoked_at),
            ("last_used_at", key.last_used_at),
        ],
    );
    shown["scopes"] = scope::words(&key.scopes).into();
    shown["site_id"] = key.site_id.into();
    shown
}

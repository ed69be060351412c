//! `licence issue | set | show | list | suspend | resume | reset | explain | import | export`

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use super::context::{Context, block_on};
use super::licence_fields::{Issue, Set};
use super::{import, output};
use crate::base::error::{Kind, Result};
use crate::domain::ladder::Claim;
use crate::domain::licence::{self, Licence};
use crate::domain::{activation, explain, export, licence_list};
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// Issue a licence
    Issue(Box<Issue>),
    /// Change a licence
    Set(Set),
    /// Show a licence and its activations
    Show {
        /// The licence key
        key: String,
    },
    /// List licences in the order they were issued
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this licence id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Switch a licence off
    Suspend {
        /// The licence key
        key: String,
    },
    /// Switch a licence on again
    Resume {
        /// The licence key
        key: String,
    },
    /// Free all uses of a licence and forget a bound identifier
    Reset {
        /// The licence key
        key: String,
    },
    /// Why can or can't this key be activated?
    Explain {
        /// The licence key
        key: String,
        /// The identifier the app would send
        #[arg(long)]
        identifier: Option<String>,
        /// The address that checks would come from
        #[arg(long)]
        ip: Option<IpAddr>,
    },
    /// Take in licences from a CSV file (columns: keywright licence import --help)
    #[command(long_about = import::HELP)]
    Import {
        /// The file; the first line names the columns
        file: PathBuf,
        /// Only say what would be refused
        #[arg(long)]
        dry_run: bool,
    },
    /// Print licences as CSV, in the columns that import takes
    Export {
        /// Those of this product
        #[arg(long)]
        product: Option<i64>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Issue(issue) => {
                let draft = issue.draft()?;
                let issued = context.write_in("issue", move |tx, shop| licence::issue(tx, shop, &draft))?;
                output::show(context.json, &output::object(&issued, &[]));
            }
            Self::Set(set) => {
                let change = set.change()?;
                let licence = context.write_in("set licence", move |tx, shop| {
                    let id = named(tx, &set.licence)?;
                    licence::set(tx, shop, id, &change)
                })?;
                output::show(context.json, &view(&licence));
            }
            Self::Show { key } => {
                let (licence, uses) = context.read(move |tx| {
                    let licence = licence::get(tx, &key)?;
                    let uses = activation::list(tx, licence.licence_id)?;
                    Ok((licence, uses))
                })?;
                let uses: Vec<Value> = uses.iter().map(super::activation::view).collect();
                let mut shown = view(&licence);
                shown["activations"] = Value::Array(uses.clone());
                output::show(context.json, &shown);
                if !context.json {
                    output::line("");
                    output::list(false, &uses, super::activation::COLUMNS, "Never activated.");
                }
            }
            Self::List { limit, before } => {
                let found = context.read_in(move |tx, shop| {
                    licence_list::list(tx, shop, &licence_list::Filter::default(), before, limit.max(0))
                })?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["licence_id", "key", "product", "email", "status", "uses", "max_uses", "expires_at"],
                    "There are no licences here. Issue one: keywright licence issue --product ID --email a@b.example",
                );
                output::more(rows.len(), limit, found.last().map(|l| l.licence_id));
            }
            Self::Suspend { key } => switch(context, key, false)?,
            Self::Resume { key } => switch(context, key, true)?,
            Self::Reset { key } => {
                let licence = context.write("reset", move |tx| {
                    let id = licence::get(tx, &key)?.licence_id;
                    activation::reset(tx, id)?;
                    licence::get(tx, &key)
                })?;
                output::show(context.json, &view(&licence));
            }
            Self::Explain { key, identifier, ip } => explained(context, key, identifier, ip)?,
            Self::Export { product } => export(context, product)?,
            Self::Import { file, dry_run } => import::run(context, &file, dry_run)?,
        }
        Ok(())
    }
}

/// So many at a time: a table of millions is never in memory whole.
const PAGE: i64 = 10_000;

fn export(context: &Context, product: Option<i64>) -> Result<()> {
    let store = context.store()?;
    let (whose, mut before) = (context.whose, None);
    loop {
        let page = move |tx: &mut Tx<'_>| {
            let shop = whose.shop(tx)?;
            export::lines(tx, shop, product, before, PAGE)
        };
        let lines = block_on(store.read(page))??;
        output::raw(export::csv(&lines, before.is_none())?.as_bytes());
        match lines.last() {
            Some((id, _)) => before = Some(*id),
            None => return Ok(()),
        }
    }
}

/// The id of a licence that is named by its key, or else by the id itself.
fn named(tx: &mut Tx<'_>, key_or_id: &str) -> Result<i64> {
    match (licence::get(tx, key_or_id), key_or_id.parse::<i64>()) {
        (Err(e), Ok(id)) if e.kind == Kind::NotFound => Ok(id),
        (found, _) => found.map(|licence| licence.licence_id),
    }
}

fn switch(context: &Context, key: String, on: bool) -> Result<()> {
    let name = if on { "resume" } else { "suspend" };
    let licence = context.write(name, move |tx| licence::switch(tx, &key, on))?;
    output::show(context.json, &view(&licence));
    Ok(())
}

fn explained(context: &Context, key: String, identifier: Option<String>, ip: Option<IpAddr>) -> Result<()> {
    let rules = context.config()?.ip_rules;
    let address = ip.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let claim = Claim { key, identifier, address, named_address: None, rules };
    let rungs = context.read(move |tx| explain::explain(tx, &claim, ip.is_some()))?;
    if context.json {
        let passes = rungs.iter().all(|rung| rung.passes);
        output::json(&serde_json::json!({"passes": passes, "rungs": rungs}));
        return Ok(());
    }
    for rung in &rungs {
        output::line(&format!(
            "{}  {:<10}  {}",
            if rung.passes { "yes" } else { "NO " },
            rung.rung,
            rung.says
        ));
        if !rung.passes {
            output::line(&format!("     {:<10}  → {}", "", rung.mend));
        }
    }
    Ok(())
}

pub fn view(licence: &Licence) -> Value {
    output::object(licence, &[("issued_at", Some(licence.issued_at)), ("expires_at", licence.expires_at)])
}

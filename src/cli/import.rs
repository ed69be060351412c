//! `licence import`: licences made elsewhere, from a CSV file.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::context::{Context, Whose, actor, block_on};
use super::output;
use crate::base::error::{Error, Result};
use crate::domain::import::{self, Refused, Table, Taken};
use crate::domain::licence::Draft;
use crate::store::Store;

/// Rows stored together: all of a chunk's good rows, or, if the database fails, none.
const CHUNK: usize = 500;

/// The text of `licence import --help`.
pub const HELP: &str = "Take in licences from a CSV file in UTF-8. The first line names the columns, in any order:

  product_id   the product's id (needed)
  email        the customer's e-mail address (needed); a new customer is made if there is none with it
  key          the key made elsewhere; empty makes a new one
  name         the customer's name
  username     the customer's user name
  install_url  the web address the buyer registered
  max_uses     activations at once, -1 for no limit; empty takes the product's
  expires      when it ends, as 2026-12-31 or 2026-12-31T12:00:00Z; empty takes the product's term
  identifier   the identifier that is bound already (mode manual)
  status       active (or empty), or suspended

Rows are stored 500 at a time. A row that cannot be taken is refused with its line and the reason, and the others are
stored all the same; exit code 4 says that there were such rows.";

type Rows = Vec<(u64, Draft)>;

pub fn run(context: &Context, file: &Path, dry: bool) -> Result<()> {
    let unreadable = |e: &dyn std::fmt::Display| Error::invalid(format!("{}: {e}", file.display()));
    let size = std::fs::metadata(file).map_err(|e| unreadable(&e))?.len();
    let opened = std::fs::File::open(file).map_err(|e| unreadable(&e))?;
    let mut table = Table::open(opened).map_err(|e| e.at(file.display()))?;
    let store = context.store()?;
    let bar = progress(size);
    let (mut refused, mut seen, mut rows, mut total) = (Vec::new(), HashSet::new(), Rows::new(), 0u64);
    let mut taken = (!dry).then(Taken::default);
    loop {
        let row = table.row();
        let more = row.is_some();
        total += u64::from(more);
        match row {
            Some((line, Ok(draft))) => rows.push((line, draft)),
            Some((line, Err(e))) => refused.push(Refused { line, reason: e.message }),
            None => {}
        }
        if rows.len() == CHUNK || !more {
            let keys: Vec<String> = rows.iter().filter_map(|(_, draft)| draft.key.clone()).collect();
            let mut here =
                hand_over((&store, context.whose), std::mem::take(&mut rows), &mut seen, &mut taken)?;
            refused.append(&mut here);
            seen.extend(keys);
            bar.set_position(table.position());
        }
        if !more {
            break;
        }
    }
    bar.finish_and_clear();
    refused.sort_by_key(|r| r.line);
    report(context, total, &refused, dry)
}

/// Stores one chunk, or in a dry run, where nothing is taken, only looks at it; the rows that are refused.
fn hand_over(
    (store, whose): (&Store, Whose),
    rows: Rows,
    seen: &mut HashSet<String>,
    taken: &mut Option<Taken>,
) -> Result<Vec<Refused>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let known = std::mem::take(seen);
    let before = *taken;
    let work = move |tx: &mut crate::store::Tx<'_>, known: &HashSet<String>| {
        let shop = whose.shop(tx)?;
        import::chunk(tx, shop, &rows, &|key| known.contains(key), before)
    };
    let known = std::sync::Arc::new(known);
    let shared = known.clone();
    let (actor, is_dry) = (actor(), before.is_none());
    let (refused, now_taken) = if is_dry {
        block_on(store.read(move |tx| work(tx, &shared)))??
    } else {
        block_on(store.write("import", move |tx| {
            tx.act_for(&actor);
            work(tx, &shared)
        }))??
    };
    *taken = before.map(|_| now_taken);
    *seen = std::sync::Arc::try_unwrap(known).unwrap_or_else(|shared| (*shared).clone());
    Ok(refused)
}

fn progress(size: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} gone, {eta} to go");
    ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn report(context: &Context, total: u64, refused: &[Refused], dry: bool) -> Result<()> {
    let taken = total - u64::try_from(refused.len()).unwrap_or(total);
    if context.json {
        output::json(&json!({"rows": total, "imported": taken, "refused": refused, "dry_run": dry}));
    } else {
        for r in refused {
            output::aside(&format!("line {}: {}", r.line, r.reason));
        }
        let verb = if dry { "could be imported" } else { "imported" };
        output::line(&format!("{taken} of {total} rows {verb}, {} refused", refused.len()));
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(Error::refused(format!(
        "{} rows were refused; mend them and import those lines again (rows already imported are refused as doubles if they carry a key)",
        refused.len()
    )))
}

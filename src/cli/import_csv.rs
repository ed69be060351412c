//! `import csv`: products, customers and orders from files.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::context::{Context, actor, block_on};
use super::move_in::{progress, report};
use crate::base::error::{Error, Result};
use crate::domain::carried::Source;
use crate::domain::move_in::{self, Batch, Remark, Report, Seen};
use crate::domain::move_in_csv::{Noun, Table};
use crate::domain::shop::Shop;
use crate::store::Store;

/// Things that are taken in at a time.
const BATCH: usize = 500;

/// The text of `import csv --help`.
pub const HELP: &str = "Take in products, customers and orders from CSV files in UTF-8. A file is known by its name, which begins with \
products, customers or orders; they are taken in that order. The first line of each names its columns, in any order. Times are written as \
2026-12-31 or 2026-12-31T12:00:00Z, amounts as 29.99, before tax.

products: several lines with one id are one product with several forms, or several keys
  id           what it is called in the system it comes from (needed)
  title, price, currency    (needed)
  description  in Markdown
  slug, sku    the words in its page's address; the vendor's own word
  tax          on top, in percent
  stock        how many there are; empty: nobody counts
  visible      yes (or empty), or no
  kind         software (or empty), service
  images       addresses, with a space between them
  weight       in grams
  created      when it was made
  option       which form of it this line is, such as Small / Blue
  key          a licence key that waits to be sold

customers:
  email        (needed)
  id, name, phone, company, fiscal_id, address, zip_code, city, country (PRT or PT), created

orders: several lines with one id are one order with several lines; what is of the whole order stands in its first
  id, email, currency, created    (needed)
  title, price, quantity, tax     of a line: title and price needed, quantity 1 if empty
  product_id   what the product is called in products.csv
  option, sku  which form of it
  name         the customer's
  discount, shipping, shipping_method, total    of the whole; an empty total is what the lines come to
  paid         when; empty: it is not
  status       such as delivered, sent, canceled; empty: delivered if paid
  coupon, note
  key          licence keys that were handed out, with a space between them

Nothing is taken twice: run again with a longer file, it takes what is new. A thing that cannot be taken is told with its line, and the
others are taken all the same; exit code 4 says that there were such things.";

pub fn run(context: &Context, files: &[PathBuf], is_dry: bool) -> Result<()> {
    let mut files = files.iter().map(|file| Ok((noun(file)?, file.as_path()))).collect::<Result<Vec<_>>>()?;
    files.sort_by_key(|(noun, _)| *noun as u8);
    let store = context.store()?;
    let whose = context.whose;
    let shop = block_on(store.read(move |tx| whose.shop(tx)))??;
    let names: Vec<String> = files.iter().map(|(_, file)| file.display().to_string()).collect();
    let address = names.join(" ");
    let mut csv = Csv { store, shop, id: 0, report: Report::default(), seen: Arc::default() };
    let (mut place, mut is_resumed) = (Value::Null, false);
    if !is_dry {
        let begun = csv.write("begin import", move |tx| move_in::begin(tx, shop, Source::Csv, &address))?;
        (csv.id, place, is_resumed) = (begun.id, begun.place, begun.is_resumed);
    }
    let from = place["file"].as_u64().and_then(|file| usize::try_from(file).ok()).unwrap_or(0);
    for (number, (noun, file)) in files.iter().enumerate().skip(from) {
        let done = if number == from { place["done"].as_u64().unwrap_or(0) } else { 0 };
        csv.file(*noun, file, (number, done), is_dry)?;
    }
    if !is_dry {
        let (id, actor) = (csv.id, actor());
        csv.report = csv.write("end import", move |tx| move_in::end(tx, shop, Source::Csv, id, &actor))?;
    }
    report(context, Source::Csv, &csv.report, (is_dry, is_resumed))
}

/// What a file holds, by its name.
fn noun(file: &Path) -> Result<Noun> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    Noun::ALL.iter().copied().find(|noun| name.starts_with(noun.as_str())).ok_or_else(|| {
        Error::invalid(format!(
            "what {} holds is not told: its name begins with products, customers or orders",
            file.display()
        ))
    })
}

struct Csv {
    store: Store,
    shop: Shop,
    id: i64,
    report: Report,
    seen: Arc<std::sync::Mutex<Seen>>,
}

impl Csv {
    fn write<T, F>(&self, name: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut crate::store::Tx<'_>) -> Result<T> + Send + 'static,
    {
        block_on(self.store.write(name, f))?
    }

    /// Takes in a file, but for so many of its things that are through already.
    fn file(&mut self, noun: Noun, path: &Path, (number, done): (usize, u64), is_dry: bool) -> Result<()> {
        let unreadable = |e: &dyn std::fmt::Display| Error::invalid(format!("{}: {e}", path.display()));
        let opened = File::open(path).map_err(|e| unreadable(&e))?;
        let size = opened.metadata().map_err(|e| unreadable(&e))?.len();
        let mut table = Table::open(noun, opened).map_err(|e| e.at(path.display()))?;
        let bar = progress();
        bar.set_length(size);
        bar.set_message(noun.as_str());
        let (mut items, mut through) = (Vec::new(), 0);
        loop {
            let group = table.group();
            let is_more = group.is_some();
            if let Some((line, id, item)) = group {
                through += 1;
                if through > done {
                    let remark = |e: Error| Remark {
                        noun: noun.as_str().to_owned(),
                        old_id: id,
                        reason: format!("line {line}: {}", e.message),
                    };
                    items.push(item.map_err(remark));
                }
            }
            if items.len() == BATCH || (!is_more && !items.is_empty()) {
                let place = json!({"file": number, "done": through});
                self.take(Batch { items: std::mem::take(&mut items), place }, is_dry)?;
                bar.set_position(table.position());
            }
            if !is_more {
                break;
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn take(&mut self, batch: Batch, is_dry: bool) -> Result<()> {
        let (shop, id, batch) = (self.shop, self.id, Arc::new(batch));
        if is_dry {
            let (seen, before) = (self.seen.clone(), self.report.clone());
            self.report = block_on(self.store.read(move |tx| {
                let mut seen = seen.lock().map_err(|_| Error::broken("a dry run has lost its notes"))?;
                let mut report = before.clone();
                move_in::look(tx, shop, Source::Csv, &batch, &mut seen, &mut report)?;
                Ok(report)
            }))??;
            return Ok(());
        }
        let mut skip = BTreeMap::new();
        loop {
            let (again, left_out) = (batch.clone(), skip.clone());
            let taken =
                self.write("import", move |tx| move_in::take(tx, shop, Source::Csv, id, &again, &left_out));
            if let Some(report) = move_in::refused(taken, &mut skip)? {
                self.report = report;
                return Ok(());
            }
        }
    }
}

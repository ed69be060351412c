//! Licences made elsewhere, taken in from the rows of a CSV file.

use std::collections::HashSet;
use std::io::Read;

use super::shop::Shop;
use super::{audit, customer, licence};
use crate::base::error::{Error, Kind, Result};
use crate::base::time;
use crate::store::Tx;

/// The columns a file may have, in any order; `product_id` and `email` are needed.
pub const COLUMNS: [&str; 10] = [
    "product_id",
    "email",
    "key",
    "name",
    "username",
    "install_url",
    "max_uses",
    "expires",
    "identifier",
    "status",
];

/// A row that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    /// Its line in the file, counted from 1.
    pub line: u64,
    /// A sentence for people.
    pub reason: String,
}

/// The rows of a CSV file in UTF-8 whose first line names the columns.
pub struct Table<R> {
    reader: csv::Reader<R>,
    columns: Vec<String>,
}

impl<R: Read> Table<R> {
    /// Reads the first line. Refuses columns that are not known, and a file without those that are needed.
    pub fn open(from: R) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(from);
        let columns: Vec<String> = reader
            .headers()
            .map_err(|e| Error::invalid(e.to_string()))?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        if let Some(unknown) = columns.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
            let known = COLUMNS.join(", ");
            return Err(Error::invalid(format!("there is no column '{unknown}'; there are {known}")));
        }
        for needed in ["product_id", "email"] {
            if !columns.iter().any(|name| name == needed) {
                return Err(Error::invalid(format!(
                    "the column '{needed}' is missing; the first line names the columns"
                )));
            }
        }
        Ok(Self { reader, columns })
    }

    /// The next row, with its line.
    pub fn row(&mut self) -> Option<(u64, Result<licence::Draft>)> {
        let mut record = csv::StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                let cell = |column: &str| record.get(self.columns.iter().position(|name| name == column)?);
                Some((line, draft(cell)))
            }
            Err(e) => {
                let line = e.position().map_or(0, csv::Position::line);
                Some((line, Err(Error::invalid(format!("not a row of CSV in UTF-8: {e}")))))
            }
        }
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.reader.position().byte()
    }
}

/// Reads a row: `cell` gives the text under a column's name.
fn draft<'a>(cell: impl Fn(&str) -> Option<&'a str>) -> Result<licence::Draft> {
    let text = |column: &str| cell(column).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let number = |column: &str| {
        let read = |t: String| {
            t.parse().map_err(|_| Error::invalid(format!("{column} is '{t}', which is not a whole number")))
        };
        text(column).map(read).transpose()
    };
    Ok(licence::Draft {
        product_id: number("product_id")?.ok_or_else(|| Error::invalid("product_id is missing"))?,
        customer: customer::Change {
            email: text("email"),
            name: text("name"),
            username: text("username"),
            ..customer::Change::default()
        },
        install_url: text("install_url"),
        max_uses: number("max_uses")?,
        expires_at: text("expires").map(|t| time::parse(&t)).transpose()?,
        parent: None,
        key: text("key"),
        identifier: text("identifier"),
        suspended: match text("status").as_deref() {
            None | Some("active") => false,
            Some("suspended") => true,
            Some(other) => {
                return Err(Error::invalid(format!("status is '{other}'; it may be active or suspended")));
            }
        },
    })
}

/// What an import has taken in so far, and the row of the audit log that says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken {
    count: usize,
    row: Option<i64>,
}

/// Issues a chunk of rows in one transaction and says which were refused; the others are stored together, and added to what was
/// `taken` of the same import before. Without that it is a dry run, which only says it. `seen` knows the keys of the chunks before, so that a dry run finds doubles too.
pub fn chunk(
    tx: &mut Tx<'_>,
    shop: Shop,
    rows: &[(u64, licence::Draft)],
    seen: &dyn Fn(&str) -> bool,
    taken: Option<Taken>,
) -> Result<(Vec<Refused>, Taken)> {
    let mut refused = Vec::new();
    let mut here = HashSet::new();
    for (line, draft) in rows {
        let fresh = match &draft.key {
            Some(key) => !seen(key) && here.insert(key.as_str()),
            None => true,
        };
        let outcome = if fresh {
            licence::admit(tx, shop, draft)
        } else {
            Err(Error::refused("this key stands on an earlier line too"))
        };
        match outcome {
            Ok(_) if taken.is_none() => {}
            Ok(product) => drop(licence::take_in(tx, draft, &product)?),
            Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused | Kind::NotFound) => {
                refused.push(Refused { line: *line, reason: e.message });
            }
            Err(e) => return Err(e),
        }
    }
    let Some(before) = taken else { return Ok((refused, Taken::default())) };
    let count = before.count + rows.len() - refused.len();
    let row = if count > before.count { audit::imported(tx, shop, before.row, count)? } else { before.row };
    Ok((refused, Taken { count, row }))
}

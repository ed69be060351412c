//! Products, customers and orders from CSV files, in words of ours: on their way in as those of other services are.

use std::io::Read;

use super::move_in_cells::{self as cells, Cells};
use super::move_in_item::Item;
use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// What a file holds.
    Noun, "kind of file" {
        /// Products, each in one or more lines.
        Products = "products",
        /// Customers.
        Customers = "customers",
        /// Orders, a line each of their lines.
        Orders = "orders",
    }
}

/// The columns of a file: those that are needed, and the others.
type Columns = (&'static [&'static str], &'static [&'static str]);

impl Noun {
    /// The columns a file may have.
    pub fn columns(self) -> Columns {
        match self {
            Self::Products => (
                &["id", "title", "price", "currency"],
                &[
                    "description",
                    "slug",
                    "sku",
                    "tax",
                    "stock",
                    "visible",
                    "kind",
                    "images",
                    "weight",
                    "created",
                    "option",
                    "key",
                ],
            ),
            Self::Customers => (
                &["email"],
                &[
                    "id",
                    "name",
                    "phone",
                    "company",
                    "fiscal_id",
                    "address",
                    "zip_code",
                    "city",
                    "country",
                    "created",
                ],
            ),
            Self::Orders => (
                &["id", "email", "currency", "title", "price", "created"],
                &[
                    "name",
                    "product_id",
                    "option",
                    "sku",
                    "quantity",
                    "tax",
                    "discount",
                    "shipping",
                    "shipping_method",
                    "total",
                    "paid",
                    "status",
                    "coupon",
                    "note",
                    "key",
                ],
            ),
        }
    }
}

/// A file whose rows are read in groups: neighbours with the same id are one thing.
pub struct Table<R> {
    noun: Noun,
    reader: csv::Reader<R>,
    columns: Vec<String>,
    ahead: Option<Cells>,
}

/// What was read: the line it begins in, what it is called, and what it is.
pub type Group = (u64, String, Result<Item>);

impl<R: Read> Table<R> {
    /// Reads the first line. Refuses columns that are not known, and a file without those that are needed.
    pub fn open(noun: Noun, from: R) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(from);
        let columns: Vec<String> = reader
            .headers()
            .map_err(|e| Error::invalid(e.to_string()))?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let (needed, others) = noun.columns();
        let is_known = |name: &str| needed.contains(&name) || others.contains(&name);
        if let Some(unknown) = columns.iter().find(|name| !is_known(name)) {
            let known = [needed, others].concat().join(", ");
            return Err(Error::invalid(format!("there is no column '{unknown}'; there are {known}")));
        }
        if let Some(missing) = needed.iter().find(|name| !columns.iter().any(|column| column == *name)) {
            return Err(Error::invalid(format!(
                "the column '{missing}' is missing; the first line names the columns"
            )));
        }
        Ok(Self { noun, reader, columns, ahead: None })
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.reader.position().byte()
    }

    /// The next thing.
    pub fn group(&mut self) -> Option<Group> {
        let first = match self.ahead.take() {
            Some(cells) => cells,
            None => match self.row()? {
                Ok(cells) => cells,
                Err((line, e)) => return Some((line, String::new(), Err(e))),
            },
        };
        let id = name_of(&first, self.noun);
        let (line, mut rows) = (first.line, vec![first]);
        while let Some(next) = self.row() {
            match next {
                Ok(cells)
                    if self.noun != Noun::Customers && !id.is_empty() && name_of(&cells, self.noun) == id =>
                {
                    rows.push(cells);
                }
                Ok(cells) => {
                    self.ahead = Some(cells);
                    break;
                }
                Err((_, e)) => return Some((line, id, Err(e))),
            }
        }
        let item = match self.noun {
            Noun::Products => cells::product(&rows),
            Noun::Customers => rows[0].customer().map(|customer| Item::Customer(Box::new(customer))),
            Noun::Orders => cells::order(&rows),
        };
        Some((line, id, item))
    }

    fn row(&mut self) -> Option<std::result::Result<Cells, (u64, Error)>> {
        let mut record = csv::StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => {
                let cells =
                    self.columns.iter().cloned().zip(record.iter().map(|cell| cell.trim().to_owned()));
                let cells = cells.filter(|(_, cell)| !cell.is_empty()).collect();
                Some(Ok(Cells { line: record.position().map_or(0, csv::Position::line), cells }))
            }
            Err(e) => {
                let line = e.position().map_or(0, csv::Position::line);
                Some(Err((line, Error::invalid(format!("not a row of CSV in UTF-8: {e}")))))
            }
        }
    }
}

/// What rows are grouped by.
fn name_of(cells: &Cells, noun: Noun) -> String {
    cells.text(if noun == Noun::Customers { "email" } else { "id" }).unwrap_or_default()
}

//! What rows of a CSV file say: cells in words of ours, and the things that they are.

use std::collections::BTreeMap;

use super::address::Address;
use super::move_in_fit as fit;
use super::move_in_item::{Customer, Item, Line, Order, Product, Variant};
use super::order::{Fulfilment, Payment};
use super::sale_facts::Facts;
use super::{product, product_extra, showcase};
use crate::base::error::{Error, Result};
use crate::base::money;
use crate::base::time::{self, Millis};

/// A row: its line in the file, and its cells that are not empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub line: u64,
    pub cells: BTreeMap<String, String>,
}

impl Cells {
    /// A cell.
    pub fn text(&self, column: &str) -> Option<String> {
        self.cells.get(column).cloned()
    }

    fn needed(&self, column: &str) -> Result<String> {
        self.text(column).ok_or_else(|| Error::invalid(format!("{column} is missing")))
    }

    fn number(&self, column: &str) -> Result<Option<i64>> {
        let read = |text: String| {
            text.parse()
                .map_err(|_| Error::invalid(format!("{column} is '{text}', which is not a whole number")))
        };
        self.text(column).map(read).transpose()
    }

    fn money(&self, column: &str, currency: &str) -> Result<Option<i64>> {
        self.text(column).map(|text| money::read(&text, currency).map_err(|e| e.at(column))).transpose()
    }

    fn percent(&self, column: &str) -> Result<i64> {
        // Hundredths of a percent, as cents are of a euro.
        let read = |text: String| {
            money::read(&text, "EUR")
                .map_err(|_| Error::invalid(format!("{column} is '{text}', which is no percentage")))
        };
        Ok(self.text(column).map(read).transpose()?.unwrap_or(0))
    }

    fn time(&self, column: &str) -> Result<Option<Millis>> {
        self.text(column).map(|text| time::parse(&text).map_err(|e| e.at(column))).transpose()
    }

    fn flag(&self, column: &str, otherwise: bool) -> Result<bool> {
        match self.cells.get(column).map(|text| text.to_ascii_lowercase()).as_deref() {
            None => Ok(otherwise),
            Some("yes" | "true" | "1" | "on") => Ok(true),
            Some("no" | "false" | "0" | "off") => Ok(false),
            Some(other) => Err(Error::invalid(format!("{column} is '{other}'; it may be yes or no"))),
        }
    }

    /// A customer, in one row.
    pub fn customer(&self) -> Result<Customer> {
        let country = self.text("country").unwrap_or_default();
        Ok(Customer {
            old_id: self.text("id"),
            email: self.needed("email")?,
            name: self.text("name"),
            phone: self.text("phone"),
            delivery: Address {
                address: self.text("address").unwrap_or_default(),
                zip_code: self.text("zip_code").unwrap_or_default(),
                city: self.text("city").unwrap_or_default(),
                country_code: country,
                ..Address::default()
            }
            .checked()?,
            fiscal_id: self.text("fiscal_id"),
            company: self.text("company"),
            created_at: self.time("created")?,
            ..Customer::default()
        })
    }
}

/// A product; further lines are its forms, or further keys to sell.
pub(super) fn product(rows: &[Cells]) -> Result<Item> {
    let first = &rows[0];
    let currency = money::currency(&first.needed("currency")?)?;
    let kind = first.text("kind").map_or(Ok(product::Kind::Software), |kind| kind.parse())?;
    let price = first.money("price", &currency)?;
    let mut variants: Vec<Variant> = Vec::new();
    for row in rows.iter().filter(|row| row.cells.contains_key("option")) {
        let own = row.money("price", &currency)?;
        variants.push(Variant {
            title: row.needed("option")?,
            sku: row.text("sku"),
            price_minor: own.filter(|own| Some(*own) != price),
            stock: row.number("stock")?,
            ..Variant::default()
        });
    }
    let has_forms = !variants.is_empty();
    let own = Variant {
        sku: first.text("sku").filter(|_| !has_forms),
        stock: first.number("stock")?.filter(|_| !has_forms),
        ..Variant::default()
    };
    let images = first.text("images").unwrap_or_default();
    Ok(Item::Product(Box::new(Product {
        old_id: first.needed("id")?,
        change: product::Change {
            kind: Some(kind),
            title: Some(fit::title(&first.needed("title")?, "Product")),
            description: Some(fit::page(&first.text("description").unwrap_or_default(), 50_000)),
            visible: Some(first.flag("visible", true)?),
            price: Some(price.map(|minor| (minor, currency.clone()))),
            tax_bp: Some(first.percent("tax")?),
            showcase: showcase::Change {
                images: Some(images.split_whitespace().filter_map(fit::address).collect()),
                ..showcase::Change::default()
            },
            ..product::Change::default()
        },
        extra: product_extra::Change {
            weight_g: first.number("weight")?,
            ..product_extra::Change::default()
        },
        slug: first.text("slug").unwrap_or_default(),
        variants,
        own,
        pool: rows.iter().filter_map(|row| row.text("key")).collect(),
        created_at: first.time("created")?,
        ..Product::default()
    })))
}

/// An order; further lines are further lines of it. What is of the whole order stands in the first.
pub(super) fn order(rows: &[Cells]) -> Result<Item> {
    let first = &rows[0];
    let currency = money::currency(&first.needed("currency")?)?;
    let created_at = first.time("created")?.ok_or_else(|| Error::invalid("created is missing"))?;
    let paid_at = first.time("paid")?;
    let fulfilment = match first.text("status") {
        Some(word) => word.parse()?,
        None if paid_at.is_some() => Fulfilment::Delivered,
        None => Fulfilment::WaitingPayment,
    };
    let mut lines = Vec::new();
    for row in rows {
        lines.push(Line {
            product: row.text("product_id"),
            title: row.needed("title")?,
            option: row.text("option"),
            sku: row.text("sku"),
            unit_minor: row.money("price", &currency)?.ok_or_else(|| Error::invalid("price is missing"))?,
            quantity: row.number("quantity")?.unwrap_or(1),
            tax_bp: row.percent("tax")?,
            keys: row
                .text("key")
                .into_iter()
                .flat_map(|keys| keys.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
                .collect(),
            ..Line::default()
        });
    }
    let discount_minor = first.money("discount", &currency)?.unwrap_or(0);
    let shipping_minor = first.money("shipping", &currency)?.unwrap_or(0);
    let total_minor = match first.money("total", &currency)? {
        Some(total) => total,
        None => total_of(&lines, discount_minor, shipping_minor)?,
    };
    let at = |is_so: bool| is_so.then_some(paid_at.unwrap_or(created_at));
    Ok(Item::Order(Box::new(Order {
        old_id: first.needed("id")?,
        number: None,
        hash: None,
        customer: Customer {
            email: first.needed("email")?,
            name: first.text("name"),
            created_at: Some(created_at),
            ..Customer::default()
        },
        lines,
        discount_minor,
        shipping_minor,
        shipping_title: first.text("shipping_method"),
        shipping_bp: 0,
        total_minor,
        refunded_minor: 0,
        payment: if paid_at.is_some() { Payment::Paid } else { Payment::Unpaid },
        fulfilment,
        coupon_code: first.text("coupon"),
        created_at,
        updated_at: paid_at.unwrap_or(created_at).max(created_at),
        paid_at,
        sent_at: at(fulfilment == Fulfilment::Sent),
        delivered_at: at(fulfilment == Fulfilment::Delivered),
        canceled_at: at(fulfilment == Fulfilment::Canceled),
        disputed_at: None,
        is_new: false,
        invoice_url: None,
        tracking_url: None,
        note: first.text("note"),
        client_note: None,
        facts: Facts::default(),
        reference: None,
        currency,
    })))
}

/// What lines come to with tax on them, the discount off and shipping on top.
fn total_of(lines: &[Line], discount: i64, shipping: i64) -> Result<i64> {
    let mut worth = Vec::new();
    for line in lines {
        worth.push(money::amount(i128::from(line.unit_minor) * i128::from(line.quantity.max(0)))?);
    }
    let subtotal: i64 = worth.iter().sum();
    let off = money::divide(discount.min(subtotal), &worth);
    let mut tax = 0;
    for ((line, worth), off) in lines.iter().zip(&worth).zip(&off) {
        tax += money::share(worth - off, line.tax_bp);
    }
    money::amount(
        i128::from(subtotal) - i128::from(discount.min(subtotal))
            + i128::from(shipping)
            + i128::from(money::round(tax)?),
    )
}

//! Lines of an order: what was asked for, as the catalogue had it then (tables `sale_line` and `sale_line_item`).

use super::product::{self, Kind, Product};
use super::product_extra;
use super::shop::Shop;
use super::variant::Variant;
use crate::base::error::Result;
use crate::store::Tx;
use crate::values;

/// A line of an order to be placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftLine {
    /// What.
    pub product_id: i64,
    /// How many.
    pub quantity: i64,
    /// Which of its variants; its default one without a word.
    pub variant_id: Option<i64>,
    /// A purchase that lasts longer then, instead of a new one.
    pub renews: Option<i64>,
    /// A purchase of the same customer that the new ones are for.
    pub parent: Option<i64>,
    /// What it is called and costs, where that was agreed elsewhere.
    pub agreed: Option<Agreed>,
}

/// What was agreed of a line, instead of what the catalogue says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// What it is called.
    pub title: String,
    /// What one costs before tax, in minor units of the draft's currency.
    pub unit_minor: i64,
    /// Tax on top, in basis points.
    pub tax_bp: i64,
}

/// A line of an order; columns as in `schema.sql`, table `sale_line`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct OrderLine {
    pub id: i64,
    pub product_id: i64,
    pub title: String,
    pub unit_minor: i64,
    pub quantity: i64,
    pub tax_bp: i64,
    pub discount_minor: i64,
    pub term_days: Option<i64>,
    pub renews_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub variant_id: Option<i64>,
    pub variant_title: Option<String>,
    pub sku: Option<String>,
    pub weight_g: i64,
    /// Made for it, once the order is paid.
    pub purchases: Vec<i64>,
}

impl OrderLine {
    /// What was bought: the product, and which of its variants where it has some.
    pub fn name(&self) -> String {
        self.variant_title
            .as_ref()
            .map_or_else(|| self.title.clone(), |variant| format!("{} — {variant}", self.title))
    }
}

/// Adds a line to an order, with all of its product that must not change any more.
pub fn add(
    tx: &mut Tx<'_>,
    shop: Shop,
    order_id: i64,
    line: &DraftLine,
    (product, variant): (&Product, &Variant),
    discount: i64,
) -> Result<()> {
    let weight_g = product_extra::get(tx, product.id)?.weight_g;
    let id: i64 = tx.one(
        "insert into sale_line (sale_id, product_id, title, unit_minor, quantity, tax_bp, discount_minor, renews_id, \
         term_days, parent_id, variant_id, variant_title, sku, weight_g) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id",
        values![
            order_id,
            product.id,
            &product.title,
            product.price_minor.unwrap_or_default(),
            line.quantity,
            product.tax_bp,
            discount,
            line.renews,
            product.policy.term_days,
            line.parent,
            variant.id,
            Some(&variant.title).filter(|_| !variant.is_implicit),
            variant.sku.as_ref(),
            weight_g
        ],
        |row| row.get(0),
    )?;
    if product.kind != Kind::Bundle {
        return Ok(());
    }
    for item in &product.items {
        let term_days = product::get(tx, shop, *item)?.policy.term_days;
        tx.exec(
            "insert into sale_line_item (sale_line_id, product_id, term_days) values ($1, $2, $3)",
            values![id, *item, term_days],
        )?;
    }
    Ok(())
}

/// The lines of an order, with the purchases made for them.
pub fn list(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<OrderLine>> {
    let mut lines = bare(tx, order_id)?;
    let purchases: Vec<(i64, i64)> = tx.all(
        "select s.id, p.id from sale_line s join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id \
         where s.sale_id = $1 order by p.id",
        values![order_id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for line in &mut lines {
        let own = purchases.iter().filter(|(of, _)| *of == line.id);
        line.purchases = own.map(|(_, purchase)| *purchase).collect();
    }
    Ok(lines)
}

/// The lines of an order, without what was made for them.
pub fn bare(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<OrderLine>> {
    tx.all(
        "select id, product_id, title, unit_minor, quantity, tax_bp, discount_minor, renews_id, term_days, parent_id, variant_id, variant_title, sku, \
         weight_g from sale_line where sale_id = $1 order by id",
        values![order_id],
        |row| {
            Ok(OrderLine {
                id: row.get(0)?,
                product_id: row.get(1)?,
                title: row.get(2)?,
                unit_minor: row.get(3)?,
                quantity: row.get(4)?,
                tax_bp: row.get(5)?,
                discount_minor: row.get(6)?,
                renews_id: row.get(7)?,
                term_days: row.get(8)?,
                parent_id: row.get(9)?,
                variant_id: row.get(10)?,
                variant_title: row.get(11)?,
                sku: row.get(12)?,
                weight_g: row.get(13)?,
                purchases: Vec::new(),
            })
        },
    )
}

/// What one piece of a line hands out, each for the days that were agreed: its product, or what the bundle was made of.
pub fn contents(tx: &mut Tx<'_>, shop: Shop, line: &OrderLine) -> Result<Vec<Product>> {
    let mut agreed = tx.all(
        "select product_id, term_days from sale_line_item where sale_line_id = $1 order by product_id",
        values![line.id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if agreed.is_empty() {
        agreed.push((line.product_id, line.term_days));
    }
    let as_agreed = |(id, term_days)| {
        let mut product = product::get(tx, shop, id)?;
        product.policy.term_days = term_days;
        Ok(product)
    };
    agreed.into_iter().map(as_agreed).collect()
}

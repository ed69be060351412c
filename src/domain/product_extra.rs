//! What shops of goods know of a product beside what it is (table `product_extra`): rules of its stock, weights, a promotional price, what
//! search engines are told. A product without a row is as the defaults say.

use serde::Serialize;
use serde_json::{Map, Value};

use super::audit::{self, Action};
use super::policy::{put, within};
use super::shop::Shop;
use super::{house, product};
use crate::base::error::{Error, Result};
use crate::base::{money, text};
use crate::store::{Row, Tx};
use crate::values;

/// The longest JSON that is kept of a dialect's own words, in bytes.
const LONGEST: usize = 64 * 1_024;
/// The most a product can weigh, in grams.
const HEAVIEST: i64 = 100_000_000;
/// The most questions to a buyer.
const QUESTIONS: usize = 50;

/// What is known of a product beside; columns as in `schema.sql`, table `product_extra`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Extra {
    pub reference: Option<String>,
    pub promo_minor: Option<i64>,
    pub is_on_request: bool,
    pub is_new: bool,
    pub is_soon: bool,
    pub position: i64,
    pub weight_g: i64,
    pub shipping_minor: i64,
    pub min_quantity: i64,
    pub max_quantity: Option<i64>,
    pub is_sold_single: bool,
    pub is_backorder: bool,
    pub shows_stock: bool,
    pub video_url: Option<String>,
    pub page_title: Option<String>,
    pub meta_description: Option<String>,
    pub meta_tags: Option<String>,
    pub letter: String,
    pub custom_fields: Vec<Value>,
    pub shoppy: Map<String, Value>,
}

impl Default for Extra {
    fn default() -> Self {
        Self {
            reference: None,
            promo_minor: None,
            is_on_request: false,
            is_new: false,
            is_soon: false,
            position: 0,
            weight_g: 0,
            shipping_minor: 0,
            min_quantity: 1,
            max_quantity: None,
            is_sold_single: false,
            is_backorder: false,
            shows_stock: true,
            video_url: None,
            page_title: None,
            meta_description: None,
            meta_tags: None,
            letter: String::new(),
            custom_fields: Vec::new(),
            shoppy: Map::new(),
        }
    }
}

/// What to set; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub reference: Option<Option<String>>,
    pub promo_minor: Option<Option<i64>>,
    pub is_on_request: Option<bool>,
    pub is_new: Option<bool>,
    pub is_soon: Option<bool>,
    pub position: Option<i64>,
    pub weight_g: Option<i64>,
    pub shipping_minor: Option<i64>,
    pub min_quantity: Option<i64>,
    pub max_quantity: Option<Option<i64>>,
    pub is_sold_single: Option<bool>,
    pub is_backorder: Option<bool>,
    pub shows_stock: Option<bool>,
    pub video_url: Option<Option<String>>,
    pub page_title: Option<Option<String>>,
    pub meta_description: Option<Option<String>>,
    pub meta_tags: Option<Option<String>>,
    pub letter: Option<String>,
    pub custom_fields: Option<Vec<Value>>,
    pub shoppy: Option<Map<String, Value>>,
}

impl Extra {
    /// What one costs instead of `price`, if there is a promotional price.
    pub fn price(&self, price: Option<i64>) -> Option<i64> {
        self.promo_minor.or(price)
    }

    /// Refuses what no order may hold of it.
    pub fn admits(&self, quantity: i64) -> Result<()> {
        let most = if self.is_sold_single { Some(1) } else { self.max_quantity };
        if self.is_on_request {
            let message = "its price is told on request: it cannot be bought here";
            return Err(Error::refused(message).about("not_on_sale"));
        }
        if quantity < self.min_quantity {
            let message = format!("an order holds {} of it at the least", self.min_quantity);
            return Err(Error::invalid(message).about("quantity"));
        }
        match most.filter(|most| quantity > *most) {
            None => Ok(()),
            Some(most) => {
                Err(Error::invalid(format!("an order holds {most} of it at the most")).about("quantity"))
            }
        }
    }

    fn apply(&mut self, change: Change) -> Result<()> {
        let line = |what: &'static str, said: Option<String>, most| {
            let said = said.filter(|said| !said.trim().is_empty());
            said.map(|said| text::page(what, said.trim(), most).map_err(|e| e.about(what))).transpose()
        };
        if let Some(reference) = change.reference {
            self.reference = line("reference", reference, 200)?;
        }
        if let Some(url) = change.video_url {
            self.video_url = line("video_url", url, 2_000)?;
        }
        if let Some(title) = change.page_title {
            self.page_title = line("page_title", title, 500)?;
        }
        if let Some(description) = change.meta_description {
            self.meta_description = line("meta_description", description, 2_000)?;
        }
        if let Some(tags) = change.meta_tags {
            self.meta_tags = line("meta_tags", tags, 2_000)?;
        }
        if let Some(letter) = change.letter {
            self.letter = text::page("the letter", &letter, 10_000).map_err(|e| e.about("letter"))?;
        }
        put(&mut self.promo_minor, change.promo_minor);
        put(&mut self.is_on_request, change.is_on_request);
        put(&mut self.is_new, change.is_new);
        put(&mut self.is_soon, change.is_soon);
        put(&mut self.position, change.position);
        put(&mut self.weight_g, change.weight_g);
        put(&mut self.shipping_minor, change.shipping_minor);
        put(&mut self.min_quantity, change.min_quantity);
        put(&mut self.max_quantity, change.max_quantity);
        put(&mut self.is_sold_single, change.is_sold_single);
        put(&mut self.is_backorder, change.is_backorder);
        put(&mut self.shows_stock, change.shows_stock);
        put(&mut self.custom_fields, change.custom_fields);
        put(&mut self.shoppy, change.shoppy);
        self.fits()
    }

    fn fits(&self) -> Result<()> {
        within("the promotional price", "promo_minor", self.promo_minor.unwrap_or(0), 0, money::MOST)?;
        within("the price of sending it", "shipping_minor", self.shipping_minor, 0, money::MOST)?;
        within("the weight", "weight_g", self.weight_g, 0, HEAVIEST)?;
        within("the position", "position", self.position, -1_000_000_000, 1_000_000_000)?;
        within("the least quantity", "min_quantity", self.min_quantity, 1, 1_000_000)?;
        let most = self.max_quantity.unwrap_or(1_000_000);
        within("the most quantity", "max_quantity", most, self.min_quantity, 1_000_000)?;
        if self.custom_fields.len() > QUESTIONS || written(&self.custom_fields)?.len() > LONGEST {
            let message = format!("a product asks up to {QUESTIONS} things, of 64 KiB together");
            return Err(Error::invalid(message).about("custom_fields"));
        }
        if written(&self.shoppy)?.len() > LONGEST {
            return Err(Error::invalid("more than 64 KiB is said of it"));
        }
        Ok(())
    }
}

fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::broken(format!("JSON cannot be written: {e}")))
}

/// What is known of a product beside.
pub fn get(tx: &mut Tx<'_>, product_id: i64) -> Result<Extra> {
    let found = tx.maybe(
        "select reference, promo_minor, is_on_request, is_new, is_soon, position, weight_g, shipping_minor, min_quantity, max_quantity, \
         is_sold_single, is_backorder, shows_stock, video_url, page_title, meta_description, meta_tags, letter, custom_fields, shoppy \
         from product_extra where product_id = $1",
        values![product_id],
        read,
    )?;
    Ok(found.unwrap_or_default())
}

/// Sets what is known of a product beside, whole or not at all.
pub fn set(tx: &mut Tx<'_>, shop: Shop, product_id: i64, change: &Change) -> Result<Extra> {
    product::get(tx, shop, product_id)?;
    let old = get(tx, product_id)?;
    let mut x = old.clone();
    x.apply(change.clone())?;
    if x == old {
        return Ok(old);
    }
    tx.exec(
        "insert into product_extra (product_id) values ($1) on conflict (product_id) do nothing",
        values![product_id],
    )?;
    tx.exec(
        "update product_extra set reference = $2, promo_minor = $3, is_on_request = $4, is_new = $5, is_soon = $6, position = $7, \
         weight_g = $8, shipping_minor = $9, min_quantity = $10, max_quantity = $11, is_sold_single = $12, is_backorder = $13, \
         shows_stock = $14, video_url = $15, page_title = $16, meta_description = $17, meta_tags = $18, letter = $19, \
         custom_fields = $20, shoppy = $21 where product_id = $1",
        values![
            product_id,
            x.reference.as_ref(),
            x.promo_minor,
            x.is_on_request,
            x.is_new,
            x.is_soon,
            x.position,
            x.weight_g,
            x.shipping_minor,
            x.min_quantity,
            x.max_quantity,
            x.is_sold_single,
            x.is_backorder,
            x.shows_stock,
            x.video_url.as_ref(),
            x.page_title.as_ref(),
            x.meta_description.as_ref(),
            x.meta_tags.as_ref(),
            &x.letter,
            &written(&x.custom_fields)?,
            &written(&x.shoppy)?
        ],
    )?;
    house::catalogue_changed(tx)?;
    audit::changed(tx, shop, Action::ProductExtraChanged, product_id, &old, &x)?;
    Ok(x)
}

pub(super) fn read(row: &Row<'_>) -> Result<Extra> {
    let broken = |e: serde_json::Error| Error::broken(format!("what is kept of a product is no JSON: {e}"));
    Ok(Extra {
        reference: row.get(0)?,
        promo_minor: row.get(1)?,
        is_on_request: row.get(2)?,
        is_new: row.get(3)?,
        is_soon: row.get(4)?,
        position: row.get(5)?,
        weight_g: row.get(6)?,
        shipping_minor: row.get(7)?,
        min_quantity: row.get(8)?,
        max_quantity: row.get(9)?,
        is_sold_single: row.get(10)?,
        is_backorder: row.get(11)?,
        shows_stock: row.get(12)?,
        video_url: row.get(13)?,
        page_title: row.get(14)?,
        meta_description: row.get(15)?,
        meta_tags: row.get(16)?,
        letter: row.get(17)?,
        custom_fields: serde_json::from_str(&row.get::<String>(18)?).map_err(broken)?,
        shoppy: serde_json::from_str(&row.get::<String>(19)?).map_err(broken)?,
    })
}

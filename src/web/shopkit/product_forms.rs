//! `/product`, as programs make and change it: an extension that later programs call.

use serde_json::{Map, Value};

use super::call::Call;
use super::fault::Fault;
use super::product_view::view;
use super::products::named;
use super::reply::Reply;
use super::status::Shelf;
use super::wire::{Wire, flag, is_gross, line, moved, number};
use super::{brands, categories, decimal};
use crate::base::error::{Error, Result as Outcome};
use crate::base::html;
use crate::domain::gross::Named;
use crate::domain::product::{self, Change, Product};
use crate::domain::product_extra;
use crate::domain::shop::Shop;
use crate::domain::showcase;
use crate::domain::{account, variant};
use crate::store::Tx;
use crate::web::fields::{Fields, int, text};

/// What a body says of a product. What depends on the shop is still as it was said.
#[expect(clippy::option_option, reason = "not given, given as null, given: three things")]
#[derive(Clone, Debug, Default)]
struct Said {
    change: Change,
    extra: product_extra::Change,
    price: Option<String>,
    promo: Option<String>,
    shipping: Option<String>,
    category: Option<Option<String>>,
    brand: Option<Option<String>>,
    shelf: Option<Shelf>,
    stock: variant::Change,
    options: Vec<SaidOption>,
}

/// What a body says of a variant to be made.
#[derive(Clone, Debug, Default)]
struct SaidOption {
    change: variant::Change,
    price: Option<String>,
}

fn shelf(fields: &mut Fields) -> Option<Shelf> {
    let number = fields.get("status", |value| Shelf::of_number(int(value)?).map_err(|e| e.message));
    let word = fields.get("status_alias", |value| Shelf::of_word(&text(value)?).map_err(|e| e.message));
    word.or(number)
}

/// A picture: its address, or an object that has it at full size.
fn image(value: Value) -> Result<String, String> {
    match value {
        Value::Object(sizes) => text(sizes.get("full").cloned().unwrap_or_default()),
        value => text(value),
    }
}

fn images(value: Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(all) => all.into_iter().map(image).collect(),
        Value::Object(all) if !all.contains_key("full") => {
            all.into_iter().map(|(_, one)| image(one)).collect()
        }
        one => Ok(vec![image(one)?]),
    }
}

/// What is said of the stock, in an object of its own or beside the rest.
fn stock(fields: &mut Fields, extra: &mut product_extra::Change) -> variant::Change {
    extra.is_backorder = fields.get("stock_backorder", flag).or(extra.is_backorder);
    extra.shows_stock = fields.get("stock_show", flag).or(extra.shows_stock);
    extra.is_sold_single = fields.get("stock_sold_single", flag).or(extra.is_sold_single);
    let is_counted = fields.get("stock_enabled", flag);
    let quantity = fields.nullable("stock_qty", int);
    variant::Change {
        stock: if is_counted == Some(false) { Some(None) } else { quantity },
        low_at: fields.nullable("stock_notify", int).map(Option::unwrap_or_default),
        ..variant::Change::default()
    }
}

/// A variant's values by the names of what variants differ in, and what it is called.
fn option(fields: &mut Fields) -> SaidOption {
    let values = fields.get("values", |value| match value {
        Value::Object(values) => Ok(values),
        _ => Err("must be an object".to_owned()),
    });
    let title = fields.get("title", text).or_else(|| {
        let words: Vec<&str> = values.iter().flat_map(Map::values).filter_map(Value::as_str).collect();
        Some(words.join(" / ")).filter(|title| !title.is_empty())
    });
    let change = variant::Change {
        title,
        sku: fields.nullable("reference", line).map(Option::flatten),
        stock: fields.nullable("stock", int),
        is_out: fields.get("active", flag).map(|active| !active),
        options: values,
        ..variant::Change::default()
    };
    let price = fields.nullable("price", number).flatten();
    fields.passed_over();
    SaidOption { change, price }
}

fn read(call: &Call) -> Result<Said, Fault> {
    let mut fields = call.fields()?;
    let mut extra = product_extra::Change {
        reference: fields.nullable("reference", line).map(Option::flatten),
        is_on_request: fields.get("price_on_request", flag),
        is_new: fields.get("new", flag),
        position: fields.get("position", int),
        weight_g: fields.get("weight", int),
        video_url: fields.nullable("video_url", line).map(Option::flatten),
        page_title: fields.nullable("page_title", line).map(Option::flatten),
        meta_description: fields.nullable("meta_description", line).map(Option::flatten),
        meta_tags: fields.nullable("meta_tags", line).map(Option::flatten),
        ..product_extra::Change::default()
    };
    let beside = stock(&mut fields, &mut extra);
    let inside = fields.object("stock", |fields| {
        let change = stock(fields, &mut extra);
        fields.passed_over();
        change
    });
    let said = Said {
        change: Change {
            title: fields.get("title", text),
            slug: fields.get("handle", text),
            description: fields
                .nullable("description", text)
                .map(|html| html::to_markdown(&html.unwrap_or_default())),
            tax_bp: fields.get("tax", moved(2)),
            showcase: showcase::Change {
                is_featured: fields.get("featured", flag),
                images: fields.nullable("images", images).map(Option::unwrap_or_default),
                ..showcase::Change::default()
            },
            ..Change::default()
        },
        price: fields.get("price", number),
        promo: fields.nullable("price_promo", number).map(Option::unwrap_or_default),
        shipping: fields.get("shipping", number),
        category: fields.nullable("category", line).map(Option::flatten),
        brand: fields.nullable("brand", line).map(Option::flatten),
        shelf: shelf(&mut fields),
        stock: inside.unwrap_or(beside),
        options: fields.objects("options", option).unwrap_or_default(),
        extra,
    };
    fields.finish_open()?;
    Ok(said)
}

/// Prices as they are said, in a shop that may name them with tax in them.
struct Prices {
    is_gross: bool,
    tax_bp: i64,
    named: Named,
    /// All that only one dialect has said.
    said: Map<String, Value>,
}

impl Prices {
    fn of(tx: &mut Tx<'_>, shop: Shop, old: Option<&Product>, tax_bp: Option<i64>) -> Outcome<Self> {
        let said = match old {
            Some(old) => product_extra::get(tx, old.id)?.shoppy,
            None => Map::new(),
        };
        let tax_bp = tax_bp.or(old.map(|old| old.tax_bp)).unwrap_or_default();
        Ok(Self { is_gross: is_gross(tx, shop)?, tax_bp, named: Named::read(&said), said })
    }

    /// What is kept of one.
    fn net(&mut self, said: i64) -> i64 {
        if self.is_gross { self.named.take(said, self.tax_bp) } else { said }
    }

    /// What is to be remembered beside, if that is anything new.
    fn remembered(
        mut self,
        tx: &mut Tx<'_>,
        old: Option<&Product>,
        said: &Said,
    ) -> Outcome<Option<Map<String, Value>>> {
        let mut nets: Vec<i64> =
            said.options.iter().filter_map(|option| option.change.price_minor?).collect();
        nets.extend(said.change.price.as_ref().and_then(|price| price.as_ref()).map(|(price, _)| *price));
        nets.extend(said.extra.promo_minor.flatten());
        if let Some(old) = old {
            nets.extend(old.price_minor);
            nets.extend(product_extra::get(tx, old.id)?.promo_minor);
            nets.extend(variant::list(tx, old.id)?.iter().filter_map(|variant| variant.price_minor));
        }
        self.named.keep(&nets);
        let before = self.said.clone();
        self.named.write(&mut self.said);
        Ok(Some(self.said).filter(|said| *said != before))
    }
}

impl Said {
    /// The same, with what depends on the shop: its currency, and its shelves and brands by number or handle.
    fn settled(&self, tx: &mut Tx<'_>, shop: Shop, old: Option<&Product>) -> Outcome<Self> {
        let mut said = self.clone();
        let usual = old.and_then(|old| old.currency.clone());
        let currency = match usual {
            Some(code) => code,
            None => account::currency_or(tx, shop, None)?,
        };
        let amount = |text: &String| decimal::amount(text, &currency);
        let mut prices = Prices::of(tx, shop, old, self.change.tax_bp)?;
        if let Some(price) = &self.price {
            said.change.price = Some(Some((prices.net(amount(price)?), currency.clone())));
        }
        if let Some(promo) = &self.promo {
            // 0 is none, as it is told.
            said.extra.promo_minor = Some(if promo.is_empty() {
                None
            } else {
                Some(prices.net(amount(promo)?)).filter(|n| *n > 0)
            });
        }
        if let Some(shipping) = &self.shipping {
            said.extra.shipping_minor = Some(amount(shipping)?);
        }
        for option in &mut said.options {
            let price = option.price.as_ref().map(&amount).transpose()?;
            option.change.price_minor = price.map(|price| Some(prices.net(price)));
        }
        said.extra.shoppy = prices.remembered(tx, old, &said)?;
        if let Some(called) = &self.category {
            let called = called.as_deref().filter(|called| *called != "0");
            let found = called.map(|called| categories::named(tx, shop, called)).transpose();
            let id = found.map_err(|e| e.missing("category", "there is no such category"))?.map(|one| one.id);
            said.change.category_id = Some(id);
        }
        if let Some(called) = &self.brand {
            let found = called.as_deref().map(|called| brands::named(tx, shop, called)).transpose();
            let id = found.map_err(|e| e.missing("brand", "there is no such brand"))?.map(|one| one.id);
            said.change.showcase.brand_id = Some(id);
        }
        if let Some(shelf) = self.shelf {
            said.change.visible = Some(matches!(shelf, Shelf::Active | Shelf::OutOfStock));
            said.extra.is_soon = Some(shelf == Shelf::Soon);
        }
        Ok(said)
    }

    /// Stores what is no column of the product itself.
    fn store_beside(&self, tx: &mut Tx<'_>, shop: Shop, id: i64) -> Outcome<()> {
        product_extra::set(tx, shop, id, &self.extra)?;
        for option in &self.options {
            variant::new(tx, shop, id, &option.change)?;
        }
        let is_counted = self.stock.stock.is_some() || self.stock.low_at.is_some();
        let default = variant::default_of(tx, id)?;
        if is_counted {
            variant::set(tx, shop, id, default.id, &self.stock)?;
        }
        let is_out = match self.shelf {
            Some(Shelf::OutOfStock) => true,
            Some(Shelf::Active) => false,
            _ => return Ok(()),
        };
        for one in variant::list(tx, id)?.iter().filter(|one| one.is_out != is_out) {
            let change = variant::Change { is_out: Some(is_out), ..variant::Change::default() };
            variant::set(tx, shop, id, one.id, &change)?;
        }
        Ok(())
    }
}

/// Refuses a handle that another product has.
fn is_free(tx: &mut Tx<'_>, shop: Shop, handle: Option<&String>, id: Option<i64>) -> Outcome<()> {
    let Some(handle) = handle else { return Ok(()) };
    let others = crate::domain::catalogue::by_slug(tx, shop, handle)?;
    if others.is_some_and(|other| Some(other.id) != id) {
        return Err(Error::refused("another product has this handle").about("slug_taken"));
    }
    Ok(())
}

/// `POST /product`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let said = read(&call)?;
    if said.change.title.is_none() || said.price.is_none() {
        return Err(Fault::Wrong);
    }
    let (shop, app) = (call.shop, call.app.clone());
    call.write("make product", move |tx| {
        let said = said.settled(tx, shop, None)?;
        is_free(tx, shop, said.change.slug.as_ref(), None)?;
        let made = product::new(tx, shop, &said.change)?;
        said.store_beside(tx, shop, made.id)?;
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = product::get(tx, shop, made.id)?;
        Reply::made(&view(tx, &wire, found)?)
    })
    .await
}

/// `PUT /product/{product}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (said, called) = (read(&call)?, call.part().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.write("change product", move |tx| {
        let old = named(tx, shop, &called)?;
        let said = said.settled(tx, shop, Some(&old))?;
        is_free(tx, shop, said.change.slug.as_ref(), Some(old.id))?;
        product::set(tx, shop, old.id, &said.change)?;
        said.store_beside(tx, shop, old.id)?;
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = product::get(tx, shop, old.id)?;
        Reply::ok(&view(tx, &wire, found)?)
    })
    .await
}

/// `DELETE /product/{product}`: it is archived, since what was sold stays.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (called, shop) = (call.part().to_owned(), call.shop);
    call.write("archive product", move |tx| {
        let product = named(tx, shop, &called)?;
        if product.archived_at.is_some() {
            return Err(Error::not_found("it is deleted already"));
        }
        product::archive(tx, shop, product.id)?;
        Ok(Reply::gone())
    })
    .await
}

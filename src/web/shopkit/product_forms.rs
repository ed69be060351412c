//! `/product`, as programs make and change it: an extension that later programs call.

use serde_json::Value;

use super::call::Call;
use super::fault::Fault;
use super::option_groups::{self, SaidGroup};
use super::option_said::{self, Words, have_place};
use super::prices::Prices;
use super::product_view::{groups, view};
use super::products::named;
use super::reply::Reply;
use super::status::Shelf;
use super::wire::{Wire, flag, line, moved, number};
use super::{brands, categories, decimal};
use crate::base::error::{Error, Result as Outcome};
use crate::base::html;
use crate::domain::product::{self, Change, Product};
use crate::domain::product_extra;
use crate::domain::shop::Shop;
use crate::domain::showcase;
use crate::domain::{account, variant, variant_group};
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
    options: Vec<option_said::Said>,
    groups: Vec<SaidGroup>,
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

/// All pictures: the first may stand by itself, as it is told.
fn pictures(fields: &mut Fields) -> Option<Vec<String>> {
    let first = fields.nullable("image", image).flatten();
    let others = fields.nullable("images", images).map(Option::unwrap_or_default)?;
    Some(first.into_iter().chain(others).collect())
}

/// What a shelf or brand is called: by its number or handle, or an object that has its number.
fn called(value: Value) -> Result<Option<String>, String> {
    match value {
        Value::Object(mut fields) => line(fields.remove("id").unwrap_or_default()),
        value => line(value),
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
                images: pictures(&mut fields),
                ..showcase::Change::default()
            },
            ..Change::default()
        },
        price: fields.get("price", number),
        promo: fields.nullable("price_promo", number).map(Option::unwrap_or_default),
        shipping: fields.get("shipping", number),
        category: fields.nullable("category", called).map(Option::flatten),
        brand: fields.nullable("brand", called).map(Option::flatten),
        shelf: shelf(&mut fields),
        stock: inside.unwrap_or(beside),
        options: fields.objects("options", option_said::Said::read).unwrap_or_default(),
        groups: fields.objects("option_groups", SaidGroup::read).unwrap_or_default(),
        extra,
    };
    fields.finish_open()?;
    Ok(said)
}

impl Said {
    /// The same, with what depends on the shop: its currency, and its shelves and brands by number or handle.
    fn settled(&self, tx: &mut Tx<'_>, shop: Shop, old: Option<&Product>) -> Outcome<(Self, Prices)> {
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
        Ok((said, prices))
    }

    /// Makes and changes options; none goes. Where they are said themselves, groups say what their numbers mean.
    fn store_options(&self, tx: &mut Tx<'_>, shop: Shop, id: i64) -> Outcome<()> {
        if self.options.is_empty() {
            return option_groups::store(tx, shop, id, &self.groups);
        }
        let product = product::get(tx, shop, id)?;
        let before = groups(id, &variant_group::own(tx, id)?);
        let words = [option_groups::words(&self.groups), Words::of(&before)];
        for option in &self.options {
            option.store(tx, shop, &product, &[&words[0], &words[1]])?;
        }
        have_place(tx, id, before.len())
    }

    /// Stores what is no column of the product itself.
    fn store_beside(&self, tx: &mut Tx<'_>, shop: Shop, id: i64, prices: Prices) -> Outcome<()> {
        product_extra::set(tx, shop, id, &self.extra)?;
        prices.remember(tx, shop, id)?;
        self.store_options(tx, shop, id)?;
        let default = variant::default_of(tx, id)?;
        let mut stock = self.stock.clone();
        if !default.is_implicit {
            // Each option has a count of its own: that of the product is their sum.
            stock.stock = None;
        }
        if stock.stock.is_some() || stock.low_at.is_some() {
            variant::set(tx, shop, id, default.id, &stock)?;
        }
        let variants = variant::list(tx, id)?;
        let is_out = match self.shelf {
            Some(Shelf::OutOfStock) => true,
            // With one that can be had it is active, though others are sold out.
            Some(Shelf::Active) if variants.iter().all(|one| one.is_out) => false,
            _ => return Ok(()),
        };
        for one in variants.iter().filter(|one| one.is_out != is_out) {
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
        let (said, prices) = said.settled(tx, shop, None)?;
        is_free(tx, shop, said.change.slug.as_ref(), None)?;
        let made = product::new(tx, shop, &said.change)?;
        said.store_beside(tx, shop, made.id, prices)?;
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
        let (said, prices) = said.settled(tx, shop, Some(&old))?;
        is_free(tx, shop, said.change.slug.as_ref(), Some(old.id))?;
        product::set(tx, shop, old.id, &said.change)?;
        said.store_beside(tx, shop, old.id, prices)?;
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

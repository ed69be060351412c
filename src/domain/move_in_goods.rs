//! Shelves, brands and products that are carried here from another system. What was changed here since the last move stays as it is.

use serde_json::Map;

use super::carried::{self, Source, What};
use super::inventory::MOST;
use super::move_in::{self, Outcome};
use super::move_in_fit as fit;
use super::move_in_item::{Brand, Category, Product, Variant};
use super::shop::Shop;
use super::{brand, category, gross, key_pool, licence_key, product, product_extra, variant};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// Takes a category in; its parent comes before it.
pub(super) fn category(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    told: &Category,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    let parent_id = match &told.parent {
        Some(parent) => carried::row_of(tx, shop, source, What::Category, parent)?,
        None => None,
    };
    if told.parent.is_some() && parent_id.is_none() {
        remarks.push("the category that it stands under is not there: it stands by itself".to_owned());
    }
    let title = fit::title(&told.title, "Category");
    let description = fit::page(&told.description, 5_000);
    let Some(id) = carried::row_of(tx, shop, source, What::Category, &told.old_id)? else {
        let change = category::Change {
            parent_id: Some(parent_id),
            title: Some(title),
            slug: Some(free_slug(tx, shop, Shelf::Category, &told.slug, &told.title)?),
            description: Some(description),
        };
        let made = category::new(tx, shop, &change)?;
        return noted(tx, shop, source, What::Category, &told.old_id, made.id);
    };
    let old = category::get(tx, shop, id)?;
    let is_there = old.parent_id == parent_id || parent_id.is_none();
    if old.title == title && old.description == description && is_there {
        return Ok(Outcome::Same);
    }
    let parent_id = parent_id.or(old.parent_id);
    let change = category::Change {
        parent_id: Some(parent_id),
        title: Some(title),
        slug: None,
        description: Some(description),
    };
    category::set(tx, shop, id, &change)?;
    Ok(Outcome::Changed)
}

/// Takes a brand in.
pub(super) fn brand(tx: &mut Tx<'_>, shop: Shop, source: Source, told: &Brand) -> Result<Outcome> {
    if carried::row_of(tx, shop, source, What::Brand, &told.old_id)?.is_some() {
        return Ok(Outcome::Same);
    }
    let slug = free_slug(tx, shop, Shelf::Brand, &told.slug, &told.title)?;
    let change = brand::Change { title: Some(fit::title(&told.title, "Brand")), slug: Some(slug) };
    let made = brand::new(tx, shop, &change)?;
    noted(tx, shop, source, What::Brand, &told.old_id, made.id)
}

/// Notes what a new row was called; refused if another command took it in meanwhile.
pub(super) fn noted(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    what: What,
    old_id: &str,
    row_id: i64,
) -> Result<Outcome> {
    if carried::note(tx, shop, source, what, old_id, row_id)? {
        return Ok(Outcome::New);
    }
    Err(Error::new(
        crate::base::error::Kind::Busy,
        "another command moves the same things in: let it end first",
    ))
}

#[derive(Clone, Copy)]
enum Shelf {
    Category,
    Brand,
}

/// The slug that was told, or one from the title, with a number behind it where it is taken.
fn free_slug(tx: &mut Tx<'_>, shop: Shop, shelf: Shelf, told: &str, title: &str) -> Result<String> {
    let wanted = text::slug(if told.is_empty() { title } else { told });
    let taken = match shelf {
        Shelf::Category => "select id from category where slug = $1 and site_id = $2 and is_test = $3",
        Shelf::Brand => "select id from brand where slug = $1 and site_id = $2 and is_test = $3",
    };
    for number in 1.. {
        let stem: String = wanted.chars().take(70).collect();
        let slug =
            if number == 1 { wanted.clone() } else { format!("{}-{number}", stem.trim_end_matches('-')) };
        if tx.maybe(taken, values![&slug, shop.site_id, shop.is_test()], |row| row.get::<i64>(0))?.is_none() {
            return Ok(slug);
        }
    }
    Err(Error::broken("no number is free"))
}

/// Takes a product in, with its forms, its rules, and the keys that it is sold from.
pub(super) fn product(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    told: &Product,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    remarks.extend(told.remarks.iter().cloned());
    let change = settled(tx, shop, source, told)?;
    let known = carried::row_of(tx, shop, source, What::Product, &told.old_id)?;
    let (id, outcome) = match known {
        None => {
            let made = product::take_in(tx, shop, &change)?;
            date(tx, made.id, told)?;
            let outcome = noted(tx, shop, source, What::Product, &told.old_id, made.id)?;
            for other in &told.also {
                carried::note(tx, shop, source, What::Product, other, made.id)?;
            }
            let own = gross::over(&Map::new(), told.extra.shoppy.clone());
            product_extra::set(
                tx,
                shop,
                made.id,
                &product_extra::Change { shoppy: own, ..told.extra.clone() },
            )?;
            (made.id, outcome)
        }
        Some(id) => {
            let (old, ended_at) = (product::get(tx, shop, id)?, move_in::last_ended(tx, shop, source)?);
            if ended_at > 0 && old.updated_at > ended_at {
                remarks.push("it was changed here since it was moved in, and stays so".to_owned());
                return Ok(Outcome::Same);
            }
            let extra = product_extra::get(tx, id)?;
            let own = gross::over(&extra.shoppy, told.extra.shoppy.clone());
            let change_of_extra = product_extra::Change { shoppy: own, ..told.extra.clone() };
            let is_extra = product_extra::set(tx, shop, id, &change_of_extra)? != extra;
            let is_other = differs(&old, &change);
            if is_other {
                product::take_over(tx, shop, id, &change)?;
            }
            (id, if is_other || is_extra { Outcome::Changed } else { Outcome::Same })
        }
    };
    let is_formed = forms(tx, shop, source, id, told, remarks)?;
    let is_filled = fill(tx, shop, id, &told.pool, remarks)?;
    Ok(match outcome {
        Outcome::Same if is_formed || is_filled => Outcome::Changed,
        outcome => outcome,
    })
}

/// What is to be set, with shelf and brand as they are known here.
fn settled(tx: &mut Tx<'_>, shop: Shop, source: Source, told: &Product) -> Result<product::Change> {
    let mut change = told.change.clone();
    if !told.slug.is_empty() {
        change.slug = Some(text::slug(&told.slug));
    }
    if let Some(category) = &told.category {
        change.category_id = Some(carried::row_of(tx, shop, source, What::Category, category)?);
    }
    if let Some(brand) = &told.brand {
        change.showcase.brand_id = Some(carried::row_of(tx, shop, source, What::Brand, brand)?);
    }
    Ok(change)
}

/// When it was made there, and whether it is sold no more.
fn date(tx: &mut Tx<'_>, id: i64, told: &Product) -> Result<()> {
    let now = tx.now();
    let archived_at = told.is_archived.then_some(now);
    tx.exec(
        "update product set created_at = $2, archived_at = $3 where id = $1",
        values![id, told.created_at.unwrap_or(now).min(now), archived_at],
    )
    .map(|_| ())
}

/// Whether a change makes another of a product.
fn differs(old: &product::Product, change: &product::Change) -> bool {
    fn is_other<T: PartialEq>(new: Option<&T>, old: &T) -> bool {
        new.is_some_and(|new| new != old)
    }
    let price = old.price_minor.zip(old.currency.clone());
    is_other(change.title.as_ref(), &old.title)
        || is_other(change.slug.as_ref(), &old.slug)
        || is_other(change.description.as_ref(), &old.description)
        || is_other(change.visible.as_ref(), &old.visible)
        || is_other(change.price.as_ref(), &price)
        || is_other(change.tax_bp.as_ref(), &old.tax_bp)
        || is_other(change.category_id.as_ref(), &old.category_id)
        || is_other(change.showcase.brand_id.as_ref(), &old.showcase.brand_id)
        || is_other(change.showcase.is_featured.as_ref(), &old.showcase.is_featured)
        || is_other(change.showcase.images.as_ref(), &old.showcase.images)
}

/// Brings the forms of a product to what is told; whether any is another than before. Forms of the vendor's own stay.
fn forms(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    product_id: i64,
    told: &Product,
    remarks: &mut Vec<String>,
) -> Result<bool> {
    if told.variants.is_empty() {
        let own = variant::default_of(tx, product_id)?;
        return form(tx, shop, &own, &told.own, false);
    }
    let mut is_changed = false;
    for variant in &told.variants {
        let known = match &variant.old_id {
            Some(old_id) => carried::row_of(tx, shop, source, What::Variant, old_id)?,
            None => {
                variant::list(tx, product_id)?.into_iter().find(|v| v.title == variant.title).map(|v| v.id)
            }
        };
        if let Some(id) = known {
            let old = variant::get(tx, shop, product_id, id)?;
            is_changed |= form(tx, shop, &old, variant, true)?;
            continue;
        }
        let made = match variant::new(tx, shop, product_id, &whole(variant)) {
            Ok(made) => made,
            Err(e) if e.about == Some("too_many") => {
                remarks.push(format!("its form {} is one too many, and was left out", variant.title));
                continue;
            }
            Err(e) => return Err(e),
        };
        if let Some(old_id) = &variant.old_id {
            noted(tx, shop, source, What::Variant, old_id, made.id)?;
        }
        is_changed = true;
    }
    Ok(is_changed)
}

/// All that is told of a form.
fn whole(told: &Variant) -> variant::Change {
    variant::Change {
        title: Some(fit::title(&told.title, "Default")),
        sku: Some(told.sku.as_deref().and_then(|sku| fit::line(sku, 100))),
        price_minor: Some(told.price_minor),
        stock: Some(told.stock.map(|stock| stock.clamp(0, MOST))),
        low_at: told.low_at.map(|low_at| low_at.clamp(0, MOST)),
        is_out: Some(told.is_out),
        options: Some(told.options.clone()),
        is_default: None,
    }
}

/// Brings a form to what is told of it, its title too if it is one of several; whether it is another than before.
fn form(
    tx: &mut Tx<'_>,
    shop: Shop,
    old: &variant::Variant,
    told: &Variant,
    is_titled: bool,
) -> Result<bool> {
    let mut change = whole(told);
    if !is_titled {
        (change.title, change.options) = (None, None);
    }
    let is_same = change.title.as_ref().is_none_or(|title| *title == old.title)
        && change.options.as_ref().is_none_or(|options| *options == old.options)
        && change.sku.as_ref() == Some(&old.sku)
        && change.price_minor == Some(old.price_minor)
        && change.stock == Some(old.stock)
        && change.low_at.is_none_or(|low_at| low_at == old.low_at)
        && change.is_out == Some(old.is_out);
    if is_same {
        return Ok(false);
    }
    // A count that stays is no movement of stock.
    if change.stock == Some(old.stock) {
        change.stock = None;
    }
    variant::set(tx, shop, old.product_id, old.id, &change)?;
    Ok(true)
}

/// Puts keys into a product's pool; whether any was new.
fn fill(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    keys: &[String],
    remarks: &mut Vec<String>,
) -> Result<bool> {
    let (fit, unfit): (Vec<String>, Vec<String>) = keys.iter().cloned().partition(|key| is_key(key));
    if !unfit.is_empty() {
        let longest = licence_key::LONGEST;
        remarks.push(format!(
            "{} of what it hands out are no keys of one line and at most {longest} bytes, and were left out",
            unfit.len()
        ));
    }
    if fit.is_empty() {
        return Ok(false);
    }
    let added = key_pool::add(tx, shop, product_id, &fit)?;
    Ok(added.added > 0)
}

/// Whether a text is fit to be a key.
pub(super) fn is_key(told: &str) -> bool {
    told.len() <= licence_key::LONGEST
        && text::line("a key", told, licence_key::LONGEST).is_ok_and(|line| line == told)
}

//! Products: what there is to be sold.

use std::borrow::Cow;

use serde::Serialize;

use super::audit::{self, Action};
use super::delivery::{self, Delivery};
use super::policy::{self, Policy, put, within};
use super::shop::Shop;
use super::showcase::{self, Showcase};
use super::{account, brand, bundle, catalogue, category, event, event_data, house, prerequisite, variant};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// What a product is.
    Kind, "kind of product" {
        /// Files and licences.
        Software = "software",
        /// Work or access.
        Service = "service",
        /// Several products for one price.
        Bundle = "bundle",
        /// Delivered elsewhere.
        External = "external",
    }
}

words! {
    /// Whether a product is on sale.
    Status, "product status" {
        /// Approved and visible.
        Active = "active",
        /// Not approved, or not visible.
        Hidden = "hidden",
        /// Taken from sale for good.
        Archived = "archived",
    }
}

/// A product and the policy its licences are issued under; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Product {
    pub id: i64,
    pub kind: Kind,
    pub title: String,
    pub slug: String,
    pub description: String,
    pub approved: bool,
    pub visible: bool,
    #[serde(flatten)]
    pub policy: Policy,
    pub price_minor: Option<i64>,
    pub currency: Option<String>,
    pub tax_bp: i64,
    pub category_id: Option<i64>,
    /// What a bundle is made of.
    pub items: Vec<i64>,
    #[serde(flatten)]
    pub delivery: Delivery,
    #[serde(flatten)]
    pub showcase: Showcase,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub updated_at: Millis,
    #[serde(skip)]
    pub archived_at: Option<Millis>,
    #[serde(skip)]
    pub shop: Shop,
}

/// What to set on a product; `None` leaves it as it is, or at the schema's default for a new one.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub kind: Option<Kind>,
    pub description: Option<String>,
    pub title: Option<String>,
    pub slug: Option<String>,
    pub approved: Option<bool>,
    pub visible: Option<bool>,
    pub policy: policy::Change,
    /// Minor units and currency.
    pub price: Option<Option<(i64, String)>>,
    pub tax_bp: Option<i64>,
    pub category_id: Option<Option<i64>>,
    /// What a bundle is made of.
    pub items: Option<Vec<i64>>,
    pub delivery: delivery::Change,
    pub showcase: showcase::Change,
}

impl Product {
    /// Whether it can be bought, be it on show or not.
    pub fn is_for_sale(&self) -> bool {
        let has_price = self.price_minor.is_some() && self.currency.is_some();
        self.archived_at.is_none() && self.approved && has_price && !self.is_empty_bundle()
    }

    /// Whether it is a bundle of nothing.
    pub fn is_empty_bundle(&self) -> bool {
        self.kind == Kind::Bundle && self.items.is_empty()
    }

    /// Whether it is on sale.
    pub fn status(&self) -> Status {
        match self.archived_at {
            Some(_) => Status::Archived,
            None if self.approved && self.visible => Status::Active,
            None => Status::Hidden,
        }
    }
}

/// Makes a product; `change.title` is needed, the slug comes from it unless given, and what is not said of the policy is the
/// account's.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Product> {
    let made = take_in(tx, shop, change)?;
    event::note(tx, shop, event::Kind::ProductCreated, &event_data::product(&made))?;
    audit::created(tx, shop, Action::ProductCreated, made.id, &made)?;
    Ok(made)
}

/// As [`new`], for one that is moved in here: nobody is told of it, since it was there before.
pub(super) fn take_in(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Product> {
    let mut usual = account::get(tx, shop)?.policy;
    usual.apply(&change.policy).map_err(|e| e.inside("licence_policy"))?;
    let change = Change { policy: usual.into(), ..change.clone() };
    let title = title(change.title.as_deref().unwrap_or_default())?;
    let now = tx.now();
    let id = tx.one(
        "insert into product (site_id, is_test, title, slug, created_at, updated_at) values ($1, $2, $3, $4, $5, $5) returning id",
        values![shop.site_id, shop.is_test(), &title, &text::slug(&title), now],
        |row| row.get(0),
    )?;
    variant::implicit(tx, id)?;
    store(tx, shop, id, &change).map(|(_, made)| made)
}

/// As [`set`], for one that was moved in here and is another now where it came from: nobody is told of it.
pub(super) fn take_over(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Product> {
    store(tx, shop, id, change).map(|(_, changed)| changed)
}

/// Changes a product, whole or not at all.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Product> {
    let (old, changed) = store(tx, shop, id, change)?;
    event::note(tx, shop, event::Kind::ProductUpdated, &event_data::product(&changed))?;
    audit::changed(tx, shop, Action::ProductChanged, id, &old, &changed)?;
    Ok(changed)
}

/// Changes a product: how it was, and how it is.
fn store(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<(Product, Product)> {
    let old = get(tx, shop, id)?;
    let (mut p, was_bundle) = (old.clone(), old.kind == Kind::Bundle);
    let change = &*in_currency(tx, shop, change)?;
    p.apply(change)?;
    if let Some(Some(category_id)) = change.category_id {
        category::get(tx, shop, category_id)
            .map_err(|e| e.missing("category_id", format!("there is no category {category_id}")))?;
    }
    if let Some(Some(brand_id)) = change.showcase.brand_id {
        brand::get(tx, shop, brand_id)
            .map_err(|e| e.missing("brand_id", format!("there is no brand {brand_id}")))?;
    }
    if p.kind == Kind::Bundle && !was_bundle && bundle::is_item(tx, id)? {
        let message = "it is part of a bundle, and a bundle holds no other";
        return Err(Error::invalid(message).about("kind"));
    }
    if p.kind != Kind::Bundle && was_bundle {
        bundle::clear(tx, id)?;
    }
    let now = tx.now();
    tx.exec(
        "update product set title = $2, slug = $3, approved = $4, visible = $5, api_enabled = $6, check_ip = $7, \
         allow_ip_override = $8, deactivate = $9, key_type = $10, segments = $11, segment_length = $12, \
         identifier_mode = $13, max_uses = $14, term_days = $15, updated_at = $16, kind = $17, description = $18, \
         price_minor = $19, currency = $20, tax_bp = $21, category_id = $22, requires_install_url = $23, \
         install_url_label = $24, install_url_notice = $25, install_url_locked = $26, external_url = $27, \
         download_channels = $28, brand_id = $29, compare_at_minor = $30, is_featured = $31, images = $32 where id = $1",
        values![
            id,
            &p.title,
            &p.slug,
            p.approved,
            p.visible,
            p.policy.api_enabled,
            p.policy.check_ip,
            p.policy.allow_ip_override,
            p.policy.deactivate,
            p.policy.key_type.as_str(),
            p.policy.segments,
            p.policy.segment_length,
            p.policy.identifier_mode.as_str(),
            p.policy.max_uses,
            p.policy.term_days,
            now,
            p.kind.as_str(),
            &p.description,
            p.price_minor,
            p.currency.as_ref(),
            p.tax_bp,
            p.category_id,
            p.delivery.requires_install_url,
            &p.delivery.install_url_label,
            &p.delivery.install_url_notice,
            p.delivery.install_url_locked,
            p.delivery.external_url.as_ref(),
            &p.delivery.channels(),
            p.showcase.brand_id,
            p.showcase.compare_at_minor,
            p.showcase.is_featured,
            &p.showcase.images.join("\n"),
        ],
    )?;
    if change.title.is_some() {
        catalogue::note_words(tx, id, &p.title)?;
    }
    if change.description.is_some() {
        catalogue::note_text_words(tx, id)?;
    }
    if let Some(items) = &change.items {
        bundle::set_items(tx, &p, items)?;
    }
    house::catalogue_changed(tx)?;
    Ok((old, get(tx, shop, id)?))
}

/// The same change, with the shop's currency on a price that names none.
fn in_currency<'a>(tx: &mut Tx<'_>, shop: Shop, change: &'a Change) -> Result<Cow<'a, Change>> {
    let Some(Some((minor, code))) = &change.price else { return Ok(Cow::Borrowed(change)) };
    if !code.is_empty() {
        return Ok(Cow::Borrowed(change));
    }
    let missing = || Error::invalid("the price names no currency, and the shop has none").about("price");
    let code = account::get(tx, shop)?.currency.ok_or_else(missing)?;
    Ok(Cow::Owned(Change { price: Some(Some((*minor, code))), ..change.clone() }))
}

/// Takes a product from sale for good. Its licences and purchases go on, and so do update checks. Once is enough.
pub fn archive(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Product> {
    let old = get(tx, shop, id)?;
    let dependents = prerequisite::dependents(tx, id)?;
    if !dependents.is_empty() {
        let message = format!(
            "products {dependents:?} require this one and could not be bought any more: change them first"
        );
        return Err(Error::refused(message).about("required_by_others").with("products", dependents));
    }
    let now = tx.now();
    let archived = tx.exec(
        "update product set archived_at = $2, updated_at = $2 where id = $1 and archived_at is null",
        values![id, now],
    )?;
    let product = get(tx, shop, id)?;
    if archived == 1 {
        house::catalogue_changed(tx)?;
        event::note(tx, shop, event::Kind::ProductUpdated, &event_data::product(&product))?;
        audit::changed(tx, shop, Action::ProductArchived, id, &old, &product)?;
    }
    Ok(product)
}

fn title(text: &str) -> Result<String> {
    text::line("the title", text, 200).map_err(|e| e.about("title"))
}

impl Product {
    fn apply(&mut self, change: &Change) -> Result<()> {
        let change = change.clone();
        if let Some(title) = change.title {
            self.title = self::title(&title)?;
        }
        if let Some(slug) = change.slug {
            self.slug = text::check_slug(&slug)?;
        }
        if let Some(description) = change.description {
            self.description =
                text::page("the description", &description, 50_000).map_err(|e| e.about("description"))?;
        }
        put(&mut self.kind, change.kind);
        put(&mut self.approved, change.approved);
        put(&mut self.visible, change.visible);
        if let Some(price) = change.price {
            let (minor, code) = price.unzip();
            within("the price", "price", minor.unwrap_or(0), 0, money::MOST)?;
            self.currency = code.as_deref().map(money::currency).transpose().map_err(|e| e.about("price"))?;
            self.price_minor = minor;
        }
        put(&mut self.tax_bp, change.tax_bp);
        put(&mut self.category_id, change.category_id);
        self.delivery.apply(change.delivery).map_err(|e| e.inside("delivery"))?;
        self.showcase.apply(change.showcase)?;
        within("tax-bp", "tax_bp", self.tax_bp, 0, money::WHOLE)?;
        self.policy.apply(&change.policy).map_err(|e| e.inside("licence_policy"))
    }
}

/// The product with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Product> {
    find(tx, shop, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no product {id}; `keywright product list` shows those there are"))
    })
}

/// The product with this id.
pub fn find(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Option<Product>> {
    let found = tx.maybe(
        "select id, title, slug, approved, visible, api_enabled, check_ip, allow_ip_override, deactivate, key_type, segments, \
         segment_length, identifier_mode, max_uses, term_days, created_at, site_id, is_test, updated_at, kind, description, \
         archived_at, price_minor, currency, tax_bp, requires_install_url, install_url_label, install_url_notice, install_url_locked, \
         external_url, download_channels, category_id, brand_id, compare_at_minor, is_featured, images from product where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?;
    found.map(|product| whole(tx, product)).transpose()
}

/// The product with what it is made of.
pub(super) fn whole(tx: &mut Tx<'_>, product: Product) -> Result<Product> {
    let items = if product.kind == Kind::Bundle { bundle::items(tx, product.id)? } else { Vec::new() };
    Ok(Product { items, ..product })
}

/// The row that the two selects of a product give.
pub(super) fn read(row: &Row<'_>) -> Result<Product> {
    Ok(Product {
        id: row.get(0)?,
        title: row.get(1)?,
        slug: row.get(2)?,
        approved: row.get(3)?,
        visible: row.get(4)?,
        policy: Policy {
            api_enabled: row.get(5)?,
            check_ip: row.get(6)?,
            allow_ip_override: row.get(7)?,
            deactivate: row.get(8)?,
            key_type: row.word(9)?,
            segments: row.get(10)?,
            segment_length: row.get(11)?,
            identifier_mode: row.word(12)?,
            max_uses: row.get(13)?,
            term_days: row.get(14)?,
        },
        created_at: row.get(15)?,
        shop: Shop::of(row.get(16)?, row.get(17)?),
        updated_at: row.get(18)?,
        kind: row.word(19)?,
        description: row.get(20)?,
        archived_at: row.get(21)?,
        price_minor: row.get(22)?,
        currency: row.get(23)?,
        tax_bp: row.get(24)?,
        items: Vec::new(),
        delivery: Delivery {
            requires_install_url: row.get(25)?,
            install_url_label: row.get(26)?,
            install_url_notice: row.get(27)?,
            install_url_locked: row.get(28)?,
            external_url: row.get(29)?,
            download_channels: row.get::<String>(30)?.split(' ').map(str::to_owned).collect(),
        },
        category_id: row.get(31)?,
        showcase: Showcase {
            brand_id: row.get(32)?,
            compare_at_minor: row.get(33)?,
            is_featured: row.get(34)?,
            images: row.get::<String>(35)?.lines().map(str::to_owned).collect(),
        },
    })
}

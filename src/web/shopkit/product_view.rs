//! A product as the document shows it ("Get Product"), and behind its last field what later programs read beside.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::brands;
use super::categories::{Brief, META};
use super::decimal::{Decimal, shown};
use super::shelves::Shelves;
use super::status::Shelf;
use super::wire::{Image, Wire};
use crate::base::error::Result;
use crate::base::markdown;
use crate::domain::carried::What;
use crate::domain::gross::Named;
use crate::domain::product::Product;
use crate::domain::product_extra::{self, Extra};
use crate::domain::variant::{self, Variant};
use crate::domain::variant_group;
use crate::store::Tx;

/// So many characters stand in a short description.
const SHORT: usize = 86;

/// A product.
#[expect(clippy::struct_excessive_bools, reason = "the document's own fields")]
#[derive(Serialize)]
pub struct View {
    id: i64,
    title: String,
    reference: Option<String>,
    price: Decimal,
    price_promo: Decimal,
    price_on_request: bool,
    created_at: String,
    status: usize,
    status_alias: &'static str,
    position: i64,
    shipping: Decimal,
    shipping_alone: bool,
    featured: bool,
    new: bool,
    is_promotion: bool,
    description: String,
    video_url: Option<String>,
    file: Option<String>,
    tax: Decimal,
    meta_description: Option<String>,
    meta_tags: Option<String>,
    handle: String,
    page_title: String,
    weight: i64,
    /// Nobody counts visits.
    hits: i64,
    /// Nor are sales counted here: orders tell them.
    sales: i64,
    variants_same_values: bool,
    description_short: String,
    promo: bool,
    url: String,
    add_cart_url: String,
    permalink: String,
    video_embed_url: Embed,
    image: Option<Image>,
    images: Images,
    options: Vec<OptionView>,
    categories: Vec<Brief>,
    option_groups: Vec<Group>,
    stock: Stock,
    price_formatted: String,
    price_promo_formatted: String,
    excerpt: String,
    barcode: Option<String>,
    brand: Option<brands::View>,
    tags: Vec<String>,
    updated_at: String,
}

/// Where a video can be shown, or `false`.
struct Embed(Option<String>);

impl Serialize for Embed {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            Some(url) => to.serialize_str(url),
            None => to.serialize_bool(false),
        }
    }
}

/// All pictures but the first: by their places from 1 on, or in a list.
struct Images {
    is_list: bool,
    all: Vec<Image>,
}

impl Serialize for Images {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        if self.is_list { to.collect_seq(&self.all) } else { to.collect_map((1..).zip(&self.all)) }
    }
}

/// A variant.
#[derive(Serialize)]
pub struct OptionView {
    id: i64,
    id_variant_1: Option<u32>,
    id_variant_2: Option<u32>,
    id_variant_3: Option<u32>,
    title: String,
    price: Decimal,
    promo: bool,
    price_promo: Decimal,
    price_on_request: bool,
    stock: Option<i64>,
    shipping: Decimal,
    weight: i64,
    active: bool,
    reference: Option<String>,
    url: String,
    image: Option<Image>,
}

/// What variants differ in; behind its values stands what programs change it by.
#[derive(Serialize)]
pub struct Group {
    pub title: String,
    pub options: Vec<OptionValue>,
    pub id: u32,
}

/// A value that they differ by.
#[derive(Serialize)]
pub struct OptionValue {
    pub id: u32,
    pub title: String,
}

#[expect(clippy::struct_excessive_bools, clippy::struct_field_names, reason = "the document's own fields")]
#[derive(Serialize)]
struct Stock {
    stock_enabled: bool,
    stock_qty: i64,
    stock_backorder: bool,
    stock_show: bool,
    stock_sold_single: bool,
    stock_notify: i64,
}

/// How a text begins, as the document cuts it.
pub fn short(description: &str) -> String {
    ended(markdown::lead(description, SHORT))
}

fn ended(lead: String) -> String {
    lead.strip_suffix('…').map(|cut| format!("{cut}&#8230;")).unwrap_or(lead)
}

/// The address of a product's page.
pub fn url(wire: &Wire, id: i64, slug: &str) -> String {
    wire.page(&format!("/item/{id}-{slug}/"))
}

/// The number of a value that variants differ by: it follows from the words, so that it is the same each time.
fn value_id(product_id: i64, group: &str, value: &str) -> u32 {
    crc32fast::hash(format!("{product_id}\n{group}\n{value}").as_bytes())
}

/// Where a video can be shown in a page.
fn embed(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?.trim_start_matches("www.");
    let last = url.path_segments()?.next_back().filter(|last| !last.is_empty())?.to_owned();
    match host {
        "youtube.com" => {
            let id = url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned());
            Some(format!("https://www.youtube.com/embed/{}", id.unwrap_or(last)))
        }
        "youtu.be" => Some(format!("https://www.youtube.com/embed/{last}")),
        "vimeo.com" => Some(format!("https://player.vimeo.com/video/{last}")),
        _ => None,
    }
}

/// What variants differ in.
pub fn groups(product_id: i64, variants: &[Variant]) -> Vec<Group> {
    let group = |group: variant_group::Group| Group {
        id: crc32fast::hash(format!("{product_id}\n{}", group.title).as_bytes()),
        options: group
            .values
            .into_iter()
            .map(|title| OptionValue { id: value_id(product_id, &group.title, &title), title })
            .collect(),
        title: group.title,
    };
    variant_group::groups(variants).into_iter().map(group).collect()
}

/// How prices of a product are told: with tax in them, if the shop names them so.
fn told(wire: &Wire, p: &Product, extra: &Extra) -> impl Fn(Option<i64>) -> i64 + use<> {
    let (named, tax_bp) = (wire.is_gross.then(|| Named::read(&extra.shoppy)), p.tax_bp);
    move |net| {
        let net = net.unwrap_or_default();
        named.as_ref().map_or(net, |named| named.told(net, tax_bp))
    }
}

/// A variant as this dialect shows it.
pub fn option(
    tx: &mut Tx<'_>,
    wire: &Wire,
    p: &Product,
    extra: &Extra,
    groups: &[Group],
    v: Variant,
) -> Result<OptionView> {
    let currency = p.currency.as_deref().unwrap_or_default();
    let price = told(wire, p, extra);
    let nth = |n: usize| {
        let group = groups.get(n)?;
        let value = v.options.get(&group.title).and_then(Value::as_str)?;
        Some(value_id(p.id, &group.title, value))
    };
    let id = wire.number(tx, What::Variant, v.id)?;
    Ok(OptionView {
        id,
        id_variant_1: nth(0),
        id_variant_2: nth(1),
        id_variant_3: nth(2),
        price: Decimal::money(price(v.price_minor.or(p.price_minor)), currency),
        promo: extra.promo_minor.is_some(),
        price_promo: Decimal::money(price(extra.promo_minor), currency),
        price_on_request: extra.is_on_request,
        stock: v.stock,
        shipping: Decimal::money(extra.shipping_minor, currency),
        weight: extra.weight_g,
        active: !v.is_out,
        reference: v.sku,
        url: format!("{}?option={id}", url(wire, p.id, &p.slug)),
        image: p.showcase.images.first().map(|url| Image::of(url)),
        title: v.title,
    })
}

fn stock(extra: &Extra, variants: &[Variant]) -> Stock {
    let counted: Vec<i64> = variants.iter().filter_map(|variant| variant.stock).collect();
    Stock {
        stock_enabled: !counted.is_empty(),
        stock_qty: counted.iter().sum(),
        stock_backorder: extra.is_backorder,
        stock_show: extra.shows_stock,
        stock_sold_single: extra.is_sold_single,
        stock_notify: variants.iter().find(|variant| variant.is_default).map_or(0, |variant| variant.low_at),
    }
}

/// A product as this dialect shows it.
pub fn view(tx: &mut Tx<'_>, wire: &Wire, product: Product) -> Result<View> {
    one(tx, wire, product, &mut Shelves::default())
}

/// Products as this dialect shows them.
pub fn views(tx: &mut Tx<'_>, wire: &Wire, products: Vec<Product>) -> Result<Vec<View>> {
    let mut shelves = Shelves::default();
    products.into_iter().map(|product| one(tx, wire, product, &mut shelves)).collect()
}

fn one(tx: &mut Tx<'_>, wire: &Wire, p: Product, shelves: &mut Shelves) -> Result<View> {
    let (extra, mut variants) = (product_extra::get(tx, p.id)?, variant::list(tx, p.id)?);
    variants.sort_by_key(|variant| variant.id);
    let (shelf, stock) = (Shelf::of(&p, &extra, &variants), stock(&extra, &variants));
    let reference = extra.reference.clone();
    let own = variants.iter().find(|variant| variant.is_implicit).and_then(|variant| variant.sku.clone());
    variants.retain(|variant| !variant.is_implicit);
    let groups = groups(p.id, &variants);
    let mut prices = variants.iter().map(|variant| variant.price_minor.or(p.price_minor));
    let first = prices.next();
    let is_same = first.is_some() && prices.all(|price| Some(price) == first);
    let options: Result<_> =
        variants.into_iter().map(|one| option(tx, wire, &p, &extra, &groups, one)).collect();
    let (categories, brand) = (shelves.category(tx, wire, &p)?, shelves.brand(tx, wire, &p)?);
    let currency = p.currency.as_deref().unwrap_or_default();
    let told = told(wire, &p, &extra);
    let (price, promo) = (told(p.price_minor), told(extra.promo_minor));
    let (here, lead) = (url(wire, p.id, &p.slug), markdown::lead(&p.description, META));
    let excerpt = markdown::lead(&p.description, SHORT);
    let mut images = p.showcase.images.iter().map(|url| Image::of(url));
    Ok(View {
        id: wire.number(tx, What::Product, p.id)?,
        reference: reference.or(own),
        price: Decimal::money(price, currency),
        price_promo: Decimal::money(promo, currency),
        price_on_request: extra.is_on_request,
        created_at: wire.zone.write(p.created_at),
        status: shelf.number(),
        status_alias: shelf.word(),
        position: extra.position,
        shipping: Decimal::money(extra.shipping_minor, currency),
        shipping_alone: false,
        featured: p.showcase.is_featured,
        new: extra.is_new,
        is_promotion: extra.promo_minor.is_some(),
        description: markdown::html(&p.description).trim_end().to_owned(),
        video_embed_url: Embed(extra.video_url.as_deref().and_then(embed)),
        video_url: extra.video_url,
        file: None,
        tax: Decimal::percent(p.tax_bp),
        meta_description: extra.meta_description.or_else(|| Some(lead).filter(|lead| !lead.is_empty())),
        meta_tags: extra.meta_tags,
        handle: p.slug,
        page_title: extra.page_title.unwrap_or_else(|| p.title.clone()),
        weight: extra.weight_g,
        hits: 0,
        sales: 0,
        variants_same_values: is_same,
        description_short: ended(excerpt.clone()),
        promo: extra.promo_minor.is_some(),
        add_cart_url: wire.page(&format!("/checkout?items={}x1", p.id)),
        permalink: here.clone(),
        url: here,
        image: images.next(),
        images: Images { is_list: wire.manner.shopkit_images, all: images.collect() },
        options: options?,
        categories: categories.into_iter().collect(),
        option_groups: groups,
        stock,
        price_formatted: shown(price, currency),
        price_promo_formatted: shown(promo, currency),
        excerpt,
        barcode: None,
        brand,
        tags: Vec::new(),
        updated_at: wire.zone.write(p.updated_at),
        title: p.title,
    })
}

/// What a line of an order shows of its product.
#[derive(Clone, Debug)]
pub struct Face {
    /// The number that it is called by.
    pub number: i64,
    pub url: String,
    pub description_short: String,
    pub image: Option<Image>,
}

/// What a line of an order shows of its product.
pub fn face(tx: &mut Tx<'_>, wire: &Wire, p: &Product) -> Result<Face> {
    Ok(Face {
        number: wire.number(tx, What::Product, p.id)?,
        url: url(wire, p.id, &p.slug),
        description_short: short(&p.description),
        image: p.showcase.images.first().map(|url| Image::of(url)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_as_the_document_cuts_them() {
        let text = "This is a tree decal that is created to work with standard 24\" wall shelves that you can buy anywhere.";
        assert_eq!(
            short(text),
            "This is a tree decal that is created to work with standard 24\" wall shelves that you&#8230;"
        );
        let text = "This set of four rustic, pinch pots have been hand formed by me from textured, earthy stoneware clay.";
        assert_eq!(
            short(text),
            "This set of four rustic, pinch pots have been hand formed by me from textured, earthy&#8230;"
        );
        assert_eq!(short("**Short.**"), "Short.");
    }

    #[test]
    fn videos_are_shown_in_pages() {
        for (url, embedded) in [
            ("https://www.youtube.com/watch?v=abc", Some("https://www.youtube.com/embed/abc")),
            ("https://youtu.be/abc", Some("https://www.youtube.com/embed/abc")),
            ("https://vimeo.com/12", Some("https://player.vimeo.com/video/12")),
            ("https://video.example/12", None),
            ("nowhere", None),
        ] {
            assert_eq!(embed(url).as_deref(), embedded, "{url}");
        }
    }
}

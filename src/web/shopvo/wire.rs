//! The shapes of the dialect: names and order as the document has them, and after them what it leaves open.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::{PublicIds, SITE};
use crate::base::time::{Millis, rfc3339};
use crate::domain::brand::Brand;
use crate::domain::category::Category;
use crate::domain::product::{Product, Status};
use crate::domain::variant::Variant;

/// What an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    B2bAccount,
    Brand,
    Cart,
    Category,
    Checkout,
    Credit,
    Customer,
    GiftCard,
    Line,
    Menu,
    Metafield,
    Order,
    Page,
    Points,
    PriceList,
    Product,
    Promotion,
    Review,
    Shipping,
    Site,
    Variant,
    Webhook,
}

impl Prefix {
    const fn word(self) -> &'static str {
        match self {
            Self::B2bAccount => "b2b",
            Self::Brand => "br",
            Self::Cart => "cart",
            Self::Category => "cat",
            Self::Checkout => "cs",
            Self::Credit => "sct",
            Self::Customer => "cust",
            Self::GiftCard => "gc",
            Self::Line => "item",
            Self::Menu => "menu",
            Self::Metafield => "mf",
            Self::Order => "order",
            Self::Page => "pg",
            Self::Points => "lt",
            Self::PriceList => "pl",
            Self::Product => "prd",
            Self::Promotion => "promo",
            Self::Review => "rev",
            Self::Shipping => "ship",
            Self::Site => SITE,
            Self::Variant => "var",
            Self::Webhook => "wh",
        }
    }

    /// The id of a row.
    pub fn write(self, ids: &PublicIds, id: i64) -> String {
        ids.write(self.word(), id)
    }

    /// The row of an id, if it is one of this kind.
    pub fn read(self, ids: &PublicIds, text: &str) -> Option<i64> {
        ids.read(self.word(), text)
    }
}

/// A time that may be none.
pub fn maybe_time(at: Option<Millis>) -> Option<String> {
    at.map(rfc3339)
}

/// A product; what is not asked for is not looked up.
#[expect(clippy::option_option, reason = "not asked for, of no brand, of a brand: three things")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductView<'a> {
    id: String,
    name: &'a str,
    slug: &'a str,
    price: Option<i64>,
    compare_at_price: Option<i64>,
    images: &'a [String],
    description: &'a str,
    status: &'static str,
    currency: Option<&'a str>,
    featured: bool,
    category_id: Option<String>,
    brand_id: Option<String>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<VariantView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<Option<BrandView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<CategoryView>>,
}

impl<'a> ProductView<'a> {
    pub fn of(ids: &PublicIds, p: &'a Product) -> Self {
        Self {
            id: Prefix::Product.write(ids, p.id),
            name: &p.title,
            slug: &p.slug,
            price: p.price_minor,
            compare_at_price: p.showcase.compare_at_minor,
            images: &p.showcase.images,
            description: &p.description,
            status: product_status(p.status()),
            currency: p.currency.as_deref(),
            featured: p.showcase.is_featured,
            category_id: p.category_id.map(|id| Prefix::Category.write(ids, id)),
            brand_id: p.showcase.brand_id.map(|id| Prefix::Brand.write(ids, id)),
            created_at: rfc3339(p.created_at),
            updated_at: rfc3339(p.updated_at),
            variants: None,
            brand: None,
            categories: None,
        }
    }
}

/// A product's status in this dialect's words (contract commerce.md, "Product status / type").
pub fn product_status(status: Status) -> &'static str {
    match status {
        Status::Active => "ACTIVE",
        Status::Hidden => "DRAFT",
        Status::Archived => "ARCHIVED",
    }
}

/// A variant.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariantView {
    id: String,
    name: String,
    sku: Option<String>,
    price: Option<i64>,
    inventory_status: &'static str,
    inventory_count: Option<i64>,
    options: Map<String, Value>,
    is_default: bool,
    low_stock_threshold: i64,
    created_at: String,
}

impl VariantView {
    pub fn of(ids: &PublicIds, v: Variant) -> Self {
        Self {
            id: Prefix::Variant.write(ids, v.id),
            inventory_status: stock_status(&v),
            name: v.title,
            sku: v.sku,
            price: v.price_minor,
            inventory_count: v.stock,
            options: v.options,
            is_default: v.is_default,
            low_stock_threshold: v.low_at,
            created_at: rfc3339(v.created_at),
        }
    }
}

/// What a variant's count says; what nobody counts is there.
pub fn stock_status(v: &Variant) -> &'static str {
    if v.is_there() { "IN_STOCK" } else { "OUT_OF_STOCK" }
}

/// A category.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    id: String,
    name: String,
    slug: String,
    parent_id: Option<String>,
}

impl CategoryView {
    pub fn of(ids: &PublicIds, c: Category) -> Self {
        Self {
            id: Prefix::Category.write(ids, c.id),
            name: c.title,
            slug: c.slug,
            parent_id: c.parent_id.map(|id| Prefix::Category.write(ids, id)),
        }
    }
}

/// A brand.
#[derive(Serialize)]
pub struct BrandView {
    id: String,
    name: String,
    slug: String,
}

impl BrandView {
    pub fn of(ids: &PublicIds, b: Brand) -> Self {
        Self { id: Prefix::Brand.write(ids, b.id), name: b.title, slug: b.slug }
    }
}

/// A word of ours as this dialect writes it.
pub fn capital(word: &str) -> String {
    word.to_ascii_uppercase()
}

/// Which of these words somebody wrote in capitals, or what may stand there.
pub fn word_of<T: Copy>(all: &[T], as_str: fn(T) -> &'static str, text: &str) -> Outcome<T> {
    let written = |one: &T| capital(as_str(*one));
    let known = all.iter().copied().find(|one| written(one) == text);
    known.ok_or_else(|| {
        let mut words: Vec<String> = all.iter().map(written).collect();
        let last = words.pop().unwrap_or_default();
        Error::invalid(format!("may be {} or {last}", words.join(", ")))
    })
}

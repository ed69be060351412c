//! The catalogue: lists of products, and the words they are found by.

use super::catalogue_more::More;
use super::product::{self, Kind, Product, Status};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::text;
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::values;

/// What a list of products is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Those of this status; all but the archived ones without it.
    pub status: Option<Status>,
    /// Those of this kind.
    pub kind: Option<Kind>,
    /// Those of this category.
    pub category_id: Option<i64>,
    /// Those of this brand.
    pub brand_id: Option<i64>,
    /// Those that are featured alone.
    pub is_featured: bool,
    /// Those with all of these words, or words that begin so, in their title.
    pub search: Option<String>,
    /// Or in their description, or in a SKU of theirs.
    pub in_texts: bool,
    /// What shop programs ask for beside.
    pub more: More,
}

/// Products, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Product>> {
    page(tx, shop, filter, start, (limit, 0))
}

/// As [`list`], `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Product>> {
    let Some(search) = Search::of(filter) else { return Ok(Vec::new()) };
    let list = narrowed(
        "select id, title, slug, approved, visible, api_enabled, check_ip, allow_ip_override, deactivate, key_type, segments, \
         segment_length, identifier_mode, max_uses, term_days, created_at, site_id, is_test, updated_at, kind, description, \
         archived_at, price_minor, currency, tax_bp, requires_install_url, install_url_label, install_url_notice, install_url_locked, \
         external_url, download_channels, category_id, brand_id, compare_at_minor, is_featured, images from product",
        shop,
        filter,
        &search,
    );
    let found = list.skipping(skip).page(tx, "id", start, limit, product::read)?;
    found.into_iter().map(|product| product::whole(tx, product)).collect()
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
    let Some(search) = Search::of(filter) else { return Ok(0) };
    narrowed("select id from product", shop, filter, &search).count(tx)
}

/// Words to be looked for, each with what stands just behind all that begin so.
struct Search(Vec<(String, String)>);

impl Search {
    /// Nothing where no product can have what is looked for.
    fn of(filter: &Filter) -> Option<Self> {
        let search = filter.search.as_deref().unwrap_or_default().trim();
        let words = text::words(search);
        let has_words = search.is_empty() || !words.is_empty();
        has_words.then(|| Self(words.into_iter().map(|word| (word.clone(), text::after(&word))).collect()))
    }
}

fn narrowed<'a>(select: &'static str, shop: Shop, filter: &'a Filter, search: &'a Search) -> List<'a> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.when(match filter.status {
        None => "archived_at is null",
        Some(Status::Active) => "archived_at is null and approved = 1 and visible = 1",
        Some(Status::Hidden) => "archived_at is null and (approved = 0 or visible = 0)",
        Some(Status::Archived) => "archived_at is not null",
    });
    list.maybe("kind = ?", filter.kind.map(Kind::as_str));
    list.maybe("category_id = ?", filter.category_id);
    list.maybe("brand_id is not null and brand_id = ?", filter.brand_id);
    if filter.is_featured {
        list.when("is_featured = 1");
    }
    filter.more.narrow(&mut list);
    for (from, to) in &search.0 {
        let (from, to) = (from.as_str(), to.as_str());
        if filter.in_texts {
            list.with_each(
                "id in (select product_id from product_word where word >= ? and word < ? \
                 union all select product_id from product_text_word where word >= ? and word < ?)",
                [from, to, from, to],
            );
        } else {
            list.between(
                "id in (select product_id from product_word where word >= ? and word < ?)",
                from,
                to,
            );
        }
    }
    list
}

/// Notes the words of a product's title.
pub fn note_words(tx: &mut Tx<'_>, product_id: i64, title: &str) -> Result<()> {
    tx.exec("delete from product_word where product_id = $1", values![product_id])?;
    for word in text::words(title) {
        tx.exec("insert into product_word (product_id, word) values ($1, $2)", values![product_id, &word])?;
    }
    Ok(())
}

/// Notes the words of a product's description and of the SKUs of its variants.
pub fn note_text_words(tx: &mut Tx<'_>, product_id: i64) -> Result<()> {
    let mut texts = tx.all(
        "select sku from variant where product_id = $1 and sku is not null order by id",
        values![product_id],
        |row| row.get::<String>(0),
    )?;
    texts.push(
        tx.one("select description from product where id = $1", values![product_id], |row| row.get(0))?,
    );
    tx.exec("delete from product_text_word where product_id = $1", values![product_id])?;
    for word in text::words_of(&texts.join(" "), text::MANY) {
        tx.exec(
            "insert into product_text_word (product_id, word) values ($1, $2)",
            values![product_id, &word],
        )?;
    }
    Ok(())
}

/// The product with this slug that is not archived, the oldest of several.
pub fn by_slug(tx: &mut Tx<'_>, shop: Shop, slug: &str) -> Result<Option<Product>> {
    let id = tx.maybe(
        "select id from product where slug = $1 and site_id = $2 and is_test = $3 and archived_at is null order by id limit 1",
        values![slug, shop.site_id, shop.is_test()],
        |row| row.get(0),
    )?;
    id.map_or(Ok(None), |id| product::find(tx, shop, id))
}

//! The catalogue: lists of products, and the words they are found by.

use super::product::{self, Kind, Product, Status};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::text;
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::values;

/// What a list of products is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this status; all but the archived ones without it.
    pub status: Option<Status>,
    /// Those of this kind.
    pub kind: Option<Kind>,
    /// Those of this category.
    pub category_id: Option<i64>,
    /// Those with all of these words, or words that begin so, in their title.
    pub search: Option<String>,
}

/// Products, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Product>> {
    let mut list = List::new(
        "select id, title, slug, approved, visible, api_enabled, check_ip, allow_ip_override, deactivate, key_type, segments, \
         segment_length, identifier_mode, max_uses, term_days, created_at, site_id, is_test, updated_at, kind, description, \
         archived_at, price_minor, currency, tax_bp, requires_install_url, install_url_label, install_url_notice, install_url_locked, \
         external_url, download_channels, category_id from product",
    );
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
    let search = filter.search.as_deref().unwrap_or_default().trim();
    let words = text::words(search);
    if words.is_empty() && !search.is_empty() {
        return Ok(Vec::new());
    }
    let bounds: Vec<(&str, String)> = words.iter().map(|word| (word.as_str(), text::after(word))).collect();
    for (from, to) in &bounds {
        list.between(
            "id in (select product_id from product_word where word >= ? and word < ?)",
            *from,
            to.as_str(),
        );
    }
    let found = list.page(tx, "id", start, limit, product::read)?;
    found.into_iter().map(|product| product::whole(tx, product)).collect()
}

/// Notes the words of a product's title.
pub fn note_words(tx: &mut Tx<'_>, product_id: i64, title: &str) -> Result<()> {
    tx.exec("delete from product_word where product_id = $1", values![product_id])?;
    for word in text::words(title) {
        tx.exec("insert into product_word (product_id, word) values ($1, $2)", values![product_id, &word])?;
    }
    Ok(())
}

//! `/categories` and `/brands`: flat lists, or the one with a slug.

use super::call::{Call, Reply};
use super::fault::Fault;
use super::products::id;
use super::wire::{BrandView, CategoryView, Prefix};
use crate::domain::{brand, category};

/// `GET /categories`
pub async fn categories(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let slug = query.text("slug");
    let parent_id = id(&call, &mut query, "parentId", Prefix::Category);
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let found = category::list(tx, shop, crate::store::list::Start::After(0), i64::MAX)?.into_iter();
        let found = found.filter(|category| {
            slug.as_ref().is_none_or(|slug| category.slug == *slug)
                && parent_id.is_none_or(|parent| category.parent_id == Some(parent))
        });
        Reply::data(&found.map(|category| CategoryView::of(&ids, category)).collect::<Vec<_>>())
    })
    .await
}

/// `GET /brands`
pub async fn brands(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let slug = query.text("slug");
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let found = match &slug {
            Some(slug) => brand::by_slug(tx, shop, slug)?.into_iter().collect(),
            None => brand::list(tx, shop, crate::store::list::Start::After(0), i64::MAX)?,
        };
        Reply::data(&found.into_iter().map(|brand| BrandView::of(&ids, brand)).collect::<Vec<_>>())
    })
    .await
}

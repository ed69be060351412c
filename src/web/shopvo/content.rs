//! `/pages`, `/menus` and `/site`.

use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::wire::Prefix;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::content_page::{self, ContentPage};
use crate::domain::{menu, storefront};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageView {
    id: String,
    title: String,
    slug: String,
    content: String,
    updated_at: String,
}

impl PageView {
    fn of(ids: &PublicIds, p: ContentPage) -> Self {
        Self {
            id: Prefix::Page.write(ids, p.id),
            title: p.title,
            slug: p.slug,
            content: p.body,
            updated_at: rfc3339(p.updated_at),
        }
    }
}

/// `GET /pages`: those that are published.
pub async fn pages(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let whole = |_| "must be a whole number, 1 or more".to_owned();
    let (page, limit) =
        (query.get("page", whole).unwrap_or(1_i64), query.get("limit", whole).unwrap_or(20_i64));
    if page < 1 {
        query.wrong("page", "must be 1 or more");
    }
    if !(1..=100).contains(&limit) {
        query.wrong("limit", "must be from 1 to 100");
    }
    let slug = query.text("slug");
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let found = match &slug {
            Some(slug) => {
                content_page::by_slug(tx, shop, slug)?.into_iter().filter(|page| page.is_published).collect()
            }
            None => content_page::list(tx, shop, true, None, (limit, (page - 1).saturating_mul(limit)))?,
        };
        Reply::data(&found.into_iter().map(|page| PageView::of(&ids, page)).collect::<Vec<_>>())
    })
    .await
}

/// `GET /menus`
pub async fn menus(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let handle = query.text("handle");
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let found = menu::list(tx, shop)?.into_iter();
        let found = found.filter(|menu| handle.as_ref().is_none_or(|handle| menu.handle == *handle));
        let view = |menu: menu::Menu| {
            json!({"id": Prefix::Menu.write(&ids, menu.id), "title": menu.title, "handle": menu.handle, "items": menu.items})
        };
        Reply::data(&found.map(view).collect::<Vec<Value>>())
    })
    .await
}

/// `GET /site`
pub async fn site(call: Call) -> Result<Reply, Fault> {
    let (shop, ids) = (call.shop, call.app.ids.clone());
    let domain = url::Url::parse(&call.app.config.public_url).ok();
    let domain = domain.and_then(|url| url.host_str().map(str::to_owned));
    call.read(move |tx| {
        let site = storefront::get(tx, shop)?;
        Reply::data(
            &json!({"id": Prefix::Site.write(&ids, shop.site_id), "name": site.title, "locale": site.locale,
            "currency": site.currency, "primaryDomain": domain, "domains": domain.iter().collect::<Vec<_>>(),
            "theme": site.theme}),
        )
    })
    .await
}

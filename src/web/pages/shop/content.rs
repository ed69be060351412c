//! A page to read, such as what the shop is about.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use minijinja::context;

use super::visit::Visit;
use crate::app::App;
use crate::base::error::Error;
use crate::base::markdown;
use crate::domain::content_page;
use crate::web::pages::answer::Answer;

/// `GET /p/{slug}`: one that is published; others are as if they were not there.
pub async fn show(req: HttpRequest, slug: Path<String>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let slug = slug.into_inner();
    let page = visit
        .read(move |tx, shop| {
            let found = content_page::by_slug(tx, shop, &slug)?.filter(|page| page.is_published);
            found.ok_or_else(|| Error::not_found("there is no such page"))
        })
        .await?;
    let values = context! { body => markdown::html(&page.body) };
    visit.page(StatusCode::OK, "shop/content.html", &page.title, values)
}

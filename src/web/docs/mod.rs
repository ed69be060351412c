//! `/docs`: the description for people, by Swagger UI 5.35.0 (Apache-2.0), which stands beside this file as it was released, packed.
//! The page asks nothing of anybody but this server, and holds nothing inline.

use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};

use super::page::base;
use super::{assets, edge};

/// The files that it loads.
const FILES: [&str; 4] = ["swagger-ui-bundle.js", "swagger-ui.css", "init.js", "docs.css"];

/// The page, for a server at one address.
pub struct Page {
    public_url: String,
    text: OnceLock<Bytes>,
}

impl Page {
    /// For a server at this address.
    pub fn of(public_url: &str) -> Self {
        Self { public_url: public_url.to_owned(), text: OnceLock::new() }
    }

    fn text(&self) -> Bytes {
        let write = || {
            // A proxy may put the server below a path.
            let root = base(&self.public_url);
            let text = FILES.iter().fold(include_str!("page.html").to_owned(), |text, name| {
                text.replace(&format!("{{{name}}}"), assets::served(name).unwrap_or_default())
            });
            let text = text.replace("{root}", &root);
            Bytes::from(text)
        };
        self.text.get_or_init(write).clone()
    }
}

/// `GET /docs`
pub async fn page(page: Data<Page>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, edge::PAGE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(page.text())
}

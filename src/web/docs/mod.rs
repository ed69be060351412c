//! `/docs`: the description for people, by Swagger UI 5.35.0 (Apache-2.0), which stands beside this file as it was released, packed.
//! The page asks nothing of anybody but this server, and holds nothing inline.

use std::sync::{LazyLock, OnceLock};

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

use super::{edge, health};
use crate::base::seal;

/// A file of the page.
struct Asset {
    /// What the page calls it.
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// Whether its bytes are packed by gzip.
    is_packed: bool,
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "swagger-ui-bundle.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("swagger-ui-bundle.js.gz"),
        is_packed: true,
    },
    Asset {
        name: "swagger-ui.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("swagger-ui.css.gz"),
        is_packed: true,
    },
    Asset {
        name: "init.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("init.js"),
        is_packed: false,
    },
    Asset {
        name: "docs.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("docs.css"),
        is_packed: false,
    },
];

/// The files by the names they are served under: with a hash of what they hold, so that they may be kept for ever.
static SERVED: LazyLock<Vec<(String, &Asset)>> = LazyLock::new(|| {
    let served = |asset: &'static Asset| format!("{}-{}", &seal::hash(asset.bytes)[..16], asset.name);
    ASSETS.iter().map(|asset| (served(asset), asset)).collect()
});

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
            let root = Url::parse(&self.public_url).map(|url| url.path().trim_end_matches('/').to_owned());
            let root = root.unwrap_or_default();
            let text = include_str!("page.html").replace("{docs}", &format!("{root}/docs"));
            let text = SERVED.iter().fold(text.replace("{root}", &root), |text, (served, asset)| {
                text.replace(&format!("{{{}}}", asset.name), served)
            });
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

/// `GET /docs/{name}`
pub async fn asset(req: HttpRequest) -> HttpResponse {
    let name = req.match_info().get("name").unwrap_or_default();
    let Some((_, asset)) = SERVED.iter().find(|(served, _)| served == name) else {
        return health::nothing_here().await;
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, asset.kind))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if asset.is_packed {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    response.body(Bytes::from_static(asset.bytes))
}

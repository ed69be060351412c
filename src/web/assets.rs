//! The files that pages load, all from this server: each is served under a name with a hash of what it holds, so that it may be kept
//! for ever.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

use super::health;
use crate::base::seal;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file that pages load.
struct Asset {
    /// What pages call it.
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// Whether its bytes are packed by gzip.
    is_packed: bool,
}

const fn plain(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { name, kind, bytes, is_packed: false }
}

const fn packed(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { name, kind, bytes, is_packed: true }
}

const ASSETS: [Asset; 7] = [
    plain("style.css", STYLE, include_bytes!("pages/style.css")),
    plain("pages.js", SCRIPT, include_bytes!("pages/pages.js")),
    // htmx 2.0.11 (0BSD), as it was released, packed.
    packed("htmx.js", SCRIPT, include_bytes!("pages/htmx/htmx.min.js.gz")),
    packed("swagger-ui-bundle.js", SCRIPT, include_bytes!("docs/swagger-ui-bundle.js.gz")),
    packed("swagger-ui.css", STYLE, include_bytes!("docs/swagger-ui.css.gz")),
    plain("init.js", SCRIPT, include_bytes!("docs/init.js")),
    plain("docs.css", STYLE, include_bytes!("docs/docs.css")),
];

/// The files by the names they are served under.
static SERVED: LazyLock<Vec<(String, &Asset)>> = LazyLock::new(|| {
    let served = |asset: &'static Asset| format!("{}-{}", &seal::hash(asset.bytes)[..16], asset.name);
    ASSETS.iter().map(|asset| (served(asset), asset)).collect()
});

/// The name that a file is served under, below `/assets/`.
pub fn served(name: &str) -> Option<&'static str> {
    SERVED.iter().find(|(_, asset)| asset.name == name).map(|(served, _)| served.as_str())
}

/// `GET /assets/{name}`
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

//! Floor 3: HTTP, the only place that knows actix-web. All mounts on one screen.

mod access_log;
mod assets;
mod attempts;
mod bearer;
pub mod client_address;
mod cookies;
pub mod docs;
mod door;
pub mod edge;
mod fields;
mod form;
mod health;
pub mod limiter;
pub mod oauth;
pub mod openapi;
mod page;
mod pages;
mod parts;
mod passwords;
pub mod platform;
mod query;
pub mod ranges;
mod rates;
mod receive;
mod refusal;
mod request_id;
mod request_log;
mod send_file;
pub mod server;
pub mod shookout;
pub mod shopkit;
pub mod shoppy;
pub mod shopvo;
mod streamed;
pub mod tls;
pub mod told;

use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route, guard};

/// What answers GET and HEAD only.
fn reading(path: &str, answer: Route) -> Resource {
    let is_read = guard::Any(guard::Get()).or(guard::Head());
    web::resource(path).route(answer.guard(is_read)).default_service(web::to(health::read_only))
}

/// The routes of the public address. Paths arrive without trailing or doubled slashes (`edge`).
pub fn mounts(cfg: &mut ServiceConfig) {
    for path in shookout::LICENCE_PATHS {
        cfg.service(web::resource(path).to(shookout::licence::call));
    }
    cfg.service(web::resource("/software/updatecheck/{id}").to(shookout::update_check::call))
        .configure(oauth::mount)
        .configure(platform::mount)
        .configure(shopkit::mount)
        .configure(shoppy::mount)
        .configure(shopvo::mount)
        .configure(pages::mount)
        .service(reading("/healthz", web::to(health::healthz)))
        .service(reading("/readyz", web::to(health::readyz)))
        .service(reading("/openapi.json", web::to(openapi::serve)))
        .service(reading("/docs", web::to(docs::page)))
        .service(reading("/assets/{name}", web::to(assets::asset)))
        .default_service(web::to(health::nothing_here));
}

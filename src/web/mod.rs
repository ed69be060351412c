//! Floor 3: HTTP, the only place that knows actix-web. All mounts on one screen.

mod access_log;
mod attempts;
pub mod client_address;
mod cookies;
mod door;
pub mod edge;
mod form;
mod health;
pub mod limiter;
pub mod oauth;
mod passwords;
pub mod platform;
pub mod ranges;
mod receive;
mod send_file;
pub mod server;
pub mod shookout;
mod streamed;
pub mod tls;

use actix_web::web::{self, ServiceConfig};

/// The routes of the public address. Paths arrive without trailing or doubled slashes (`edge`).
pub fn mounts(cfg: &mut ServiceConfig) {
    for path in shookout::LICENCE_PATHS {
        cfg.service(web::resource(path).to(shookout::licence::call));
    }
    cfg.service(web::resource("/software/updatecheck/{id}").to(shookout::update_check::call))
        .configure(oauth::mount)
        .configure(platform::mount)
        .service(web::resource("/healthz").to(health::healthz))
        .service(web::resource("/readyz").to(health::readyz))
        .default_service(web::to(health::nothing_here));
}

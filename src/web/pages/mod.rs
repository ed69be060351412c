//! Pages for people: made by this server alone, whole without JavaScript, in light and dark. They show and change what the API shows
//! and changes, through the same functions of the domain.
//!
//! Templates are minijinja's, as those of letters are: they are in the program as text, where templates that are compiled would be code
//! several times as large.

mod admin;
mod chart;
pub mod filters;
mod parts;
mod setup;

use actix_web::web::{self, ServiceConfig};

/// The templates; those of other rooms build on the first two.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("layout.html")),
    ("notice.html", include_str!("notice.html")),
    ("parts.html", include_str!("parts.html")),
    ("setup.html", include_str!("setup.html")),
    ("frame.html", include_str!("admin/frame.html")),
    ("admin/home.html", include_str!("admin/home.html")),
    ("admin/list.html", include_str!("admin/list.html")),
    ("admin/sign_in.html", include_str!("admin/sign_in.html")),
    ("admin/thing.html", include_str!("admin/thing.html")),
];

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/setup/{token}").route(web::get().to(setup::ask)).route(web::post().to(setup::make)),
    )
    .configure(admin::mount);
}

//! Pages for people: made by this server alone, whole without JavaScript, in light and dark. They show and change what the API shows
//! and changes, through the same functions of the domain.
//!
//! Templates are minijinja's, as those of letters are: they are in the program as text, where templates that are compiled would be code
//! several times as large.

mod admin;
mod answer;
mod chart;
mod field;
pub mod filters;
mod parts;
mod setup;
mod shop;
mod unsent;

use actix_web::web::{self, ServiceConfig};

pub use self::admin::sign_in;
pub use self::shop::TEMPLATES as SHOP;

/// The templates; those of other rooms build on the first two.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("layout.html")),
    ("notice.html", include_str!("notice.html")),
    ("parts.html", include_str!("parts.html")),
    ("setup.html", include_str!("setup.html")),
    ("unsent.html", include_str!("unsent.html")),
    ("frame.html", include_str!("admin/frame.html")),
    ("admin/account_factor.html", include_str!("admin/account_factor.html")),
    ("admin/begin_activation.html", include_str!("admin/begin_activation.html")),
    ("admin/begin_mail.html", include_str!("admin/begin_mail.html")),
    ("admin/bulk.html", include_str!("admin/bulk.html")),
    ("admin/code.html", include_str!("admin/code.html")),
    ("admin/diagnostics.html", include_str!("admin/diagnostics.html")),
    ("admin/figures.html", include_str!("admin/figures.html")),
    ("admin/home.html", include_str!("admin/home.html")),
    ("admin/integrate.html", include_str!("admin/integrate.html")),
    ("admin/list.html", include_str!("admin/list.html")),
    ("admin/secret.html", include_str!("admin/secret.html")),
    ("admin/sheet.html", include_str!("admin/sheet.html")),
    ("admin/sign_in.html", include_str!("admin/sign_in.html")),
    ("admin/upload.html", include_str!("admin/upload.html")),
    ("admin/thing.html", include_str!("admin/thing.html")),
];

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/setup/{token}").route(web::get().to(setup::ask)).route(web::post().to(setup::make)),
    )
    .configure(admin::mount)
    .configure(shop::mount);
}

//! OAuth 2.0: how people let somebody else's program into the shop (RFC 6749, 7009, 7636, 8414, 9207, 9700). Its contract is in
//! `README.md` beside this file.

mod authorize;
mod client;
mod customer;
mod fault;
mod metadata;
mod request;
mod sign_in;
mod token;

use actix_web::web::{self, ServiceConfig};

/// The templates of its pages.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("oauth/sign_in.html", include_str!("sign_in.html")),
    ("oauth/code.html", include_str!("code.html")),
    ("oauth/link.html", include_str!("link.html")),
    ("oauth/consent.html", include_str!("consent.html")),
];

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    let only_post = || web::to(|| async { fault::method("POST") });
    let only_get = || web::to(|| async { fault::method("GET") });
    let post = |path: &'static str| web::resource(path).default_service(only_post());
    let get = |path: &'static str| web::resource(path).default_service(only_get());
    cfg.service(
        web::resource("/oauth/authorize")
            .route(web::get().to(authorize::ask))
            .route(web::post().to(authorize::decide))
            .default_service(web::to(|| async { fault::method("GET, POST") })),
    )
    .service(post("/oauth/sign-in").route(web::post().to(sign_in::person)))
    .service(post("/oauth/sign-in/mail").route(web::post().to(customer::mail)))
    .service(post("/oauth/sign-in/code").route(web::post().to(customer::code)))
    .service(
        web::resource("/oauth/sign-in/link/{token}")
            .route(web::get().to(customer::link))
            .route(web::post().to(customer::follow))
            .default_service(web::to(|| async { fault::method("GET, POST") })),
    )
    .service(post("/oauth/sign-out").route(web::post().to(sign_in::out)))
    .service(post("/oauth/token").route(web::post().to(token::token)))
    .service(post("/v1/oauth/token").route(web::post().to(token::token)))
    .service(post("/oauth/revoke").route(web::post().to(token::revoke)))
    .service(get("/.well-known/oauth-authorization-server").route(web::get().to(metadata::metadata)))
    .service(
        get("/.well-known/oauth-authorization-server/{path:.*}").route(web::get().to(metadata::metadata)),
    );
}

//! The administration: for those who run the shop, each as far as their role goes.

mod activations;
mod apps;
mod audit;
mod b2b_accounts;
mod b2b_forms;
mod backups;
mod begin;
mod brands;
mod bulk;
mod calls;
mod carts;
mod categories;
mod content_pages;
mod coupons;
mod credit;
mod customer_forms;
mod customers;
mod deed;
mod desk;
mod diagnostics;
mod figures;
mod files;
mod find;
mod gift_card_forms;
mod gift_cards;
mod holdings;
mod home;
mod integrate;
mod jobs;
mod keys;
mod letters;
mod licence_forms;
mod licences;
mod list;
mod list_file;
mod loyalty;
mod menus;
mod metafields;
mod moments;
mod mounts;
mod my_account;
mod order_forms;
mod order_handling;
mod orders;
mod pairs;
mod payment_links;
mod points;
mod pool;
mod prerequisites;
mod price_list_forms;
mod price_lists;
mod product_extra;
mod product_form;
mod products;
mod purchases;
mod rates;
mod releases;
mod review_answer;
mod reviews;
mod second_factor;
mod security;
mod sheet;
mod shipping;
mod shop;
mod showcase;
pub mod sign_in;
mod stock;
mod storefront;
mod team;
mod thing;
mod tickets;
mod variants;
mod webhook_form;
mod webhooks;
mod why;

use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route};

/// A form at its own address: asked for, and sent.
fn form(path: &str, ask: Route, send: Route) -> Resource {
    web::resource(path).route(ask).route(send)
}

/// Mounts what people look after for themselves and for each other.
fn mount_people(cfg: &mut ServiceConfig) {
    cfg.route("/admin/account", web::get().to(my_account::show))
        .service(form(
            "/admin/account/password",
            web::get().to(my_account::ask_password),
            web::post().to(my_account::set_password),
        ))
        .service(form(
            "/admin/account/second-factor",
            web::get().to(second_factor::ask),
            web::post().to(second_factor::switch_on),
        ))
        .service(form(
            "/admin/account/second-factor/off",
            web::get().to(second_factor::ask_off),
            web::post().to(second_factor::switch_off),
        ))
        .service(form(
            "/admin/account/recovery-codes",
            web::get().to(second_factor::ask_codes),
            web::post().to(second_factor::new_codes),
        ))
        .route("/admin/account/browsers/{id}/sign-out", web::post().to(my_account::sign_out))
        .route("/admin/account/sign-out-others", web::post().to(my_account::sign_out_others))
        .route("/admin/team", web::get().to(team::list))
        .service(form("/admin/team/new", web::get().to(team::ask_new), web::post().to(team::make)))
        .route("/admin/team/{id}", web::get().to(team::show))
        .service(form("/admin/team/{id}/role", web::get().to(team::ask_role), web::post().to(team::set_role)))
        .service(form(
            "/admin/team/{id}/password",
            web::get().to(team::ask_password),
            web::post().to(team::set_password),
        ))
        .route("/admin/team/{id}/{deed}", web::post().to(team::act));
}

/// Mounts what programs come in by.
fn mount_programs(cfg: &mut ServiceConfig) {
    cfg.route("/admin/api-keys", web::get().to(keys::list))
        .service(form("/admin/api-keys/new", web::get().to(keys::ask_new), web::post().to(keys::make)))
        .route("/admin/api-keys/{name}", web::get().to(keys::show))
        .service(form(
            "/admin/api-keys/{name}/rotate",
            web::get().to(keys::ask_rotate),
            web::post().to(keys::rotate),
        ))
        .route("/admin/api-keys/{name}/revoke", web::post().to(keys::revoke))
        .route("/admin/oauth-apps", web::get().to(apps::list))
        .service(form("/admin/oauth-apps/new", web::get().to(apps::ask_new), web::post().to(apps::make)))
        .route("/admin/oauth-apps/{client_id}", web::get().to(apps::show))
        .service(form(
            "/admin/oauth-apps/{client_id}/rotate",
            web::get().to(apps::ask_rotate),
            web::post().to(apps::rotate),
        ))
        .route("/admin/oauth-apps/{client_id}/delete", web::post().to(apps::delete))
        .route("/admin/oauth-apps/{client_id}/grants", web::get().to(apps::grants))
        .route("/admin/oauth-apps/{client_id}/grants/{id}/revoke", web::post().to(apps::revoke))
        .route("/admin/webhooks", web::get().to(webhooks::list))
        .service(form(
            "/admin/webhooks/new",
            web::get().to(webhook_form::ask_new),
            web::post().to(webhook_form::make),
        ))
        .route("/admin/webhooks/{id}", web::get().to(webhooks::show))
        .service(form(
            "/admin/webhooks/{id}/edit",
            web::get().to(webhook_form::ask),
            web::post().to(webhook_form::change),
        ))
        .service(form(
            "/admin/webhooks/{id}/rotate",
            web::get().to(webhook_form::ask_rotate),
            web::post().to(webhook_form::rotate),
        ))
        .service(form(
            "/admin/webhooks/{id}/replay",
            web::get().to(webhook_form::ask_replay),
            web::post().to(webhook_form::replay),
        ))
        .route("/admin/webhooks/{id}/switch/{on}", web::post().to(webhook_form::switch))
        .route("/admin/webhooks/{id}/delete", web::post().to(webhook_form::delete))
        .route("/admin/webhooks/{id}/test", web::post().to(webhooks::test))
        .route("/admin/webhooks/{id}/deliveries", web::get().to(webhooks::deliveries))
        .route("/admin/webhooks/{id}/deliveries/{delivery_id}/again", web::post().to(webhooks::again));
}

/// What there is to sell, and its files.
fn mount_products(cfg: &mut ServiceConfig) {
    cfg.route("/admin/products", web::get().to(products::list))
        .route("/admin/products/bulk", bulk::route(&products::ROWS))
        .route("/admin/categories", web::get().to(categories::list))
        .service(form(
            "/admin/categories/new",
            web::get().to(categories::ask_new),
            web::post().to(categories::make),
        ))
        .service(form(
            "/admin/categories/{id}/edit",
            web::get().to(categories::ask),
            web::post().to(categories::change),
        ))
        .route("/admin/categories/{id}/delete", web::post().to(categories::delete))
        .service(form("/admin/products/{id}/pool", web::get().to(pool::ask), web::post().to(pool::fill)))
        .service(form(
            "/admin/products/new",
            web::get().to(product_form::ask_new),
            web::post().to(product_form::make),
        ))
        .route("/admin/products/{id}", web::get().to(products::show))
        .service(form(
            "/admin/products/{id}/edit",
            web::get().to(product_form::ask),
            web::post().to(product_form::change),
        ))
        .service(form(
            "/admin/products/{id}/prerequisites",
            web::get().to(prerequisites::ask),
            web::post().to(prerequisites::change),
        ))
        .service(form(
            "/admin/products/{id}/releases/new",
            web::get().to(releases::ask_new),
            web::post().to(releases::make),
        ))
        .route("/admin/products/{id}/releases", web::get().to(releases::list))
        .route("/admin/products/{id}/releases/{release_id}", web::get().to(releases::show))
        .service(form(
            "/admin/products/{id}/releases/{release_id}/edit",
            web::get().to(releases::ask),
            web::post().to(releases::change),
        ))
        .route("/admin/products/{id}/releases/{release_id}/{deed}", web::post().to(releases::act))
        .route("/admin/files", web::get().to(files::list))
        .service(form("/admin/files/new", web::get().to(files::ask), web::post().to(files::upload)))
        .route("/admin/files/bulk", bulk::route(&files::ROWS))
        .route("/admin/files/{file_id}/delete", web::post().to(files::delete))
        .route("/admin/reviews", web::get().to(reviews::list))
        .route("/admin/reviews/bulk", bulk::route(&reviews::ROWS))
        .route("/admin/reviews/{id}", web::get().to(reviews::show))
        .service(form(
            "/admin/reviews/{id}/answer",
            web::get().to(review_answer::ask),
            web::post().to(review_answer::change),
        ))
        .route("/admin/reviews/{id}/{deed}", web::post().to(reviews::act))
        .route("/admin/products/{id}/integrate", web::get().to(integrate::show))
        .route("/admin/products/{id}/archive", web::post().to(products::archive));
}

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/admin/sign-in")
            .route(web::get().to(sign_in::ask))
            .route(web::post().to(sign_in::enter)),
    )
    .service(form(
        "/admin/sign-in/code",
        web::get().to(sign_in::ask_code),
        web::post().to(sign_in::enter_code),
    ))
    .route("/admin/sign-out", web::post().to(sign_in::leave))
    .route("/admin/mode", web::post().to(sign_in::mode))
    .route("/admin", web::get().to(home::show))
    .route("/admin/figures", web::get().to(figures::show))
    .service(form("/admin/begin/shop", web::get().to(begin::shop), web::post().to(begin::name_shop)))
    .service(form("/admin/begin/mail", web::get().to(begin::mail), web::post().to(begin::try_mail)))
    .service(form("/admin/begin/product", web::get().to(begin::product), web::post().to(begin::make_product)))
    .service(form(
        "/admin/begin/licence/{product_id}",
        web::get().to(begin::licence),
        web::post().to(begin::issue),
    ))
    .route("/admin/begin/activation/{licence_id}", web::get().to(begin::activation))
    .service(form("/admin/settings", web::get().to(shop::ask), web::post().to(shop::change)))
    .service(form("/admin/settings/loyalty", web::get().to(loyalty::ask), web::post().to(loyalty::change)))
    .service(form("/admin/settings/backups", web::get().to(backups::list), web::post().to(backups::create)))
    .route("/admin/settings/backups/{name}", web::get().to(backups::show))
    .route("/admin/settings/backups/{name}/download", web::get().to(backups::download))
    .route("/admin/settings/backups/{name}/verify", web::post().to(backups::check))
    .route("/admin/settings/backups/{name}/delete", web::post().to(backups::delete))
    .route("/admin/find", web::get().to(find::find))
    .configure(mounts::goods)
    .configure(mount_products)
    .configure(mounts::sales)
    .configure(mounts::b2b)
    .configure(mounts::balances)
    .route("/admin/mail", web::get().to(letters::list))
    .route("/admin/mail/bulk", bulk::route(&letters::ROWS))
    .route("/admin/mail/{id}/again", web::post().to(letters::again))
    .configure(mount_people)
    .configure(mount_programs)
    .route("/admin/settings/security", web::get().to(security::show))
    .route("/admin/settings/jobs", web::get().to(jobs::show))
    .route("/admin/settings/rates", web::get().to(rates::show))
    .route("/admin/settings/diagnostics", web::get().to(diagnostics::show))
    .route("/admin/requests", web::get().to(calls::list))
    .route("/admin/audit", web::get().to(audit::list))
    .route("/admin/audit/{id}", web::get().to(audit::show));
}

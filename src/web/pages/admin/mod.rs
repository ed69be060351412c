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
mod my_account;
mod order_forms;
mod orders;
mod pairs;
mod points;
mod pool;
mod prerequisites;
mod price_list_forms;
mod price_lists;
mod product_form;
mod products;
mod purchases;
mod rates;
mod releases;
mod reviews;
mod second_factor;
mod security;
mod sheet;
mod shop;
mod showcase;
pub mod sign_in;
mod stock;
mod storefront;
mod team;
mod thing;
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
        .route("/admin/reviews/{id}/{deed}", web::post().to(reviews::act))
        .route("/admin/products/{id}/integrate", web::get().to(integrate::show))
        .route("/admin/products/{id}/archive", web::post().to(products::archive));
}

/// What products are sorted by and sold in, what there is to read beside them, and what is said of anything.
fn mount_goods(cfg: &mut ServiceConfig) {
    cfg.route("/admin/brands", web::get().to(brands::list))
        .service(form("/admin/brands/new", web::get().to(brands::ask_new), web::post().to(brands::make)))
        .service(form("/admin/brands/{id}/edit", web::get().to(brands::ask), web::post().to(brands::change)))
        .route("/admin/brands/{id}/delete", web::post().to(brands::delete))
        .route("/admin/stock", web::get().to(stock::list))
        .route("/admin/stock/bulk", bulk::route(&stock::ROWS))
        .service(form(
            "/admin/products/{id}/variants/new",
            web::get().to(variants::ask_new),
            web::post().to(variants::make),
        ))
        .route("/admin/products/{id}/variants/{variant_id}", web::get().to(variants::show))
        .service(form(
            "/admin/products/{id}/variants/{variant_id}/edit",
            web::get().to(variants::ask),
            web::post().to(variants::change),
        ))
        .service(form(
            "/admin/products/{id}/variants/{variant_id}/stock",
            web::get().to(stock::ask),
            web::post().to(stock::change),
        ))
        .route("/admin/products/{id}/variants/{variant_id}/movements", web::get().to(variants::movements))
        .route("/admin/products/{id}/variants/{variant_id}/delete", web::post().to(variants::delete))
        .route("/admin/pages", web::get().to(content_pages::list))
        .route("/admin/pages/bulk", bulk::route(&content_pages::ROWS))
        .service(form(
            "/admin/pages/new",
            web::get().to(content_pages::ask_new),
            web::post().to(content_pages::make),
        ))
        .service(form(
            "/admin/pages/{id}/edit",
            web::get().to(content_pages::ask),
            web::post().to(content_pages::change),
        ))
        .route("/admin/pages/{id}/delete", web::post().to(content_pages::delete))
        .route("/admin/menus", web::get().to(menus::list))
        .service(form("/admin/menus/new", web::get().to(menus::ask_new), web::post().to(menus::make)))
        .service(form("/admin/menus/{handle}/edit", web::get().to(menus::ask), web::post().to(menus::change)))
        .route("/admin/menus/{handle}/delete", web::post().to(menus::delete))
        .route("/admin/settings/metafields", web::get().to(metafields::of_site))
        .route("/admin/metafields/{resource}/{id}", web::get().to(metafields::list))
        .service(form(
            "/admin/metafields/{resource}/{id}/new",
            web::get().to(metafields::ask_new),
            web::post().to(metafields::make),
        ))
        .service(form(
            "/admin/metafields/{resource}/{id}/{field_id}/edit",
            web::get().to(metafields::ask),
            web::post().to(metafields::change),
        ))
        .route("/admin/metafields/{resource}/{id}/{field_id}/delete", web::post().to(metafields::delete))
        .service(form(
            "/admin/settings/storefront",
            web::get().to(storefront::ask),
            web::post().to(storefront::change),
        ));
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
    .configure(mount_goods)
    .configure(mount_products)
    .configure(mount_sales)
    .configure(mount_b2b)
    .configure(mount_balances)
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

/// Mounts companies and what they pay.
fn mount_b2b(cfg: &mut ServiceConfig) {
    cfg.route("/admin/b2b-accounts", web::get().to(b2b_accounts::list))
        .service(form(
            "/admin/b2b-accounts/new",
            web::get().to(b2b_forms::ask_new),
            web::post().to(b2b_forms::make),
        ))
        .route("/admin/b2b-accounts/{id}", web::get().to(b2b_accounts::show))
        .service(form(
            "/admin/b2b-accounts/{id}/edit",
            web::get().to(b2b_forms::ask),
            web::post().to(b2b_forms::change),
        ))
        .service(form(
            "/admin/b2b-accounts/{id}/contacts/new",
            web::get().to(b2b_forms::ask_contact),
            web::post().to(b2b_forms::attach),
        ))
        .route("/admin/b2b-accounts/{id}/contacts/{customer_id}/detach", web::post().to(b2b_forms::detach))
        .route("/admin/b2b-accounts/{id}/delete", web::post().to(b2b_forms::delete))
        .route("/admin/price-lists", web::get().to(price_lists::list))
        .service(form(
            "/admin/price-lists/new",
            web::get().to(price_list_forms::ask_new),
            web::post().to(price_list_forms::make),
        ))
        .route("/admin/price-lists/{id}", web::get().to(price_lists::show))
        .service(form(
            "/admin/price-lists/{id}/edit",
            web::get().to(price_list_forms::ask),
            web::post().to(price_list_forms::change),
        ))
        .route("/admin/price-lists/{id}/prices", web::get().to(price_lists::prices))
        .service(form(
            "/admin/price-lists/{id}/prices/new",
            web::get().to(price_list_forms::ask_price),
            web::post().to(price_list_forms::set_price),
        ))
        .route(
            "/admin/price-lists/{id}/prices/{variant_id}/{min_quantity}/remove",
            web::post().to(price_list_forms::remove_price),
        )
        .route("/admin/price-lists/{id}/delete", web::post().to(price_list_forms::delete));
}

/// Mounts what was sold, and to whom.
fn mount_sales(cfg: &mut ServiceConfig) {
    cfg.route("/admin/orders", web::get().to(orders::list))
        .route("/admin/orders/bulk", bulk::route(&orders::ROWS))
        .service(form(
            "/admin/orders/new",
            web::get().to(order_forms::ask_new),
            web::post().to(order_forms::place),
        ))
        .route("/admin/orders/{id}", web::get().to(orders::show))
        .service(form(
            "/admin/orders/{id}/pay",
            web::get().to(order_forms::ask_pay),
            web::post().to(order_forms::pay),
        ))
        .service(form(
            "/admin/orders/{id}/refund",
            web::get().to(order_forms::ask_refund),
            web::post().to(order_forms::refund),
        ))
        .route("/admin/orders/{id}/cancel", web::post().to(order_forms::cancel))
        .route("/admin/customers", web::get().to(customers::list))
        .service(form(
            "/admin/customers/new",
            web::get().to(customer_forms::ask_new),
            web::post().to(customer_forms::make),
        ))
        .route("/admin/customers/{id}", web::get().to(customers::show))
        .service(form(
            "/admin/customers/{id}/edit",
            web::get().to(customer_forms::ask),
            web::post().to(customer_forms::change),
        ))
        .route("/admin/customers/{id}/export", web::get().to(customer_forms::export))
        .route("/admin/customers/{id}/erase", web::post().to(customer_forms::erase))
        .route("/admin/licences", web::get().to(licences::list))
        .route("/admin/licences/bulk", bulk::route(&licences::ROWS))
        .service(form(
            "/admin/licences/new",
            web::get().to(licence_forms::ask_new),
            web::post().to(licence_forms::issue),
        ))
        .route("/admin/licences/{id}", web::get().to(licences::show))
        .service(form(
            "/admin/licences/{id}/edit",
            web::get().to(licence_forms::ask),
            web::post().to(licence_forms::change),
        ))
        .route("/admin/licences/{id}/{deed}", web::post().to(licences::act))
        .route("/admin/licences/{id}/activations/{usage_id}/release", web::post().to(licences::release))
        .service(form(
            "/admin/customers/{id}/merge",
            web::get().to(customer_forms::ask_merge),
            web::post().to(customer_forms::merge),
        ))
        .route("/admin/purchases", web::get().to(purchases::list))
        .route("/admin/purchases/{id}", web::get().to(purchases::show))
        .service(form(
            "/admin/purchases/{id}/edit",
            web::get().to(purchases::ask),
            web::post().to(purchases::change),
        ))
        .route("/admin/coupons", web::get().to(coupons::list))
        .route("/admin/coupons/bulk", bulk::route(&coupons::ROWS))
        .service(form("/admin/coupons/new", web::get().to(coupons::ask_new), web::post().to(coupons::make)))
        .route("/admin/activations", web::get().to(activations::list))
        .route("/admin/activations/bulk", bulk::route(&activations::ROWS));
}

/// Mounts what buyers have to spend, and what they are about to spend it on.
fn mount_balances(cfg: &mut ServiceConfig) {
    cfg.route("/admin/gift-cards", web::get().to(gift_cards::list))
        .service(form(
            "/admin/gift-cards/new",
            web::get().to(gift_card_forms::ask_new),
            web::post().to(gift_card_forms::issue),
        ))
        .route("/admin/gift-cards/{id}", web::get().to(gift_cards::show))
        .service(form(
            "/admin/gift-cards/{id}/edit",
            web::get().to(gift_card_forms::ask),
            web::post().to(gift_card_forms::change),
        ))
        .route("/admin/gift-cards/{id}/void", web::post().to(gift_cards::void))
        .route("/admin/carts", web::get().to(carts::list))
        .route("/admin/carts/bulk", bulk::route(&carts::ROWS))
        .route("/admin/carts/{id}", web::get().to(carts::show))
        .route("/admin/carts/{id}/delete", web::post().to(carts::delete))
        .route("/admin/customers/{id}/credit", web::get().to(credit::list))
        .service(form(
            "/admin/customers/{id}/credit/new",
            web::get().to(credit::ask),
            web::post().to(credit::change),
        ))
        .route("/admin/customers/{id}/points", web::get().to(points::list))
        .service(form(
            "/admin/customers/{id}/points/new",
            web::get().to(points::ask),
            web::post().to(points::change),
        ));
}

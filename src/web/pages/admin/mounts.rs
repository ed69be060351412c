//! Where the pages of goods, sales, companies and balances are mounted.

use actix_web::web::{self, ServiceConfig};

use super::{
    activations, b2b_accounts, b2b_forms, brands, bulk, carts, content_pages, coupons, credit,
    customer_forms, customers, form, gift_card_forms, gift_cards, licence_forms, licences, menus, metafields,
    order_forms, order_handling, orders, payment_links, points, price_list_forms, price_lists, product_extra,
    purchases, shipping, stock, storefront, tickets, variants,
};

/// What products are sorted by and sold in, what there is to read beside them, and what is said of anything.
pub fn goods(cfg: &mut ServiceConfig) {
    cfg.route("/admin/brands", web::get().to(brands::list))
        .service(form("/admin/brands/new", web::get().to(brands::ask_new), web::post().to(brands::make)))
        .service(form("/admin/brands/{id}/edit", web::get().to(brands::ask), web::post().to(brands::change)))
        .route("/admin/brands/{id}/delete", web::post().to(brands::delete))
        .route("/admin/stock", web::get().to(stock::list))
        .route("/admin/stock/bulk", bulk::route(&stock::ROWS))
        .service(form(
            "/admin/products/{id}/extra",
            web::get().to(product_extra::ask),
            web::post().to(product_extra::change),
        ))
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

/// Mounts companies and what they pay.
pub fn b2b(cfg: &mut ServiceConfig) {
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
pub fn sales(cfg: &mut ServiceConfig) {
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
        .service(form(
            "/admin/orders/{id}/handle",
            web::get().to(order_handling::ask),
            web::post().to(order_handling::change),
        ))
        .route("/admin/orders/{id}/cancel", web::post().to(order_forms::cancel))
        .route("/admin/shipping", web::get().to(shipping::list))
        .service(form(
            "/admin/shipping/new",
            web::get().to(shipping::ask_new),
            web::post().to(shipping::make),
        ))
        .service(form(
            "/admin/shipping/{id}/edit",
            web::get().to(shipping::ask),
            web::post().to(shipping::change),
        ))
        .route("/admin/shipping/{id}/delete", web::post().to(shipping::delete))
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

/// Mounts what buyers have to spend, what they are about to spend it on, where they pay, and what they ask.
pub fn balances(cfg: &mut ServiceConfig) {
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
        ))
        .route("/admin/payment-links", web::get().to(payment_links::list))
        .service(form(
            "/admin/payment-links/new",
            web::get().to(payment_links::ask_new),
            web::post().to(payment_links::make),
        ))
        .route("/admin/payment-links/{id}", web::get().to(payment_links::show))
        .route("/admin/payment-links/{id}/end", web::post().to(payment_links::end))
        .route("/admin/tickets", web::get().to(tickets::list))
        .service(form("/admin/tickets/new", web::get().to(tickets::ask_new), web::post().to(tickets::make)))
        .route("/admin/tickets/{id}", web::get().to(tickets::show))
        .service(form(
            "/admin/tickets/{id}/reply",
            web::get().to(tickets::ask_reply),
            web::post().to(tickets::reply),
        ))
        .route("/admin/tickets/{id}/{deed}", web::post().to(tickets::act));
}

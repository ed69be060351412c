//! The shop: what buyers see, from the first page to the licences they own. Everything that is decided here is decided by the domain, as
//! for the API.

mod account;
mod cart;
mod checkout;
mod contact;
mod content;
mod download;
mod front;
mod help;
mod item;
mod once;
mod order;
mod pay;
mod post;
mod purchase;
mod review;
mod sign_in;
mod ticket_new;
mod tickets;
mod visit;

use actix_web::web::{self, ServiceConfig};

/// The templates of these pages.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("shop/frame.html", include_str!("frame.html")),
    ("shop/front.html", include_str!("front.html")),
    ("shop/item.html", include_str!("item.html")),
    ("shop/checkout.html", include_str!("checkout.html")),
    ("shop/content.html", include_str!("content.html")),
    ("shop/order.html", include_str!("order.html")),
    ("shop/pay.html", include_str!("pay.html")),
    ("shop/sign_in.html", include_str!("sign_in.html")),
    ("shop/code.html", include_str!("code.html")),
    ("shop/link.html", include_str!("link.html")),
    ("shop/account.html", include_str!("account.html")),
    ("shop/purchase.html", include_str!("purchase.html")),
    ("shop/install_url.html", include_str!("install_url.html")),
    ("shop/platform.html", include_str!("platform.html")),
    ("shop/ask.html", include_str!("ask.html")),
    ("shop/asked.html", include_str!("asked.html")),
    ("shop/tickets.html", include_str!("tickets.html")),
    ("shop/ticket.html", include_str!("ticket.html")),
    ("shop/shut.html", include_str!("shut.html")),
    ("shop/help.html", include_str!("help.html")),
];

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.route("/", web::get().to(front::show))
        .route("/item/{name}", web::get().to(item::show))
        .route("/p/{slug}", web::get().to(content::show))
        .route("/item/{name}/reviews", web::post().to(review::send))
        .route("/cart", web::post().to(cart::change))
        .service(
            web::resource("/checkout")
                .route(web::get().to(checkout::ask))
                .route(web::post().to(checkout::buy)),
        )
        .service(
            web::resource("/pay/{token}").route(web::get().to(pay::show)).route(web::post().to(pay::pay)),
        )
        .route("/shoppy/pay/{token}", web::get().to(pay::moved))
        .route("/order/{token}", web::get().to(order::show))
        .route("/order/{token}/pay", web::post().to(order::pay))
        .route("/order/{token}/{purchase_id}/download", web::get().to(download::of_order))
        .route("/order/{token}/{purchase_id}/install-url", web::post().to(download::answer_of_order))
        .service(
            web::resource("/account/sign-in")
                .route(web::get().to(sign_in::ask))
                .route(web::post().to(sign_in::mail)),
        )
        .route("/account/sign-in/code", web::post().to(sign_in::code))
        .service(
            web::resource("/account/sign-in/link/{token}")
                .route(web::get().to(sign_in::link))
                .route(web::post().to(sign_in::follow)),
        )
        .route("/account/sign-out", web::post().to(sign_in::leave))
        .route("/account/news", web::post().to(account::news))
        .route("/account", web::get().to(account::show))
        .route("/account/orders/{id}", web::get().to(order::mine))
        .route("/account/purchases/{id}", web::get().to(purchase::show))
        .route("/account/purchases/{id}/download", web::get().to(download::mine))
        .route("/account/purchases/{id}/install-url", web::post().to(download::answer_mine))
        .route("/account/purchases/{id}/activations/{usage_id}/free", web::post().to(purchase::free))
        .route("/account/tickets", web::get().to(tickets::list))
        .service(
            web::resource("/account/tickets/new")
                .route(web::get().to(ticket_new::ask))
                .route(web::post().to(ticket_new::send)),
        )
        .route("/account/tickets/{id}", web::get().to(tickets::show))
        .route("/account/tickets/{id}/reply", web::post().to(tickets::reply))
        .route("/account/tickets/{id}/close", web::post().to(tickets::close))
        .service(
            web::resource("/contact").route(web::get().to(contact::ask)).route(web::post().to(contact::send)),
        )
        .route("/help", web::get().to(help::show));
}

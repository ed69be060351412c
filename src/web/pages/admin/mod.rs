//! The administration: for those who run the shop, each as far as their role goes.

mod audit;
mod calls;
mod customers;
mod desk;
mod find;
mod home;
mod keys;
mod letters;
mod licences;
mod list;
mod orders;
mod products;
mod sign_in;
mod thing;
mod webhooks;

use actix_web::web::{self, ServiceConfig};

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/admin/sign-in")
            .route(web::get().to(sign_in::ask))
            .route(web::post().to(sign_in::enter)),
    )
    .route("/admin/sign-out", web::post().to(sign_in::leave))
    .route("/admin/mode", web::post().to(sign_in::mode))
    .route("/admin", web::get().to(home::show))
    .route("/admin/find", web::get().to(find::find))
    .route("/admin/products", web::get().to(products::list))
    .route("/admin/products/{id}", web::get().to(products::show))
    .route("/admin/orders", web::get().to(orders::list))
    .route("/admin/orders/{id}", web::get().to(orders::show))
    .route("/admin/customers", web::get().to(customers::list))
    .route("/admin/customers/{id}", web::get().to(customers::show))
    .route("/admin/licences", web::get().to(licences::list))
    .route("/admin/licences/{id}", web::get().to(licences::show))
    .route("/admin/licences/{id}/{deed}", web::post().to(licences::act))
    .route("/admin/licences/{id}/activations/{usage_id}/release", web::post().to(licences::release))
    .route("/admin/webhooks", web::get().to(webhooks::list))
    .route("/admin/webhooks/{id}", web::get().to(webhooks::show))
    .route("/admin/webhooks/{id}/test", web::post().to(webhooks::test))
    .route("/admin/webhooks/{id}/deliveries/{delivery_id}/again", web::post().to(webhooks::again))
    .route("/admin/mail", web::get().to(letters::list))
    .route("/admin/mail/{id}/again", web::post().to(letters::again))
    .route("/admin/api-keys", web::get().to(keys::list))
    .route("/admin/requests", web::get().to(calls::list))
    .route("/admin/audit", web::get().to(audit::list))
    .route("/admin/audit/{id}", web::get().to(audit::show));
}

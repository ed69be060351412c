//! The dialect of the Shopvo document, "API Reference": the storefront API. Its contract is in `README.md` beside this file.

mod b2b;
mod call;
mod cards;
mod carts;
mod catalogue;
mod checkouts;
mod content;
mod credit;
mod customers;
mod fault;
mod inventory;
mod loyalty;
mod metafields;
mod orders;
mod paging;
mod price_lists;
mod products;
mod promotions;
mod rates;
mod reply;
mod reviews;
pub mod told;
mod variants;
mod webhooks;
mod wire;

use std::future::Future;
use std::pin::Pin;

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Payload, ServiceConfig};

use self::call::{Call, Reply};
use self::fault::Fault;
pub use self::rates::Shared;
use crate::app::App;
use crate::domain::scope::Scope::{
    self, ReadB2b, ReadCart, ReadCatalog, ReadCheckout, ReadContent, ReadCustomers, ReadGiftCards,
    ReadInventory, ReadLoyalty, ReadMetafields, ReadOrders, ReadPromotions, ReadStoreCredit, ReadWebhooks,
    WriteB2b, WriteCart, WriteCatalog, WriteCheckout, WriteCustomers, WriteGiftCards, WriteInventory,
    WriteLoyalty, WriteMetafields, WritePromotions, WriteStoreCredit, WriteWebhooks,
};

type Handled = Pin<Box<dyn Future<Output = Result<Reply, Fault>>>>;

/// One call of the API.
pub struct Route {
    /// In capitals; `PUT` does what `PATCH` does.
    pub method: &'static str,
    /// Behind [`ROOT`], with `{}` for ids.
    pub path: &'static str,
    /// What a key needs; nothing: no key is asked for.
    pub scope: Option<Scope>,
    handle: fn(Call) -> Handled,
}

/// Where all paths begin.
pub const ROOT: &str = "/shopvo/api/v1/{site}";

macro_rules! routes {
    ($($method:ident $path:literal $scope:expr => $handle:path;)+) => {
        /// Every call there is.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            scope: $scope,
            handle: |call| Box::pin($handle(call)),
        }),+];
    };
}

routes! {
    GET "/products" Some(ReadCatalog) => products::list;
    POST "/products" Some(WriteCatalog) => products::create;
    GET "/products/{product}" Some(ReadCatalog) => products::get;
    PATCH "/products/{product}" Some(WriteCatalog) => products::change;
    DELETE "/products/{product}" Some(WriteCatalog) => products::archive;
    GET "/products/{product}/variants" Some(ReadCatalog) => variants::list;
    POST "/products/{product}/variants" Some(WriteCatalog) => variants::create;
    PATCH "/products/{product}/variants/{variant}" Some(WriteCatalog) => variants::change;
    DELETE "/products/{product}/variants/{variant}" Some(WriteCatalog) => variants::delete;
    GET "/products/{product}/reviews" Some(ReadCatalog) => reviews::list;
    POST "/products/{product}/reviews" Some(WriteCatalog) => reviews::create;
    GET "/categories" Some(ReadCatalog) => catalogue::categories;
    GET "/brands" Some(ReadCatalog) => catalogue::brands;
    GET "/orders" Some(ReadOrders) => orders::list;
    GET "/orders/{order}" Some(ReadOrders) => orders::get;
    GET "/customers" Some(ReadCustomers) => customers::list;
    GET "/customers/{customer}" Some(ReadCustomers) => customers::get;
    PATCH "/customers/{customer}" Some(WriteCustomers) => customers::change;
    GET "/inventory" Some(ReadInventory) => inventory::list;
    PATCH "/inventory/{product}" Some(WriteInventory) => inventory::adjust;
    POST "/inventory/{product}" Some(WriteInventory) => inventory::adjust;
    GET "/promotions" Some(ReadPromotions) => promotions::list;
    POST "/promotions" Some(WritePromotions) => promotions::create;
    POST "/promotions/validate" None => promotions::validate;
    DELETE "/promotions/{promotion}" Some(WritePromotions) => promotions::delete;
    GET "/gift-cards" Some(ReadGiftCards) => cards::list;
    POST "/gift-cards" Some(WriteGiftCards) => cards::issue;
    PATCH "/gift-cards/{card}" Some(WriteGiftCards) => cards::change;
    POST "/gift-cards/{card}/redeem" Some(WriteGiftCards) => cards::redeem;
    GET "/store-credit/{customer}" Some(ReadStoreCredit) => credit::get;
    POST "/store-credit/{customer}" Some(WriteStoreCredit) => credit::change;
    GET "/loyalty/{customer}" Some(ReadLoyalty) => loyalty::get;
    POST "/loyalty/{customer}/award" Some(WriteLoyalty) => loyalty::award;
    POST "/loyalty/{customer}/redeem" Some(WriteLoyalty) => loyalty::redeem;
    GET "/b2b/accounts" Some(ReadB2b) => b2b::list;
    POST "/b2b/accounts" Some(WriteB2b) => b2b::create;
    GET "/b2b/accounts/{account}" Some(ReadB2b) => b2b::get;
    PATCH "/b2b/accounts/{account}" Some(WriteB2b) => b2b::change;
    GET "/b2b/price-lists" Some(ReadB2b) => price_lists::list;
    POST "/b2b/price-lists" Some(WriteB2b) => price_lists::create;
    GET "/b2b/price-lists/{list}" Some(ReadB2b) => price_lists::get;
    PATCH "/b2b/price-lists/{list}" Some(WriteB2b) => price_lists::change;
    DELETE "/b2b/price-lists/{list}" Some(WriteB2b) => price_lists::delete;
    GET "/cart" Some(ReadCart) => carts::get;
    POST "/cart" Some(WriteCart) => carts::create;
    PATCH "/cart" Some(WriteCart) => carts::change;
    DELETE "/cart" Some(WriteCart) => carts::delete;
    GET "/checkout" Some(ReadCheckout) => checkouts::get;
    POST "/checkout" Some(WriteCheckout) => checkouts::begin;
    PATCH "/checkout" Some(WriteCheckout) => checkouts::advance;
    GET "/pages" Some(ReadContent) => content::pages;
    GET "/menus" Some(ReadContent) => content::menus;
    GET "/site" Some(ReadContent) => content::site;
    GET "/webhooks" Some(ReadWebhooks) => webhooks::list;
    POST "/webhooks" Some(WriteWebhooks) => webhooks::create;
    GET "/webhooks/{webhook}" Some(ReadWebhooks) => webhooks::get;
    PATCH "/webhooks/{webhook}" Some(WriteWebhooks) => webhooks::change;
    DELETE "/webhooks/{webhook}" Some(WriteWebhooks) => webhooks::delete;
    POST "/webhooks/{webhook}/rotate" Some(WriteWebhooks) => webhooks::rotate;
    GET "/{resource}/{id}/metafields" Some(ReadMetafields) => metafields::list;
    POST "/{resource}/{id}/metafields" Some(WriteMetafields) => metafields::create;
    PATCH "/{resource}/{id}/metafields/{metafield}" Some(WriteMetafields) => metafields::change;
    DELETE "/{resource}/{id}/metafields/{metafield}" Some(WriteMetafields) => metafields::delete;
}

fn routes_at(path: &str) -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(move |route| route.path == path)
}

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    for path in paths {
        let serve = move |req: HttpRequest, payload: Payload, app: Data<App>, shared: Data<Shared>| {
            call::serve(Some(path), req, payload, app, shared)
        };
        cfg.service(web::resource(format!("{ROOT}{path}")).to(serve));
    }
    let nowhere = |req: HttpRequest, payload: Payload, app: Data<App>, shared: Data<Shared>| {
        call::serve(None, req, payload, app, shared)
    };
    cfg.service(web::resource(["/shopvo", "/shopvo/{rest:.*}"]).to(nowhere));
}

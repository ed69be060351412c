//! The dialect of the Shopkit document, "Shopkit API": a shop of goods. Its contract is in `README.md` beside this file.

mod body;
mod brand_forms;
mod brands;
mod call;
mod categories;
mod category_forms;
mod clients;
mod coupons;
mod decimal;
mod fault;
mod option_groups;
mod option_said;
mod options;
mod order_sums;
mod order_view;
mod orders;
mod paging;
mod prices;
mod product_forms;
mod product_view;
mod products;
mod reply;
mod shelves;
mod shipping;
mod stats;
mod status;
mod store;
pub mod told;
mod webhooks;
mod wire;

use std::future::Future;
use std::pin::Pin;

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Payload, ServiceConfig};

use self::call::Call;
pub use self::call::Shared;
use self::fault::Fault;
use self::reply::Reply;
use crate::app::App;
use crate::domain::scope::Scope::{
    self, ReadAnalytics, ReadCatalog, ReadCheckout, ReadContent, ReadCustomers, ReadOrders, ReadPromotions,
    ReadWebhooks, WriteCatalog, WriteOrders, WritePromotions, WriteWebhooks,
};

type Handled = Pin<Box<dyn Future<Output = Result<Reply, Fault>>>>;

/// One call of the API.
pub struct Route {
    /// In capitals.
    pub method: &'static str,
    /// Behind [`ROOT`], with `{}` for ids and names.
    pub path: &'static str,
    /// What a key of ours needs; one that was made elsewhere may do everything.
    pub scope: Scope,
    handle: fn(Call) -> Handled,
}

/// Where all paths begin.
pub const ROOT: &str = "/shopkit/v1";

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
    GET "" ReadContent => store::get;
    GET "/store" ReadContent => store::get;
    GET "/product" ReadCatalog => products::list;
    POST "/product" WriteCatalog => product_forms::create;
    GET "/product/search" ReadCatalog => products::search;
    GET "/product/{product}" ReadCatalog => products::get;
    PUT "/product/{product}" WriteCatalog => product_forms::change;
    DELETE "/product/{product}" WriteCatalog => product_forms::delete;
    GET "/product/{product}/option" ReadCatalog => options::list;
    POST "/product/{product}/option" WriteCatalog => options::create;
    GET "/product/{product}/option/{option}" ReadCatalog => options::get;
    PUT "/product/{product}/option/{option}" WriteCatalog => options::change;
    DELETE "/product/{product}/option/{option}" WriteCatalog => options::delete;
    GET "/product/{product}/option_group" ReadCatalog => option_groups::list;
    POST "/product/{product}/option_group" WriteCatalog => option_groups::create;
    GET "/product/{product}/option_group/{group}" ReadCatalog => option_groups::get;
    PUT "/product/{product}/option_group/{group}" WriteCatalog => option_groups::change;
    DELETE "/product/{product}/option_group/{group}" WriteCatalog => option_groups::delete;
    GET "/category" ReadCatalog => categories::list;
    POST "/category" WriteCatalog => category_forms::create;
    GET "/category/{category}" ReadCatalog => categories::get;
    PUT "/category/{category}" WriteCatalog => category_forms::change;
    DELETE "/category/{category}" WriteCatalog => category_forms::delete;
    GET "/brand" ReadCatalog => brands::list;
    POST "/brand" WriteCatalog => brand_forms::create;
    GET "/brand/{brand}" ReadCatalog => brands::get;
    PUT "/brand/{brand}" WriteCatalog => brand_forms::change;
    DELETE "/brand/{brand}" WriteCatalog => brand_forms::delete;
    GET "/order" ReadOrders => orders::list;
    PUT "/order/bulk" WriteOrders => orders::change_all;
    GET "/order/{order}" ReadOrders => orders::get;
    PUT "/order/{order}" WriteOrders => orders::change;
    DELETE "/order/{order}" WriteOrders => orders::delete;
    GET "/shipping" ReadCheckout => shipping::quote;
    GET "/coupon" ReadPromotions => coupons::list;
    POST "/coupon" WritePromotions => coupons::create;
    GET "/coupon/{coupon}" ReadPromotions => coupons::get;
    PUT "/coupon/{coupon}" WritePromotions => coupons::change;
    DELETE "/coupon/{coupon}" WritePromotions => coupons::delete;
    GET "/client" ReadCustomers => clients::list;
    GET "/client/{client}" ReadCustomers => clients::get;
    GET "/stats" ReadAnalytics => stats::get;
    GET "/webhook" ReadWebhooks => webhooks::list;
    POST "/webhook" WriteWebhooks => webhooks::create;
    GET "/webhook/{webhook}" ReadWebhooks => webhooks::get;
    DELETE "/webhook/{webhook}" WriteWebhooks => webhooks::delete;
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
    cfg.service(web::resource(["/shopkit", "/shopkit/{rest:.*}"]).to(nowhere));
}

//! The dialect of the user's document "Getting Started with API": the platform API. Its contract is in `README.md` beside
//! this file.

pub(in crate::web) mod account;
mod analytics;
pub(in crate::web) mod answer;
mod audit;
mod beside;
pub mod call;
pub(in crate::web) mod categories;
pub(in crate::web) mod coupons;
pub(in crate::web) mod customers;
pub(in crate::web) mod download;
mod events;
pub(in crate::web) mod fault;
mod licence_table;
pub(in crate::web) mod licences;
pub(in crate::web) mod money;
mod offers;
pub(in crate::web) mod orders;
mod paging;
pub(in crate::web) mod prerequisites;
pub(in crate::web) mod products;
pub(in crate::web) mod purchases;
pub(in crate::web) mod releases;
mod repeat;
mod respond;
pub(in crate::web) mod sent_file;
mod under_way;
mod uploads;
pub(in crate::web) mod webhooks;

pub use self::customers::told;
use std::future::Future;
use std::pin::Pin;

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Payload, ServiceConfig};

use self::answer::Answer;
use self::call::Call;
use self::fault::Fault;
use self::under_way::UnderWay;
use crate::app::App;
use crate::domain::caller::Credential;
use crate::domain::scope::Scope::{
    self, ReadAccount, ReadAnalytics, ReadCustomers, ReadLicences, ReadOrders, ReadProducts, Webhooks,
    WriteAccount, WriteCustomers, WriteLicences, WriteOrders, WriteProducts,
};
use crate::web::rates::Rates;

/// What this process remembers between requests.
#[derive(Default)]
pub struct Shared {
    rates: Rates<Credential>,
    under_way: UnderWay,
}

type Handled = Pin<Box<dyn Future<Output = Result<Answer, Fault>>>>;

/// What a customer's app sees of a call: without a word here, nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theirs {
    /// A list, which the call narrows to them by [`Call::customer`].
    List,
    /// A purchase that is theirs, and what hangs on it.
    Purchase,
    /// A licence that is theirs, and what hangs on it.
    Licence,
}

/// One call of the API. A key without its scope gets 403.
pub struct Route {
    /// In capitals.
    pub method: &'static str,
    /// With `{}` for ids.
    pub path: &'static str,
    /// What a key needs.
    pub scope: Scope,
    /// Whether it reads its body as it comes.
    pub streams: bool,
    /// Whether it answers customers, and of what; any other call is the vendor's alone.
    pub theirs: Option<Theirs>,
    handle: fn(Call) -> Handled,
}

macro_rules! routes {
    ($($method:ident $path:literal $scope:ident $handle:path $(, $streams:ident)? $(=> $theirs:ident)?;)+) => {
        /// Every call there is.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            scope: $scope,
            streams: !concat!("" $(, stringify!($streams))?).is_empty(),
            theirs: routes!(@theirs $($theirs)?),
            handle: |call| Box::pin($handle(call)),
        }),+];
    };
    (@theirs) => { None };
    (@theirs $theirs:ident) => { Some(Theirs::$theirs) };
}

routes! {
    GET "/v1/account" ReadAccount account::get;
    PATCH "/v1/account" WriteAccount account::change;
    GET "/v1/products" ReadProducts products::list;
    POST "/v1/products" WriteProducts products::create;
    GET "/v1/products/{id}" ReadProducts products::get;
    PATCH "/v1/products/{id}" WriteProducts products::change;
    DELETE "/v1/products/{id}" WriteProducts products::archive;
    GET "/v1/products/{id}/licence-policy" ReadProducts products::policy;
    PUT "/v1/products/{id}/licence-policy" WriteProducts products::set_policy;
    GET "/v1/products/{id}/prerequisites" ReadProducts prerequisites::get;
    PUT "/v1/products/{id}/prerequisites" WriteProducts prerequisites::set;
    GET "/v1/products/{id}/offer" ReadProducts offers::get;
    GET "/v1/products/{id}/releases" ReadProducts releases::list;
    POST "/v1/products/{id}/releases" WriteProducts releases::create;
    GET "/v1/products/{id}/releases/{release_id}" ReadProducts releases::get;
    PATCH "/v1/products/{id}/releases/{release_id}" WriteProducts releases::change;
    DELETE "/v1/products/{id}/releases/{release_id}" WriteProducts releases::delete;
    GET "/v1/categories" ReadProducts categories::list;
    POST "/v1/categories" WriteProducts categories::create;
    GET "/v1/categories/{id}" ReadProducts categories::get;
    PATCH "/v1/categories/{id}" WriteProducts categories::change;
    DELETE "/v1/categories/{id}" WriteProducts categories::delete;
    GET "/v1/uploads" ReadProducts uploads::list;
    POST "/v1/uploads" WriteProducts uploads::create, streams;
    GET "/v1/uploads/{file_id}" ReadProducts uploads::get;
    PATCH "/v1/uploads/{file_id}" WriteProducts uploads::send, streams;
    DELETE "/v1/uploads/{file_id}" WriteProducts uploads::delete;
    GET "/v1/orders" ReadOrders orders::list;
    POST "/v1/orders" WriteOrders orders::place;
    GET "/v1/orders/{id}" ReadOrders orders::get;
    POST "/v1/orders/{id}/pay" WriteOrders orders::pay;
    POST "/v1/orders/{id}/cancel" WriteOrders orders::cancel;
    POST "/v1/orders/{id}/refund" WriteOrders orders::refund;
    GET "/v1/coupons" ReadOrders coupons::list;
    POST "/v1/coupons" WriteOrders coupons::create;
    GET "/v1/coupons/{id}" ReadOrders coupons::get;
    DELETE "/v1/coupons/{id}" WriteOrders coupons::end;
    GET "/v1/purchases" ReadOrders purchases::list => List;
    GET "/v1/purchases/{id}" ReadOrders purchases::get => Purchase;
    PATCH "/v1/purchases/{id}" WriteOrders purchases::change;
    GET "/v1/purchases/{id}/download" ReadOrders download::download => Purchase;
    GET "/v1/purchases/{id}/downloads" ReadOrders download::list => Purchase;
    POST "/v1/purchases/{id}/install-url" WriteOrders download::answer_install_url;
    GET "/v1/licences" ReadLicences licences::list => List;
    POST "/v1/licences" WriteLicences licences::issue;
    POST "/v1/licences/import" WriteLicences licence_table::import;
    GET "/v1/licences/export" ReadLicences licence_table::export;
    GET "/v1/licences/{id}" ReadLicences licences::get => Licence;
    PATCH "/v1/licences/{id}" WriteLicences licences::change;
    POST "/v1/licences/{id}/reset" WriteLicences licences::reset;
    GET "/v1/licences/{id}/explain" ReadLicences licences::explain;
    GET "/v1/licences/{id}/activations" ReadLicences licences::activations => Licence;
    DELETE "/v1/licences/{id}/activations/{usage_id}" WriteLicences licences::release;
    GET "/v1/customers" ReadCustomers customers::list;
    POST "/v1/customers" WriteCustomers customers::create;
    GET "/v1/customers/{id}" ReadCustomers customers::get;
    PATCH "/v1/customers/{id}" WriteCustomers customers::change;
    GET "/v1/customers/{id}/export" ReadCustomers customers::export;
    POST "/v1/customers/{id}/erase" WriteCustomers customers::erase;
    POST "/v1/customers/{id}/merge" WriteCustomers customers::merge;
    GET "/v1/analytics/summary" ReadAnalytics analytics::summary;
    GET "/v1/analytics/revenue" ReadAnalytics analytics::revenue;
    GET "/v1/analytics/activations" ReadAnalytics analytics::activations;
    GET "/v1/analytics/versions" ReadAnalytics analytics::versions;
    GET "/v1/analytics/errors" ReadAnalytics analytics::errors;
    GET "/v1/events" Webhooks events::list;
    GET "/v1/events/{id}" Webhooks events::get;
    GET "/v1/webhooks" Webhooks webhooks::list;
    POST "/v1/webhooks" Webhooks webhooks::create;
    GET "/v1/webhooks/{id}" Webhooks webhooks::get;
    PATCH "/v1/webhooks/{id}" Webhooks webhooks::change;
    DELETE "/v1/webhooks/{id}" Webhooks webhooks::delete;
    POST "/v1/webhooks/{id}/rotate" Webhooks webhooks::rotate;
    POST "/v1/webhooks/{id}/test" Webhooks webhooks::test;
    POST "/v1/webhooks/{id}/replay" Webhooks webhooks::replay;
    GET "/v1/webhooks/{id}/deliveries" Webhooks webhooks::deliveries;
    POST "/v1/webhooks/deliveries/{id}/redeliver" Webhooks webhooks::redeliver;
    GET "/v1/audit" ReadAccount audit::list;
    GET "/v1/audit/{id}" ReadAccount audit::get;
    GET "/v1/requests" ReadAccount audit::requests;
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
            call::serve(path, req, payload, app, shared)
        };
        cfg.service(web::resource(path).to(serve));
    }
    cfg.service(
        web::resource("/download/{token}/{name}")
            .route(web::get().to(download::follow))
            .route(web::head().to(download::follow))
            .default_service(web::to(respond::read_only)),
    );
    cfg.service(web::resource("/v1/{rest:.*}").to(respond::nothing_here));
}

//! The dialect of the Shoppy document: the API of a seller of digital goods, in the document's shapes (1.0) and in those that its later
//! programs know (v1, v2). Its contract is in `README.md` beside this file.

mod agent;
mod body;
mod call;
mod coupons;
mod fault;
mod feedbacks;
mod names;
mod order_told;
mod orders;
mod paging;
mod pay;
mod product_told;
mod product_write;
mod products;
mod queries;
mod rates;
mod reply;
mod settings;
pub mod told;
mod webhooks;
mod wire;
mod wire_1_0;
mod wire_v1;

use std::future::Future;
use std::pin::Pin;

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Payload, ServiceConfig};

use self::Tree::{Both, Later, Second};
use self::call::{Call, Reply};
use self::fault::Fault;
pub use self::rates::Shared;
use crate::app::App;
use crate::domain::scope::Scope::{
    self, ReadAccount, ReadCatalog, ReadCustomers, ReadOrders, ReadPromotions, ReadWebhooks, WriteCatalog,
    WriteCustomers, WriteOrders, WritePromotions,
};

type Handled = Pin<Box<dyn Future<Output = Result<Reply, Fault>>>>;

/// In whose shapes a call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The document's.
    Document,
    /// Those of its later programs.
    Later,
    /// Of these, the second way to make payments.
    Second,
}

/// In which trees a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// `1.0` and `v1`.
    Both,
    /// `v1` alone.
    Later,
    /// `v2` alone.
    Second,
}

impl Version {
    /// All there are, and where their paths begin.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Document, "/shoppy/api/1.0"),
        (Self::Later, "/shoppy/api/v1"),
        (Self::Second, "/shoppy/api/v2"),
    ];

    fn has(self, tree: Tree) -> bool {
        match self {
            Self::Document => tree == Both,
            Self::Later => tree != Second,
            Self::Second => tree == Second,
        }
    }
}

/// One call of the API.
pub struct Route {
    /// In capitals.
    pub method: &'static str,
    /// Where it is.
    pub tree: Tree,
    /// Behind the root of a version, with `{}` for ids.
    pub path: &'static str,
    /// What a key of ours needs; one that was made at the old service may do everything.
    pub scope: Scope,
    handle: fn(Call) -> Handled,
}

macro_rules! routes {
    ($($method:ident $tree:ident $path:literal $scope:expr => $handle:path;)+) => {
        /// Every call there is.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            tree: $tree,
            path: $path,
            scope: $scope,
            handle: |call| Box::pin($handle(call)),
        }),+];
    };
}

routes! {
    GET Both "/orders" ReadOrders => orders::list;
    GET Both "/orders/{order}" ReadOrders => orders::get;
    GET Both "/products" ReadCatalog => products::list;
    PUT Later "/products" WriteCatalog => product_write::create;
    GET Both "/products/{product}" ReadCatalog => products::get;
    POST Later "/products/{product}" WriteCatalog => product_write::change;
    DELETE Later "/products/{product}" WriteCatalog => product_write::archive;
    GET Both "/feedbacks" ReadCatalog => feedbacks::list;
    GET Both "/feedbacks/{feedback}" ReadCatalog => feedbacks::get;
    GET Both "/feedback/{feedback}" ReadCatalog => feedbacks::get;
    POST Later "/feedbacks/{feedback}/reply" WriteCatalog => feedbacks::respond;
    GET Both "/queries" ReadCustomers => queries::list;
    GET Both "/queries/{query}" ReadCustomers => queries::get;
    GET Both "/query/{query}" ReadCustomers => queries::get;
    POST Later "/queries/{query}/reply" WriteCustomers => queries::reply;
    POST Later "/queries/{query}/close" WriteCustomers => queries::close;
    POST Later "/queries/{query}/reopen" WriteCustomers => queries::reopen;
    GET Later "/coupons" ReadPromotions => coupons::list;
    POST Later "/coupons" WritePromotions => coupons::create;
    PUT Later "/coupons" WritePromotions => coupons::create;
    GET Later "/coupons/{coupon}" ReadPromotions => coupons::get;
    DELETE Later "/coupons/{coupon}" WritePromotions => coupons::delete;
    GET Later "/settings" ReadAccount => settings::settings;
    GET Later "/user" ReadAccount => settings::user;
    GET Both "/webhooks" ReadWebhooks => webhooks::list;
    GET Both "/webhooks/{webhook}" ReadWebhooks => webhooks::get;
    POST Both "/pay" WriteOrders => pay::create;
    DELETE Both "/pay/{token}" WriteOrders => pay::delete;
    POST Second "/pay" WriteOrders => pay::create;
    DELETE Second "/pay/{token}" WriteOrders => pay::delete;
}

fn routes_at(version: Version, path: &str) -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(move |route| route.path == path && version.has(route.tree))
}

/// Mounts every path.
pub fn mount(cfg: &mut ServiceConfig) {
    for (version, root) in Version::ALL {
        let mut paths: Vec<&'static str> =
            ROUTES.iter().filter(|route| version.has(route.tree)).map(|route| route.path).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            let serve = move |req: HttpRequest, payload: Payload, app: Data<App>, shared: Data<Shared>| {
                call::serve((version, Some(path)), req, payload, app, shared)
            };
            cfg.service(web::resource(format!("{root}{path}")).to(serve));
        }
    }
    let nowhere = |req: HttpRequest, payload: Payload, app: Data<App>, shared: Data<Shared>| {
        call::serve((Version::Document, None), req, payload, app, shared)
    };
    cfg.service(web::resource(["/shoppy", "/shoppy/api", "/shoppy/api/{rest:.*}"]).to(nowhere));
}

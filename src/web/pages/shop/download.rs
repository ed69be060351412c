//! From a purchase to its file: the gates, what each asks of the buyer, and the link in the end.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::context;

use super::order;
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Kind, Result};
use crate::domain::gate::{self, Shut, Wanted, Way};
use crate::domain::purchase;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;
use crate::web::platform::download;

/// What lets somebody at a purchase: that it is theirs, or that they have the address of its order.
#[derive(Clone, Copy)]
enum Right {
    Customer(i64),
    Order(i64),
}

impl Right {
    fn holds(self, tx: &mut Tx<'_>, shop: Shop, purchase_id: i64) -> Result<()> {
        match self {
            Self::Customer(id) => order::is_of(tx, shop, id, purchase_id),
            Self::Order(id) => order::has(tx, shop, id, purchase_id),
        }
    }
}

/// `GET /account/purchases/{id}/download`
pub async fn mine(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let (right, id) = (Right::Customer(visit.customer()?), id.into_inner());
    lead(&visit, &req, right, id, &format!("/account/purchases/{id}")).await
}

/// `GET /order/{token}/{purchase_id}/download`
pub async fn of_order(req: HttpRequest, path: Path<(String, i64)>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let (token, id) = path.into_inner();
    let right = Right::Order(order::named(&visit, &token).await?);
    lead(&visit, &req, right, id, &format!("/order/{token}/{id}")).await
}

async fn lead(visit: &Visit, req: &HttpRequest, right: Right, id: i64, below: &str) -> Answer {
    let query = Form::read(req.query_string()).unwrap_or_default();
    let text = |name: &str| query.given(name).map(str::to_owned);
    let release_id = query.given("release").and_then(|id| id.parse().ok());
    let wanted = Wanted { release_id, channel: text("channel"), platform: text("platform") };
    let (master, base) = (visit.app.master.clone(), visit.app.config.public_url.clone());
    let way = visit
        .read(move |tx, shop| {
            right.holds(tx, shop, id)?;
            Ok(match gate::pass(tx, shop, id, &wanted)? {
                Ok(Way::Elsewhere(url)) => Ok(url),
                Ok(Way::File(release_id, file)) => {
                    Ok(download::link(tx, id, release_id, &file, &base, &master).0)
                }
                Err(shut) => Err(shut),
            })
        })
        .await?;
    match way {
        Ok(url) => Ok(page::go(&url, Vec::new())),
        Err(shut) => closed(visit, &shut, below, release_id),
    }
}

/// What a gate that is shut asks of its buyer.
fn closed(visit: &Visit, shut: &Shut, below: &str, release_id: Option<i64>) -> Answer {
    match shut {
        Shut::InstallUrl(label, notice) => {
            let values = context! { label => label, notice => notice, action => format!("{below}/install-url"), wrong => "", url => "" };
            visit.page(StatusCode::OK, "shop/install_url.html", "Before you download", values)
        }
        Shut::Platform(platforms) => {
            let values = context! { platforms => platforms, action => format!("{below}/download"), release => release_id };
            visit.page(StatusCode::OK, "shop/platform.html", "For which system?", values)
        }
        other => {
            let (title, text) = words(other);
            let values = context! { text => text, needs_more => matches!(other, Shut::Prerequisites(_)) };
            visit.page(StatusCode::CONFLICT, "shop/shut.html", title, values)
        }
    }
}

/// Why there is no download now, and what a buyer can do.
fn words(shut: &Shut) -> (&'static str, &'static str) {
    match shut {
        Shut::Cancelled => {
            ("This purchase has ended", "It was cancelled or refunded. You can buy the product again.")
        }
        Shut::Unpaid(_) => {
            ("The payment is on its way", "The download opens when the shop has your payment.")
        }
        Shut::Expired => ("The term is over", "Your licence has ended. Buy the product again to go on."),
        Shut::Prerequisites(_) => (
            "Prerequisites Required",
            "This product needs another one that you do not own. Its page says which.",
        ),
        Shut::InstallUrl(..) | Shut::Platform(_) => ("Something is missing", "Go back and fill it in."),
        Shut::Channel(_) => ("Not for everybody yet", "This release is not open to buyers."),
        Shut::Nothing => {
            ("Nothing to download yet", "The vendor has put out no file of it. Look again later.")
        }
    }
}

/// `POST /account/purchases/{id}/install-url`
pub async fn answer_mine(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let (right, id) = (Right::Customer(visit.customer()?), id.into_inner());
    let below = format!("/account/purchases/{id}");
    answer(&visit, &form, right, id, &below, &below).await
}

/// `POST /order/{token}/{purchase_id}/install-url`
pub async fn answer_of_order(
    req: HttpRequest,
    path: Path<(String, i64)>,
    payload: Payload,
    app: Data<App>,
) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let (token, id) = path.into_inner();
    let right = Right::Order(order::named(&visit, &token).await?);
    let below = format!("/order/{token}/{id}");
    answer(&visit, &form, right, id, &below, &format!("{below}/download")).await
}

/// Takes the answer to where a product will be installed, and goes on.
async fn answer(visit: &Visit, form: &Form, right: Right, id: i64, below: &str, on: &str) -> Answer {
    let url = form.get("install_url").unwrap_or_default().trim().to_owned();
    let given = url.clone();
    let answered = visit
        .write("install url by page", move |tx, shop| {
            right.holds(tx, shop, id)?;
            purchase::answer_install_url(tx, shop, id, &given).map(|_| ())
        })
        .await;
    let e = match answered {
        Ok(()) => return Ok(page::go(&format!("{}{on}", visit.base()), Vec::new())),
        Err(e) => e,
    };
    if !matches!(e.kind, Kind::Invalid | Kind::Refused) {
        return Err(visit.failed(&e));
    }
    let delivery = visit
        .read(move |tx, shop| {
            let bought = purchase::get(tx, shop, id)?;
            Ok(crate::domain::product::get(tx, shop, bought.product_id)?.delivery)
        })
        .await?;
    let values = context! {
        label => delivery.label(), notice => &delivery.install_url_notice, action => format!("{below}/install-url"),
        wrong => e.message, url => url,
    };
    visit.page(StatusCode::BAD_REQUEST, "shop/install_url.html", "Before you download", values)
}

//! What the refusals that apps show mean, for buyers.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use minijinja::{Value, context};

use super::visit::Visit;
use crate::app::App;
use crate::web::pages::answer::Answer;

/// Each code of the licence API (contract licence.md, "Errors"), and what a buyer can do about it.
const CODES: [(u16, &str, &str); 11] = [
    (
        1101,
        "The key is not known, or is somebody else's",
        "Look for a typing error, and use the address or name that you bought with. Your key stands under “My licences”.",
    ),
    (
        1102,
        "The licence is switched off",
        "It was cancelled, refunded, or switched off by the vendor. Write to them.",
    ),
    (
        1103,
        "The licence is past its end",
        "Renew it: its product's page sells it again, and your app goes on at once.",
    ),
    (
        1201,
        "All activations are in use",
        "Deactivate one that you need no more under “My licences”, or ask the vendor for more.",
    ),
    (
        1301,
        "The activation is gone",
        "It was deactivated, or belongs to another key. Activate the app again.",
    ),
    (
        1302,
        "The app runs at another address",
        "This licence is bound to the network address it was activated from. Activate it again where you are.",
    ),
    (
        1901,
        "The app asked for something that is not done here",
        "Take the app's newest version; if it stays, write to the vendor.",
    ),
    (
        1902,
        "This product is not activated by key",
        "The vendor has not switched activation on. Write to them.",
    ),
    (1903, "Something went wrong on our side", "Try again in a minute. Nothing of yours is lost."),
    (
        1904,
        "The app sent something that cannot be read",
        "Take the app's newest version; if it stays, write to the vendor.",
    ),
    (1905, "Too many attempts", "Wait a minute, and try again with the right key."),
];

/// `GET /help`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let codes = CODES.map(|(code, title, what)| context! { code => code, title => title, what => what });
    visit.page(
        StatusCode::OK,
        "shop/help.html",
        "What the numbers mean",
        context! { codes => Vec::<Value>::from(codes) },
    )
}

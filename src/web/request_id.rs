//! What a request is called in the log and in its answer.

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use crate::app::App;
use crate::base::time::seconds;

/// The number of a request in this server's log.
#[derive(Clone, Copy)]
pub struct Number(pub u64);

/// What this request is called in the log: the second the server began, and the request's number since then.
pub fn of(req: &HttpRequest) -> String {
    let number = req.extensions().get::<Number>().map_or(0, |number| number.0);
    let began = req.app_data::<Data<App>>().map_or(0, |app| seconds(app.began));
    format!("{began:x}-{number}")
}

//! Calls for the request log: gathered here, written by `jobs/requests.rs`. While the log is off, nothing of this happens.

use std::sync::Arc;
use std::time::Instant;

use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::{client_address, request_id};
use crate::app::App;
use crate::base::actor::Actor;
use crate::base::time::Clock;
use crate::domain::caller::Caller;
use crate::domain::request_log::Noted;
use crate::domain::shop::Shop;

/// A call that is to be noted.
pub struct Begun {
    route: &'static str,
    at: Instant,
    /// Of an error, once there is an outcome.
    code: Option<String>,
}

/// Who called.
struct Known(Shop, Arc<Actor>);

/// The beginning of a call of `route`, if calls are noted.
pub fn begin(app: &App, route: &'static str) -> Option<Begun> {
    (app.config.request_log_days > 0).then(|| Begun { route, at: Instant::now(), code: None })
}

/// Remembers who calls, if calls are noted.
pub fn know(app: &App, req: &HttpRequest, caller: &Caller) {
    if app.config.request_log_days > 0 {
        req.extensions_mut().insert(Known(caller.shop, caller.actor.clone()));
    }
}

impl Begun {
    /// Remembers the code of an error that came of the call.
    pub fn came(&mut self, code: Option<String>) {
        self.code = code;
    }

    /// Notes the answer: never what stood in the path, the query or a body.
    pub fn end(self, app: &App, req: &HttpRequest, answer: &HttpResponse) {
        let request_id = request_id::of(req);
        let extensions = req.extensions();
        let known = extensions.get::<Known>();
        app.requests.note(Noted {
            shop: known.map(|Known(shop, _)| *shop),
            created_at: Clock::System.now(),
            request_id,
            credential: known.map(|Known(_, actor)| actor.name.clone()).unwrap_or_default(),
            method: word(req.method()),
            route: self.route,
            status: answer.status().as_u16(),
            code: self.code,
            took: i64::try_from(self.at.elapsed().as_micros()).unwrap_or(i64::MAX),
            address: client_address::of(req, &app.config.trusted_proxies),
        });
    }
}

/// A method that is known: any other word may be anything.
fn word(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|word| *word == method.as_str()).unwrap_or("other")
}

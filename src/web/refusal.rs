//! What the log says of calls that the domain refused, or that failed.

use actix_web::HttpRequest;

use super::request_id;
use crate::base::error::{Error, Kind};

/// Writes down what became of a call of an API, at the route that it asked for: an error where it is ours to mend.
pub fn log(req: &HttpRequest, api: &'static str, route: &str, e: &Error) {
    let request = request_id::of(req);
    if matches!(e.kind, Kind::Broken | Kind::Clash) {
        tracing::error!(error = %e, api, route, request, "a call failed");
    } else {
        // Not its words: they may hold what the caller sent.
        let rule = e.about.unwrap_or_default();
        tracing::info!(kind = ?e.kind, rule, api, route, request, "a call was refused");
    }
}

//! Is the process alive, is it ready to serve, and what to say where nothing is.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

use crate::app::App;
use crate::domain::house;

/// The process is alive.
pub async fn healthz() -> HttpResponse {
    answer(HttpResponse::Ok(), &json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

/// Ready to serve: the database answers and its queue has room. 503 otherwise, saying what is wrong.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    let database = app.store.peek(house::get).await;
    let pressure = app.store.pressure();
    match database {
        Ok(house) if pressure < 0.9 => answer(
            HttpResponse::Ok(),
            &json!({"status": "ready", "engine": app.store.engine(), "schema": house.schema_version, "queue": pressure}),
        ),
        Ok(_) => answer(
            HttpResponse::ServiceUnavailable(),
            &json!({"status": "overloaded", "queue": pressure, "message": "too many changes are waiting"}),
        ),
        Err(e) => {
            // Anybody may ask, and the sentence can tell where the database is and who signs in to it.
            tracing::warn!(error = %e, "not ready");
            let message = "the database does not answer; the server's log says why";
            answer(HttpResponse::ServiceUnavailable(), &json!({"status": "database", "message": message}))
        }
    }
}

/// No such address.
pub async fn nothing_here() -> HttpResponse {
    answer(
        HttpResponse::NotFound(),
        &json!({"error": {"code": "not_found", "message": "nothing is served at this address", "details": {}}}),
    )
}

fn answer(mut response: HttpResponseBuilder, body: &serde_json::Value) -> HttpResponse {
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(body.to_string())
}

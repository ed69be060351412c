//! Is the process alive, is it ready to serve, and what to say where nothing is.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

use crate::app::App;
use crate::base::time::{Clock, Millis, SECOND, seconds};
use crate::domain::{house, mail};
use crate::store::files::free_space;

/// The process is alive.
pub async fn healthz() -> HttpResponse {
    answer(HttpResponse::Ok(), &json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

/// With less than so many bytes free, changes are about to be refused.
pub const ROOM: u64 = 64 * 1_024 * 1_024;

/// A letter that waits longer than so is late: the mail server is away, or refuses us.
const LATE: Millis = 900 * SECOND;

/// Ready to serve: the database answers, its queue has room, and so have the disks. 503 otherwise, saying what is wrong. Where
/// letters wait for too long it is `degraded`, and 200 all the same.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    let folders = [&app.config.data_dir, &app.config.files_dir];
    if let Some(free) =
        folders.into_iter().filter_map(|folder| free_space(folder)).min().filter(|n| *n < ROOM)
    {
        let message = "the disk of the data folder or of the files is almost full";
        return answer(
            HttpResponse::ServiceUnavailable(),
            &json!({"status": "disk", "free_bytes": free, "message": message}),
        );
    }
    let database = app.store.peek(house::get).await;
    let pressure = app.store.pressure();
    match database {
        Ok(house) if pressure < 0.9 => {
            let late = late_mail(&app).await;
            let status = if late.is_some() { "degraded" } else { "ready" };
            let mut body = json!({"status": status, "engine": app.store.engine(), "schema": house.schema_version, "queue": pressure});
            if let Some(late) = late {
                body["mail"] = late;
            }
            answer(HttpResponse::Ok(), &body)
        }
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

/// How many letters wait, and how long the oldest does, if that is too long. It is no reason to take the server out of service:
/// licences are checked without mail.
async fn late_mail(app: &App) -> Option<serde_json::Value> {
    app.config.mail.way.as_ref()?;
    let standing = app.store.read(mail::standing).await.ok()?;
    let waits = standing.oldest_at.map(|oldest_at| Clock::System.now() - oldest_at)?;
    (waits > LATE).then(|| json!({"waiting": standing.waiting, "oldest_seconds": seconds(waits)}))
}

/// The address is only read.
pub async fn read_only() -> HttpResponse {
    let message = "this address answers GET, HEAD";
    let mut response = HttpResponse::MethodNotAllowed();
    response.insert_header((header::ALLOW, HeaderValue::from_static("GET, HEAD")));
    answer(response, &json!({"error": {"code": "method_not_allowed", "message": message, "details": {}}}))
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

//! What needs no credential: health, downloads by link, and this document.

use utoipa::ToSchema;

use super::calls::Calls;
use super::scalars::{Fields, Text};

/// The process is alive.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"status": "ok", "version": "0.1.0"})))]
pub struct Alive {
    /// `ok`.
    pub status: String,
    /// The program's version.
    pub version: String,
}

/// The server is ready.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"status": "ready", "engine": "SQLite 3.53.0", "schema": 4, "queue": 0.0})))]
pub struct Ready {
    /// `ready`; `degraded` when letters wait for long.
    pub status: String,
    /// The database.
    pub engine: String,
    /// The version of its tables.
    pub schema: i64,
    /// How full the queue of changes is, from 0 to 1.
    pub queue: f64,
    /// Letters that wait for long, and since when.
    #[schema(required = false)]
    pub mail: Fields,
}

/// The server is not ready.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"status": "disk", "free_bytes": 1_048_576, "message": "the disk of the data folder or of the files is almost full"})))]
pub struct NotReady {
    /// `disk`, `overloaded` or `database`.
    pub status: String,
    /// What is wrong.
    pub message: String,
    /// What is left of the disk.
    #[schema(required = false)]
    pub free_bytes: i64,
    /// How full the queue of changes is, from 0 to 1.
    #[schema(required = false)]
    pub queue: f64,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Server", "Health, downloads by link, and this document.");
    on.get("/download/{token}/{name}", "Follow a download link")
        .about(
            "`GET /v1/purchases/{id}/download` gives it. Good for ten minutes, as long as every gate stands open. Takes `Range`, several \
             too, `If-Range` and `If-None-Match`.",
        )
        .gives_bytes(200, "The file.")
        .gives_bytes(206, "Parts of it.")
        .with::<Text>("ETag", "The hash of the content.")
        .known()
        .says(412, "It is not what `If-Match` names.")
        .says(416, "There is no such part.")
        .faults(&[400, 404, 409, 410, 500, 503]);
    on.get("/healthz", "Ask whether it lives").answers::<Alive>(200, "The process is alive.");
    on.get("/readyz", "Ask whether it is ready")
        .answers::<Ready>(200, "It is.")
        .answers::<NotReady>(503, "It is not; this says why.");
    on.get("/docs", "Read the documentation").gives(200, "text/html", "This document for people.");
    on.get("/openapi.json", "Get this document")
        .answers::<Fields>(200, "OpenAPI 3.1.")
        .with::<Text>("ETag", "For `If-None-Match`.")
        .known();
}

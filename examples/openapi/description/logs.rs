//! The audit log and the request log.

use utoipa::ToSchema;

use super::calls::Calls;
use super::scalars::{AuditSubject, Fields, Moment, Number, Text, Time};
use super::words::{ActorKind, AuditAction};

/// A change: who made it, from where, and what it changed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// Its number.
    pub id: i64,
    /// When.
    pub created_at: Time,
    /// What was done.
    pub action: AuditAction,
    /// The kind of thing it was done to.
    pub subject: String,
    /// Which.
    pub subject_id: String,
    /// What sort of actor.
    pub actor_kind: ActorKind,
    /// An API key's name, an app's client id, a person's number, a user of the server's machine.
    pub actor: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// What the access log calls the request.
    pub request_id: Option<String>,
    /// What was changed, as it was.
    pub old: Option<Fields>,
    /// And as it is.
    pub new: Option<Fields>,
}

/// A call of the platform API.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotedRequest {
    /// Its number.
    pub id: i64,
    /// When.
    pub created_at: Time,
    /// What the access log calls it.
    pub request_id: String,
    /// An API key's name or an app's client id; empty: none that is known.
    pub credential: String,
    /// In capitals.
    pub method: String,
    /// The route's template.
    pub route: String,
    /// The answer's.
    pub status: i64,
    /// Of an error.
    pub code: Option<String>,
    /// How long it took, in microseconds.
    pub micros: i64,
    /// Where it came from.
    pub address: String,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Logs", "Who changed what, and which calls there were.");
    on.get("/v1/audit", "List changes")
        .filter::<Text>("actor", "Only those by this actor.")
        .filter::<AuditAction>("action", "Only this.")
        .filter::<AuditSubject>("subject", "Only those to this kind of thing.")
        .filter::<Text>("subject_id", "Only those to the one with this number or name.")
        .filter::<Moment>("from", "Only those then or later.")
        .filter::<Moment>("to", "Only those before.")
        .list::<AuditEntry>();
    on.get("/v1/audit/{id}", "Show a change").one::<AuditEntry>();
    on.get("/v1/requests", "List calls of this API")
        .about("The log is kept for as long as the setting `request_log_days` says, which is off at first.")
        .filter::<Number>("status", "Only those with this status.")
        .filter::<Text>("route", "Only those of this route.")
        .filter::<Text>("credential", "Only those with this credential.")
        .filter::<Moment>("from", "Only those then or later.")
        .filter::<Moment>("to", "Only those before.")
        .list::<NotedRequest>();
}

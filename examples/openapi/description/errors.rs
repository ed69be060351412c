//! Failures: their shape, and the codes of each status as `platform/fault.rs` writes them.

use serde_json::{Value, json};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder, Schema};

use super::calls::JSON;
use super::headers;

/// A status, and what it means.
pub struct Failure {
    /// The status.
    pub status: u16,
    /// What its answer is called in the document.
    pub name: &'static str,
    about: &'static str,
    /// The codes, each with an example of its details.
    pub codes: &'static [(&'static str, &'static str)],
}

/// Every failure there is.
pub const FAILURES: &[Failure] = &[
    Failure {
        status: 400,
        name: "BadRequest",
        about: "What was sent is wrong. On `validation_failed`, `details` says of each field or parameter what is.",
        codes: &[
            ("validation_failed", r#"{"lines.0.quantity": "must be a whole number"}"#),
            ("malformed", "{}"),
        ],
    },
    Failure {
        status: 401,
        name: "Unauthorized",
        about: "No credential, none that is good, or a wrong signature.",
        codes: &[("unauthorized", "{}"), ("invalid_signature", "{}")],
    },
    Failure {
        status: 402,
        name: "Declined",
        about: "The card was declined.",
        codes: &[("card_declined", "{}")],
    },
    Failure {
        status: 403,
        name: "Forbidden",
        about: "The credential is good, but not for this.",
        codes: &[
            ("insufficient_scope", r#"{"scope": "read:products"}"#),
            ("vendor_only", "{}"),
            ("address_not_allowed", "{}"),
            ("live_key_needed", "{}"),
        ],
    },
    Failure {
        status: 404,
        name: "NotFound",
        about: "There is none, or it is another shop's or the other mode's.",
        codes: &[("not_found", "{}")],
    },
    Failure {
        status: 405,
        name: "MethodNotAllowed",
        about: "Not by this method; `Allow` names those there are.",
        codes: &[("method_not_allowed", "{}")],
    },
    Failure {
        status: 409,
        name: "Conflict",
        about: "A rule says no; the code says which, `details` what a program needs to act on it.",
        codes: CONFLICTS,
    },
    Failure { status: 410, name: "Gone", about: "The link is too old.", codes: &[("link_expired", "{}")] },
    Failure {
        status: 412,
        name: "PreconditionFailed",
        about: "It has changed since `If-Match` was true.",
        codes: &[("changed_meanwhile", "{}")],
    },
    Failure { status: 413, name: "TooLarge", about: "The body is too long.", codes: &[("too_large", "{}")] },
    Failure {
        status: 415,
        name: "UnsupportedMediaType",
        about: "The body is of another type than this call reads.",
        codes: &[("unsupported_media_type", "{}")],
    },
    Failure {
        status: 422,
        name: "Unprocessable",
        about: "It cannot be done as it was sent.",
        codes: &[("idempotency_key_reused", "{}"), ("prerequisite_cycle", "{}"), ("hash_mismatch", "{}")],
    },
    Failure {
        status: 429,
        name: "TooManyRequests",
        about: "The plan's limit is reached; `Retry-After` says when to come back.",
        codes: &[("rate_limited", "{}")],
    },
    Failure {
        status: 500,
        name: "InternalError",
        about: "Our fault; the server's log says more under this `X-Request-Id`.",
        codes: &[("internal_error", "{}")],
    },
    Failure {
        status: 503,
        name: "Unavailable",
        about: "Not now. After `unknown_outcome` the change may be stored or not: send it again with its `Idempotency-Key`.",
        codes: &[("busy", "{}"), ("unavailable", "{}"), ("unknown_outcome", "{}")],
    },
    Failure {
        status: 507,
        name: "DiskFull",
        about: "The disk is full; reads go on.",
        codes: &[("disk_full", "{}")],
    },
];

const CONFLICTS: &[(&str, &str)] = &[
    ("refused", "{}"),
    ("idempotency_in_flight", "{}"),
    ("already_paid", "{}"),
    ("category_in_use", "{}"),
    ("channel_closed", r#"{"channel": "beta"}"#),
    ("code_taken", "{}"),
    ("coupon_refused", "{}"),
    ("credit_refused", "{}"),
    ("email_taken", "{}"),
    ("ended", "{}"),
    ("file_in_use", "{}"),
    ("install_url_locked", "{}"),
    ("install_url_missing", r#"{"label": "Website URL", "notice": ""}"#),
    ("key_taken", "{}"),
    ("longversion_not_larger", "{}"),
    ("not_on_sale", r#"{"product_id": 7}"#),
    ("not_refundable", "{}"),
    ("not_disputable", "{}"),
    ("not_renewable", r#"{"purchase_id": 9}"#),
    ("nothing_to_download", "{}"),
    ("offset_mismatch", r#"{"offset": 1048576}"#),
    ("order_canceled", "{}"),
    ("title_taken", "{}"),
    ("order_not_paid", r#"{"order_id": 3}"#),
    ("platform_needed", r#"{"platforms": ["mac", "windows"]}"#),
    ("pool_empty", r#"{"product_id": 7, "left": 1}"#),
    ("out_of_stock", r#"{"product_id": 7, "left": 1}"#),
    ("prerequisites_missing", r#"{"product_id": 7, "products": [3]}"#),
    ("purchase_cancelled", "{}"),
    ("purchase_expired", "{}"),
    ("release_not_published", "{}"),
    ("release_published", "{}"),
    ("required_by_others", r#"{"products": [8]}"#),
    ("slug_taken", "{}"),
    ("too_many", "{}"),
    ("upload_busy", "{}"),
    ("uses_taken", "{}"),
    ("webhook_off", "{}"),
];

/// A failure with a status.
pub fn of(status: u16) -> Option<&'static Failure> {
    FAILURES.iter().find(|failure| failure.status == status)
}

impl Failure {
    /// A reference to its answer.
    pub fn reference(&self) -> Ref {
        Ref::from_response_name(self.name)
    }

    /// Its answer.
    pub fn response(&self) -> Response {
        let content =
            ContentBuilder::new()
                .schema(Some(self.schema()))
                .examples_from_iter(self.codes.iter().map(|(code, details)| {
                let details: Value = serde_json::from_str(details).unwrap_or_default();
                let body =
                    json!({"error": {"code": code, "message": "a sentence for people", "details": details}});
                (*code, utoipa::openapi::example::ExampleBuilder::new().value(Some(body)).build())
            }));
        let mut response =
            ResponseBuilder::new().description(self.about).content(JSON, content.build()).build();
        headers::on_failure(self.status, &mut response);
        response
    }

    fn schema(&self) -> Schema {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let details = match self.status {
            400 => ObjectBuilder::new()
                .schema_type(Type::Object)
                .additional_properties(Some(Schema::from(text().build()))),
            _ => ObjectBuilder::new().schema_type(Type::Object),
        };
        let closed = || {
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
        };
        let inner = closed()
            .property("code", text().enum_values(Some(self.codes.iter().map(|(code, _)| *code))))
            .property("message", text().description(Some("A sentence for people.")))
            .property("details", details)
            .required("code")
            .required("message")
            .required("details");
        closed().property("error", inner).required("error").build().into()
    }
}

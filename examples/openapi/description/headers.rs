//! Headers of answers, and parameters that follow from what a call is.

use utoipa::PartialSchema as _;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Header, HeaderBuilder, Ref, RefOr, Required, Response, Schema};

use super::scalars::{Cursor, Line, Whole};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0))
}

/// Headers that many answers have, by name: what they hold, and what they say.
pub fn all() -> Vec<(&'static str, Header)> {
    let tag = || text().pattern(Some(r#"^"[0-9a-f]+"$"#));
    [
        ("X-Request-Id", text(), "What this request is called in the server's log."),
        ("X-RateLimit-Limit", number(), "Requests a minute of the key's plan."),
        ("X-RateLimit-Remaining", number(), "Requests that may be sent now."),
        ("X-RateLimit-Reset", number(), "Unix seconds at which it is as if none had been sent."),
        ("ETag", tag(), "Changes with anything that can be seen of it; for `If-Match` and `If-None-Match`."),
        ("Idempotent-Replayed", text().enum_values(Some(["true"])), "The answer was given before."),
        ("Retry-After", number(), "Seconds to wait."),
        ("Allow", text(), "The methods there are."),
        ("WWW-Authenticate", text(), "Which sort of credential is missing."),
    ]
    .map(|(name, schema, about)| {
        (name, HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build())
    })
    .into()
}

/// Names a header of [`all`] in an answer.
pub fn put(response: &mut Response, names: &[&str]) {
    for name in names {
        let reference = Ref::new(format!("#/components/headers/{name}"));
        response.headers.insert((*name).to_owned(), RefOr::Ref(reference));
    }
}

/// What every answer of the platform API has; of the rate, once it is known who calls.
pub const ALWAYS: [&str; 4] =
    ["X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

/// Names the headers of a failure.
pub fn on_failure(status: u16, response: &mut Response) {
    put(response, &ALWAYS);
    match status {
        401 => put(response, &["WWW-Authenticate"]),
        405 => put(response, &["Allow"]),
        409 | 429 | 503 => put(response, &["Retry-After"]),
        _ => {}
    }
}

/// Parameters that many calls have, by the name of their component.
pub fn parameters() -> Vec<(&'static str, Parameter)> {
    let made = |place, name: &str, schema: RefOr<Schema>, about: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(schema))
            .build()
    };
    let tags = || RefOr::T(Schema::from(text().build()));
    let header = ParameterIn::Header;
    vec![
        (
            "Limit",
            made(
                ParameterIn::Query,
                "limit",
                Whole::<1, 100>::schema(),
                "Rows of a page; 20 if it is left out.",
            ),
        ),
        (
            "Cursor",
            made(
                ParameterIn::Query,
                "cursor",
                Cursor::schema(),
                "`next_cursor` of the page before; good with the same filters only.",
            ),
        ),
        (
            "IdempotencyKey",
            made(
                header.clone(),
                "Idempotency-Key",
                Line::<255>::schema(),
                "Makes it safe to send the change again: for 24 hours the same request gets the first answer. If it told of a customer who was \
                 erased since, that is `{\"erased\": true}`.",
            ),
        ),
        (
            "IfMatch",
            made(header.clone(), "If-Match", tags(), "The ETag that the resource must still have, or `*`."),
        ),
        (
            "IfNoneMatch",
            made(
                header,
                "If-None-Match",
                tags(),
                "The ETag of what is known already: 304 if it is still that.",
            ),
        ),
    ]
}

//! What follows from what a call of the platform API is: its answers, headers, parameters and who may call it.

use utoipa::PartialSchema as _;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Ref, RefOr, Required, ResponseBuilder, SecurityRequirement};

use super::calls::{Kind, Told};
use super::scalars::{FileId, Id, Text};
use super::{errors, headers};
use keywright::domain::scope::Scope;

/// The operation of a call that needs a scope; of a public one without.
pub fn operation(told: Told, scope: Option<Scope>) -> Operation {
    let mut operation = OperationBuilder::new()
        .tag(told.tag)
        .operation_id(Some(operation_id(told.summary)))
        .summary(Some(told.summary))
        .description((!told.text.is_empty()).then_some(told.text));
    for name in names(told.path) {
        operation = operation.parameter(in_path(name));
    }
    if let Some(scope) = scope {
        for security in securities(scope) {
            operation = operation.security(security);
        }
        return platform(operation, told);
    }
    // An empty list: nobody has to say who they are.
    let mut operation = own(operation, told).build();
    operation.security = Some(Vec::new());
    operation
}

fn own(mut operation: OperationBuilder, mut told: Told) -> OperationBuilder {
    for parameter in told.parameters {
        operation = operation.parameter(parameter);
    }
    for failure in errors::FAILURES.iter().filter(|failure| told.faults.contains(&failure.status)) {
        told.responses.responses.insert(failure.status.to_string(), RefOr::Ref(failure.reference()));
    }
    operation.request_body(told.body).responses(told.responses)
}

fn platform(mut operation: OperationBuilder, mut told: Told) -> Operation {
    let is_change = told.method != "GET";
    let is_one = told.kind == Kind::One;
    let is_made = told.responses.responses.contains_key("201");
    let may_match = is_change && is_one && !is_made;
    let faults = &mut told.faults;
    faults.extend([400, 401, 403, 413, 429, 500, 503]);
    if told.path.contains('{') {
        faults.push(404);
    }
    if is_change {
        faults.extend([409, 422, 507]);
    }
    if may_match {
        faults.push(412);
    }
    if is_change && told.reads_json {
        faults.push(415);
    }
    for response in told.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            headers::put(response, &headers::ALWAYS);
            headers::put(response, if is_one { &["ETag"] } else { &[] });
            headers::put(response, if is_change { &["Idempotent-Replayed"] } else { &[] });
        }
    }
    if is_one && !is_change {
        let mut known = ResponseBuilder::new().description("It is as `If-None-Match` says.").build();
        headers::put(&mut known, &["ETag"]);
        told.responses.responses.insert("304".into(), RefOr::T(known));
    }
    let shared = [
        (told.kind == Kind::List, "Limit"),
        (told.kind == Kind::List, "Cursor"),
        (is_change, "IdempotencyKey"),
        (may_match, "IfMatch"),
        (is_one && !is_change, "IfNoneMatch"),
    ];
    for (_, name) in shared.iter().filter(|(has, _)| *has) {
        operation = operation.parameter_ref(Ref::new(format!("#/components/parameters/{name}")));
    }
    own(operation, told).build()
}

/// Either credential; an API key's request may be signed, and must be if the key says so.
fn securities(scope: Scope) -> [SecurityRequirement; 3] {
    let none: [&str; 0] = [];
    [
        SecurityRequirement::new("api_key", none),
        SecurityRequirement::new("api_key", none).add("signature", none),
        SecurityRequirement::new("oauth2", [scope.as_str()]),
    ]
}

/// The names in a path's braces.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next())
}

fn in_path(name: &str) -> ParameterBuilder {
    let schema = match name {
        "file_id" => FileId::schema(),
        "token" | "name" => Text::schema(),
        _ => Id::schema(),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema))
}

/// `makeProduct` of "Make a product".
fn operation_id(summary: &str) -> String {
    let words = summary.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.filter(|word| !["a", "an", "the", "of", "s"].contains(word));
    let mut id = String::new();
    for word in words {
        let (first, rest) = word.split_at(1);
        id += &if id.is_empty() { first.to_lowercase() } else { first.to_uppercase() };
        id += rest;
    }
    id
}

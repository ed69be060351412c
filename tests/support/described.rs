//! Holds answers to the description: whatever a test of the platform API gets must stand in `/openapi.json`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::http::Answer;
use keywright::web::openapi;

/// The description, for a server that is not there.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&openapi::text(openapi::PLACE)).unwrap());

/// Each description of a body that was needed, by where it stands in the document.
static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Follows references.
pub fn found<'a>(value: &'a Value, at: &mut String) -> &'a Value {
    match value["$ref"].as_str() {
        None => value,
        Some(place) => {
            place.trim_start_matches('#').clone_into(at);
            let there = DOCUMENT.pointer(at).unwrap_or_else(|| panic!("{place} is not in the description"));
            found(there, at)
        }
    }
}

/// A validator of a schema of the document.
pub fn validator(schema: &Value) -> Validator {
    let whole = json!({"allOf": [schema], "components": DOCUMENT["components"]});
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&whole)
        .unwrap_or_else(|e| panic!("no schema: {e}: {schema}"))
}

/// The path of the description that a request's target is of.
fn template(target: &str) -> Option<&'static str> {
    let parts =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let wanted = parts(target.split('?').next().unwrap());
    let paths = DOCUMENT["paths"].as_object().unwrap().keys();
    let fits = |path: &&String| {
        let own = parts(path);
        own.len() == wanted.len()
            && own.iter().zip(&wanted).all(|(own, part)| own.starts_with('{') || own == part)
    };
    // What is said in words goes before what is left open.
    paths.filter(fits).min_by_key(|path| path.matches('{').count()).map(String::as_str)
}

/// Fails unless the description has this answer.
pub fn check(method: &str, target: &str, answer: &Answer) {
    let case = || format!("{method} {target:.200}: {}", String::from_utf8_lossy(&answer.body));
    let is_head = method == "HEAD";
    let method = if is_head { "get".to_owned() } else { method.to_lowercase() };
    let path = template(target);
    let (response, mut at) = match path.map(|path| (path, &DOCUMENT["paths"][path][&method])) {
        None => (&DOCUMENT["components"]["responses"]["NotFound"], "404".to_owned()),
        Some((_, Value::Null)) => {
            (&DOCUMENT["components"]["responses"]["MethodNotAllowed"], "405".to_owned())
        }
        Some((path, operation)) => {
            let status = answer.status.to_string();
            let response = &operation["responses"][&status];
            assert!(
                !response.is_null(),
                "{method} {path} does not say that it may answer {status}: {}",
                case()
            );
            (response, format!("{path} {method} {status}"))
        }
    };
    let response = found(response, &mut at);
    if at == "404" || at == "405" {
        assert_eq!(answer.status.to_string(), at, "{}", case());
    }
    if target.starts_with("/v1/") {
        assert!(answer.header("x-request-id").is_some(), "{}", case());
    }
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_empty(), "{at} has no body: {}", case());
        return;
    };
    let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let content = content.get(kind).unwrap_or_else(|| panic!("{at} is not of type '{kind}': {}", case()));
    if is_head || kind != "application/json" {
        return;
    }
    let known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&at).cloned();
    let validator = known.unwrap_or_else(|| {
        let made = Arc::new(validator(&content["schema"]));
        KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(at.clone(), made.clone());
        made
    });
    let body = answer.json();
    // Of a customer who was erased since, a kept answer tells nothing: the Idempotency-Key's words say so.
    if answer.header("idempotent-replayed").is_some() && body == json!({"erased": true}) {
        return;
    }
    if let Err(e) = validator.validate(&body) {
        panic!("{at} is described otherwise: {e} at '{}': {}", e.instance_path(), case());
    }
}

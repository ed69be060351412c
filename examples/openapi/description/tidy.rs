//! From what utoipa makes of types to a document that is pleasant to read: values of one line stand where they are used, and what
//! is answered has all its properties.

use serde_json::{Map, Value, json};

/// Where schemas are.
const AT: &str = "#/components/schemas/";

type Schemas = Map<String, Value>;

/// Puts values of one line where they are used, all over the document.
pub fn inline(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let (kept, lines): (Schemas, Schemas) =
        std::mem::take(schemas).into_iter().partition(|(_, schema)| stands_alone(schema));
    *schemas = kept;
    walk(document, &lines);
}

fn stands_alone(schema: &Value) -> bool {
    let of = schema["oneOf"].as_array().into_iter().flatten();
    let chooses = of.filter(|one| one.get("$ref").is_some()).count() > 1;
    chooses || schema.get("properties").is_some() || schema.get("enum").is_some()
}

/// A schema that holds another's properties beside its own has them all.
pub fn flatten(document: &mut Value) {
    let schemas = &document["components"]["schemas"];
    let merged = schemas.as_object().into_iter().flatten().filter_map(|(name, schema)| {
        let parts = schema["allOf"].as_array()?;
        let mut whole = schema.clone();
        let fields = whole.as_object_mut()?;
        fields.remove("allOf");
        fields.insert("type".into(), "object".into());
        fields.insert("additionalProperties".into(), false.into());
        let (mut properties, mut required) = (Schemas::new(), Vec::new());
        for part in parts {
            let of = part["$ref"].as_str().and_then(|place| place.strip_prefix(AT));
            let part = of.map_or(part, |name| &schemas[name]);
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            required.extend(part["required"].as_array().cloned().unwrap_or_default());
        }
        fields.insert("properties".into(), properties.into());
        fields.insert("required".into(), required.into());
        Some((name.clone(), whole))
    });
    for (name, schema) in merged.collect::<Vec<_>>() {
        document["components"]["schemas"][name] = schema;
    }
}

fn walk(value: &mut Value, lines: &Schemas) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, lines)),
        Value::Object(fields) => {
            put_line(fields, lines);
            fields.values_mut().for_each(|field| walk(field, lines));
            put_null(fields);
        }
        _ => {}
    }
}

/// A reference to a value of one line becomes that value.
fn put_line(fields: &mut Map<String, Value>, lines: &Schemas) {
    let name = fields.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix(AT));
    let Some(Value::Object(line)) = name.and_then(|name| lines.get(name)) else { return };
    fields.remove("$ref");
    for (name, value) in line {
        fields.entry(name).or_insert_with(|| value.clone());
    }
}

/// "This or null" becomes a type of two, where this has a type; what is said of it moves out.
fn put_null(fields: &mut Map<String, Value>) {
    let Some(Value::Array(of)) = fields.get_mut("oneOf") else { return };
    let Some(at) = of.iter().position(|one| one["type"] == "null") else { return };
    let null = json!({"type": "null"});
    of[at] = null.clone();
    if of.len() != 2 {
        return;
    }
    let Some(this) = of[1 - at].as_object_mut() else { return };
    let about = this.remove("description");
    let mut this = this.clone();
    match this.get("type") {
        Some(Value::String(kind)) => {
            let kinds = json!([kind, "null"]);
            this.insert("type".into(), kinds);
            fields.remove("oneOf");
            fields.extend(this);
        }
        _ if this.get("oneOf").is_some() => {
            let mut of = this.remove("oneOf").unwrap_or_default();
            if let Value::Array(of) = &mut of {
                of.push(null);
            }
            fields.insert("oneOf".into(), of);
        }
        _ => {}
    }
    if let Some(about) = about {
        fields.entry("description").or_insert(about);
    }
}

/// In what is sent, an optional property may be left out, and is not null for that.
pub fn optional(schema: &mut Value) {
    for one in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        optional(one);
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(|fields| fields.values_mut()) {
        if let Some(Value::Array(kinds)) = property.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [only] = &kinds[..] {
                property["type"] = only.clone();
            }
        }
        if let Some(Value::Array(of)) = property.get_mut("oneOf") {
            of.retain(|one| one["type"] != "null");
            if let [only] = &of[..] {
                *property = only.clone();
            }
        }
    }
}

/// In an answer each property that may be null is there all the same.
pub fn complete(schema: &mut Value) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let names: Vec<Value> = properties
        .iter()
        .filter(|(name, property)| may_be_null(property) || is_needed(schema, name))
        .map(|(name, _)| name.as_str().into())
        .collect();
    schema["required"] = names.into();
}

fn is_needed(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|needed| needed.iter().any(|one| one == name))
}

fn may_be_null(property: &Value) -> bool {
    let kinds = property["type"].as_array().into_iter().flatten();
    let of = property["oneOf"].as_array().into_iter().flatten();
    kinds.chain(of.map(|one| &one["type"])).any(|kind| kind == "null")
}

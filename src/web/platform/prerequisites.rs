//! What a customer must own before a product may be bought.

use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::domain::prerequisite::{self, Match, Rule};
use crate::web::fields::{Fields, ints, word};

fn shown(rule: &Rule) -> Outcome<Answer> {
    Answer::one(&json!({"match": rule.matches, "products": rule.required}))
}

/// `GET /v1/products/{id}/prerequisites`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&prerequisite::get(tx, shop, id)?)).await
}

/// What a product is to require.
pub fn read(fields: &mut Fields) -> Rule {
    let products = fields.get("products", ints);
    Rule {
        matches: fields.get("match", word).unwrap_or(Match::All),
        required: fields.needed("products", products).unwrap_or_default(),
    }
}

/// `PUT /v1/products/{id}/prerequisites`
pub async fn set(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let rule = read(&mut fields);
    fields.finish()?;
    call.write("set prerequisites", move |tx| {
        expected.allows(&shown(&prerequisite::get(tx, shop, id)?)?)?;
        shown(&prerequisite::set(tx, shop, id, &rule)?)
    })
    .await
}

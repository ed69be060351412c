//! The audit log: who changed what. Every change by a person, an API key, an app or a command writes one row in its own
//! transaction, with only what differs. What follows of itself from a change, and what the server does by itself, is told by events.
//! What may stand in it is in `audit_data.rs`, how it is read in `audit_log.rs`.

use std::fmt::Display;

use serde_json::{Map, Value};

pub use super::audit_action::{Action, subject, subjects};
use super::shop::Shop;
use crate::base::actor::{Actor, ActorKind};
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::values;

/// Something that the audit log may tell of. All that do are in `audit_data.rs`.
pub trait Audited {
    /// What is told of it: a JSON object without any secret, and without what changes by itself.
    fn told(&self) -> Value;

    /// What is only told to be there, or to be another than before: name and value.
    fn hidden(&self) -> Vec<(&'static str, Option<&str>)> {
        Vec::new()
    }

    /// Whose address and names are in it.
    fn customer_id(&self) -> Option<i64> {
        None
    }
}

/// Fields that tell who a customer is.
const PERSONAL: [&str; 5] = ["email", "name", "username", "group", "install_url"];

type Fields = Map<String, Value>;

/// Notes that something is there now that was not, or that something was done which leaves nothing changed.
pub fn created(
    tx: &mut Tx<'_>,
    shop: Shop,
    action: Action,
    id: impl Display,
    new: &impl Audited,
) -> Result<()> {
    if tx.actor().is_none() {
        return Ok(());
    }
    let row = Row { old: None, new: Some(whole(new)), customer_id: new.customer_id() };
    row.store(tx, shop, action, id).map(|_| ())
}

/// Notes that something is gone or has ended.
pub fn ended(
    tx: &mut Tx<'_>,
    shop: Shop,
    action: Action,
    id: impl Display,
    old: &impl Audited,
) -> Result<()> {
    if tx.actor().is_none() {
        return Ok(());
    }
    let row = Row { old: Some(whole(old)), new: None, customer_id: old.customer_id() };
    row.store(tx, shop, action, id).map(|_| ())
}

/// Notes what differs between how something was and how it is, if anything does.
pub fn changed<T: Audited>(
    tx: &mut Tx<'_>,
    shop: Shop,
    action: Action,
    id: impl Display,
    old: &T,
    new: &T,
) -> Result<()> {
    if tx.actor().is_none() {
        return Ok(());
    }
    let Some((before, after)) = differences(old, new) else { return Ok(()) };
    let row =
        Row { old: Some(before), new: Some(after), customer_id: old.customer_id().or(new.customer_id()) };
    row.store(tx, shop, action, id).map(|_| ())
}

/// Notes that an import has taken in so many licences in all. One that comes in parts has one row, whose id this gives for the
/// parts that follow.
pub fn imported(tx: &mut Tx<'_>, shop: Shop, row: Option<i64>, count: usize) -> Result<Option<i64>> {
    if tx.actor().is_none() {
        return Ok(row);
    }
    let new = Fields::from_iter([("count".to_owned(), count.into())]);
    let Some(id) = row else {
        let row = Row { old: None, new: Some(new), customer_id: None };
        return row.store(tx, shop, Action::LicenceImported, "").map(Some);
    };
    tx.exec("update audit set new = $2 where id = $1", values![id, &Value::Object(new).to_string()])?;
    Ok(Some(id))
}

/// Notes what the server switched by itself.
pub fn by_server(tx: &mut Tx<'_>, shop: Shop, action: Action, id: impl Display, new: &Value) -> Result<()> {
    let server = Actor { kind: ActorKind::Server, name: String::new(), address: None, request: None };
    let row = Row { old: None, new: Some(object(new.clone())), customer_id: None };
    row.store_by(tx, &server, shop, action, &id.to_string()).map(|_| ())
}

fn object(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// All that is told of something.
fn whole(of: &impl Audited) -> Fields {
    let mut fields = object(of.told());
    fields.extend(of.hidden().into_iter().map(|(name, value)| (name.to_owned(), word(value, "set"))));
    fields
}

fn word(value: Option<&str>, word: &str) -> Value {
    value.map_or(Value::Null, |_| word.into())
}

/// The fields that differ: how they were, and how they are; nothing if none does.
fn differences<T: Audited>(old: &T, new: &T) -> Option<(Fields, Fields)> {
    let (mut before, mut after) = apart(object(old.told()), object(new.told()));
    for ((name, was), (_, is)) in old.hidden().into_iter().zip(new.hidden()) {
        if was != is {
            before.insert(name.to_owned(), word(was, "set"));
            after.insert(name.to_owned(), word(is, if was.is_some() { "set anew" } else { "set" }));
        }
    }
    (!before.is_empty() || !after.is_empty()).then_some((before, after))
}

/// Takes out of both what is the same in both, in objects within them too.
fn apart(old: Fields, mut new: Fields) -> (Fields, Fields) {
    let (mut before, mut after) = (Fields::new(), Fields::new());
    for (name, was) in old {
        match (was, new.remove(&name).unwrap_or_default()) {
            (Value::Object(was), Value::Object(is)) => {
                let (was, is) = apart(was, is);
                if !was.is_empty() || !is.is_empty() {
                    before.insert(name.clone(), was.into());
                    after.insert(name, is.into());
                }
            }
            (was, is) if was != is => {
                before.insert(name.clone(), was);
                after.insert(name, is);
            }
            _ => {}
        }
    }
    after.extend(new);
    (before, after)
}

/// What a row tells.
struct Row {
    old: Option<Fields>,
    new: Option<Fields>,
    customer_id: Option<i64>,
}

impl Row {
    fn store(self, tx: &mut Tx<'_>, shop: Shop, action: Action, id: impl Display) -> Result<i64> {
        let actor = tx.actor().cloned().ok_or_else(|| Error::broken("a change is noted that nobody made"))?;
        self.store_by(tx, &actor, shop, action, &id.to_string())
    }

    fn store_by(self, tx: &mut Tx<'_>, by: &Actor, shop: Shop, action: Action, id: &str) -> Result<i64> {
        let is_personal = |fields: &Option<Fields>| {
            fields.iter().any(|f| PERSONAL.iter().any(|name| f.contains_key(*name)))
        };
        let customer_id = self.customer_id.filter(|_| is_personal(&self.old) || is_personal(&self.new));
        let text = |fields: Option<Fields>| fields.map(|fields| Value::Object(fields).to_string());
        let (old, new, now) = (text(self.old), text(self.new), tx.now());
        tx.one(
            "insert into audit (site_id, is_test, created_at, actor_kind, actor, address, request_id, action, subject, subject_id, \
             old, new, customer_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
            values![
                shop.site_id,
                shop.is_test(),
                now,
                by.kind.as_str(),
                &by.name,
                by.address.map(|address| address.to_string()).as_ref(),
                by.request.as_ref(),
                action.as_str(),
                action.subject(),
                id,
                old.as_ref(),
                new.as_ref(),
                customer_id
            ],
            |row| row.get(0),
        )
    }
}

/// Takes the address and the names of a customer out of the log.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    let told = tx.all(
        "select id, old, new from audit where customer_id is not null and customer_id = $1",
        values![customer_id],
        |row| Ok((row.get::<i64>(0)?, [row.get::<Option<String>>(1)?, row.get(2)?])),
    )?;
    for (id, told) in told {
        let [old, new] = told.map(|text| text.map(|text| without_person(&text)).transpose());
        tx.exec(
            "update audit set old = $2, new = $3 where id = $1",
            values![id, old?.as_ref(), new?.as_ref()],
        )?;
    }
    Ok(())
}

fn without_person(fields: &str) -> Result<String> {
    let broken = |e| Error::broken(format!("what the audit log tells is no JSON: {e}"));
    let mut fields: Fields = serde_json::from_str(fields).map_err(broken)?;
    for (name, value) in &mut fields {
        if PERSONAL.contains(&name.as_str()) && !value.is_null() {
            *value = "erased".into();
        }
    }
    Ok(Value::Object(fields).to_string())
}

/// Lets the log tell of another customer, who took the first one's place.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    tx.exec(
        "update audit set customer_id = $2 where customer_id is not null and customer_id = $1",
        values![id, into],
    )
    .map(|_| ())
}

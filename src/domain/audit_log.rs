//! The audit log as it is read: by page, and one row whole.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::value::RawValue;

use super::audit::Action;
use super::by_time::Log;
use super::shop::Shop;
use crate::base::actor::ActorKind;
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis, rfc3339};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// The most that one sweep forgets.
const SWEEP: i64 = 5_000;
/// How rows of a stretch of time are found.
const LOG: Log = Log {
    ends: "select min(id), max(id) from audit",
    row: "select id, created_at from audit where id >= $1 order by id limit 1",
};

/// One change; columns as in `schema.sql`, table `audit`. As JSON it is what the API and commands show.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Entry {
    pub id: i64,
    pub created_at: Millis,
    pub actor_kind: ActorKind,
    pub actor: String,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: Action,
    pub subject: String,
    pub subject_id: String,
    pub old: Option<Box<RawValue>>,
    pub new: Option<Box<RawValue>>,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Entry", 11)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("created_at", &rfc3339(self.created_at))?;
        fields.serialize_field("action", &self.action)?;
        fields.serialize_field("subject", &self.subject)?;
        fields.serialize_field("subject_id", &self.subject_id)?;
        fields.serialize_field("actor_kind", &self.actor_kind)?;
        fields.serialize_field("actor", &self.actor)?;
        fields.serialize_field("address", &self.address)?;
        fields.serialize_field("request_id", &self.request_id)?;
        fields.serialize_field("old", &self.old)?;
        fields.serialize_field("new", &self.new)?;
        fields.end()
    }
}

/// What the log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Changes by this one: an API key's name, an app's client id, a person's id, a user of this machine.
    pub actor: Option<String>,
    /// Changes of this sort.
    pub action: Option<Action>,
    /// Changes to things of this kind.
    pub subject: Option<&'static str>,
    /// Changes to the thing with this id; of `subject`, if that is given.
    pub subject_id: Option<String>,
    /// Changes then or later.
    pub from: Option<Millis>,
    /// Changes before.
    pub to: Option<Millis>,
}

/// Changes, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut list = List::new(
        "select id, created_at, actor_kind, actor, address, request_id, action, subject, subject_id, old, new from audit",
    );
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("subject = ?", filter.subject.or(filter.action.map(Action::subject)));
    list.maybe("subject_id = ?", filter.subject_id.as_deref());
    list.maybe("action = ?", filter.action.map(Action::as_str));
    list.maybe("actor = ?", filter.actor.as_deref());
    LOG.narrow(tx, &mut list, filter.from, filter.to)?;
    list.page(tx, "id", start, limit, read)
}

/// The change with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Entry> {
    tx.maybe(
        "select id, created_at, actor_kind, actor, address, request_id, action, subject, subject_id, old, new from audit \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!("the audit log has no row {id}; `keywright audit list` shows those there are"))
    })
}

fn read(row: &Row<'_>) -> Result<Entry> {
    let told = |text: Option<String>| {
        let told = text.map(RawValue::from_string).transpose();
        told.map_err(|e| Error::broken(format!("what the audit log tells is no JSON: {e}")))
    };
    Ok(Entry {
        id: row.get(0)?,
        created_at: row.get(1)?,
        actor_kind: row.word(2)?,
        actor: row.get(3)?,
        address: row.get(4)?,
        request_id: row.get(5)?,
        action: row.word(6)?,
        subject: row.get(7)?,
        subject_id: row.get(8)?,
        old: told(row.get(9)?)?,
        new: told(row.get(10)?)?,
    })
}

/// Forgets changes that are older than so many days, some at a time; whether there are more. 0 keeps them for ever.
pub fn sweep(tx: &mut Tx<'_>, days: i64) -> Result<bool> {
    if days == 0 {
        return Ok(false);
    }
    let now = tx.now();
    let last = tx.one(
        "select max(id) from (select id, created_at from audit order by id limit $2) oldest where created_at <= $1",
        values![now - days * DAY, SWEEP],
        |row| row.get::<Option<i64>>(0),
    )?;
    let Some(last) = last else { return Ok(false) };
    let gone = tx.exec("delete from audit where id <= $1", values![last])?;
    Ok(i64::try_from(gone) == Ok(SWEEP))
}

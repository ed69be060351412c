//! Grants: what somebody let an app do. All codes and tokens that came of one consent hang on its grant and end with it.

use serde_json::json;

use super::audit::{self, Action};
use super::oauth_app::App;
use super::scope::{self, Scope};
use super::session::Holder;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis, SECOND};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// What customers may let an app do: look at their own.
pub const CUSTOMERS: [Scope; 2] = [Scope::ReadOrders, Scope::ReadLicences];
/// "Last used" is written when it is older than this.
pub const USED_EVERY: Millis = 60 * SECOND;
/// A grant that ended is shown for so long.
const KEPT: Millis = 90 * DAY;

/// A grant; columns as in `schema.sql`, table `oauth_grant`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Grant {
    pub id: i64,
    /// The app's.
    pub client_id: String,
    /// The app's.
    pub title: String,
    pub person_id: Option<i64>,
    pub customer_id: Option<i64>,
    /// Of whoever granted it.
    pub email: String,
    pub scopes: Vec<Scope>,
    pub created_at: Millis,
    pub used_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub end_reason: Option<String>,
}

/// The most that somebody may let an app do.
pub fn most(holder: &Holder) -> Vec<Scope> {
    match holder {
        Holder::Person(person) => person.role.scopes(),
        Holder::Customer { .. } => CUSTOMERS.to_vec(),
    }
}

/// Lets an app do what `scopes` say; the grant's id. What the holder may not do themselves is refused.
pub fn new(tx: &mut Tx<'_>, app: &App, holder: &Holder, scopes: &[Scope]) -> Result<i64> {
    let most = most(holder);
    if !holder.is_of(app.shop) || scopes.is_empty() || !scopes.iter().all(|scope| most.contains(scope)) {
        return Err(Error::refused("you may not let an app do more than you may do yourself").about("scope"));
    }
    let (person, customer) = match holder {
        Holder::Person(person) => (Some(person.id), None),
        Holder::Customer { id, .. } => (None, Some(*id)),
    };
    let now = tx.now();
    let id = tx.one(
        "insert into oauth_grant (app_id, person_id, customer_id, scopes, created_at) values ($1, $2, $3, $4, $5) returning id",
        values![app.id, person, customer, &scope::words(scopes), now],
        |row| row.get::<i64>(0),
    )?;
    let grant = get(tx, app.shop, id)?;
    audit::created(tx, app.shop, Action::GrantCreated, id, &grant)?;
    Ok(id)
}

/// A shop's grants, newest first: `limit` of them from `start` on, of all apps or of one.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    app_id: Option<i64>,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Grant>> {
    let mut list = List::new(
        "select g.id, a.client_id, a.title, g.person_id, g.customer_id, coalesce(p.email, c.email), g.scopes, g.created_at, \
         g.used_at, g.ended_at, g.end_reason from oauth_grant g join oauth_app a on a.id = g.app_id \
         left join person p on p.id = g.person_id left join customer c on c.id = g.customer_id",
    );
    list.with("a.site_id = ?", shop.site_id);
    list.with("a.is_test = ?", shop.is_test());
    list.maybe("g.app_id = ?", app_id);
    list.page(tx, "g.id", start, limit, read)
}

/// The grant with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Grant> {
    tx.maybe(
        "select g.id, a.client_id, a.title, g.person_id, g.customer_id, coalesce(p.email, c.email), g.scopes, g.created_at, \
         g.used_at, g.ended_at, g.end_reason from oauth_grant g join oauth_app a on a.id = g.app_id \
         left join person p on p.id = g.person_id left join customer c on c.id = g.customer_id \
         where g.id = $1 and a.site_id = $2 and a.is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!("there is no grant {id}; `keywright oauth-app grants` shows those there are"))
    })
}

/// Takes back what somebody let an app do.
pub fn revoke(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Grant> {
    let grant = get(tx, shop, id)?;
    if end(tx, id, "revoked")? {
        audit::ended(tx, shop, Action::GrantRevoked, id, &grant)?;
    }
    get(tx, shop, id)
}

/// Ends a grant of this app's, whose code or token was sent once more: it is in two hands.
pub fn replayed(tx: &mut Tx<'_>, app: &App, id: i64, reason: &str) -> Result<()> {
    if end(tx, id, reason)? {
        let new = json!({"client_id": app.client_id, "end_reason": reason});
        audit::by_server(tx, app.shop, Action::GrantReplayed, id, &new)?;
    }
    Ok(())
}

/// Ends a grant with all that came of it, for a reason that is shown; whether it had not ended.
fn end(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<bool> {
    let now = tx.now();
    let sql = "update oauth_grant set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null";
    Ok(tx.exec(sql, values![id, now, reason])? == 1)
}

/// Ends all grants of a person.
pub fn end_of_person(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update oauth_grant set ended_at = $2, end_reason = $3 where person_id is not null and person_id = $1 and ended_at is null",
        values![id, now, reason],
    )
    .map(|_| ())
}

/// Ends all grants of a customer.
pub fn end_of_customer(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update oauth_grant set ended_at = $2, end_reason = $3 \
         where customer_id is not null and customer_id = $1 and ended_at is null",
        values![id, now, reason],
    )
    .map(|_| ())
}

/// Ends all grants of an app.
pub fn end_of_app(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update oauth_grant set ended_at = $2, end_reason = $3 where app_id = $1 and ended_at is null",
        values![id, now, reason],
    )
    .map(|_| ())
}

/// Removes all grants of a customer who is to be no more.
pub fn forget_customer(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec(
        "delete from oauth_code where grant_id in \
         (select id from oauth_grant where customer_id is not null and customer_id = $1)",
        values![id],
    )?;
    tx.exec(
        "delete from oauth_token where grant_id in \
         (select id from oauth_grant where customer_id is not null and customer_id = $1)",
        values![id],
    )?;
    tx.exec("delete from oauth_grant where customer_id is not null and customer_id = $1", values![id])
        .map(|_| ())
}

/// Notes that an app used a grant now.
pub fn used(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update oauth_grant set used_at = $2 where id = $1 and (used_at is null or used_at <= $3)",
        values![id, now, now - USED_EVERY],
    )
    .map(|_| ())
}

/// Forgets grants that nothing hangs on any more: those that ended long ago, and those whose
/// app never came for its tokens, or let them grow old.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec(
        "delete from oauth_grant where (ended_at <= $1 or (ended_at is null and created_at <= $2)) \
         and not exists (select t.grant_id from oauth_token t where t.grant_id = oauth_grant.id) \
         and not exists (select c.grant_id from oauth_code c where c.grant_id = oauth_grant.id)",
        values![now - KEPT, now - DAY],
    )
}

fn read(row: &Row<'_>) -> Result<Grant> {
    Ok(Grant {
        id: row.get(0)?,
        client_id: row.get(1)?,
        title: row.get(2)?,
        person_id: row.get(3)?,
        customer_id: row.get(4)?,
        email: row.get(5)?,
        scopes: scope::parse(&row.get::<String>(6)?)?,
        created_at: row.get(7)?,
        used_at: row.get(8)?,
        ended_at: row.get(9)?,
        end_reason: row.get(10)?,
    })
}

//! People who run the shop, and what each may do. Customers are no people in this sense (`customer.rs`).

use serde::Serialize;
use serde_json::json;

use super::audit::{self, Action};
use super::scope::Scope;
use super::shop::Shop;
use super::{oauth_grant, second_factor, session};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::{values, words};

/// The rule that a site has somebody who may do all.
pub const LAST_OWNER: &str = "last_owner";
/// The rule that only the first owner may let themselves in.
pub const NOT_THE_FIRST: &str = "not_the_first";

words! {
    /// What somebody may do.
    Role, "role" {
        /// All, also say who else may.
        Owner = "owner",
        /// All but people.
        Admin = "admin",
        /// See all; help buyers with their licences.
        Support = "support",
        /// See all.
        ReadOnly = "read_only",
    }
}

impl Role {
    /// What they may do, and so the most that they may let an app do.
    pub fn scopes(self) -> Vec<Scope> {
        let helps = |scope: &Scope| matches!(scope, Scope::WriteLicences | Scope::WriteCustomers);
        let reads = |scope: &Scope| scope.as_str().starts_with("read:");
        let may = |scope: &Scope| match self {
            Self::Owner | Self::Admin => true,
            Self::Support => reads(scope) || helps(scope),
            Self::ReadOnly => reads(scope),
        };
        Scope::PLATFORM.iter().copied().filter(may).collect()
    }
}

/// Somebody; columns as in `schema.sql`. The hash of their password stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Person {
    pub id: i64,
    pub email: String,
    pub name: String,
    pub role: Role,
    #[serde(skip)]
    pub site_id: i64,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub disabled_at: Option<Millis>,
    #[serde(skip)]
    pub totp_at: Option<Millis>,
}

impl Person {
    /// Where what is done to them is told of: people are of both modes of their site.
    pub fn shop(&self) -> Shop {
        Shop::of(self.site_id, false)
    }
}

/// Somebody to be let in; the password is hashed already (`base::password`).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password_hash: String,
}

/// Lets somebody in.
pub fn new(tx: &mut Tx<'_>, site_id: i64, draft: &Draft) -> Result<Person> {
    let email = text::email(&draft.email).map_err(|e| e.about("email"))?;
    let name = match draft.name.trim() {
        "" => String::new(),
        name => text::line("the name", name, 200).map_err(|e| e.about("name"))?,
    };
    let now = tx.now();
    let made = tx.exec(
        "insert into person (site_id, email, email_fold, name, role, password_hash, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (email_fold, site_id) do nothing",
        values![site_id, &email, &text::fold(&email), &name, draft.role.as_str(), &draft.password_hash, now],
    )?;
    if made == 0 {
        let message = format!("{email} is somebody here already; `keywright admin list` shows who there is");
        return Err(Error::refused(message).about("email_taken"));
    }
    let person = by_email(tx, site_id, &email)?;
    audit::created(tx, person.shop(), Action::PersonCreated, person.id, &person)?;
    Ok(person)
}

/// Whether nobody can sign in anywhere: whoever proves that the server is theirs may become the first.
pub fn is_nobody(tx: &mut Tx<'_>) -> Result<bool> {
    tx.maybe("select id from person limit 1", &[], |row| row.get::<i64>(0)).map(|found| found.is_none())
}

/// Lets the first owner in, as long as there is nobody.
pub fn first(tx: &mut Tx<'_>, site_id: i64, draft: &Draft) -> Result<Person> {
    if !is_nobody(tx)? {
        let message = "somebody can sign in already: ask them, or run `keywright admin create` on the server";
        return Err(Error::refused(message).about(NOT_THE_FIRST));
    }
    new(tx, site_id, &Draft { role: Role::Owner, ..draft.clone() })
}

/// All of a site's people, the oldest first.
pub fn list(tx: &mut Tx<'_>, site_id: i64) -> Result<Vec<Person>> {
    tx.all(
        "select id, site_id, email, name, role, created_at, disabled_at, totp_at from person where site_id = $1 order by id",
        values![site_id],
        read,
    )
}

/// The person with this address, or `NotFound`.
pub fn by_email(tx: &mut Tx<'_>, site_id: i64, email: &str) -> Result<Person> {
    Ok(with_hash(tx, site_id, email)?.ok_or_else(|| nobody(email))?.0)
}

/// The person with this address, if there is one, and the hash of their password, to be looked at outside of transactions.
pub fn with_hash(tx: &mut Tx<'_>, site_id: i64, email: &str) -> Result<Option<(Person, String)>> {
    tx.maybe(
        "select id, site_id, email, name, role, created_at, disabled_at, totp_at, password_hash from person \
         where email_fold = $1 and site_id = $2",
        values![&text::fold(email), site_id],
        |row| Ok((read(row)?, row.get(8)?)),
    )
}

/// The person with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Person> {
    tx.maybe(
        "select id, site_id, email, name, role, created_at, disabled_at, totp_at from person where id = $1",
        values![id],
        read,
    )?
    .ok_or_else(|| nobody(&id.to_string()))
}

fn nobody(who: &str) -> Error {
    Error::not_found(format!("{who} is nobody here; `keywright admin list` shows who there is"))
}

/// The person with this id in this site, or `NotFound`.
pub fn of_site(tx: &mut Tx<'_>, site_id: i64, id: i64) -> Result<Person> {
    let person = get(tx, id)?;
    if person.site_id == site_id { Ok(person) } else { Err(nobody(&id.to_string())) }
}

/// Whether somebody may still sign in, with the password that `hash` is of.
pub fn is_still(tx: &mut Tx<'_>, id: i64, hash: &str) -> Result<bool> {
    let found = tx.maybe(
        "select id from person where id = $1 and password_hash = $2 and disabled_at is null",
        values![id, hash],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Gives somebody another role. What apps may do for them narrows at once.
pub fn set_role(tx: &mut Tx<'_>, id: i64, role: Role) -> Result<Person> {
    let old = get(tx, id)?;
    let set = tx.exec(
        "update person set role = $2 where id = $1 and ($2 = 'owner' or role <> 'owner' or disabled_at is not null \
         or exists (select o.id from person o where o.site_id = person.site_id and o.id <> person.id and o.role = 'owner' \
         and o.disabled_at is null))",
        values![id, role.as_str()],
    )?;
    if set == 0 {
        return Err(last_owner());
    }
    let new = get(tx, id)?;
    audit::changed(tx, new.shop(), Action::PersonChanged, id, &old, &new)?;
    Ok(new)
}

/// Gives somebody another password, by its hash. All that they were signed in with ends.
pub fn set_password(tx: &mut Tx<'_>, id: i64, hash: &str) -> Result<Person> {
    let person = get(tx, id)?;
    tx.exec("update person set password_hash = $2 where id = $1", values![id, hash])?;
    end_all(tx, id, "password_changed")?;
    audit::created(tx, person.shop(), Action::PersonPasswordReset, id, &json!({}))?;
    Ok(person)
}

/// Locks somebody out: all that they were signed in with ends.
pub fn disable(tx: &mut Tx<'_>, id: i64) -> Result<Person> {
    let (old, now) = (get(tx, id)?, tx.now());
    if old.disabled_at.is_some() {
        return Ok(old);
    }
    let set = tx.exec(
        "update person set disabled_at = $2 where id = $1 and (role <> 'owner' or exists (select o.id from person o \
         where o.site_id = person.site_id and o.id <> person.id and o.role = 'owner' and o.disabled_at is null))",
        values![id, now],
    )?;
    if set == 0 {
        return Err(last_owner());
    }
    end_all(tx, id, "person_disabled")?;
    let new = get(tx, id)?;
    audit::changed(tx, new.shop(), Action::PersonDisabled, id, &old, &new)?;
    Ok(new)
}

fn last_owner() -> Error {
    Error::refused("this is the last owner: make somebody else an owner first").about(LAST_OWNER)
}

/// Lets somebody in again, with the password they had. What ended stays ended.
pub fn enable(tx: &mut Tx<'_>, id: i64) -> Result<Person> {
    let old = get(tx, id)?;
    tx.exec("update person set disabled_at = null where id = $1", values![id])?;
    let new = get(tx, id)?;
    audit::changed(tx, new.shop(), Action::PersonEnabled, id, &old, &new)?;
    Ok(new)
}

/// Signs somebody in; what their cookie is to hold.
pub fn sign_in(tx: &mut Tx<'_>, person: &Person) -> Result<String> {
    audit::created(tx, person.shop(), Action::PersonSignedIn, person.id, &json!({}))?;
    session::of_person(tx, person.id)
}

/// Signs somebody out in one browser of theirs.
pub fn sign_out(tx: &mut Tx<'_>, person: &Person, session_id: i64) -> Result<()> {
    if session::end_one(tx, person.id, session_id)? {
        audit::created(tx, person.shop(), Action::PersonSignedOut, person.id, &json!({"browsers": 1}))?;
    }
    Ok(())
}

/// Signs somebody out everywhere but in the browser with this session.
pub fn sign_out_others(tx: &mut Tx<'_>, person: &Person, session_id: i64) -> Result<()> {
    let ended = session::end_others(tx, person.id, session_id)?;
    if ended > 0 {
        audit::created(tx, person.shop(), Action::PersonSignedOut, person.id, &json!({"browsers": ended}))?;
    }
    Ok(())
}

fn end_all(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<()> {
    session::end_of_person(tx, id)?;
    second_factor::end_of_person(tx, id)?;
    oauth_grant::end_of_person(tx, id, reason)
}

fn read(row: &Row<'_>) -> Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        site_id: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        role: row.word(4)?,
        created_at: row.get(5)?,
        disabled_at: row.get(6)?,
        totp_at: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scope;

    #[test]
    fn roles_go_from_all_to_looking() {
        assert_eq!(Role::Owner.scopes(), Scope::PLATFORM);
        assert_eq!(Role::Admin.scopes(), Scope::PLATFORM);
        let support = "read:products read:orders read:analytics read:account read:licences write:licences read:customers \
                       write:customers";
        assert_eq!(scope::words(&Role::Support.scopes()), support);
        assert!(Role::ReadOnly.scopes().iter().all(|scope| scope.as_str().starts_with("read:")));
        assert_eq!(Role::ReadOnly.scopes().len(), 6);
    }
}

//! The second factor of people: a code from their phone after their password, or one of the recovery codes they keep for the day the phone
//! is gone. Every code counts once, whoever sends it how often at a time.

use serde_json::json;

use super::audit::{self, Action};
use super::person::{self, Person};
use super::{known_address, recovery, session};
use crate::base::error::{Error, Result};
use crate::base::seal::{self, Master};
use crate::base::time::{Millis, SECOND};
use crate::base::totp::Secret;
use crate::store::Tx;
use crate::values;

/// How long somebody may take from their password to their code.
pub const LIFE: Millis = 300 * SECOND;
/// Codes that may be tried after one password: the sixth is not looked at.
const TRIES: i64 = 5;
/// Wrong codes of somebody, from wherever, within [`LIFE`]; after so many none from a phone counts for a while. Six digits are soon
/// guessed by who has the password and many addresses. Recovery codes cannot be guessed, and go on; so does who is at an address
/// known to be theirs, where the door counts.
const WRONG: i64 = 30;
/// Characters of what names a sign-in under way: 256 bits.
const RANDOM: usize = 43;
/// The rule that what was sealed by a master key that is lost opens no more.
pub const LOST: &str = "second_factor_lost";
/// The rule that it is switched on once.
pub const IS_ON: &str = "second_factor_on";
/// The rule that what is off cannot be switched off.
pub const IS_OFF: &str = "second_factor_off";

/// How a code was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Signed in: what the cookie is to hold.
    In(String),
    /// It is not the one.
    Wrong,
    /// The sign-in has to begin anew.
    Over,
}

/// Begins the second step of somebody whose password was right; what their browser is to hold meanwhile.
pub fn begin(tx: &mut Tx<'_>, person_id: i64) -> Result<String> {
    let (token, now) = (tx.dice().base62(RANDOM), tx.now());
    tx.exec(
        "insert into second_step (person_id, token_hash, created_at) values ($1, $2, $3)",
        values![person_id, &seal::hash(token.as_bytes()), now],
    )?;
    Ok(token)
}

/// Whose second step is under way in the browser that holds this.
pub fn whose(tx: &mut Tx<'_>, token: &str) -> Result<Option<Person>> {
    let now = tx.now();
    let found = tx.maybe(
        "select person_id from second_step where token_hash = $1 and used_at is null and tries < $2 and created_at > $3",
        values![&seal::hash(token.as_bytes()), TRIES, now - LIFE],
        |row| row.get::<i64>(0),
    )?;
    let found = found.map(|id| person::get(tx, id)).transpose()?;
    Ok(found.filter(|person| person.disabled_at.is_none()))
}

/// Signs somebody in by their code. A try counts, whatever comes of it.
pub fn enter(tx: &mut Tx<'_>, token: &str, code: &str, master: &Master) -> Result<Outcome> {
    let Some(person) = whose(tx, token)? else { return Ok(Outcome::Over) };
    let (hash, now) = (seal::hash(token.as_bytes()), tx.now());
    tx.exec("update second_step set tries = tries + 1 where token_hash = $1", values![&hash])?;
    let tried: i64 = tx.one(
        "select cast(coalesce(sum(tries), 0) as bigint) from second_step where person_id = $1 and created_at > $2",
        values![person.id, now - LIFE],
        |row| row.get(0),
    )?;
    let from = tx.actor().and_then(|actor| actor.address);
    let may =
        tried <= WRONG || from.map_or(Ok(false), |from| known_address::is_known(tx, person.id, from))?;
    let is_it =
        (may && by_phone(tx, person.id, code, master)?) || recovery::spend(tx, &person, code, master)?;
    if !is_it {
        return Ok(Outcome::Wrong);
    }
    let sql = "update second_step set used_at = $2 where token_hash = $1 and used_at is null";
    if tx.exec(sql, values![&hash, now])? == 0 {
        return Ok(Outcome::Over);
    }
    person::sign_in(tx, &person).map(Outcome::In)
}

/// Whether a code is somebody's, from their phone or one of their recovery codes; it is used up by that.
pub fn is(tx: &mut Tx<'_>, person: &Person, code: &str, master: &Master) -> Result<bool> {
    Ok(by_phone(tx, person.id, code, master)? || recovery::spend(tx, person, code, master)?)
}

fn by_phone(tx: &mut Tx<'_>, id: i64, code: &str, master: &Master) -> Result<bool> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let (sealed, used) =
        tx.one("select totp_sealed, totp_step from person where id = $1", values![id], |row| {
            Ok((row.get::<Option<String>>(0)?, row.get::<i64>(1)?))
        })?;
    let Some(sealed) = sealed else { return Ok(false) };
    let secret = master.open(&purpose(id), &sealed).ok().as_deref().and_then(Secret::read);
    let secret = secret.ok_or_else(|| {
        let message = "the second factor was sealed by a master key that is lost: `keywright admin reset-2fa` on the server takes it away";
        Error::refused(message).about(LOST)
    })?;
    let Some(step) = secret.step(&code, tx.now(), used) else { return Ok(false) };
    let spent =
        tx.exec("update person set totp_step = $2 where id = $1 and totp_step < $2", values![id, step])?;
    Ok(spent == 1)
}

fn purpose(id: i64) -> String {
    format!("second factor of {id}")
}

/// Switches it on with a code of the new secret; the recovery codes, which are not shown again. None if the code is wrong.
pub fn switch_on(
    tx: &mut Tx<'_>,
    person: &Person,
    secret: &Secret,
    code: &str,
    master: &Master,
) -> Result<Option<Vec<String>>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = tx.now();
    let Some(step) = secret.step(&code, now, 0) else { return Ok(None) };
    let sealed = master.seal(&purpose(person.id), &secret.text(), tx.dice())?;
    let set = tx.exec(
        "update person set totp_sealed = $2, totp_step = $3, totp_at = $4 where id = $1 and totp_at is null",
        values![person.id, &sealed, step, now],
    )?;
    if set == 0 {
        return Err(Error::refused("the second factor is on already").about(IS_ON));
    }
    audit::created(tx, person.shop(), Action::PersonSecondFactorOn, person.id, &json!({}))?;
    recovery::renew(tx, person, master).map(Some)
}

/// Switches it off.
pub fn switch_off(tx: &mut Tx<'_>, person: &Person) -> Result<()> {
    if !take(tx, person.id)? {
        return Err(Error::refused("there is no second factor to switch off").about(IS_OFF));
    }
    audit::created(tx, person.shop(), Action::PersonSecondFactorOff, person.id, &json!({}))
}

/// Takes it from somebody who has lost it; they are signed out everywhere, for who has found it may be in.
pub fn reset(tx: &mut Tx<'_>, id: i64) -> Result<Person> {
    let person = person::get(tx, id)?;
    if !take(tx, id)? {
        return Err(Error::refused(format!("{} has no second factor", person.email)).about(IS_OFF));
    }
    session::end_of_person(tx, id)?;
    audit::created(tx, person.shop(), Action::PersonSecondFactorReset, id, &json!({}))?;
    person::get(tx, id)
}

/// Whether there was one.
fn take(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let taken = tx.exec(
        "update person set totp_sealed = null, totp_step = 0, totp_at = null where id = $1 and totp_at is not null",
        values![id],
    )?;
    recovery::forget(tx, id)?;
    end_of_person(tx, id)?;
    Ok(taken == 1)
}

/// Ends what somebody has under way.
pub fn end_of_person(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("delete from second_step where person_id = $1", values![id]).map(|_| ())
}

/// Forgets what is too old to let anybody in.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from second_step where created_at <= $1", values![now - LIFE])
}

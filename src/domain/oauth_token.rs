//! Tokens of apps: one that opens the API for an hour, and one that gets new ones. A refresh token is exchanged once; for ten
//! seconds the same answer is given again, since answers get lost; after that it is in two hands, and the whole grant ends
//! (RFC 9700 4.14.2). Tokens are known by their hashes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::oauth_app::App;
use super::oauth_grant;
use super::person::Role;
use super::scope::{self, Scope};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::seal::{self, Master};
use crate::base::time::{DAY, Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// How long an access token is good for.
pub const ACCESS: Millis = 3_600 * SECOND;
/// How long a refresh token is good for, from its making.
pub const REFRESH: Millis = 30 * DAY;
/// How long a refresh token that was exchanged is answered the same again.
pub const GRACE: Millis = 10 * SECOND;
/// Characters of a token after its prefix: 256 bits.
pub const RANDOM: usize = 43;
/// How an access token begins, so that scanners for leaked secrets know it.
const ACCESS_PREFIX: &str = "kwa_";
/// How a refresh token begins.
const REFRESH_PREFIX: &str = "kwr_";

/// Why an app gets no tokens, in the words of RFC 6749 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// `invalid_grant`: code or refresh token are no good.
    Grant(&'static str),
    /// `invalid_scope`.
    Scope(&'static str),
}

/// Tokens that were just made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of RFC 6749 5.1")]
pub struct Issued {
    pub access_token: String,
    pub refresh_token: String,
    /// Of the access token, with spaces between them.
    pub scope: String,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Makes an access token for `scopes`, and a refresh token for all that was granted.
pub fn issue(tx: &mut Tx<'_>, grant_id: i64, scopes: &[Scope], granted: &[Scope]) -> Result<Issued> {
    let mut add = |prefix: &str, kind: &str, scopes: &[Scope], life: Millis| {
        let (token, now) = (format!("{prefix}{}", tx.dice().base62(RANDOM)), tx.now());
        tx.exec(
            "insert into oauth_token (token_hash, grant_id, kind, scopes, expires_at) values ($1, $2, $3, $4, $5)",
            values![&seal::hash(token.as_bytes()), grant_id, kind, &scope::words(scopes), now + life],
        )?;
        Ok::<_, Error>(token)
    };
    Ok(Issued {
        access_token: add(ACCESS_PREFIX, "access", scopes, ACCESS)?,
        refresh_token: add(REFRESH_PREFIX, "refresh", granted, REFRESH)?,
        scope: scope::words(scopes),
    })
}

/// Whether a grant still lets its app do anything: it has not ended, nor has its app, nor whoever granted it.
pub fn is_live(tx: &mut Tx<'_>, grant_id: i64) -> Result<bool> {
    let found = tx.maybe(
        "select g.id from oauth_grant g join oauth_app a on a.id = g.app_id left join person p on p.id = g.person_id \
         where g.id = $1 and g.ended_at is null and a.deleted_at is null and p.disabled_at is null",
        values![grant_id],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// A refresh token as it stands.
struct Standing {
    grant_id: i64,
    granted: Vec<Scope>,
    expires_at: Millis,
    used_at: Option<Millis>,
    sealed_answer: Option<String>,
}

/// The refresh token with this hash; another app's is one that is not there.
fn standing(tx: &mut Tx<'_>, app: &App, hash: &str) -> Result<Option<Standing>> {
    tx.maybe(
        "select t.grant_id, t.scopes, t.expires_at, t.used_at, t.sealed_answer from oauth_token t \
         join oauth_grant g on g.id = t.grant_id where t.token_hash = $1 and t.kind = 'refresh' and g.app_id = $2",
        values![hash, app.id],
        |row| {
            Ok(Standing {
                grant_id: row.get(0)?,
                granted: scope::parse(&row.get::<String>(1)?)?,
                expires_at: row.get(2)?,
                used_at: row.get(3)?,
                sealed_answer: row.get(4)?,
            })
        },
    )
}

/// Exchanges a refresh token for new tokens, for what was granted or less.
pub fn refresh(
    tx: &mut Tx<'_>,
    app: &App,
    token: &str,
    wanted: Option<&[Scope]>,
    master: &Master,
) -> Result<std::result::Result<Issued, Refused>> {
    let (hash, now) = (seal::hash(token.as_bytes()), tx.now());
    let no = |why| Ok(Err(Refused::Grant(why)));
    let Some(old) = standing(tx, app, &hash)? else { return no("this refresh token is not known") };
    if !is_live(tx, old.grant_id)? {
        return no("this grant has ended");
    }
    if let Some(used_at) = old.used_at {
        return match old.sealed_answer {
            Some(sealed) if now < used_at + GRACE => answer_again(&sealed, &hash, master).map(Ok),
            _ => {
                oauth_grant::replayed(tx, app, old.grant_id, "refresh_replayed")?;
                no("this refresh token was used before: the grant has ended")
            }
        };
    }
    if old.expires_at <= now {
        return no("this refresh token has expired");
    }
    let scopes = wanted.unwrap_or(&old.granted);
    if !scopes.iter().all(|scope| old.granted.contains(scope)) {
        return Ok(Err(Refused::Scope("a refresh cannot ask for more than was granted")));
    }
    rotate(tx, &old, &hash, scopes, master).map(Ok)
}

/// Puts new tokens in the place of a refresh token, and keeps the answer for those who do not get it.
fn rotate(tx: &mut Tx<'_>, old: &Standing, hash: &str, scopes: &[Scope], master: &Master) -> Result<Issued> {
    let (issued, now) = (issue(tx, old.grant_id, scopes, &old.granted)?, tx.now());
    let answer = serde_json::to_string(&issued)
        .map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))?;
    // Answers of exchanges before this one are nobody's need any more.
    tx.exec(
        "update oauth_token set sealed_answer = null where grant_id = $1 and sealed_answer is not null and used_at <= $2",
        values![old.grant_id, now - GRACE],
    )?;
    let used = tx.exec(
        "update oauth_token set used_at = $2, sealed_answer = $3 where token_hash = $1 and used_at is null",
        values![hash, now, &master.seal(&purpose(hash), &answer, tx.dice())?],
    )?;
    oauth_grant::used(tx, old.grant_id)?;
    if used == 1 { Ok(issued) } else { Err(Error::broken("a refresh token was exchanged twice at once")) }
}

fn answer_again(sealed: &str, hash: &str, master: &Master) -> Result<Issued> {
    let answer = master.open(&purpose(hash), sealed)?;
    serde_json::from_str(&answer).map_err(|e| Error::broken(format!("a kept answer cannot be read: {e}")))
}

fn purpose(hash: &str) -> String {
    format!("oauth_token {hash}")
}

/// Whether `token` has the form of an access token: one that has not need not be looked for.
pub fn is_well_formed(token: &str) -> bool {
    let rest = token.strip_prefix(ACCESS_PREFIX);
    rest.is_some_and(|rest| rest.len() == RANDOM && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// An access token that opens the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The grant it came of.
    pub grant_id: i64,
    /// Where.
    pub shop: Shop,
    /// The app's name for itself.
    pub client_id: String,
    /// What the app may do: no more than whoever granted it may do now.
    pub scopes: Vec<Scope>,
    /// The customer whose rows alone it shows; none: all of the shop's.
    pub customer_id: Option<i64>,
    /// When the grant was used last, as it is written.
    pub used_at: Option<Millis>,
}

/// What an access token opens, if it still opens anything.
pub fn find(tx: &mut Tx<'_>, token: &str) -> Result<Option<Access>> {
    let now = tx.now();
    tx.maybe(
        "select t.grant_id, a.site_id, a.is_test, a.client_id, t.scopes, g.customer_id, p.role, g.used_at from oauth_token t \
         join oauth_grant g on g.id = t.grant_id join oauth_app a on a.id = g.app_id left join person p on p.id = g.person_id \
         where t.token_hash = $1 and t.kind = 'access' and t.expires_at > $2 and g.ended_at is null and a.deleted_at is null \
         and p.disabled_at is null",
        values![&seal::hash(token.as_bytes()), now],
        |row| {
            let most = match row.maybe_word::<Role>(6)? {
                Some(role) => role.scopes(),
                None => oauth_grant::CUSTOMERS.to_vec(),
            };
            let scopes = scope::parse(&row.get::<String>(4)?)?;
            Ok(Access {
                grant_id: row.get(0)?,
                shop: Shop::of(row.get(1)?, row.get(2)?),
                client_id: row.get(3)?,
                scopes: scopes.into_iter().filter(|scope| most.contains(scope)).collect(),
                customer_id: row.get(5)?,
                used_at: row.get(7)?,
            })
        },
    )
}

/// Takes a token of this app's back (RFC 7009): an access token alone, a refresh token with all that came of its grant. One that is
/// not there, or is another app's, needs no taking back.
pub fn revoke(tx: &mut Tx<'_>, app: &App, token: &str) -> Result<()> {
    let hash = seal::hash(token.as_bytes());
    let found = tx.maybe(
        "select t.grant_id, t.kind from oauth_token t join oauth_grant g on g.id = t.grant_id \
         where t.token_hash = $1 and g.app_id = $2",
        values![&hash, app.id],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
    )?;
    match found {
        Some((grant_id, kind)) if kind == "refresh" => {
            oauth_grant::revoke(tx, app.shop, grant_id).map(|_| ())
        }
        Some(_) => tx.exec("delete from oauth_token where token_hash = $1", values![&hash]).map(|_| ()),
        None => Ok(()),
    }
}

/// Forgets tokens that have expired. A used refresh token is known until then, so that its replay is seen.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from oauth_token where expires_at <= $1", values![now])
}

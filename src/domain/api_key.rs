//! API keys: what a vendor's own programs sign in to the platform API with (contract platform.md, "Manners").
//!
//! A key is `sk_live_` or `sk_test_`, eight characters that name it, 50 random ones and six of a CRC-32, so that a mistyped
//! one is told apart without a look. Key and signing secret are shown once; only the key's hash and the sealed secret stay.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;
use serde_json::json;

use super::audit::{self, Action};
use super::carried::Source;
use super::plan::Plan;
use super::scope::{self, Scope};
use super::shop::{Mode, Shop};
use crate::base::dice::BASE62;
use crate::base::error::{Error, Result};
use crate::base::seal::{self, Master};
use crate::base::text;
use crate::base::time::{DAY, Millis, SECOND, rfc3339};
use crate::store::{Row, Tx, Value};
use crate::values;

const NAME: usize = 8;
const RANDOM: usize = 50;
const CHECKSUM: usize = 6;
/// The longest that a rotated key may go on beside its successor.
pub const OVERLAP: Millis = DAY;
/// "Last used" is written when it is older than this.
const USED_EVERY: Millis = 60 * SECOND;

/// A key as its owner sees it later; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct ApiKey {
    #[serde(rename = "id")]
    pub name: String,
    pub title: String,
    pub mode: Mode,
    pub scopes: Vec<Scope>,
    pub plan: Plan,
    pub must_sign: bool,
    pub networks: Vec<IpNet>,
    #[serde(skip)]
    pub id: i64,
    #[serde(skip)]
    pub site_id: i64,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub expires_at: Option<Millis>,
    #[serde(skip)]
    pub revoked_at: Option<Millis>,
    #[serde(skip)]
    pub last_used_at: Option<Millis>,
}

impl ApiKey {
    /// Whose it is.
    pub fn shop(&self) -> Shop {
        Shop { site_id: self.site_id, mode: self.mode }
    }

    /// Whether it opens anything at `now`.
    pub fn is_good(&self, now: Millis) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }

    /// Whether it may be used from this address.
    pub fn admits(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&address))
    }

    /// Whether its last use is to be written again.
    pub fn use_is_news(&self, now: Millis) -> bool {
        self.last_used_at.is_none_or(|at| at + USED_EVERY <= now)
    }
}

/// A key to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub title: String,
    pub scopes: Vec<Scope>,
    pub plan: Plan,
    pub must_sign: bool,
    pub networks: Vec<IpNet>,
    pub expires_at: Option<Millis>,
}

/// A new key with what is never shown again.
#[derive(Clone)]
pub struct Issued {
    /// What stays.
    pub key: ApiKey,
    /// The key itself.
    pub token: String,
    /// The secret that requests and webhooks are signed with.
    pub secret: String,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("key", &self.key).field("token", &"[redacted]").finish_non_exhaustive()
    }
}

/// Makes a key.
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, master: &Master) -> Result<Issued> {
    let issued = make(tx, shop, draft, master)?;
    audit::created(tx, shop, Action::ApiKeyCreated, &issued.key.name, &issued.key)?;
    Ok(issued)
}

fn make(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, master: &Master) -> Result<Issued> {
    let title = text::line("the title", &draft.title, 100).map_err(|e| e.about("title"))?;
    let now = tx.now();
    if draft.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("the key would have expired already").about("expires_at"));
    }
    let networks: Vec<String> = draft.networks.iter().map(IpNet::to_string).collect();
    // A name that is taken already is tried again.
    for _ in 0..8 {
        let name = tx.dice().base62(NAME);
        let token = token(shop.mode, &name, &tx.dice().base62(RANDOM));
        let secret = format!("sks_{}", tx.dice().base62(RANDOM));
        let sealed = master.seal(&purpose(&name), &secret, tx.dice())?;
        let made = tx.maybe(
            "insert into api_key (site_id, is_test, name, title, key_hash, sealed_secret, must_sign, scopes, plan, networks, \
             created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             on conflict (name) do nothing returning id",
            values![
                shop.site_id,
                shop.is_test(),
                &name,
                &title,
                &seal::hash(token.as_bytes()),
                &sealed,
                draft.must_sign,
                &scope::words(&draft.scopes),
                draft.plan.as_str(),
                &networks.join(" "),
                now,
                draft.expires_at
            ],
            |row| row.get::<i64>(0),
        )?;
        if made.is_some() {
            return Ok(Issued { key: get(tx, &name)?, token, secret });
        }
    }
    Err(Error::broken("no free name for a key was found"))
}

/// Reads a network: an address with the length of its prefix, or an address alone.
pub fn network(text: &str) -> Result<IpNet> {
    let alone = || text.parse().ok().map(|ip: IpAddr| IpNet::from(ip.to_canonical()));
    text.parse().ok().or_else(alone).ok_or_else(|| {
        Error::invalid(format!("'{text}' is no network; write it as 192.0.2.0/24 or 2001:db8::/32"))
    })
}

/// All keys, newest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<ApiKey>> {
    tx.all(
        "select id, site_id, is_test, name, title, must_sign, scopes, plan, networks, created_at, expires_at, revoked_at, \
         last_used_at from api_key order by id desc",
        &[],
        read,
    )
}

/// The key of this name, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, name: &str) -> Result<ApiKey> {
    tx.maybe(
        "select id, site_id, is_test, name, title, must_sign, scopes, plan, networks, created_at, expires_at, revoked_at, \
         last_used_at from api_key where name = $1",
        values![name],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!("there is no API key {name}; `keywright api-key list` shows those there are"))
    })
}

/// Makes a successor with the same rights. The old key goes on for `overlap`, a day at the most.
pub fn rotate(tx: &mut Tx<'_>, name: &str, overlap: Millis, master: &Master) -> Result<Issued> {
    if !(0..=OVERLAP).contains(&overlap) {
        return Err(Error::invalid("the old key may go on for 24 hours at the most"));
    }
    let (old, now) = (get(tx, name)?, tx.now());
    if !old.is_good(now) {
        return Err(Error::refused(format!("the key {name} has ended already: make a new one")));
    }
    let draft = Draft {
        title: old.title.clone(),
        scopes: old.scopes.clone(),
        plan: old.plan,
        must_sign: old.must_sign,
        networks: old.networks.clone(),
        expires_at: old.expires_at,
    };
    let ends_at = (now + overlap).min(old.expires_at.unwrap_or(Millis::MAX));
    tx.exec("update api_key set expires_at = $2 where id = $1", values![old.id, ends_at])?;
    let issued = make(tx, old.shop(), &draft, master)?;
    let told = json!({"successor": issued.key.name, "expires_at": rfc3339(ends_at)});
    audit::created(tx, old.shop(), Action::ApiKeyRotated, name, &told)?;
    Ok(issued)
}

/// Ends a key at once and for ever.
pub fn revoke(tx: &mut Tx<'_>, name: &str) -> Result<ApiKey> {
    let (key, now) = (get(tx, name)?, tx.now());
    tx.exec("update api_key set revoked_at = $2 where id = $1 and revoked_at is null", values![key.id, now])?;
    let revoked = get(tx, name)?;
    audit::changed(tx, key.shop(), Action::ApiKeyRevoked, name, &key, &revoked)?;
    Ok(revoked)
}

/// Whether `token` has the form of a key: one that has not need not be looked for.
pub fn is_well_formed(token: &str) -> bool {
    name_in(token).is_some()
}

/// The key that `token` is, if it is one; whether it is still good is for the caller to ask. The sealed signing secret
/// comes with it.
pub fn find(tx: &mut Tx<'_>, token: &str) -> Result<Option<(ApiKey, String)>> {
    let Some(name) = name_in(token) else { return Ok(None) };
    let found = tx.maybe(
        "select id, site_id, is_test, name, title, must_sign, scopes, plan, networks, created_at, expires_at, revoked_at, \
         last_used_at, key_hash, sealed_secret from api_key where name = $1",
        &[Value::Text(name)],
        |row| Ok((read(row)?, row.get::<String>(13)?, row.get::<String>(14)?)),
    )?;
    let hash = seal::hash(token.as_bytes());
    let is_it = |stored: &str| seal::same(stored.as_bytes(), hash.as_bytes());
    Ok(found.filter(|(_, stored, _)| is_it(stored)).map(|(key, _, sealed)| (key, sealed)))
}

/// Lets a key in that was made elsewhere: it opens that system's dialect, and it alone. Of the key itself nothing stays but its hash.
pub fn adopt(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    text: &str,
    title: &str,
    master: &Master,
) -> Result<ApiKey> {
    let fits = (16..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if !fits || is_well_formed(text) {
        let message = "a key made elsewhere is 16 to 200 letters, digits and signs without a space";
        return Err(Error::invalid(message).about("key"));
    }
    let draft = Draft {
        title: title.to_owned(),
        scopes: Scope::ALL.to_vec(),
        plan: Plan::Enterprise,
        must_sign: false,
        networks: Vec::new(),
        expires_at: None,
    };
    if find_foreign(tx, source, text)?.is_some() {
        return Err(Error::refused("this key is let in already").about("key_taken"));
    }
    let made = make(tx, shop, &draft, master)?;
    let adopted = tx.exec(
        "update api_key set key_hash = $2, dialect = $3 where id = $1 and not exists \
         (select 1 from api_key where dialect is not null and key_hash = $2)",
        values![made.key.id, &seal::hash(text.as_bytes()), source.as_str()],
    )?;
    if adopted == 0 {
        return Err(Error::refused("this key is let in already").about("key_taken"));
    }
    audit::created(tx, shop, Action::ApiKeyAdopted, &made.key.name, &made.key)?;
    Ok(made.key)
}

/// The key made elsewhere that `text` is, if it is one of that system's; whether it is still good is for the caller to ask. The sealed signing
/// secret comes with it.
pub fn find_foreign(tx: &mut Tx<'_>, source: Source, text: &str) -> Result<Option<(ApiKey, String)>> {
    tx.maybe(
        "select id, site_id, is_test, name, title, must_sign, scopes, plan, networks, created_at, expires_at, revoked_at, \
         last_used_at, sealed_secret from api_key where dialect is not null and key_hash = $1 and dialect = $2",
        values![&seal::hash(text.as_bytes()), source.as_str()],
        |row| Ok((read(row)?, row.get::<String>(13)?)),
    )
}

/// Opens a key's signing secret.
pub fn secret(key: &ApiKey, sealed: &str, master: &Master) -> Result<String> {
    master.open(&purpose(&key.name), sealed)
}

/// Notes that a key was used now.
pub fn used(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update api_key set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)",
        values![id, now, now - USED_EVERY],
    )
    .map(|_| ())
}

fn purpose(name: &str) -> String {
    format!("api_key {name}")
}

fn token(mode: Mode, name: &str, random: &str) -> String {
    let body = format!("sk_{mode}_{name}{random}");
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest as usize % 62];
        rest /= 62;
    }
    body + &String::from_utf8_lossy(&digits)
}

/// The name in something of a key's form.
fn name_in(text: &str) -> Option<&str> {
    let (mode, rest) =
        Mode::ALL.iter().find_map(|mode| Some((*mode, text.strip_prefix(&format!("sk_{mode}_"))?)))?;
    if rest.len() != NAME + RANDOM + CHECKSUM || !rest.is_ascii() {
        return None;
    }
    let (name, random) = rest[..NAME + RANDOM].split_at(NAME);
    (token(mode, name, random) == text).then_some(name)
}

fn read(row: &Row<'_>) -> Result<ApiKey> {
    let networks: String = row.get(8)?;
    let networks = networks.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>();
    Ok(ApiKey {
        id: row.get(0)?,
        site_id: row.get(1)?,
        mode: if row.get(2)? { Mode::Test } else { Mode::Live },
        name: row.get(3)?,
        title: row.get(4)?,
        must_sign: row.get(5)?,
        scopes: scope::parse(&row.get::<String>(6)?)?,
        plan: row.word(7)?,
        networks: networks.map_err(|_| Error::broken("a row holds a network that is none"))?,
        created_at: row.get(9)?,
        expires_at: row.get(10)?,
        revoked_at: row.get(11)?,
        last_used_at: row.get(12)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dice::Dice;

    #[test]
    fn a_mistyped_key_is_none() {
        let dice = Dice::seeded(3);
        let good = token(Mode::Live, &dice.base62(NAME), &dice.base62(RANDOM));
        assert_eq!(good.len(), "sk_live_".len() + 64);
        assert_eq!(name_in(&good), Some(&good[8..16]));
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] = if bad[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(name_in(std::str::from_utf8(&bad).unwrap()), None, "at {at}");
        }
        for bad in [
            "",
            "sk_live_",
            &good[1..],
            &good[..71],
            &format!("{good}0"),
            &good.replace("live", "test"),
            "sk_live_ü",
        ] {
            assert_eq!(name_in(bad), None, "{bad}");
        }
    }
}

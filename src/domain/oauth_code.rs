//! Authorization codes: what an app is given when somebody let it in, and exchanges for tokens: once, within a minute (RFC 6749 4.1,
//! RFC 7636, RFC 9700 2.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::oauth_app::App;
use super::oauth_grant;
use super::oauth_token::{self, Issued, Refused};
use super::scope::{self, Scope};
use crate::base::error::Result;
use crate::base::seal;
use crate::base::time::{DAY, Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// How long a code is good for.
pub const LIFE: Millis = 60 * SECOND;
/// A used one is known for so long: whoever sends it again has stolen it, or was stolen from.
const KEPT: Millis = DAY;
/// How a code begins, so that scanners for leaked secrets know it.
const PREFIX: &str = "kwc_";

/// What an app exchanges a code with.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The code.
    pub code: String,
    /// Where the code was sent, as the authorization request gave it.
    pub redirect_uri: String,
    /// PKCE's secret.
    pub verifier: Option<String>,
}

/// A code for a grant that was just made.
pub fn new(tx: &mut Tx<'_>, grant_id: i64, redirect_uri: &str, challenge: Option<&str>) -> Result<String> {
    let (code, now) = (format!("{PREFIX}{}", tx.dice().base62(oauth_token::RANDOM)), tx.now());
    tx.exec(
        "insert into oauth_code (code_hash, grant_id, redirect_uri, challenge, created_at) values ($1, $2, $3, $4, $5)",
        values![&seal::hash(code.as_bytes()), grant_id, redirect_uri, challenge, now],
    )?;
    Ok(code)
}

/// A code as it stands.
struct Standing {
    grant_id: i64,
    redirect_uri: String,
    challenge: Option<String>,
    created_at: Millis,
    used_at: Option<Millis>,
    scopes: Vec<Scope>,
}

/// The code with this hash; another app's is one that is not there.
fn find(tx: &mut Tx<'_>, app: &App, hash: &str) -> Result<Option<Standing>> {
    tx.maybe(
        "select c.grant_id, c.redirect_uri, c.challenge, c.created_at, c.used_at, g.scopes from oauth_code c \
         join oauth_grant g on g.id = c.grant_id where c.code_hash = $1 and g.app_id = $2",
        values![hash, app.id],
        |row| {
            Ok(Standing {
                grant_id: row.get(0)?,
                redirect_uri: row.get(1)?,
                challenge: row.get(2)?,
                created_at: row.get(3)?,
                used_at: row.get(4)?,
                scopes: scope::parse(&row.get::<String>(5)?)?,
            })
        },
    )
}

/// Exchanges a code for tokens. One that was used before ends all that it gave.
pub fn redeem(
    tx: &mut Tx<'_>,
    app: &App,
    exchange: &Exchange,
) -> Result<std::result::Result<Issued, Refused>> {
    let (hash, now) = (seal::hash(exchange.code.as_bytes()), tx.now());
    let no = |why| Ok(Err(Refused::Grant(why)));
    let Some(code) = find(tx, app, &hash)? else { return no("this code is not known") };
    if code.used_at.is_none() {
        if let Some(why) = wrong(&code, exchange, now) {
            return no(why);
        }
        if !oauth_token::is_live(tx, code.grant_id)? {
            return no("this grant has ended");
        }
    }
    let used = tx.exec(
        "update oauth_code set used_at = $2 where code_hash = $1 and used_at is null",
        values![&hash, now],
    )?;
    if used == 0 {
        oauth_grant::replayed(tx, app, code.grant_id, "code_replayed")?;
        return no("this code was used before: what it gave has ended");
    }
    oauth_grant::used(tx, code.grant_id)?;
    oauth_token::issue(tx, code.grant_id, &code.scopes, &code.scopes).map(Ok)
}

/// Why a code gives nothing to who exchanges it so.
fn wrong(code: &Standing, exchange: &Exchange, now: Millis) -> Option<&'static str> {
    if code.created_at + LIFE <= now {
        return Some("this code was good for a minute");
    }
    if code.redirect_uri != exchange.redirect_uri {
        return Some("redirect_uri is not the one that the code was sent to");
    }
    match (&code.challenge, &exchange.verifier) {
        (None, None) => None,
        (Some(challenge), Some(verifier)) if is_verified(challenge, verifier) => None,
        (Some(_), None) => Some("code_verifier is missing"),
        (Some(_), Some(_)) => Some("code_verifier does not fit the code_challenge"),
        // Whoever took the challenge out of the request on its way would be let through here (RFC 9700 2.1.1).
        (None, Some(_)) => Some("there is a code_verifier, but there was no code_challenge"),
    }
}

/// PKCE's S256 (RFC 7636 4.6).
fn is_verified(challenge: &str, verifier: &str) -> bool {
    let fits = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    fits && seal::same(expected.as_bytes(), challenge.as_bytes())
}

/// Whether a challenge has the form of one: a SHA-256 in Base64 for URLs.
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Forgets codes that are long over.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from oauth_code where created_at <= $1", values![now - KEPT])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_of_rfc_7636() {
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(is_challenge(challenge) && is_verified(challenge, verifier));
        assert!(!is_verified(challenge, challenge) && !is_verified(verifier, verifier), "plain is none");
        for short in ["", "abc", &challenge[1..], "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"] {
            assert!(!is_challenge(short), "{short}");
        }
    }
}

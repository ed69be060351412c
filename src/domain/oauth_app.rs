//! Apps: programs of somebody else's that people may let into the shop (contract platform.md, "OAuth 2.0"; RFC 6749 calls them
//! clients). A confidential app keeps a secret on a server; a public one, such as on a phone, cannot.

use std::fmt;

use serde_json::json;

use super::audit::{self, Action};
use super::scope::{self, Scope};
use super::shop::Shop;
use super::{oauth_grant, redirect_uri};
use crate::base::error::{Error, Result};
use crate::base::seal;
use crate::base::text;
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::values;

/// Characters of a client id after `app_`.
const NAME: usize = 24;
/// Characters of a secret after `kws_`: 256 bits.
const RANDOM: usize = 43;
/// The most redirect URIs of one app.
const URIS: usize = 20;

/// An app; columns as in `schema.sql`, table `oauth_app`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct App {
    pub id: i64,
    pub shop: Shop,
    pub client_id: String,
    pub title: String,
    /// Whether it has no secret.
    pub is_public: bool,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<Scope>,
    pub created_at: Millis,
}

impl App {
    /// Whether people may be sent to this address.
    pub fn leads_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| redirect_uri::fits(registered, uri))
    }
}

/// An app to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub title: String,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<Scope>,
    pub is_public: bool,
}

/// An app, and its secret if it has a new one, which is never shown again.
#[derive(Clone)]
pub struct Issued {
    /// The app.
    pub app: App,
    /// What it signs in with.
    pub secret: Option<String>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("app", &self.app).field("secret", &"[redacted]").finish()
    }
}

/// Makes an app.
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Issued> {
    let title = text::line("the title", &draft.title, 100).map_err(|e| e.about("title"))?;
    let uris: Vec<String> =
        draft.redirect_uris.iter().map(|uri| redirect_uri::check(uri)).collect::<Result<_>>()?;
    if uris.is_empty() || uris.len() > URIS {
        let message = format!("an app has 1 to {URIS} redirect URIs");
        return Err(Error::invalid(message).about("redirect_uris"));
    }
    if !draft.scopes.iter().all(|scope| Scope::PLATFORM.contains(scope)) {
        let message = format!("an app may ask for {}", scope::words(Scope::PLATFORM));
        return Err(Error::invalid(message).about("scopes"));
    }
    let secret = (!draft.is_public).then(|| secret(tx));
    let (client_id, now) = (format!("app_{}", tx.dice().base62(NAME)), tx.now());
    tx.exec(
        "insert into oauth_app (site_id, is_test, client_id, title, secret_hash, redirect_uris, scopes, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            shop.site_id,
            shop.is_test(),
            &client_id,
            &title,
            secret.as_ref().map(|secret| seal::hash(secret.as_bytes())).as_ref(),
            &uris.join("\n"),
            &scope::words(&draft.scopes),
            now
        ],
    )?;
    let app = get(tx, shop, &client_id)?;
    audit::created(tx, shop, Action::AppCreated, &client_id, &app)?;
    Ok(Issued { app, secret })
}

fn secret(tx: &Tx<'_>) -> String {
    format!("kws_{}", tx.dice().base62(RANDOM))
}

/// A shop's apps, newest first.
pub fn list(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<App>> {
    tx.all(
        "select id, site_id, is_test, client_id, title, secret_hash, redirect_uris, scopes, created_at from oauth_app \
         where site_id = $1 and is_test = $2 and deleted_at is null order by id desc",
        values![shop.site_id, shop.is_test()],
        read,
    )
}

/// The app that calls itself so, if there is one.
pub fn find(tx: &mut Tx<'_>, client_id: &str) -> Result<Option<App>> {
    tx.maybe(
        "select id, site_id, is_test, client_id, title, secret_hash, redirect_uris, scopes, created_at from oauth_app \
         where client_id = $1 and deleted_at is null",
        values![client_id],
        read,
    )
}

/// The shop's app that calls itself so, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, client_id: &str) -> Result<App> {
    find(tx, client_id)?.filter(|app| app.shop == shop).ok_or_else(|| {
        Error::not_found(format!(
            "there is no app {client_id}; `keywright oauth-app list` shows those there are"
        ))
    })
}

/// The app that signs in so: with its secret, or with none if it is a public one.
pub fn authenticate(tx: &mut Tx<'_>, client_id: &str, secret: Option<&str>) -> Result<Option<App>> {
    let Some(app) = find(tx, client_id)? else { return Ok(None) };
    let stored = tx.one("select secret_hash from oauth_app where id = $1", values![app.id], |row| {
        row.get::<Option<String>>(0)
    })?;
    let is_it = match (stored, secret) {
        (Some(stored), Some(secret)) => {
            seal::same(stored.as_bytes(), seal::hash(secret.as_bytes()).as_bytes())
        }
        (None, None) => true,
        _ => false,
    };
    Ok(is_it.then_some(app))
}

/// Gives an app a new secret; the old one ends at once, tokens go on.
pub fn rotate_secret(tx: &mut Tx<'_>, shop: Shop, client_id: &str) -> Result<Issued> {
    let app = get(tx, shop, client_id)?;
    if app.is_public {
        return Err(Error::refused(format!("{client_id} is a public app, which has no secret")));
    }
    let secret = secret(tx);
    let hash = seal::hash(secret.as_bytes());
    tx.exec("update oauth_app set secret_hash = $2 where id = $1", values![app.id, &hash])?;
    audit::created(tx, shop, Action::AppSecretRotated, client_id, &json!({}))?;
    Ok(Issued { app, secret: Some(secret) })
}

/// Takes an app out: all that people let it do ends.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, client_id: &str) -> Result<App> {
    let (app, now) = (get(tx, shop, client_id)?, tx.now());
    tx.exec("update oauth_app set deleted_at = $2 where id = $1", values![app.id, now])?;
    oauth_grant::end_of_app(tx, app.id, "app_deleted")?;
    audit::ended(tx, shop, Action::AppDeleted, client_id, &app)?;
    Ok(app)
}

fn read(row: &Row<'_>) -> Result<App> {
    Ok(App {
        id: row.get(0)?,
        shop: Shop::of(row.get(1)?, row.get(2)?),
        client_id: row.get(3)?,
        title: row.get(4)?,
        is_public: row.get::<Option<String>>(5)?.is_none(),
        redirect_uris: row.get::<String>(6)?.lines().map(str::to_owned).collect(),
        scopes: scope::parse(&row.get::<String>(7)?)?,
        created_at: row.get(8)?,
    })
}

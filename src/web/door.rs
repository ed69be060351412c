//! The door: who is signed in, and how somebody who runs the shop comes in.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::attempts::Attempts;
use super::client_address;
use super::cookies::{Cookies, FORM, MODE, SESSION, SameSite};
use super::form;
use super::limiter::Limiter;
use super::passwords::Passwords;
use crate::app::App;
use crate::base::actor::{Actor, ActorKind};
use crate::base::dice::Dice;
use crate::base::error::Result;
use crate::base::password;
use crate::base::text::{fold, hex};
use crate::domain::known_address;
use crate::domain::person::{self, Person};
use crate::domain::second_factor::{self, Outcome};
use crate::domain::session::{self, Session};
use crate::domain::sign_in::RANDOM;
use crate::store::Tx;

/// Attempts to sign in a minute and address, whoever as.
pub const RATE: u32 = 30;
/// Letters with codes asked for a minute and address.
pub const LETTERS: u32 = 10;
/// Orders placed in the shop a minute and address.
pub const ORDERS: u32 = 20;
/// Reviews sent in the shop a minute and address.
pub const REVIEWS: u32 = 10;
/// Questions asked in the shop, and what is said to them, a minute and address.
pub const QUESTIONS: u32 = 10;

/// What this process remembers of those who want to come in.
#[derive(Debug)]
pub struct Door {
    passwords: Passwords,
    attempts: Attempts,
    addresses: Limiter,
    letters: Limiter,
    orders: Limiter,
    reviews: Limiter,
    questions: Limiter,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            passwords: Passwords::default(),
            attempts: Attempts::default(),
            addresses: Limiter::new(RATE),
            letters: Limiter::new(LETTERS),
            orders: Limiter::new(ORDERS),
            reviews: Limiter::new(REVIEWS),
            questions: Limiter::new(QUESTIONS),
        }
    }
}

/// How an attempt to come in ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Entry {
    /// Signed in: what the cookie is to hold.
    In(String),
    /// The password was right, and a code is awaited: what the browser is to hold meanwhile.
    Code(String),
    /// Address, password or code are wrong.
    No,
    /// Not looked at: too many attempts; the next in so many seconds.
    Wait(u64),
    /// It took too long, or too many codes were wrong: to be begun anew.
    Over,
}

/// What was found of a password.
pub enum Look {
    /// It is theirs, and this its hash.
    Right(Box<Person>, String),
    /// Address or password are wrong, or they may not come in.
    Wrong,
    /// Not looked at: too many attempts; the next in so many seconds.
    Wait(u64),
}

impl Door {
    /// Looks at the password of somebody who runs a site. At an address known to be theirs nothing counts but what is tried there for
    /// them, and they are not sent away because others wait.
    pub async fn look(
        &self,
        app: &App,
        site_id: i64,
        email: &str,
        secret: &str,
        from: IpAddr,
    ) -> Result<Look> {
        let (account, now) = (format!("{site_id} {}", fold(email)), instant(app));
        let mut may = self.addresses.take(from, now);
        if may.is_err() && is_known(app, site_id, email, from).await? {
            may = Ok(());
        }
        if let Err(seconds) = may.and_then(|()| self.attempts.take(&account, from, now)) {
            return Ok(Look::Wait(seconds));
        }
        let place = match self.passwords.place(false) {
            Err(_) if is_known(app, site_id, email, from).await? => self.passwords.place(true)?,
            place => place?,
        };
        let asked = email.to_owned();
        let found = app.store.read(move |tx| person::with_hash(tx, site_id, &asked)).await?;
        // Nobody's password takes as long, so that the time does not tell who there is.
        let hash = found.as_ref().map_or(password::NOBODYS, |(_, hash)| hash).to_owned();
        let is_it = self.passwords.is(place, secret.to_owned(), hash.clone()).await?;
        let Some((person, _)) = found.filter(|(person, _)| is_it && person.disabled_at.is_none()) else {
            return Ok(Look::Wrong);
        };
        self.attempts.succeeded(&account, from);
        Ok(Look::Right(Box::new(person), hash))
    }

    /// Signs in somebody who runs a site, with their address and password; who has a second factor is asked for it next.
    pub async fn enter(
        &self,
        app: &App,
        site_id: i64,
        email: &str,
        secret: &str,
        from: IpAddr,
    ) -> Result<Entry> {
        let (person, hash) = match self.look(app, site_id, email, secret, from).await? {
            Look::Right(person, hash) => (person, hash),
            Look::Wrong => return Ok(Entry::No),
            Look::Wait(seconds) => return Ok(Entry::Wait(seconds)),
        };
        let actor = actor(ActorKind::Person, person.id.to_string(), from);
        // They may have been locked out, or the password changed, while it was looked at.
        let enter = move |tx: &mut Tx<'_>| {
            if !person::is_still(tx, person.id, &hash)? {
                return Ok(Entry::No);
            }
            tx.act_for(&actor);
            // As it stands now: it may have been switched on meanwhile.
            match person::get(tx, person.id)?.totp_at {
                Some(_) => second_factor::begin(tx, person.id).map(Entry::Code),
                None => person::sign_in(tx, &person).map(Entry::In),
            }
        };
        app.store.write("sign in", enter).await
    }

    /// Signs in somebody whose password was right, by their code; `begun` is what their browser holds.
    pub async fn enter_code(&self, app: &App, begun: &str, code: &str, from: IpAddr) -> Result<Entry> {
        let asked = begun.to_owned();
        let whose = app.store.read(move |tx| second_factor::whose(tx, &asked)).await?;
        let Some(person) = whose else { return Ok(Entry::Over) };
        if let Err(seconds) = self.try_code(app, person.id, from) {
            return Ok(Entry::Wait(seconds));
        }
        let actor = actor(ActorKind::Person, person.id.to_string(), from);
        let (begun, code, master) = (begun.to_owned(), code.to_owned(), app.master.clone());
        let enter = move |tx: &mut Tx<'_>| {
            tx.act_for(&actor);
            second_factor::enter(tx, &begun, &code, &master)
        };
        let outcome = app.store.write("sign in by code", enter).await?;
        Ok(match outcome {
            Outcome::In(session) => {
                self.code_was_right(person.id, from);
                Entry::In(session)
            }
            Outcome::Wrong => Entry::No,
            Outcome::Over => Entry::Over,
        })
    }

    /// Whether one more code of somebody's may be tried from there; otherwise in how many seconds.
    pub fn try_code(&self, app: &App, person_id: i64, from: IpAddr) -> std::result::Result<(), u64> {
        self.attempts.take(&format!("code {person_id}"), from, instant(app))
    }

    /// Forgets the codes that somebody tried who has sent the right one.
    pub fn code_was_right(&self, person_id: i64, from: IpAddr) {
        self.attempts.succeeded(&format!("code {person_id}"), from);
    }

    /// The hash of somebody's new password, if it is fit to be one.
    pub async fn hash(&self, secret: &str) -> Result<String> {
        self.passwords.hash(secret.to_owned()).await
    }

    /// Whether one more letter may be asked for from there; otherwise in how many seconds.
    pub fn letter(&self, app: &App, from: IpAddr) -> std::result::Result<(), u64> {
        self.letters.take(from, instant(app))
    }

    /// Whether one more order may be placed from there; otherwise in how many seconds.
    pub fn order(&self, app: &App, from: IpAddr) -> std::result::Result<(), u64> {
        self.orders.take(from, instant(app))
    }

    /// Whether one more review may be sent from there; otherwise in how many seconds.
    pub fn review(&self, app: &App, from: IpAddr) -> std::result::Result<(), u64> {
        self.reviews.take(from, instant(app))
    }

    /// Whether one more question may be asked from there; otherwise in how many seconds.
    pub fn question(&self, app: &App, from: IpAddr) -> std::result::Result<(), u64> {
        self.questions.take(from, instant(app))
    }
}

/// Now, by the monotonic clock, in nanoseconds.
fn instant(app: &App) -> u64 {
    u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Whether the person with this address, if there is one, has lately signed in from there.
async fn is_known(app: &App, site_id: i64, email: &str, from: IpAddr) -> Result<bool> {
    let email = email.to_owned();
    let look = move |tx: &mut Tx<'_>| match person::with_hash(tx, site_id, &email)? {
        Some((person, _)) => known_address::is_known(tx, person.id, from),
        None => Ok(false),
    };
    app.store.read(look).await
}

/// Who does something on our pages, from where.
pub fn actor(kind: ActorKind, name: String, from: IpAddr) -> Arc<Actor> {
    Arc::new(Actor { kind, name, address: Some(from), request: None })
}

/// Where a request comes from.
pub fn address(req: &HttpRequest, app: &App) -> IpAddr {
    client_address::of(req, &app.config.trusted_proxies)
}

/// Who is signed in, with what their cookie holds.
pub async fn session(req: &HttpRequest, app: &Data<App>) -> Result<Option<(Session, String)>> {
    let Some(token) = Cookies::of(&app.config.public_url).read(req, SESSION) else { return Ok(None) };
    let asked = token.clone();
    let (found, now) = app.store.read(move |tx| Ok((session::find(tx, &asked)?, tx.now()))).await?;
    let Some(session) = found else { return Ok(None) };
    if session.is_news(now) {
        let id = session.id;
        if let Err(e) = app.store.write("session seen", move |tx| session::seen(tx, id)).await {
            tracing::warn!(error = %e, "that somebody was seen is not noted");
        }
    }
    Ok(Some((session, token)))
}

/// What the forms of somebody hold who is not signed in, and the cookie they are bound to, if it is new.
pub fn form_token(req: &HttpRequest, app: &App) -> (String, Option<String>) {
    let (value, new) = form_cookie(req, app);
    (form::token(&value, &app.master), new)
}

/// What the forms of somebody are bound to who is not signed in, and the cookie that says it, if it is new.
pub fn form_cookie(req: &HttpRequest, app: &App) -> (String, Option<String>) {
    let cookies = Cookies::of(&app.config.public_url);
    let known = cookies.read(req, FORM);
    let value = known.clone().unwrap_or_else(|| Dice::System.base62(RANDOM));
    let new = known.is_none().then(|| cookies.set(FORM, &value, SameSite::Strict));
    (value, new)
}

/// Whether somebody who runs the shop has let this browser into test mode.
pub fn is_testing(req: &HttpRequest, app: &App) -> bool {
    Cookies::of(&app.config.public_url).read(req, MODE).is_some_and(|pass| pass == test_pass(app))
}

/// What the cookie of a browser holds that is let into test mode: nobody else can say so.
pub fn test_pass(app: &App) -> String {
    hex(&app.master.mac("test mode", b"")[..16])
}

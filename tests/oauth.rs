//! OAuth 2.0 over HTTP, on both engines: somebody with a browser, an app, and the API behind them.

mod commands;
pub mod customers;
mod ends;
mod examples;
mod flow;
mod noted;
mod pages;
mod races;
mod redirects;
mod tokens;
mod tricks;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::LazyLock;

use keywright::base::dice::Dice;
use keywright::base::password;
use keywright::base::text;
use keywright::domain::oauth_app::{self, Draft, Issued};
use keywright::domain::person::{self, Person, Role};
use keywright::domain::scope::{self, Scope};
use keywright::domain::session::{self, Holder};
use keywright::domain::shop::{Mode, Shop as Site};
use keywright::domain::{oauth_grant, oauth_token};
use keywright::store::{Store, Tx};

use crate::support::http::{self, Answer};
use crate::support::server::Server;
use crate::support::{Engine, block_on, engines};

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";
/// Where apps of these tests live.
pub const CALLBACK: &str = "https://app.example/callback";
/// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD, &Dice::System).unwrap());

/// A server, and a store beside it for what browsers cannot do.
pub struct Shop {
    pub store: Store,
    pub server: Server,
    pub engine: Engine,
}

impl Shop {
    pub fn open(engine: Engine) -> Self {
        let server = Server::start(&engine, &[]);
        Self { store: engine.system_store(), server, engine }
    }

    /// One on each engine.
    pub fn both() -> [Self; 2] {
        engines().map(Self::open)
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> keywright::base::error::Result<T> + Send + 'static,
    ) -> T {
        block_on(self.store.write("test", f)).unwrap()
    }

    pub fn person(&self, email: &str, role: Role) -> Person {
        make_person(&self.store, email, role)
    }

    pub fn app(&self, scopes: &str) -> Issued {
        self.app_with(scopes, &[CALLBACK], false, Mode::Live)
    }

    pub fn public_app(&self, scopes: &str) -> Issued {
        self.app_with(scopes, &[CALLBACK], true, Mode::Live)
    }

    pub fn app_with(&self, scopes: &str, uris: &[&str], is_public: bool, mode: Mode) -> Issued {
        make_app(&self.store, scopes, uris, is_public, mode)
    }

    /// A browser that somebody is signed in with.
    pub fn browser_of(&self, person: &Person) -> Browser {
        let id = person.id;
        let token = self.write(move |tx| session::of_person(tx, id));
        let browser = Browser::new(self.address());
        browser.keep("keywright", &token);
        browser
    }

    /// A call of an app, as a form; with its secret by HTTP Basic, if it has one.
    pub fn call(&self, target: &str, app: &Issued, fields: &[(&str, &str)]) -> Answer {
        let mut all = fields.to_vec();
        let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
        match &app.secret {
            Some(secret) => {
                let pair = text::base64(format!("{}:{secret}", app.app.client_id).as_bytes());
                headers.push(("Authorization", format!("Basic {pair}")));
            }
            None => all.push(("client_id", &app.app.client_id)),
        }
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        http::send(self.address(), "POST", target, &headers, form(&all).as_bytes())
    }

    pub fn redeem(&self, app: &Issued, code: &str, more: &[(&str, &str)]) -> Answer {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        self.call("/oauth/token", app, &[&fields[..], more].concat())
    }

    pub fn refresh(&self, app: &Issued, token: &str) -> Answer {
        self.call("/oauth/token", app, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// Tokens after all of the way.
    pub fn tokens(&self, browser: &Browser, app: &Issued, scopes: &str) -> (String, String) {
        let code = browser.code(&ask(app, scopes, &[]));
        let answer = self.redeem(app, &code, &[]);
        assert_eq!(answer.status, 200, "{answer:?}");
        let [access, refresh] =
            ["access_token", "refresh_token"].map(|name| answer.json()[name].as_str().unwrap().to_owned());
        (access, refresh)
    }

    /// The API's answer to an access token.
    pub fn api(&self, token: &str, target: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        http::send(self.address(), "GET", target, &[("Authorization", &bearer)], b"")
    }

    pub fn count(&self, sql: &'static str) -> i64 {
        block_on(self.store.read(move |tx| tx.one(sql, &[], |row| row.get(0)))).unwrap()
    }
}

pub fn make_person(store: &Store, email: &str, role: Role) -> Person {
    let draft =
        person::Draft { email: email.to_owned(), name: String::new(), role, password_hash: HASH.clone() };
    block_on(store.write("person", move |tx| {
        let site = Site::live(tx)?.site_id;
        person::new(tx, site, &draft)
    }))
    .unwrap()
}

pub fn make_app(store: &Store, scopes: &str, uris: &[&str], is_public: bool, mode: Mode) -> Issued {
    let draft = Draft {
        title: "Ledger & <Sons>".into(),
        redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        scopes: scope::parse_of(scopes, Scope::PLATFORM).unwrap(),
        is_public,
    };
    block_on(store.write("app", move |tx| {
        let site = Site::first(tx, mode)?;
        oauth_app::new(tx, site, &draft)
    }))
    .unwrap()
}

/// An access token without a browser; with the id of its grant.
pub fn grant(store: &Store, app: &Issued, holder: &Holder, scopes: &[Scope]) -> (i64, String) {
    let (app, holder, scopes) = (app.app.clone(), holder.clone(), scopes.to_vec());
    block_on(store.write("grant", move |tx| {
        let id = oauth_grant::new(tx, &app, &holder, &scopes)?;
        Ok((id, oauth_token::issue(tx, id, &scopes, &scopes)?.access_token))
    }))
    .unwrap()
}

/// The query of an authorization request, with more parameters, or others in the place of its own.
pub fn ask(app: &Issued, scopes: &str, more: &[(&str, &str)]) -> String {
    let own = [
        ("client_id", app.app.client_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", scopes),
        ("state", "af0ifjsldkj /?&=é"),
    ];
    let kept = own.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let all: Vec<_> = kept.chain(more.iter().copied()).collect();
    form(&all)
}

pub fn form(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", encoded(name), encoded(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |text, b| match b {
        b if b.is_ascii_alphanumeric() => text + &char::from(b).to_string(),
        b => text + &format!("%{b:02X}"),
    })
}

/// The parameters in an address.
pub fn parameters(address: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(address).unwrap();
    let all: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(all.len(), url.query_pairs().count(), "a parameter is there twice: {address}");
    all
}

/// The `error` of a call.
pub fn error(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    (answer.status, answer.json()["error"].as_str().unwrap().to_owned())
}

/// What a browser does: keeps cookies and sends forms as they stand in pages.
pub struct Browser {
    address: SocketAddr,
    cookies: RefCell<BTreeMap<String, String>>,
    /// More headers, such as where it comes from.
    pub headers: Vec<(String, String)>,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, cookies: RefCell::default(), headers: Vec::new() }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn keep(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.into(), value.into());
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn get(&self, target: &str) -> Answer {
        self.send("GET", target, "")
    }

    pub fn post(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", target, &form(fields))
    }

    /// A code for what the app asks; whoever has the browser says yes.
    pub fn code(&self, query: &str) -> String {
        let page = self.get(&format!("/oauth/authorize?{query}"));
        assert_eq!(page.status, 200, "{page:?}");
        let answer = self.submit(&page, "/oauth/authorize", &[("answer", "allow")]);
        assert_eq!(answer.status, 303, "{answer:?}");
        parameters(answer.header("location").unwrap())["code"].clone()
    }

    fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let answer = http::send(self.address, method, target, &headers, body.as_bytes());
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = line.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.keep(name, value);
            }
        }
        answer
    }

    /// Sends the form of a page that leads to `action`, with what somebody typed or pressed.
    pub fn submit(&self, page: &Answer, action: &str, typed: &[(&str, &str)]) -> Answer {
        let hidden = hidden(page, action);
        let mut fields: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend(typed);
        self.post(action, &fields)
    }
}

/// The hidden fields of the form that leads to `action`.
pub fn hidden(page: &Answer, action: &str) -> Vec<(String, String)> {
    let text = page.text();
    let mark = format!("action=\"{action}\"");
    let form = text.split("<form").find(|form| form.contains(&mark));
    let form =
        form.unwrap_or_else(|| panic!("no form leads to {action}: {text}")).split("</form>").next().unwrap();
    let inputs = form.split("<input type=\"hidden\" ").skip(1);
    let value = |input: &str, name: &str| {
        plain(input.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap())
    };
    inputs.map(|input| (value(input, "name"), value(input, "value"))).collect()
}

/// Text of a page without its escapes.
pub fn plain(text: &str) -> String {
    let escapes = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    escapes.iter().fold(text.to_owned(), |text, (escape, c)| text.replace(escape, c))
}

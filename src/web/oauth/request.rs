//! What an app asks for when it sends somebody here (RFC 6749 4.1.1). Nobody is ever sent to an address that the app has not registered.

use actix_web::web::Data;

use crate::app::App;
use crate::base::error::Error;
use crate::domain::scope::{self, Scope};
use crate::domain::{oauth_app, oauth_code, redirect_uri};
use crate::web::form::Form;

/// The longest `state`, in bytes.
const STATE: usize = 2_048;
/// What a request may hold; all else is let pass and left out (RFC 6749 3.1).
const KNOWN: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
];

/// A request that is in order.
pub struct Request {
    /// Who asks.
    pub app: oauth_app::App,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What it wants to do.
    pub scopes: Vec<Scope>,
    /// PKCE's challenge, by S256.
    pub challenge: Option<String>,
    state: Option<String>,
    /// The request again, as a query.
    pub query: String,
}

/// A request that is not.
pub enum Bad {
    /// Nobody may be sent anywhere: a page says why.
    Page(&'static str),
    /// The app is told, at this address.
    Back(String),
    /// What went wrong.
    Domain(Error),
}

impl From<Error> for Bad {
    fn from(e: Error) -> Self {
        Self::Domain(e)
    }
}

/// Reads a request.
pub async fn read(app: &Data<App>, query: &str) -> Result<Request, Bad> {
    let form = Form::read(query).ok_or(Bad::Page("The address is not UTF-8, or holds the character NUL."))?;
    let given_twice = |name: &str| form.twice.iter().any(|twice| twice == name);
    if given_twice("client_id") || given_twice("redirect_uri") {
        return Err(Bad::Page("The app names itself, or where to send you back to, twice."));
    }
    let client_id = form.given("client_id").ok_or(Bad::Page("The app does not say which it is."))?.to_owned();
    let found = app.store.read(move |tx| oauth_app::find(tx, &client_id)).await?;
    let client = found.ok_or(Bad::Page("This app is not known here, or was taken out."))?;
    let redirect_uri = form.given("redirect_uri").filter(|uri| client.leads_to(uri));
    let redirect_uri = redirect_uri
        .ok_or(Bad::Page("The app wants you to be sent to an address that is not registered for it."))?
        .to_owned();
    let state = form.given("state").filter(|_| !given_twice("state")).map(str::to_owned);
    match settle(&form, &client) {
        Ok((scopes, challenge)) => {
            let query = again(&form);
            Ok(Request { app: client, redirect_uri, scopes, challenge, state, query })
        }
        Err((code, why)) => {
            let answer = [("error", code), ("error_description", why)];
            Err(Bad::Back(answered(&redirect_uri, &answer, state.as_deref(), &app.config.public_url)))
        }
    }
}

/// An error in the words of RFC 6749 4.1.2.1, and why.
type Wrong = (&'static str, &'static str);

fn settle(form: &Form, client: &oauth_app::App) -> Result<(Vec<Scope>, Option<String>), Wrong> {
    if form.twice.iter().any(|name| KNOWN.contains(&name.as_str())) {
        return Err(("invalid_request", "a parameter is given twice"));
    }
    match form.given("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type is code")),
        None => return Err(("invalid_request", "response_type is missing")),
    }
    if form.given("response_mode").is_some_and(|mode| mode != "query") {
        return Err(("invalid_request", "response_mode is query"));
    }
    if form.get("state").is_some_and(|state| state.len() > STATE) {
        return Err(("invalid_request", "state is longer than 2,048 bytes"));
    }
    let challenge = challenge(form, client.is_public)?;
    let words = form.given("scope").ok_or(("invalid_scope", "scope is missing"))?;
    let scopes = scope::parse(words).ok().filter(|_| words.trim() != "all");
    let scopes = scopes.ok_or(("invalid_scope", "scope has a word in it that is no scope"))?;
    if !scopes.iter().all(|scope| client.scopes.contains(scope)) {
        return Err(("invalid_scope", "the app is not registered for all of these scopes"));
    }
    Ok((scopes, challenge))
}

fn challenge(form: &Form, is_public: bool) -> Result<Option<String>, Wrong> {
    let wrong = |why| Err(("invalid_request", why));
    match (form.given("code_challenge"), form.given("code_challenge_method")) {
        (None, None) if is_public => wrong("a public app must send a code_challenge"),
        (None, None) => Ok(None),
        (None, Some(_)) => wrong("code_challenge is missing"),
        (Some(challenge), Some("S256")) if oauth_code::is_challenge(challenge) => {
            Ok(Some(challenge.to_owned()))
        }
        (Some(_), Some("S256")) => wrong("code_challenge is no SHA-256 in Base64 for URLs"),
        // Without a method it would be plain, which hides nothing.
        (Some(_), _) => wrong("code_challenge_method is S256"),
    }
}

/// The request, to be made again after somebody has signed in.
fn again(form: &Form) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in KNOWN {
        if let Some(value) = form.given(name) {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// The address of an answer, with `state` as it came and who answers (RFC 9207).
fn answered(uri: &str, answer: &[(&str, &str)], state: Option<&str>, issuer: &str) -> String {
    let mut all = answer.to_vec();
    all.extend(state.map(|state| ("state", state)));
    all.push(("iss", issuer));
    redirect_uri::with(uri, &all)
}

impl Request {
    /// The address of an answer.
    pub fn answered(&self, answer: &[(&str, &str)], issuer: &str) -> String {
        answered(&self.redirect_uri, answer, self.state.as_deref(), issuer)
    }
}

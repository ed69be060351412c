//! How apps come to tokens; the pages that people see on the way there are not told of.

use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::ParameterIn;

use super::calls::{Calls, JSON, Told, note};
use super::scalars::{Fields, Text, Url};

/// What an app sends for tokens.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(examples(json!({"grant_type": "refresh_token", "client_id": "kwapp_2f6gT9", "refresh_token": "kwr_9dK2"})))]
pub enum TokenRequest {
    /// The code that the app was sent.
    Code(CodeRequest),
    /// The refresh token of the answer before.
    Refresh(RefreshRequest),
}

/// A code for tokens.
#[derive(ToSchema)]
#[schema(examples(json!({"grant_type": "authorization_code", "client_id": "kwapp_2f6gT9", "code": "kwc_7Hs1",
    "redirect_uri": "https://app.example.com/back", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"})))]
pub struct CodeRequest {
    /// Which exchange it is.
    pub grant_type: CodeGrant,
    /// The code: good for a minute, and once.
    pub code: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// Where there was a challenge: what it is the SHA-256 of.
    pub code_verifier: Option<String>,
    /// The app, unless it signs in by HTTP Basic.
    pub client_id: Option<String>,
    /// Its secret, unless it signs in by HTTP Basic or is public.
    pub client_secret: Option<String>,
}

/// A refresh token for new tokens.
#[derive(ToSchema)]
#[schema(examples(json!({"grant_type": "refresh_token", "client_id": "kwapp_2f6gT9", "refresh_token": "kwr_9dK2"})))]
pub struct RefreshRequest {
    /// Which exchange it is.
    pub grant_type: RefreshGrant,
    /// The token: exchanged once; for ten seconds the same answer is given again.
    pub refresh_token: String,
    /// Fewer scopes than were given.
    pub scope: Option<String>,
    /// The app, unless it signs in by HTTP Basic.
    pub client_id: Option<String>,
    /// Its secret, unless it signs in by HTTP Basic or is public.
    pub client_secret: Option<String>,
}

/// A code is exchanged.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeGrant {
    /// A code is exchanged.
    AuthorizationCode,
}

/// A refresh token is exchanged.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefreshGrant {
    /// A refresh token is exchanged.
    RefreshToken,
}

/// A token that the app gives back.
#[derive(ToSchema)]
#[schema(examples(json!({"client_id": "kwapp_2f6gT9", "token": "kwr_9dK2"})))]
pub struct RevokeRequest {
    /// Of either kind; a refresh token ends the whole grant.
    pub token: String,
    /// The app, unless it signs in by HTTP Basic.
    pub client_id: Option<String>,
    /// Its secret, unless it signs in by HTTP Basic or is public.
    pub client_secret: Option<String>,
}

/// Tokens.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"access_token": "kwa_5Xy3", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "kwr_9dK2",
    "scope": "read:products read:orders"})))]
pub struct Tokens {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds that it is good for.
    pub expires_in: i64,
    /// For the next ones.
    pub refresh_token: String,
    /// What was given, with spaces between.
    pub scope: String,
}

/// Why an app gets nothing (RFC 6749, 5.2).
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"error": "invalid_grant", "error_description": "this code is not good, or not any more"})))]
pub struct OauthError {
    /// In a word for programs.
    pub error: OauthCode,
    /// A sentence for people.
    pub error_description: String,
}

/// The words of [`OauthError`].
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OauthCode {
    /// A parameter is missing, given twice or malformed.
    InvalidRequest,
    /// The app is not known, or did not sign in as it must.
    InvalidClient,
    /// What it wants to exchange is not good.
    InvalidGrant,
    /// A scope is none, or not one of the app's.
    InvalidScope,
    /// There is no such exchange.
    UnsupportedGrantType,
    /// Send it again in a moment.
    TemporarilyUnavailable,
    /// The server's fault.
    ServerError,
}

fn may_fail(told: &mut Told) {
    for (status, about) in [
        (400, "What was sent is wrong, or not good any more."),
        (401, "The app is not known, or did not sign in as it must."),
        (500, "Our fault."),
        (503, "Not now: send it again."),
        (507, "The disk is full."),
    ] {
        told.answers::<OauthError>(status, about);
    }
}

fn token(told: &mut Told) {
    let body = note::<TokenRequest>(&mut told.sent);
    told.about("An app signs in by HTTP Basic or by `client_secret`; a public one by `client_id` alone.")
        .takes_as("application/x-www-form-urlencoded", true, body.clone())
        .takes_as(JSON, true, body)
        .answers::<Tokens>(200, "The tokens.");
    may_fail(told);
}

fn authorize(told: &mut Told) {
    told.about(
        "A browser is sent here. Whoever is signed in sees what the app wants to do, in words; yes or no is sent back to `redirect_uri` \
         as `code` or `error`, with `state` and `iss`.",
    );
    let mut takes = |required, name, about| {
        told.parameter::<Text>(ParameterIn::Query, required, name, about);
    };
    takes(Required::True, "response_type", "`code`");
    takes(Required::True, "client_id", "The app.");
    takes(Required::True, "redirect_uri", "An address that is registered for the app.");
    takes(Required::True, "scope", "What it wants to do, with commas or spaces between.");
    takes(Required::False, "state", "Comes back as it is.");
    takes(
        Required::False,
        "code_challenge",
        "The SHA-256 of the verifier in Base64 for URLs; a public app must send it.",
    );
    takes(Required::False, "code_challenge_method", "`S256`");
    told.says(303, "Back to the app, with `error`.").with::<Url>("Location", "The app's address.").gives(
        200,
        "text/html",
        "The question, or the sign-in page before it.",
    );
    pages_fail(told);
}

/// The answer to the question.
#[derive(ToSchema)]
#[schema(examples(json!({"request": "response_type=code&client_id=kwapp_2f6gT9", "token": "…", "answer": "allow"})))]
pub struct Decision {
    /// What the app asked for, as the page holds it.
    pub request: String,
    /// What shows that the form is ours, as the page holds it.
    pub token: String,
    /// Yes or no.
    pub answer: Yes,
}

/// Yes or no.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Yes {
    /// The app is let in.
    Allow,
    /// It is not.
    Deny,
}

fn decide(told: &mut Told) {
    let body = note::<Decision>(&mut told.sent);
    told.about("The page's own form, with the cookie of whoever is signed in.")
        .takes_as("application/x-www-form-urlencoded", true, body)
        .says(303, "Back to the app, with `code` or `error`.")
        .with::<Url>("Location", "The app's address.")
        .gives(200, "text/html", "Somebody must sign in first.");
    pages_fail(told);
}

fn pages_fail(told: &mut Told) {
    for (status, about) in [
        (400, "The app or its address is not known: nobody is sent anywhere."),
        (403, "The form is not ours, or too old."),
        (500, "Our fault."),
        (503, "Not now."),
        (507, "The disk is full."),
    ] {
        told.gives(status, "text/html", about);
    }
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("OAuth", "How people let somebody else's program into the shop.");
    authorize(on.get("/oauth/authorize", "Ask to be let in"));
    decide(on.post("/oauth/authorize", "Answer the question"));
    token(on.post("/oauth/token", "Exchange for tokens"));
    token(on.post("/v1/oauth/token", "Exchange for tokens, below /v1"));
    let revoke = on.post("/oauth/revoke", "Revoke a token");
    let body = note::<RevokeRequest>(&mut revoke.sent);
    revoke
        .about("Answers the same where there was none.")
        .takes_as("application/x-www-form-urlencoded", true, body.clone())
        .takes_as(JSON, true, body)
        .says(200, "It is good for nothing any more.");
    may_fail(revoke);
    on.get("/.well-known/oauth-authorization-server", "Show where OAuth is")
        .answers::<Fields>(200, "The metadata of RFC 8414.");
}

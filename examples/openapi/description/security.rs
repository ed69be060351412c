//! Who calls: an API key or an app's token, and the signature that may come with a key.

use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, AuthorizationCode, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme,
};

use keywright::base::words::Words;
use keywright::domain::scope::Scope;

const SIGNATURE: &str = "`t=<unix>,sha256=<hex>`: HMAC-SHA256 of `<t>.<body>` under the key's signing secret; or `t=<unix>,n=<nonce>,v2=<hex>`: \
    of `<t>.<n>.<METHOD>.<path and query>.<body>`. Within 300 seconds; on a change, a signature counts once. A key may demand one.";

/// The ways to say who calls, by name.
pub fn schemes(public_url: &str) -> [(&'static str, SecurityScheme); 3] {
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("sk_live_… or sk_test_…")
        .description(Some(
            "An API key, made by `keywright api-key create`. One of test mode sees and makes test rows only.",
        ));
    let scopes = Scope::TOLD.iter().map(|(word, about)| (*word, about.trim())).collect::<Scopes>();
    let code = AuthorizationCode::new(
        format!("{public_url}/oauth/authorize"),
        format!("{public_url}/oauth/token"),
        scopes,
    );
    let app = OAuth2::with_description(
        [Flow::AuthorizationCode(code)],
        "An app acts for a person who let it, with the permissions they saw. PKCE (S256) is for every app.",
    );
    let signature = ApiKeyValue::with_description("X-Signature", SIGNATURE);
    [
        ("api_key", SecurityScheme::Http(key.build())),
        ("oauth2", SecurityScheme::OAuth2(app)),
        ("signature", SecurityScheme::ApiKey(ApiKey::Header(signature))),
    ]
}

//! `GET /.well-known/oauth-authorization-server` (RFC 8414): where everything is, for libraries that set themselves up. A public address
//! with a path has it behind (3.1).

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::app::App;
use crate::domain::scope::Scope;
use crate::web::page;

/// Answers with all there is.
pub async fn metadata(req: HttpRequest, app: Data<App>) -> HttpResponse {
    let base = &app.config.public_url;
    let path = req.match_info().get("path").unwrap_or_default();
    if !path.is_empty() && path != page::base(base).trim_start_matches('/') {
        return HttpResponse::NotFound().insert_header((header::CACHE_CONTROL, "no-store")).finish();
    }
    let at = |path: &str| format!("{base}/oauth/{path}");
    let ways = ["client_secret_basic", "client_secret_post", "none"];
    let body = json!({
        "issuer": base,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "token_endpoint_auth_methods_supported": ways,
        "revocation_endpoint": at("revoke"),
        "revocation_endpoint_auth_methods_supported": ways,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": Scope::PLATFORM,
        "authorization_response_iss_parameter_supported": true,
    });
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(body.to_string())
}

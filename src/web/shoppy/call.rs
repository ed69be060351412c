//! The way of a request: who calls, how often, with what right. Then its handler, which translates; the domain decides inside the transaction.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::fault::Fault;
use super::rates::Shared;
pub use super::reply::Reply;
use super::{Route, Version, body, reply, routes_at};
use crate::app::App;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::domain::carried::Source;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::access_log::Credential;
use crate::web::fields::Fields;
use crate::web::query::Query;
use crate::web::{bearer, edge, parts, refusal, request_log};

/// The longest body, in bytes.
const BODY: usize = 1_024 * 1_024;

/// A call that was let in.
pub struct Call {
    /// What every request is given.
    pub app: Data<App>,
    /// The shop that it is about.
    pub shop: Shop,
    /// In whose shapes it is answered.
    pub version: Version,
    scopes: Vec<Scope>,
    actor: Arc<Actor>,
    /// Parts of the path that are ids, in order.
    parts: Vec<String>,
    query: String,
    body: Vec<u8>,
}

/// Answers a request to `path` of a version, or to none that there is.
pub async fn serve(
    (version, path): (Version, Option<&'static str>),
    req: HttpRequest,
    mut payload: Payload,
    app: Data<App>,
    shared: Data<Shared>,
) -> HttpResponse {
    let mut noted = request_log::begin(&app, path.unwrap_or("/shoppy"));
    // First of all and whatever the answer: a body left unread costs its sender the connection.
    let body = edge::body(&mut payload, BODY).await;
    let outcome = answer((version, path), &req, body, &app, &shared).await;
    if let Err(Fault::Domain(e)) = &outcome {
        refusal::log(&req, "shoppy", path.unwrap_or_default(), e);
    }
    if let (Some(noted), Err(fault)) = (&mut noted, &outcome) {
        noted.came(Some(fault.words().0.as_str().to_owned()));
    }
    let response = reply::respond(&req, &outcome);
    if let Some(noted) = noted {
        noted.end(&app, &req, &response);
    }
    response
}

async fn answer(
    (version, path): (Version, Option<&'static str>),
    req: &HttpRequest,
    body: std::result::Result<Vec<u8>, edge::NoBody>,
    app: &Data<App>,
    shared: &Data<Shared>,
) -> std::result::Result<Reply, Fault> {
    if !edge::head_fits(req, req.uri()) {
        return Err(Fault::Wrong("the URL is longer than 8 KiB, or the request's head than 32 KiB".into()));
    }
    let body = body.map_err(|e| match e {
        edge::NoBody::TooLong => Fault::TooLarge,
        edge::NoBody::Broken => Fault::Wrong("the body broke off, or was silent for too long".into()),
    })?;
    if !takes_json(req.headers()) {
        return Err(Fault::NotAcceptable);
    }
    let token = token(req.headers()).ok_or(Fault::Unauthorized("send an API key: Authorization: <key>"))?;
    let found = bearer::foreign(req, app, Source::Shoppy, token).await?;
    let caller = found.caller;
    request_log::know(app, req, &caller);
    if app.config.access_log {
        req.extensions_mut().insert(Credential(caller.actor.name.clone()));
    }
    let now = u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    if let Some(seconds) = shared.take(caller.credential, &app.config, now) {
        return Err(Fault::TooMany(seconds));
    }
    let route = path.ok_or(Fault::NotFound).and_then(|path| route(version, path, req.method()))?;
    if !route.scope.is_within(&caller.scopes) {
        return Err(Fault::Scope(route.scope));
    }
    let call = Call {
        app: app.clone(),
        shop: caller.shop,
        version,
        scopes: caller.scopes,
        actor: caller.actor,
        parts: req.match_info().iter().map(|(_, part)| part.to_owned()).collect(),
        query: req.query_string().to_owned(),
        body: parts::plain(req.headers(), body).await?,
    };
    (route.handle)(call).await
}

/// The key, by itself or as a bearer token.
fn token(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let bare = match text.split_once(' ') {
        Some((kind, token)) if kind.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => text,
    };
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// Whether the caller takes JSON: who says nothing takes all there is.
fn takes_json(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).peekable();
    if said.peek().is_none() {
        return true;
    }
    said.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").unwrap_or("1");
            !weight.is_empty() && weight.bytes().all(|b| matches!(b, b'0' | b'.'))
        });
        let is_json = kind.is_empty() || kind == "*/*" || kind == "application/*" || kind.contains("json");
        is_json && !is_refused
    })
}

fn route(version: Version, path: &str, method: &Method) -> std::result::Result<&'static Route, Fault> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let allowed = || routes_at(version, path).map(|route| route.method).collect::<Vec<_>>().join(", ");
    routes_at(version, path).find(|route| route.method == method).ok_or_else(|| Fault::Method(allowed()))
}

impl Call {
    /// The path's `n`th id, as it was sent.
    pub fn part(&self, n: usize) -> &str {
        self.parts.get(n).map_or("", String::as_str)
    }

    /// Whether the caller may do this, too.
    pub fn may(&self, scope: Scope) -> bool {
        scope.is_within(&self.scopes)
    }

    /// The parameters. Those that nobody asked for do no harm.
    pub fn query(&self) -> std::result::Result<Query, Fault> {
        Ok(Query::parse(&self.query)?)
    }

    /// The body's fields: JSON whatever it calls itself, or else a form. Those that nobody asked for do no harm.
    pub fn fields(&self) -> std::result::Result<Fields, Fault> {
        Ok(body::fields(&self.body)?)
    }

    /// Reads in one snapshot.
    pub async fn read<F>(&self, f: F) -> std::result::Result<Reply, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Reply> + Send + 'static,
    {
        Ok(self.app.store.read(f).await?)
    }

    /// Changes.
    pub async fn write<F>(&self, name: &'static str, mut f: F) -> std::result::Result<Reply, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Reply> + Send + 'static,
    {
        let actor = self.actor.clone();
        let change = move |tx: &mut Tx<'_>| {
            tx.act_for(&actor);
            f(tx)
        };
        Ok(self.app.store.write(name, change).await?)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn only_who_refuses_json_is_refused() {
        let takes = |value| takes_json(&headers(header::ACCEPT, value));
        assert!(takes_json(&HeaderMap::new()));
        for fine in [
            "*/*",
            "application/json",
            "text/html, */*;q=0.1",
            "application/*",
            "",
            "application/vnd.api+json",
        ] {
            assert!(takes(fine), "{fine}");
        }
        for bad in ["text/html", "application/xml, image/png", "application/json;q=0", "*/*;q=0.000"] {
            assert!(!takes(bad), "{bad}");
        }
    }

    #[test]
    fn a_key_comes_by_itself_or_as_a_bearer_token() {
        let told = |value| token(&headers(header::AUTHORIZATION, value));
        assert_eq!(told("abc"), Some("abc".to_owned()));
        assert_eq!(told(" Bearer  abc "), Some("abc".to_owned()));
        assert_eq!(told(""), None);
    }
}

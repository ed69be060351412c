//! The way of a request: who calls, how often, with what right. Then its handler, which translates; the domain decides inside the
//! transaction.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::fault::Fault;
use super::reply::{self, Reply};
use super::{Route, body, routes_at};
use crate::app::App;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::domain::caller::Credential as By;
use crate::domain::carried::Source;
use crate::domain::plan::Allowance;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::access_log::Credential;
use crate::web::fields::Fields;
use crate::web::query::Query;
use crate::web::rates::Rates;
use crate::web::{bearer, edge, parts, refusal, request_log};

/// The longest body, in bytes.
const BODY: usize = 1_024 * 1_024;
/// Where a key stands: a header, or a parameter.
const KEY: &str = "x-api-key";

/// How often each key has called lately.
#[derive(Default)]
pub struct Shared(Rates<By>);

/// A call that was let in.
pub struct Call {
    /// What every request is given.
    pub app: Data<App>,
    /// The shop that it is about.
    pub shop: Shop,
    actor: Arc<Actor>,
    /// Parts of the path that are ids or names, in order.
    parts: Vec<String>,
    /// Without the key.
    query: String,
    body: Vec<u8>,
}

/// Answers a request to `path`, or to none that there is.
pub async fn serve(
    path: Option<&'static str>,
    req: HttpRequest,
    mut payload: Payload,
    app: Data<App>,
    shared: Data<Shared>,
) -> HttpResponse {
    let mut noted = request_log::begin(&app, path.unwrap_or("/shopkit"));
    // First of all and whatever the answer: a body left unread costs its sender the connection.
    let body = edge::body(&mut payload, BODY).await;
    let outcome = answer(path, &req, body, &app, &shared).await;
    if let Err(Fault::Domain(e)) = &outcome {
        refusal::log(&req, "shopkit", path.unwrap_or_default(), e);
    }
    if let (Some(noted), Err(fault)) = (&mut noted, &outcome) {
        noted.came(Some(fault.status().as_str().to_owned()));
    }
    let response = reply::respond(&req, &outcome);
    if let Some(noted) = noted {
        noted.end(&app, &req, &response);
    }
    response
}

async fn answer(
    path: Option<&'static str>,
    req: &HttpRequest,
    body: std::result::Result<Vec<u8>, edge::NoBody>,
    app: &Data<App>,
    shared: &Data<Shared>,
) -> std::result::Result<Reply, Fault> {
    if !edge::head_fits(req, req.uri()) {
        return Err(Fault::Wrong);
    }
    let body = body.map_err(|e| match e {
        edge::NoBody::TooLong => Fault::TooLarge,
        edge::NoBody::Broken => Fault::Wrong,
    })?;
    let (query, given) = without_key(req.query_string());
    let header = req.headers().get(KEY).map(|key| key.to_str().unwrap_or_default().trim().to_owned());
    let key =
        header.or_else(|| given.filter(|_| app.config.shopkit.key_in_query)).ok_or(Fault::Unauthorized)?;
    let caller = bearer::foreign(req, app, Source::Shopkit, key).await?.caller;
    request_log::know(app, req, &caller);
    if app.config.access_log {
        req.extensions_mut().insert(Credential(caller.actor.name.clone()));
    }
    shared.take(caller.credential, app)?;
    let route = route(path.ok_or(Fault::NotFound)?, req.method())?;
    if !route.scope.is_within(&caller.scopes) {
        return Err(Fault::Forbidden);
    }
    let parts = req.match_info().iter().map(|(_, part)| edge::decode(&part.replace('+', "%2B")));
    let call = Call {
        app: app.clone(),
        shop: caller.shop,
        actor: caller.actor,
        parts: parts.collect::<Option<_>>().ok_or(Fault::NotFound)?,
        query,
        body: parts::plain(req.headers(), body).await?,
    };
    (route.handle)(call).await
}

/// A query without the key, which nothing behind this may see, and the key if there is one.
fn without_key(query: &str) -> (String, Option<String>) {
    let is_key = |pair: &&str| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case(KEY));
    let key = query.split('&').find(is_key).and_then(|pair| edge::decode(pair.split_once('=')?.1));
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_key(pair)).collect();
    (rest.join("&"), key.filter(|key| !key.is_empty()))
}

fn route(path: &str, method: &Method) -> std::result::Result<&'static Route, Fault> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let allowed = || routes_at(path).map(|route| route.method).collect::<Vec<_>>().join(", ");
    routes_at(path).find(|route| route.method == method).ok_or_else(|| Fault::Method(allowed()))
}

impl Shared {
    /// Counts a request of a key, unless it has sent as many in an hour as it may.
    fn take(&self, by: By, app: &App) -> std::result::Result<(), Fault> {
        let hour = app.config.shopkit.hour_rate;
        if hour == 0 {
            return Ok(());
        }
        let now = u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let all_at_once = Allowance { minute: hour, hour, burst: hour };
        match self.0.take(by, all_at_once, now).wait {
            None => Ok(()),
            Some(wait) => Err(Fault::TooMany(wait.div_ceil(1_000_000_000))),
        }
    }
}

impl Call {
    /// The path's id or name.
    pub fn part(&self) -> &str {
        self.parts.first().map_or("", String::as_str)
    }

    /// The path's second id or name.
    pub fn second(&self) -> &str {
        self.parts.get(1).map_or("", String::as_str)
    }

    /// The path's id; what is no number is none.
    pub fn id(&self) -> std::result::Result<i64, Fault> {
        self.part().parse().map_err(|_| Fault::Wrong)
    }

    /// The path's id or name as it stands in an address.
    pub fn sent(&self) -> String {
        utf8_percent_encode(self.part(), NON_ALPHANUMERIC).to_string().replace("%2D", "-")
    }

    /// The query as it was sent, without the key.
    pub fn asked(&self) -> &str {
        &self.query
    }

    /// The parameters. Those that nobody asked for do no harm, and an empty one is none.
    pub fn query(&self) -> std::result::Result<Query, Fault> {
        let given: Vec<&str> = self
            .query
            .split('&')
            .filter(|pair| pair.split_once('=').is_some_and(|(_, value)| !value.is_empty()))
            .collect();
        Ok(Query::parse(&given.join("&"))?)
    }

    /// The body's fields, whatever it calls itself. Those that nobody asked for do no harm.
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
    use super::*;

    #[test]
    fn the_key_is_taken_out_of_the_query() {
        for (query, rest, key) in [
            ("", "", None),
            ("page=2&X-API-KEY=k%20y&limit=5", "page=2&limit=5", Some("k y")),
            ("x-api-key=k", "", Some("k")),
            ("X-API-KEY=", "", None),
            ("X-API-KEY=a&x-api-key=b", "", Some("a")),
            ("key=1", "key=1", None),
        ] {
            assert_eq!(without_key(query), (rest.to_owned(), key.map(str::to_owned)), "{query}");
        }
    }
}

//! The way of a request: which site, who calls, how often, with what right. Then its handler, which translates; the domain decides inside
//! the transaction.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::fault::Fault;
use super::rates::{Class, Shared};
pub use super::reply::Reply;
use super::wire::Prefix;
use super::{Route, reply, routes_at};
use crate::app::App;
use crate::base::actor::{Actor, ActorKind};
use crate::base::error::Result;
use crate::base::seal;
use crate::domain::caller::{Caller, Credential as By};
use crate::domain::shop::Shop;
use crate::domain::signature;
use crate::store::Tx;
use crate::web::access_log::Credential;
use crate::web::fields::Fields;
use crate::web::query::Query;
use crate::web::rates::Standing;
use crate::web::{bearer, client_address, edge, refusal, request_log};

/// The longest body, in bytes.
const BODY: usize = 1_024 * 1_024;

/// A call that was let in.
pub struct Call {
    /// What every request is given.
    pub app: Data<App>,
    /// The shop that it is about.
    pub shop: Shop,
    caller: Option<Caller>,
    actor: Arc<Actor>,
    /// Parts of the path that are ids, in order, without the site.
    parts: Vec<String>,
    query: String,
    body: Vec<u8>,
    /// A signature that must not have been used yet.
    mac: Option<String>,
}

/// Answers a request to `path` behind the site, or to none that there is.
pub async fn serve(
    path: Option<&'static str>,
    req: HttpRequest,
    mut payload: Payload,
    app: Data<App>,
    shared: Data<Shared>,
) -> HttpResponse {
    let mut noted = request_log::begin(&app, path.unwrap_or("/shopvo"));
    // First of all and whatever the answer: a body left unread costs its sender the connection.
    let body = edge::body(&mut payload, BODY).await;
    let mut standing = None;
    let outcome = answer(path, &req, body, &app, &shared, &mut standing).await;
    if let Err(Fault::Domain(e)) = &outcome {
        refusal::log(&req, "shopvo", path.unwrap_or_default(), e);
    }
    if let (Some(noted), Err(fault)) = (&mut noted, &outcome) {
        noted.came(Some(fault.words().0.as_str().to_owned()));
    }
    let response = reply::respond(&req, &outcome, standing);
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
    standing: &mut Option<Standing>,
) -> std::result::Result<Reply, Fault> {
    if !edge::head_fits(req, req.uri()) {
        return Err(Fault::Wrong("the URL is longer than 8 KiB, or the request's head than 32 KiB".into()));
    }
    let body = body.map_err(|e| match e {
        edge::NoBody::TooLong => Fault::TooLarge,
        edge::NoBody::Broken => Fault::Wrong("the body broke off, or was silent for too long".into()),
    })?;
    let address = client_address::of(req, &app.config.trusted_proxies);
    let class = path.and_then(|path| Class::of(path, req.query_string()));
    let now = u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let route = path.ok_or(Fault::NotFound).and_then(|path| route(path, req.method()));
    let is_open = matches!(&route, Ok(Route { scope: None, .. }));
    let mut found = None;
    if !is_open || req.headers().contains_key(header::AUTHORIZATION) {
        let let_in = bearer::caller(req, app).await?;
        if !matches!(let_in.caller.credential, By::Key(_)) {
            return Err(Fault::Unauthorized(
                "send an API key: an app's access token is for the platform API",
            ));
        }
        request_log::know(app, req, &let_in.caller);
        if app.config.access_log {
            req.extensions_mut().insert(Credential(let_in.caller.actor.name.clone()));
        }
        found = Some(let_in);
    }
    *standing = shared.take(found.as_ref().map(|found| &found.caller), address, class, &app.config, now);
    if let Some(wait) = standing.as_ref().and_then(|standing| standing.wait) {
        return Err(Fault::TooMany(wait.div_ceil(1_000_000_000)));
    }
    let mut mac = None;
    if let Some(found) = &found
        && let Some(mut signature) = found.signature(req, app, "x-shopvo-signature")?
    {
        signature.update(&body);
        let right = signature.finish().map_err(Fault::Unauthorized)?;
        let is_change = !matches!(*req.method(), Method::GET | Method::HEAD);
        // It covers no more than the body: that of one call must not keep another with the same body, in the same second, from counting.
        let covered = format!("{right} {} {}", req.method(), req.path());
        mac = is_change.then(|| seal::hash(covered.as_bytes()));
    }
    let mut parts: Vec<String> = req.match_info().iter().map(|(_, part)| part.to_owned()).collect();
    let route = route?;
    let site = parts.remove(0);
    let shop = site_of(app, &site, found.as_ref().map(|found| found.caller.shop))?;
    if let (Some(scope), Some(found)) = (route.scope, &found)
        && !scope.is_within(&found.caller.scopes)
    {
        return Err(Fault::Scope(scope));
    }
    let caller = found.map(|found| found.caller);
    let call = Call {
        app: app.clone(),
        shop,
        actor: caller.as_ref().map_or_else(|| nobody(address), |caller| caller.actor.clone()),
        caller,
        parts,
        query: req.query_string().to_owned(),
        body,
        mac,
    };
    (route.handle)(call).await
}

/// Somebody without a key, who changes nothing.
fn nobody(address: IpAddr) -> Arc<Actor> {
    Arc::new(Actor { kind: ActorKind::ApiKey, name: String::new(), address: Some(address), request: None })
}

/// The shop of a site's id: of a key its own alone (contract commerce.md, V17), and the live one where no key came.
fn site_of(app: &App, site: &str, keys: Option<Shop>) -> std::result::Result<Shop, Fault> {
    let id = Prefix::Site.read(&app.ids, site);
    match (id, keys) {
        (Some(id), Some(shop)) if shop.site_id == id => Ok(shop),
        (_, Some(_)) => {
            Err(Fault::Forbidden("this API key belongs to another site than the one in the address"))
        }
        (Some(id), None) => Ok(Shop::of(id, false)),
        (None, None) => Err(Fault::NotFound),
    }
}

fn route(path: &str, method: &Method) -> std::result::Result<&'static Route, Fault> {
    let method = match method.as_str() {
        "HEAD" => "GET",
        "PUT" => "PATCH",
        other => other,
    };
    let allowed = || routes_at(path).map(|route| route.method).collect::<Vec<_>>().join(", ");
    routes_at(path).find(|route| route.method == method).ok_or_else(|| Fault::Method(allowed()))
}

impl Call {
    /// The path's `n`th id, as it was sent.
    pub fn part(&self, n: usize) -> &str {
        self.parts.get(n).map_or("", String::as_str)
    }

    /// The row of the path's `n`th id, which is of this kind.
    pub fn id(&self, n: usize, kind: Prefix) -> std::result::Result<i64, Fault> {
        kind.read(&self.app.ids, self.part(n)).ok_or(Fault::NotFound)
    }

    /// The query as it was sent.
    pub fn asked(&self) -> &str {
        &self.query
    }

    /// The parameters. Those that nobody asked for do no harm.
    pub fn query(&self) -> std::result::Result<Query, Fault> {
        Ok(Query::parse(&self.query)?)
    }

    /// The body's fields, whatever it calls itself. Those that nobody asked for do no harm.
    pub fn fields(&self) -> std::result::Result<Fields, Fault> {
        Ok(Fields::parse(&self.body)?)
    }

    /// Reads in one snapshot.
    pub async fn read<F>(&self, f: F) -> std::result::Result<Reply, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Reply> + Send + 'static,
    {
        Ok(self.app.store.read(f).await?)
    }

    /// Changes; a signature counts once.
    pub async fn write<F>(&self, name: &'static str, mut f: F) -> std::result::Result<Reply, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Reply> + Send + 'static,
    {
        let (mac, by, actor) =
            (self.mac.clone(), self.caller.as_ref().map(|caller| caller.credential), self.actor.clone());
        let change = move |tx: &mut Tx<'_>| {
            tx.act_for(&actor);
            if let (Some(mac), Some(by)) = (&mac, by) {
                signature::claim(tx, by, mac)?;
            }
            f(tx)
        };
        Ok(self.app.store.write(name, change).await?)
    }
}

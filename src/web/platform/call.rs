//! The way of a request: who calls, how often, with what right, and once. Then its handler, which translates; the domain
//! decides inside the transaction.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::answer::{Answer, Expected};
use super::fault::Fault;
use super::paging::Page;
use super::respond::{code, respond};
use super::under_way::Guard;
use super::{Route, Shared, Theirs, repeat, routes_at};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::seal::Hasher;
use crate::domain::caller::Caller;
use crate::domain::idempotency::{self, Kept};
use crate::domain::shop::Shop;
use crate::domain::signature::{self, Pending};
use crate::domain::{licence, purchase};
use crate::store::Tx;
use crate::web::access_log::Credential;
use crate::web::fields::Fields;
use crate::web::query::Query;
use crate::web::rates::Standing;
use crate::web::streamed::Streamed;
use crate::web::{bearer, edge, refusal, request_log};

/// The longest body, in bytes.
const BODY: usize = 1_024 * 1_024;

/// A call that was let in.
pub struct Call {
    /// What every request is given.
    pub app: Data<App>,
    /// Who calls.
    pub caller: Caller,
    /// Parts of the path that are ids, in order.
    ids: Vec<String>,
    path: String,
    query: String,
    /// The head of the request.
    pub headers: HeaderMap,
    body: Vec<u8>,
    /// The body of a call that reads it as it comes.
    stream: Option<Streamed>,
    expected: Expected,
    request: Option<idempotency::Request>,
    /// A signature that must not have been used yet.
    mac: Option<String>,
    is_change: bool,
}

/// Answers a request to `pattern`.
pub async fn serve(
    pattern: &'static str,
    req: HttpRequest,
    mut payload: Payload,
    app: Data<App>,
    shared: Data<Shared>,
) -> HttpResponse {
    let (mut noted, route) = (request_log::begin(&app, pattern), route(pattern, req.method()));
    // First of all and whatever the answer: a body left unread costs its sender the connection.
    let body = match &route {
        Ok(route) if route.streams => Body::Streamed(Streamed::new(payload)),
        _ => Body::Whole(edge::body(&mut payload, BODY).await),
    };
    let stream = body.stream();
    let mut standing = None;
    let outcome = answer(route, &req, body, &app, &shared, &mut standing).await;
    if let Some(stream) = stream {
        stream.drain().await;
    }
    if let Err(Fault::Domain(e)) = &outcome {
        refusal::log(&req, "platform", pattern, e);
    }
    if let Some(noted) = &mut noted {
        noted.came(code(&outcome));
    }
    let response = respond(&req, outcome, standing);
    if let Some(noted) = noted {
        noted.end(&app, &req, &response);
    }
    response
}

/// A request's body: read, or to be read by the call.
enum Body {
    Whole(std::result::Result<Vec<u8>, edge::NoBody>),
    Streamed(Streamed),
}

impl Body {
    fn stream(&self) -> Option<Streamed> {
        match self {
            Self::Whole(_) => None,
            Self::Streamed(stream) => Some(stream.clone()),
        }
    }
}

async fn answer(
    route: std::result::Result<&'static Route, Fault>,
    req: &HttpRequest,
    body: Body,
    app: &Data<App>,
    shared: &Data<Shared>,
    standing: &mut Option<Standing>,
) -> std::result::Result<Answer, Fault> {
    if !edge::head_fits(req, req.uri()) {
        return Err(Fault::Malformed("the URL is longer than 8 KiB, or the request's head than 32 KiB"));
    }
    let stream = body.stream();
    let body = match body {
        Body::Whole(body) => body.map_err(|e| match e {
            edge::NoBody::TooLong => Fault::TooLarge(BODY as u64),
            edge::NoBody::Broken => Fault::Malformed("the body broke off, or was silent for too long"),
        })?,
        Body::Streamed(_) => Vec::new(),
    };
    let found = bearer::caller(req, app).await?;
    let caller = &found.caller;
    request_log::know(app, req, caller);
    if app.config.access_log {
        req.extensions_mut().insert(Credential(caller.actor.name.clone()));
    }
    let now = u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let stands = shared.rates.take(caller.credential, caller.plan.allowance(), now);
    *standing = Some(stands);
    if let Some(wait) = stands.wait {
        return Err(Fault::TooMany(wait.div_ceil(1_000_000_000)));
    }
    let signature = found.signature(req, app, "x-signature")?;
    let is_change = *req.method() != Method::GET && *req.method() != Method::HEAD;
    let key = if is_change { repeat::key(req)? } else { None };
    let hasher = key.is_some().then(|| repeat::hasher(req));
    let _under_way = match &key {
        Some(key) => Some(Guard::begin(shared, found.caller.credential, key).ok_or(Fault::UnderWay)?),
        None => None,
    };
    let mut call = Call {
        app: app.clone(),
        ids: req.match_info().iter().map(|(_, part)| part.to_owned()).collect(),
        path: req.path().to_owned(),
        query: req.query_string().to_owned(),
        headers: req.headers().clone(),
        body,
        stream,
        expected: Expected(text(req.headers(), &header::IF_MATCH)),
        request: key.map(|key| idempotency::Request {
            caller: found.caller.credential,
            key,
            hash: String::new(),
        }),
        mac: None,
        is_change,
        caller: found.caller,
    };
    match &call.stream {
        Some(stream) => stream.watch(signature, hasher),
        None => call.settle(signature, hasher)?,
    }
    let route = route?;
    if !call.caller.scopes.contains(&route.scope) {
        return Err(Fault::Scope(route.scope));
    }
    call.is_theirs(route.theirs).await?;
    (route.handle)(call).await
}

fn route(pattern: &str, method: &Method) -> std::result::Result<&'static Route, Fault> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let allowed = || routes_at(pattern).map(|route| route.method).collect::<Vec<_>>().join(", ");
    routes_at(pattern).find(|route| route.method == method).ok_or_else(|| Fault::Method(allowed()))
}

/// A header's text.
pub fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// What a call does in its transaction; boxed, so that the way there is in the program once and not for each call.
type Work = Box<dyn FnMut(&mut Tx<'_>) -> Result<Answer> + Send>;

impl Call {
    /// The shop that the caller acts in.
    pub fn shop(&self) -> Shop {
        self.caller.shop
    }

    /// Lets a customer's app see what is theirs alone: another's row is one that is not there.
    async fn is_theirs(&self, theirs: Option<Theirs>) -> std::result::Result<(), Fault> {
        let (Some(customer), shop) = (self.caller.customer_id, self.shop()) else { return Ok(()) };
        let owner = match theirs.ok_or(Fault::VendorOnly)? {
            Theirs::List => return Ok(()),
            Theirs::Purchase => {
                let id = self.id(0)?;
                self.app.store.read(move |tx| Ok(purchase::get(tx, shop, id)?.customer_id)).await?
            }
            Theirs::Licence => {
                let id = self.id(0)?;
                self.app.store.read(move |tx| Ok(licence::by_id(tx, shop, id)?.customer_id)).await?
            }
        };
        if owner == customer { Ok(()) } else { Err(Fault::NotFound) }
    }

    /// The customer whose rows a list shows: of a customer's app that one alone, whoever was asked for.
    pub fn customer(&self, asked: Option<i64>) -> std::result::Result<Option<i64>, Fault> {
        match (self.caller.customer_id, asked) {
            (Some(own), Some(asked)) if own != asked => Err(Fault::NotFound),
            (own, asked) => Ok(own.or(asked)),
        }
    }

    /// The path's `n`th id: ASCII digits, as we write them; one that is no number is no row's.
    pub fn id(&self, n: usize) -> std::result::Result<i64, Fault> {
        let part = self.handle(n)?;
        let is_number = part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten().ok_or(Fault::NotFound)
    }

    /// The path's `n`th id, where ids are words of ASCII letters, digits and `_`.
    pub fn handle(&self, n: usize) -> std::result::Result<&str, Fault> {
        let is_word = |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        self.ids.get(n).map(String::as_str).filter(is_word).ok_or(Fault::NotFound)
    }

    /// A header's text.
    pub fn header(&self, name: &'static str) -> Option<String> {
        text(&self.headers, &HeaderName::from_static(name))
    }

    /// The body, for a call that reads it as it comes. [`Call::body_over`] must follow.
    pub fn stream(&self) -> std::result::Result<Streamed, Fault> {
        self.stream.clone().ok_or_else(|| Error::broken("this route does not read its body").into())
    }

    /// Reads a short body of a call that could have read it as it comes.
    pub async fn read_body(&mut self) -> std::result::Result<(), Fault> {
        let stream = self.stream()?;
        while let Some(piece) = stream.next().await.map_err(|_| Fault::Malformed("the body broke off"))? {
            if self.body.len() + piece.len() > BODY {
                return Err(Fault::TooLarge(BODY as u64));
            }
            self.body.extend_from_slice(&piece);
        }
        self.body_over()
    }

    /// After the last piece of the body: refuses a wrong signature.
    pub fn body_over(&mut self) -> std::result::Result<(), Fault> {
        let (mac, hash) = self.stream()?.over().map_err(Fault::Signature)?;
        self.covered(mac, hash);
        Ok(())
    }

    /// For a call that says by itself how far it has come: its `Idempotency-Key` counts for nothing.
    pub fn repeats_by_itself(&mut self) {
        self.request = None;
    }

    /// Lets the signature of the body count, before what it covers does.
    pub async fn claim_signature(&mut self) -> std::result::Result<(), Fault> {
        let Some(mac) = self.mac.take() else { return Ok(()) };
        let by = self.caller.credential;
        Ok(self.app.store.write("claim signature", move |tx| signature::claim(tx, by, &mac)).await?)
    }

    /// Reads the body of a call that does not need it, so that a wrong signature is refused all the same.
    pub async fn skip_body(&mut self) -> std::result::Result<(), Fault> {
        self.stream()?.drain().await;
        self.body_over()
    }

    fn settle(
        &mut self,
        signature: Option<Pending>,
        hasher: Option<Hasher>,
    ) -> std::result::Result<(), Fault> {
        let mac = match signature {
            None => None,
            Some(mut signature) => {
                signature.update(&self.body);
                Some(signature.finish().map_err(Fault::Signature)?)
            }
        };
        let hash = hasher.map(|mut hasher| {
            hasher.update(&self.body);
            hasher.finish()
        });
        self.covered(mac, hash);
        Ok(())
    }

    fn covered(&mut self, mac: Option<String>, hash: Option<String>) {
        self.mac = mac.filter(|_| self.is_change);
        if let (Some(request), Some(hash)) = (&mut self.request, hash) {
            request.hash = hash;
        }
    }

    /// The query as it was sent.
    pub fn asked(&self) -> &str {
        &self.query
    }

    /// The parameters.
    pub fn query(&self) -> std::result::Result<Query, Fault> {
        Ok(Query::parse(&self.query)?)
    }

    /// The page that a list's parameters ask for.
    pub fn page(&self, query: &mut Query) -> std::result::Result<Page, Fault> {
        Page::read(query, &self.place(), &self.app.master)
    }

    /// What a list's cursors are bound to.
    pub fn place(&self) -> String {
        let shop = self.shop();
        format!("{} {} {}", shop.site_id, shop.mode, self.path.trim_end_matches('/'))
    }

    /// The body as it was sent.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body's fields. A form is let pass, since curl calls any body one; it must be JSON all the same.
    pub fn fields(&self) -> std::result::Result<Fields, Fault> {
        let kind = text(&self.headers, &header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let is_json = ["", "application/json", "application/x-www-form-urlencoded"].contains(&kind)
            || kind.ends_with("+json");
        if !is_json && !self.body.is_empty() {
            return Err(Fault::MediaType("application/json"));
        }
        Ok(Fields::parse(&self.body)?)
    }

    /// Refuses parameters where a call takes none.
    pub fn no_query(&self) -> std::result::Result<(), Fault> {
        Ok(self.query()?.finish()?)
    }

    /// What the caller expects the resource to be.
    pub fn expected(&self) -> Expected {
        self.expected.clone()
    }

    /// Reads in one snapshot.
    pub async fn read<F>(&self, f: F) -> std::result::Result<Answer, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Answer> + Send + 'static,
    {
        let work: Work = Box::new(f);
        Ok(self.app.store.read(work).await?)
    }

    /// Changes, once: a request that was answered before gets the same answer.
    pub async fn write<F>(&self, name: &'static str, f: F) -> std::result::Result<Answer, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Answer> + Send + 'static,
    {
        self.once(name, Box::new(f)).await
    }

    async fn once(&self, name: &'static str, mut f: Work) -> std::result::Result<Answer, Fault> {
        let (request, mac, by) = (self.request.clone(), self.mac.clone(), self.caller.credential);
        let actor = self.caller.actor.clone();
        let change = move |tx: &mut Tx<'_>| {
            tx.act_for(&actor);
            if let Some(mac) = &mac {
                signature::claim(tx, by, mac)?;
            }
            let Some(request) = &request else { return f(tx) };
            if let Some(kept) = idempotency::find(tx, request)? {
                return Ok(Answer::again(kept.status, kept.body, &kept.head));
            }
            let answer = f(tx)?;
            // A declined card too: that it was is written down.
            let body = answer.kept.as_ref().unwrap_or(&answer.body).clone();
            let kept = Kept { status: answer.status, body, head: answer.head() };
            idempotency::keep(tx, request, &kept)?;
            Ok(answer)
        };
        Ok(self.app.store.write(name, change).await?)
    }
}

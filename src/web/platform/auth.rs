//! Who calls: an API key as bearer token, and the signature that may come with it.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::fault::Fault;
use super::respond::request_id;
use crate::app::App;
use crate::base::actor::{Actor, ActorKind};
use crate::base::time::Millis;
use crate::domain::api_key::{self, ApiKey};
use crate::domain::caller::{Caller, Credential};
use crate::domain::signature::Pending;
use crate::web::client_address;
use crate::web::edge::AsSent;

/// A caller, and what is needed to look at a signature.
pub struct Found {
    pub caller: Caller,
    key: ApiKey,
    sealed_secret: String,
    now: Millis,
}

/// The caller of a request.
pub async fn caller(req: &HttpRequest, app: &Data<App>) -> Result<Found, Fault> {
    let none = Fault::Unauthorized("send an API key: Authorization: Bearer sk_live_…");
    let bad = Fault::Unauthorized("this API key is not known, or has ended");
    let token = req.headers().get(header::AUTHORIZATION).ok_or(none)?.to_str().map_err(|_| bad.clone())?;
    let token =
        token.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
    let token =
        token.map(str::trim).filter(|token| api_key::is_well_formed(token)).ok_or_else(|| bad.clone())?;
    let token = token.to_owned();
    let (found, now) = app.store.peek(move |tx| Ok((api_key::find(tx, &token)?, tx.now()))).await?;
    let (key, sealed_secret) = found.filter(|(key, _)| key.is_good(now)).ok_or(bad)?;
    let address = client_address::of(req, &app.config.trusted_proxies);
    if !key.admits(address) {
        return Err(Fault::Address);
    }
    if key.use_is_news(now) {
        let (store, id) = (app.store.clone(), key.id);
        actix_web::rt::spawn(async move {
            if let Err(e) = store.write("key used", move |tx| api_key::used(tx, id)).await {
                tracing::warn!(error = %e, "a key's last use is not noted");
            }
        });
    }
    let actor = Actor {
        kind: ActorKind::ApiKey,
        name: key.name.clone(),
        address: Some(address),
        request: Some(request_id(req)),
    };
    let caller = Caller {
        credential: Credential::Key(key.id),
        shop: key.shop(),
        scopes: key.scopes.clone(),
        plan: key.plan,
        customer_id: None,
        actor: Arc::new(actor),
    };
    Ok(Found { caller, key, sealed_secret, now })
}

impl Found {
    /// Begins to look at the request's signature, if there is one or the key demands it.
    pub fn signature(&self, req: &HttpRequest, app: &App) -> Result<Option<Pending>, Fault> {
        let Some(header) = req.headers().get("x-signature") else {
            return if self.key.must_sign {
                Err(Fault::Signature("this API key demands an X-Signature"))
            } else {
                Ok(None)
            };
        };
        let header = header.to_str().map_err(|_| Fault::Signature("the signature is no ASCII text"))?;
        let secret = api_key::secret(&self.key, &self.sealed_secret, &app.master)?;
        let extensions = req.extensions();
        let sent = extensions.get::<AsSent>().map_or_else(|| req.uri(), |sent| &sent.0);
        let target = sent.path_and_query().map_or("", |target| target.as_str());
        Pending::begin(header, req.method().as_str(), target, &secret, self.now)
            .map(Some)
            .map_err(Fault::Signature)
    }
}

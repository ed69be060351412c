//! Who calls: an API key or an app's access token as bearer token, and the signature that may come with a key.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::edge::AsSent;
use super::{client_address, request_id};
use crate::app::App;
use crate::base::actor::{Actor, ActorKind};
use crate::base::error::Error;
use crate::base::time::Millis;
use crate::domain::api_key::{self, ApiKey};
use crate::domain::caller::{Caller, Credential};
use crate::domain::carried::Source;
use crate::domain::signature::Pending;
use crate::domain::{oauth_grant, oauth_token};
use crate::store::Tx;

/// Why somebody is not let in.
#[derive(Debug)]
pub enum Denied {
    /// No key, or none that is good.
    Unauthorized(&'static str),
    /// The signature is missing, wrong or old.
    Signature(&'static str),
    /// The key may not be used from here.
    Address,
    /// What the domain says.
    Domain(Error),
}

impl From<Error> for Denied {
    fn from(e: Error) -> Self {
        Self::Domain(e)
    }
}

/// A caller, and what is needed to look at a signature.
pub struct Found {
    pub caller: Caller,
    /// A key with its sealed signing secret; an app has none.
    signer: Option<(ApiKey, String)>,
    now: Millis,
}

const NONE: Denied = Denied::Unauthorized("send an API key or an access token: Authorization: Bearer …");
const BAD: Denied = Denied::Unauthorized("this API key or access token is not known, or has ended");

/// The caller of a request.
pub async fn caller(req: &HttpRequest, app: &Data<App>) -> Result<Found, Denied> {
    let token = req.headers().get(header::AUTHORIZATION).ok_or(NONE)?.to_str().map_err(|_| BAD)?;
    let token =
        token.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
    let token = token.map(str::trim).unwrap_or_default().to_owned();
    if oauth_token::is_well_formed(&token) {
        by_token(req, app, token).await
    } else if api_key::is_well_formed(&token) {
        by_key(req, app, token).await
    } else {
        Err(BAD)
    }
}

/// The caller of a request of another system's dialect, by a key of ours or by one that was made there.
pub async fn foreign(
    req: &HttpRequest,
    app: &Data<App>,
    source: Source,
    token: String,
) -> Result<Found, Denied> {
    if api_key::is_well_formed(&token) {
        return by_key(req, app, token).await;
    }
    let look = move |tx: &mut Tx<'_>| Ok((api_key::find_foreign(tx, source, &token)?, tx.now()));
    let (found, now) = app.store.peek(look).await?;
    known(req, app, found, now)
}

async fn by_key(req: &HttpRequest, app: &Data<App>, token: String) -> Result<Found, Denied> {
    let (found, now) = app.store.peek(move |tx| Ok((api_key::find(tx, &token)?, tx.now()))).await?;
    known(req, app, found, now)
}

fn known(
    req: &HttpRequest,
    app: &Data<App>,
    found: Option<(ApiKey, String)>,
    now: Millis,
) -> Result<Found, Denied> {
    let (key, sealed_secret) = found.filter(|(key, _)| key.is_good(now)).ok_or(BAD)?;
    if !key.admits(client_address::of(req, &app.config.trusted_proxies)) {
        return Err(Denied::Address);
    }
    if key.use_is_news(now) {
        let (store, id) = (app.store.clone(), key.id);
        actix_web::rt::spawn(async move {
            if let Err(e) = store.write("key used", move |tx| api_key::used(tx, id)).await {
                tracing::warn!(error = %e, "a key's last use is not noted");
            }
        });
    }
    let caller = Caller {
        credential: Credential::Key(key.id),
        shop: key.shop(),
        scopes: key.scopes.clone(),
        plan: key.plan,
        customer_id: None,
        actor: actor(req, app, ActorKind::ApiKey, key.name.clone()),
    };
    Ok(Found { caller, signer: Some((key, sealed_secret)), now })
}

async fn by_token(req: &HttpRequest, app: &Data<App>, token: String) -> Result<Found, Denied> {
    // Not `peek`, which may show what another process changed a tenth of a second late: what a command ends has ended.
    let (found, now) = app.store.read(move |tx| Ok((oauth_token::find(tx, &token)?, tx.now()))).await?;
    let access = found.ok_or(BAD)?;
    if access.used_at.is_none_or(|at| at + oauth_grant::USED_EVERY <= now) {
        let (store, id) = (app.store.clone(), access.grant_id);
        actix_web::rt::spawn(async move {
            if let Err(e) = store.write("grant used", move |tx| oauth_grant::used(tx, id)).await {
                tracing::warn!(error = %e, "a grant's last use is not noted");
            }
        });
    }
    let caller = Caller {
        credential: Credential::Grant(access.grant_id),
        shop: access.shop,
        scopes: access.scopes,
        plan: app.config.api_key_plan,
        customer_id: access.customer_id,
        actor: actor(req, app, ActorKind::App, access.client_id),
    };
    Ok(Found { caller, signer: None, now })
}

fn actor(req: &HttpRequest, app: &App, kind: ActorKind, name: String) -> Arc<Actor> {
    let address = Some(client_address::of(req, &app.config.trusted_proxies));
    Arc::new(Actor { kind, name, address, request: Some(request_id::of(req)) })
}

impl Found {
    /// Begins to look at the request's signature in the header `name`, if there is one or the key demands it.
    pub fn signature(
        &self,
        req: &HttpRequest,
        app: &App,
        name: &'static str,
    ) -> Result<Option<Pending>, Denied> {
        let header = req.headers().get(name);
        let (key, sealed_secret) = match &self.signer {
            Some((key, sealed_secret)) => (key, sealed_secret),
            None if header.is_some() => {
                return Err(Denied::Signature(
                    "an access token has no secret to sign with: leave the signature out",
                ));
            }
            None => return Ok(None),
        };
        let Some(header) = header else {
            return if key.must_sign {
                Err(Denied::Signature("this API key demands a signature"))
            } else {
                Ok(None)
            };
        };
        let header = header.to_str().map_err(|_| Denied::Signature("the signature is no ASCII text"))?;
        let secret = api_key::secret(key, sealed_secret, &app.master)?;
        let extensions = req.extensions();
        let sent = extensions.get::<AsSent>().map_or_else(|| req.uri(), |sent| &sent.0);
        let target = sent.path_and_query().map_or("", |target| target.as_str());
        Pending::begin(header, req.method().as_str(), target, &secret, self.now)
            .map(Some)
            .map_err(Denied::Signature)
    }
}

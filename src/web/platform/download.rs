//! Downloads: where a purchase's lead, and the signed links that they lead to.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::answer::{Answer, time};
use super::call::Call;
use super::fault::{self, Fault};
use super::{purchases, releases, respond};
use crate::app::App;
use crate::base::error::Result as Outcome;
use crate::base::seal::Master;
use crate::base::time::Millis;
use crate::domain::file::File;
use crate::domain::gate::{self, Shut, Wanted, Way};
use crate::domain::link::{self, Link};
use crate::domain::shop::Shop;
use crate::domain::{product, purchase, release, release_file};
use crate::store::Tx;
use crate::web::fields::text;
use crate::web::receive::blocking;
use crate::web::request_id;
use crate::web::send_file::{self, Content, encoded};

/// `GET /v1/purchases/{id}/download`: 302 to a link that is good for ten minutes, or to another place.
pub async fn download(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let wanted = Wanted {
        release_id: query.id("release"),
        channel: query.text("channel"),
        platform: query.text("platform"),
    };
    query.finish()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    let (master, base) = (call.app.master.clone(), call.app.config.public_url.clone());
    call.read(move |tx| {
        let way = match gate::pass(tx, shop, id, &wanted)? {
            Ok(way) => way,
            Err(shut) => {
                let fault = Fault::Shut(shut);
                return Ok(Answer::with(fault.words().0.as_u16(), fault.body()));
            }
        };
        let (url, expires_at, file) = match way {
            Way::Elsewhere(url) => (url, Value::Null, Value::Null),
            Way::File(release_id, file) => {
                let (url, expires_at) = link(tx, id, release_id, &file, &base, &master);
                (url, time(expires_at).into(), serde_json::to_value(&file).unwrap_or_default())
            }
        };
        let body = json!({"url": url, "expires_at": expires_at, "file": file});
        Ok(Answer { status: 302, ..Answer::plain(&body)? }.header("location", url))
    })
    .await
}

/// The address of a file for whoever owns it, and how long it is good.
pub fn link(
    tx: &Tx<'_>,
    purchase_id: i64,
    release_id: i64,
    file: &File,
    base: &str,
    master: &Master,
) -> (String, Millis) {
    let expires_at = tx.now() + link::LIFE;
    let link = Link { purchase_id, release_id, file: file.handle.clone(), expires_at };
    (format!("{base}/download/{}/{}", link.write(master), encoded(&file.name)), expires_at)
}

/// `GET /v1/purchases/{id}/downloads`: what there is to download, and the gate that is shut, if one is.
pub async fn list(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| Answer::plain(&offered(tx, shop, id)?)).await
}

fn offered(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Outcome<Value> {
    let purchase = purchase::get(tx, shop, id)?;
    let product = product::get(tx, shop, purchase.product_id)?;
    let shut = gate::shut(tx, shop, &purchase, &product, None)?;
    let mut found = Vec::new();
    for channel in &product.delivery.download_channels {
        if let Some(release) = release::newest_of(tx, product.id, channel)? {
            let files = release_file::list(tx, release.id)?;
            let mut shown = releases::whole(&release, &files);
            if shut.is_some() {
                hide_addresses(&mut shown);
            }
            found.push(shown);
        }
    }
    // Behind a gate that is shut, nobody is told where to go.
    let external_url = product.delivery.external_url.filter(|_| shut.is_none());
    Ok(json!({
        "is_open": shut.is_none(),
        "gate": shut.as_ref().map(told),
        "external_url": external_url,
        "releases": found,
    }))
}

fn hide_addresses(release: &mut Value) {
    for file in release["files"].as_array_mut().into_iter().flatten() {
        if !file["url"].is_null() {
            file["url"] = Value::Null;
        }
    }
}

fn told(shut: &Shut) -> Value {
    let mut fields =
        Map::from_iter([("code".to_owned(), shut.code().into()), ("how".to_owned(), shut.how().into())]);
    fields.insert("details".into(), fault::details(shut).into());
    fields.into()
}

/// `POST /v1/purchases/{id}/install-url`: the buyer's answer to where it will be installed, which the product may lock.
pub async fn answer_install_url(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let url = fields.get("install_url", text);
    let url = fields.needed("install_url", url).unwrap_or_default();
    fields.finish()?;
    call.write("answer install url", move |tx| {
        expected.allows(&Answer::one(&purchases::view(&purchase::get(tx, shop, id)?))?)?;
        Answer::one(&purchases::view(&purchase::answer_install_url(tx, shop, id, &url)?))
    })
    .await
}

/// `GET /download/{token}/{name}`: the file, as long as every gate stands open.
pub async fn follow(req: HttpRequest, app: Data<App>) -> HttpResponse {
    match content(&req, &app).await {
        Ok(content) => {
            let mut response = send_file::respond(&req, content);
            if let Ok(id) = HeaderValue::from_str(&request_id::of(&req)) {
                response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
            }
            response
        }
        Err(fault) => respond::refuse(&req, fault),
    }
}

async fn content(req: &HttpRequest, app: &Data<App>) -> Result<Content, Fault> {
    let token = req.match_info().get("token").unwrap_or_default();
    let link = Link::read(token, &app.master).ok_or(Fault::NotFound)?;
    let found = app
        .store
        .read(move |tx| {
            if tx.now() > link.expires_at {
                return Ok(Err(Fault::LinkExpired));
            }
            Ok(match gate::follow(tx, &link)? {
                Some(Ok(file)) => Ok(file),
                Some(Err(shut)) => Err(Fault::Shut(shut)),
                None => Err(Fault::NotFound),
            })
        })
        .await??;
    let sha256 = found.sha256.clone().unwrap_or_default();
    let (files, of) = (app.files.clone(), sha256.clone());
    let (file, length) = blocking(move || files.open(&of)).await?;
    Ok(Content { file, length, sha256, name: found.name })
}

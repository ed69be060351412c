//! The bytes of the licence API: compact JSON with the fields in exactly this order, since clients search it for
//! substrings such as `"response":"OKAY"`.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::base::error::{Error, Result};
use crate::base::time::seconds;
use crate::domain::activation::{Activation, Checked};
use crate::domain::info::{Child, Info};

/// An answer: type exactly `application/json`, never kept by a cache.
pub fn json(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(body)
}

pub fn activated(usage_id: i64) -> String {
    format!(r#"{{"response":"OKAY","usage_id":{usage_id}}}"#)
}

pub fn checked(checked: Checked) -> String {
    format!(r#"{{"status":"ACTIVE","uses":{},"max_uses":{}}}"#, checked.uses, checked.max_uses)
}

pub fn extra_updated() -> String {
    r#"{"status":"OKAY"}"#.to_owned()
}

pub fn deactivated() -> String {
    r#"{"response":"OKAY"}"#.to_owned()
}

pub fn error(code: u16, name: &str, state: Option<&str>) -> String {
    match state {
        Some(state) => format!(r#"{{"status":"{state}","errorCode":{code},"errorMessage":"{name}"}}"#),
        None => format!(r#"{{"errorCode":{code},"errorMessage":"{name}"}}"#),
    }
}

pub fn info(info: &Info) -> Result<String> {
    let broken = |e: serde_json::Error| Error::broken(format!("info cannot be written as JSON: {e}"));
    let usages =
        info.activations.iter().map(|a| Ok((a.usage_id, Usage::try_from(a)?))).collect::<Result<_>>()?;
    serde_json::to_string(&InfoBody {
        key: &info.key,
        identifier: info.identifier.as_deref(),
        generated: seconds(info.issued_at),
        expires: info.expires_at.map(seconds),
        usage_data: PhpMap { items: usages, as_object: info.ever_activated },
        purchase_id: info.purchase_id,
        purchase_name: &info.product_title,
        purchase_pkg: info.product_id,
        purchase_active: u8::from(info.purchase_active),
        purchase_start: seconds(info.purchase_started_at),
        purchase_expire: info.purchase_expires_at.map(seconds),
        purchase_children: PhpMap {
            items: info.children.iter().map(|c| (c.purchase_id, c.into())).collect(),
            as_object: false,
        },
        customer_name: info.customer_name.as_deref().unwrap_or_default(),
        customer_email: &info.customer_email,
        uses: info.uses,
        max_uses: info.max_uses,
    })
    .map_err(broken)
}

#[derive(Serialize)]
struct InfoBody<'a> {
    key: &'a str,
    identifier: Option<&'a str>,
    generated: i64,
    expires: Option<i64>,
    usage_data: PhpMap<Usage<'a>>,
    purchase_id: i64,
    purchase_name: &'a str,
    purchase_pkg: i64,
    purchase_active: u8,
    purchase_start: i64,
    purchase_expire: Option<i64>,
    purchase_children: PhpMap<ChildBody<'a>>,
    customer_name: &'a str,
    customer_email: &'a str,
    uses: i64,
    max_uses: i64,
}

#[derive(Serialize)]
struct Usage<'a> {
    activated: i64,
    ip: &'a str,
    last_checked: i64,
    extra: Option<&'a RawValue>,
}

impl<'a> TryFrom<&'a Activation> for Usage<'a> {
    type Error = Error;

    fn try_from(a: &'a Activation) -> Result<Self> {
        let extra = a.extra.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            activated: seconds(a.activated_at),
            ip: &a.ip,
            last_checked: a.last_checked_at.map_or(0, seconds),
            extra: extra.map_err(|_| Error::broken("a stored extra is not JSON"))?,
        })
    }
}

#[derive(Serialize)]
struct ChildBody<'a> {
    id: i64,
    name: &'a str,
    app: &'static str,
    r#type: &'static str,
    item_id: i64,
    active: u8,
    start: i64,
    expire: Option<i64>,
    lkey: Option<&'a str>,
}

impl<'a> From<&'a Child> for ChildBody<'a> {
    fn from(c: &'a Child) -> Self {
        Self {
            id: c.purchase_id,
            name: &c.product_title,
            app: "nexus",
            r#type: "package",
            item_id: c.product_id,
            active: u8::from(c.active),
            start: seconds(c.started_at),
            expire: c.expires_at.map(seconds),
            lkey: c.key.as_deref(),
        }
    }
}

/// An array of PHP: an object keyed by number, and `[]` when it is empty, unless it is an object all the same.
struct PhpMap<T> {
    items: BTreeMap<i64, T>,
    as_object: bool,
}

impl<T: Serialize> Serialize for PhpMap<T> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        if self.items.is_empty() && !self.as_object {
            to.collect_seq(std::iter::empty::<()>())
        } else {
            to.collect_map(&self.items)
        }
    }
}

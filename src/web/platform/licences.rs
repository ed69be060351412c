//! Licences and their activations.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::answer::{Answer, maybe_time, put, time};
use super::call::Call;
use super::customers;
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::domain::activation::{self, Activation};
use crate::domain::explain;
use crate::domain::identifier::Mode;
use crate::domain::ladder::Claim;
use crate::domain::licence::{self, Change, Draft, Licence, Status};
use crate::domain::licence_list::{self, Filter};
use crate::web::fields::{Fields, int, text, time as read_time, word};

/// As the API shows it.
#[derive(Serialize)]
pub struct View<'a> {
    id: i64,
    key: &'a str,
    status: Status,
    product_id: i64,
    product: &'a str,
    purchase_id: i64,
    customer_id: i64,
    email: &'a str,
    identifier_mode: Mode,
    identifier: Option<&'a str>,
    uses: i64,
    max_uses: i64,
    issued_at: String,
    expires_at: Value,
}

/// As the API shows it.
pub fn view(l: &Licence) -> View<'_> {
    View {
        id: l.licence_id,
        key: &l.key,
        status: l.status,
        product_id: l.product_id,
        product: &l.product,
        purchase_id: l.purchase_id,
        customer_id: l.customer_id,
        email: &l.email,
        identifier_mode: l.identifier_mode,
        identifier: l.identifier.as_deref(),
        uses: l.uses,
        max_uses: l.max_uses,
        issued_at: time(l.issued_at),
        expires_at: maybe_time(l.expires_at),
    }
}

fn shown(l: &Licence) -> Outcome<Answer> {
    Answer::one(&view(l))
}

/// `GET /v1/licences`; `key` is how their key begins.
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = Filter {
        product_id: query.id("product"),
        customer_id: call.customer(query.id("customer"))?,
        status: query.word("status"),
        key_prefix: query.text("key"),
    };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = licence_list::list(tx, shop, &filter, page.before, page.wanted())?;
        page.answer(rows, &master, |l| l.licence_id, |l, to| put(&view(l), to))
    })
    .await
}

/// `POST /v1/licences`
pub async fn issue(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let draft = read_draft(&mut fields);
    fields.finish()?;
    let (shop, draft) = (call.shop(), draft.unwrap_or_default());
    call.write("issue", move |tx| {
        // What a body names is not what an address names: its absence is the body's fault.
        let issued = licence::issue(tx, shop, &draft).map_err(|e| {
            let (field, message) = (e.about.unwrap_or("product_id"), e.message.clone());
            e.missing(field, message)
        })?;
        Answer::made(&view(&licence::by_id(tx, shop, issued.licence_id)?))
    })
    .await
}

/// A licence to be issued.
pub fn read_draft(fields: &mut Fields) -> Option<Draft> {
    let product_id = fields.get("product_id", int);
    let product_id = fields.needed("product_id", product_id);
    let customer = fields.object("customer", |inner| {
        let change = customers::read(inner);
        inner.needed("email", change.email.as_ref());
        change
    });
    let customer = fields.needed("customer", customer);
    let draft = Draft {
        product_id: product_id.unwrap_or_default(),
        customer: customer.clone().unwrap_or_default(),
        install_url: fields.get("install_url", text),
        max_uses: fields.get("max_uses", int),
        expires_at: fields.get("expires_at", read_time),
        parent: fields.get("parent_purchase_id", int),
        key: fields.get("key", text),
        identifier: fields.get("identifier", text),
        suspended: false,
    };
    product_id.zip(customer).map(|_| draft)
}

/// `GET /v1/licences/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&licence::by_id(tx, shop, id)?)).await
}

/// What to change on a licence.
pub fn read(fields: &mut Fields) -> Change {
    let status = fields.get("status", word);
    if matches!(status, Some(Status::Cancelled | Status::Expired)) {
        fields.wrong("status", "may be set to active or suspended; the others follow from purchase and time");
    }
    Change {
        is_on: status.map(|status| status == Status::Active),
        max_uses: fields.get("max_uses", int),
        expires_at: fields.nullable("expires_at", read_time),
        identifier: fields.nullable("identifier", text),
    }
}

/// `PATCH /v1/licences/{id}`
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    call.write("change licence", move |tx| {
        expected.allows(&shown(&licence::by_id(tx, shop, id)?)?)?;
        shown(&licence::set(tx, shop, id, &change)?)
    })
    .await
}

/// `POST /v1/licences/{id}/reset`
pub async fn reset(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    call.fields()?.finish()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("reset", move |tx| {
        expected.allows(&shown(&licence::by_id(tx, shop, id)?)?)?;
        activation::reset(tx, id)?;
        shown(&licence::by_id(tx, shop, id)?)
    })
    .await
}

/// `GET /v1/licences/{id}/explain`: each rung of the ladder for a caller with this `identifier` and `ip`.
pub async fn explain(call: Call) -> Result<Answer, Fault> {
    let (shop, id, rules) = (call.shop(), call.id(0)?, call.app.config.ip_rules);
    let mut query = call.query()?;
    let identifier = query.text("identifier");
    let address: Option<IpAddr> = query.get("ip", |_| "must be an IP address".into());
    query.finish()?;
    call.read(move |tx| {
        let key = licence::by_id(tx, shop, id)?.key;
        let claim = Claim {
            key,
            identifier: identifier.clone(),
            address: address.unwrap_or(IpAddr::from([127, 0, 0, 1])),
            named_address: None,
            rules,
        };
        let rungs = explain::explain(tx, &claim, address.is_some())?;
        let may_activate = explain::may_activate(&rungs);
        Answer::plain(&json!({"licence_id": id, "may_activate": may_activate, "rungs": rungs}))
    })
    .await
}

/// An activation as the API shows it.
#[derive(Serialize)]
pub struct Use<'a> {
    usage_id: i64,
    status: &'static str,
    ip: &'a str,
    extra: Option<&'a RawValue>,
    activated_at: String,
    last_checked_at: Value,
    released_at: Value,
}

impl<'a> From<&'a Activation> for Use<'a> {
    fn from(a: &'a Activation) -> Self {
        Self {
            usage_id: a.usage_id,
            status: if a.released_at.is_some() { "released" } else { "live" },
            ip: &a.ip,
            extra: a.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()),
            activated_at: time(a.activated_at),
            last_checked_at: maybe_time(a.last_checked_at),
            released_at: maybe_time(a.released_at),
        }
    }
}

/// `GET /v1/licences/{id}/activations`, the latest first, released ones too.
pub async fn activations(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, id, app) = (call.shop(), call.id(0)?, call.app.clone());
    call.read(move |tx| {
        licence::by_id(tx, shop, id)?;
        let mut found = activation::page(tx, id, page.before, page.wanted())?;
        app.gathered.show(id, &mut found);
        page.answer(found, &app.master, |a| a.usage_id, |a, to| put(&Use::from(a), to))
    })
    .await
}

/// `DELETE /v1/licences/{id}/activations/{usage_id}`
pub async fn release(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, usage_id, expected) = (call.shop(), call.id(0)?, call.id(1)?, call.expected());
    call.write("release activation", move |tx| {
        expected.allows(&shown(&licence::by_id(tx, shop, id)?)?)?;
        activation::release(tx, id, usage_id)?;
        shown(&licence::by_id(tx, shop, id)?)
    })
    .await
}

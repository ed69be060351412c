//! Products and their licence policy.

use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::{self, Answer, maybe_time, put, time};
use super::call::Call;
use super::fault::Fault;
use super::money::{self, Money};
use crate::base::error::Result as Outcome;
use crate::domain::account;
use crate::domain::catalogue::{self, Filter};
use crate::domain::delivery::{self, Delivery};
use crate::domain::policy::{self, Policy};
use crate::domain::product::{self, Change, Kind, Product, Status};
use crate::store::Tx;
use crate::web::fields::{Fields, int, ints, switch, text, texts, word};

#[derive(Serialize)]
struct View<'a> {
    id: i64,
    kind: Kind,
    title: &'a str,
    slug: &'a str,
    description: &'a str,
    status: Status,
    approved: bool,
    visible: bool,
    price: Option<Money<'a>>,
    tax_bp: i64,
    category_id: Option<i64>,
    items: &'a [i64],
    licence_policy: &'a RawValue,
    delivery: &'a RawValue,
    created_at: String,
    updated_at: String,
    archived_at: serde_json::Value,
}

/// The JSON of a part that neighbours in a list often share: written once for all that are alike in a row, since a list of
/// products is a long answer.
struct Alike<T>(Option<(T, Box<RawValue>)>);

impl<T: Clone + PartialEq + Serialize> Alike<T> {
    fn json(&mut self, part: &T) -> Outcome<&RawValue> {
        let known = self.0.take().filter(|(known, _)| known == part);
        let known = known.map_or_else(|| Ok((part.clone(), answer::raw(part)?)), Ok)?;
        Ok(&self.0.insert(known).1)
    }
}

/// The parts of a product that have JSON of their own.
struct Parts(Alike<Policy>, Alike<Delivery>);

impl Parts {
    fn none() -> Self {
        Self(Alike(None), Alike(None))
    }

    fn put(&mut self, p: &Product, to: &mut Vec<u8>) -> Outcome<()> {
        put(&view(p, self.0.json(&p.policy)?, self.1.json(&p.delivery)?), to)
    }
}

fn view<'a>(p: &'a Product, licence_policy: &'a RawValue, delivery: &'a RawValue) -> View<'a> {
    View {
        id: p.id,
        kind: p.kind,
        title: &p.title,
        slug: &p.slug,
        description: &p.description,
        status: p.status(),
        approved: p.approved,
        visible: p.visible,
        price: p.price_minor.zip(p.currency.as_deref()).map(|(amount, currency)| Money { amount, currency }),
        tax_bp: p.tax_bp,
        category_id: p.category_id,
        items: &p.items,
        licence_policy,
        delivery,
        created_at: time(p.created_at),
        updated_at: time(p.updated_at),
        archived_at: maybe_time(p.archived_at),
    }
}

fn shown(p: &Product) -> Outcome<Answer> {
    Answer::one(&view(p, &answer::raw(&p.policy)?, &answer::raw(&p.delivery)?))
}

/// As the API shows it, for pages.
pub fn json(p: &Product) -> Outcome<serde_json::Value> {
    answer::value(&view(p, &answer::raw(&p.policy)?, &answer::raw(&p.delivery)?))
}

fn policy_shown(p: &Product) -> Outcome<Answer> {
    Answer::one(&p.policy)
}

/// `GET /v1/products`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = Filter {
        status: query.word("status"),
        kind: query.word("kind"),
        category_id: query.id("category"),
        search: query.text("q"),
        ..Filter::default()
    };
    query.finish()?;
    let (shop, app, asked) = (call.shop(), call.app.clone(), format!("/v1/products?{}", call.asked()));
    call.read(move |tx| {
        let make = |tx: &mut Tx<'_>| {
            let rows = catalogue::list(tx, shop, &filter, page.before, page.wanted())?;
            let mut parts = Parts::none();
            page.answer(rows, &app.master, |p| p.id, |p, to| parts.put(p, to)).map(|answer| answer.body)
        };
        let body = app.lists.of(tx, shop, &asked, make)?;
        Ok(Answer::with(200, body.to_string()))
    })
    .await
}

/// `POST /v1/products`
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.needed("title", change.title.as_ref());
    fields.finish()?;
    let shop = call.shop();
    call.write("create product", move |tx| {
        Ok(Answer { status: 201, ..shown(&product::new(tx, shop, &change)?)? })
    })
    .await
}

/// `GET /v1/products/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&product::get(tx, shop, id)?)).await
}

/// `PATCH /v1/products/{id}`
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    call.write("change product", move |tx| {
        expected.allows(&shown(&product::get(tx, shop, id)?)?)?;
        shown(&product::set(tx, shop, id, &change)?)
    })
    .await
}

/// `DELETE /v1/products/{id}`
pub async fn archive(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("archive product", move |tx| {
        expected.allows(&shown(&product::get(tx, shop, id)?)?)?;
        shown(&product::archive(tx, shop, id)?)
    })
    .await
}

/// `GET /v1/products/{id}/licence-policy`
pub async fn policy(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| policy_shown(&product::get(tx, shop, id)?)).await
}

/// `PUT /v1/products/{id}/licence-policy`: what is not given goes back to a new product's.
pub async fn set_policy(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let given = read_policy(&mut fields);
    fields.finish()?;
    call.write("set licence policy", move |tx| {
        expected.allows(&policy_shown(&product::get(tx, shop, id)?)?)?;
        let mut policy = account::get(tx, shop)?.policy;
        policy.apply(&given)?;
        let change = Change { policy: policy.into(), ..Change::default() };
        policy_shown(&product::set(tx, shop, id, &change)?)
    })
    .await
}

/// A product, or some of it.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        kind: fields.get("kind", word),
        title: fields.get("title", text),
        slug: fields.get("slug", text),
        description: fields.get("description", text),
        approved: fields.get("approved", switch),
        visible: fields.get("visible", switch),
        price: fields.nullable("price", money::read_price),
        tax_bp: fields.get("tax_bp", int),
        category_id: fields.nullable("category_id", int),
        items: fields.get("items", ints),
        delivery: fields.object("delivery", read_delivery).unwrap_or_default(),
        policy: fields.object("licence_policy", read_policy).unwrap_or_default(),
        ..Change::default()
    }
}

fn read_delivery(fields: &mut Fields) -> delivery::Change {
    delivery::Change {
        requires_install_url: fields.get("requires_install_url", switch),
        install_url_label: fields.get("install_url_label", text),
        install_url_notice: fields.get("install_url_notice", text),
        install_url_locked: fields.get("install_url_locked", switch),
        external_url: fields.nullable("external_url", text),
        download_channels: fields.get("download_channels", texts),
    }
}

/// A licence policy, or some of it.
pub fn read_policy(fields: &mut Fields) -> policy::Change {
    policy::Change {
        api_enabled: fields.get("api_enabled", switch),
        key_type: fields.get("key_type", word),
        segments: fields.get("segments", int),
        segment_length: fields.get("segment_length", int),
        identifier_mode: fields.get("identifier_mode", word),
        max_uses: fields.get("max_uses", int),
        term_days: fields.nullable("term_days", int),
        check_ip: fields.nullable("check_ip", switch),
        allow_ip_override: fields.nullable("allow_ip_override", switch),
        deactivate: fields.get("deactivate", switch),
    }
}

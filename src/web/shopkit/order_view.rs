//! An order as the document shows it ("Get Order").

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::coupons;
use super::decimal::{Decimal, canonical};
use super::order_sums::{LineSums, Sums, sums};
use super::product_view::{Face, face};
use super::status;
use super::wire::{Image, Wire};
use crate::base::error::Result;
use crate::domain::address::Address;
use crate::domain::carried::{self, Source, What};
use crate::domain::coupon::{self, Coupon};
use crate::domain::order::Order;
use crate::domain::order_line::{self, OrderLine};
use crate::domain::sale_facts::Facts;
use crate::domain::{order_details, product, product_extra};
use crate::store::Tx;

/// An order.
#[derive(Serialize)]
pub struct View {
    id: i64,
    hash: String,
    total: Decimal,
    subtotal: Decimal,
    product_tax: Decimal,
    total_tax: Decimal,
    discount: Decimal,
    shipping: Shipping,
    created_at: String,
    /// As the document spells it.
    update_at: String,
    sent_at: Option<String>,
    paid_at: Option<String>,
    currency: String,
    payment: Payment,
    status: usize,
    status_alias: &'static str,
    status_description: String,
    paid: bool,
    is_new: bool,
    invoice_url: Option<String>,
    weight: i64,
    observations: Option<String>,
    note: Option<String>,
    client_note: Option<String>,
    custom_field: Option<String>,
    coupon: Option<CouponView>,
    shipment_method: Option<String>,
    tracking_url: Option<String>,
    permalink: String,
    client: Client,
    products: Vec<LineView>,
}

#[derive(Serialize)]
struct Shipping {
    value: Decimal,
    tax: Decimal,
    tax_percent: Option<Decimal>,
    /// What a coupon takes off is off the value already.
    discount: i64,
    discount_percent: i64,
}

#[derive(Serialize)]
struct Payment {
    #[serde(rename = "type")]
    kind: Option<String>,
    data: Map<String, Value>,
    description: Option<String>,
}

#[derive(Serialize)]
struct CouponView {
    code: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: Decimal,
}

#[derive(Serialize)]
struct Client {
    name: Option<String>,
    email: String,
    fiscal_id: Option<String>,
    company: Option<String>,
    is_registered: bool,
    delivery: AddressView,
    billing: AddressView,
    address: String,
    postcode: String,
    town: String,
    country: String,
    country_code: String,
    phone: String,
}

/// An address.
#[derive(Clone, Debug, Serialize)]
pub struct AddressView {
    name: String,
    phone: String,
    address: String,
    address_extra: String,
    country: String,
    country_code: String,
    zip_code: String,
    city: String,
}

impl AddressView {
    pub fn of(a: &Address) -> Self {
        Self {
            name: a.name.clone(),
            phone: a.phone.clone(),
            address: a.address.clone(),
            address_extra: a.address_extra.clone(),
            country: a.country_name().to_owned(),
            country_code: a.country_code.clone(),
            zip_code: a.zip_code.clone(),
            city: a.city.clone(),
        }
    }
}

#[derive(Serialize)]
struct LineView {
    id: i64,
    title: String,
    option: Option<String>,
    reference: Option<String>,
    price: Decimal,
    tax: Decimal,
    quantity: i64,
    discount: Decimal,
    subtotal: Decimal,
    discount_percent: Decimal,
    weight: i64,
    url: String,
    description_short: String,
    image: Option<Image>,
}

/// What orders of a page share.
#[derive(Default)]
struct Shared {
    /// Products, and what they are called by the vendor.
    faces: BTreeMap<i64, (Face, Option<String>)>,
    coupons: BTreeMap<i64, Coupon>,
}

impl Shared {
    fn face(&mut self, tx: &mut Tx<'_>, wire: &Wire, id: i64) -> Result<(Face, Option<String>)> {
        if let Some(known) = self.faces.get(&id) {
            return Ok(known.clone());
        }
        let product = product::get(tx, wire.shop, id)?;
        let found = (face(tx, wire, &product)?, product_extra::get(tx, id)?.reference);
        self.faces.insert(id, found.clone());
        Ok(found)
    }

    fn coupon(&mut self, tx: &mut Tx<'_>, wire: &Wire, id: Option<i64>) -> Result<Option<Coupon>> {
        let Some(id) = id else { return Ok(None) };
        if let Some(known) = self.coupons.get(&id) {
            return Ok(Some(known.clone()));
        }
        let found = coupon::get(tx, wire.shop, id)?;
        self.coupons.insert(id, found.clone());
        Ok(Some(found))
    }
}

/// Ways to pay that have a title of their own.
const TITLES: [(&str, &str); 2] = [("on_delivery", "On Delivery"), ("pick_up", "Facility pick up")];

fn title(word: &str) -> String {
    let known = TITLES.iter().find(|(known, _)| *known == word).map(|(_, title)| (*title).to_owned());
    known.unwrap_or_else(|| {
        let spaced = word.replace(['_', '-'], " ");
        let mut letters = spaced.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    })
}

fn payment(tx: &mut Tx<'_>, order: &Order) -> Result<Payment> {
    let kind = match &order.facts.gateway {
        Some(gateway) => Some(gateway.clone()),
        None => order_details::payments(tx, order.id)?.last().map(|payment| payment.means().to_owned()),
    };
    let data = match canonical(Value::Object(order.facts.payment.clone())) {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    Ok(Payment { description: kind.as_deref().map(title), kind, data })
}

fn client(order: &Order) -> Client {
    let Facts { delivery, billing, .. } = &order.facts;
    let to = AddressView::of(delivery);
    let name = order.name.clone().or_else(|| Some(delivery.name.clone()).filter(|name| !name.is_empty()));
    Client {
        name,
        email: order.email.clone(),
        fiscal_id: order.facts.fiscal_id.clone(),
        company: order.facts.company.clone(),
        is_registered: false,
        billing: billing.as_ref().map_or_else(|| to.clone(), AddressView::of),
        // As the document has it, with the space.
        address: format!("{} {}", to.address, to.address_extra),
        postcode: to.zip_code.clone(),
        town: to.city.clone(),
        country: to.country.clone(),
        country_code: to.country_code.clone(),
        phone: to.phone.clone(),
        delivery: to,
    }
}

fn line(
    order: &Order,
    line: OrderLine,
    sums: LineSums,
    (face, reference): (Face, Option<String>),
) -> LineView {
    LineView {
        id: face.number,
        title: line.title,
        option: line.variant_title,
        reference: line.sku.or(reference),
        price: Decimal::money(line.unit_minor, &order.currency),
        tax: Decimal::percent(line.tax_bp),
        quantity: line.quantity,
        discount: sums.discount,
        subtotal: sums.subtotal,
        discount_percent: sums.discount_percent,
        weight: line.weight_g,
        url: face.url,
        description_short: face.description_short,
        image: face.image,
    }
}

/// Orders as this dialect shows them.
pub fn views(tx: &mut Tx<'_>, wire: &Wire, orders: Vec<Order>) -> Result<Vec<View>> {
    let mut shared = Shared::default();
    orders.into_iter().map(|order| one(tx, wire, order, &mut shared)).collect()
}

/// An order as this dialect shows it.
pub fn view(tx: &mut Tx<'_>, wire: &Wire, order: Order) -> Result<View> {
    one(tx, wire, order, &mut Shared::default())
}

fn one(tx: &mut Tx<'_>, wire: &Wire, o: Order, shared: &mut Shared) -> Result<View> {
    let lines = order_line::bare(tx, o.id)?;
    let coupon = shared.coupon(tx, wire, o.coupon_id)?;
    let Sums { lines: line_sums, discount, product_tax, shipping_tax, total_tax } =
        sums(&o, &lines, coupon.as_ref());
    let weight = lines.iter().map(|line| line.weight_g.saturating_mul(line.quantity)).sum();
    let mut products = Vec::new();
    for (one, sums) in lines.into_iter().zip(line_sums) {
        let face = shared.face(tx, wire, one.product_id)?;
        products.push(line(&o, one, sums, face));
    }
    let told = wire.told(o.fulfilment_status);
    let called = carried::called(tx, wire.shop, Source::Shopkit, What::Order, o.id)?;
    let hash = called.hash().map_or_else(|| wire.ids.hex40("order", o.id), str::to_owned);
    let amount = |minor| Decimal::money(minor, &o.currency);
    Ok(View {
        id: called.number,
        total: amount(o.total_minor),
        subtotal: amount(o.subtotal_minor),
        product_tax,
        total_tax,
        discount,
        shipping: Shipping {
            value: amount(o.shipping_minor),
            tax: shipping_tax,
            tax_percent: Some(o.shipping_bp).filter(|bp| *bp > 0).map(Decimal::percent),
            discount: 0,
            discount_percent: 0,
        },
        created_at: wire.zone.write(o.created_at),
        update_at: wire.zone.write(o.updated_at.max(o.created_at)),
        sent_at: wire.maybe_time(o.sent_at),
        paid_at: wire.maybe_time(o.paid_at),
        payment: payment(tx, &o)?,
        status: status::number(told),
        status_alias: told.as_str(),
        status_description: status::title(told),
        paid: o.paid_at.is_some(),
        is_new: o.is_new,
        weight,
        observations: o.facts.observations.clone(),
        custom_field: o.facts.custom_field.clone(),
        coupon: coupon.as_ref().map(|coupon| {
            let (kind, value) = coupons::worth(coupon);
            let code = o.coupon_code.clone().unwrap_or_else(|| coupon.code.clone());
            CouponView { code, kind, value }
        }),
        permalink: wire.page(&format!("/order/{hash}")),
        hash,
        client: client(&o),
        products,
        currency: o.currency,
        invoice_url: o.invoice_url,
        note: o.note,
        client_note: o.client_note,
        shipment_method: o.shipping_title,
        tracking_url: o.tracking_url,
    })
}

//! What a Shopkit store tells of itself (contract commerce.md, "Inventory — S2"), in words of ours.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::wire::{Told, text};
use super::{Context, Items};
use crate::base::error::{Error, Result};
use crate::base::html::to_markdown as markdown;
use crate::base::money;
use crate::base::time::{DAY, Millis};
use crate::domain::address::Address;
use crate::domain::carried;
use crate::domain::coupon::{self, AppliesTo, Kind};
use crate::domain::gross::Named;
use crate::domain::move_in_fit as fit;
use crate::domain::move_in_item::{Brand, Category, Coupon, Customer, Item, Line, Order, Product, Variant};
use crate::domain::order::{Fulfilment, Payment};
use crate::domain::sale_facts::Facts;
use crate::domain::{product, product_extra, showcase};

/// The most pictures of a product.
const PICTURES: usize = 50;

pub fn category(told: Told<'_>, _: &Context) -> Result<Items> {
    let category = Category {
        old_id: id(told)?,
        title: told.text("title").unwrap_or_default(),
        slug: told.text("handle").unwrap_or_default(),
        description: told.text("description").map(|text| markdown(&text)).unwrap_or_default(),
        parent: told.text("parent").filter(|parent| parent != "0"),
    };
    Ok(vec![Item::Category(Box::new(category))])
}

pub fn brand(told: Told<'_>, _: &Context) -> Result<Items> {
    let title = told.first(&["title", "name"]).unwrap_or_default();
    Ok(vec![Item::Brand(Brand { old_id: id(told)?, title, slug: told.text("handle").unwrap_or_default() })])
}

fn id(told: Told<'_>) -> Result<String> {
    told.text("id").ok_or_else(|| Error::invalid("it has no id"))
}

pub fn product(told: Told<'_>, context: &Context) -> Result<Items> {
    let (currency, mut remarks) = (context.currency()?, Vec::new());
    let tax_bp = told.percent("tax")?;
    let named = RefCell::new(Named::default());
    let net = |minor: i64| if context.is_gross { named.borrow_mut().take(minor, tax_bp) } else { minor };
    let price = told.money("price", currency)?.map(net);
    let status = told.text("status_alias").unwrap_or_else(|| match told.int("status") {
        Some(2) => "hidden".to_owned(),
        Some(3) => "out_of_stock".to_owned(),
        Some(4) => "soon".to_owned(),
        _ => "active".to_owned(),
    });
    let categories: Vec<String> =
        told.list("categories").iter().filter_map(|shelf| shelf.text("id")).collect();
    if categories.len() > 1 {
        remarks.push(format!("it stands in {} categories: here it stands in the first", categories.len()));
    }
    let has_file = told.text("file").is_some_and(|file| file != "false");
    if has_file {
        remarks.push("the file that buyers download is not carried: make a release and upload it".to_owned());
    }
    if let Some(barcode) = told.text("barcode") {
        remarks.push(format!("its bar code {barcode} has no place here"));
    }
    let (brand, brand_id) = brand_of(told);
    let stock = told.inside("stock");
    let variants = variants(told, (currency, price), (status == "out_of_stock", &mut remarks), &net)?;
    let own = Variant {
        sku: told.text("reference").filter(|_| variants.is_empty()),
        stock: stock.int("stock_qty").filter(|_| stock.flag("stock_enabled")),
        low_at: stock.int("stock_notify"),
        is_out: status == "out_of_stock",
        ..Variant::default()
    };
    let kind = if has_file { product::Kind::Software } else { product::Kind::Service };
    let change = product::Change {
        kind: Some(kind),
        title: Some(fit::title(&told.text("title").unwrap_or_default(), "Product")),
        description: Some(fit::page(&markdown(&told.text("description").unwrap_or_default()), 50_000)),
        visible: Some(!matches!(status.as_str(), "hidden" | "soon")),
        price: Some(price.map(|minor| (minor, currency.to_owned()))),
        tax_bp: Some(tax_bp),
        showcase: showcase::Change {
            is_featured: Some(told.flag("featured")),
            images: Some(pictures(told)),
            ..showcase::Change::default()
        },
        ..product::Change::default()
    };
    let extra = extra(told, currency, &status, &net)?;
    let product = Product {
        old_id: id(told)?,
        change,
        extra: product_extra::Change {
            shoppy: context.is_gross.then(|| named.into_inner().alone()),
            ..extra
        },
        slug: told.text("handle").unwrap_or_default(),
        category: categories.first().cloned(),
        brand: brand_id,
        variants,
        own,
        created_at: told.time("created_at"),
        remarks,
        ..Product::default()
    };
    Ok(brand.into_iter().map(Item::Brand).chain([Item::Product(Box::new(product))]).collect())
}

/// A product's brand, where it is told with it, and what that is called.
fn brand_of(told: Told<'_>) -> (Option<Brand>, Option<String>) {
    let within = told.inside("brand");
    let title = within.first(&["title", "name"]).or_else(|| told.text("brand"));
    let Some(title) = title else { return (None, within.text("id")) };
    let old_id = within.text("id").unwrap_or_else(|| title.clone());
    let brand = Brand { old_id: old_id.clone(), title, slug: within.text("handle").unwrap_or_default() };
    (Some(brand), Some(old_id))
}

fn extra(
    told: Told<'_>,
    currency: &str,
    status: &str,
    net: &dyn Fn(i64) -> i64,
) -> Result<product_extra::Change> {
    let stock = told.inside("stock");
    let has_promo = told.flag("promo") || told.flag("is_promotion");
    let promo = told.money("price_promo", currency)?.filter(|minor| has_promo && *minor > 0);
    let line = |name: &str, most| Some(told.text(name).and_then(|text| fit::line(&text, most)));
    Ok(product_extra::Change {
        reference: line("reference", 200),
        promo_minor: Some(promo.map(net)),
        is_on_request: Some(told.flag("price_on_request")),
        is_new: Some(told.flag("new")),
        is_soon: Some(status == "soon"),
        position: Some(told.int("position").unwrap_or(0).clamp(-1_000_000_000, 1_000_000_000)),
        weight_g: Some(told.int("weight").unwrap_or(0).clamp(0, 100_000_000)),
        shipping_minor: Some(told.money("shipping", currency)?.unwrap_or(0).max(0)),
        is_sold_single: Some(stock.flag("stock_sold_single")),
        is_backorder: Some(stock.flag("stock_backorder")),
        shows_stock: stock.get("stock_show").map(|_| stock.flag("stock_show")),
        video_url: line("video_url", 2_000),
        page_title: line("page_title", 500),
        meta_description: line("meta_description", 2_000),
        meta_tags: line("meta_tags", 2_000),
        ..product_extra::Change::default()
    })
}

/// The pictures of a product as large as they are, each once.
fn pictures(told: Told<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for image in std::iter::once(told.inside("image")).chain(told.list("images")) {
        let full = image.first(&["full", "square", "thumb"]).or_else(|| text(image.0));
        if let Some(url) = full.and_then(|url| fit::address(&url))
            && !all.contains(&url)
            && all.len() < PICTURES
        {
            all.push(url);
        }
    }
    all
}

fn variants(
    told: Told<'_>,
    (currency, price): (&str, Option<i64>),
    (is_out, remarks): (bool, &mut Vec<String>),
    net: &dyn Fn(i64) -> i64,
) -> Result<Vec<Variant>> {
    let stock = told.inside("stock");
    let groups = told.list("option_groups");
    let mut all = Vec::new();
    for option in told.list("options") {
        if option.flag("promo") && option.money("price_promo", currency)?.is_some_and(|minor| minor > 0) {
            remarks.push("a form of it has a promotional price of its own, which is not carried".to_owned());
        }
        let own = option.money("price", currency)?.map(net);
        let title = option.text("title").unwrap_or_default();
        all.push(Variant {
            old_id: option.text("id"),
            title: fit::title(&title, "Default"),
            sku: option.text("reference"),
            price_minor: own.filter(|minor| Some(*minor) != price),
            stock: option.int("stock").filter(|_| stock.flag("stock_enabled")),
            low_at: stock.int("stock_notify"),
            is_out: is_out || option.get("active").is_some_and(|_| !option.flag("active")),
            options: chosen(option, &groups),
        });
    }
    Ok(all)
}

/// What a form is chosen by, such as its size.
fn chosen(option: Told<'_>, groups: &[Told<'_>]) -> Map<String, Value> {
    let mut chosen = Map::new();
    for (place, group) in groups.iter().take(3).enumerate() {
        let Some(wanted) = option.text(&format!("id_variant_{}", place + 1)) else { continue };
        let value = group.list("options").into_iter().find(|one| one.text("id").as_ref() == Some(&wanted));
        let name = group.text("title").and_then(|name| fit::line(&name, 100));
        let value = value.and_then(|value| value.text("title")).and_then(|value| fit::line(&value, 100));
        if let (Some(name), Some(value)) = (name, value) {
            chosen.insert(name, value.into());
        }
    }
    chosen
}

pub fn coupon(told: Told<'_>, context: &Context) -> Result<Items> {
    let currency = context.currency()?;
    let kind = told.text("type").unwrap_or_default();
    let (kind, value, applies_to) = match kind.as_str() {
        "percent" => (Kind::Percent, told.percent("value")?, AppliesTo::Lines),
        "money" => (Kind::Fixed, told.money("value", currency)?.unwrap_or(0), AppliesTo::Lines),
        "shipping" => (Kind::Percent, money::WHOLE, AppliesTo::Shipping),
        other => return Err(Error::invalid(format!("a coupon of the type '{other}' is not known here"))),
    };
    let named = |name: &str| told.inside(name).text("id").or_else(|| told.text(name));
    let draft = coupon::Draft {
        code: told.text("code").unwrap_or_default(),
        kind,
        value,
        currency: (kind == Kind::Fixed).then(|| currency.to_owned()),
        product_id: None,
        category_id: None,
        least_minor: told.money("orders_over", currency)?.unwrap_or(0).max(0),
        max_uses: told.int("limit").filter(|limit| *limit > 0),
        starts_at: told.time("date_from"),
        // To the end of that day.
        ends_at: told.time("date_to").map(|at| at + DAY),
        applies_to,
        max_uses_each: None,
    };
    Ok(vec![Item::Coupon(Box::new(Coupon {
        old_id: id(told)?,
        draft,
        used: told.int("used").unwrap_or(0),
        product: named("product"),
        category: named("category"),
        created_at: told.time("created_at"),
    }))])
}

pub fn customer(told: Told<'_>, _: &Context) -> Result<Items> {
    Ok(vec![Item::Customer(Box::new(person(told, told.text("id"), told.time("created_at"))?))])
}

fn person(told: Told<'_>, old_id: Option<String>, created_at: Option<Millis>) -> Result<Customer> {
    let email =
        told.text("email").ok_or_else(|| Error::invalid("nobody's e-mail address is told with it"))?;
    let delivery = address(told.inside("delivery"));
    let billing =
        Some(address(told.inside("billing"))).filter(|billing| !billing.is_empty() && *billing != delivery);
    Ok(Customer {
        old_id,
        email,
        name: told.text("name"),
        phone: told.text("phone").or_else(|| told.inside("delivery").text("phone")),
        delivery,
        billing,
        fiscal_id: told.text("fiscal_id"),
        company: told.text("company"),
        created_at,
    })
}

fn address(told: Told<'_>) -> Address {
    let page = |name: &str| told.text(name).map(|text| fit::page(&text, 500)).unwrap_or_default();
    let code = page("country_code").to_ascii_uppercase();
    Address {
        name: page("name"),
        phone: page("phone"),
        address: page("address"),
        address_extra: page("address_extra"),
        zip_code: page("zip_code"),
        city: page("city"),
        country_code: if code.len() == 3 { code } else { String::new() },
        country: page("country"),
    }
}

pub fn order(told: Told<'_>, context: &Context) -> Result<Items> {
    let currency = told.text("currency").map_or_else(|| context.currency().map(str::to_owned), Ok)?;
    let created_at = told.time("created_at").ok_or_else(|| Error::invalid("when it was made is not told"))?;
    let updated_at = told.time("update_at").or_else(|| told.time("updated_at")).unwrap_or(created_at);
    let fulfilment = fulfilment(told)?;
    let paid_at = told.flag("paid").then(|| told.time("paid_at").unwrap_or(updated_at.max(created_at)));
    let payment = match (paid_at, fulfilment) {
        (Some(_), _) => Payment::Paid,
        (None, Fulfilment::WaitingConfirmation) => Payment::Confirming,
        (None, _) => Payment::Unpaid,
    };
    let shipping = told.inside("shipping");
    let sent = shipping.money("value", &currency)?.unwrap_or(0)
        - shipping.money("discount", &currency)?.unwrap_or(0);
    let client = told.inside("client");
    let is_canceled = fulfilment == Fulfilment::Canceled;
    Ok(vec![Item::Order(Box::new(Order {
        old_id: id(told)?,
        number: None,
        hash: told.text("hash").filter(|hash| carried::is_hash(hash)),
        customer: person(client, None, Some(created_at))?,
        lines: told
            .list("products")
            .into_iter()
            .map(|line| self::line(line, &currency))
            .collect::<Result<_>>()?,
        discount_minor: told.money("discount", &currency)?.unwrap_or(0).max(0),
        shipping_minor: sent.max(0),
        shipping_title: told.text("shipment_method"),
        shipping_bp: shipping.percent("tax_percent")?,
        total_minor: told
            .money("total", &currency)?
            .ok_or_else(|| Error::invalid("its total is not told"))?,
        refunded_minor: 0,
        payment,
        fulfilment,
        coupon_code: told.inside("coupon").text("code"),
        created_at,
        updated_at: updated_at.max(created_at),
        paid_at,
        sent_at: told.time("sent_at"),
        delivered_at: (fulfilment == Fulfilment::Delivered).then_some(updated_at.max(created_at)),
        canceled_at: is_canceled.then_some(updated_at.max(created_at)),
        disputed_at: None,
        is_new: told.flag("is_new"),
        invoice_url: told.text("invoice_url"),
        tracking_url: told.text("tracking_url"),
        note: told.text("note"),
        client_note: told.text("client_note"),
        facts: facts(told),
        reference: told.inside("payment").first(&["description", "type"]),
        currency,
    }))])
}

/// Where the goods of an order are: by its word, or by its number.
fn fulfilment(told: Told<'_>) -> Result<Fulfilment> {
    if let Some(word) = told.text("status_alias") {
        return word.parse();
    }
    Ok(match told.int("status") {
        Some(1) => Fulfilment::Pending,
        Some(2) => Fulfilment::Processing,
        Some(3) => Fulfilment::Sent,
        Some(4) => Fulfilment::Canceled,
        Some(5) => Fulfilment::WaitingConfirmation,
        Some(6) => Fulfilment::WaitingPayment,
        Some(7) => Fulfilment::WaitingStock,
        Some(8) => Fulfilment::Delivered,
        Some(9) => Fulfilment::Returned,
        Some(10) => Fulfilment::PickupAvailable,
        Some(11) => Fulfilment::WaitingShipment,
        _ => return Err(Error::invalid("its status is none that is known")),
    })
}

fn line(told: Told<'_>, currency: &str) -> Result<Line> {
    Ok(Line {
        product: told.text("id").filter(|id| id != "0"),
        title: told.text("title").unwrap_or_default(),
        option: told.text("option"),
        sku: told.text("reference"),
        unit_minor: told.money("price", currency)?.unwrap_or(0),
        quantity: told.int("quantity").unwrap_or(1),
        tax_bp: told.percent("tax")?,
        discount_minor: told.money("discount", currency)?.unwrap_or(0).max(0),
        weight_g: told.int("weight").unwrap_or(0),
        keys: Vec::new(),
    })
}

fn facts(told: Told<'_>) -> Facts {
    let client = told.inside("client");
    let delivery = address(client.inside("delivery"));
    let billing =
        Some(address(client.inside("billing"))).filter(|billing| !billing.is_empty() && *billing != delivery);
    let payment = told.inside("payment");
    Facts {
        delivery,
        billing,
        fiscal_id: client.text("fiscal_id"),
        company: client.text("company"),
        observations: told.text("observations").map(|text| fit::page(&text, 5_000)),
        custom_field: told.text("custom_field").map(|text| fit::page(&text, 5_000)),
        gateway: payment.text("type"),
        payment: payment.object("data"),
        ..Facts::default()
    }
}

//! What a Shoppy seller's service tells of them (contract commerce.md, "Inventory — S4"), in words of ours: in the shapes of its document
//! (1.0), and in those that its later programs know (v1).

use serde_json::{Map, Value};

use super::wire::{Told, text};
use super::{Context, Items};
use crate::base::error::{Error, Result};
use crate::base::money;
use crate::domain::coupon::{self, AppliesTo, Kind};
use crate::domain::inventory;
use crate::domain::move_in_fit as fit;
use crate::domain::move_in_item::{Coupon, Customer, Item, Line, Order, Product, Review, Ticket, Variant};
use crate::domain::order::{Fulfilment, Payment};
use crate::domain::sale_facts::Facts;
use crate::domain::{product, product_extra, review, showcase};

/// What is kept of a product in the service's own words, and how the document calls it.
const OWN: [(&str, &[&str]); 7] = [
    ("confirmations", &["confirmations", "required_confirmations"]),
    ("gateways", &["gateways", "gateway"]),
    ("dynamic_url", &["dynamic_url"]),
    ("attachment_id", &["attachment_id"]),
    ("theme", &["theme"]),
    ("theme_color", &["theme_color"]),
    ("attach_email_text", &["attach_email_text"]),
];

/// What is kept of a payment in the service's own words.
const PAYMENT: [&str; 9] = [
    "transaction_id",
    "crypto_address",
    "crypto_amount",
    "confirmations",
    "required_confirmations",
    "received_amount",
    "exchange_rate",
    "pay_id",
    "shipping_address",
];

pub fn product(told: Told<'_>, context: &Context) -> Result<Items> {
    let numbers: Vec<String> =
        ["product_id", "id", "hashed_id", "number"].iter().filter_map(|name| told.text(name)).collect();
    let (old_id, also) = numbers.split_first().ok_or_else(|| Error::invalid("it has no id"))?;
    let currency = told.text("currency").map_or_else(|| context.currency().map(str::to_owned), Ok)?;
    let price = told.money("price", &currency)?;
    let kind = kind(told);
    let (email, quantity) = (told.inside("email"), told.inside("quantity"));
    let mut remarks = Vec::new();
    match kind.as_str() {
        "file" => remarks
            .push("the file that buyers download is not carried: make a release and upload it".to_owned()),
        "dynamic" => remarks.push(
            "what it hands out comes from an address of yours: here it hands out nothing by itself"
                .to_owned(),
        ),
        _ => {}
    }
    if told.list("webhook_urls").iter().any(|url| text(url.0).is_some()) {
        remarks.push("its webhooks are not carried: make them here, or orders are told to nobody".to_owned());
    }
    let stock = told.int("stock").filter(|stock| (0..=inventory::MOST).contains(stock));
    let pool: Vec<String> = accounts(told);
    let own = Variant {
        // The keys of a pool are counted by themselves.
        stock: stock.filter(|left| kind != "account" || (pool.is_empty() && *left > 0)),
        low_at: told.int("stock_warning"),
        is_out: kind == "account" && pool.is_empty() && stock == Some(0),
        ..Variant::default()
    };
    let letter = email.text("value").filter(|_| email.get("enabled").is_none_or(|_| email.flag("enabled")));
    let least = quantity.int("min").or_else(|| told.int("minimum_quantity")).unwrap_or(1).clamp(1, 1_000_000);
    let most = quantity.int("max").or_else(|| told.int("maximum_quantity")).filter(|most| *most >= least);
    let software = matches!(kind.as_str(), "account" | "file");
    let change = product::Change {
        kind: Some(if software { product::Kind::Software } else { product::Kind::Service }),
        title: Some(fit::title(&told.text("title").unwrap_or_default(), "Product")),
        description: Some(fit::page(&told.text("description").unwrap_or_default(), 50_000)),
        visible: Some(!told.flag("unlisted")),
        price: Some(price.map(|minor| (minor, currency))),
        showcase: showcase::Change { images: Some(pictures(told)), ..showcase::Change::default() },
        ..product::Change::default()
    };
    let extra = product_extra::Change {
        min_quantity: Some(least),
        max_quantity: Some(most.map(|most| most.min(1_000_000))),
        position: Some(told.int("position").unwrap_or(0).clamp(-1_000_000_000, 1_000_000_000)),
        letter: Some(fit::page(&letter.or_else(|| told.text("email_message")).unwrap_or_default(), 10_000)),
        custom_fields: Some(
            told.list("custom_fields").into_iter().map(|field| field.0.clone()).take(50).collect(),
        ),
        shoppy: Some(own_words(told, &kind)),
        ..product_extra::Change::default()
    };
    Ok(vec![Item::Product(Box::new(Product {
        old_id: old_id.clone(),
        also: also.to_vec(),
        change,
        extra,
        own,
        pool,
        created_at: told.time("created_at"),
        remarks,
        ..Product::default()
    }))])
}

/// What a product is, by its word or its number.
fn kind(told: Told<'_>) -> String {
    match told.text("type").as_deref() {
        Some("1" | "serial") => "account".to_owned(),
        Some("2") | None => "service".to_owned(),
        Some("3") => "file".to_owned(),
        Some(word) => word.to_owned(),
    }
}

fn own_words(told: Told<'_>, kind: &str) -> Map<String, Value> {
    let mut own = Map::from_iter([("type".to_owned(), kind.into())]);
    for (name, told_as) in OWN {
        if let Some(value) = told_as.iter().find_map(|name| told.get(name)).filter(|value| **value != false) {
            own.insert(name.to_owned(), value.clone());
        }
    }
    // What is not said to buyers for now.
    let email = told.inside("email");
    if let Some(unsaid) =
        email.text("value").filter(|_| email.get("enabled").is_some() && !email.flag("enabled"))
    {
        own.insert("email_value".to_owned(), fit::page(&unsaid, 10_000).into());
    }
    own
}

fn pictures(told: Told<'_>) -> Vec<String> {
    let image = told.text("image").or_else(|| told.inside("image").first(&["url", "path"]));
    image.and_then(|url| fit::address(&url)).into_iter().collect()
}

/// What is, or was, handed out.
fn accounts(told: Told<'_>) -> Vec<String> {
    told.list("accounts").into_iter().filter_map(|one| one.text("account").or_else(|| text(one.0))).collect()
}

pub fn coupon(told: Told<'_>, context: &Context) -> Result<Items> {
    let is_fixed =
        told.text("type").is_some_and(|kind| matches!(kind.as_str(), "fixed" | "money" | "amount"));
    let named = told.text("currency").map_or_else(|| context.currency().map(str::to_owned), Ok);
    let currency = if is_fixed { Some(named?) } else { None };
    let value = match &currency {
        Some(currency) => told.money("value", currency)?.unwrap_or(0),
        None => told.percent("value")?,
    };
    let draft = coupon::Draft {
        code: told.text("code").unwrap_or_default(),
        kind: if is_fixed { Kind::Fixed } else { Kind::Percent },
        value,
        currency,
        product_id: None,
        category_id: None,
        least_minor: 0,
        max_uses: told.int("max_uses").or_else(|| told.int("limit")).filter(|most| *most > 0),
        starts_at: told.time("starts_at"),
        ends_at: told.time("expires_at").or_else(|| told.time("ends_at")),
        applies_to: AppliesTo::Lines,
        max_uses_each: None,
    };
    Ok(vec![Item::Coupon(Box::new(Coupon {
        old_id: told.text("id").ok_or_else(|| Error::invalid("it has no id"))?,
        draft,
        used: told.int("used").or_else(|| told.int("uses")).unwrap_or(0),
        product: told.text("product_id"),
        category: None,
        created_at: told.time("created_at"),
    }))])
}

pub fn order(told: Told<'_>, context: &Context) -> Result<Items> {
    let uuid = told.first(&["invoice_id", "id"]);
    let number = told.first(&["order_id", "number"]).filter(|_| uuid.is_some());
    let old_id = uuid.or_else(|| told.text("order_id")).ok_or_else(|| Error::invalid("it has no id"))?;
    let currency = told.text("currency").map_or_else(|| context.currency().map(str::to_owned), Ok)?;
    let created_at = told.time("created_at").ok_or_else(|| Error::invalid("when it was made is not told"))?;
    let email =
        told.text("email").ok_or_else(|| Error::invalid("nobody's e-mail address is told with it"))?;
    let (paid_at, disputed_at) = (told.time("paid_at"), told.time("disputed_at"));
    let total = match told.money("price", &currency)? {
        Some(total) => Some(total),
        None => told.money("original_price", &currency)?,
    };
    let total_minor = total.ok_or_else(|| Error::invalid("its price is not told"))?;
    let is_refunded = told.text("refund_id").is_some() && paid_at.is_some();
    let (payment, fulfilment) = standing(told, is_refunded);
    let gateway = told.first(&["gateway", "payment_gateway"]);
    let transaction = told.text("transaction_id");
    Ok(vec![Item::Order(Box::new(Order {
        old_id,
        number,
        hash: None,
        customer: Customer { email, created_at: Some(created_at), ..Customer::default() },
        lines: vec![line(told, total_minor)?],
        discount_minor: 0,
        shipping_minor: 0,
        shipping_title: None,
        shipping_bp: 0,
        total_minor,
        refunded_minor: if is_refunded { total_minor } else { 0 },
        payment,
        fulfilment,
        coupon_code: told.inside("coupon").text("code"),
        created_at,
        updated_at: [paid_at, disputed_at].into_iter().flatten().fold(created_at, i64::max),
        paid_at,
        sent_at: None,
        delivered_at: paid_at.filter(|_| fulfilment == Fulfilment::Delivered),
        canceled_at: None,
        disputed_at,
        is_new: false,
        invoice_url: None,
        tracking_url: None,
        note: None,
        client_note: None,
        facts: facts(told, gateway.clone()),
        reference: gateway.map(|way| transaction.map_or_else(|| way.clone(), |id| format!("{way} {id}"))),
        currency,
    }))])
}

fn standing(told: Told<'_>, is_refunded: bool) -> (Payment, Fulfilment) {
    let is_paid = told.time("paid_at").is_some();
    let payment = if is_refunded {
        Payment::Refunded
    } else if is_paid && told.time("disputed_at").is_some() {
        Payment::Disputed
    } else if is_paid {
        Payment::Paid
    } else if told.flag("crypto_received") {
        Payment::Confirming
    } else {
        Payment::Unpaid
    };
    let fulfilment = match payment {
        Payment::Unpaid => Fulfilment::WaitingPayment,
        Payment::Confirming => Fulfilment::WaitingConfirmation,
        _ if told.flag("delivered") => Fulfilment::Delivered,
        _ => Fulfilment::Pending,
    };
    (payment, fulfilment)
}

/// The one line of an order: pieces of a price that, times their number, is the total or a little more, which is then off.
fn line(told: Told<'_>, total: i64) -> Result<Line> {
    let quantity = told.int("quantity").filter(|quantity| *quantity > 0).unwrap_or(1);
    let product = told.inside("product");
    let unit = money::amount((i128::from(total) + i128::from(quantity) - 1) / i128::from(quantity))?;
    Ok(Line {
        product: told.text("product_id").or_else(|| product.first(&["id", "product_id"])),
        title: product.text("title").unwrap_or_else(|| match told.text("product_id") {
            Some(id) => format!("Product {id}"),
            None => "Payment".to_owned(),
        }),
        unit_minor: unit,
        quantity,
        keys: if told.time("paid_at").is_some() { accounts(told) } else { Vec::new() },
        ..Line::default()
    })
}

fn facts(told: Told<'_>, gateway: Option<String>) -> Facts {
    let agent = told.inside("agent");
    let line = |text: Option<String>| text.and_then(|text| fit::line(&text, 1_000));
    let mut payment = Map::new();
    // The later shapes tell what an order's own payments come to.
    let is_kept = |name: &&str| *name != "received_amount" || told.get("invoice_id").is_some();
    for name in PAYMENT.into_iter().filter(is_kept) {
        if let Some(value) = told.get(name) {
            payment.insert(name.to_owned(), value.clone());
        }
    }
    Facts {
        gateway,
        payment,
        custom_fields: told.list("custom_fields").into_iter().map(|field| field.0.clone()).collect(),
        ip: line(told.text("ip_address").or_else(|| agent.inside("geo").text("ip"))),
        user_agent: line(told.first(&["http_useragent", "user_agent"])),
        referer: line(told.text("http_referer")),
        ..Facts::default()
    }
}

pub fn feedback(told: Told<'_>, _: &Context) -> Result<Items> {
    let created_at =
        told.time("created_at").ok_or_else(|| Error::invalid("when it was written is not told"))?;
    let stars = told.int("stars").filter(|stars| *stars > 0);
    // Without stars, it is good, bad, or neither.
    let rating = stars.unwrap_or_else(|| 3 + 2 * told.int("rating").unwrap_or(0).signum());
    Ok(vec![Item::Review(Box::new(Review {
        old_id: told.first(&["feedback_id", "id"]).ok_or_else(|| Error::invalid("it has no id"))?,
        order: told
            .first(&["invoice_id", "order_id"])
            .or_else(|| told.inside("order").first(&["invoice_id", "id"])),
        product: told.inside("product").first(&["product_id", "id"]),
        rating,
        content: told.text("comment").unwrap_or_default(),
        status: review::Status::Published,
        response: told.text("response"),
        created_at,
        updated_at: told.time("updated_at").unwrap_or(created_at),
    }))])
}

pub fn query(told: Told<'_>, _: &Context) -> Result<Items> {
    let created_at =
        told.time("created_at").ok_or_else(|| Error::invalid("when it was asked is not told"))?;
    let mut replies: Vec<(bool, String, i64)> = told
        .list("replies")
        .into_iter()
        .filter(|reply| reply.get("deleted_at").is_none())
        .map(|reply| {
            let by_shop =
                reply.flag("seller_reply") || (reply.text("seller_id").is_some() && !reply.flag("is_user"));
            let at = reply.time("created_at").unwrap_or(created_at);
            (by_shop, reply.text("message").unwrap_or_default(), at)
        })
        .collect();
    replies.sort_by_key(|(.., at)| *at);
    let last = replies.last().map_or(created_at, |(.., at)| *at);
    Ok(vec![Item::Ticket(Box::new(Ticket {
        old_id: told.first(&["query", "id"]).ok_or_else(|| Error::invalid("it has no id"))?,
        email: told.text("email").ok_or_else(|| Error::invalid("nobody's e-mail address is told with it"))?,
        subject: told.text("subject").unwrap_or_default(),
        message: told.text("message").unwrap_or_default(),
        status: match told.int("status") {
            Some(1) => "user_reply",
            Some(2) => "replied",
            Some(3) => "closed",
            Some(4) => "solved",
            _ => "open",
        },
        created_at,
        updated_at: told.time("updated_at").unwrap_or(created_at).max(last),
        replies,
    }))])
}

//! Shops that old services know, all of them made up.

use serde_json::{Value, json};

use super::old::{Kind, Old};

/// A day, so many after the first of 2010, in the form of Shopkit.
fn day(n: usize) -> String {
    let (month, day) = (1 + n / 28 % 12, 1 + n % 28);
    format!("{}-{month:02}-{day:02}T10:{:02}:00+00:00", 2010 + n / 336, n % 60)
}

/// The same in the form of the Shoppy document.
fn plain(n: usize) -> String {
    day(n)[..19].replace('T', " ")
}

/// A Shopkit store with so many orders.
pub fn shopkit(orders: usize) -> Old {
    let old = Old::open(Kind::Shopkit);
    old.thing("/", json!({"username": "quill", "name": "Quill", "currency": "EUR", "taxes_included": false}));
    // The one on top stands under the one below it.
    old.list(
        "/category",
        vec![
            json!({"id": 12, "title": "Bowls", "handle": "bowls", "parent": 11, "description": "<p>Round</p>"}),
            json!({"id": 11, "title": "Kitchen", "handle": "kitchen", "parent": 0, "description": ""}),
        ],
    );
    old.list("/brand", vec![json!({"id": 5, "title": "Clay & Co", "handle": "clay-co"})]);
    old.list("/product", vec![mug(), bowl(), card()]);
    old.list("/coupon", vec![coupon()]);
    old.list("/order", (0..orders).rev().map(shopkit_order).collect());
    old
}

fn bowl() -> Value {
    json!({
        "id": 1337, "title": "Rustic bowl", "reference": "", "price": 40.73, "price_promo": 0, "price_on_request": false,
        "created_at": "2014-11-30T01:04:40+00:00", "status": 1, "status_alias": "active", "position": 3, "shipping": 1.5,
        "featured": true, "new": true, "is_promotion": false, "promo": false,
        "description": "<p>Four <strong>rustic</strong> bowls &amp; a lid.</p>", "video_url": "", "file": null, "tax": 23,
        "meta_description": "Bowls", "meta_tags": "", "handle": "rustic-bowl", "page_title": "Bowls", "weight": 500,
        "image": {"thumb": "https://img.old.example/t/1.jpg", "square": "https://img.old.example/s/1.jpg",
            "full": "https://img.old.example/1.jpg"},
        "images": {"1": {"full": "https://img.old.example/2.jpg"}, "2": {"full": "https://img.old.example/1.jpg"}},
        "options": [
            {"id": 192_867, "id_variant_1": "45", "id_variant_2": "90", "id_variant_3": null, "title": "Small / White",
                "price": "40.73", "promo": false, "price_promo": "0", "stock": "99", "active": "1", "reference": "RSBS001"},
            {"id": "192868", "id_variant_1": "46", "id_variant_2": "90", "id_variant_3": "", "title": "Big / White",
                "price": 45.73, "promo": false, "price_promo": 0, "stock": 3, "active": true, "reference": null},
        ],
        "categories": [{"id": 12, "title": "Bowls"}, {"id": 11, "title": "Kitchen"}],
        "brand": {"id": 5, "title": "Clay & Co"},
        "option_groups": [
            {"title": "Size", "options": [{"id": "45", "title": "Small"}, {"id": "46", "title": "Big"}]},
            {"title": "Color", "options": [{"id": "90", "title": "White"}]},
        ],
        "stock": {"stock_enabled": true, "stock_qty": 102, "stock_backorder": true, "stock_show": true,
            "stock_sold_single": false, "stock_notify": "5"},
    })
}

fn mug() -> Value {
    json!({
        "id": 1338, "title": "Mug", "reference": "MUG-1", "price": 10, "price_promo": 8.5, "promo": true, "status": 2,
        "created_at": "2015-01-01T00:00:00+00:00", "description": "Plain", "tax": 0, "handle": "mug", "weight": 0,
        "images": {}, "options": [], "categories": [], "option_groups": [], "file": null,
        "stock": {"stock_enabled": true, "stock_qty": 7, "stock_backorder": false, "stock_show": false,
            "stock_sold_single": true, "stock_notify": 2},
    })
}

fn card() -> Value {
    json!({
        "id": 1339, "title": "Pattern", "price": 5, "status": 4, "created_at": "2016-01-01T00:00:00+00:00", "tax": 0,
        "handle": "pattern", "file": "https://files.old.example/pattern.pdf", "barcode": "4006381333931",
        "stock": {"stock_enabled": false},
    })
}

fn coupon() -> Value {
    json!({"id": 77, "code": "TENOFF", "limit": 5, "used": 2, "value": 10, "type": "percent", "applies_to": "all_orders",
        "orders_over": null, "category": null, "product": null, "date_from": null, "date_to": "2031-12-31",
        "created_at": "2014-11-18T23:41:32+00:00"})
}

/// The `n`th order: every fifth is not paid, every seventh cancelled, every eleventh of a product that is no more.
pub fn shopkit_order(n: usize) -> Value {
    let (is_paid, is_canceled) = (n % 5 != 4, n % 7 == 6);
    let status = if is_canceled {
        "canceled"
    } else if is_paid {
        "sent"
    } else {
        "waiting_payment"
    };
    let gone = n % 11 == 10;
    let line = if gone {
        json!({"id": 900, "title": "Old vase", "option": null, "reference": "", "price": 71.32, "tax": 0, "quantity": 1,
            "discount": 7.132, "subtotal": 64.188})
    } else {
        json!({"id": 1338, "title": "Mug", "option": null, "reference": "MUG-1", "price": 71.32, "tax": 0, "quantity": 1,
            "discount": 7.132, "subtotal": 64.188})
    };
    let mut order = json!({
        "id": 5_000 + n, "hash": format!("{n:040x}"), "total": 157.03, "subtotal": 148.64, "product_tax": 16.0052,
        "total_tax": 16.0052, "discount": 14.864, "created_at": day(n), "update_at": day(n + 1), "currency": "EUR",
        "sent_at": is_paid.then(|| day(n + 1)), "paid_at": is_paid.then(|| day(n)), "status_alias": status, "paid": is_paid,
        "is_new": false, "invoice_url": null, "weight": 0, "observations": "Ring twice", "note": null, "client_note": null,
        "custom_field": null, "shipment_method": "Van", "tracking_url": null,
    });
    order["shipping"] =
        json!({"value": 7.25, "tax": 0, "tax_percent": null, "discount": 0, "discount_percent": 0});
    let data = json!({"entity": 88_888, "reference": 888_888_888, "value": 157.03});
    order["payment"] = json!({"type": "multibanco", "data": data, "description": "Multibanco"});
    order["coupon"] = json!({"code": "TENOFF", "type": "percent", "value": 10});
    let address = json!({"name": "Buyer", "phone": "900000000", "address": "Long Street 1\nBack house", "address_extra": "",
        "country": "Portugal - Continental", "country_code": "PRT", "zip_code": "6000-767", "city": "Castelo Branco"});
    order["client"] = json!({"name": format!("Buyer {}", n / 3), "email": format!("buyer{}@customer.example", n / 3),
        "fiscal_id": null, "company": null, "is_registered": false, "delivery": address, "billing": address});
    let bowl = json!({"id": 1337, "title": "Rustic bowl", "option": "Small / White", "reference": "RSBS001", "price": 77.32,
        "tax": 23, "quantity": 1, "discount": 7.732, "subtotal": 85.59324});
    order["products"] = json!([bowl, line]);
    order
}

/// What Shoppy sellers sell: keys and a service.
pub fn shoppy_v1(orders: usize) -> Old {
    let old = Old::open(Kind::ShoppyV1);
    old.thing("/settings", json!({"status": true, "settings": {"currency": "USD"}}));
    let unlimited = i64::MAX;
    old.list(
        "/products",
        vec![
            json!({"id": "Ab3dE5g", "title": "Setup", "description": "**We** set it up", "unlisted": true, "type": "service",
                "price": 25, "currency": "USD", "email": {"enabled": false, "value": "unsaid"}, "quantity": {"min": 1, "max": 1},
                "custom_fields": [], "gateways": ["PayPal"], "webhook_urls": ["https://hook.old.example/x"], "stock": unlimited,
                "created_at": "2020-02-02T10:00:00.000Z", "updated_at": "2020-02-02T10:00:00.000Z"}),
            json!({"id": "Zz9yX8w", "title": "Key of the app", "description": "Works", "unlisted": false, "type": "account",
                "price": 9.99, "currency": "USD", "email": {"enabled": true, "value": "Thank you"},
                "quantity": {"min": 1, "max": 10}, "confirmations": 1, "gateways": ["Bitcoin", "PayPal"], "webhook_urls": [],
                "custom_fields": [{"name": "Host", "type": "text", "required": true}], "stock": 3,
                "accounts": [{"account": "FREE-KEY-1"}, {"account": "FREE-KEY-2"}, {"account": "two\nlines"}],
                "created_at": "2020-01-01T10:00:00.000Z", "updated_at": "2020-01-01T10:00:00.000Z"}),
        ],
    );
    old.list(
        "/coupons",
        vec![
            json!({"id": "c0upon1", "code": "SPRING", "value": 15, "created_at": "2021-01-01T00:00:00.000Z"}),
        ],
    );
    old.list("/orders", (0..orders).rev().map(shoppy_order).collect());
    old.list(
        "/feedbacks",
        vec![
            json!({"id": "fb-2", "order_id": uuid(0), "comment": "Good", "stars": 5, "rating": 1, "response": "Thanks",
                "created_at": "2024-03-01T10:00:00.000Z", "updated_at": "2024-03-02T10:00:00.000Z"}),
            json!({"id": "fb-1", "order_id": "none", "comment": "Lost", "stars": 1, "rating": -1, "response": "",
                "created_at": "2024-02-01T10:00:00.000Z", "updated_at": "2024-02-01T10:00:00.000Z"}),
        ],
    );
    old.list(
        "/queries",
        vec![json!({"id": "5a4a7fb", "status": 2, "subject": "Where is it?", "email": "buyer0@customer.example",
            "message": "I wait", "created_at": "2024-03-01T10:00:00.000Z", "updated_at": "2024-03-01T12:00:00.000Z",
            "replies": [
                {"id": 2, "seller_id": 1, "message": "On its way", "created_at": "2024-03-01T12:00:00.000Z", "deleted_at": null},
                {"id": 1, "seller_id": null, "message": "Hello?", "created_at": "2024-03-01T11:00:00.000Z", "deleted_at": null},
            ]})],
    );
    old
}

pub fn uuid(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

/// The `n`th order: every fourth is not paid, every sixth disputed.
pub fn shoppy_order(n: usize) -> Value {
    let is_paid = n % 4 != 3;
    let at = day(n).replace("+00:00", ".000Z");
    json!({
        "id": uuid(n), "pay_id": null, "product_id": "Zz9yX8w", "coupon_id": null, "price": 19.99, "currency": "USD",
        "exchange_rate": "1.00", "email": format!("buyer{}@customer.example", n / 2), "delivered": i32::from(is_paid),
        "confirmations": 0, "required_confirmations": 1, "transaction_id": format!("TX{n}"), "crypto_address": null,
        "crypto_amount": null, "quantity": 2, "gateway": "PayPal", "custom_fields": [{"name": "Host", "value": "h1"}],
        "refund_id": null, "paid_at": is_paid.then(|| at.clone()), "disputed_at": (is_paid && n % 6 == 5).then(|| at.clone()),
        "created_at": at, "is_partial": null, "crypto_received": null,
        "accounts": [{"account": format!("SOLD-{n}-A")}, {"account": format!("SOLD-{n}-B")}],
        "product": {"id": "Zz9yX8w", "title": "Key of the app"},
        "agent": {"geo": {"ip": "203.0.113.7"}},
    })
}

/// The same kind of shop in the shapes of the document.
pub fn shoppy_10(orders: usize) -> Old {
    let old = Old::open(Kind::Shoppy10);
    old.list(
        "/products",
        vec![json!({"product_id": 7, "hashed_id": "596260a7da9fb", "created_at": "2017-07-09 16:58:15",
            "updated_at": "2018-01-03 02:23:12", "title": "Support, 3 months", "description": "* We help", "type": 2,
            "email_message": "Thank you", "price": 10, "stock_warning": 0, "minimum_quantity": 1, "maximum_quantity": 10,
            "unlisted": false, "custom_fields": [{"name": "UID", "type": "2", "required": true, "iterator": "0"}],
            "gateways": ["Bitcoin"], "required_confirmations": 1, "attachment_id": null, "attach_email_text": 1, "theme": 1,
            "webhook_urls": false, "theme_color": "#1b273d"})],
    );
    let order = |n: usize| {
        json!({"order_id": 4_000 + n, "invoice_id": uuid(n), "paid_at": n.is_multiple_of(2).then(|| plain(n)), "product_id": 7,
            "transaction_id": null, "delivered": 1 - n % 2, "confirmations": 0, "received_amount": 0, "crypto_address": "addr",
            "crypto_amount": 0.000_850_43, "original_price": 10, "ip_address": "203.0.113.9",
            "email": format!("buyer{n}@customer.example"), "http_referer": "", "payment_gateway": "BTC",
            "custom_fields": [{"name": "UID", "value": "1"}], "disputed_at": null, "http_useragent": "Mozilla/5.0",
            "created_at": plain(n)})
    };
    old.list("/orders", (0..orders).rev().map(order).collect());
    old.list(
        "/feedbacks",
        vec![json!({"feedback_id": 7, "created_at": "2017-12-28 00:00:25", "response": "Thanks! :)", "rating": 1, "stars": 0,
            "comment": "", "reply_id": "5a44294950d4a", "product_title": "Support, 3 months", "invoice_id": uuid(0),
            "seller_name": "finn"})],
    );
    old.list(
        "/queries",
        vec![json!({"query": "5a4a7fbcca586", "status": 4, "reply": 0, "seller_reply": 0, "subject": "Test",
            "email": "buyer0@customer.example", "message": "Hello", "created_at": "2018-01-01 19:36:44",
            "replies": [{"query": "5a4a7fbcca586", "reply": 1, "seller_reply": 1, "query_secret": "", "subject": "x",
                "email": "seller@shop.example", "message": "Reply", "created_at": "2018-01-01 20:09:21"}]})],
    );
    old
}

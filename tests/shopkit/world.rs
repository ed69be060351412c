//! A shop as the document's examples show one, made by the domain where this dialect has no call for it.

use keywright::domain::carried::{self, Source, What};
use keywright::domain::order::{self, Shipping};
use keywright::domain::order_line::{Agreed, DraftLine};
use keywright::domain::sale_facts::Facts;
use keywright::domain::shipping::{self, Parcel};
use keywright::domain::shop::{Mode, Shop};
use keywright::domain::{category, coupon, customer};
use keywright::values;
use serde_json::{Value, json};

use super::{Store, id};
use crate::support::block_on;
use crate::support::server;

/// What stands in it, by the numbers that the dialect calls things by.
pub struct World {
    pub category: i64,
    pub bowl: i64,
    pub shelf: i64,
    pub order: i64,
}

/// Two products on a shelf, a coupon, ways of shipping, and an order that waits for its confirmation.
pub fn make(store: &Store) -> World {
    let api = store.api();
    let category = shelf(store);
    let options = json!([
        {"values": {"Size": "Small bowl", "Color": "White"}, "stock": 99, "reference": "RSBS001", "price": "40.73"},
        {"values": {"Size": "Small bowl", "Color": "Dark turquoise"}, "stock": 95, "reference": "RSBS002", "price": "40.73"},
        {"values": {"Size": "Big bowl", "Color": "White"}, "stock": 100, "price": 45.73},
        {"values": {"Size": "Big bowl", "Color": "Dark turquoise"}, "stock": 100, "price": 45.73}
    ]);
    let images = ["main", "1", "2", "3"].map(|name| format!("https://media.shop.example/{name}.jpg"));
    let bowl = api.done(
        "POST",
        "/product",
        &json!({"title": "Rustic Spice Bowl Set", "handle": "rustic-spice-bowl-set", "price": 40.73, "new": "true",
            "category": category, "description": "<p>Four bowls, made by <b>hand</b>.</p>", "images": images, "options": options,
            "stock": {"stock_notify": "5", "stock_backorder": true, "stock_show": true, "stock_sold_single": true}}),
    );
    let shelf = api.done(
        "POST",
        "/product",
        &json!({"title": "Shelving Tree with Birds", "price": "77.32", "tax": 23, "reference": "STHFBF7574",
            "description": "A decal.", "images": ["https://media.shop.example/tree.jpg"]}),
    );
    let bands = [["CTT", "PRT=676"], ["Transportadora", "PRT=725"]];
    for [title, band] in bands {
        server::json(
            &store.engine,
            &["shipping", "create", "--title", title, "--description", "In 24 horas", "--band", band],
        );
    }
    let body = json!({"code": "bajevolp", "limit": "5", "value": "10", "type": "percent", "applies_to": "all_orders"});
    api.done("POST", "/coupon", &body);
    let order = place(store, id(&bowl), id(&shelf));
    World { category, bowl: id(&bowl), shelf: id(&shelf), order }
}

fn shelf(store: &Store) -> i64 {
    let rows = store.engine.system_store();
    let made = rows.write("shelf", |tx| {
        let shop = Shop::first(tx, Mode::Live)?;
        let change = category::Change {
            title: Some("Cozinha".into()),
            description: Some("Lorem ipsum dolor sit amet.".into()),
            ..category::Change::default()
        };
        Ok(category::new(tx, shop, &change)?.id)
    });
    block_on(made).unwrap()
}

/// The facts of the document's order.
pub fn facts() -> Facts {
    let facts = json!({
        "delivery": {"name": "Maria Fictícia", "phone": "900000000", "address": "Rua Inventada\n1, S1.08", "zip_code": "1000-001",
            "city": "Cidade", "country_code": "PRT", "country": "Portugal - Continental"},
        "gateway": "multibanco",
        "payment": {"entity": 88_888, "reference": 888_888_888, "value": 157.03}
    });
    serde_json::from_value(facts).unwrap()
}

/// The document's order, placed here, by a coupon and a way of shipping of this shop; nothing but its number and its date is given.
fn place(store: &Store, bowl: i64, shelf: i64) -> i64 {
    let rows = store.engine.system_store();
    let placed = rows.write("order", move |tx| {
        let shop = Shop::first(tx, Mode::Live)?;
        let line = |product_id, title: &str, unit_minor, tax_bp| DraftLine {
            product_id,
            quantity: 1,
            agreed: Some(Agreed { title: title.to_owned(), unit_minor, tax_bp }),
            ..DraftLine::default()
        };
        let to_portugal = Parcel { country: "PRT".into(), weight_g: None, worth_minor: None };
        let way = shipping::quote(tx, shop, &to_portugal)?.pop().unwrap();
        let draft = order::Draft {
            customer: customer::Change {
                email: Some("maria@customer.example".into()),
                name: Some("Maria Fictícia".into()),
                ..customer::Change::default()
            },
            lines: vec![
                line(shelf, "Shelving Tree with Birds", 7_732, 2_300),
                line(bowl, "Hanging Succulent Planter", 7_132, 0),
            ],
            coupon: Some("bajevolp".into()),
            currency: Some("EUR".into()),
            shipping: Some(Shipping {
                title: way.method.title,
                minor: way.price_minor,
                tax_bp: way.method.tax_bp,
            }),
            facts: facts(),
            ..order::Draft::default()
        };
        let id = order::place(tx, shop, &draft)?.id;
        let when = 1_495_014_305_000_i64; // 2017-05-17T10:45:05+01:00
        tx.exec(
            "update sale set created_at = $2, updated_at = $2, is_new = 0, \
             fulfilment_status = 'waiting_confirmation' where id = $1",
            values![id, when],
        )?;
        carried::note(tx, shop, Source::Shopkit, What::Order, "1337", id)?;
        Ok(id)
    });
    block_on(placed).unwrap();
    1_337
}

/// As many plain orders of a product as are asked for; their numbers.
pub fn orders(store: &Store, product: i64, count: i64) -> Vec<i64> {
    let rows = store.engine.system_store();
    let placed = rows.write("orders", move |tx| {
        let shop = Shop::first(tx, Mode::Live)?;
        let place = |nth: i64| order::Draft {
            customer: customer::Change {
                email: Some(format!("buyer{nth}@customer.example")),
                ..customer::Change::default()
            },
            lines: vec![DraftLine { product_id: product, quantity: 1, ..DraftLine::default() }],
            ..order::Draft::default()
        };
        (0..count)
            .map(|nth| Ok(order::place(tx, shop, &place(nth))?.id))
            .collect::<keywright::base::error::Result<Vec<i64>>>()
    });
    block_on(placed).unwrap()
}

/// The coupon of a code, by the domain.
pub fn coupon(store: &Store, code: &'static str) -> coupon::Coupon {
    let rows = store.engine.system_store();
    let found = rows.read(move |tx| {
        let shop = Shop::first(tx, Mode::Live)?;
        Ok(coupon::find(tx, shop, code)?.unwrap())
    });
    block_on(found).unwrap()
}

/// Whether a value is of the type that a word names; `?` may be null too.
pub fn is_of(value: &Value, kind: &str) -> bool {
    let (kind, may_be_null) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
    if value.is_null() {
        return may_be_null;
    }
    match kind {
        "int" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "text" => value.is_string(),
        "bool" => value.is_boolean(),
        "list" => value.is_array(),
        "object" => value.is_object(),
        "time" => {
            let text = value.as_str().unwrap_or_default();
            text.len() == 25 && matches!(&text[19..20], "+" | "-") && &text[22..23] == ":"
        }
        other => panic!("no type {other}"),
    }
}

/// Asserts a row's fields, in order, each of its type: `name:type name:type …`. Fields behind these are extensions.
pub fn assert_shape(row: &Value, shape: &str) {
    let fields = row.as_object().unwrap_or_else(|| panic!("no object: {row}"));
    let mut given = fields.iter();
    for expected in shape.split_whitespace() {
        let (name, kind) = expected.split_once(':').unwrap();
        let (field, value) = given.next().unwrap_or_else(|| panic!("{name} is missing: {row}"));
        assert_eq!(field, name, "{row}");
        assert!(is_of(value, kind), "{name} is no {kind}: {value}");
    }
}

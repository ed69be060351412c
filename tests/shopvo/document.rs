//! Each example of the document as a transcript: what it sends is sent, and what it is answered has the same fields, of the same types,
//! and the same values wherever a value is not an id, a time or a code of chance.

use serde_json::{Value, json};

use super::{Api, Store, id};
use crate::support::server::json as told;

/// Whether an answer has all that the document's example has; what differs, and where. In an example the text `…` stands for any text,
/// `order_…` for any that begins so, and a time for any time in UTC.
fn differs(example: &Value, answer: &Value, at: &str) -> Option<String> {
    let different = || Some(format!("{at}: the document has {example}, and this is {answer}"));
    match (example, answer) {
        (Value::Object(fields), Value::Object(there)) => fields.iter().find_map(|(name, value)| {
            let at = format!("{at}.{name}");
            there.get(name).map_or(Some(format!("{at} is missing")), |found| differs(value, found, &at))
        }),
        (Value::Array(examples), Value::Array(there)) => {
            if examples.len() != there.len() {
                return different();
            }
            let mut pairs = examples.iter().zip(there).enumerate();
            pairs.find_map(|(n, (example, found))| differs(example, found, &format!("{at}[{n}]")))
        }
        (Value::String(example), Value::String(found)) => {
            let is_alike = match example.strip_suffix('…') {
                Some(start) => found.starts_with(start) && found.len() > start.len(),
                None if is_time(example) => is_time(found),
                None => example == found,
            };
            if is_alike { None } else { different() }
        }
        _ => (example != answer).then(different)?,
    }
}

/// Whether this is a time as the document writes them, such as `2026-01-10T12:00:00Z`.
fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    matches!(shape.as_str(), "0000-00-00T00:00:00Z" | "0000-00-00T00:00:00.000Z")
}

impl Api<'_> {
    /// A call of the document, and its answer.
    fn example(&self, call: &str, body: &Value, answer: &Value) -> Value {
        let (method, path) = call.split_once(' ').unwrap();
        let got = self.done(method, path, body);
        assert_eq!(differs(answer, &got, call), None);
        got
    }

    fn shows(&self, path: &str, answer: &Value) -> Value {
        self.example(&format!("GET {path}"), &Value::Null, answer)
    }
}

/// A shop with the document's shirt; its id.
fn shirts(store: &Store) -> String {
    let shirt = json!({"name": "Classic White T-Shirt", "price": 2_999, "compareAtPrice": 3_999, "currency": "EUR",
        "images": ["https://cdn.shopvo.example/img/ts-wht.jpg"]});
    let shirt = id(&store.api().data("POST", "/products", &shirt));
    let small = json!({"name": "Small / White", "sku": "TS-WHT-S", "inventoryCount": 42,
        "options": {"Size": "Small", "Color": "White"}, "isDefault": true});
    store.api().done("POST", &format!("/products/{shirt}/variants"), &small);
    shirt
}

/// The document's customer, who bought two shirts; their id and their order's.
fn jane(store: &Store) -> (String, String) {
    let number = told(&store.engine, &["product", "list"])[0]["id"].clone();
    let customer = json!({"email": "jane@shop.example", "name": "Jane Smith"});
    let order = json!({"customer": customer, "lines": [{"product_id": number, "quantity": 2}]});
    store.platform().done("POST", "/v1/orders", &order);
    let order = &store.api().get("/orders")["items"][0];
    (order["customerId"].as_str().unwrap().to_owned(), id(order))
}

#[test]
fn products_variants_and_what_belongs_to_them() {
    for store in Store::both() {
        let (api, shirt) = (store.api(), shirts(&store));
        let item = json!({"id": shirt, "name": "Classic White T-Shirt", "slug": "classic-white-t-shirt", "price": 2_999,
            "compareAtPrice": 3_999, "images": ["https://cdn.shopvo.example/img/ts-wht.jpg"]});
        let pages = json!({"page": 1, "limit": 20, "total": 1, "totalPages": 1});
        let list = json!({"success": true, "items": [item], "pagination": pages});
        api.shows("/products?page=1&limit=20", &list);
        api.shows(
            "/products?cursor=&limit=20",
            &json!({"success": true, "items": [item], "hasNextPage": false, "limit": 20}),
        );
        let few = api.shows("/products?fields=id,name,price,slug", &json!({"success": true}));
        let mut names = super::names(&few["items"][0]);
        names.sort_unstable();
        assert_eq!(names, ["id", "name", "price", "slug"]);
        let small =
            json!({"id": "var_…", "name": "Small / White", "inventoryStatus": "IN_STOCK", "isDefault": true});
        let wide = json!({"success": true, "items": [{"id": shirt, "variants": [small], "brand": null, "categories": []}]});
        api.shows("/products?expand[]=variants&expand[]=brand&expand[]=categories", &wide);
        let one = json!({"success": true, "data": {"id": shirt, "name": "Classic White T-Shirt", "slug": "classic-white-t-shirt",
            "price": 2_999, "variants": [small]}});
        for name in [shirt.as_str(), "classic-white-t-shirt"] {
            api.shows(&format!("/products/{name}"), &one);
        }
        let variants = format!("/products/{shirt}/variants");
        let whole = json!({"id": "var_…", "name": "Small / White", "sku": "TS-WHT-S", "price": null, "inventoryStatus": "IN_STOCK",
            "inventoryCount": 42, "options": {"Size": "Small", "Color": "White"}, "isDefault": true});
        let list = api.shows(&variants, &json!({"success": true, "data": [whole]}));
        let small = id(&list["data"][0]);
        let large = json!({"name": "Large / Black", "sku": "TS-BLK-L", "inventoryCount": 10,
            "options": {"Size": "Large", "Color": "Black"}, "isDefault": false});
        let made = json!({"success": true, "data": {"id": "var_…", "name": "Large / Black", "inventoryStatus": "IN_STOCK"}});
        let large = id(&api.example(&format!("POST {variants}"), &large, &made)["data"]);
        let stock = json!({"id": small, "name": "Classic White T-Shirt — Small / White", "sku": "TS-WHT-S", "inventoryCount": 42,
            "inventoryStatus": "IN_STOCK", "variantId": small});
        let pages = json!({"page": 1, "limit": 20, "total": 1});
        api.shows(
            "/inventory?sku=TS-WHT-S",
            &json!({"success": true, "items": [stock], "pagination": pages}),
        );
        let restock = json!({"operation": "increment", "quantity": 10, "variantId": small, "reason": "Restock from supplier PO-1234"});
        let stock = json!({"success": true, "data": {"id": small, "inventoryCount": 52, "inventoryStatus": "IN_STOCK"}});
        api.example(&format!("PATCH /inventory/{shirt}"), &restock, &stock);
        let gone = json!({"success": true, "data": {"id": small, "inventoryStatus": "OUT_OF_STOCK"}});
        let none = json!({"inventoryCount": 0, "inventoryStatus": "OUT_OF_STOCK"});
        api.example(&format!("PATCH {variants}/{small}"), &none, &gone);
        let deleted = json!({"success": true, "deleted": true});
        api.example(&format!("DELETE {variants}/{large}"), &Value::Null, &deleted);
    }
}

#[test]
fn categories_brands_reviews_pages_and_the_site() {
    for store in Store::both() {
        let (api, shirt) = (store.api(), shirts(&store));
        store.platform().done("POST", "/v1/categories", &json!({"title": "Apparel"}));
        let apparel =
            json!({"success": true, "data": [{"id": "cat_…", "name": "Apparel", "slug": "apparel"}]});
        api.shows("/categories", &apparel);
        api.shows("/categories?slug=apparel", &apparel);
        told(&store.engine, &["brand", "create", "--title", "Essentials"]);
        let brand =
            json!({"success": true, "data": [{"id": "br_…", "name": "Essentials", "slug": "essentials"}]});
        api.shows("/brands", &brand);
        api.shows("/brands?slug=essentials", &brand);
        told(&store.engine, &["page", "create", "--title", "About Us", "--slug", "about"]);
        let page = json!({"success": true, "data": [{"id": "pg_…", "title": "About Us", "slug": "about"}]});
        api.shows("/pages", &page);
        api.shows("/pages?slug=about", &page);
        let site = json!({"success": true, "data": {"id": store.site, "name": "…", "locale": "en", "currency": "EUR",
            "primaryDomain": "…", "theme": {}}});
        api.shows("/site", &site);
        let reviews = format!("/products/{shirt}/reviews");
        let words = json!({"rating": 5, "title": "Great quality!", "content": "Wore this for a week and it still looks brand new.",
            "reviewerName": "Jane Smith", "reviewerEmail": "jane@shop.example"});
        let pending = json!({"success": true, "data": {"id": "rev_…", "status": "PENDING"}});
        let review = id(&api.example(&format!("POST {reviews}"), &words, &pending)["data"]);
        let row = json!({"id": review, "rating": 5, "title": "Great quality!",
            "content": "Wore this for a week and it still looks brand new.", "reviewerName": "Jane Smith", "status": "PENDING",
            "isVerifiedPurchase": false, "createdAt": "2026-01-10T12:00:00Z"});
        let pages = json!({"page": 1, "limit": 20, "total": 1});
        api.shows(
            &format!("{reviews}?status=PENDING"),
            &json!({"success": true, "items": [row], "pagination": pages}),
        );
        let none = json!({"success": true, "items": [], "pagination": {"page": 1, "limit": 20, "total": 0}});
        api.shows(&reviews, &none);
    }
}

#[test]
fn orders_customers_and_promotions() {
    for store in Store::both() {
        let api = store.api();
        shirts(&store);
        let (customer, order) = jane(&store);
        let line = json!({"id": "item_…", "productId": "prd_…", "variantId": "var_…", "quantity": 2, "price": 2_999, "total": 5_998});
        let row = json!({"id": order, "number": "ORD-…", "status": "PENDING", "paymentStatus": "PENDING", "total": 5_998,
            "items": [line]});
        let pages = json!({"page": 1, "limit": 20, "total": 1});
        let list = api.shows("/orders", &json!({"success": true, "items": [row], "pagination": pages}));
        let number = list["items"][0]["number"].as_str().unwrap();
        for name in [order.as_str(), number] {
            api.shows(&format!("/orders/{name}"), &json!({"success": true, "data": row}));
        }
        let person = json!({"id": customer, "email": "jane@shop.example", "firstName": "Jane", "lastName": "Smith",
            "totalOrders": 0, "totalSpent": 0});
        let pages = json!({"page": 1, "total": 1});
        api.shows(
            "/customers?search=jane",
            &json!({"success": true, "items": [person], "pagination": pages}),
        );
        api.shows(&format!("/customers/{customer}"), &json!({"success": true, "data": person}));
        let profile = json!({"firstName": "Jane", "lastName": "Smith", "phone": "+30 210 1234567"});
        api.example(
            &format!("PATCH /customers/{customer}"),
            &profile,
            &json!({"success": true, "data": profile}),
        );
        let promotion = json!({"code": "WELCOME20", "type": "PERCENTAGE", "value": 20, "minOrderAmount": 1_000, "maxUses": 500,
            "expiresAt": "2096-12-31T23:59:59Z"});
        let made =
            json!({"success": true, "data": {"id": "promo_…", "code": "WELCOME20", "status": "ACTIVE"}});
        api.example("POST /promotions", &promotion, &made);
        let row = json!({"id": "promo_…", "code": "WELCOME20", "type": "PERCENTAGE", "value": 20, "status": "ACTIVE", "usedCount": 0,
            "expiresAt": "2096-12-31T23:59:59Z"});
        let pages = json!({"page": 1, "limit": 20, "total": 1});
        api.shows("/promotions", &json!({"success": true, "items": [row], "pagination": pages}));
        let asked = json!({"code": "WELCOME20", "cartTotal": 5_000, "email": "jane@shop.example"});
        let valid = json!({"success": true, "valid": true, "discount": 1_000,
            "promotion": {"id": "promo_…", "code": "WELCOME20", "type": "PERCENTAGE", "value": 20}});
        store.with("").example("POST /promotions/validate", &asked, &valid);
    }
}

#[test]
fn gift_cards_credit_and_points() {
    for store in Store::both() {
        let api = store.api();
        shirts(&store);
        let (customer, order) = jane(&store);
        let card = json!({"initialBalance": 5_000, "customerId": customer, "expiresAt": "2096-12-31T23:59:59Z", "note": "Birthday gift"});
        let made =
            json!({"success": true, "data": {"id": "gc_…", "code": "GIFT-…", "remainingBalance": 5_000}});
        let card = id(&api.example("POST /gift-cards", &card, &made)["data"]);
        let part =
            json!({"success": true, "data": {"id": card, "remainingBalance": 2_500, "status": "ACTIVE"}});
        let redeem = json!({"amount": 2_500, "orderId": order});
        api.example(&format!("POST /gift-cards/{card}/redeem"), &redeem, &part);
        let row = json!({"id": card, "code": "GIFT-…", "initialBalance": 5_000, "remainingBalance": 2_500, "status": "ACTIVE",
            "expiresAt": "2096-12-31T23:59:59Z", "issuedAt": "2025-01-10T12:00:00Z"});
        let pages = json!({"page": 1, "total": 1});
        let list = json!({"success": true, "items": [row], "pagination": pages});
        api.shows(&format!("/gift-cards?status=ACTIVE&customerId={customer}"), &list);
        let void = json!({"success": true, "data": {"id": card, "status": "VOID"}});
        api.example(&format!("PATCH /gift-cards/{card}"), &json!({"status": "VOID"}), &void);

        let credit = format!("/store-credit/{customer}");
        let bonus = json!({"type": "CREDIT", "amount": 5_000, "note": "Welcome bonus"});
        let entry = json!({"id": "sct_…", "type": "CREDIT", "amount": 5_000, "note": "Welcome bonus", "createdAt": "2026-01-10T12:00:00Z"});
        let made = json!({"success": true, "data": {"balance": 5_000, "transaction": entry}});
        api.example(&format!("POST {credit}"), &bonus, &made);
        let used = json!({"type": "DEBIT", "amount": 1_500, "orderId": order});
        let debit = json!({"id": "sct_…", "type": "DEBIT", "amount": 1_500, "orderId": order, "createdAt": "2026-01-10T12:00:00Z"});
        let made = json!({"success": true, "data": {"balance": 3_500, "transaction": debit}});
        api.example(&format!("POST {credit}"), &used, &made);
        let account = json!({"success": true, "data": {"customerId": customer, "balance": 3_500, "transactions": [debit, entry]}});
        api.shows(&credit, &account);

        let loyalty = format!("/loyalty/{customer}");
        let bonus = json!({"points": 1_250, "note": "Referral bonus"});
        let entry = json!({"id": "lt_…", "type": "EARN", "points": 1_250, "note": "Referral bonus", "createdAt": "2026-01-10T12:00:00Z"});
        let made = json!({"success": true, "data": {"points": 1_250, "transaction": entry}});
        api.example(&format!("POST {loyalty}/award"), &bonus, &made);
        let redeemed = json!({"success": true, "data": {"discountAmount": 100, "pointsRemaining": 1_150}});
        api.example(&format!("POST {loyalty}/redeem"), &json!({"points": 100, "orderId": order}), &redeemed);
        let spent =
            json!({"id": "lt_…", "type": "REDEEM", "points": -100, "createdAt": "2026-01-10T12:00:00Z"});
        let account = json!({"success": true, "data": {"customerId": customer, "points": 1_150, "tier": "GOLD",
            "transactions": [spent, entry]}});
        api.shows(&loyalty, &account);
    }
}

#[test]
fn carts_checkouts_and_metafields() {
    for store in Store::both() {
        let (api, shirt) = (store.api(), shirts(&store));
        let small = id(&api.data("GET", &format!("/products/{shirt}/variants"), &Value::Null)[0]);
        let made = json!({"success": true, "data": {"id": "cart_…", "status": "ACTIVE"}});
        let cart = json!({"sessionId": "sess_abc123", "currency": "EUR"});
        let cart = id(&api.example("POST /cart", &cart, &made)["data"]);
        let item = json!({"action": "add",
            "item": {"productId": shirt, "variantId": small, "name": "T-Shirt S", "quantity": 2, "price": 2_999}});
        let line = json!({"productId": shirt, "variantId": small, "quantity": 2, "price": 2_999});
        let full = json!({"success": true, "data": {"id": cart, "items": [line], "total": 5_998}});
        api.example(&format!("PATCH /cart?cartId={cart}"), &item, &full);
        api.shows(&format!("/cart?cartId={cart}"), &full);
        let begun = json!({"success": true, "data": {"id": "cs_…", "state": "init"}});
        let session = id(&api.example("POST /checkout", &json!({"cartId": cart}), &begun)["data"]);
        api.done(
            "PATCH",
            "/checkout",
            &json!({"sessionId": session, "state": "contact", "email": "jane@shop.example"}),
        );
        let shipping = json!({"success": true, "data": {"id": session, "state": "shipping"}});
        api.example("PATCH /checkout", &json!({"sessionId": session, "state": "shipping"}), &shipping);
        api.shows(&format!("/checkout?sessionId={session}"), &shipping);
        let deleted = json!({"success": true, "deleted": true});
        api.example(&format!("DELETE /cart?cartId={cart}"), &Value::Null, &deleted);

        let fields = format!("/product/{shirt}/metafields");
        let months =
            json!({"namespace": "custom", "key": "warranty_months", "value": "24", "valueType": "integer"});
        let made = json!({"success": true, "data": {"id": "mf_…", "namespace": "custom", "key": "warranty_months", "value": "24"}});
        let field = id(&api.example(&format!("POST {fields}"), &months, &made)["data"]);
        let row = json!({"id": field, "namespace": "custom", "key": "warranty_months", "value": "24", "valueType": "integer",
            "createdAt": "2026-01-10T12:00:00Z"});
        api.shows(&fields, &json!({"success": true, "data": [row]}));
        let longer = json!({"value": "36", "valueType": "integer"});
        let changed = json!({"success": true, "data": {"id": field, "value": "36"}});
        api.example(&format!("PATCH {fields}/{field}"), &longer, &changed);
        api.example(&format!("DELETE {fields}/{field}"), &Value::Null, &deleted);
    }
}

#[test]
fn companies() {
    for store in Store::both() {
        let api = store.api();
        shirts(&store);
        let (customer, _) = jane(&store);
        let list = id(&api.data("POST", "/b2b/price-lists", &json!({"name": "Wholesale"})));
        let acme = json!({"companyName": "Acme Corp", "taxId": "EL123456789", "paymentTerms": "NET_30", "priceListId": list,
            "contactCustomerIds": [customer]});
        let made =
            json!({"success": true, "data": {"id": "b2b_…", "companyName": "Acme Corp", "status": "ACTIVE"}});
        let account = id(&api.example("POST /b2b/accounts", &acme, &made)["data"]);
        let contact = json!({"id": customer, "email": "jane@shop.example", "isPrimary": true});
        let row = json!({"id": account, "companyName": "Acme Corp", "taxId": "EL123456789", "status": "ACTIVE", "priceListId": list,
            "paymentTerms": "NET_30", "contacts": [contact]});
        let pages = json!({"page": 1, "total": 1});
        api.shows("/b2b/accounts", &json!({"success": true, "items": [row], "pagination": pages}));
        api.shows(
            "/b2b/accounts?search=acme&status=ACTIVE",
            &json!({"success": true, "items": [row], "pagination": pages}),
        );
        let suspended = json!({"success": true, "data": {"id": account, "status": "SUSPENDED"}});
        let body = json!({"status": "SUSPENDED", "paymentTerms": "NET_60"});
        api.example(&format!("PATCH /b2b/accounts/{account}"), &body, &suspended);
    }
}

//! Every example of the document: the same fields of the same types in the same order, and its arithmetic to the last digit.

use serde_json::{Value, json};

use super::world::{self, assert_shape};
use super::{Store, names};

const ADDRESS: &str = "name:text phone:text address:text address_extra:text country:text country_code:text zip_code:text city:text";
const ORDER: &str = "id:int hash:text total:number subtotal:number product_tax:number total_tax:number discount:number shipping:object \
    created_at:time update_at:time sent_at:time? paid_at:time? currency:text payment:object status:int status_alias:text \
    status_description:text paid:bool is_new:bool invoice_url:text? weight:int observations:text? note:text? client_note:text? \
    custom_field:text? coupon:object? shipment_method:text? tracking_url:text? permalink:text client:object products:list";
const CLIENT: &str = "name:text email:text fiscal_id:text? company:text? is_registered:bool delivery:object billing:object address:text \
    postcode:text town:text country:text country_code:text phone:text";
const LINE: &str = "id:int title:text option:text? reference:text? price:number tax:number quantity:int discount:number subtotal:number \
    discount_percent:number weight:int url:text description_short:text image:object?";
const PRODUCT: &str = "id:int title:text reference:text? price:number price_promo:number price_on_request:bool created_at:time status:int \
    status_alias:text position:int shipping:number shipping_alone:bool featured:bool new:bool is_promotion:bool description:text \
    video_url:text? file:text? tax:number meta_description:text? meta_tags:text? handle:text page_title:text weight:int hits:int sales:int \
    variants_same_values:bool description_short:text promo:bool url:text add_cart_url:text permalink:text video_embed_url:bool \
    image:object images:object options:list categories:list option_groups:list stock:object";
pub const OPTION: &str = "id:int id_variant_1:int? id_variant_2:int? id_variant_3:int? title:text price:number promo:bool price_promo:number \
    price_on_request:bool stock:int? shipping:number weight:int active:bool reference:text? url:text image:object?";
pub const CATEGORY: &str = "id:int title:text description:text? parent:int handle:text page_title:text meta_description:text? meta_tags:text? \
    url:text total_products:int";
const COUPON: &str = "id:int code:text limit:int used:int value:number type:text applies_to:text orders_over:number? category:int? \
    product:int? date_from:text? date_to:text? created_at:time orders_total:number orders_discount:number";
const STORE: &str = "username:text name:text logo:text? description:text? notice:text? facebook:text? twitter:text? instagram:text? \
    pinterest:text? show_email:bool email:text? phone:text? cellphone:text? address:text? basecolor:text? favicon:text? latitude:text? \
    longitude:text? currency:text custom_css:text? custom_js:text? head_html:text? footer_html:text? footer_info:text? page_title:text \
    meta_description:text? meta_tags:text? navigation:object payments:object category_default_order:text? assets:object \
    images_header:list taxes_included:bool";

#[test]
fn the_order_comes_out_to_the_digit() {
    for store in Store::both() {
        let world = world::make(&store);
        let answer = store.api().call("GET", &format!("/order/{}", world.order), &Value::Null);
        let order = answer.json();
        assert_shape(&order, ORDER);
        assert_shape(&order["client"], CLIENT);
        assert_shape(&order["client"]["delivery"], ADDRESS);
        assert_eq!(order["client"]["billing"], order["client"]["delivery"]);
        assert_eq!(
            names(&order["shipping"]),
            ["value", "tax", "tax_percent", "discount", "discount_percent"]
        );
        assert_eq!(names(&order["payment"]), ["type", "data", "description"]);
        for line in order["products"].as_array().unwrap() {
            assert_shape(line, LINE);
        }
        // As text: what is 10 must not be written 10.0.
        let text = answer.text();
        for digits in [
            r#""id":1337,"#,
            r#""total":157.03,"subtotal":148.64,"product_tax":16.0052,"total_tax":16.0052,"discount":14.864,"shipping":{"value":7.25,"tax":0,"tax_percent":null,"discount":0,"discount_percent":0}"#,
            r#""created_at":"2017-05-17T10:45:05+01:00","#,
            r#""payment":{"type":"multibanco","data":{"entity":88888,"reference":888888888,"value":157.03},"description":"Multibanco"}"#,
            r#""status":5,"status_alias":"waiting_confirmation","status_description":"Waiting Confirmation","paid":false,"is_new":false"#,
            r#""coupon":{"code":"bajevolp","type":"percent","value":10},"shipment_method":"Transportadora""#,
            r#""price":77.32,"tax":23,"quantity":1,"discount":7.732,"subtotal":85.59324,"discount_percent":10,"weight":0"#,
            r#""price":71.32,"tax":0,"quantity":1,"discount":7.132,"subtotal":64.188,"discount_percent":10,"weight":0"#,
        ] {
            assert!(text.contains(digits), "{digits} is not in {text}");
        }
        let hash = order["hash"].as_str().unwrap();
        assert!(hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
        // The page that it leads to is the order's own.
        let permalink = order["permalink"].as_str().unwrap();
        let path = permalink.strip_prefix(&format!("http://{}", store.server.address)).unwrap();
        assert_eq!(path, format!("/order/{hash}"));
        assert_eq!(crate::support::http::get(store.server.address, path).status, 200);
        assert_eq!(order["client"]["address"], "Rua Inventada\n1, S1.08 ");
    }
}

#[test]
fn the_order_is_handled_as_the_document_says() {
    for store in Store::both() {
        let world = world::make(&store);
        let (api, at) = (store.api(), format!("/order/{}", world.order));
        let sent = api.done("PUT", &at, &json!({"paid": true, "status_alias": "sent"}));
        assert_shape(&sent, ORDER);
        assert_eq!(
            (&sent["status"], &sent["status_alias"], &sent["paid"]),
            (&json!(3), &json!("sent"), &json!(true))
        );
        assert!(sent["sent_at"].is_string() && sent["paid_at"].is_string());
        assert_eq!(
            (api.done("DELETE", &at, &Value::Null), api.get("/order")["0"].clone()),
            (Value::Null, Value::Null)
        );
        api.refused("DELETE", &at, &Value::Null, 404);
        api.refused("GET", &at, &Value::Null, 404);
        api.refused("PUT", &at, &json!({"paid": true}), 404);
    }
}

#[test]
fn a_product_has_all_its_fields() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        let product = api.get(&format!("/product/{}", world.bowl));
        assert_shape(&product, PRODUCT);
        for option in product["options"].as_array().unwrap() {
            assert_shape(option, OPTION);
        }
        assert_eq!(names(&product["image"]), ["thumb", "square", "full"]);
        assert_eq!(names(&product["images"]), ["1", "2", "3"]);
        assert_shape(
            &product["categories"][0],
            "id:int parent:int title:text description:text handle:text url:text",
        );
        assert_eq!(product["categories"][0]["id"], world.category);
        let groups = &product["option_groups"];
        assert_eq!((&groups[0]["title"], &groups[1]["title"]), (&json!("Size"), &json!("Color")));
        assert_shape(&groups[0]["options"][1], "id:int title:text");
        let options = &product["options"];
        assert_eq!(options[1]["id_variant_2"], groups[1]["options"][1]["id"]);
        assert_eq!(options[2]["id_variant_1"], groups[0]["options"][1]["id"]);
        assert_eq!(options[0]["id_variant_3"], Value::Null);
        assert_eq!(
            (&options[0]["title"], &options[3]["price"]),
            (&json!("Small bowl / White"), &json!(45.73))
        );
        assert_eq!(
            product["stock"],
            json!({"stock_enabled": true, "stock_qty": 393, "stock_backorder": true, "stock_show": true,
                "stock_sold_single": true, "stock_notify": 5})
        );
        let asked = ["description", "price", "status", "new", "video_embed_url", "price_promo", "file"];
        assert_eq!(
            asked.map(|field| product[field].clone()),
            [
                json!("<p>Four bowls, made by <strong>hand</strong>.</p>"),
                json!(40.73),
                json!(1),
                json!(true),
                json!(false),
                json!(0),
                json!(null)
            ]
        );
        for same in
            ["/product/rustic-spice-bowl-set", "/product?handle=rustic-spice-bowl-set", "/product/?id="]
        {
            let path = if same.ends_with('=') { format!("{same}{}", world.bowl) } else { same.to_owned() };
            assert_eq!(api.get(&path), product, "{path}");
        }
        let page = product["url"].as_str().unwrap();
        let path = page.strip_prefix(&format!("http://{}", store.server.address)).unwrap();
        assert_eq!(crate::support::http::get(store.server.address, path.trim_end_matches('/')).status, 200);
    }
}

#[test]
fn the_rest_has_all_its_fields() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        let told = api.get("");
        assert_shape(&told, STORE);
        assert_eq!(told, api.get("/store"));
        let category = api.get(&format!("/category/{}", world.category));
        assert_shape(&category, CATEGORY);
        assert_eq!((&category["total_products"], &category["parent"]), (&json!(1), &json!(0)));
        for same in ["/category/cozinha", "/category?handle=cozinha"] {
            assert_eq!(api.get(same), category);
        }
        let ways = api.call("GET", "/shipping?country_code=prt", &Value::Null);
        assert_eq!(
            ways.text(),
            "[{\"title\":\"CTT\",\"description\":\"In 24 horas\",\"price\":6.76,\"price_formatted\":\"6,76 €\"},\
             {\"title\":\"Transportadora\",\"description\":\"In 24 horas\",\"price\":7.25,\"price_formatted\":\"7,25 €\"}]"
        );
        let coupon = api.get("/coupon/bajevolp");
        assert_shape(&coupon, COUPON);
        assert_eq!(
            ["limit", "used", "value", "type", "applies_to", "orders_total"]
                .map(|field| coupon[field].clone()),
            [json!(5), json!(1), json!(10), json!("percent"), json!("all_orders"), json!(157.03)]
        );
        for same in [
            format!("/coupon/{}", coupon["id"]),
            format!("/coupon?id={}", coupon["id"]),
            "/coupon?code=BAJEVOLP".into(),
        ] {
            assert_eq!(api.get(&same), coupon, "{same}");
        }
        let hook = api.done(
            "POST",
            "/webhook/",
            &json!({"url": "https://www.mysite.example/mywebhook_url", "event": "order_created"}),
        );
        assert_shape(&hook, "id:int event:text url:text active:bool");
        assert_eq!(hook["active"], true);
        api.refused("POST", "/webhook", &json!({"url": hook["url"], "event": "order_created"}), 409);
        assert_eq!(api.get(&format!("/webhook/{}", hook["id"])), hook);
        api.done("DELETE", &format!("/webhook/{}", hook["id"]), &Value::Null);
        api.refused("DELETE", &format!("/webhook/{}", hook["id"]), &Value::Null, 404);
    }
}

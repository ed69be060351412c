//! The pages in a real browser: Chromium, driven by playwright-core, with axe-core. What the scripts in `tests/browser` do, they tell
//! in JSON; here stands what has to come of it.

mod forms;
mod hand;
mod routes;
mod stand;
mod way;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use keywright::domain::person::Role;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::oauth::customers::letter;
use crate::oauth::{Browser, Shop, ask, encoded};
use crate::pages::corpus;
use crate::pages::written::{self, Written};
use crate::support::server::{self, clean};
use crate::support::{Engine, hook};
use routes::{Whose, assert_all_seen};
use stand::Stand;

/// What came of a walk.
#[derive(Debug, Deserialize)]
struct Walk {
    pages: Vec<String>,
    kinds: Vec<String>,
    faults: Vec<String>,
}

/// A command that runs a script of `tests/browser`.
fn node(script: &str) -> Command {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("browser");
    assert!(installed.join("node_modules/axe-core").is_dir(), "no axe-core: tests/run installs it");
    let mut node = Command::new("node");
    clean(&mut node);
    if let Some(pictures) = std::env::var_os("KEYWRIGHT_PICTURES") {
        node.env("KEYWRIGHT_PICTURES", pictures);
    }
    node.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(script));
    node.env("MODULES", installed);
    node
}

/// Runs a script of `tests/browser` on this task.
fn run(script: &str, task: &Value) -> Value {
    let mut node = node(script);
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(task.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Cookies as the scripts take them.
fn cookies(browser: &Browser, names: &[&str]) -> Vec<Value> {
    let cookie = |name: &&str| Some(json!({"name": name, "value": browser.cookie(name)?}));
    names.iter().filter_map(cookie).collect()
}

fn walk(task: &Value) -> Walk {
    serde_json::from_value(run("walk.mjs", task)).unwrap()
}

/// What is not ours in pages of ours: Swagger UI, as it was released.
const STRANGERS: &[&str] = &[".swagger-ui"];

fn assert_faultless(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}: {} faults:\n{}", faults.len(), faults.join("\n"));
}

/// That it came past each of these kinds.
fn assert_seen(walked: &Walk, kinds: &[&str]) {
    for kind in kinds {
        assert!(walked.kinds.iter().any(|known| known == kind), "{kind} is not among {:?}", walked.kinds);
    }
}

/// Every page that links lead to, for those who run the shop.
#[test]
fn every_page_of_the_administration_is_for_everybody() {
    let shop = Shop::open(Engine::sqlite());
    let stand = Stand::fill(&shop);
    let url = ["webhook", "create", "--url", "https://hooks.example/quill", "--events", "all"];
    let hook = &server::json(&shop.engine, &url)["id"];
    server::json(&shop.engine, &["api-key", "create", "--scopes", "read:products", "--title", "Till"]);
    server::json(&shop.engine, &["backup", "create"]);
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    shop.person("ben@shop.example", Role::Support);
    let app = shop.app("read:products write:products");
    let licence = &server::json(&shop.engine, &["licence", "list"])[0]["licence_id"];
    let variant = &server::json(&shop.engine, &["variant", "list", &stand.plain[0]])[0]["id"];
    let orders = server::json(&shop.engine, &["order", "list"]);
    let order = |status: &str| {
        let order = orders.as_array().unwrap().iter().find(|order| order["payment_status"] == status);
        order.unwrap()["id"].clone()
    };
    let seeds = [
        "/admin",
        "/admin/find?q=ABCD",
        "/admin/licences?status=expired",
        &format!("/admin/begin/licence/{}", stand.plain[0]),
        "/admin/begin/shop",
        "/admin/begin/mail",
        &format!("/admin/begin/activation/{licence}"),
        &format!("/admin/orders/{}/refund", order("paid")),
        &format!("/admin/orders/{}/pay", order("unpaid")),
        "/admin/begin/product",
        // Where more than a few are led to.
        &format!("/admin/webhooks/{hook}/deliveries"),
        &format!("/admin/products/{}/releases", stand.plain[0]),
        &format!("/admin/products/{}/variants/{variant}/movements", stand.plain[0]),
        &format!("/admin/metafields/product/{}", stand.plain[0]),
        &format!("/admin/oauth-apps/{}/grants", app.app.client_id),
        &format!("/admin/price-lists/{}/prices", stand.prices),
        &format!("/admin/customers/{}/credit", stand.customer),
        &format!("/admin/customers/{}/points", stand.customer),
        "/docs",
        &format!("/oauth/authorize?{}", ask(&app, "read:products", &[])),
    ];
    let walked = walk(&json!({
        "name": "owner", "origin": shop.issuer(), "seeds": seeds, "strangers": STRANGERS,
        "cookies": cookies(&browser, &["keywright"]),
        "forms": [
            {"at": "/admin/licences", "ticks": 3, "press": "#several button"},
            {"at": "/admin/licences?sort=oldest", "typed": {"#filter-key": "no such"}, "press": ".filters button"},
            {"at": "/admin/settings/backups", "press": ".deeds button"},
        ],
    }));
    assert_faultless("the administration", &walked.faults);
    assert_all_seen(Whose::Staff, &walked.pages);
    assert_seen(&walked, &["/docs", "/admin/licences?status"]);
}

/// What those see whom nobody knows: buyers, and whoever is about to sign in.
#[test]
fn every_page_before_the_door_is_for_everybody() {
    let shop = Shop::open(Engine::sqlite());
    let stand = Stand::fill(&shop);
    let app = shop.app("read:products");
    let question = format!("/oauth/authorize?{}", ask(&app, "read:products", &[]));
    let asking = Browser::new(shop.address());
    asking.submit(&asking.get("/account/sign-in"), "/account/sign-in", &[("email", stand::BUYER)]);
    let link = letter(&shop, 1)["link"].as_str().unwrap().replace(&shop.issuer(), "");
    let seeds = [
        "/",
        &link,
        &format!("/?category={}", stand.category),
        "/?q=nothing",
        &format!("/checkout?items={}", stand::both(&stand.plain[0], &stand.plain[1])),
        "/account/sign-in/link/over",
        "/item/999999-nothing/",
        "/admin/sign-in",
        "/docs",
        &question,
        "/oauth/authorize?x",
        "/setup/over",
        &stand.link,
    ];
    let walked = walk(&json!({
        "name": "guest", "origin": shop.issuer(), "seeds": seeds, "strangers": STRANGERS,
        // What these say by their status, they say to people too.
        "statuses": {"/oauth/authorize?x": 400, "/setup/over": 410, "/account/sign-in/link/over": 410, "/item/999999-nothing/": 404},
        "forms": [
            {"at": "/admin/sign-in", "typed": {"#email": "mia@shop.example", "#password": "wrong"}, "press": "button"},
            {"at": question, "typed": {"#customer-email": stand::BUYER}, "press": "section:last-of-type button"},
            {"at": "/account/sign-in", "typed": {"#email": stand::BUYER}, "press": "main button"},
            {"at": "/contact", "typed": {"#email": "ben@customer.example", "#subject": " ", "#message": "Hello?"}, "press": "main button"},
            {"at": "/contact", "typed": {"#email": "ben@customer.example", "#subject": "Hello", "#message": "Hello?"}, "press": "main button"},
            {"at": seeds[4], "typed": {"#email": "ben@customer.example", "#coupon": "NONE"}, "press": "button[value=buy]"},
            {"at": seeds[4], "typed": {"#email": "ben@customer.example"}, "press": "button[value=buy]"},
        ],
    }));
    assert_faultless("before the door", &walked.faults);
    let is_there = |path: &&String| !path.ends_with("/over") && !path.ends_with("-nothing/");
    let there: Vec<String> = walked.pages.iter().filter(is_there).cloned().collect();
    assert_all_seen(Whose::Strangers, &there);
    assert_seen(&walked, &["/?q", "/?category"]);
    assert!(walked.pages.contains(&question), "{question} is not among {:?}", walked.pages);
}

/// What a customer sees who is signed in.
#[test]
fn every_page_of_a_customer_is_for_everybody() {
    let shop = Shop::open(Engine::sqlite());
    let stand = Stand::fill(&shop);
    let downloads = stand.asks.each_ref().map(|id| format!("/account/purchases/{id}/download"));
    let items = format!("/checkout?items={}", stand.plain[0]);
    let seeds = [&["/account", "/", &items], &downloads.each_ref().map(String::as_str)[..]].concat();
    let walked = walk(&json!({
        "name": "customer", "origin": shop.issuer(), "seeds": seeds, "strangers": STRANGERS,
        "cookies": cookies(&stand.customer(&shop), &["keywright"]),
        "statuses": {downloads[2].as_str(): 409},
        "forms": [
            {"at": downloads[0], "typed": {"#install-url": "https://localhost"}, "press": "main button"},
            {"at": "/account", "typed": {}, "press": "main button"},
            {"at": "/account/tickets/new", "typed": {"#subject": " ", "#message": "Hello?"}, "press": "main button"},
            {"at": "/account/tickets/1", "typed": {"#message": "Hello?"}, "press": "main form.card button"},
        ],
    }));
    assert_faultless("a customer", &walked.faults);
    assert_all_seen(Whose::Customers, &walked.pages);
    for path in &downloads {
        assert!(walked.pages.contains(path), "{path} is not among {:?}", walked.pages);
    }
}

/// Texts of [`corpus`] in every list of the administration, by Chromium's own reading of them.
#[test]
fn nothing_that_anybody_writes_runs() {
    let shop = Shop::open(Engine::sqlite());
    // Every second one, so that it takes seconds: `pages::hostile` looks at all of them, and more closely.
    let texts: Vec<String> = corpus::all().into_iter().step_by(2).collect();
    let made = written::fill(&shop, &texts);
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    let lists = ["products", "orders", "customers", "licences", "webhooks", "api-keys", "mail", "audit"];
    let mut seeds: Vec<String> = lists.iter().map(|list| format!("/admin/{list}")).collect();
    seeds.extend(made.iter().filter_map(Written::question).step_by(20));
    let odd = texts.iter().step_by(20).map(|text| format!("/admin/find?q={}", encoded(text)));
    seeds.extend(odd);
    let walked: Walk = serde_json::from_value(run(
        "hostile.mjs",
        &json!({"origin": shop.issuer(), "seeds": seeds, "most": 150, "cookies": cookies(&browser, &["keywright"])}),
    ))
    .unwrap();
    assert_faultless("hostile texts", &walked.faults);
    assert!(walked.pages.len() > 150, "{} pages", walked.pages.len());
}

/// A page with every fault that the others are looked through for.
const BAD: &str = "<!doctype html><html lang=\"en\"><head><title>Bad</title><link rel=\"stylesheet\" href=\"/x.css\"></head><body>\
     <nav><a href=\"/missing\">Nowhere</a></nav><main><h1>Bad</h1>\
     <script>window.__pwned = 1</script><script src=\"/x.js\"></script>\
     <img src=\"http://192.0.2.1/pixel.png\" alt=\"\"><img src=\"x\" onerror=\"alert(1)\">\
     <p class=\"pale\">Pale</p><input><div class=\"wide\">Wide</div></main></body></html>";
const BAD_SCRIPT: &str = "console.error('said'); setTimeout(() => { throw new Error('thrown') })";
const BAD_STYLE: &str = ".pale { color: #ddd } .wide { width: 900px } *:focus { outline: none !important }";

/// Scripts that find nothing anywhere would be of no use.
#[test]
fn faults_are_found() {
    let address = hook::open(|mut stream| {
        let mut asked = [0; 4_096];
        let length = stream.read(&mut asked).unwrap_or(0);
        let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
        let path = asked.split(' ').nth(1).unwrap_or_default();
        let policy =
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src *\r\n";
        let (status, kind, body) = match path {
            "/bad" => ("200 OK", "text/html", BAD),
            "/x.js" => ("200 OK", "text/javascript", BAD_SCRIPT),
            "/x.css" => ("200 OK", "text/css", BAD_STYLE),
            _ => ("404 Not Found", "text/html", "<title>No</title>"),
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\n{policy}Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let _ = stream.write_all(answer.as_bytes());
    });
    let task = json!({"name": "bad", "origin": format!("http://{address}"), "seeds": ["/bad"], "most": 5});
    let found = walk(&task).faults.join("\n");
    for part in [
        "error on the console: said",
        "error in a script: thrown",
        "Content Security Policy",
        "a request to http://192.0.2.1",
        "(320 px, light): wider than the window",
        "(without JavaScript) (320 px, light): wider than the window",
        "color-contrast",
        "label",
        "/missing: answered 404",
        "the first stop of the Tab key is not the way past the navigation",
        "the focus is not to be seen on input",
    ] {
        assert!(found.contains(part), "{part} was not found:\n{found}");
    }
    let found = run("hostile.mjs", &task)["faults"].to_string();
    for part in
        ["an attribute onerror", "a foreign element", "a foreign script", "a script ran", "a dialog: 1"]
    {
        assert!(found.contains(part), "{part} was not found: {found}");
    }
}

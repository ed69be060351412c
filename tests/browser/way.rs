//! The whole way: from an empty folder to the first activation, and from there to a buyer who looks after a licence alone.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::hand::Hand;
use crate::oauth::PASSWORD;
use crate::pages::first_run::Fresh;
use crate::support::http::{self, Answer};
use crate::support::server::API;
use crate::support::{Engine, hook, until};

/// What the first five minutes may cost (pages.md): clicks, and seconds of the machine's.
const CLICKS: u32 = 12;
const SECONDS: f64 = 60.0;
/// For what comes over the network.
const PATIENCE: Duration = Duration::from_secs(20);

/// An address that is kept over a restart.
fn address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn call(address: SocketAddr, query: &str) -> Answer {
    http::get(address, &format!("{API}?{query}"))
}

/// From the link that the server printed to a page that waits for an activation, and the line that it shows.
fn set_up(hand: &mut Hand, link: &str) -> String {
    hand.go(link);
    hand.look("set-up");
    hand.fill("[name=shop]", "Quill & Sons");
    hand.fill("[name=email]", "mia@shop.example");
    hand.fill("[name=password]", PASSWORD);
    hand.follow("button:has-text('Go on')");
    assert_eq!(hand.path(), "/admin/begin/shop");
    assert_eq!(hand.value("[name=name]"), "Quill & Sons");
    hand.look("shop");
    hand.fill("[name=currency]", "EUR");
    hand.follow("button:has-text('Go on')");
    assert_eq!(hand.path(), "/admin/begin/mail");
    hand.look("mail");
    hand.follow("a:has-text('Go on')");
    hand.look("product");
    hand.fill("[name=title]", "Quill");
    hand.fill("[name=price]", "19.00");
    hand.follow("button:has-text('Make it')");
    hand.look("licence");
    assert_eq!(hand.value("[name=email]"), "mia@shop.example");
    hand.follow("button:has-text('Issue it')");
    assert!(hand.path().starts_with("/admin/begin/activation/"), "{}", hand.path());
    hand.look("waiting");
    assert!(hand.read("#wait").contains("Waiting for your first activation"));
    hand.read("#line")
}

/// The five minutes: with JavaScript the page turns green by itself, without it when it is looked at again.
fn begin(hand: &mut Hand, engine: &Engine, address: SocketAddr, has_script: bool) -> Fresh {
    let begun = Instant::now();
    let fresh = Fresh::at(engine, &address.to_string());
    let started = begun.elapsed().as_secs_f64();
    let line = set_up(hand, fresh.link.as_deref().unwrap());
    if has_script {
        hand.mark();
    }
    let begun = Instant::now();
    let curled = Command::new("sh").args(["-c", &line]).env("no_proxy", "*").output().unwrap();
    let taken = String::from_utf8_lossy(&curled.stdout).into_owned();
    assert!(taken.contains("OKAY"), "{line}: {curled:?}");
    let curled = begun.elapsed().as_secs_f64();
    if !has_script {
        hand.follow("a:has-text('Look again')");
    }
    hand.wait_for("#wait .done");
    assert!(hand.read("#wait").contains("Your licence server works"));
    if has_script {
        assert!(hand.is_marked(), "the page turned green, but it was loaded again");
    }
    hand.look("works");
    let seconds = started + hand.ms / 1_000.0 + curled;
    println!(
        "the first five minutes {} JavaScript: {} clicks, {} fields and one line to copy; the machine took {seconds:.1} s of them: \
         {started:.1} s to start, {:.1} s in the browser, {curled:.1} s for curl",
        if has_script { "with" } else { "without" },
        hand.clicks,
        hand.fields,
        hand.ms / 1_000.0
    );
    assert!(hand.clicks <= CLICKS, "{} clicks", hand.clicks);
    assert!(seconds <= SECONDS, "{seconds} s");
    fresh
}

/// The whole way, by clicks alone, and by one call that an app makes.
fn go_the_way(name: &str, has_script: bool) {
    let (engine, address) = (Engine::sqlite(), address());
    let mut hand = Hand::new(name, &format!("http://{address}"), has_script);
    drop(begin(&mut hand, &engine, address, has_script));
    // What the page about mail says is to be done, and an address that webhooks may go to here.
    let letters = engine.folder.path().join("letters");
    std::fs::create_dir(&letters).unwrap();
    let settings = format!(
        "mail_from = \"Quill <quill@shop.example>\"\nmail_folder = \"{}\"\nwebhook_allow = \"127.0.0.0/8\"\n",
        letters.display()
    );
    std::fs::write(engine.folder.path().join("keywright.toml"), settings).unwrap();
    let _server = Fresh::at(&engine, &address.to_string());
    publish(&mut hand, &engine);
    let key = buy(&mut hand);
    look_after(&mut hand, &letters, address, &key);
    buy_by_card(&mut hand);
    tell_again(&mut hand);
    hand.end();
}

#[test]
fn from_an_empty_folder_to_a_licence_that_its_buyer_frees() {
    go_the_way("way", true);
}

#[test]
fn the_whole_way_without_javascript_on_a_phone() {
    go_the_way("way-still", false);
}

/// Says how buyers pay, that the product asks where it will be installed, and puts out a release with a file.
fn publish(hand: &mut Hand, engine: &Engine) {
    hand.go("/admin/settings");
    hand.fill("[name=payment_notice]", "Pay to **IBAN 1**.");
    hand.follow("button:has-text('Save')");
    hand.go("/admin/products");
    hand.follow("tbody a:has-text('Quill')");
    let product = hand.path().to_owned();
    hand.follow("a:has-text('Change it')");
    hand.look("edit");
    hand.tick("#licence-policy-deactivate");
    hand.tick("#delivery-requires-install-url");
    hand.follow("button:has-text('Save')");
    let file = engine.folder.path().join("quill-1.0.0.zip");
    std::fs::write(&file, "a fine pen").unwrap();
    hand.go("/admin/files");
    hand.follow("a:has-text('Upload a file')");
    hand.look("upload");
    hand.attach("#file", &file);
    hand.follow("button:has-text('Upload')");
    assert!(hand.read("tbody").contains("quill-1.0.0.zip"));
    hand.go(&product);
    hand.follow("a:has-text('New release')");
    hand.look("release");
    hand.fill("[name=version]", "1.0.0");
    hand.choose("#file", "quill-1.0.0.zip");
    hand.follow("button:has-text('Make it')");
    assert!(hand.read("main").contains("published"), "{}", hand.read("main"));
}

/// Somebody who runs the shop sits down.
fn sit_down(hand: &mut Hand) {
    hand.change();
    hand.go("/admin/sign-in");
    hand.fill("#email", "mia@shop.example");
    hand.fill("#password", PASSWORD);
    hand.follow("button:has-text('Sign in')");
    assert_eq!(hand.path(), "/admin");
}

/// A visitor orders, the shop marks it as paid, and the file comes when it is said where it will be; the key.
fn buy(hand: &mut Hand) -> String {
    hand.change();
    hand.go("/");
    hand.look("front");
    hand.follow(".items a");
    hand.look("item");
    hand.follow("a:has-text('Buy Now')");
    hand.look("checkout");
    hand.fill("#email", "ben@customer.example");
    hand.fill("#name", "Ben");
    hand.follow("button:has-text('Order for')");
    let order = hand.path().to_owned();
    assert!(order.starts_with("/order/"), "{order}");
    assert!(hand.read("main").contains("IBAN 1"));
    hand.look("unpaid");
    sit_down(hand);
    hand.go("/admin/orders?payment=unpaid");
    hand.follow("tbody a");
    hand.look("order");
    hand.follow("a:has-text('Mark as paid')");
    hand.look("payment");
    hand.follow("button:has-text('It is paid')");
    assert!(hand.path().ends_with("?done=paid"), "{}", hand.path());
    hand.change();
    hand.go(&order);
    hand.look("paid");
    let key = hand.read(".key code");
    hand.follow("main a:has-text('Download')");
    hand.look("install-url");
    hand.fill("#install-url", "https://ben.example");
    let (name, text) = hand.keep("button:has-text('Go on')");
    assert_eq!((name.as_str(), text.as_str()), ("quill-1.0.0.zip", "a fine pen"));
    key
}

/// An app takes the key; its buyer signs in by the code of a letter, sees where it is in use, and frees it.
fn look_after(hand: &mut Hand, letters: &std::path::Path, address: SocketAddr, key: &str) {
    let taken = call(address, &format!("activate&key={key}"));
    assert_eq!(taken.status, 200, "{taken:?}");
    let usage = taken.json()["usage_id"].to_string();
    hand.change();
    hand.go("/account");
    hand.look("sign-in");
    hand.fill("#email", "ben@customer.example");
    hand.follow("button:has-text('Mail me a code')");
    hand.look("code");
    hand.fill("#code", &code(letters));
    hand.follow("button:has-text('Sign in')");
    assert_eq!(hand.path(), "/account");
    hand.look("mine");
    hand.follow(".owned a");
    assert!(hand.read("main").contains("1 of 3"), "{}", hand.read("main"));
    assert_eq!(hand.read("#key"), key);
    hand.look("in-use");
    hand.follow("button:has-text('Deactivate')");
    assert!(hand.read("main").contains("0 of 3"), "{}", hand.read("main"));
    hand.look("freed");
    let checked = call(address, &format!("check&key={key}&usage_id={usage}"));
    assert_eq!(checked.json()["errorCode"], 1301, "{checked:?}");
    hand.follow("a[href*='/account/orders/']");
    hand.look("invoice");
}

/// The six digits of the letter that lets somebody in.
fn code(letters: &std::path::Path) -> String {
    let find = || {
        let all = std::fs::read_dir(letters).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.to_string_lossy().ends_with("-sign_in.eml")).max()
    };
    until("a letter with a code is there", || find().is_some());
    let letter = std::fs::read_to_string(find().unwrap()).unwrap();
    let code = letter.split("began: ").nth(1).unwrap_or_else(|| panic!("no code in {letter}"));
    code.chars().take_while(char::is_ascii_digit).collect()
}

/// In test mode, which only those are let into who run the shop, the test card pays at once.
fn buy_by_card(hand: &mut Hand) {
    sit_down(hand);
    hand.press(".who summary");
    hand.look("menu");
    hand.follow("button:has-text('Test mode')");
    hand.look("home-test");
    hand.go("/admin/products/new");
    hand.fill("[name=title]", "Draft");
    hand.fill("[name=price]", "5.00");
    hand.follow("button:has-text('Make it')");
    hand.go("/");
    assert!(hand.read(".bar").contains("Test mode"));
    hand.follow(".items a:has-text('Draft')");
    hand.follow("button:has-text('Add to the cart')");
    hand.look("checkout-test");
    hand.fill("#email", "ada@customer.example");
    hand.fill("#card", "4242 4242 4242 4242");
    hand.follow("button:has-text('Pay')");
    assert!(!hand.read(".key code").is_empty());
    hand.look("paid-test");
    hand.go("/admin");
    hand.follow("button:has-text('Leave it')");
}

/// An endpoint is told, and told again.
fn tell_again(hand: &mut Hand) {
    let (came, calls) = mpsc::channel::<Value>();
    let receiver = hook::open(move |mut stream| {
        if let Some(call) = hook::read(&mut stream) {
            came.send(serde_json::from_str(&call.body).unwrap()).unwrap();
            hook::take(&mut stream);
        }
    });
    hand.go("/admin/webhooks");
    hand.follow("a:has-text('New webhook')");
    hand.look("webhook");
    hand.fill("[name=url]", &format!("http://{receiver}/hook"));
    hand.tick("[name='events.product.created']");
    hand.follow("button:has-text('Make it')");
    assert!(!hand.read(".secrets code").is_empty());
    hand.look("shown-once");
    hand.follow("a:has-text('I have it')");
    let page = hand.path().to_owned();
    hand.follow("button:has-text('Send a test event')");
    let first = calls.recv_timeout(PATIENCE).unwrap();
    until("it is written down", || {
        hand.go(&page);
        hand.read("main").contains("delivered")
    });
    hand.follow("button:has-text('Send again')");
    let second = calls.recv_timeout(PATIENCE).unwrap();
    assert_eq!(first["id"], second["id"], "the same event is told again");
    hand.look("told-again");
}

//! Endpoints that answer, but slowly, and have much to be told: others are told meanwhile.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Shop;
use crate::support::{Engine, hook, until};

/// Slow endpoints, so many that four calls to each are all there is room for.
const SLOW: usize = 16;
/// How long each call to them lasts.
const LASTS: Duration = Duration::from_secs(1);
/// Events that wait for each of them.
const BACKLOG: usize = 40;

#[test]
fn the_slow_do_not_hold_up_the_quick() {
    let engine = Engine::sqlite();
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    let shop = Shop::open(engine);
    let api = shop.api();
    let (is_slow, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (slow, count) = (is_slow.clone(), answered.clone());
    let sluggard = hook::open(move |mut stream| {
        if hook::read(&mut stream).is_some() {
            if slow.load(Ordering::SeqCst) {
                let begun = Instant::now();
                while begun.elapsed() < LASTS {
                    std::thread::park_timeout(LASTS);
                }
            }
            hook::take(&mut stream);
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let told: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let times = told.clone();
    let quick = hook::open(move |mut stream| {
        if hook::read(&mut stream).is_some() {
            times.lock().unwrap().push(Instant::now());
            hook::take(&mut stream);
        }
    });
    let endpoint =
        |url: &str, event: &str| api.done("POST", "/v1/webhooks", &json!({"url": url, "events": [event]}));
    for nth in 0..SLOW {
        endpoint(&format!("http://{sluggard}/{nth}"), "product.updated");
    }
    let quick = endpoint(&format!("http://{quick}/"), "product.created");
    let product = api.product();
    let rename = |n: usize| {
        api.done("PATCH", &format!("/v1/products/{product}"), &json!({"title": format!("Name {n}")}));
    };
    // All have shown that they answer.
    rename(0);
    until("all answer", || answered.load(Ordering::SeqCst) == SLOW && told.lock().unwrap().len() == 1);
    is_slow.store(true, Ordering::SeqCst);
    (1..=BACKLOG).for_each(rename);
    until("the slow have begun", || answered.load(Ordering::SeqCst) > 2 * SLOW);
    let begun = Instant::now();
    api.done("POST", &format!("/v1/webhooks/{}/test", quick["id"]), &Value::Null);
    until("the quick one is told", || told.lock().unwrap().len() == 2);
    let lag = told.lock().unwrap()[1] - begun;
    println!("webhooks: beside {SLOW} slow endpoints with {BACKLOG} events each, a quick one waits {lag:?}");
    assert!(lag < 3 * LASTS, "{lag:?}");
}

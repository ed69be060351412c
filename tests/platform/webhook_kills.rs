//! kill -9 at every step of a delivery: no event that was committed is lost, one that comes twice is the same, and what a dead
//! process held is its successor's, or its neighbour's, once the lease is over.

mod killer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use self::killer::{Deaf, Killer, Step, Told};
use super::key;
use crate::support::http::Connection;
use crate::support::server::{self, Server};
use crate::support::{Engine, block_on, hook, until, until_within};
use keywright::store::Row;
use keywright::values;

const STEPS: [Step; 8] = [
    Step::Waiting,
    Step::Connecting,
    Step::Connected,
    Step::Asked,
    Step::HalfAnswered,
    Step::Answered,
    Step::Settling,
    Step::Among,
];
/// How often each step is the last.
const ROUNDS: usize = 3;
/// Endpoints that are told of each event.
const ENDPOINTS: usize = 6;
/// A lease, a retry, and what is forgiven on a machine with much to do, in seconds.
const LATEST: u64 = 90;
/// How long a taken delivery is its taker's.
const LEASE: Duration = Duration::from_secs(30);

/// A shop whose servers come and go.
struct Scene {
    engine: Engine,
    key: String,
    killer: Arc<Killer>,
    /// Products whose making was acknowledged.
    acknowledged: BTreeSet<i64>,
    deaf: Vec<Deaf>,
}

impl Scene {
    fn new(engine: Engine, endpoints: usize) -> Self {
        let file = engine.folder.path().join("keywright.toml");
        std::fs::write(file, "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
        let (key, killer) = (key(&engine, &["--scopes", "all"]), Killer::new(&engine));
        let attending = killer.clone();
        let address = hook::open(move |mut stream| attending.attend(&mut stream));
        let scene = Self { engine, key, killer, acknowledged: BTreeSet::new(), deaf: Vec::new() };
        (0..endpoints).for_each(|nth| scene.endpoint(&format!("http://{address}/{nth}"), "product.created"));
        scene
    }

    fn endpoint(&self, url: &str, events: &str) {
        server::json(&self.engine, &["webhook", "create", "--url", url, "--events", events]);
    }

    /// Asks for something while the server may die; what it answered.
    fn ask(&self, server: &Server, method: &str, target: &str, body: &Value) -> Option<Value> {
        let bearer = format!("Bearer {}", self.key);
        let answer = Connection::try_open(server.address)?.send(
            method,
            target,
            &[("Authorization", &bearer), ("Content-Type", "application/json")],
            body.to_string().as_bytes(),
        )?;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        Some(answer.json())
    }

    /// Makes products, each an event, as long as there is a server.
    fn make(&mut self, server: &Server, count: usize) {
        for _ in 0..count {
            let Some(made) = self.ask(server, "POST", "/v1/products", &json!({"title": "Quill"})) else {
                return;
            };
            self.acknowledged.insert(made["id"].as_i64().unwrap());
        }
    }

    /// Makes one by the command line, as another process than the server.
    fn make_beside(&mut self) {
        let made = server::json(&self.engine, &["product", "create", "--title", "Quill"]);
        self.acknowledged.insert(made["id"].as_i64().unwrap());
    }

    /// A server's life up to this step.
    fn live(&mut self, step: Step, round: usize) {
        let mut server = Server::start(&self.engine, &["--access-log", "off"]);
        self.killer.arm(step, &server, 4 + 5 * round);
        match step {
            Step::Waiting => {
                self.make(&server, 2);
                // Stopped when it writes nothing, so that another process may.
                self.killer.database.locked(|| server.signal("STOP"));
                self.make_beside();
                self.killer.kill(step);
            }
            Step::Connecting => {
                self.make(&server, 2);
                let deaf = Deaf::open();
                let url = format!("http://{}/deaf/{round}", deaf.address());
                self.endpoint(&url, "product.updated");
                let target = format!("/v1/products/{}", self.acknowledged.first().unwrap());
                let renamed = self.ask(&server, "PATCH", &target, &json!({"title": format!("Name {round}")}));
                assert!(renamed.is_some());
                until("a connection is asked for", || deaf.is_asked());
                self.killer.kill(step);
                self.deaf.push(deaf);
            }
            Step::Among => self.make(&server, 12),
            _ => self.make(&server, 3),
        }
        until("the server is killed", || server.is_gone());
    }

    /// All deliveries, as they stand: endpoint's path, event, status.
    fn deliveries(&self) -> Vec<(Told, String)> {
        let read = |row: &Row<'_>| {
            let url: String = row.get(0)?;
            let path = url.splitn(4, '/').nth(3).unwrap_or_default();
            Ok(((format!("/{path}"), row.get(1)?), row.get(2)?))
        };
        let sql = "select w.url, d.event_id, d.status from webhook_delivery d join webhook w on w.id = d.webhook_id";
        let store = self.engine.system_store();
        block_on(store.read(move |tx| tx.all(sql, &[], read))).unwrap()
    }

    /// The events that were committed: the product's id by the event's.
    fn events(&self, kind: &'static str) -> BTreeMap<i64, i64> {
        let store = self.engine.system_store();
        let found: Vec<(i64, String)> = block_on(store.read(move |tx| {
            let sql = "select id, data from event where kind = $1";
            tx.all(sql, values![kind], |row| Ok((row.get(0)?, row.get(1)?)))
        }))
        .unwrap();
        let product =
            |data: &str| serde_json::from_str::<Value>(data).unwrap()["product"]["id"].as_i64().unwrap();
        found.iter().map(|(id, data)| (*id, product(data))).collect()
    }

    /// Waits until nothing is under way any more, and judges all that has come; how often something came again.
    fn judge(&self, endpoints: usize) -> usize {
        let name = self.engine.name;
        until_within(LATEST, "all is delivered", || {
            self.deliveries().iter().all(|(_, status)| status != "pending")
        });
        let events = self.events("product.created");
        let committed: BTreeSet<i64> = events.values().copied().collect();
        assert!(self.acknowledged.is_subset(&committed), "{name}: acknowledged, and not there");
        let mut expected: BTreeSet<Told> = BTreeSet::new();
        for nth in 0..endpoints {
            expected.extend(events.keys().map(|id| (format!("/{nth}"), *id)));
        }
        // A rename wakes those that were there then.
        let renames: Vec<i64> = self.events("product.updated").into_keys().collect();
        for (nth, event) in renames.iter().enumerate() {
            expected.extend((0..=nth).map(|round| (format!("/deaf/{round}"), *event)));
        }
        let deliveries = self.deliveries();
        assert!(deliveries.iter().all(|(_, status)| status == "delivered"), "{name}: {deliveries:?}");
        let queued: BTreeSet<Told> = deliveries.iter().map(|(told, _)| told.clone()).collect();
        assert_eq!(
            (queued.len(), &queued),
            (deliveries.len(), &expected),
            "{name}: each event once an endpoint"
        );
        let got = self.killer.got.lock().unwrap();
        let came: BTreeSet<Told> = got.keys().cloned().collect();
        assert_eq!(came, expected, "{name}: what came is what was committed, neither more nor less");
        for (told, bodies) in got.iter() {
            assert!(
                bodies.iter().all(|(body, _)| *body == bodies[0].0),
                "{name}: {told:?} is told in two ways"
            );
        }
        got.values().map(|bodies| bodies.len() - 1).sum()
    }
}

fn survives(engine: Engine) {
    let mut scene = Scene::new(engine, ENDPOINTS);
    for round in 0..ROUNDS {
        for step in STEPS {
            scene.live(step, round);
        }
    }
    for deaf in std::mem::take(&mut scene.deaf) {
        drop(deaf.queued);
        let killer = scene.killer.clone();
        hook::attended(deaf.listener, move |mut stream| killer.attend(&mut stream));
    }
    let _server = Server::start(&scene.engine, &[]);
    let again = scene.judge(ENDPOINTS);
    let (name, events) = (scene.engine.name, scene.acknowledged.len());
    let kills = ROUNDS * STEPS.len();
    println!(
        "webhooks: {kills} kills on {name}: {events} events at {ENDPOINTS} endpoints, 0 lost, {again} came again"
    );
    // Of each kill after the receiver had all, at least one comes again.
    assert!(again >= 2 * ROUNDS, "the kills hit nothing: {again}");
}

/// Two servers on one database; the first is killed while it waits for answers, and the second brings what it held.
fn is_taken_over() {
    let endpoints = 5;
    let mut scene = Scene::new(Engine::postgres(), endpoints);
    let [mut first, second] = [(); 2].map(|()| Server::start(&scene.engine, &[]));
    let killer = scene.killer.clone();
    // Nobody else takes anything until the first holds one delivery to each endpoint.
    second.signal("STOP");
    killer.arm(Step::Held, &first, 0);
    scene.make(&first, 4);
    until("all endpoints hold a delivery", || killer.held.lock().unwrap().len() == endpoints);
    second.signal("CONT");
    let held: BTreeSet<Told> = killer.held.lock().unwrap().clone();
    killer.kill(Step::Held);
    assert_eq!(held.len(), endpoints, "the first gave up before it was killed");
    until("the first is killed", || first.is_gone());
    scene.make(&second, 4);
    scene.judge(endpoints);
    let got = killer.got.lock().unwrap();
    for (told, bodies) in got.iter() {
        let waited = bodies[bodies.len() - 1].1 - bodies[0].1;
        if held.contains(told) {
            assert!(waited + Duration::from_secs(5) > LEASE, "{told:?} is still the first's: {waited:?}");
        } else {
            assert_eq!(bodies.len(), 1, "{told:?} was nobody's");
        }
    }
    println!("webhooks: {} of {} deliveries were a dead server's and came by another", held.len(), got.len());
}

#[test]
fn no_kill_loses_an_event() {
    std::thread::scope(|scope| {
        for engine in [Engine::sqlite(), Engine::postgres()] {
            scope.spawn(move || survives(engine));
        }
        scope.spawn(is_taken_over);
    });
}

/// While the database takes nothing down, what has its answer waits to be written, and is not sent again.
#[test]
fn what_is_not_written_yet_is_not_sent_again() {
    for engine in [Engine::sqlite(), Engine::postgres()] {
        let mut scene = Scene::new(engine, 3);
        let server = Server::start(&scene.engine, &["--access-log", "off"]);
        scene.killer.database.run(
            "create trigger refuse before update of status on webhook_delivery when new.status = 'delivered' \
             begin select raise(abort, 'not now'); end",
            "create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$; \
             create trigger refuse before update on webhook_delivery for each row when (new.status = 'delivered') \
             execute function refuse()",
        );
        scene.make(&server, 1);
        until("all are told", || scene.killer.got.lock().unwrap().len() == 3);
        until("nothing is written", || server.log().contains("nor what came of them"));
        let on = if scene.engine.name == "sqlite" { "" } else { " on webhook_delivery" };
        let again = format!("drop trigger refuse{on}");
        scene.killer.database.run(&again, &again);
        assert_eq!(scene.judge(3), 0, "{}: nothing came twice", scene.engine.name);
    }
}

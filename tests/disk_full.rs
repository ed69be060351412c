//! A full disk: writes are refused with a clear answer, reads go on, and room is all it takes to write again.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs;
use std::process::Command;
use std::sync::Mutex;

use crate::platform::uploads::{form, noise};
use crate::support::Engine;
use crate::support::http::{Answer, Connection, get, send};
use crate::support::server::{API, Server, cli, issue, json, product};
use crate::support::small_disk::{Disk, Filler};
use crate::support::uses::{Use, Uses};

/// Set for the child in a user namespace of its own, where it may mount.
const CHILD: &str = "KEYWRIGHT_TEST_MAY_MOUNT";
const REFUSAL: &str = r#"{"errorCode":1903,"errorMessage":"INTERNAL_ERROR"}"#;
/// The limit of the second licence.
const LIMIT: usize = 3;

#[test]
fn a_full_disk_refuses_writes_until_there_is_room() {
    let Some(disk) = Disk::mount() else { return in_a_namespace() };
    // Dropped in this order: the server, its folder, the disk.
    let engine = disk.engine();
    let (scene, mut server) = Scene::start(&engine);
    let pid = server.pid();
    let ballast = Filler::new(&disk, "ballast", 2_048 * 1_024);

    let mut given = scene.load(&server);
    assert!(given.len() > 50, "{} uses filled the disk", given.len());
    given.insert((scene.limited_id, 1));
    let filler = Filler::new(&disk, "filler", usize::MAX);
    scene.is_full(&server);
    scene.takes_no_file(&server);
    scene.command_line_says_so(&engine);
    // Closing its database, the command may have shortened the log and so made room.
    let another = Filler::new(&disk, "another", usize::MAX);
    scene.is_full(&server);

    let newest = scene.extra.get().to_string();
    let stored = json(&engine, &["activation", "list", &scene.key]);
    assert_eq!(stored[0]["extra"].as_str(), Some(newest.as_str()));

    drop((ballast, filler, another));
    for usage_id in 2..=LIMIT {
        let answer = server.call(&scene.activate_limited());
        assert_eq!(answer.text(), format!(r#"{{"response":"OKAY","usage_id":{usage_id}}}"#));
        given.insert((scene.limited_id, i64::try_from(usage_id).unwrap()));
    }
    let over = server.call(&scene.activate_limited());
    assert_eq!(over.text(), r#"{"errorCode":1201,"errorMessage":"MAX_USES"}"#);
    assert_eq!(server.pid(), pid);
    assert!(server.stop().success(), "{}", server.log());

    let (store, _) = engine.store();
    let uses = Uses::of(&store);
    let lost = given.iter().filter(|this| !uses.live.contains(this)).count();
    println!("disk full: {} acknowledged, {lost} lost", given.len());
    assert_eq!(lost, 0);
    assert_eq!(uses.live.iter().filter(|(id, _)| *id == scene.limited_id).count(), LIMIT);
}

/// A product with a release, a licence without a limit and one with.
struct Scene {
    product: i64,
    key: String,
    id: i64,
    limited_key: String,
    limited_id: i64,
    api_key: String,
    /// What was last acknowledged as the extra of the first one's first use.
    extra: Cell<u32>,
}

impl Scene {
    /// Makes it, serves it, takes one use of each licence, and gives the first an extra.
    fn start(engine: &Engine) -> (Self, Server) {
        let product = product(engine, &[]);
        let number = product.to_string();
        json(engine, &["release", "publish", "--product", &number, "--version", "1.2.0"]);
        let limit = LIMIT.to_string();
        let [free, limited] = [issue(engine, product, &[]), issue(engine, product, &["--max-uses", &limit])];
        let text = |of: &serde_json::Value| of["key"].as_str().unwrap().to_owned();
        let id = |of: &serde_json::Value| of["licence_id"].as_i64().unwrap();
        let scene = Self {
            product,
            key: text(&free),
            id: id(&free),
            limited_key: text(&limited),
            limited_id: id(&limited),
            api_key: text(&json(engine, &["api-key", "create", "--scopes", "all"])),
            extra: Cell::new(0),
        };
        let server = Server::start(engine, &[]);
        for activate in [format!("activate&key={}", scene.key), scene.activate_limited()] {
            assert_eq!(server.call(&activate).text(), r#"{"response":"OKAY","usage_id":1}"#);
        }
        assert_eq!(scene.update_extra(&server).text(), r#"{"status":"OKAY"}"#);
        (scene, server)
    }

    fn activate_limited(&self) -> String {
        format!("activate&key={}", self.limited_key)
    }

    /// Three clients with long activations until each has been refused; the uses they were given.
    fn load(&self, server: &Server) -> HashSet<Use> {
        let (id, address) = (self.id, server.address);
        let given = Mutex::new(HashSet::from([(id, 1)]));
        let target = format!("{API}?activate&key={}&extra=%22{}%22", self.key, "x".repeat(4_000));
        std::thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| {
                    let mut connection = Connection::open(address);
                    loop {
                        let answer = connection.send("GET", &target, &[], b"").unwrap();
                        if answer.status != 200 {
                            return assert_refused(&answer);
                        }
                        let usage_id = answer.json()["usage_id"].as_i64().unwrap();
                        assert!(given.lock().unwrap().insert((id, usage_id)), "{usage_id} was given twice");
                    }
                });
            }
        });
        given.into_inner().unwrap()
    }

    /// Every write is refused and every read answered, over and over.
    fn is_full(&self, server: &Server) {
        // What a long write had taken before it failed is room for short ones; this is the shortest there is.
        while self.update_extra(server).status == 200 {}
        for _ in 0..5 {
            assert_refused(&server.call(&self.activate_limited()));
            assert_refused(&self.update_extra(server));
            self.reads_go_on(server);
        }
    }

    /// An upload is refused as a whole, and whoever asks whether the server is ready hears of the disk.
    fn takes_no_file(&self, server: &Server) {
        let ready = get(server.address, "/readyz");
        assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("disk")));
        let (kind, body) = form("a.zip", &noise(1_000_000), &[]);
        let bearer = format!("Bearer {}", self.api_key);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        let answer = send(server.address, "POST", "/v1/uploads", &headers, &body);
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (507, Some("disk_full")));
    }

    fn reads_go_on(&self, server: &Server) {
        let check = server.call(&format!("check&key={}&usage_id=1", self.limited_key));
        assert_eq!(check.text(), r#"{"status":"ACTIVE","uses":1,"max_uses":3}"#);
        let update = get(server.address, &format!("/software/updatecheck/{}", self.product));
        assert_eq!((update.status, update.json()["version"].as_str()), (200, Some("1.2.0")));
    }

    fn update_extra(&self, server: &Server) -> Answer {
        let next = self.extra.get() + 1;
        let answer = server.call(&format!("updateExtra&key={}&usage_id=1&extra={next}", self.key));
        if answer.status == 200 {
            self.extra.set(next);
        }
        answer
    }

    fn command_line_says_so(&self, engine: &Engine) {
        let product = self.product.to_string();
        let output =
            cli(engine, &["licence", "issue", "--product", &product, "--email", "other@customer.example"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("the disk is full") && said.contains("make room"), "{said}");
    }
}

fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.text()), (507, REFUSAL));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

/// Runs this test again where mounting is allowed.
fn in_a_namespace() {
    let cannot = "this test needs a small disk: run it as root, or allow user namespaces (unshare -Urm)";
    assert!(std::env::var_os(CHILD).is_none(), "{cannot}");
    let name = std::thread::current().name().unwrap().to_owned();
    let mut child = Command::new("unshare");
    child.args(["-Urm", "--"]).arg(std::env::current_exe().unwrap()).args(["--exact", &name, "--nocapture"]);
    let output = child.env(CHILD, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{cannot}\n{said}");
}

#[test]
fn a_server_starts_on_a_full_disk() {
    let Some(disk) = Disk::mount() else { return in_a_namespace() };
    let engine = disk.engine();
    let (scene, mut server) = Scene::start(&engine);
    let filler = Filler::new(&disk, "filler", usize::MAX);
    scene.is_full(&server);
    server.signal("KILL");
    server.wait();
    let mut server = Server::start(&engine, &[]);
    scene.is_full(&server);
    drop(filler);
    assert_eq!(server.call(&scene.activate_limited()).text(), r#"{"response":"OKAY","usage_id":2}"#);
    assert!(server.stop().success(), "{}", server.log());
}

#[test]
fn a_command_without_room_for_the_wal_index_says_so() {
    let Some(disk) = Disk::mount() else { return in_a_namespace() };
    let engine = disk.engine();
    let id = product(&engine, &[]);
    // A backup that was put back has none.
    fs::remove_file(engine.folder.path().join("keywright.db-shm")).unwrap();
    let filler = Filler::new(&disk, "filler", usize::MAX);
    let output = cli(&engine, &["product", "list"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the disk is full") && said.contains("make room"), "{said}");
    drop(filler);
    assert_eq!(json(&engine, &["product", "list"])[0]["id"].as_i64(), Some(id));
}

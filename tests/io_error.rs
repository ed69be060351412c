//! A disk that cannot sync: nothing is acknowledged any more, the process ends, and the next start has all that was.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use keywright::base::error::Kind;
use keywright::base::time::{Clock, Millis};
use keywright::store::{Options, Place, Store};

use crate::support::disk::{Disk, restore};
use crate::support::http::{self, Connection};
use crate::support::server::{API, Server, command, issue, product};
use crate::support::strace::{self, Event};
use crate::support::uses::{Use, Uses};
use crate::support::{Engine, block_on};

/// The limit of the second licence.
const LIMIT: usize = 25;

/// Two licences on SQLite: one without a limit, one with.
struct Scene {
    engine: Engine,
    keys: [String; 2],
    ids: [i64; 2],
}

/// What the clients of a server saw until it was gone.
#[derive(Default)]
struct Seen {
    /// Uses that were acknowledged, and when they had been asked for.
    given: Vec<(Use, Millis)>,
    refused: usize,
}

#[test]
fn a_failed_sync_of_the_log_ends_the_server() {
    let scene = Scene::new();
    let mut disk = Disk::of(scene.engine.folder.path());
    // Calls are counted a thread at a time: these are the writer's.
    let inject = "inject=fsync,fdatasync:error=EIO:when=40+";
    let changes = "trace=openat,pwrite64,ftruncate,?unlink,fsync,fdatasync";
    let (events, seen, said) = scene.run(&["-e", changes, "-e", inject], "");
    println!("io error: log: {said}");
    assert!(seen.given.len() >= 40, "only {} acknowledged before the error", seen.given.len());

    // After a failed sync the system may say yes to the next one and have lost the pages: only what was synced before counts.
    for event in &events {
        disk.take(event);
    }
    let folder = tempfile::tempdir().unwrap();
    restore(&disk.dropped(), folder.path());
    let synced = Uses::of(&Store::open(Options::new(Place::Folder(folder.path().to_owned()))).unwrap());
    let lost = seen.given.iter().filter(|(this, _)| !synced.has(this)).count();
    assert_eq!(lost, 0, "acknowledged without being synced");
    scene.goes_on(&seen);
}

#[test]
fn a_failed_sync_of_the_database_ends_the_server() {
    let scene = Scene::new();
    let file = keywright::store::database_file(scene.engine.folder.path());
    let inject = "inject=fsync,fdatasync:error=EIO:when=1+";
    let only = ["-P", file.to_str().unwrap(), "-e", "trace=fsync,fdatasync", "-e", inject];
    // Long rows, so that the log is soon long enough to be moved into the database.
    let (events, seen, said) = scene.run(&only, &format!("&extra=%22{}%22", "x".repeat(4_000)));
    let failed =
        |event: &Event| matches!(event, Event::Leave(call) if call.path(0).ends_with("keywright.db"));
    println!("io error: database: {said}");
    assert!(events.iter().any(failed), "no checkpoint was met");
    scene.goes_on(&seen);
}

impl Scene {
    fn new() -> Self {
        let engine = Engine::sqlite();
        let id = product(&engine, &[]);
        let limit = LIMIT.to_string();
        let issued = [issue(&engine, id, &[]), issue(&engine, id, &["--max-uses", &limit])];
        let keys = issued.each_ref().map(|one| one["key"].as_str().unwrap().to_owned());
        let ids = issued.each_ref().map(|one| one["licence_id"].as_i64().unwrap());
        Self { engine, keys, ids }
    }

    /// Serves under strace with a load of activations until the disk fails; what strace and the clients saw, also in words.
    fn run(&self, options: &[&str], extra: &str) -> (Vec<Event>, Seen, String) {
        let off = ["--licence-rate", "0", "--licence-failure-rate", "0"];
        let args = [&["serve", "--listen", "127.0.0.1:0", "--log", "json"], &off[..]].concat();
        let place = tempfile::tempdir().unwrap();
        let trace = place.path().join("trace");
        let mut server = Server::spawn(strace::under(&command(&self.engine, &args), options, &trace));
        let seen = self.load(&server, extra);
        let status = server.wait();
        let events = strace::read(&trace);

        let failed_at = events.iter().find_map(|event| match event {
            Event::Leave(call) if call.result.contains("INJECTED") => Some(call.at),
            _ => None,
        });
        let ended_at = events.iter().rev().find_map(|event| match event {
            Event::Exit(at) => Some(*at),
            _ => None,
        });
        let (failed_at, ended_at) = (failed_at.unwrap(), ended_at.unwrap());
        let (given, refused) = (seen.given.len(), seen.refused);
        let said = format!(
            "{given} acknowledged, {refused} refused, ended {} ms later",
            (ended_at - failed_at) / 1_000
        );
        assert_eq!(status.code(), Some(1), "{}", server.log());
        assert!(ended_at - failed_at < 1_000_000, "it took too long to end: {}", server.log());
        assert!(seen.refused > 0, "nobody was told");
        let late = seen.given.iter().filter(|(_, asked_at)| asked_at * 1_000 > failed_at).count();
        assert_eq!(late, 0, "acknowledged after the error");
        (events, seen, said)
    }

    /// Clients that go on until the server is gone: so many that some wait for an answer whenever it fails.
    fn load(&self, server: &Server, extra: &str) -> Seen {
        let (seen, begun) = (Mutex::new(Seen::default()), Instant::now());
        std::thread::scope(|threads| {
            for client in 0..16 {
                let (key, id, seen) = (&self.keys[client % 2], self.ids[client % 2], &seen);
                threads.spawn(move || {
                    let mut connection = Connection::open(server.address);
                    loop {
                        assert!(begun.elapsed().as_secs() < 60, "the server does not end");
                        // In whole milliseconds, so a use asked for in the error's own millisecond is not held against it.
                        let asked_at = Clock::System.now();
                        let target = format!("{API}?activate&key={key}{extra}");
                        let Some(answer) = connection.send("GET", &target, &[], b"") else { break };
                        seen.lock().unwrap().note(id, asked_at, &answer);
                    }
                });
            }
        });
        seen.into_inner().unwrap()
    }

    /// The next start has every acknowledged use, and gives out the rest and no more.
    fn goes_on(&self, seen: &Seen) {
        let mut server = Server::start(&self.engine, &[]);
        for ((id, usage_id), _) in &seen.given {
            let key = &self.keys[usize::from(*id == self.ids[1])];
            let check = server.call(&format!("check&key={key}&usage_id={usage_id}"));
            assert_eq!(check.status, 200, "use {usage_id} is lost: {}", check.text());
        }
        let activate = format!("activate&key={}", self.keys[1]);
        let more = (0..=LIMIT).take_while(|_| server.call(&activate).status == 200).count();
        assert_eq!(server.call(&activate).text(), r#"{"errorCode":1201,"errorMessage":"MAX_USES"}"#);
        assert!(server.stop().success(), "{}", server.log());
        let (store, _) = self.engine.store();
        let uses = Uses::of(&store);
        assert_eq!(uses.live.iter().filter(|(id, _)| *id == self.ids[1]).count(), LIMIT);
        let given = seen.given.iter().filter(|((id, _), _)| *id == self.ids[1]).count();
        assert!(given + more <= LIMIT, "{given} before and {more} after the error");
    }
}

impl Seen {
    fn note(&mut self, id: i64, asked_at: Millis, answer: &http::Answer) {
        match (answer.status, answer.text()) {
            (200, text) if text.contains(r#""response":"OKAY""#) => {
                self.given.push(((id, answer.json()["usage_id"].as_i64().unwrap()), asked_at));
            }
            (400, r#"{"errorCode":1201,"errorMessage":"MAX_USES"}"#) => {}
            (503, r#"{"errorCode":1903,"errorMessage":"INTERNAL_ERROR"}"#) => self.refused += 1,
            _ => panic!("an unexpected answer: {answer:?}"),
        }
    }
}

#[test]
fn damage_that_a_job_overlooks_stops_the_store_all_the_same() {
    let engine = Engine::sqlite();
    let (store, _) = engine.store();
    let root = "select (rootpage - 1) * page_size, page_size from sqlite_schema, pragma_page_size where name = 'release'";
    let (begin, length) =
        block_on(store.read(move |tx| tx.one(root, &[], |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)))))
            .unwrap();
    store.close();
    let file =
        File::options().write(true).open(keywright::store::database_file(engine.folder.path())).unwrap();
    let junk = vec![0xa5; usize::try_from(length).unwrap()];
    file.write_all_at(&junk, begin.unsigned_abs()).unwrap();

    let (store, _) = engine.store();
    let failed = store.failed();
    let outcome = block_on(store.write("overlook", |tx| {
        let looked = tx.all("select version from release where id = 1", &[], |row| row.get::<String>(0));
        assert!(looked.is_err(), "the page is read");
        Ok(())
    }));
    assert_eq!(outcome.unwrap_err().kind, Kind::Unknown);
    let said = block_on(async { tokio::time::timeout(Duration::from_secs(10), failed).await });
    assert!(said.expect("the store says that it has failed").contains("damaged"));
}

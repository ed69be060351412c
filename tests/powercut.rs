//! A power cut loses nothing that was acknowledged: the system calls of a real run are replayed up to each
//! acknowledgement onto a model of the disk, what was not synced is dropped, and the store is opened on what is left.
//! The same proof finds losses when commits are not synced.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;

use keywright::base::dice::Dice;
use keywright::domain::activation::{self, Activate};
use keywright::domain::ladder::{Claim, IpRules};
use keywright::domain::{customer, licence, policy, product};
use keywright::store::{Options, Place, Store, Synchronous, database_file};

use crate::support::block_on;
use crate::support::disk::{Disk, Image, restore};
use crate::support::strace::{self, Event};
use crate::support::uses::{Use, Uses};
use keywright::domain::shop::Shop;

/// Set for the child: the folder to work in, a colon, and `full` or `normal`. A child is this very test, run again.
const CHILD: &str = "KEYWRIGHT_TEST_POWERCUT";

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    if let Ok(task) = std::env::var(CHILD) {
        let (folder, mode) = task.split_once(':').unwrap();
        return work(Path::new(folder), mode);
    }
    let full = prove("full");
    println!("powercut: full: {} acks, {} images, {} lost", full.acks, full.images, full.lost);
    assert!(full.acks >= 150 && full.images >= full.acks + 60, "{full:?}");
    assert_eq!((full.lost, full.rolled_back), (0, 0), "{full:?}");
    let normal = prove("normal");
    println!("powercut: normal: {} acks, {} images, {} lost", normal.acks, normal.images, normal.lost);
    assert!(normal.lost > 0, "this proof cannot see a loss: {normal:?}");
}

/// What a proof has seen.
#[derive(Debug, Default)]
struct Figures {
    acks: usize,
    images: usize,
    /// Acknowledged uses and releases that an image lacked, over all images.
    lost: usize,
    /// Images that the commit witness refused.
    rolled_back: usize,
}

/// Records a run and judges the disk after it, at every acknowledgement and at moments in between.
fn prove(mode: &str) -> Figures {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().canonicalize().unwrap().join("data");
    fs::create_dir(&folder).unwrap();
    let mut disk = Disk::of(&folder);
    let events = record(&folder, mode);

    let dice = Dice::seeded(20_260_101);
    let mut figures = Figures::default();
    let (mut taken, mut freed) = (Vec::new(), Vec::new());
    for event in &events {
        let changed = disk.take(event);
        match event {
            Event::Enter(call) if call.name == "write" && call.path(0).ends_with("acks") => {
                let line = String::from_utf8(call.bytes(1)).unwrap();
                let words: Vec<&str> = line.split_whitespace().collect();
                let this: Use = (words[1].parse().unwrap(), words[2].parse().unwrap());
                if words[0] == "ack" {
                    taken.push(this);
                } else {
                    freed.push(this);
                }
                figures.acks += 1;
                figures.judge(mode, &disk.dropped(), &taken, &freed);
            }
            // A power cut comes at any moment, such as in the middle of a checkpoint.
            Event::Leave(_) if changed && !taken.is_empty() && dice.below(100) < 8 => {
                figures.judge(mode, &disk.torn(&dice), &taken, &freed);
            }
            _ => {}
        }
    }
    figures
}

/// Runs the child under strace.
fn record(folder: &Path, mode: &str) -> Vec<Event> {
    let trace = folder.with_file_name("trace");
    let name = std::thread::current().name().unwrap().to_owned();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &name, "--nocapture"]).env(CHILD, format!("{}:{mode}", folder.display()));
    let output = strace::under(&child, &["-e", strace::CHANGES], &trace).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    strace::read(&trace)
}

impl Figures {
    /// Opens an image as the server would, and compares it with what was acknowledged.
    fn judge(&mut self, mode: &str, image: &Image, taken: &[Use], freed: &[Use]) {
        let place = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" });
        let folder = place.unwrap();
        restore(image, folder.path());
        self.images += 1;
        let options = Options::new(Place::Folder(folder.path().to_owned()));
        let store = Store::open(options.clone()).unwrap_or_else(|e| {
            assert!(mode == "normal" && e.message.contains("lost its tail"), "{mode}: {e}");
            self.rolled_back += 1;
            Store::open(Options { accept_rollback: true, ..options }).unwrap()
        });
        let there = Uses::of(&store);
        self.lost += taken.iter().filter(|this| !there.has(this)).count();
        self.lost += freed.iter().filter(|this| !there.released.contains(this)).count();
    }
}

/// The child: a store that is written to, alone and by many at once, with checkpoints in between.
fn work(folder: &Path, mode: &str) {
    let synchronous = if mode == "full" { Synchronous::Full } else { Synchronous::Normal };
    let options = Options { synchronous, ..Options::new(Place::Folder(folder.to_owned())) };
    let acks = File::create(folder.with_file_name("acks")).unwrap();
    let store = Store::open(options.clone()).unwrap();
    let keys: Vec<String> = (0..6).map(|n| issue(&store, n)).collect();

    activate(&store, &acks, &keys[0], 30);
    crowd(&store, &acks, &keys);
    // The log is now wholly in the database: the next write begins it anew, over the old frames.
    let beside = rusqlite::Connection::open(database_file(folder)).unwrap();
    let busy: i64 = beside.query_row("pragma wal_checkpoint(passive)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0);
    drop(beside);
    activate(&store, &acks, &keys[1], 10);
    std::thread::scope(|threads| {
        // A command beside the server: it empties the log when it closes the database.
        threads.spawn(|| Store::open(options.clone()).unwrap().close());
        crowd(&store, &acks, &keys);
    });
    store.close();
    activate(&Store::open(options).unwrap(), &acks, &keys[2], 20);
}

fn issue(store: &Store, n: usize) -> String {
    let change = product::Change {
        title: Some(format!("Product {n}")),
        policy: policy::Change { api_enabled: Some(true), ..Default::default() },
        ..product::Change::default()
    };
    let email = Some(format!("buyer{n}@customer.example"));
    let customer = customer::Change { email, ..customer::Change::default() };
    let issued = block_on(store.write("issue", move |tx| {
        let shop = Shop::live(tx)?;
        let product_id = product::new(tx, shop, &change)?.id;
        licence::issue(
            tx,
            shop,
            &licence::Draft { product_id, customer: customer.clone(), ..licence::Draft::default() },
        )
    }));
    issued.unwrap().key
}

/// Every key's holder at once.
fn crowd(store: &Store, acks: &File, keys: &[String]) {
    std::thread::scope(|threads| {
        for key in keys {
            threads.spawn(|| activate(store, acks, key, 10));
        }
    });
}

/// Takes uses one after the other, and frees every fifth; tells of each as soon as it is acknowledged.
fn activate(store: &Store, mut acks: &File, key: &str, count: usize) {
    let claim = Claim {
        key: key.to_owned(),
        identifier: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        named_address: None,
        rules: IpRules::default(),
    };
    // Some uses spread over several pages.
    let ask = Activate { extra: Some(format!("\"{:1$}\"", "", count * 100)), ..Activate::default() };
    let key = key.to_owned();
    for n in 0..count {
        let (claim, ask, key) = (claim.clone(), ask.clone(), key.clone());
        let (licence, usage) = block_on(store.write("activate", move |tx| {
            Ok((licence::get(tx, &key)?.licence_id, activation::activate(tx, &claim, &ask)?.unwrap()))
        }))
        .unwrap();
        acks.write_all(format!("ack {licence} {usage}\n").as_bytes()).unwrap();
        if n % 5 == 4 {
            block_on(store.write("release", move |tx| activation::release(tx, licence, usage))).unwrap();
            acks.write_all(format!("free {licence} {usage}\n").as_bytes()).unwrap();
        }
    }
}

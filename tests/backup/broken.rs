//! Backups that are not what they were, that could not be written, and that were never finished.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use keywright::store::backup::{is_stamped, verify};
use keywright::store::schema;

use super::{create, empty_like, everything, file_of, names, refused, text};
use crate::support::server::{cli, command, json, key, product};
use crate::support::{Engine, engines, small_disk, strace};

#[test]
fn a_flipped_byte_anywhere_is_told() {
    for engine in engines() {
        key(&engine, product(&engine, &[]), &[]);
        let upload = engine.folder.path().join("app.zip");
        fs::write(&upload, vec![9; 700]).unwrap();
        json(&engine, &["file", "upload", text(&upload)]);
        let path = file_of(&create(&engine));
        let whole = fs::read(&path).unwrap();
        let look = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            verify(&path, &|_, _, _| Ok(()))
        };
        look(&whole).unwrap();
        let length = whole.len();
        // The first header, places all over, and every eleventh byte of the end: the content, its padding, the manifest and the seal.
        let places = (0..512)
            .step_by(7)
            .chain((512..length).step_by(length / 60))
            .chain((length - 6_144..length).step_by(11));
        for (nth, at) in places.enumerate() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (nth % 8);
            let e =
                look(&flipped).err().unwrap_or_else(|| panic!("byte {at} of {length} on {}", engine.name));
            assert!(e.message.contains("damaged"), "byte {at}: {e}");
            if nth % 40 == 0 {
                let other = empty_like(&engine);
                let before = everything(other.folder.path());
                refused(&other, &["backup", "restore", text(&path), "--yes"]);
                let after = everything(other.folder.path());
                let left: Vec<_> = after.iter().filter(|(path, _)| !path.ends_with("serve.lock")).collect();
                assert_eq!(left, before.iter().collect::<Vec<_>>(), "byte {at}");
            }
        }
        for cut in [0, 1, 512, length / 2, length - 1_024, length - 1] {
            assert!(look(&whole[..cut]).is_err(), "cut to {cut} of {length}");
        }
        assert!(look(&[&whole[..], &[0; 512]].concat()).is_err(), "something was added");
        assert_eq!(names(path.parent().unwrap()).len(), 1, "looking leaves nothing");
    }
}

#[test]
fn nothing_is_replaced_by_a_damaged_one() {
    let engine = Engine::sqlite();
    key(&engine, product(&engine, &[]), &[]);
    let path = file_of(&create(&engine));
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&path, &bytes).unwrap();
    let database = |engine: &Engine| fs::read(engine.folder.path().join("keywright.db")).unwrap();
    let before = (database(&engine), names(engine.folder.path()));
    assert!(refused(&engine, &["backup", "restore", text(&path), "--yes"]).contains("damaged"));
    let mut after = (database(&engine), names(engine.folder.path()));
    after.1.retain(|name| name != "serve.lock");
    assert_eq!(after, before);
    json(&engine, &["licence", "list"]);
}

#[test]
fn what_is_no_backup_or_not_there_is_told() {
    let engine = Engine::sqlite();
    product(&engine, &[]);
    let path = file_of(&create(&engine));
    let said = refused(&engine, &["backup", "verify", text(&engine.folder.path().join("keywright.db"))]);
    assert!(said.contains("no whole backup"), "{said}");
    let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let says = format!("\"schema_version\": {}", schema::VERSION);
    assert!(text_of(&fs::read(&path).unwrap()).contains(&says), "the manifest can be read");
    let output = cli(&engine, &["backup", "verify", "/nowhere/keywright.tar"]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn where_it_cannot_be_written_nothing_is_left() {
    for engine in engines() {
        product(&engine, &[]);
        let folder = tempfile::tempdir().unwrap();
        let (plain, there) = (folder.path().join("plain"), folder.path().join("there.tar"));
        fs::write(&plain, "").unwrap();
        fs::write(&there, "mine").unwrap();
        let to = |path: &str| refused(&engine, &["backup", "create", "--to", path]);
        assert!(to(text(&folder.path().join("no/such/x.tar"))).contains("no folder"));
        assert!(to(text(&plain.join("x.tar"))).contains("cannot be written"));
        assert!(to(text(&there)).contains("is there already"));
        // Even root cannot make files there.
        assert!(to("/proc/self").contains("choose another place"));
        assert_eq!(fs::read(&there).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["plain", "there.tar"]);
        let made = json(&engine, &["backup", "create", "--to", text(&folder.path().join("named.tar"))]);
        assert!(text(&file_of(&made)).ends_with("/named.tar"));
        json(&engine, &["backup", "verify", text(&file_of(&made))]);
    }
}

#[test]
fn a_full_disk_is_told_and_left_as_it_was() {
    let Some(disk) = small_disk::Disk::mount() else { return assert!(!is_root(), "root may mount") };
    for engine in engines() {
        product(&engine, &[]);
        let target = disk.engine();
        // Only its folder is wanted: on four megabytes, of which next to nothing is left.
        let _filler = small_disk::Filler::new(&disk, "filler", 4 * 1_024 * 1_024 - 24 * 1_024);
        let output = cli(&engine, &["backup", "create", "--to", text(target.folder.path())]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("make room"), "{said}");
        assert_eq!(names(target.folder.path()), [""; 0]);
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0
}

#[test]
fn a_kill_leaves_nothing_that_passes_for_a_backup() {
    let engine = Engine::sqlite();
    key(&engine, product(&engine, &[]), &[]);
    let upload = engine.folder.path().join("app.zip");
    fs::write(&upload, vec![9; 70_000]).unwrap();
    json(&engine, &["file", "upload", text(&upload)]);
    let trace = engine.folder.path().join("trace");
    let (mut kills, mut finished) = (0, 0);
    for (name, call, step) in [
        ("sqlite", "pwrite64", 9),
        ("tar", "write", 2),
        ("sync", "fsync", 1),
        ("name", "rename", 1),
        ("gone", "unlink", 1),
    ] {
        for nth in (1..).step_by(step) {
            let to = engine.folder.path().join(format!("to-{name}-{nth}"));
            fs::create_dir(&to).unwrap();
            let plain = command(&engine, &["backup", "create", "--to", text(&to)]);
            let status = strace::killed_at(&plain, call, nth, &[], &trace).output().unwrap().status;
            for left in names(&to) {
                if is_stamped(&left) {
                    verify(&to.join(&left), &|_, _, _| Ok(()))
                        .unwrap_or_else(|e| panic!("{call} {nth}: {e}"));
                }
            }
            // The next one removes what is left.
            let made = json(&engine, &["backup", "create", "--to", text(&to)]);
            verify(&file_of(&made), &|_, _, _| Ok(())).unwrap();
            assert!(names(&to).iter().all(|left| is_stamped(left)), "{:?}", names(&to));
            fs::remove_dir_all(&to).unwrap();
            if status.success() {
                finished += 1;
                break;
            }
            kills += 1;
        }
    }
    assert!(kills > 20 && finished == 5, "{kills} kills, {finished} calls walked to their end");
}

#[test]
fn a_folder_that_only_others_may_write_is_told() {
    // Only of somebody who is not root.
    if is_root() {
        return;
    }
    let engine = Engine::sqlite();
    product(&engine, &[]);
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    assert!(refused(&engine, &["backup", "create", "--to", text(folder.path())]).contains("Give this user"));
}

//! HTTPS of our own: who serves it, who is refused, and that a renewed certificate is taken up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::Engine;
use crate::support::server::{Server, cli, product};
use keywright::web::tls::Identity;

/// A certificate of its own for `localhost` and its key, in a folder.
fn certificate(folder: &Path, name: &str) -> [PathBuf; 2] {
    let files = ["crt", "key"].map(|kind| folder.join(format!("{name}.{kind}")));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .arg("-out")
        .arg(&files[0])
        .arg("-keyout")
        .arg(&files[1])
        .output()
        .expect("openssl; tests/run installs it");
    assert!(made.status.success(), "{made:?}");
    files
}

fn curl(root: &Path, url: &str) -> Output {
    Command::new("curl").args(["-sS", "--max-time", "10", "--cacert"]).arg(root).arg(url).output().unwrap()
}

#[test]
fn https_is_served_and_plain_http_is_not() {
    let engine = Engine::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let [own, key] = certificate(folder.path(), "shop");
    let id = product(&engine, &[]);
    let released = cli(&engine, &["release", "publish", "--product", &id.to_string(), "--version", "1.0.0"]);
    assert!(released.status.success());
    let with = ["--tls-certificate", own.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let mut server = Server::start(&engine, &with);
    let url = format!("https://localhost:{}", server.address.port());
    let told = curl(&own, &format!("{url}/software/updatecheck/{id}"));
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains(&format!("https://{}", server.address)), "links lead back by HTTPS: {told}");
    let listen = server.address.to_string();
    let well = cli(&engine, &[&["health", "--listen", &listen], &with[..]].concat());
    assert!(well.status.success(), "{well:?}");
    assert!(!cli(&engine, &["health", "--listen", &listen]).status.success(), "plain HTTP gets no answer");
    let [another, _] = certificate(folder.path(), "another");
    assert!(!curl(&another, &format!("{url}/healthz")).status.success(), "curl does verify");
    assert!(server.stop().success());
}

#[test]
fn what_does_not_belong_together_is_refused_at_the_start() {
    let engine = Engine::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let [[one, one_key], [_, two_key]] = ["one", "two"].map(|name| certificate(folder.path(), name));
    let [one, one_key, two_key] = [one, one_key, two_key].map(|file| file.to_str().unwrap().to_owned());
    for (args, told) in [
        (vec!["--tls-certificate", &one], "go together"),
        (vec!["--tls-key", &one_key], "go together"),
        (vec!["--tls-certificate", &one, "--tls-key", &two_key], "cannot be used"),
        (vec!["--tls-certificate", &one_key, "--tls-key", &one_key], "tls_certificate"),
        (
            vec!["--tls-certificate", &one, "--tls-key", "/nowhere/at.all"],
            "tls_key /nowhere/at.all cannot be used",
        ),
    ] {
        let refused = cli(&engine, &[&["serve", "--listen", "127.0.0.1:0"], &args[..]].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(told), "{args:?}: {said}");
    }
}

#[test]
fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate_file, key_file] = certificate(folder.path(), "shop");
    let identity = Identity::open(&certificate_file, &key_file).unwrap();
    let shown = || identity.current().cert[0].as_ref().to_vec();
    let first = shown();
    identity.look();
    assert_eq!(shown(), first);

    let [renewed, renewed_key] = certificate(folder.path(), "renewed");
    fs::copy(&renewed, &certificate_file).unwrap();
    identity.look();
    assert_eq!(shown(), first, "half of it is written: the old one stays");
    fs::copy(&renewed_key, &key_file).unwrap();
    identity.look();
    assert_ne!(shown(), first);
}

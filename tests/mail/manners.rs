//! Settings, commands, `doctor` and `/readyz`: what they say of mail, and what they never say.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::mailbox::Mailbox;
use super::{Eml, FROM, sql};
use crate::support::cluster::free_port;
use crate::support::http::get;
use crate::support::server::{Server, cli, command, issue, json as run, product};
use crate::support::{Engine, engines, until};

/// Whether `doctor` finds mail well, and what it says of it.
fn doctor(engine: &Engine, args: &[&str]) -> (bool, Vec<String>) {
    let all = [&["doctor", "--json"], args].concat();
    let output = cli(engine, &all);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap().iter();
    let says = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let mail: Vec<_> = findings
        .map(|finding| format!("{}: {}", says(finding, "level"), says(finding, "says")))
        .filter(|line| line.contains("mail") || line.contains("letter"))
        .collect();
    let is_well = !mail.iter().any(|line| line.starts_with("wrong"));
    assert!(is_well || !output.status.success(), "{said}");
    (is_well, mail)
}

#[test]
fn doctor_and_readyz_say_how_mail_stands() {
    for engine in engines() {
        let id = product(&engine, &[]);
        let (is_well, said) = doctor(&engine, &[]);
        assert!(is_well && said.len() == 1 && said[0].starts_with("warning: mail is not set up"), "{said:?}");

        let mailbox = Mailbox::open();
        let setting = mailbox.server();
        let with = ["--mail-from", FROM, "--mail-server", &setting];
        let (is_well, said) = doctor(&engine, &with);
        assert!(is_well && said == ["fine: mail can be sent: mail.example"], "{said:?}");
        assert!(mailbox.heard().iter().all(|line| !line.starts_with("MAIL")), "no letter is sent");

        mailbox.say("MAIL", Some("451 not now"));
        issue(&engine, id, &[]);
        let server = Server::start(&engine, &with);
        let ready = || get(server.address, "/readyz").json();
        assert_eq!(ready()["status"], "ready");
        assert_eq!(ready().get("mail"), None);
        until("it is put off", || run(&engine, &["mail", "show", "1"])["said"] != Value::Null);
        sql(&engine, "update mail set created_at = created_at - 1000000");
        let late = get(server.address, "/readyz");
        assert_eq!((late.status, late.json()["status"].as_str()), (200, Some("degraded")));
        assert_eq!(late.json()["mail"]["waiting"], 1);
        assert!(late.json()["mail"]["oldest_seconds"].as_i64().unwrap() >= 1_000, "{late:?}");
        assert!(!late.text().contains('@'));
        let (is_well, said) = doctor(&engine, &with);
        assert!(is_well && said[1].starts_with("warning: 1 letters wait, the oldest since 2"), "{said:?}");

        mailbox.say("MAIL", None);
        mailbox.say("RCPT", Some("550 nobody"));
        run(&engine, &["mail", "again", "1"]);
        until("it is refused", || run(&engine, &["mail", "show", "1"])["status"] == "failed");
        let (is_well, said) = doctor(&engine, &with);
        assert!(is_well && said[1].starts_with("warning: 1 letters were given up"), "{said:?}");
        assert_eq!(ready()["status"], "ready");

        let dead = format!("smtp://127.0.0.1:{}?tls=none", free_port());
        let (is_well, said) = doctor(&engine, &["--mail-from", FROM, "--mail-server", &dead]);
        assert!(!is_well && said[0].starts_with("wrong: the mail server takes no letters now"), "{said:?}");
    }
}

#[test]
fn settings_that_do_not_go_together_stop_the_start() {
    let engine = Engine::sqlite();
    let folder = engine.folder.path().join("letters").display().to_string();
    for (args, says) in [
        (vec!["--mail-server", "smtp://mail.example"], "mail_from is missing"),
        (vec!["--mail-from", FROM, "--mail-server", "smtp://me@mail.example"], "there is no password"),
        (
            vec!["--mail-from", FROM, "--mail-folder", &folder, "--mail-templates", "/nowhere"],
            "no such folder",
        ),
        (vec!["--mail-from", FROM, "--mail-server", "smtp://mail.example?tls=none"], "on this machine"),
    ] {
        let all = [&["serve", "--listen", "127.0.0.1:0"], &args[..]].concat();
        let output = cli(&engine, &all);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(says), "{args:?}: {said}");
    }
}

#[test]
fn a_password_is_shown_nowhere() {
    let engine = Engine::sqlite();
    product(&engine, &[]);
    let mailbox = Mailbox::open();
    mailbox.say("AUTH", Some("535 wrong: canary"));
    let file = engine.folder.path().join("password");
    fs::write(&file, "canary-file\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    let server = format!("smtp://me@{}?tls=none", mailbox.address);
    let file = file.display().to_string();
    let with = ["--mail-from", FROM, "--mail-server", &server, "--mail-password-file", &file];
    for args in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["doctor"],
        &["mail", "test", "a@customer.example"],
        &["mail", "list"],
        &["serve", "--listen", "203.0.113.1:1"],
    ] {
        let mut run = command(&engine, &[args, &with[..]].concat());
        let output = run.env("KEYWRIGHT_MAIL_PASSWORD", "canary-variable").output().unwrap();
        for said in [output.stdout, output.stderr] {
            let said = String::from_utf8(said).unwrap();
            assert!(!said.contains("canary-"), "{args:?}: {said}");
        }
    }
    let auth = mailbox.heard().into_iter().find(|line| line.starts_with("AUTH PLAIN ")).unwrap();
    let told = keywright::base::text::unbase64(auth.rsplit(' ').next().unwrap()).unwrap();
    assert_eq!(told, b"\0me\0canary-file", "the file goes before the variable");
    let wrong = server.replace("me@", "me:canary-address@");
    let output = cli(&engine, &["config", "show", "--mail-from", FROM, "--mail-server", &wrong]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !said.contains("canary-"), "{said}");
}

#[test]
fn commands_send_preview_and_show() {
    for engine in engines() {
        let id = product(&engine, &[]);
        let issued = issue(&engine, id, &["--name", "Mia"]);
        let (key, purchase) = (issued["key"].as_str().unwrap(), issued["purchase_id"].to_string());
        let mailbox = Mailbox::open();
        let setting = mailbox.server();
        let with = ["--mail-from", FROM, "--mail-server", &setting];
        let tried = run(&engine, &[&["mail", "test", "ops@quill.example"], &with[..]].concat());
        assert_eq!((&tried["sent_to"], &tried["said"]), (&"ops@quill.example".into(), &"250 taken".into()));
        let came = mailbox.came().remove(0);
        assert_eq!(Eml::read(&came.raw).subject(), "Mail from My shop works");
        mailbox.say("RCPT", Some("550 nobody"));
        let refused = cli(&engine, &[&["mail", "test", "ops@quill.example"], &with[..]].concat());
        assert_eq!(refused.status.code(), Some(4));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("550"));
        let unset = cli(&engine, &["mail", "test", "ops@quill.example"]);
        assert!(String::from_utf8(unset.stderr).unwrap().contains("mail is not set up"));

        let shown = run(&engine, &["mail", "preview", "licence_issued", "--purchase", &purchase]);
        assert!(["text", "html"].iter().all(|part| shown[*part].as_str().unwrap().contains(key)), "{shown}");
        for (args, says) in [
            (&["mail", "preview", "receipt"][..], "Subject: Your order 1024 at Quill Works"),
            (&["mail", "preview", "sign_in", "--html"], "<!DOCTYPE html>"),
            (&["mail", "preview", "expiring", "--purchase", &purchase], "Valid"),
        ] {
            let said = cli(&engine, args);
            let said = String::from_utf8(said.stdout).unwrap();
            assert!(said.contains(says) || args.contains(&"--purchase"), "{args:?}: {said}");
        }
        for (args, code) in [
            (&["mail", "preview", "recipe"][..], 2),
            (&["mail", "preview", "receipt", "--order", "77"], 4),
            (&["mail", "show", "77"], 3),
            (&["mail", "again", "77"], 3),
            (&["mail", "list", "--status", "lost"], 2),
            (&["mail", "test", "nobody"], 2),
        ] {
            assert_eq!(cli(&engine, args).status.code(), Some(code), "{args:?}");
        }
        let waiting = run(&engine, &["mail", "list", "--status", "pending"]);
        assert_eq!(waiting.as_array().unwrap().len(), 1);
        assert_eq!(waiting[0]["template"], "licence_issued");
        assert_eq!(run(&engine, &["mail", "list", "--status", "sent"]), Value::Array(Vec::new()));

        let own = engine.folder.path().join("own");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("test.txt"), "Subject: {{ shopp }}").unwrap();
        let own = own.display().to_string();
        let broken = cli(&engine, &["mail", "preview", "test", "--mail-templates", &own]);
        let said = String::from_utf8(broken.stderr).unwrap();
        assert!(broken.status.code() == Some(4) && said.contains("test.txt, line 1"), "{said}");
        let (_, said) = doctor(&engine, &[&["--mail-templates", &own], &with[..]].concat());
        assert!(
            said.iter().any(|line| line.starts_with("warning: the template") && line.contains("test.txt"))
        );
    }
}

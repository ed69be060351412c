//! Each letter, from its cause into a folder: both forms, what it must tell, and nothing that breaks out of it.

use std::fs;

use keywright::base::time::{Clock, DAY, SECOND};
use keywright::domain::mail::{Letter, Status, Template};
use keywright::domain::ticket_asked::{self, Asked};
use keywright::domain::{customer, mail, payment, release, ticket_reply, webhook};
use serde_json::json;

use super::{Eml, FROM, in_folder, issued, mails, master, paid, sold, sql, write};
use crate::support::server::{Server, cli, json as run};
use crate::support::{Engine, engines, until};

/// A title that would be markup.
const TITLE: &str = "<b>&\" Qüill";

/// Brings all letters about but the trial; the keys of what was sold, of the order first.
fn cause_all(engine: &Engine) -> Vec<String> {
    run(engine, &["account", "set", "--name", "Mia & Söhne", "--time-zone", "Europe/Berlin"]);
    run(engine, &["webhook", "create", "--url", "https://crm.example/hook"]);
    sql(
        engine,
        "insert into person (site_id, email, email_fold, role, password_hash, created_at, disabled_at) values \
         (1, 'owner@quill.example', 'owner@quill.example', 'owner', '', 0, null), \
         (1, 'gone@quill.example', 'gone@quill.example', 'admin', '', 0, 1), \
         (1, 'support@quill.example', 'support@quill.example', 'support', '', 0, null)",
    );
    let (store, master) = (engine.system_store(), master(engine));
    let now = Clock::System.now();
    let product = write(&store, |tx, shop| sold(tx, shop, TITLE));
    let order = write(&store, move |tx, shop| paid(tx, shop, product, "mia@customer.example"));
    write(&store, move |tx, shop| payment::refund(tx, shop, order, Some(1_050), None));
    let ends = [None, Some(now + 7 * DAY - 60 * SECOND), Some(now - 60 * SECOND)];
    let mut keys = vec![run(engine, &["licence", "list"])[0]["key"].as_str().unwrap().to_owned()];
    for end in ends {
        let issued = write(&store, move |tx, shop| issued(tx, shop, product, "mia@customer.example", end));
        keys.push(issued.key);
    }
    write(&store, move |tx, shop| {
        let news = customer::Change { wants_news: Some(true), ..customer::Change::default() };
        customer::set(tx, shop, 1, &news)?;
        let version = "2.1.0".to_owned();
        let notes = "- **faster** <script>".to_owned();
        release::new(
            tx,
            shop,
            &release::Draft { product_id: product, version, notes, ..Default::default() },
        )?;
        webhook::switch_off(tx, 1, "it answered 410 Gone")?;
        let asked = Asked { subject: TITLE.into(), message: "<b>Help</b> me".into(), about: None };
        ticket_asked::by_customer(tx, shop, 1, &asked)?;
        let other = ticket_asked::by_customer(tx, shop, 1, &asked)?.id;
        ticket_reply::new(tx, shop, other, true, "Here:\n<i>at home</i>")?;
        let letter = Letter {
            template: Template::SignIn,
            recipient: "mia@customer.example",
            customer_id: Some(1),
            about: json!({}),
            once: None,
        };
        let secret = json!({"link": "https://shop.example/in?a=1&b=2", "code": "739154"});
        mail::queue_sealed(tx, shop, &letter, &secret, &master)
    });
    // Names come from the outside in many ways; one is as bad as can be.
    sql(engine, "update customer set name = 'Mia\r\nBcc: <i>x@evil.example'");
    sql(engine, &format!("update purchase set started_at = {} where expires_at is not null", now - 40 * DAY));
    store.close();
    keys
}

#[test]
fn each_is_written_into_the_folder() {
    for engine in engines() {
        let keys = cause_all(&engine);
        let folder = engine.folder.path().join("letters");
        let public = ["--public-url", "https://licences.quill.example"];
        let folder_text = folder.display().to_string();
        let with =
            ["--mail-from", "Quill, \"Wörks\" <licences@quill.example>", "--mail-folder", &folder_text];
        let server = Server::start(&engine, &[&with[..], &public].concat());
        let store = engine.system_store();
        until("all letters are sent", || {
            let all = mails(&store);
            all.len() == 15 && all.iter().all(|letter| letter.status == Status::Sent)
        });
        let letters = in_folder(&folder);
        for letter in letters.values().flatten() {
            well_formed(letter);
        }
        let one = |template: &str| match letters.get(template).map(Vec::as_slice) {
            Some([letter]) => letter,
            other => panic!("{template}: {other:?}"),
        };
        let page = "https://licences.quill.example/item/1-b-q-ill/";
        let shows = |letter: &Eml, words: &[&str]| {
            let html = ["<", ">", "\"", "&"].into_iter().zip(["&lt;", "&gt;", "&quot;", "&amp;"]);
            let html = html.fold(letter.html.clone(), |html, (c, entity)| html.replace(entity, c));
            for word in words {
                assert!(letter.text.contains(word), "{word} is not in {}", letter.text);
                assert!(html.contains(word), "{word} is not in {html}");
            }
        };
        shows(one("receipt"), &[&keys[0], page, TITLE, "29.99 EUR", "Mia & Söhne"]);
        assert_eq!(one("receipt").subject(), "Your order 1 at Mia & Söhne");
        shows(one("refunded"), &["10.50 EUR", "order 1"]);
        let issued = &letters["licence_issued"];
        assert_eq!(issued.len(), 3);
        assert!(keys[1..].iter().all(|key| issued.iter().any(|letter| letter.text.contains(key))));
        shows(one("expiring"), &[&keys[2], page, TITLE]);
        shows(one("expired"), &[&keys[3], page, TITLE]);
        shows(one("new_release"), &["2.1.0", page, "faster"]);
        assert!(one("new_release").html.contains("<strong>faster</strong> &lt;script&gt;"));
        assert!(one("new_release").header("List-Unsubscribe").contains("licences@quill.example"));
        shows(one("sign_in"), &["https://shop.example/in?a=1&b=2", "739154"]);
        shows(one("webhook_disabled"), &["https://crm.example/hook", "410 Gone"]);
        assert_eq!(one("webhook_disabled").header("To"), "owner@quill.example");

        let answered = one("ticket_answered");
        let home = "https://licences.quill.example";
        shows(answered, &["<i>at home</i>", TITLE, &format!("{home}/account/tickets/2")]);
        assert_eq!(
            (answered.header("To"), answered.subject()),
            ("mia@customer.example", format!("Re: {TITLE}"))
        );
        // The other was answered before anybody was told of it.
        let waits = &letters["ticket_waits"];
        let told: Vec<&str> = waits.iter().map(|letter| letter.header("To")).collect();
        assert_eq!(told, ["owner@quill.example", "support@quill.example"]);
        shows(&waits[0], &["<b>Help</b> me", "mia@customer.example", &format!("{home}/admin/tickets/1")]);

        let said = server.log();
        for secret in ["739154", "mia@customer", "Qüill", &keys[1]] {
            assert!(!said.contains(secret), "{secret} is in the log");
        }
        let listed = cli(&engine, &["mail", "list", "--json"]);
        assert!(!String::from_utf8(listed.stdout).unwrap().contains("739154"));
    }
}

/// What holds of all letters.
fn well_formed(letter: &Eml) {
    assert!(letter.headers.iter().all(|(name, value)| name.is_ascii() && value.is_ascii()));
    assert!(letter.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("bcc")), "{:?}", letter.headers);
    assert!(letter.header("From").ends_with("<licences@quill.example>"), "{}", letter.header("From"));
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert!(letter.header("Message-ID").ends_with("@quill.example>"));
    let (text, html) = (&letter.text, &letter.html);
    assert!(!html.contains("<b>") && !html.contains("<i>") && !html.contains("<script"), "{html}");
    assert!(!html.contains("src=") && !html.contains("url("), "nothing is loaded from anywhere: {html}");
    assert!(!text.contains("\nBcc") && !text.contains("{{") && !html.contains("{{"), "{text}");
}

#[test]
fn a_secret_is_sealed_until_it_is_sent_and_gone_then() {
    for engine in engines() {
        cause_all(&engine);
        let store = engine.system_store();
        let sealed = |store: &keywright::store::Store| {
            keywright_sealed(store).iter().filter(|sealed| sealed.is_some()).count()
        };
        assert_eq!(sealed(&store), 1);
        let mut files = Vec::new();
        for file in fs::read_dir(engine.folder.path()).unwrap() {
            files.extend(fs::read(file.unwrap().path()).unwrap_or_default());
        }
        for row in keywright_sealed(&store).into_iter().flatten() {
            files.extend(row.into_bytes());
        }
        let has = |word: &str| files.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!has("739154") && !has("shop.example/in?"), "{}", engine.name);
        assert!(engine.name == "postgres" || has("mia@customer.example"), "the reader reads");

        let folder = engine.folder.path().join("letters").display().to_string();
        let _server = Server::start(&engine, &["--mail-from", FROM, "--mail-folder", &folder]);
        until("the secret is gone", || sealed(&store) == 0);
        let sign_in = mails(&store).into_iter().find(|letter| letter.template == Template::SignIn).unwrap();
        assert_eq!(sign_in.status, Status::Sent, "{sign_in:?}");
        let again = cli(&engine, &["mail", "again", &sign_in.id.to_string()]);
        assert_eq!(again.status.code(), Some(4), "{again:?}");
    }
}

/// The column `sealed` of all letters.
fn keywright_sealed(store: &keywright::store::Store) -> Vec<Option<String>> {
    let read = |tx: &mut keywright::store::Tx<'_>| tx.all("select sealed from mail", &[], |row| row.get(0));
    crate::support::block_on(store.read(read)).unwrap()
}

#[test]
fn the_vendors_templates_win_and_a_broken_one_loses_nothing() {
    for engine in engines() {
        let product = crate::support::server::product(&engine, &[]);
        let templates = engine.folder.path().join("templates");
        fs::create_dir(&templates).unwrap();
        fs::write(
            templates.join("licence_issued.txt"),
            "Subject: Ahoy {{ items[0].title }}\n\n{{ items[0].key }}\n",
        )
        .unwrap();
        fs::write(templates.join("licence_issued.html"), "{% block %}").unwrap();
        let folder = engine.folder.path().join("letters");
        let [letters, own] = [&folder, &templates].map(|path| path.display().to_string());
        let with = ["--mail-from", FROM, "--mail-folder", &letters, "--mail-templates", &own];
        let server = Server::start(&engine, &with);
        let key = crate::support::server::key(&engine, product, &[]);
        let sent = || in_folder(&folder).remove("licence_issued").unwrap_or_default();
        until("a letter comes", || folder.exists() && sent().len() == 1);
        assert_eq!(sent()[0].subject(), "Your licence for Test product", "ours, whole");
        until("the log says so", || server.log().contains("licence_issued.html, line 1"));
        assert!(!server.log().contains(&key));

        fs::remove_file(templates.join("licence_issued.html")).unwrap();
        let key = crate::support::server::key(&engine, product, &[]);
        until("another comes", || sent().len() == 2);
        let theirs = sent().pop().unwrap();
        assert_eq!((theirs.subject().as_str(), theirs.text.trim()), ("Ahoy Test product", key.as_str()));
        assert!(theirs.html.contains(&key), "ours where they have none");

        fs::write(templates.join("licence_issued.txt"), "").unwrap();
        crate::support::server::key(&engine, product, &[]);
        let store = engine.system_store();
        until("it is not sent", || {
            mails(&store)[0].said.as_deref() == Some("not sent: its template is empty")
        });
        assert_eq!(sent().len(), 2);
    }
}

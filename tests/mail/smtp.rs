//! A mail server that is well, dead, slow or unwilling: no letter is lost, and none is sent twice.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use keywright::domain::mail::{Mail, Status};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::mailbox::{Mailbox, Stream};
use super::{Eml, FROM, issued, mails, sold, sql, write};
use crate::support::cluster::free_port;
use crate::support::server::{Server, cli, json as run, serving};
use crate::support::{Engine, engines, until};

fn start(engine: &Engine, mailbox: &str) -> Server {
    Server::start(engine, &["--mail-from", FROM, "--mail-server", mailbox])
}

/// Queues so many letters.
fn queue(engine: &Engine, count: usize) {
    let store = engine.system_store();
    write(&store, move |tx, shop| {
        let product = sold(tx, shop, "Quill")?;
        for n in 0..count {
            issued(tx, shop, product, &format!("buyer{n}@customer.example"), None)?;
        }
        Ok(())
    });
    store.close();
}

fn all(engine: &Engine) -> Vec<Mail> {
    let store = engine.system_store();
    let found = mails(&store);
    store.close();
    found
}

/// How often each letter came, by its Message-ID.
fn counted(mailbox: &Mailbox) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for came in mailbox.came() {
        *counted.entry(Eml::read(&came.raw).header("Message-ID").to_owned()).or_default() += 1;
    }
    counted
}

#[test]
fn letters_arrive_once_each_over_few_connections() {
    for engine in engines() {
        queue(&engine, 40);
        let mailbox = Mailbox::open();
        let mut servers = vec![start(&engine, &mailbox.server())];
        if engine.name == "postgres" {
            // They share the queue and the key.
            servers.push(start(&engine, &mailbox.server()));
        }
        until("all are sent", || all(&engine).iter().all(|letter| letter.status == Status::Sent));
        let counted = counted(&mailbox);
        assert_eq!((counted.len(), counted.values().max()), (40, Some(&1)), "{}", engine.name);
        let greetings = mailbox.heard().iter().filter(|line| line.starts_with("EHLO")).count();
        assert!(greetings <= 8 * servers.len(), "{greetings} connections for 40 letters");
        assert_eq!(all(&engine)[0].said.as_deref(), Some("250 taken"));
        let came = &mailbox.came()[0];
        assert!(Eml::read(&came.raw).header("To").contains(&came.to));
    }
}

#[test]
fn a_dead_mail_server_and_a_kill_lose_nothing() {
    for engine in engines() {
        queue(&engine, 40);
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let setting = format!("smtp://{address}?tls=none");
        let mut server = start(&engine, &setting);
        until("all are put off", || {
            all(&engine).iter().all(|letter| letter.attempts == 1 && letter.said.is_some())
        });
        assert!(all(&engine).iter().all(|letter| letter.status == Status::Pending));
        assert!(!server.log().contains("@customer.example"), "the log names nobody");
        assert_eq!(server.log().matches("a letter could not be sent").count(), 40, "a line for each failure");

        let mailbox = Mailbox::at(address);
        sql(&engine, "update mail set due_at = created_at where due_at is not null");
        until("some have come", || mailbox.came().len() >= 5);
        server.signal("KILL");
        server.wait();
        let before = mailbox.came().len();
        // What was on its way waits for its lease.
        sql(&engine, "update mail set claimed_until = null, due_at = created_at where due_at is not null");
        let _server = start(&engine, &setting);
        until("all are sent", || all(&engine).iter().all(|letter| letter.status == Status::Sent));
        let counted = counted(&mailbox);
        assert_eq!(counted.len(), 40, "{}: none is lost", engine.name);
        let doubled = counted.values().filter(|count| **count > 1).count();
        assert!(
            doubled <= 8 && counted.values().all(|count| *count <= 2),
            "{doubled} of {before} came twice"
        );
        println!("{}: killed after {before} letters, {doubled} came twice", engine.name);
    }
}

#[test]
fn a_refused_recipient_ends_it_and_what_may_pass_is_put_off() {
    for engine in engines() {
        let mailbox = Mailbox::open();
        let server = start(&engine, &mailbox.server());
        for (n, (verb, answer, status, says)) in [
            ("RCPT", "550 no such user here", Status::Failed, "550"),
            ("RCPT", "451 come again", Status::Pending, "451"),
            ("MAIL", "421 too many of you", Status::Pending, "421"),
            ("MAIL", "553 who are you", Status::Pending, "553"),
            (".", "554 looks like spam", Status::Failed, "554"),
            (".", "452 the disk is full", Status::Pending, "452"),
        ]
        .into_iter()
        .enumerate()
        {
            mailbox.say(verb, Some(answer));
            queue(&engine, 1);
            until("it was tried", || {
                let all = all(&engine);
                all.len() == n + 1 && all[0].said.is_some()
            });
            let letter = all(&engine).remove(0);
            let said = letter.said.clone().unwrap();
            assert_eq!((letter.status, letter.attempts), (status, 1), "{verb} {answer}: {letter:?}");
            assert!(said.contains(says), "{said}");
            until("the log says its number", || server.log().contains(&format!("\"code\":{says}")));
            mailbox.say(verb, None);
        }
        assert!(!server.log().contains("no such user") && !server.log().contains("buyer0"));
        assert_eq!(mailbox.came().len(), 0);

        // By hand, each goes out at once.
        for letter in all(&engine) {
            run(&engine, &["mail", "again", &letter.id.to_string()]);
        }
        until("all came", || mailbox.came().len() == 6);
        until("what is queued is sent", || all(&engine).iter().all(|letter| letter.due_at.is_none()));
        let failed = all(&engine).iter().filter(|letter| letter.status == Status::Failed).count();
        assert_eq!((all(&engine).len(), failed), (8, 2), "what failed stays in the log");
    }
}

#[test]
fn a_silent_mail_server_is_given_up_on_in_time() {
    let engine = Engine::sqlite();
    let mailbox = Mailbox::open();
    mailbox.say("DATA", Some(""));
    queue(&engine, 1);
    let server = start(&engine, &mailbox.server());
    until("it was tried", || all(&engine)[0].said.is_some());
    let letter = all(&engine).remove(0);
    assert!(letter.said.unwrap().contains("did not answer within 25 seconds"));
    assert_eq!(letter.status, Status::Pending);
    assert!(server.log().contains("a letter could not be sent"));
    mailbox.say("DATA", None);
    run(&engine, &["mail", "again", "1"]);
    until("it comes over another connection", || mailbox.came().len() == 1);
}

/// A certificate for this machine; the file of it and that of its key.
fn certificate(folder: &Path) -> [std::path::PathBuf; 2] {
    let files = ["crt", "key"].map(|kind| folder.join(format!("mail.{kind}")));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
    openssl.args(["-days", "2", "-subj", "/CN=mail", "-addext", "subjectAltName=DNS:localhost"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let made = openssl.arg("-out").arg(&files[0]).arg("-keyout").arg(&files[1]).output();
    assert!(made.expect("openssl; tests/run installs it").status.success());
    files
}

static IDENTITY: OnceLock<Arc<ServerConfig>> = OnceLock::new();

fn over_tls(stream: TcpStream) -> Box<dyn Stream> {
    let connection = ServerConnection::new(IDENTITY.get().unwrap().clone()).unwrap();
    Box::new(StreamOwned::new(connection, stream))
}

/// TLS that begins when it is asked for (RFC 3207). What is said before is in the open.
fn by_starttls(mut stream: TcpStream) -> Box<dyn Stream> {
    stream.write_all(b"220 mail.example at your service\r\n").unwrap();
    for (asked, answer) in [("EHLO", "250-mail.example\r\n250 STARTTLS\r\n"), ("STARTTLS", "220 go on\r\n")] {
        // A byte at a time: what follows the last line is TLS.
        let (mut line, mut byte) = (Vec::new(), [0]);
        while byte != *b"\n" {
            stream.read_exact(&mut byte).unwrap();
            line.extend(byte);
        }
        let line = String::from_utf8(line).unwrap();
        assert!(line.starts_with(asked), "{asked} was to come: {line}");
        stream.write_all(answer.as_bytes()).unwrap();
    }
    Box::new(Greeted { stream: over_tls(stream), has_greeted: false })
}

/// A stream whose greeting was said already.
struct Greeted {
    stream: Box<dyn Stream>,
    has_greeted: bool,
}

impl Read for Greeted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.stream.read(into)
    }
}

impl Write for Greeted {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        if std::mem::replace(&mut self.has_greeted, true) { self.stream.write(from) } else { Ok(from.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

#[test]
fn a_password_goes_over_tls_only() {
    let engine = Engine::sqlite();
    let [crt, key] = certificate(engine.folder.path());
    let tls = ServerConfig::builder_with_provider(keywright::base::tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_file(&crt).unwrap()],
            PrivateKeyDer::from_pem_file(&key).unwrap(),
        )
        .unwrap();
    IDENTITY.set(Arc::new(tls)).unwrap();
    let private = Mailbox::with(SocketAddr::from(([127, 0, 0, 1], 0)), over_tls);
    let open = Mailbox::open();
    queue(&engine, 1);
    let with = |server: &str, trusted: &Path| {
        let mut command = serving(&engine);
        command.args(["--mail-from", FROM, "--mail-server", server]);
        command.env("KEYWRIGHT_MAIL_PASSWORD", "canary word").env("SSL_CERT_FILE", trusted);
        Server::spawn(command)
    };
    let said = || all(&engine).remove(0).said;
    {
        let _server = with(&format!("smtp://me@127.0.0.1:{}", open.address.port()), &crt);
        until("it was tried", || said().is_some());
        assert!(said().unwrap().contains("STARTTLS"), "{:?}", said());
        assert!(open.heard().iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")));
    }
    let again = || sql(&engine, "update mail set due_at = created_at, said = null where due_at is not null");
    {
        again();
        let _server =
            with(&format!("smtps://me@localhost:{}", private.address.port()), Path::new("/dev/null"));
        until("it was tried", || said().is_some());
        assert_eq!(private.came().len(), 0, "nobody vouches for it: {:?}", said());
    }
    again();
    let server = with(&format!("smtps://me@localhost:{}", private.address.port()), &crt);
    until("it comes", || private.came().len() == 1);
    let auth = private.heard().into_iter().find(|line| line.starts_with("AUTH PLAIN ")).unwrap();
    let told = keywright::base::text::unbase64(auth.rsplit(' ').next().unwrap()).unwrap();
    assert_eq!(told, b"\0me\0canary word");
    assert!(!server.log().contains("canary"));
    let out = cli(&engine, &["mail", "list"]);
    assert!(out.status.success() && !String::from_utf8_lossy(&out.stdout).contains("canary"));
    drop(server);
    let upgraded = Mailbox::with(SocketAddr::from(([127, 0, 0, 1], 0)), by_starttls);
    queue(&engine, 1);
    let _server = with(&format!("smtp://me@localhost:{}", upgraded.address.port()), &crt);
    until("it comes after STARTTLS", || upgraded.came().len() == 1);
    let heard = upgraded.heard();
    let verbs: Vec<&str> = heard.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(verbs[..2], ["EHLO", "AUTH"], "anew, and under TLS");
}

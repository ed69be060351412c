//! Both engines open, keep, and refuse alike.

use crate::support::server::{Server, issue, product};
use crate::support::{block_on, engines};

#[test]
fn a_key_is_issued_activated_and_checked() {
    for engine in engines() {
        let id = product(&engine, &["--max-uses", "2"]);
        let key = issue(&engine, id, &[])["key"].as_str().unwrap().to_owned();
        let mut server = Server::start(&engine, &[]);
        assert_eq!(server.call(&format!("activate&key={key}")).text(), r#"{"response":"OKAY","usage_id":1}"#);
        let check = server.call(&format!("check&key={key}&usage_id=1"));
        assert_eq!(check.text(), r#"{"status":"ACTIVE","uses":1,"max_uses":2}"#);
        assert!(server.stop().success(), "{}", server.log());
    }
}

#[test]
fn an_error_undoes_only_itself() {
    for engine in engines() {
        let (store, _) = engine.store();
        block_on(async {
            let insert = "insert into site (title, created_at) values ($1, 0)";
            let good = store.write("good", move |tx| tx.exec(insert, keywright::values!["good"]));
            let bad = store.write("bad", move |tx| {
                tx.exec(insert, keywright::values!["bad"])?;
                Err::<(), _>(keywright::base::error::Error::refused("no"))
            });
            let panics = store.write("panics", move |tx| -> keywright::base::error::Result<()> {
                tx.exec(insert, keywright::values!["panics"])?;
                panic!("on purpose")
            });
            let also = store.write("also", move |tx| tx.exec(insert, keywright::values!["also good"]));
            let (good, bad, panics, also) = tokio::join!(good, bad, panics, also);
            assert_eq!((good, also), (Ok(1), Ok(1)), "{}", engine.name);
            assert_eq!(bad.unwrap_err().message, "no");
            assert!(panics.unwrap_err().message.contains("panicked"));
            let titles = store
                .read(|tx| tx.all("select title from site order by title", &[], |row| row.get::<String>(0)))
                .await
                .unwrap();
            assert_eq!(titles, ["My shop", "also good", "good"], "{}", engine.name);
        });
    }
}

#[test]
fn a_cell_of_another_kind_is_told_without_its_value() {
    for engine in engines() {
        let (store, _) = engine.store();
        let read = store.read(|tx| tx.one("select title from site", &[], |row| row.get::<i64>(0)));
        let e = block_on(read).unwrap_err();
        assert!(e.message.contains("column 0") && e.message.contains("text"), "{}: {e}", engine.name);
        assert!(!e.message.contains("My shop"), "{}: {e}", engine.name);
    }
}

//! The book of the data: explained, upgraded to what a fresh one is, and refused when it is newer.

use keywright::base::error::Kind;
use keywright::store::schema::{self, BOOK, Dialect, Step};
use keywright::store::{Options, Store};
use keywright::values;

use crate::support::server::json;
use crate::support::{Engine, block_on, engines};

#[test]
fn every_table_is_explained() {
    let lines: Vec<&str> = BOOK.lines().collect();
    let mut tables = 0;
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = line.strip_prefix("create table ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        assert!(lines[index - 1].starts_with(&format!("-- {name}: ")), "table {name} is not explained");
        tables += 1;
    }
    assert!(tables >= 8);
}

#[test]
fn every_table_of_sqlite_is_strict() {
    assert_eq!(BOOK.matches("create table").count(), BOOK.matches(") STRICT").count());
    let postgres = schema::to_postgres(BOOK);
    for word in ["STRICT", "AUTOINCREMENT", "INTEGER", "WITHOUT ROWID"] {
        assert!(!postgres.contains(word), "{word} is left for PostgreSQL");
    }
}

fn dialect(engine: &Engine) -> Dialect {
    if engine.name == "sqlite" { schema::sqlite() } else { schema::postgres() }
}

/// A later book: today's with a column and a table more, and the steps that lead there.
fn later(engine: &Engine) -> Dialect {
    let book = BOOK
        .replace(
            "    updated_at         INTEGER NOT NULL,\n",
            "    updated_at         INTEGER NOT NULL,\n    note               TEXT,\n",
        )
        .replace("(id, schema_version) values (1, 10)", "(id, schema_version) values (1, 12)")
        + "create table later (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL) STRICT;\n";
    const STEPS: &[Step] = &[
        Step::sql(11, "alter table product add column note TEXT;"),
        Step::sql(
            12,
            "create table later (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL) STRICT;",
        ),
    ];
    Dialect { book: Box::leak(book.into_boxed_str()), version: 12, steps: STEPS, ..dialect(engine) }
}

/// Tables and columns with their types, as the engine itself tells them.
fn shape(store: &Store, engine: &Engine) -> Vec<String> {
    let sql = if engine.name == "sqlite" {
        "select m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" from sqlite_schema m join pragma_table_info(m.name) c \
         where m.type = 'table' and m.name not like 'sqlite%' order by 1"
    } else {
        "select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable from information_schema.columns \
         where table_schema = current_schema() order by 1"
    };
    block_on(store.read(move |tx| tx.all(sql, &[], |row| row.get::<String>(0)))).unwrap()
}

/// Empties the database and makes it anew by another book, in one transaction: the engine itself needs a house.
fn make_anew(store: &Store, to: Dialect) {
    let tables = [
        "move_in",
        "carried",
        "ticket_reply",
        "ticket",
        "shipping_band",
        "shipping_method",
        "product_extra",
        "checkout",
        "cart_line",
        "cart",
        "menu",
        "content_page",
        "metafield",
        "loyalty_entry",
        "loyalty",
        "store_credit_entry",
        "store_credit",
        "gift_card_entry",
        "review",
        "stock_movement",
        "price_list_price",
        "variant",
        "product_text_word",
        "request_log",
        "audit",
        "tally",
        "mail",
        "oauth_token",
        "oauth_code",
        "oauth_grant",
        "oauth_app",
        "sign_in",
        "session",
        "second_step",
        "recovery_code",
        "person",
        "job",
        "release_file",
        "file",
        "product_word",
        "payment",
        "gift_card",
        "webhook_delivery",
        "webhook",
        "payment_link",
        "event",
        "sale_line_item",
        "sale_line",
        "sale",
        "b2b_contact",
        "b2b_account",
        "price_list",
        "coupon",
        "pool_key",
        "bundle_item",
        "prerequisite",
        "seen_signature",
        "idempotency",
        "api_key",
        "activation_nonce",
        "activation",
        "licence",
        "purchase",
        "customer",
        "release",
        "product",
        "brand",
        "category",
        "site",
        "house",
    ];
    block_on(store.write("make anew", move |tx| {
        for table in tables {
            tx.exec(&format!("drop table {table}"), &[])?;
        }
        schema::settle(tx, &to, false)
    }))
    .unwrap();
}

#[test]
fn an_upgraded_database_is_what_a_fresh_one_is() {
    for (upgraded, fresh) in engines().into_iter().zip(engines()) {
        let (store, _) = upgraded.store();
        let before = shape(&store, &upgraded);
        let to = later(&upgraded);
        let refused = block_on(store.write("settle", move |tx| schema::settle(tx, &to, false))).unwrap_err();
        assert!(refused.message.contains("keywright db upgrade"), "{refused}");
        let to = later(&upgraded);
        block_on(store.write("settle", move |tx| schema::settle(tx, &to, true))).unwrap();
        let after = shape(&store, &upgraded);
        assert_ne!(before, after);

        let (other, _) = fresh.store();
        make_anew(&other, later(&fresh));
        assert_eq!(after, shape(&other, &fresh), "{}", fresh.name);
        let version = |store: &Store| {
            block_on(
                store.read(|tx| tx.one("select schema_version from house", &[], |row| row.get::<i64>(0))),
            )
            .unwrap()
        };
        assert_eq!((version(&store), version(&other)), (schema::VERSION + 2, schema::VERSION + 2));
    }
}

/// The names of all indexes.
fn indexes(store: &Store, engine: &Engine) -> Vec<String> {
    let sql = if engine.name == "sqlite" {
        "select name from sqlite_schema where type = 'index' and name not like 'sqlite%' order by 1"
    } else {
        "select indexname from pg_indexes where schemaname = current_schema() and indexname not like '%key' order by 1"
    };
    block_on(store.read(move |tx| tx.all(sql, &[], |row| row.get::<String>(0)))).unwrap()
}

#[test]
fn every_older_version_is_brought_to_what_a_fresh_one_is() {
    let books = [
        (1, include_str!("schema/1.sql")),
        (2, include_str!("schema/2.sql")),
        (3, include_str!("schema/3.sql")),
        (4, include_str!("schema/4.sql")),
        (5, include_str!("schema/5.sql")),
        (6, include_str!("schema/6.sql")),
        (7, include_str!("schema/7.sql")),
        (8, include_str!("schema/8.sql")),
        (9, include_str!("schema/9.sql")),
    ];
    assert_eq!(i64::try_from(books.len()).unwrap() + 1, schema::VERSION, "keep the book of each version");
    for (version, book) in books {
        for (old, fresh) in engines().into_iter().zip(engines()) {
            let (store, _) = old.store();
            make_anew(&store, Dialect { book, version, steps: &[], ..dialect(&old) });
            // Whoever upgrades has both programs, and may take the new one for the backup before.
            assert_eq!(json(&old, &["backup", "create"])["schema_version"], version);
            let to = dialect(&old);
            block_on(store.write("settle", move |tx| schema::settle(tx, &to, true))).unwrap();
            let (other, _) = fresh.store();
            assert_eq!(shape(&store, &old), shape(&other, &fresh), "{} from {version}", old.name);
            assert_eq!(indexes(&store, &old), indexes(&other, &fresh), "{} from {version}", old.name);
        }
    }
}

#[test]
fn a_step_that_fails_changes_nothing() {
    for engine in engines() {
        let (store, _) = engine.store();
        let before = shape(&store, &engine);
        const STEPS: &[Step] = &[
            Step::sql(11, "alter table product add column note TEXT;"),
            Step::sql(11, "alter table nowhere add column note TEXT;"),
        ];
        let to = Dialect { version: 12, steps: STEPS, ..dialect(&engine) };
        assert!(block_on(store.write("settle", move |tx| schema::settle(tx, &to, true))).is_err());
        assert_eq!(before, shape(&store, &engine), "{}", engine.name);
    }
}

#[test]
fn a_newer_database_is_refused() {
    for engine in engines() {
        let (store, _) = engine.store();
        let newer = schema::VERSION + 1;
        block_on(
            store.write("age", move |tx| tx.exec("update house set schema_version = $1", values![newer])),
        )
        .unwrap();
        store.close();
        for upgrade in [false, true] {
            let e = Store::open(Options { upgrade, ..Options::new(engine.place()) }).err().unwrap();
            assert_eq!(e.kind, Kind::Refused);
            assert!(e.message.contains("newer keywright"), "{e}");
        }
        let output = crate::support::server::cli(&engine, &["db", "status"]);
        assert_eq!(output.status.code(), Some(4));
    }
}

#[test]
fn nothing_leads_from_an_unknown_past() {
    for engine in engines() {
        let (store, _) = engine.store();
        block_on(store.write("age", |tx| tx.exec("update house set schema_version = 0", &[]))).unwrap();
        store.close();
        let e = Store::open(Options { upgrade: true, ..Options::new(engine.place()) }).err().unwrap();
        assert!(e.message.contains("nothing leads"), "{e}");
    }
}

//! `licence import`: whole files, refused rows with line and reason, nothing half done.

use std::fmt::Write as _;

use crate::support::engines;
use crate::support::server::{cli, command, json, product};

fn import(engine: &crate::support::Engine, text: &[u8], args: &[&str]) -> (i32, serde_json::Value, String) {
    let file = engine.folder.path().join("licences.csv");
    std::fs::write(&file, text).unwrap();
    let mut all = vec!["licence", "import", file.to_str().unwrap(), "--json"];
    all.extend(args);
    let output = cli(engine, &all);
    let printed = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), printed, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn good_rows_are_stored_and_bad_rows_are_told() {
    for engine in engines() {
        let manual = product(&engine, &["--identifier-mode", "manual"]);
        let none = product(&engine, &[]);
        let text = format!(
            "email,product_id,key,name,username,install_url,max_uses,expires,identifier,status\n\
             a@customer.example,{manual},OLD-KEY-1,\"Ana, the first\",ana,https://a.example,5,2099-01-01,host-1,active\n\
             b@customer.example,{none},,,,,,,,\n\
             nobody,{none},,,,,,,,\n\
             c@customer.example,{none},OLD-KEY-1,,,,,,,\n\
             d@customer.example,99999,,,,,,,,\n\
             e@customer.example,{none},OLD-KEY-2,,,,x,,,\n\
             f@customer.example,{none},OLD-KEY-3,,,,,,,paused\n\
             g@customer.example,{none},OLD-KEY-4,,,,,,,suspended\n\
             h@customer.example,{none},,,,,0,,,\n\
             i@customer.example,{none},,,,,,,host-1,\n\
             short,{none}\n"
        );
        let lines = |report: &serde_json::Value| -> Vec<u64> {
            report["refused"].as_array().unwrap().iter().map(|r| r["line"].as_u64().unwrap()).collect()
        };
        let (code, dry, _) = import(&engine, text.as_bytes(), &["--dry-run"]);
        assert_eq!((code, dry["dry_run"].as_bool()), (4, Some(true)), "{dry}");
        assert_eq!(json(&engine, &["db", "status"])["licences"], 0, "a dry run stores nothing");
        let (code, report, says) = import(&engine, text.as_bytes(), &[]);
        assert_eq!(code, 4, "{says}");
        assert_eq!(lines(&dry), lines(&report), "a dry run says the same");
        assert_eq!(lines(&report), [4, 5, 6, 7, 8, 10, 11, 12], "{report}");
        assert_eq!((&report["rows"], &report["imported"]), (&11.into(), &3.into()));
        assert_eq!(json(&engine, &["db", "status"])["licences"], 3);
        let shown = json(&engine, &["licence", "show", "OLD-KEY-1"]);
        assert_eq!((&shown["max_uses"], &shown["email"]), (&5.into(), &"a@customer.example".into()));
        assert_eq!(json(&engine, &["licence", "show", "OLD-KEY-4"])["status"], "suspended");
        assert_eq!(json(&engine, &["customer", "show", "a@customer.example"])["name"], "Ana, the first");
        let server = crate::support::server::Server::start(&engine, &[]);
        assert_eq!(server.call("activate&key=OLD-KEY-1&identifier=host-1").status, 200);
        assert_eq!(
            server.call("activate&key=OLD-KEY-1&identifier=host-2&setIdentifier=1").json()["errorCode"],
            1101
        );
    }
}

#[test]
fn a_file_that_is_none_is_told() {
    let engine = &engines()[0];
    let id = product(engine, &[]);
    let cases: &[(Vec<u8>, i32, &str)] = &[
        (b"".to_vec(), 2, "column"),
        (b"mail,product_id\n".to_vec(), 2, "no column 'mail'"),
        (b"email\n".to_vec(), 2, "'product_id' is missing"),
        ("email,product_id\n\u{feff}".into(), 4, "refused"),
        (format!("\u{feff}email,product_id\nbom@customer.example,{id}\n").into_bytes(), 0, ""),
        (
            [format!("email,product_id\nx@customer.example,{id}\n").as_bytes(), b"\xff\xfe,1\n"].concat(),
            4,
            "refused",
        ),
    ];
    for (text, code, says) in cases {
        let (found, _, stderr) = import(engine, text, &[]);
        assert_eq!(found, *code, "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
    }
    let output = command(engine, &["licence", "import", "/no/such/file.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_hundred_thousand_rows_in_one_go() {
    let engine = &engines()[0];
    let id = product(engine, &[]);
    let mut text = String::from("product_id,email,key\n");
    for n in 0..100_000 {
        writeln!(text, "{id},customer{}@customer.example,IMPORTED-{n}", n / 2).unwrap();
    }
    writeln!(text, "{id},late@customer.example,IMPORTED-77").unwrap();
    let (code, report, says) = import(engine, text.as_bytes(), &[]);
    assert_eq!(code, 4, "{says}");
    assert_eq!(report["imported"], 100_000);
    assert_eq!(report["refused"][0]["line"], 100_002);
    let status = json(engine, &["db", "status"]);
    assert_eq!((&status["licences"], &status["customers"]), (&100_000.into(), &50_000.into()));
}

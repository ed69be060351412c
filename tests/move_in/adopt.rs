//! Keys of old services that are let in, so that scripts which have them go on working.

use keywright::domain::api_key;
use keywright::domain::carried::Source;

use super::old::KEY;
use crate::support::server::{adopt, json};
use crate::support::{block_on, engines};

#[test]
fn a_key_is_let_in_and_stands_nowhere() {
    for engine in engines() {
        let made = adopt(&engine, &["--dialect", "shopkit", "--title", "Stock script"], KEY);
        let said =
            format!("{}{}", String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
        assert!(made.status.success() && !said.contains(KEY), "{said}");
        let listed = json(&engine, &["api-key", "list"]);
        assert_eq!(
            (&listed[0]["title"], &listed[0]["mode"]),
            (&"Stock script".into(), &"live".into()),
            "{listed}"
        );
        assert!(!listed.to_string().contains(KEY));
        let (store, found) = (engine.system_store(), |source| {
            move |tx: &mut keywright::store::Tx<'_>| api_key::find_foreign(tx, source, KEY)
        });
        assert!(block_on(store.read(found(Source::Shopkit))).unwrap().is_some());
        assert!(
            block_on(store.read(found(Source::Shoppy))).unwrap().is_none(),
            "it opens its own dialect alone"
        );
        store.close();
        if engine.name == "sqlite" {
            for file in std::fs::read_dir(engine.folder.path()).unwrap().map(|file| file.unwrap().path()) {
                let bytes = if file.is_file() { std::fs::read(&file).unwrap() } else { Vec::new() };
                assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{}", file.display());
            }
        }
        for (args, key, code, says) in [
            (&["--dialect", "shopkit"][..], KEY, 4, "let in already"),
            (&["--dialect", "shoppy"][..], "short", 2, "16 to 200"),
            (&["--dialect", "csv"][..], KEY, 2, "a file has no keys"),
            (&["--dialect", "shopvo"][..], KEY, 2, "is no source"),
        ] {
            let refused = adopt(&engine, args, key);
            let said = String::from_utf8_lossy(&refused.stderr);
            assert_eq!(refused.status.code(), Some(code), "{args:?}: {said}");
            assert!(said.contains(says), "{args:?}: {said}");
        }
        assert!(
            adopt(&engine, &["--dialect", "shoppy", "--mode", "test"], "another-key-of-the-old-shop")
                .status
                .success()
        );
        assert_eq!(json(&engine, &["api-key", "list"])[0]["mode"], "test");
    }
}

//! The TypeScript client: its types hold, and each of its methods works under node, with live and test keys, signed and not.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use super::{Store, UNLIMITED};
use crate::support::engines;
use crate::support::server::json as cli;

pub fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Compiles the client by the strictest rules there are.
pub fn compile(to: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = root.join("target/browser/node_modules");
    let output = Command::new("node")
        .arg(modules.join("typescript/bin/tsc"))
        .args(["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUnusedLocals"])
        .args(["--target", "es2022", "--module", "nodenext", "--rewriteRelativeImportExtensions"])
        .arg("--typeRoots")
        .arg(modules.join("@types"))
        .args(["--types", "node", "--outDir"])
        .arg(to)
        .args(["client.ts", "surface.ts"].map(|file| root.join("examples/shopvo").join(file)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    std::fs::copy(root.join("examples/shopvo/package.json"), to.join("package.json")).unwrap();
}

#[test]
fn all_of_it_works() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path());
    for engine in engines() {
        let make = |args: &[&str]| {
            let made = cli(
                &engine,
                &[&["api-key", "create", "--title", "client", "--scopes", "all"], args].concat(),
            );
            (made["key"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
        };
        let keys = [(make(&[]), true), (make(&["--mode", "test"]), false)];
        let store = Store::open(engine, &UNLIMITED);
        for ((key, secret), is_signed) in keys {
            let platform = crate::platform::Api { address: store.server.address, key: &key };
            let product = platform.product();
            let order = json!({"customer": {"email": "jane@customer.example", "name": "Jane Smith"},
                "lines": [{"product_id": product}]});
            platform.done("POST", "/v1/orders", &order);
            platform.done("DELETE", &format!("/v1/products/{product}"), &json!(null));
            let output = Command::new("node")
                .arg(folder.path().join("surface.js"))
                .args([&format!("http://{}/shopvo", store.server.address), &store.site, &key])
                .args(is_signed.then_some(&secret))
                .output()
                .unwrap();
            assert!(
                told(&output).contains("all of the client works"),
                "{}: {}",
                store.engine.name,
                told(&output)
            );
        }
    }
}

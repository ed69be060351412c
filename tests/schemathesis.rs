//! schemathesis (Python) against a running server: it reads `/openapi.json` and sends what should be taken and what should not, each
//! field at its bounds and beyond. All its checks, and no failure; what it cannot know is told it in `openapi/hooks.py`, what does
//! not hold for a call in `openapi/schemathesis.toml`, with the reason.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::platform::{Api, key};
use crate::support::Engine;
use crate::support::described::DOCUMENT;
use crate::support::server::{self, Server};

/// Rows that calls can be about.
fn fill(api: Api<'_>) {
    let product =
        api.product_with(&json!({"licence_policy": {"api_enabled": true, "identifier_mode": "manual"}}));
    api.licence(product);
    api.order(product);
    for (target, body) in [
        ("/v1/categories", json!({"title": "Shelf"})),
        ("/v1/customers", json!({"email": "other@customer.example"})),
        ("/v1/coupons", json!({"code": "TEN", "kind": "percent", "value": 1_000})),
        ("/v1/webhooks", json!({"url": "https://hooks.example/"})),
        ("/v1/webhooks/1/test", json!({})),
        (&format!("/v1/products/{product}/releases"), json!({"version": "1.0.0", "status": "draft"})),
    ] {
        api.done("POST", target, &body);
    }
}

#[test]
fn it_finds_no_fault() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let engine = Engine::sqlite();
    let key = key(&engine, &["--scopes", "all", "--mode", "test"]);
    let server = Server::start(&engine, &["--access-log", "off"]);
    fill(Api { address: server.address, key: &key });
    let folder = engine.folder.path().join("schemathesis");
    fs::create_dir(&folder).unwrap();
    for file in ["schemathesis.toml", "hooks.py"] {
        fs::copy(project.join("tests/openapi").join(file), folder.join(file)).unwrap();
    }
    let program = project.join("target/tools/venv/bin/schemathesis");
    let mut command = Command::new(&program);
    server::clean(&mut command);
    let output = command
        .args(["--config-file", "schemathesis.toml", "run", "--checks", "all", "--max-examples", "10"])
        .arg(format!("http://{}/openapi.json", server.address))
        .env("KEYWRIGHT_API_KEY", &key)
        .current_dir(&folder)
        .output()
        .unwrap_or_else(|e| panic!("{}: {e}; tests/run installs it", program.display()));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let methods = DOCUMENT["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len());
    // It leaves out where the description is.
    let all = methods.sum::<usize>() - 1;
    assert!(said.contains(&format!("Tested: {all}")), "not every call was tried: {said}");
    let errors = server.log().lines().filter(|line| line.contains("a call failed")).count();
    assert_eq!(errors, 0, "{}", server.log());
}

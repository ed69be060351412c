//! Small programs as shops run them, in PHP, Python and JavaScript, each reading what the document promises and nothing else.

use std::path::Path;
use std::process::Command;

use super::{Store, world};
use crate::support::server::{clean, has};

fn run(interpreter: &str, file: &str) {
    assert!(has(interpreter), "{interpreter} is missing; tests/run installs it");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shopkit/clients").join(file);
    for store in Store::both() {
        let world = world::make(&store);
        let mut command = Command::new(interpreter);
        clean(&mut command);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        let output = command
            .arg(&program)
            .args([&format!("http://{}/shopkit/v1", store.server.address), &store.live])
            .args([world.order, world.bowl, world.category].map(|number| number.to_string()))
            .output()
            .unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(
            output.status.success() && said.contains("all of the contract holds"),
            "{}: {said}",
            store.engine.name
        );
    }
}

#[test]
fn php() {
    run("php", "shop.php");
}

#[test]
fn python() {
    run("python3", "shop.py");
}

#[test]
fn javascript() {
    run("node", "shop.mjs");
}

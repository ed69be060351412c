//! A delivery as those look at it who are told: by Python's own HMAC, and by the client.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::client;
use crate::support::hook::Call;

/// What a program prints that is given these calls and their secret.
fn ask(command: &mut Command, calls: &[Call], secret: &str) -> String {
    let given: Vec<Value> = calls
        .iter()
        .map(
            |call| json!({"body": call.body, "header": call.headers["x-shopvo-signature"], "secret": secret}),
        )
        .collect();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(given).to_string().as_bytes()).unwrap();
    client::told(&child.wait_with_output().unwrap())
}

/// Python's own HMAC, by the document's words.
const PYTHON: &str = r"
import hashlib, hmac, json, sys, time
for call in json.load(sys.stdin):
    parts = dict(part.split('=') for part in call['header'].split(','))
    assert list(parts) == ['t', 'sha256'], parts
    assert abs(time.time() - int(parts['t'])) <= 300
    message = parts['t'] + '.' + call['body']
    expected = hmac.new(call['secret'].encode(), message.encode(), hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, parts['sha256']), call
print('all are signed')
";

/// The client's own look at them, and whether JSON as JavaScript has it makes the same bytes of each.
const NODE: &str = r"
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
const { verifyWebhookSignature } = await import(process.argv[1]);
for (const { body, header, secret } of JSON.parse(readFileSync(0, 'utf8'))) {
  assert.equal(JSON.stringify(JSON.parse(body)), body);
  assert.equal(verifyWebhookSignature(body, header, secret), true);
  assert.equal(verifyWebhookSignature(body + ' ', header, secret), false);
  assert.equal(verifyWebhookSignature(body, header, secret + 'x'), false);
}
console.log('all are sound');
";

/// Looks at these calls as those do who are told.
pub fn all_are_right(calls: &[Call], secret: &str) {
    let python = ask(Command::new("python3").args(["-c", PYTHON]), calls, secret);
    assert!(python.contains("all are signed"), "{python}");
    let folder = tempfile::tempdir().unwrap();
    client::compile(folder.path());
    let client = folder.path().join("client.js");
    let node = ask(Command::new("node").args(["--input-type=module", "-e", NODE]).arg(client), calls, secret);
    assert!(node.contains("all are sound"), "{node}");
}

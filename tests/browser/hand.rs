//! A hand on one window of a real browser, which follows links and fills in forms as a test tells it; it counts its clicks.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

/// Whoever sits before the browser.
pub struct Hand {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    /// Clicks so far, one for each link that was opened from somewhere else.
    pub clicks: u32,
    /// Fields that were filled in.
    pub fields: u32,
    /// What the browser and the server took for all of it, in milliseconds, without the looks at pages.
    pub ms: f64,
    path: String,
    faults: Vec<String>,
}

#[derive(Deserialize)]
struct Done {
    error: Option<String>,
    #[serde(default)]
    value: Value,
    ms: f64,
    path: String,
    faults: Vec<String>,
}

impl Hand {
    /// A browser that knows nobody, with JavaScript at a desk, or without it on a phone; `name` is that of its pictures.
    pub fn new(name: &str, origin: &str, has_script: bool) -> Self {
        let task = json!({"name": name, "origin": origin, "hasScript": has_script});
        let mut node = super::node("hand.mjs");
        node.arg(task.to_string());
        let mut child =
            node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (orders, answers) = (child.stdin.take(), child.stdout.take().unwrap());
        let answers = BufReader::new(answers).lines();
        let (path, faults) = (String::new(), Vec::new());
        Self { child, orders, answers, clicks: 0, fields: 0, ms: 0.0, path, faults }
    }

    fn ask(&mut self, order: &Value) -> Done {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        let line = self.answers.next().expect("the browser is there").unwrap();
        let mut done: Done = serde_json::from_str(&line).unwrap();
        if let Some(error) = &done.error {
            panic!("{order}: {error}");
        }
        self.path.clone_from(&done.path);
        self.faults = std::mem::take(&mut done.faults);
        done
    }

    fn order(&mut self, order: &Value) -> Value {
        let done = self.ask(order);
        self.ms += done.ms;
        done.value
    }

    /// Opens an address.
    pub fn go(&mut self, to: &str) {
        self.go_for(to, 200);
    }

    /// As [`Self::go`], where the answer has this status.
    pub fn go_for(&mut self, to: &str, wanted: u16) {
        self.clicks += 1;
        let status = self.order(&json!({"do": "go", "to": to}));
        assert_eq!(status, wanted, "{to}");
    }

    pub fn fill(&mut self, field: &str, text: &str) {
        self.fields += 1;
        self.order(&json!({"do": "fill", "field": field, "text": text}));
    }

    /// Ticks a box, if it is not ticked.
    pub fn tick(&mut self, what: &str) {
        self.clicks += 1;
        self.order(&json!({"do": "tick", "what": what}));
    }

    /// Chooses by a part of its words.
    pub fn choose(&mut self, field: &str, text: &str) {
        self.fields += 1;
        self.order(&json!({"do": "choose", "field": field, "text": text}));
    }

    /// Hands over a file of this machine.
    pub fn attach(&mut self, field: &str, file: &Path) {
        self.fields += 1;
        self.order(&json!({"do": "attach", "field": field, "file": file}));
    }

    /// Presses keys, such as `Control+k`.
    pub fn keys(&mut self, keys: &str) {
        self.order(&json!({"do": "type", "keys": keys}));
    }

    /// The id of what has the focus.
    pub fn focused(&mut self) -> String {
        self.order(&json!({"do": "focused"})).as_str().unwrap().to_owned()
    }

    /// What was copied last.
    pub fn clipboard(&mut self) -> String {
        self.order(&json!({"do": "clipboard"})).as_str().unwrap().to_owned()
    }

    /// Clicks something that leads to another page.
    pub fn follow(&mut self, what: &str) {
        self.clicks += 1;
        self.order(&json!({"do": "follow", "what": what}));
    }

    /// Presses a key that leads to another page.
    pub fn follow_by_key(&mut self, keys: &str) {
        self.order(&json!({"do": "followByKey", "keys": keys}));
    }

    /// What something holds, letter by letter.
    pub fn text(&mut self, what: &str) -> String {
        self.order(&json!({"do": "text", "what": what})).as_str().unwrap().to_owned()
    }

    /// Clicks something that stays on this page.
    pub fn press(&mut self, what: &str) {
        self.clicks += 1;
        self.order(&json!({"do": "press", "what": what}));
    }

    /// Clicks something that leads to a file; its name, and what it holds.
    pub fn keep(&mut self, what: &str) -> (String, String) {
        self.clicks += 1;
        let file = self.order(&json!({"do": "keep", "what": what}));
        let text = |name: &str| file[name].as_str().unwrap().to_owned();
        (text("name"), text("text"))
    }

    /// Waits for something that comes by itself.
    pub fn wait_for(&mut self, what: &str) {
        self.order(&json!({"do": "await", "what": what}));
    }

    pub fn read(&mut self, what: &str) -> String {
        self.order(&json!({"do": "read", "what": what})).as_str().unwrap().to_owned()
    }

    /// What stands in a field.
    pub fn value(&mut self, what: &str) -> String {
        self.order(&json!({"do": "value", "what": what})).as_str().unwrap().to_owned()
    }

    /// Marks the page that is there; one that is loaded again has no mark.
    pub fn mark(&mut self) {
        self.ask(&json!({"do": "mark"}));
    }

    pub fn is_marked(&mut self) -> bool {
        self.ask(&json!({"do": "isMarked"})).value == true
    }

    /// Looks for faults of the page that is there, in every size and scheme.
    pub fn look(&mut self, name: &str) {
        self.ask(&json!({"do": "look", "name": name}));
    }

    /// Somebody else sits down.
    pub fn change(&mut self) {
        self.ask(&json!({"do": "change"}));
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Closes the browser; nothing on the way may have been amiss.
    pub fn end(mut self) {
        self.orders.take();
        assert!(self.child.wait().unwrap().success());
        super::assert_faultless("the way", &self.faults);
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

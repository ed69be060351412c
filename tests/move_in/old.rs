//! An old service: real HTTP on this machine, in the shapes of the documents, and as moody as the test wants it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};

/// The key that it takes.
pub const KEY: &str = "old-key-of-the-shop-0123456789";

/// Which service it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Shopkit,
    ShoppyV1,
    Shoppy10,
}

/// What it does instead of answering.
#[derive(Clone)]
pub enum Mood {
    /// Answers with this status, and asks to wait for so many seconds.
    Says(u16, Option<u64>),
    /// Hangs up.
    Breaks,
}

/// What it is asked before it is answered: the number of the call, from 1 on, and the target.
type Watch = Box<dyn FnMut(usize, &str) -> Option<Mood> + Send>;

struct State {
    kind: Kind,
    /// Lists by path, in the order that they are shown.
    lists: BTreeMap<String, Vec<Value>>,
    /// What is there besides.
    things: BTreeMap<String, Value>,
    page: usize,
    calls: usize,
    watch: Watch,
}

#[derive(Clone)]
pub struct Old {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Old {
    pub fn open(kind: Kind) -> Self {
        let state = State {
            kind,
            lists: BTreeMap::new(),
            things: BTreeMap::new(),
            page: 25,
            calls: 0,
            watch: Box::new(|_, _| None),
        };
        let state = Arc::new(Mutex::new(state));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let all = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let state = all.clone();
                std::thread::spawn(move || attend(stream.unwrap(), &state));
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Shows these things at a path.
    pub fn list(&self, path: &str, things: Vec<Value>) {
        self.state.lock().unwrap().lists.insert(path.to_owned(), things);
    }

    /// Has one thing at a path.
    pub fn thing(&self, path: &str, thing: Value) {
        self.state.lock().unwrap().things.insert(path.to_owned(), thing);
    }

    /// Changes the things that a list shows.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Vec<Value>)) {
        change(self.state.lock().unwrap().lists.get_mut(path).unwrap());
    }

    /// Is asked before each answer.
    pub fn watch(&self, watch: impl FnMut(usize, &str) -> Option<Mood> + Send + 'static) {
        let mut state = self.state.lock().unwrap();
        state.watch = Box::new(watch);
        state.calls = 0;
    }
}

fn attend(mut stream: TcpStream, state: &Mutex<State>) {
    let _ = stream.set_nodelay(true);
    while let Some(head) = head(&mut stream) {
        let Some(answer) = answer(&head, state) else { return };
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

fn head(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    while !bytes.ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(bytes).ok()
}

/// The bytes of an answer; `None`: it hangs up.
fn answer(head: &str, state: &Mutex<State>) -> Option<Vec<u8>> {
    let target = head.split(' ').nth(1)?.to_owned();
    let mut state = state.lock().unwrap();
    state.calls += 1;
    let calls = state.calls;
    match (state.watch)(calls, &target) {
        None => {}
        Some(Mood::Breaks) => return None,
        Some(Mood::Says(status, wait)) => {
            let wait = wait.map(|wait| format!("Retry-After: {wait}\r\n")).unwrap_or_default();
            return Some(written(status, &wait, "{\"message\":\"no\"}"));
        }
    }
    let name = if state.kind == Kind::Shopkit { "x-api-key" } else { "authorization" };
    let key =
        head.lines().filter_map(|line| line.split_once(": ")).find(|(n, _)| n.eq_ignore_ascii_case(name));
    if key.is_none_or(|(_, key)| key != KEY) {
        return Some(written(401, "", "{\"message\":\"Unauthorized.\"}"));
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let root = match state.kind {
        Kind::Shopkit => "/v1",
        Kind::ShoppyV1 => "/api/v1",
        Kind::Shoppy10 => "/api/1.0",
    };
    let Some(path) = path.strip_prefix(root) else { return Some(written(404, "", "<html>")) };
    if let Some(thing) = state.things.get(path) {
        return Some(written(200, "", &thing.to_string()));
    }
    let Some(list) = state.lists.get(path) else {
        return Some(written(404, "", "{\"message\":\"Not found.\"}"));
    };
    let number = |wanted: &str| {
        let found =
            query.split('&').filter_map(|part| part.split_once('=')).find(|(name, _)| *name == wanted);
        found.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let page = number("page").unwrap_or(1).max(1);
    let size = number("limit").filter(|_| state.kind == Kind::Shopkit).unwrap_or(state.page).min(50);
    Some(listed(state.kind, list, page, size))
}

fn listed(kind: Kind, list: &[Value], page: usize, size: usize) -> Vec<u8> {
    let shown: Vec<Value> = list.iter().skip((page - 1) * size).take(size).cloned().collect();
    let pages = list.len().div_ceil(size);
    if kind != Kind::Shopkit {
        let head =
            format!("X-Total-Pages: {pages}\r\nX-Current-Page: {page}\r\nX-Items-Per-Page: {size}\r\n");
        return written(200, &head, &Value::Array(shown).to_string());
    }
    let mut fields: Map<String, Value> =
        shown.into_iter().enumerate().map(|(place, thing)| (place.to_string(), thing)).collect();
    let at = |page: usize| Value::from(format!("https://api.old.example/v1/x?page={page}"));
    let previous = if page > 1 { at(page - 1) } else { Value::Null };
    let next = if page < pages { at(page + 1) } else { Value::Null };
    fields.insert("paging".into(), serde_json::json!({"previous": previous, "next": next}));
    let head = format!("X-Total-Count: {}\r\n", list.len());
    written(200, &head, &Value::Object(fields).to_string())
}

fn written(status: u16, head: &str, body: &str) -> Vec<u8> {
    let mut answer = String::new();
    let _ = write!(
        answer,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    answer.into_bytes()
}

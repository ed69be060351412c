//! Somebody who is told of events and may do with each connection what it likes.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::until;

/// What a delivery says.
#[derive(Clone, Debug)]
pub struct Call {
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// Gives each connection that comes to a thread of its own; where it listens.
pub fn open(attend: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    attended(TcpListener::bind("127.0.0.1:0").unwrap(), attend)
}

/// As [`open`], at a listener that is there already.
pub fn attended(listener: TcpListener, attend: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let address = listener.local_addr().unwrap();
    let attend = Arc::new(attend);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let attend = attend.clone();
            std::thread::spawn(move || attend(stream.unwrap()));
        }
    });
    address
}

/// Reads one call; `None` if it ends too early.
pub fn read(stream: &mut TcpStream) -> Option<Call> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    let mut more = |bytes: &mut Vec<u8>| {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
        Some(())
    };
    let head = loop {
        more(&mut bytes)?;
        if let Some(at) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let headers: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while bytes.len() < head + 4 + length {
        more(&mut bytes)?;
    }
    let path = text.split(' ').nth(1)?.to_owned();
    Some(Call { path, headers, body: String::from_utf8(bytes[head + 4..].to_vec()).unwrap() })
}

/// Says that it has it.
pub fn take(stream: &mut TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nseen");
}

/// Somebody who is told, and answers each with the same.
pub struct Receiver {
    pub address: SocketAddr,
    came: Arc<Mutex<Vec<Call>>>,
    says: Arc<Mutex<&'static str>>,
}

impl Receiver {
    pub fn open() -> Self {
        let (came, says) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new("200 OK")));
        let (calls, answer) = (came.clone(), says.clone());
        let address = open(move |mut stream| {
            let Some(call) = read(&mut stream) else { return };
            calls.lock().unwrap().push(call);
            let said = *answer.lock().unwrap();
            let _ = stream.write_all(
                format!("HTTP/1.1 {said}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").as_bytes(),
            );
        });
        Self { address, came, says }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn say(&self, answer: &'static str) {
        *self.says.lock().unwrap() = answer;
    }

    /// All that came once so many did.
    pub fn told(&self, count: usize) -> Vec<Call> {
        until("the receiver is told", || self.came.lock().unwrap().len() >= count);
        self.came.lock().unwrap().clone()
    }
}

//! Raw HTTP: tests say exactly which bytes go out, and see exactly which come back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

/// A connection that is kept alive.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).unwrap())
    }

    /// As [`Self::open`], if anybody listens.
    pub fn try_open(address: SocketAddr) -> Option<Self> {
        TcpStream::connect(address).ok().map(Self::over)
    }

    /// As [`Self::open`], from a given address of this machine, such as 127.0.0.2.
    pub fn open_from(source: IpAddr, address: SocketAddr) -> Self {
        let connect = async {
            let socket = actix_web::rt::net::TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(source, 0))?;
            socket.connect(address).await?.into_std()
        };
        let stream = super::block_on(connect).unwrap();
        stream.set_nonblocking(false).unwrap();
        Self::over(stream)
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends bytes as they are and reads nothing.
    pub fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    /// Sends bytes as they are and reads one answer; `None` when the connection ends first.
    pub fn raw(&mut self, bytes: &[u8], is_head: bool) -> Option<Answer> {
        // The server may answer and close before it has read all.
        let _ = self.0.get_mut().write_all(bytes);
        read(&mut self.0, is_head)
    }

    /// As [`Self::raw`], and says that nothing more will come.
    pub fn raw_then_shut(&mut self, bytes: &[u8]) -> Option<Answer> {
        let _ = self.0.get_mut().write_all(bytes);
        let _ = self.0.get_ref().shutdown(std::net::Shutdown::Write);
        read(&mut self.0, false)
    }

    /// Sends a request of the usual form.
    pub fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: test\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        if !body.is_empty() || method == "POST" {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        self.raw(&bytes, method == "HEAD")
    }
}

/// One request on a connection of its own.
pub fn send(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    Connection::open(address)
        .send(method, target, headers, body)
        .unwrap_or_else(|| panic!("no answer to {method} {target}"))
}

/// `GET` on a connection of its own.
pub fn get(address: SocketAddr, target: &str) -> Answer {
    send(address, "GET", target, &[], b"")
}

fn read(from: &mut BufReader<TcpStream>, is_head: bool) -> Option<Answer> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        from.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length =
        headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    if is_chunked && !is_head {
        let body = chunks(from)?;
        return Some(Answer { status, headers, body });
    }
    let length = if is_head || status == 304 { 0 } else { length.unwrap_or(0) };
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    Some(Answer { status, headers, body })
}

/// A body in chunks, if it came to its end.
fn chunks(from: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut body, mut line) = (Vec::new(), String::new());
    loop {
        line.clear();
        from.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim_end(), 16).ok()?;
        let begun = body.len();
        body.resize(begun + length, 0);
        from.read_exact(&mut body[begun..]).ok()?;
        line.clear();
        from.read_line(&mut line).ok()?;
        if length == 0 {
            return Some(body);
        }
    }
}

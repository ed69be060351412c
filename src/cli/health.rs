//! `health`: for container health checks, which have no curl.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::output;
use super::settings::Flags;
use crate::base::error::{Error, Kind, Result};
use crate::base::tls;

#[derive(Args)]
pub struct Health {
    #[command(flatten)]
    flags: Flags<true>,
}

impl Health {
    pub fn run(self, context: &Context) -> Result<()> {
        let mut context = context.clone();
        context.given.extend(self.flags.given);
        let mut address: SocketAddr = context.config()?.listen;
        if address.ip().is_unspecified() {
            let here = if address.is_ipv4() {
                IpAddr::from(Ipv4Addr::LOCALHOST)
            } else {
                IpAddr::from(Ipv6Addr::LOCALHOST)
            };
            address.set_ip(here);
        }
        let is_tls = context.config()?.tls.is_some();
        let answer = if is_tls { ask_in_private(address) } else { ask(connect(address)) };
        let answer =
            answer.map_err(|e| Error::new(Kind::Unavailable, format!("no answer from {address}: {e}")))?;
        if answer.starts_with("HTTP/1.1 200") {
            if context.json {
                output::json(&serde_json::json!({"status": "ok"}));
            } else {
                output::line("ok");
            }
            return Ok(());
        }
        Err(Error::new(
            Kind::Unavailable,
            format!("{address} answers: {}", answer.lines().next().unwrap_or_default()),
        ))
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let patience = Duration::from_secs(3);
    let stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    Ok(stream)
}

/// By TLS, whatever certificate is shown: it is not for the name of this machine.
fn ask_in_private(address: SocketAddr) -> io::Result<String> {
    ask(tls::over(connect(address)?, address.ip()).map_err(io::Error::other))
}

fn ask(stream: io::Result<impl Read + Write>) -> io::Result<String> {
    let mut stream = stream?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    match stream.read_to_string(&mut answer) {
        // Whoever closes without TLS's farewell has said all there is.
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(answer),
        outcome => outcome.map(|_| answer),
    }
}

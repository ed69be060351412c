//! A connection to the host of a URL: every address that its name leads to is looked at before anything connects, and to none but these
//! is connected.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::bounded::Bounded;
use super::{Failure, shortened};
use crate::base::global_address::is_permitted;

/// What a call is made over.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to where `url` leads, with TLS if it says so. No more than `most` bytes are read over it.
pub async fn to(
    url: &Url,
    allowed: &[IpNet],
    tls: &Arc<ClientConfig>,
    until: Instant,
    most: usize,
) -> Result<Box<dyn Stream>, Failure> {
    let (host, port) = url.host().zip(url.port_or_known_default()).ok_or(Failure::NoAddress)?;
    let (addresses, name) = match host {
        // `check_url` has looked at it.
        Host::Ipv4(ip) => (vec![(ip, port).into()], ServerName::from(std::net::IpAddr::V4(ip))),
        Host::Ipv6(ip) => (vec![(ip, port).into()], ServerName::from(std::net::IpAddr::V6(ip))),
        Host::Domain(name) => {
            let server = ServerName::try_from(name.to_owned()).map_err(|_| Failure::NoAddress)?;
            (addresses(name, port, allowed).await?, server)
        }
    };
    let stream = Bounded::new(first(&addresses, until).await?, most);
    if url.scheme() == "http" {
        return Ok(Box::new(stream));
    }
    let tls = TlsConnector::from(tls.clone()).connect(name, stream).await;
    let tls = tls.map_err(|e| Failure::Tls(shortened(&e)))?;
    Ok(Box::new(tls))
}

async fn addresses(name: &str, port: u16, allowed: &[IpNet]) -> Result<Vec<SocketAddr>, Failure> {
    let found = tokio::net::lookup_host((name, port)).await.map_err(|_| Failure::NoAddress)?;
    judged(found.collect(), allowed)
}

/// All or nothing: a name with one foot inside is no name for a webhook.
fn judged(found: Vec<SocketAddr>, allowed: &[IpNet]) -> Result<Vec<SocketAddr>, Failure> {
    if found.is_empty() {
        return Err(Failure::NoAddress);
    }
    if found.iter().all(|address| is_permitted(address.ip(), allowed)) {
        Ok(found)
    } else {
        Err(Failure::NotPublic)
    }
}

/// A connection to the first address that takes one. The time left divides itself among the addresses, so that a dead one leaves some
/// for the others.
async fn first(addresses: &[SocketAddr], until: Instant) -> Result<TcpStream, Failure> {
    let mut failed = Failure::NoAddress;
    for (nth, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - nth).unwrap_or(u32::MAX);
        let share = until.saturating_duration_since(Instant::now()) / left;
        failed = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A call is written in pieces, and each is on its way at once. Without it all is as right, and slower.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(e)) if e.kind() == io::ErrorKind::ConnectionRefused => Failure::Refused,
            Ok(Err(e)) => Failure::Unreachable(shortened(&e)),
            Err(_) => Failure::Unreachable("it did not answer".to_owned()),
        };
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn one_address_inside_refuses_the_name() {
        let mixed = found(&["8.8.8.8", "10.0.0.1"]);
        assert_eq!(judged(mixed.clone(), &[]), Err(Failure::NotPublic));
        assert_eq!(judged(mixed.clone(), &["10.0.0.0/8".parse().unwrap()]), Ok(mixed));
        assert_eq!(judged(found(&["2606:4700::1", "::ffff:127.0.0.1"]), &[]), Err(Failure::NotPublic));
        assert_eq!(judged(Vec::new(), &[]), Err(Failure::NoAddress));
        let public = found(&["8.8.8.8", "2606:4700::1"]);
        assert_eq!(judged(public.clone(), &[]), Ok(public));
    }

    #[tokio::test]
    async fn a_name_that_leads_here_is_none() {
        assert_eq!(addresses("localhost", 80, &[]).await, Err(Failure::NotPublic));
    }

    #[tokio::test]
    async fn the_next_address_is_tried() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let until = Instant::now() + std::time::Duration::from_secs(5);
        let stream = first(&[closed, open], until).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        assert_eq!(first(&[closed], until).await.err(), Some(Failure::Refused));
    }
}

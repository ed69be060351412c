//! Where a call really comes from. The only place that looks at forwarded headers (security.md, "Edge").

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use ipnet::IpNet;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The caller's address in canonical form: the socket's peer, or, if that is a trusted proxy, the right-most address of
/// `X-Forwarded-For` that is none.
pub fn of(req: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    if trusted.is_empty() {
        return peer.to_canonical();
    }
    let lines: Vec<&[u8]> =
        req.headers().get_all(&FORWARDED_FOR).map(actix_web::http::header::HeaderValue::as_bytes).collect();
    decide(peer, &lines, trusted)
}

/// The decision itself. Several header lines are one list. A hop that is no address ends the walk: what stands left of it
/// was not vouched for, so the last trusted hop is the best answer.
pub fn decide(peer: IpAddr, lines: &[&[u8]], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let mut caller = peer.to_canonical();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
    for hop in hops {
        if !is_trusted(caller) {
            break;
        }
        match read(hop) {
            Some(ip) => caller = ip,
            None => break,
        }
    }
    caller
}

/// An address as proxies write it: bare, with a port, in brackets, or in brackets with a port.
fn read(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    bare.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}

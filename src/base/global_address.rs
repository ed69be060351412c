//! Which addresses are the whole internet's, and which URLs something of ours may be sent to
//! (contract platform.md, "Webhooks").

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use super::error::{Error, Result};

/// The longest URL, in bytes, as it is written and in its normal form: as `text::web_address`, which stores it, has it.
const LONGEST: usize = 1_024;

/// What of IPv4 is not the whole internet's: IANA's special-purpose registry, and all multicast and reserved space.
const NOT_GLOBAL_4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The two anycast services inside of 192.0.0.0/24 that the registry calls globally reachable.
const GLOBAL_AFTER_ALL: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 0, 9), Ipv4Addr::new(192, 0, 0, 10)];

/// All that IANA has given out of IPv6 for the whole internet. What is outside (loopback, discard, segment routing,
/// unique, link and site local, multicast, and whatever may yet be invented) is somebody's own.
const UNICAST_6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What inside of [`UNICAST_6`] is not the whole internet's. The few global assignments of `2001::/23` are for protocols:
/// nobody takes webhooks there.
const NOT_GLOBAL_6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is reached over the whole internet. An IPv6 address that only wraps one of IPv4 (mapped, NAT64,
/// 6to4) is judged as that one.
pub fn is_global(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_global_4(ip),
        IpAddr::V6(ip) => wrapped(ip).map_or_else(|| is_global_6(ip), is_global_4),
    }
}

/// Whether something may be sent to an address: it [`is_global`], or the configuration allows its network.
pub fn is_permitted(ip: IpAddr, allowed: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    is_global(ip) || allowed.iter().any(|network| network.contains(&ip))
}

/// Reads the URL of an endpoint: http or https, at most 1,024 bytes, without a user name or password, at a port there is. A host that is an
/// address, in whatever notation, must be permitted; so must loopback for the name `localhost` and those below it. Other
/// names are judged when they are resolved. Errors are [`Kind::Invalid`](super::error::Kind::Invalid), about `url`.
pub fn check_url(text: &str, allowed: &[IpNet]) -> Result<Url> {
    let wrong = |sentence: &str| Error::invalid(sentence).about("url");
    let bad = || wrong("the URL must be an http or https address such as https://example.com/hook");
    let too_long = || wrong("the URL is too long: make it 1,024 bytes or less");
    if text.len() > LONGEST {
        return Err(too_long());
    }
    // The parser would take these out without a word.
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(wrong(
            "the URL has spaces or control characters: leave them out, or write a space as %20",
        ));
    }
    let url = Url::parse(text).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad());
    }
    if url.as_str().len() > LONGEST {
        return Err(too_long());
    }
    if url.port() == Some(0) {
        return Err(wrong("the URL has port 0, where nobody listens: give another, or leave it out"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "the URL has a user name or a password: leave it out, and check the signature instead",
        ));
    }
    let is_open = match url.host().ok_or_else(bad)? {
        Host::Domain(name) => !is_loopback(name) || is_permitted(Ipv4Addr::LOCALHOST.into(), allowed),
        Host::Ipv4(ip) => is_permitted(ip.into(), allowed),
        Host::Ipv6(ip) => is_permitted(ip.into(), allowed),
    };
    if !is_open {
        return Err(wrong(
            "the URL leads to an address that is not public: give one that the internet can reach",
        ));
    }
    Ok(url)
}

/// Names that RFC 6761 keeps for loopback.
fn is_loopback(name: &str) -> bool {
    name.trim_end_matches('.').rsplit('.').next() == Some("localhost")
}

fn is_global_4(ip: Ipv4Addr) -> bool {
    let is_in =
        |(network, length): &(Ipv4Addr, u32)| (ip.to_bits() ^ network.to_bits()) >> (32 - length) == 0;
    GLOBAL_AFTER_ALL.contains(&ip) || !NOT_GLOBAL_4.iter().any(is_in)
}

fn is_global_6(ip: Ipv6Addr) -> bool {
    let is_in =
        |(network, length): &(Ipv6Addr, u32)| (ip.to_bits() ^ network.to_bits()) >> (128 - length) == 0;
    is_in(&UNICAST_6) && !NOT_GLOBAL_6.iter().any(is_in)
}

/// The IPv4 address inside of `::ffff:0:0/96`, `64:ff9b::/96` or `2002::/16`.
fn wrapped(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, _, _, _, _, _] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Kind;

    const OWN: &str = "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1
        127.255.255.255 169.254.0.1 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.11
        192.0.0.170 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255
        198.51.100.7 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.254 255.255.255.255
        :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:8.8.8.8
        64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1::8.8.8.8 64:ff9b:0:1::808:808
        100::1 100:0:0:1::1 2001::1 2001:0:4136:e378::1 2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff::1
        2001:db8::1 2001:db8:ffff:ffff::1 2002:7f00:1::1 2002:a00:1::1 2002:c0a8:101::1 3fff::1 3fff:fff:ffff::1
        1fff:ffff::1 4000::1 5f00::1 8000::1 fc00::1 fdff::1 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ff0e::1";

    const EVERYBODYS: &str = "1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0
        126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255
        192.0.0.9 192.0.0.10 192.0.1.0 192.0.3.0 192.31.196.1 192.52.193.1 192.88.98.255 192.88.100.0
        192.167.255.255 192.169.0.0 192.175.48.1 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0
        203.0.112.255 203.0.114.0 223.255.255.255 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1 2000::1
        2001:200::1 2001:4860:4860::8888 2001:db7::1 2001:db9::1 2003::1 2400:cb00::1 2606:4700:4700::1111
        2620:4f:8000::1 2a00:1450::1 3ffe::1 3fff:1000::1";

    fn networks(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn every_address_is_somebodys_own_or_everybodys() {
        for (texts, is_everybodys) in [(OWN, false), (EVERYBODYS, true)] {
            assert!(texts.split_whitespace().count() > 40);
            for text in texts.split_whitespace() {
                let ip: IpAddr = text.parse().unwrap();
                assert_eq!(is_global(ip), is_everybodys, "{text}");
                assert_eq!(is_permitted(ip, &[]), is_everybodys, "{text}");
            }
        }
    }

    #[test]
    fn an_allowed_network_is_only_that_network() {
        let allowed = networks(&["127.0.0.0/8", "fd00::/8"]);
        for (text, is_open) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("fd00::1", true),
            ("8.8.8.8", true),
            ("10.0.0.1", false),
            ("::1", false),
            ("fc00::1", false),
            ("64:ff9b::127.0.0.1", false),
        ] {
            assert_eq!(is_permitted(text.parse().unwrap(), &allowed), is_open, "{text}");
        }
    }

    #[test]
    fn a_host_that_is_not_public_is_refused_in_every_notation() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.0.1.",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "017700000001",
            "2130706433",
            "2130706433.",
            "0",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "127。0。0。1",
            "10.0.0.1:80",
            "169.254.169.254",
            "[::]",
            "[::1]:443",
            "[::ffff:10.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:a00:1]",
            "[64:ff9b::a00:1]",
            "[2002:7f00:1::]",
            "[fe80::1]",
            "localhost",
            "localhost.",
            "LocalHost:8080",
            "a.localhost",
        ] {
            for scheme in ["http", "https"] {
                let e = check_url(&format!("{scheme}://{host}/"), &[]).unwrap_err();
                assert_eq!((e.kind, e.about), (Kind::Invalid, Some("url")), "{host}");
                assert!(e.message.contains("not public"), "{host}: {e}");
            }
        }
    }

    #[test]
    fn takes_public_hosts_and_allowed_ones() {
        for text in [
            "https://example.com/hook?a=b",
            "http://example.com:8080",
            "HTTPS://EXAMPLE.COM",
            "https://bücher.example/",
            "https://mylocalhost/",
            "https://localhost.example/",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]:8443/",
        ] {
            assert!(check_url(text, &[]).is_ok(), "{text}");
        }
        let allowed = networks(&["127.0.0.0/8"]);
        for text in
            ["http://127.0.0.1:1/", "http://0x7f.2/", "http://localhost:1/", "http://[::ffff:127.0.0.1]/"]
        {
            assert!(check_url(text, &allowed).is_ok(), "{text}");
        }
        for text in ["http://10.0.0.1/", "http://[::1]/"] {
            assert!(check_url(text, &allowed).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_address_of_an_endpoint() {
        let long = format!("https://example.com/{}", "a".repeat(LONGEST));
        let long_once_written_out = format!("https://example.com/{}", "ü".repeat(LONGEST / 4));
        for text in [
            "",
            "example.com/hook",
            "ftp://example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "https://user@example.com/",
            "https://user:pw@example.com/",
            "https://:pw@example.com/",
            " https://example.com",
            "https://example.com/a b",
            "https://exa\tmple.com/",
            "https://example.com/\r\nHost: a",
            "https://256.0.0.1/",
            "https://[fe80::1%25eth0]/",
            "https://[::1/",
            "https://example.com:0/",
            &long,
            &long_once_written_out,
        ] {
            let e = check_url(text, &[]).unwrap_err();
            assert_eq!((e.kind, e.about), (Kind::Invalid, Some("url")), "{text}");
        }
    }
}

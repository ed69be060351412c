//! Where a call comes from: every way a proxy may write it, direct, behind one proxy, and behind two.

use std::net::IpAddr;

use ipnet::IpNet;
use keywright::web::client_address::decide;

const CLIENT_FORMS: &[(&str, &str)] = &[
    ("198.51.100.7", "198.51.100.7"),
    ("198.51.100.7:49152", "198.51.100.7"),
    (" 198.51.100.7 ", "198.51.100.7"),
    ("2001:db8::7", "2001:db8::7"),
    ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
    ("[2001:db8::7]", "2001:db8::7"),
    ("[2001:db8::7]:443", "2001:db8::7"),
    ("::ffff:198.51.100.7", "198.51.100.7"),
    ("[::ffff:c633:6407]:80", "198.51.100.7"),
];

/// What a client may have put in front, hoping to be believed.
const SPOOFS: &[&str] =
    &["", "127.0.0.1", "10.0.0.1, 10.0.0.2", "unknown", "256.1.1.1", "<script>", ",,,", "10.0.0.1\u{e4}"];

#[test]
fn the_table() {
    let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].iter().map(|n| n.parse().unwrap()).collect();
    let (stranger, inner, outer) = ("192.0.2.99", "10.0.0.1", "10.9.9.9");
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let mut combinations = 0;
    for (form, client) in CLIENT_FORMS {
        for spoof in SPOOFS {
            for several_lines in [false, true] {
                // Header lines as the last proxy sends them: what the client sent, then what proxies appended.
                let lines = |appended: &[&str]| -> Vec<String> {
                    let mut parts: Vec<&str> = if spoof.is_empty() { vec![] } else { vec![spoof] };
                    parts.extend(appended);
                    if several_lines {
                        parts.iter().map(ToString::to_string).collect()
                    } else {
                        vec![parts.join(",")]
                    }
                };
                let say = |peer: &str, appended: &[&str], trusted: &[IpNet]| {
                    let lines = lines(appended);
                    let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
                    decide(ip(peer), &lines, trusted)
                };
                let case = format!("{form:?} behind {spoof:?}, several lines: {several_lines}");
                assert_eq!(say(stranger, &[form], &trusted), ip(stranger), "direct: {case}");
                assert_eq!(say(inner, &[form], &trusted), ip(client), "one proxy: {case}");
                assert_eq!(say(inner, &[form, outer], &trusted), ip(client), "two proxies: {case}");
                assert_eq!(say(inner, &[form], &[]), ip(inner), "no proxy is trusted: {case}");
                combinations += 1;
            }
        }
    }
    println!("addresses: {combinations} header combinations");
    assert!(combinations >= 60);
}

#[test]
fn the_edges() {
    let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let say = |peer: &str, line: &[u8]| decide(ip(peer), &[line], &trusted).to_string();
    assert_eq!(decide(ip("10.0.0.1"), &[], &trusted), ip("10.0.0.1"), "no header");
    assert_eq!(say("10.0.0.1", b""), "10.0.0.1");
    assert_eq!(say("10.0.0.1", b"10.0.0.2, 10.0.0.3"), "10.0.0.2", "all are proxies: the left-most");
    assert_eq!(say("10.0.0.1", b"198.51.100.7, junk"), "10.0.0.1", "junk ends the walk");
    assert_eq!(say("10.0.0.1", b"198.51.100.7, junk, 10.0.0.3"), "10.0.0.3");
    assert_eq!(say("10.0.0.1", b"\xff\xfe"), "10.0.0.1");
    assert_eq!(say("::1", b"198.51.100.7"), "198.51.100.7");
    assert_eq!(say("::ffff:10.0.0.1", b"198.51.100.7"), "198.51.100.7", "a mapped peer is IPv4");
    assert_eq!(say("::ffff:192.0.2.1", b"198.51.100.7"), "192.0.2.1");
}

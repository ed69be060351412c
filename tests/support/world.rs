//! A network in which every address there is leads to this process, and names lead where the test says: what a server would
//! really connect to is seen, and nothing leaves the machine.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Set for the child in the network of its own.
const CHILD: &str = "KEYWRIGHT_TEST_IN_A_WORLD";
/// Makes every address local and this process the only one that is asked for names; then runs the rest of the words.
const MAKE: &str = r#"set -e
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo 2>/dev/null || true
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$1/resolv.conf"
printf 'hosts: files dns\n' >"$1/nsswitch.conf"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$1/hosts"
for file in resolv.conf nsswitch.conf hosts; do mount --bind "$1/$file" "/etc/$file"; done
shift
exec "$@"
"#;

/// Whether this process has such a network. If not, the test that asks is run again in one, and must pass there.
pub fn is_here() -> bool {
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    let cannot =
        "this test needs a network of its own: run it as root, or allow user namespaces (unshare -Urmn)";
    let name = std::thread::current().name().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("unshare");
    child.args(["-Urmn", "--", "sh", "-c", MAKE, "sh"]).arg(folder.path());
    child.arg(std::env::current_exe().unwrap()).args(["--exact", &name, "--nocapture"]);
    let output = child.env(CHILD, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{cannot}\n{said}");
    print!("{said}");
    false
}

/// A connection that came, whatever was sent over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// The address that it was made to.
    pub to: IpAddr,
    /// The path that was asked for, if HTTP was spoken.
    pub path: String,
}

/// Listens at every address there is.
pub struct Trap {
    pub port: u16,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Trap {
    /// Answers each request by what `answer` makes of its path: the head of an answer without a body.
    pub fn open(answer: fn(&str) -> String) -> Self {
        // Without IPv6 on this machine, nobody can be connected to by it either.
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let came = Arc::new(Mutex::new(Vec::new()));
        let all = came.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let all = all.clone();
                std::thread::spawn(move || attend(stream.unwrap(), &all, answer));
            }
        });
        Self { port, came }
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

fn attend(mut stream: TcpStream, all: &Mutex<Vec<Came>>, answer: fn(&str) -> String) {
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let to = stream.local_addr().unwrap().ip().to_canonical();
    let (mut asked, mut piece) = (Vec::new(), [0; 4_096]);
    // TLS is not answered: it begins with another byte.
    while asked.first().is_none_or(|byte| *byte == b'P') && !asked.windows(4).any(|part| part == b"\r\n\r\n")
    {
        match stream.read(&mut piece) {
            Ok(n) if n > 0 => asked.extend_from_slice(&piece[..n]),
            _ => break,
        }
    }
    let asked = String::from_utf8_lossy(&asked);
    let path = asked.split(' ').nth(1).unwrap_or_default().to_owned();
    all.lock().unwrap().push(Came { to, path: path.clone() });
    let _ = stream.write_all(answer(&path).as_bytes());
}

/// What names lead to: each look-up takes the next of its answers, and the last for ever. A name that is not there leads nowhere.
pub type Names = BTreeMap<&'static str, Vec<Vec<IpAddr>>>;

/// Answers what the resolver of this machine asks.
pub struct NameServer(Arc<Mutex<BTreeMap<String, usize>>>);

impl NameServer {
    pub fn open(names: Names) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        let asked = Arc::new(Mutex::new(BTreeMap::new()));
        let counts = asked.clone();
        std::thread::spawn(move || {
            let mut packet = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut packet) {
                if let Some(answer) = answer(&packet[..length], &names, &mut counts.lock().unwrap()) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self(asked)
    }

    /// How often this name was looked up.
    pub fn asked(&self, name: &str) -> usize {
        self.0.lock().unwrap().get(name).copied().unwrap_or_default()
    }
}

/// An answer as RFC 1035 has it. Look-ups are counted by their questions for IPv4, which come with each.
fn answer(question: &[u8], names: &Names, counts: &mut BTreeMap<String, usize>) -> Option<Vec<u8>> {
    let (mut at, mut labels) = (12, Vec::new());
    while *question.get(at)? > 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8_lossy(question.get(at + 1..=at + length)?).to_lowercase());
        at += 1 + length;
    }
    let (name, is_4, end) = (labels.join("."), question.get(at + 2)? == &1, at + 5);
    let known = names.get(name.as_str());
    let nth = counts.entry(name).or_default();
    let turn = if is_4 { *nth } else { nth.saturating_sub(1) };
    *nth += usize::from(is_4);
    let found = known.map(|turns| turns[turn.min(turns.len() - 1)].clone());
    let found: Vec<IpAddr> =
        found.into_iter().flatten().filter(|address| address.is_ipv4() == is_4).collect();
    let flags = if known.is_some() { [0x81, 0x80] } else { [0x81, 0x83] };
    let count = u8::try_from(found.len()).ok()?;
    let mut bytes = [&question[..2], &flags, &[0, 1, 0, count, 0, 0, 0, 0], question.get(12..end)?].concat();
    for address in found {
        bytes.extend([
            0xc0,
            12,
            0,
            if is_4 { 1 } else { 28 },
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            if is_4 { 4 } else { 16 },
        ]);
        match address {
            IpAddr::V4(address) => bytes.extend(address.octets()),
            IpAddr::V6(address) => bytes.extend(address.octets()),
        }
    }
    Some(bytes)
}

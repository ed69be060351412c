//! What is asked for, as bytes, and how a right answer begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::shelf::Key;

/// The licence API.
const API: &str = "/applications/softwaremarketplace/interface/licenses/index.php";

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Route {
    Plaintext,
    Check,
    CheckAny,
    /// Not measured: each activation of each licence once.
    #[value(skip)]
    Sweep,
    UpdateCheck,
    Activate,
    Mix,
}

impl Route {
    /// In the order of measuring. `CheckAny` comes last: it leaves the most "last checked" to be written.
    pub const ALL: [Self; 6] =
        [Self::Plaintext, Self::UpdateCheck, Self::Activate, Self::Check, Self::Mix, Self::CheckAny];

    /// For the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Plaintext => "actix plaintext",
            Self::Check => "`check`, working set",
            Self::CheckAny => "`check`, any licence",
            Self::Sweep => "`check`, each once",
            Self::UpdateCheck => "update check",
            Self::Activate => "`activate`",
            Self::Mix => "95 % `check`, 5 % `activate`",
        }
    }
}

/// Activations that all sweeps together have asked about.
pub static SWEPT: AtomicU64 = AtomicU64::new(0);

/// The requests of one generator thread.
pub struct Requests {
    route: Route,
    keys: Arc<Vec<Key>>,
    /// Of the working set, every so many keys.
    stride: u64,
    working_set: u64,
    random: u64,
    /// Whole requests, one after the other, and how the body of each right answer begins.
    fixed: Option<(Vec<Vec<u8>>, &'static [u8])>,
}

impl Requests {
    pub fn new(route: Route, keys: Arc<Vec<Key>>, working_set: u64) -> Self {
        // No two ask in the same order: a cache could answer the whole second round of an order that it has seen.
        static SEED: AtomicU64 = AtomicU64::new(1);
        let seed = SEED.fetch_add(1, Ordering::Relaxed);
        let stride = (keys.len() as u64 / working_set).max(1);
        let random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self { route, keys, stride, working_set, random, fixed: None }
    }

    /// The same request each time.
    pub fn fixed(request: Vec<u8>, expected: &'static [u8]) -> Self {
        Self::among(vec![request], expected)
    }

    /// One of these each time, by chance.
    pub fn among(requests: Vec<Vec<u8>>, expected: &'static [u8]) -> Self {
        Self { fixed: Some((requests, expected)), ..Self::new(Route::Plaintext, Arc::new(Vec::new()), 1) }
    }

    /// A list of the platform API, asked for with one key after the other.
    pub fn signed_in(target: &str, keys: &[String]) -> Self {
        let request = |key: &String| {
            format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n")
                .into_bytes()
        };
        let expected = if target.starts_with("/shopvo/") {
            &br#"{"success":true,"items":[{"id":"prd_"#[..]
        } else {
            &br#"{"data":[{"id":"#[..]
        };
        Self::among(keys.iter().map(request).collect(), expected)
    }

    /// Writes the next request; the body of its right answer begins with what is returned.
    pub fn next(&mut self, into: &mut Vec<u8>) -> &'static [u8] {
        into.clear();
        let dice = self.draw();
        if let Some((requests, expected)) = &self.fixed {
            let at = usize::try_from(dice >> 16).unwrap_or_default() % requests.len();
            into.extend_from_slice(&requests[at]);
            return expected;
        }
        let activates = match self.route {
            Route::Plaintext => {
                into.extend_from_slice(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\n\r\n");
                return b"Hello";
            }
            Route::UpdateCheck => {
                into.extend_from_slice(
                    b"GET /software/updatecheck/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\n\r\n",
                );
                return br#"{"version":"1.2.0""#;
            }
            Route::Activate => true,
            Route::Mix => dice.is_multiple_of(20),
            Route::Check | Route::CheckAny => false,
            Route::Sweep => {
                let number = SWEPT.fetch_add(1, Ordering::Relaxed);
                let key = &self.keys[usize::try_from(number / 2).unwrap_or_default() % self.keys.len()];
                call(
                    into,
                    "check&key=",
                    key,
                    if number.is_multiple_of(2) { b"&usage_id=1" } else { b"&usage_id=2" },
                );
                return br#"{"status":"ACTIVE","uses":"#;
            }
        };
        let among = if self.route == Route::CheckAny { self.keys.len() as u64 } else { self.working_set };
        let step = if self.route == Route::CheckAny { 1 } else { self.stride };
        let index = usize::try_from((dice >> 16) % among * step).unwrap_or_default();
        let key = &self.keys[index];
        if activates {
            call(into, "activate&key=", key, b"");
            return br#"{"response":"OKAY","usage_id":"#;
        }
        call(into, "check&key=", key, if dice & 32 == 0 { b"&usage_id=1" } else { b"&usage_id=2" });
        br#"{"status":"ACTIVE","uses":"#
    }

    /// Xorshift: even enough to choose keys by.
    fn draw(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

fn call(into: &mut Vec<u8>, action: &str, key: &Key, rest: &[u8]) {
    into.extend_from_slice(b"GET ");
    into.extend_from_slice(API.as_bytes());
    into.push(b'?');
    into.extend_from_slice(action.as_bytes());
    into.extend_from_slice(key);
    into.extend_from_slice(rest);
    into.extend_from_slice(b" HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\n\r\n");
}

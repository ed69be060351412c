//! A client of keywright in one file, with the crates `ureq` and `serde_json`; in your application:
//!
//! ```ignore
//! let shop = Keywright::new("https://shop.example", Duration::from_secs(10));
//! let usage_id = shop.activate(&key, Some(email), &nonce())?["usage_id"].as_i64();    // once; keep it
//! match shop.check(&key, usage_id, Some(email)) {                                     // at each start
//!     Ok(_) => settings.last_good = now,
//!     Err(LicenceError::Refused { code, name }) => lock(format!("This licence is not valid ({code} {name}).")),
//!     // No verdict: the buyer may just be offline.
//!     Err(LicenceError::Unavailable(_)) if now - settings.last_good > GRACE => lock("Please connect once."),
//!     Err(LicenceError::Unavailable(_)) => {}
//! }
//! ```
//! Try it: `cargo run --example check_licence -- https://shop.example check KEY 1 buyer@customer.example`

use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fmt, io, thread};

use serde_json::Value;

const API: &str = "/applications/softwaremarketplace/interface/licenses/index.php";

/// Why there is no answer.
#[derive(Debug)]
enum LicenceError {
    /// The server said no: a code such as 1201 and its name, `MAX_USES`.
    Refused { code: i64, name: String },
    /// No verdict: the network, a time-out, a stranger's answer, or a server that is busy (1903, 1905).
    Unavailable(String),
}

impl fmt::Display for LicenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, name } => write!(f, "{code} {name}"),
            Self::Unavailable(why) => write!(f, "no verdict: {why}"),
        }
    }
}

impl std::error::Error for LicenceError {}

type Answer = Result<Value, LicenceError>;

/// A shop.
struct Keywright {
    base_url: String,
    agent: ureq::Agent,
}

/// A new nonce. It need not be secret, only unlike any other.
fn nonce() -> String {
    let random = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", random(), random())
}

impl Keywright {
    /// `timeout` is for a whole request.
    fn new(base_url: &str, timeout: Duration) -> Self {
        // Redirects are not followed: a POST would lose its parameters on the way and be refused for that.
        let config = ureq::Agent::config_builder().timeout_global(Some(timeout)).max_redirects(0);
        let agent = config.http_status_as_error(false).build().into();
        Self { base_url: base_url.trim_end_matches('/').to_owned(), agent }
    }

    /// Takes a use. Every try carries the same nonce, so an answer that got lost takes no second use; keep the nonce
    /// until there is an answer, and you can go on trying after a restart.
    fn activate(&self, key: &str, identifier: Option<&str>, nonce: &str) -> Answer {
        let form =
            [("key", Some(key)), ("identifier", identifier), ("setIdentifier", identifier.and(Some("1")))];
        let form = [&form[..], &[("nonce", Some(nonce))]].concat();
        let mut answer = self.call("activate", "usage_id", &form);
        for _ in 0..2 {
            if matches!(answer, Err(LicenceError::Unavailable(_))) {
                thread::sleep(Duration::from_secs(1));
                answer = self.call("activate", "usage_id", &form);
            }
        }
        answer
    }

    fn check(&self, key: &str, usage_id: &str, identifier: Option<&str>) -> Answer {
        let form = [("key", Some(key)), ("usage_id", Some(usage_id)), ("identifier", identifier)];
        self.call("check", "status", &form)
    }

    fn info(&self, key: &str, identifier: Option<&str>) -> Answer {
        self.call("info", "key", &[("key", Some(key)), ("identifier", identifier)])
    }

    /// Keeps a value of yours, at most 4 KiB of JSON, with this use; `info` shows it.
    fn update_extra(&self, key: &str, usage_id: &str, extra: &Value, identifier: Option<&str>) -> Answer {
        let extra = extra.to_string();
        let form = [("key", Some(key)), ("usage_id", Some(usage_id)), ("identifier", identifier)];
        self.call("updateExtra", "status", &[&form[..], &[("extra", Some(&extra))]].concat())
    }

    /// The newest release, if its longversion is above the installed one; else null.
    fn update(&self, product_id: u64, installed: i64) -> Answer {
        let url = format!("{}/software/updatecheck/{product_id}", self.base_url);
        let answer = read(self.agent.get(&url).call(), "longversion")?;
        Ok(if answer["longversion"].as_i64() > Some(installed) { answer } else { Value::Null })
    }

    /// By POST, so that keys stay out of the logs of proxies.
    fn call(&self, action: &str, field: &str, form: &[(&str, Option<&str>)]) -> Answer {
        let form = form.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        read(self.agent.post(format!("{}{API}?{action}", self.base_url)).send_form(form), field)
    }
}

/// Tells an answer from a refusal, and both from everything else.
fn read(reply: Result<ureq::http::Response<ureq::Body>, ureq::Error>, field: &str) -> Answer {
    let unavailable = |e: ureq::Error| LicenceError::Unavailable(e.to_string());
    let mut reply = reply.map_err(unavailable)?;
    let (status, text) = (reply.status().as_u16(), reply.body_mut().read_to_string().map_err(unavailable)?);
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    let name = answer["errorMessage"].as_str().unwrap_or_default().to_owned();
    match (status, answer["errorCode"].as_i64()) {
        (200, _) if answer.get(field).is_some() => Ok(answer),
        (404, None) if answer.get("error").is_some() && field == "longversion" => Ok(Value::Null),
        (_, Some(code @ (1903 | 1905))) => Err(LicenceError::Unavailable(format!("{code} {name}"))),
        (_, Some(code)) => Err(LicenceError::Refused { code, name }),
        _ => Err(LicenceError::Unavailable(format!("HTTP {status} without a licence answer"))),
    }
}

/// The command line; `None` when it makes no sense.
fn run(shop: &Keywright, args: &[&str]) -> Option<Answer> {
    Some(match *args {
        ["activate", key] => shop.activate(key, None, &nonce()),
        ["activate", key, identifier] => shop.activate(key, Some(identifier), &nonce()),
        ["check", key, usage_id] => shop.check(key, usage_id, None),
        ["check", key, usage_id, identifier] => shop.check(key, usage_id, Some(identifier)),
        ["info", key] => shop.info(key, None),
        ["info", key, identifier] => shop.info(key, Some(identifier)),
        ["update-extra", key, usage_id, ref rest @ ..] if matches!(rest.len(), 1 | 2) => {
            shop.update_extra(key, usage_id, &serde_json::from_str(rest[0]).ok()?, rest.get(1).copied())
        }
        ["update", product_id, installed] => shop.update(product_id.parse().ok()?, installed.parse().ok()?),
        _ => return None,
    })
}

/// Exit code 0: the answer is printed; 1: refused; 2: no verdict; 64: wrong arguments.
fn main() -> io::Result<ExitCode> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let seconds = env::var("KEYWRIGHT_TIMEOUT").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let shop = Keywright::new(args.first().copied().unwrap_or_default(), Duration::from_secs(seconds));
    let Some(answer) = run(&shop, args.get(1..).unwrap_or_default()) else {
        writeln!(
            io::stderr(),
            "usage: check_licence BASE_URL activate KEY [IDENTIFIER] | check KEY USAGE_ID [IDENTIFIER] \
             | info KEY [IDENTIFIER] | update-extra KEY USAGE_ID JSON [IDENTIFIER] \
             | update PRODUCT_ID INSTALLED_LONGVERSION"
        )?;
        return Ok(ExitCode::from(64));
    };
    match answer {
        Ok(Value::Null) => writeln!(io::stderr(), "up to date")?,
        Ok(answer) => writeln!(io::stdout(), "{answer}")?,
        Err(error) => {
            writeln!(io::stderr(), "{error}")?;
            return Ok(ExitCode::from(if matches!(error, LicenceError::Refused { .. }) { 1 } else { 2 }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

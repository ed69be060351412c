//! Every setting once: its name, default and a sentence. Defaults give way to the file, the file to the environment, the
//! environment to flags.

pub mod findings;
pub mod mail;
mod master;
mod setting;
pub mod shopkit;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use url::Url;

use crate::base::error::{Error, Result};
use crate::domain::ladder::IpRules;
use crate::domain::plan::Plan;
use crate::store::Place;
use crate::store::backup::Backups;
use crate::store::files::Files;

use self::mail::Mail;
pub use self::setting::{SETTINGS, Setting};
use self::shopkit::Shopkit;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// This environment variable.
    Environment(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// How a server writes its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// JSON lines.
    Json,
    /// For people.
    Pretty,
    /// For people on a terminal, else JSON lines.
    Auto,
}

/// Where the certificate is that this server shows, and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the settings tls_certificate and tls_key")]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The settings in force.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the setting of the same name in SETTINGS")]
pub struct Config {
    pub data_dir: PathBuf,
    pub place: Place,
    pub connections: usize,
    pub master_key_file: Option<PathBuf>,
    pub files_dir: PathBuf,
    pub backup_dir: PathBuf,
    pub api_key_plan: Plan,
    pub listen: SocketAddr,
    pub public_url: String,
    pub trusted_proxies: Vec<IpNet>,
    pub tls: Option<Tls>,
    pub insecure_http: bool,
    pub licence_rate: u32,
    pub licence_failure_rate: u32,
    pub ip_rules: IpRules,
    pub webhook_allow: Vec<IpNet>,
    pub shopvo_host: String,
    pub shopvo_checkout_rate: u32,
    pub shopvo_orders_rate: u32,
    pub shopvo_search_rate: u32,
    pub shopkit: Shopkit,
    pub shopkit_hosts: Vec<String>,
    pub shoppy_hosts: Vec<String>,
    pub shoppy_rate: u32,
    pub event_days: i64,
    pub audit_days: i64,
    pub request_log_days: i64,
    pub backup_every_hours: i64,
    pub backup_keep: usize,
    pub mail: Mail,
    /// Whether all of it is thrown away at the end, which every page says.
    pub is_demo: bool,
    pub remembered: usize,
    pub workers: usize,
    pub metrics_listen: Option<SocketAddr>,
    pub access_log: bool,
    pub log: LogFormat,
    pub log_level: String,
    /// Every setting's text and where it came from, in the order of [`SETTINGS`]; the database's password is left out.
    pub origins: Vec<(&'static Setting, String, Source)>,
}

/// Values given on the command line or elsewhere, by setting name.
pub type Given = BTreeMap<String, String>;

impl Config {
    /// Settles all settings from the flags that were given, the environment and a configuration file: `file`, or else
    /// `keywright.toml` in the data folder if there is one.
    pub fn settle(
        flags: &Given,
        environment: &dyn Fn(&str) -> Option<String>,
        file: Option<&Path>,
    ) -> Result<Self> {
        let variable = |setting: &Setting| format!("KEYWRIGHT_{}", setting.name.to_uppercase());
        let outside = |setting: &Setting| {
            if setting.file_only {
                return None;
            }
            let flag = flags.get(setting.name).map(|value| (value.clone(), Source::Flag));
            flag.or_else(|| {
                environment(&variable(setting)).map(|v| (v, Source::Environment(variable(setting))))
            })
        };
        let folder = outside(&SETTINGS[0]).map_or(SETTINGS[0].default.to_owned(), |(value, _)| value);
        let beside = Path::new(&folder).join("keywright.toml");
        let file = file.or_else(|| beside.is_file().then_some(beside.as_path()));
        let in_file = file.map(read_file).transpose()?.unwrap_or_default();
        let origins = SETTINGS
            .iter()
            .map(|setting| {
                let (value, source) = outside(setting)
                    .or_else(|| Some((in_file.get(setting.name)?.clone(), Source::File(file?.to_owned()))))
                    .unwrap_or((setting.default.to_owned(), Source::Default));
                (setting, value.trim().to_owned(), source)
            })
            .collect();
        Self::read(origins, environment)
    }

    /// The backups of this data.
    pub fn backups(&self) -> Backups {
        Backups::new(self.backup_dir.clone(), self.place.clone(), Files::at(&self.files_dir))
    }

    fn read(
        origins: Vec<(&'static Setting, String, Source)>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let texts = Texts(&origins);
        let listen: SocketAddr = texts.parse("listen", "an address and port such as 127.0.0.1:8080")?;
        let data_dir = PathBuf::from(texts.get("data_dir"));
        let config = Self {
            place: match texts.get("database") {
                "sqlite" => Place::Folder(data_dir.clone()),
                address => Place::Postgres(Box::new(address.parse().map_err(|e: Error| e.at("database"))?)),
            },
            files_dir: match texts.get("files_dir") {
                "" => data_dir.join("files"),
                folder => PathBuf::from(folder),
            },
            backup_dir: match texts.get("backup_dir") {
                "" => data_dir.join("backups"),
                folder => PathBuf::from(folder),
            },
            data_dir,
            connections: texts.one_of("connections", "a number from 1 to 200", |n| (1..=200).contains(n))?,
            master_key_file: Some(texts.get("master_key_file")).filter(|f| !f.is_empty()).map(PathBuf::from),
            api_key_plan: texts.get("api_key_plan").parse().map_err(|e: Error| e.at("api_key_plan"))?,
            listen,
            public_url: public_url(texts.get("public_url"), tls(&texts)?.is_some(), listen)?,
            trusted_proxies: texts.networks("trusted_proxies")?,
            tls: tls(&texts)?,
            insecure_http: texts.switch("insecure_http")?,
            licence_rate: texts.parse("licence_rate", "a number")?,
            licence_failure_rate: texts.parse("licence_failure_rate", "a number")?,
            ip_rules: IpRules {
                check_ip: texts.switch("check_ip")?,
                allow_override: texts.switch("allow_ip_override")?,
            },
            webhook_allow: texts.networks("webhook_allow")?,
            shopvo_host: texts.get("shopvo_host").to_ascii_lowercase(),
            shopvo_checkout_rate: texts.parse("shopvo_checkout_rate", "a number of calls a minute")?,
            shopvo_orders_rate: texts.parse("shopvo_orders_rate", "a number of calls a minute")?,
            shopvo_search_rate: texts.parse("shopvo_search_rate", "a number of calls a minute")?,
            shopkit: Shopkit::read(&texts)?,
            shopkit_hosts: texts.hosts("shopkit_hosts"),
            shoppy_hosts: texts.hosts("shoppy_hosts"),
            shoppy_rate: texts.parse("shoppy_rate", "a number of calls a minute")?,
            event_days: texts.one_of("event_days", "a number from 1 to 3650", |n| (1..=3_650).contains(n))?,
            audit_days: texts
                .one_of("audit_days", "a number from 0 to 36500", |n| (0..=36_500).contains(n))?,
            request_log_days: texts
                .one_of("request_log_days", "a number from 0 to 90", |n| (0..=90).contains(n))?,
            backup_every_hours: texts
                .one_of("backup_every_hours", "a number from 0 to 8760", |n| (0..=8_760).contains(n))?,
            backup_keep: texts.one_of("backup_keep", "a number from 0 to 10000", |n| *n <= 10_000)?,
            mail: Mail::read(&texts, environment)?,
            is_demo: false,
            remembered: texts.one_of("remembered", "a number from 0 to 100000000", |n| *n <= 100_000_000)?,
            workers: texts.one_of("workers", "a number from 0 to 256", |n| *n <= 256)?,
            metrics_listen: match texts.get("metrics_listen") {
                "" => None,
                _ => Some(texts.parse("metrics_listen", "an address and port such as 127.0.0.1:9100")?),
            },
            access_log: texts.switch("access_log")?,
            log: match texts.get("log") {
                "json" => LogFormat::Json,
                "pretty" => LogFormat::Pretty,
                "auto" => LogFormat::Auto,
                other => {
                    return Err(Error::invalid(format!("log is '{other}'; it must be json, pretty or auto")));
                }
            },
            log_level: texts.one_of("log_level", "error, warn, info, debug or trace", |level: &String| {
                matches!(level.as_str(), "error" | "warn" | "info" | "debug" | "trace")
            })?,
            origins: Vec::new(),
        };
        let origins = origins.into_iter().map(|(setting, value, source)| match &config.place {
            Place::Postgres(address) if setting.name == "database" => (setting, address.to_string(), source),
            _ => (setting, value, source),
        });
        Ok(Self { origins: origins.collect(), ..config })
    }
}

fn read_file(path: &Path) -> Result<Given> {
    let bad = |e: &dyn fmt::Display| Error::invalid(format!("configuration file {}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| bad(&e))?;
    // The library's own sentence quotes the line, which may hold the database's password.
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
        let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        bad(&format!("line {}: {}", before.matches('\n').count() + 1, e.message()))
    })?;
    let mut given = Given::new();
    for (name, value) in table {
        if !SETTINGS.iter().any(|setting| setting.name == name) {
            return Err(bad(&format!("there is no setting '{name}'; `keywright config show` lists them")));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Boolean(on) => if on { "on" } else { "off" }.to_owned(),
            toml::Value::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        given.insert(name, value);
    }
    Ok(given)
}

/// The settings' texts, on their way to their types.
struct Texts<'a>(&'a [(&'static Setting, String, Source)]);

impl Texts<'_> {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(setting, ..)| setting.name == name).map_or("", |(_, value, _)| value)
    }

    fn parse<T: FromStr>(&self, name: &str, form: &str) -> Result<T> {
        self.one_of(name, form, |_| true)
    }

    fn one_of<T: FromStr>(&self, name: &str, form: &str, is_right: impl Fn(&T) -> bool) -> Result<T> {
        let value = self.get(name);
        match value.parse() {
            Ok(right) if is_right(&right) => Ok(right),
            _ => Err(Error::invalid(format!("{name} is '{value}'; it must be {form}"))),
        }
    }

    fn networks(&self, name: &str) -> Result<Vec<IpNet>> {
        let network = |text: &str| {
            text.parse().or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into())).map_err(|_| {
                Error::invalid(format!("{name} has '{text}', which is not a network such as 10.0.0.0/8"))
            })
        };
        self.get(name).split(',').map(str::trim).filter(|text| !text.is_empty()).map(network).collect()
    }

    fn hosts(&self, name: &str) -> Vec<String> {
        let hosts = self.get(name).split(',').map(|host| host.trim().to_ascii_lowercase());
        hosts.filter(|host| !host.is_empty()).collect()
    }

    fn switch(&self, name: &str) -> Result<bool> {
        match self.get(name) {
            "on" | "true" | "1" => Ok(true),
            "off" | "false" | "0" => Ok(false),
            other => Err(Error::invalid(format!("{name} is '{other}'; it must be on or off"))),
        }
    }
}

/// The files of a certificate and its key, if there are any.
fn tls(texts: &Texts<'_>) -> Result<Option<Tls>> {
    match (texts.get("tls_certificate"), texts.get("tls_key")) {
        ("", "") => Ok(None),
        (certificate, key) if !certificate.is_empty() && !key.is_empty() => {
            Ok(Some(Tls { certificate: certificate.into(), key: key.into() }))
        }
        _ => Err(Error::invalid("tls_certificate and tls_key go together")),
    }
}

/// The public address without a slash at its end.
fn public_url(text: &str, is_tls: bool, listen: SocketAddr) -> Result<String> {
    if text.is_empty() {
        return Ok(format!("{}://{listen}", if is_tls { "https" } else { "http" }));
    }
    match Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.query().is_none()
                && url.fragment().is_none() =>
        {
            Ok(url.as_str().trim_end_matches('/').to_owned())
        }
        _ => Err(Error::invalid(format!(
            "public_url is '{text}'; it must be like https://licences.example.com"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_sources_win() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nlicence_rate = 7\nworkers = 3\ncheck_ip = true\n")
            .unwrap();
        let flags = Given::from([("listen".into(), "127.0.0.1:3".into())]);
        let env = |name: &str| match name {
            "KEYWRIGHT_LISTEN" => Some("127.0.0.1:2".into()),
            "KEYWRIGHT_LICENCE_RATE" => Some("8".into()),
            _ => None,
        };
        let config = Config::settle(&flags, &env, Some(&path)).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.licence_rate, 8);
        assert_eq!(config.workers, 3);
        assert!(config.ip_rules.check_ip);
        let source = |name: &str| config.origins.iter().find(|(s, ..)| s.name == name).unwrap().2.to_string();
        assert_eq!(source("listen"), "flag");
        assert_eq!(source("licence_rate"), "environment KEYWRIGHT_LICENCE_RATE");
        assert_eq!(source("workers"), format!("file {}", path.display()));
        assert_eq!(source("database"), "default");
    }

    #[test]
    fn wrong_values_are_told() {
        for (name, value) in [
            ("listen", "8080"),
            ("licence_rate", "-1"),
            ("trusted_proxies", "10.0.0.0/8,x"),
            ("check_ip", "maybe"),
            ("public_url", "example.com"),
            ("database", "mysql://x"),
            ("connections", "0"),
        ] {
            let flags = Given::from([(name.into(), value.into())]);
            let e = Config::settle(&flags, &|_| None, None).unwrap_err();
            assert!(e.message.contains(name), "{name}: {e}");
        }
    }

    #[test]
    fn passwords_are_in_no_debug_and_no_error() {
        let flags = Given::from([("database".into(), "postgres://shop:s3cret@db.example/kw".into())]);
        let config = Config::settle(&flags, &|_| None, None).unwrap();
        let text = format!("{config:?}");
        assert!(text.contains("db.example") && !text.contains("s3cret"), "{text}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.toml");
        std::fs::write(&path, "workers = 3\ndatabase = postgres://shop:s3cret@db.example/kw\n").unwrap();
        let e = Config::settle(&Given::new(), &|_| None, Some(&path)).unwrap_err();
        assert!(e.message.contains("line 2") && !e.message.contains("s3cret"), "{e}");
    }
}

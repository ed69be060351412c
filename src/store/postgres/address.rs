//! Where PostgreSQL is, and how its certificate is looked at.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use postgres::config::{Config, Host, SslMode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use crate::base::error::{Error, Result};
use crate::base::tls;

/// A connection on which nothing has come for this long is probed, and given up when that is not answered either.
const SILENCE: Duration = Duration::from_secs(30);

/// A `postgres://` address. `sslmode` is `disable`, `prefer` (TLS if offered, certificate not looked at), `require`
/// (TLS; the certificate is verified when `sslrootcert` is given) or `verify-full` (TLS, certificate and host name
/// verified by `sslrootcert` or the system's authorities). Without `sslmode`, `prefer` holds for this machine and
/// `verify-full` for every other.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    /// Whether the server's certificate and name are looked at.
    pub(super) verify: bool,
    /// The authority, where it is not one of the system's.
    pub(super) root: Option<PathBuf>,
    shown: String,
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = |why: &dyn fmt::Display| {
            Error::invalid(format!(
                "the database address is not right ({why}); write it as postgres://user:password@host:5432/database"
            ))
        };
        let mut url = Url::parse(text).map_err(|e| bad(&e))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(bad(&"it does not begin with postgres://"));
        }
        let (mut mode, mut root) = (None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => root = Some(PathBuf::from(value.into_owned())),
                _ => {}
            }
        }
        // The others go on as they were written: `+` is a space in a form, and itself in this address.
        let is_ours = |pair: &&str| matches!(pair.split('=').next(), Some("sslmode" | "sslrootcert"));
        let rest: Vec<&str> =
            url.query().unwrap_or_default().split('&').filter(|pair| !is_ours(pair)).collect();
        let rest = rest.join("&");
        url.set_query(Some(rest.as_str()).filter(|rest| !rest.is_empty()));
        let mut config: Config = url.as_str().parse().map_err(|e: postgres::Error| bad(&e))?;
        let local = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => {
                name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            }
            Host::Unix(_) => true,
        });
        let mode = mode.unwrap_or_else(|| if local { "prefer" } else { "verify-full" }.to_owned());
        let (ssl, verify) = match mode.as_str() {
            "disable" => (SslMode::Disable, false),
            "prefer" => (SslMode::Prefer, false),
            "require" => (SslMode::Require, root.is_some()),
            "verify-full" => (SslMode::Require, true),
            other => {
                return Err(bad(&format!(
                    "sslmode={other} is not one of disable, prefer, require, verify-full"
                )));
            }
        };
        config.ssl_mode(ssl).application_name("keywright").connect_timeout(Duration::from_secs(5));
        // PostgreSQL's own time-outs do not help when the line itself is gone: a crew thread would wait for hours.
        config
            .keepalives_idle(SILENCE)
            .keepalives_interval(SILENCE / 3)
            .keepalives_retries(3)
            .tcp_user_timeout(SILENCE);
        if config.get_hosts().is_empty() {
            return Err(bad(&"it names no host"));
        }
        // Only an address without a host, such as postgres:///shop?host=/run/postgresql, refuses; it has no password here.
        let _ = url.set_password(None);
        url.set_query(None);
        Ok(Self { config, verify, root, shown: format!("{url} (sslmode={mode})") })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Address {
    /// Opens one connection.
    pub(super) fn connect(&self) -> Result<std::result::Result<postgres::Client, postgres::Error>> {
        Ok(self.config.connect(MakeRustlsConnect::new(self.tls()?)))
    }

    fn tls(&self) -> Result<ClientConfig> {
        // What `sslmode=prefer` and a bare `require` mean in PostgreSQL's own clients.
        if !self.verify {
            return tls::trusting();
        }
        Ok(tls::client()?.with_root_certificates(self.roots()?).with_no_client_auth())
    }

    fn roots(&self) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        match &self.root {
            Some(file) => {
                let bad =
                    |e: &dyn fmt::Display| Error::invalid(format!("sslrootcert {}: {e}", file.display()));
                for certificate in CertificateDer::pem_file_iter(file).map_err(|e| bad(&e))? {
                    roots.add(certificate.map_err(|e| bad(&e))?).map_err(|e| bad(&e))?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        Ok(roots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let address: Address = "postgres://shop:s3cret@db.example:5433/kw?sslmode=require".parse().unwrap();
        for text in [address.to_string(), format!("{address:?}")] {
            assert!(!text.contains("s3cret"), "{text}");
            assert!(text.contains("db.example:5433/kw"), "{text}");
        }
    }

    #[test]
    fn far_hosts_are_verified_by_default() {
        let verified = |text: &str| text.parse::<Address>().unwrap().verify;
        assert!(verified("postgres://u@db.example/kw"));
        assert!(!verified("postgres://u@localhost/kw"));
        assert!(!verified("postgres://u@db.example/kw?sslmode=require"));
        assert!(verified("postgres://u@db.example/kw?sslmode=require&sslrootcert=/ca.pem"));
        assert!("postgres://u@h/d?sslmode=maybe".parse::<Address>().is_err());
        assert!("mysql://u@h/d".parse::<Address>().is_err());
    }

    #[test]
    fn a_socket_of_this_machine_needs_no_host() {
        let address: Address = "postgres:///shop?host=/run/postgresql&user=kw".parse().unwrap();
        assert_eq!(address.config.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        assert_eq!(address.config.get_dbname(), Some("shop"));
        assert!("postgres:///shop".parse::<Address>().is_err());
        assert!(
            "postgres:///shop?host=/run&password=s3cret"
                .parse::<Address>()
                .is_ok_and(|a| !a.shown.contains("s3cret"))
        );
    }

    #[test]
    fn other_parameters_reach_postgresql_as_they_were_written() {
        let text =
            "postgres://u@localhost/kw?sslmode=disable&options=-c%20search_path%3Dshop&sslrootcert=/ca.pem";
        let address: Address = text.parse().unwrap();
        assert_eq!(address.config.get_options(), Some("-c search_path=shop"));
    }

    #[test]
    fn a_line_gone_silent_is_given_up() {
        let address: Address = "postgres://u@db.example/kw".parse().unwrap();
        assert!(address.config.get_keepalives_idle().as_secs() <= 60);
        assert!(address.config.get_tcp_user_timeout().is_some_and(|t| t.as_secs() <= 60));
    }
}

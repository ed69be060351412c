//! PostgreSQL's own programs: which of them fit, and how they are told where the database is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postgres::config::Host;

use super::Address;
use crate::base::error::{Error, Result};

/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Where the authorities of the system are, for programs that do not find them themselves.
const AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The oldest program of this name that knows version `least` and its major version: what a newer one writes, an older server
/// may not take.
pub fn find(name: &str, least: u32, need: &str) -> Result<(PathBuf, u32)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut found: Vec<(u32, PathBuf)> = std::env::split_paths(&path)
        .chain(debian)
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file())
        .filter_map(|program| Some((version(&program)?, program)))
        .collect();
    found.sort_by_key(|(version, _)| *version);
    let newest = found.last().map(|(version, _)| *version);
    if let Some((version, program)) = found.into_iter().find(|(version, _)| *version >= least) {
        return Ok((program, version));
    }
    let there = newest.map_or_else(
        || format!("{name} is not there"),
        |version| format!("the newest {name} that is there is of version {version}"),
    );
    Err(Error::refused(format!(
        "{there}, and {need} needs version {least} or later: install PostgreSQL's client programs (Debian: \
         postgresql-client-{least}), or back this database up with the tools of your cluster"
    )))
}

/// The major version that a program says it has.
fn version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let number = said.split_ascii_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

impl Address {
    /// A program that will connect here. All it needs stands in its environment, which no other user can read; the list of
    /// processes shows its arguments to all.
    pub fn client(&self, program: &Path) -> Command {
        let config = &self.config;
        let mut command = Command::new(program);
        // What stands in our own environment is not meant for this database.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        let hosts: Vec<String> = config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
        command.env("PGHOST", hosts.join(",")).env("PGAPPNAME", "keywright").env("PGCONNECT_TIMEOUT", "5");
        command.stdin(Stdio::null());
        let texts = [
            ("PGPORT", Some(ports.join(",")).filter(|ports| !ports.is_empty())),
            ("PGUSER", config.get_user().map(str::to_owned)),
            ("PGDATABASE", config.get_dbname().or(config.get_user()).map(str::to_owned)),
            ("PGPASSWORD", config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned())),
            ("PGOPTIONS", config.get_options().map(str::to_owned)),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command.env("PGSSLMODE", self.ssl_mode());
        if self.verify {
            let system = AUTHORITIES.map(PathBuf::from).into_iter().find(|file| file.is_file());
            command.env("PGSSLROOTCERT", self.root.clone().or(system).unwrap_or_else(|| "system".into()));
        }
        command
    }

    fn ssl_mode(&self) -> &'static str {
        use postgres::config::SslMode;
        match self.config.get_ssl_mode() {
            _ if self.verify => "verify-full",
            SslMode::Disable => "disable",
            SslMode::Require => "require",
            _ => "prefer",
        }
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_or_too_old_is_told_with_what_to_install() {
        let e = find("pg_no_such_program", 15, "a backup of this server").unwrap_err();
        assert!(e.message.contains("is not there") && e.message.contains("postgresql-client-15"), "{e}");
        let e = find("pg_dump", 99, "a backup of this server").unwrap_err();
        assert!(e.message.contains("of version") && e.message.contains("99 or later"), "{e}");
        let (program, version) = find("pg_dump", 1, "a backup").unwrap();
        assert!(program.is_file() && version >= 9);
    }

    #[test]
    fn the_password_is_in_the_environment_alone() {
        let address: Address =
            "postgres://shop:s3cret@db.example:5433/kw?sslmode=verify-full&sslrootcert=/ca.pem"
                .parse()
                .unwrap();
        let command = address.client(Path::new("/bin/true"));
        assert_eq!(command.get_args().count(), 0);
        let value = |name: &str| {
            let found = command.get_envs().find(|(known, _)| *known == name);
            found.and_then(|(_, value)| value?.to_str()).map(str::to_owned)
        };
        for (name, right) in [
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "shop"),
            ("PGPASSWORD", "s3cret"),
            ("PGDATABASE", "kw"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/ca.pem"),
        ] {
            assert_eq!(value(name).as_deref(), Some(right), "{name}");
        }
    }
}

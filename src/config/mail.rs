//! How letters go out: who they are from, and the way they take.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use url::Url;

use super::Texts;
use crate::base::error::{Error, Result};
use crate::base::text;

/// What the settings that begin with `mail_` say.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// Who letters are from; there is somebody if there is a way.
    pub from: Sender,
    /// The way they take; `None`: nobody is written to.
    pub way: Option<Way>,
    /// The vendor's own templates.
    pub templates: Option<PathBuf>,
    /// The file of the mail server's password.
    pub password_file: Option<PathBuf>,
    /// The mail server's password, from the environment or, after [`Mail::unlock`], from its file.
    pub password: Option<Password>,
}

/// A name and an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called what they are")]
pub struct Sender {
    pub name: Option<String>,
    pub address: String,
}

/// A way for letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Each becomes a file in this folder, for trying things out.
    Folder(PathBuf),
    /// To a mail server.
    Server(Server),
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called what they are")]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub line: Line,
    pub user: Option<String>,
}

/// How the line to a mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said; a server that has none is not used.
    StartTls,
    /// Not at all: on this machine only.
    Plain,
}

/// A password, which nothing prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The variable that may hold the password.
const VARIABLE: &str = "KEYWRIGHT_MAIL_PASSWORD";

impl Mail {
    /// Reads the settings and refuses what does not go together.
    pub(super) fn read(texts: &Texts<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let given = |name| Some(texts.get(name)).filter(|text| !text.is_empty());
        let way = match (given("mail_server"), given("mail_folder")) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "mail_server and mail_folder are two ways for letters: set one of them",
                ));
            }
            (Some(server), None) => Some(Way::Server(server_at(server)?)),
            (None, Some(folder)) => Some(Way::Folder(folder.into())),
            (None, None) => None,
        };
        let from = given("mail_from").map(sender).transpose()?;
        if way.is_some() && from.is_none() {
            return Err(Error::invalid(
                "mail_from is missing: say who letters are from, such as 'Quill Works <licences@quill.example>'",
            ));
        }
        let password_file: Option<PathBuf> = given("mail_password_file").map(PathBuf::from);
        let has_user = matches!(&way, Some(Way::Server(Server { user: Some(_), .. })));
        if password_file.is_some() && !has_user {
            return Err(Error::invalid(
                "mail_password_file is set, but mail_server names no user; write it as smtp://user@mail.example:587",
            ));
        }
        Ok(Self {
            from: from.unwrap_or_default(),
            way,
            templates: given("mail_templates").map(PathBuf::from),
            password_file,
            password: environment(VARIABLE).filter(|text| !text.is_empty()).map(Password),
        })
    }

    /// Finds the password that the mail server asks for: in `mail_password_file`, else in the environment, else in systemd's
    /// credential `mail-password`. Refuses a file that others may read, and a user without a password.
    pub fn unlock(&mut self, credentials: Option<&Path>) -> Result<()> {
        let Some(Way::Server(Server { user: Some(user), .. })) = &self.way else { return Ok(()) };
        if let Some(file) = &self.password_file {
            self.password = Some(read_own(file)?);
        }
        if self.password.is_none()
            && let Some(folder) = credentials
        {
            self.password = read(&folder.join("mail-password"))?;
        }
        if self.password.is_some() {
            return Ok(());
        }
        Err(Error::refused(format!(
            "mail_server names the user {user}, and there is no password: put it into a file of this user's own and name it \
             with mail_password_file, or set {VARIABLE}, or give systemd's credential mail-password"
        )))
    }
}

/// The one line of a file that only this user may read.
fn read_own(file: &Path) -> Result<Password> {
    if let Ok(found) = fs::metadata(file)
        && found.permissions().mode() & 0o077 != 0
    {
        let file = file.display();
        return Err(Error::refused(format!("others may read the mail password in {file}: chmod 400 {file}")));
    }
    read(file)?.ok_or_else(|| Error::refused(format!("there is no mail password in {}", file.display())))
}

fn read(file: &Path) -> Result<Option<Password>> {
    match fs::read_to_string(file) {
        Ok(text) => {
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()).filter(|t| !t.is_empty()).map(Password))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::refused(format!("the mail password in {} cannot be read: {e}", file.display()))),
    }
}

/// `Quill Works <licences@quill.example>`, or an address alone.
fn sender(text: &str) -> Result<Sender> {
    let wrong = || {
        Error::invalid(format!(
            "mail_from is '{text}'; it must be like 'Quill Works <licences@quill.example>'"
        ))
    };
    let (name, address) = match text.split_once('<') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix('>').ok_or_else(wrong)?),
        None => ("", text),
    };
    let address = text::email(address).map_err(|_| wrong())?;
    if address.contains(['<', '>', '"', ',']) {
        return Err(wrong());
    }
    let name = Some(name.trim_matches('"')).filter(|name| !name.is_empty());
    let name = name.map(|name| text::line("mail_from", name, 200)).transpose().map_err(|_| wrong())?;
    Ok(Sender { name, address })
}

/// `smtp://user@host:587` (with STARTTLS), `smtps://user@host:465`, or `smtp://localhost:25?tls=none`. What is wrong is told
/// without the text: somebody may have put a password there.
fn server_at(text: &str) -> Result<Server> {
    let wrong = || {
        Error::invalid(
            "mail_server must be like smtp://user@mail.example:587 (TLS is required), smtps://user@mail.example:465, or \
             smtp://localhost:25?tls=none",
        )
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    if url.password().is_some() {
        return Err(Error::invalid(
            "mail_server has a password in it, which would be shown in places: put it into a file and name that with \
             mail_password_file",
        ));
    }
    let line = match (url.scheme(), url.query()) {
        ("smtps", None) => Line::Tls,
        ("smtp", None) => Line::StartTls,
        ("smtp", Some("tls=none")) => Line::Plain,
        _ => return Err(wrong()),
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(wrong());
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if line == Line::Plain && !is_here {
        return Err(Error::invalid(
            "mail_server: tls=none is for a mail server on this machine; letters hold keys, so other lines need TLS",
        ));
    }
    let decoded = percent_encoding::percent_decode_str(url.username()).decode_utf8().map_err(|_| wrong())?;
    let user = Some(decoded.into_owned()).filter(|user| !user.is_empty());
    let port = url.port().unwrap_or(match line {
        Line::Tls => 465,
        Line::StartTls => 587,
        Line::Plain => 25,
    });
    Ok(Server { host, port, line, user })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Given};

    fn mail(given: &[(&str, &str)]) -> Result<Mail> {
        let given: Given =
            given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = |name: &str| (name == VARIABLE).then(|| "canary".to_owned());
        Config::settle(&given, &environment, None).map(|config| config.mail)
    }

    const FROM: (&str, &str) = ("mail_from", "Quill Works <licences@quill.example>");

    #[test]
    fn servers_are_read() {
        let server = |text: &str| match mail(&[FROM, ("mail_server", text)]).unwrap().way.unwrap() {
            Way::Server(server) => server,
            Way::Folder(_) => panic!("{text}"),
        };
        let of = |host: &str, port, line, user: Option<&str>| Server {
            host: host.into(),
            port,
            line,
            user: user.map(str::to_owned),
        };
        assert_eq!(server("smtp://mail.example"), of("mail.example", 587, Line::StartTls, None));
        let user = Some("me@quill.example");
        assert_eq!(
            server("smtps://me%40quill.example@mail.example:1465"),
            of("mail.example", 1_465, Line::Tls, user)
        );
        for (text, host) in [("smtp://localhost?tls=none", "localhost"), ("smtp://[::1]?tls=none", "::1")] {
            assert_eq!(server(text), of(host, 25, Line::Plain, None));
        }
    }

    #[test]
    fn what_does_not_go_together_is_refused_and_shows_no_password() {
        let server = ("mail_server", "smtp://mail.example");
        for (given, says) in [
            (vec![server], "mail_from is missing"),
            (vec![FROM, server, ("mail_folder", "x")], "set one of them"),
            (vec![FROM, server, ("mail_password_file", "x")], "names no user"),
            (vec![FROM, ("mail_server", "smtp://mail.example?tls=none")], "on this machine"),
            (vec![FROM, ("mail_server", "smtp://me:canary@mail.example")], "mail_password_file"),
            (vec![FROM, ("mail_server", "http://me:canary@mail.example")], "mail_password_file"),
            (vec![FROM, ("mail_server", "canary")], "must be like"),
            (vec![FROM, ("mail_server", "smtp://canary@mail.example/x")], "must be like"),
            (vec![("mail_from", "Quill Works"), server], "mail_from is"),
            (vec![("mail_from", "Quill <a@b.example"), server], "mail_from is"),
            (vec![("mail_from", "Quill\r\nBcc: x <a@b.example>"), server], "mail_from is"),
        ] {
            let e = mail(&given).unwrap_err();
            assert!(e.message.contains(says) && !e.message.contains("canary"), "{given:?}: {e}");
        }
    }

    #[test]
    fn the_password_is_found_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        fs::write(&file, "s3cret with spaces \n").unwrap();
        let path = file.display().to_string();
        let given = [FROM, ("mail_server", "smtp://me@mail.example"), ("mail_password_file", path.as_str())];
        let mut found = mail(&given).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(found.unlock(None).unwrap_err().message.contains("chmod 400"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
        found.unlock(None).unwrap();
        assert_eq!(found.password.as_ref().unwrap().expose(), "s3cret with spaces ");
        assert!(!format!("{found:?}").contains("s3cret"));

        let mut from_variable = mail(&given[..2]).unwrap();
        from_variable.unlock(None).unwrap();
        assert_eq!(from_variable.password.as_ref().unwrap().expose(), "canary");
        from_variable.password = None;
        assert!(from_variable.unlock(None).unwrap_err().message.contains("no password"));
        fs::write(folder.path().join("mail-password"), "credential").unwrap();
        from_variable.unlock(Some(folder.path())).unwrap();
        assert_eq!(from_variable.password.unwrap().expose(), "credential");
    }
}

//! A mail server: letters go one after another over few connections that are kept for a while. Connections are held here and not
//! by the library's pool, which would keep one whose letter was given up in the middle, and say the next letter into it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::{Instant, timeout};

use super::message::Posted;
use crate::base::error::{Error, Result};
use crate::config::mail::{Line, Password, Server};

/// How long a letter may take, from the connection to the server's last word.
pub const PATIENCE: Duration = Duration::from_secs(25);
const TO_CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept that nobody uses.
const REST: Duration = Duration::from_secs(30);
/// As much as is said of somebody else's words, in characters.
const SAID: usize = 300;

/// A mail server. Clones share its connections.
#[derive(Clone)]
pub struct Smtp {
    server: Server,
    credentials: Option<Credentials>,
    hello: ClientId,
    tls: Option<TlsParameters>,
    idle: Arc<Mutex<Vec<(AsyncSmtpConnection, Instant)>>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Why a letter was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether the server will never take it.
    pub is_final: bool,
    /// The server's code, if it said one: may stand in a log.
    pub code: Option<u16>,
    /// The server's words, or why there were none. May hold the address of whom the letter is to.
    pub said: String,
}

impl Smtp {
    /// A server that is called `hello` by us, by the name of the address that letters are from.
    pub fn new(server: &Server, password: Option<&Password>, hello: &str) -> Result<Self> {
        let credentials = server.user.clone().zip(password);
        let tls = match server.line {
            Line::Plain => None,
            Line::Tls | Line::StartTls => {
                let tls = TlsParameters::new(server.host.clone());
                Some(tls.map_err(|e| Error::broken(format!("no TLS to the mail server: {e}")))?)
            }
        };
        Ok(Self {
            server: server.clone(),
            credentials: credentials.map(|(user, word)| Credentials::new(user, word.expose().to_owned())),
            hello: ClientId::Domain(hello.to_owned()),
            tls,
            idle: Arc::default(),
        })
    }

    /// Hands a letter over; what the server said last.
    pub async fn send(&self, posted: &Posted) -> std::result::Result<String, Refusal> {
        match timeout(PATIENCE, self.try_send(posted)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Refusal {
                is_final: false,
                code: None,
                said: format!("the mail server did not answer within {} seconds", PATIENCE.as_secs()),
            }),
        }
    }

    /// Whether a letter could be handed over: connects and signs in. What the server is called.
    pub async fn try_out(&self) -> std::result::Result<String, Refusal> {
        let open = async {
            let mut connection = self.open().await.map_err(|e| not_now(&e))?;
            let name = connection.server_info().name().to_owned();
            // Whether it says goodbye does not matter.
            let _ = connection.quit().await;
            Ok(printable(&name))
        };
        let said = || format!("the mail server did not answer within {} seconds", TO_CONNECT.as_secs());
        timeout(TO_CONNECT, open)
            .await
            .unwrap_or_else(|_| Err(Refusal { is_final: false, code: None, said: said() }))
    }

    /// Closes connections that nobody has used for a while.
    pub fn rest(&self) {
        self.idle().retain(|(_, since)| since.elapsed() < REST);
    }

    async fn try_send(&self, posted: &Posted) -> std::result::Result<String, Refusal> {
        // One that was kept may have been closed by the server meanwhile: then a new one is opened.
        while let Some(mut kept) = self.kept() {
            match self.begin(&mut kept, posted).await {
                Ok(()) => return self.go_on(kept, posted).await,
                Err(e) if e.status().is_some() => return Err(not_now(&e)),
                Err(_) => {}
            }
        }
        let mut connection = self.open().await.map_err(|e| not_now(&e))?;
        self.begin(&mut connection, posted).await.map_err(|e| not_now(&e))?;
        self.go_on(connection, posted).await
    }

    async fn open(&self) -> std::result::Result<AsyncSmtpConnection, SmtpError> {
        let at = (self.server.host.as_str(), self.server.port);
        let wrapped = self.tls.clone().filter(|_| self.server.line == Line::Tls);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(at, Some(TO_CONNECT), &self.hello, wrapped, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.server.line == Line::StartTls) {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// Says whom a letter is from. What is wrong here is wrong with the server or our settings, not with the letter.
    async fn begin(
        &self,
        connection: &mut AsyncSmtpConnection,
        posted: &Posted,
    ) -> std::result::Result<(), SmtpError> {
        let mut parameters = Vec::new();
        let addresses = posted.envelope.from().into_iter().chain(posted.envelope.to());
        if !addresses.map(AsRef::<str>::as_ref).all(str::is_ascii)
            && connection.server_info().supports_feature(Extension::SmtpUtfEight)
        {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !posted.bytes.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        connection.command(Mail::new(posted.envelope.from().cloned(), parameters)).await.map(|_| ())
    }

    /// Says whom a letter is to, and the letter. What the server refuses for good here is the letter.
    async fn go_on(
        &self,
        mut connection: AsyncSmtpConnection,
        posted: &Posted,
    ) -> std::result::Result<String, Refusal> {
        for to in posted.envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|e| refused(&e))?;
        }
        connection.command(Data).await.map_err(|e| not_now(&e))?;
        let answer = connection.message(&posted.bytes).await.map_err(|e| refused(&e))?;
        self.idle().push((connection, Instant::now()));
        Ok(words(&answer))
    }

    fn kept(&self) -> Option<AsyncSmtpConnection> {
        self.idle().pop().map(|(connection, _)| connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn words(answer: &Response) -> String {
    printable(&format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")))
}

fn not_now(e: &SmtpError) -> Refusal {
    Refusal { is_final: false, ..refused(e) }
}

fn refused(e: &SmtpError) -> Refusal {
    let mut said = e.to_string();
    let mut source = std::error::Error::source(e);
    while let Some(inner) = source {
        let inner_said = inner.to_string();
        if !said.contains(&inner_said) {
            said = format!("{said}: {inner_said}");
        }
        source = inner.source();
    }
    Refusal { is_final: e.is_permanent(), code: e.status().map(Into::into), said: printable(&said) }
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID).collect()
}

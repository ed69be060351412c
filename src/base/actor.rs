//! On whose behalf something is done, for the audit log.

use std::fmt;
use std::net::IpAddr;

use crate::words;

words! {
    /// What sort of actor.
    ActorKind, "kind of actor" {
        /// Somebody who runs the shop, in a browser.
        Person = "person",
        /// A program of the vendor's own.
        ApiKey = "api_key",
        /// Somebody who bought something, in a browser.
        Customer = "customer",
        /// Somebody else's program that a person or customer let in.
        App = "app",
        /// A command on the server's machine.
        CommandLine = "command_line",
        /// This server by itself.
        Server = "server",
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What sort of actor.
    pub kind: ActorKind,
    /// An API key's name, an app's client id, a person's or customer's id, a user of this machine; `set-up` for who
    /// follows the link of the first start. Never a secret.
    pub name: String,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// What the access log calls the request.
    pub request: Option<String>,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

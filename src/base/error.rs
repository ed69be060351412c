//! The one error type: a kind that decides the answer, and a sentence for people.

use std::fmt;

use serde_json::{Map, Value};

/// What sort of surprise this is. Each dialect maps kinds to its own statuses and codes in its `fault.rs`,
/// the command line maps them to exit codes (`cli/mod.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller's input breaks a documented form; nothing was done.
    Invalid,
    /// No such row, or not one this caller may see.
    NotFound,
    /// The input is well formed, but a rule of the domain says no; nothing was done.
    Refused,
    /// Somebody has changed the thing since the caller looked at it; nothing was done.
    Stale,
    /// Too much work is waiting; nothing was done and the same call may be sent again.
    Busy,
    /// The disk is full; nothing was written, reads go on.
    Full,
    /// The database cannot be reached; nothing was done.
    Unavailable,
    /// The commit may or may not be on disk. Only an idempotency key settles it.
    Unknown,
    /// PostgreSQL asks for this transaction to be run again. Never leaves `store`.
    Clash,
    /// Our bug, or a damaged database.
    Broken,
}

/// An error: its [`Kind`] and a sentence that says what is wrong and, where it can, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort of surprise.
    pub kind: Kind,
    /// A sentence for people; never holds a key, a token or a password.
    pub message: String,
    /// The field that is wrong, or the rule that refused, in a word for programs.
    pub about: Option<&'static str>,
    more: Option<Box<More>>,
}

/// What few errors have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    /// Where the field is, as in `lines.0.`.
    path: String,
    details: Map<String, Value>,
}

/// A result with keywright's own error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), about: None, more: None }
    }

    /// [`Kind::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// [`Kind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// [`Kind::Refused`].
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// [`Kind::Broken`].
    pub fn broken(message: impl Into<String>) -> Self {
        Self::new(Kind::Broken, message)
    }

    /// The same error about this field or rule.
    #[must_use]
    pub fn about(mut self, word: &'static str) -> Self {
        self.about.get_or_insert(word);
        self
    }

    /// The same error, of a field inside of what stands at `place`, as in `lines.0`.
    #[must_use]
    pub fn inside(mut self, place: impl fmt::Display) -> Self {
        let more = self.more.get_or_insert_default();
        more.path.insert_str(0, &format!("{place}."));
        self
    }

    /// The same error with something that a program needs to act on it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.get_or_insert_default().details.insert(name.to_owned(), value.into());
        self
    }

    /// The field that is wrong, with where it is, as in `lines.0.quantity`.
    pub fn field(&self) -> Option<String> {
        let path = self.more.as_ref().map_or("", |more| &more.path);
        self.about.map(|field| format!("{path}{field}"))
    }

    /// What a program needs to act on it.
    pub fn details(&self) -> Map<String, Value> {
        self.more.as_ref().map(|more| more.details.clone()).unwrap_or_default()
    }

    /// What a caller named is not there: that is their input's fault, and of this field. Any other error stays what it is.
    #[must_use]
    pub fn missing(self, field: &'static str, message: impl Into<String>) -> Self {
        if self.kind == Kind::NotFound { Self::invalid(message).about(field) } else { self }
    }

    /// The same error at this field of the caller's, where it is about `what`.
    #[must_use]
    pub fn on_field(self, what: &str, field: &'static str) -> Self {
        if self.about == Some(what) { Self::invalid(self.message).about(field) } else { self }
    }

    /// The same error with words before its sentence, as in "line 7: …".
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

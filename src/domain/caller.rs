//! Who asks for something that is counted or kept for them: a program of the vendor's own with an API key, an app that somebody let in,
//! or people on our pages.

use std::fmt;
use std::sync::Arc;

use super::plan::Plan;
use super::scope::Scope;
use super::shop::Shop;
use crate::base::actor::Actor;

/// What a caller is let in by; requests are counted and kept for each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// An API key's id.
    Key(i64),
    /// The id of what somebody granted an app.
    Grant(i64),
    /// Somebody who runs the shop, at their desk.
    Person(i64),
    /// Somebody in the shop, whose form alone names what is kept for it.
    Visitor,
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(f, "key {id}"),
            Self::Grant(id) => write!(f, "grant {id}"),
            Self::Person(id) => write!(f, "person {id}"),
            Self::Visitor => f.write_str("visitor"),
        }
    }
}

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// By what.
    pub credential: Credential,
    /// The shop they act in.
    pub shop: Shop,
    /// What they may do.
    pub scopes: Vec<Scope>,
    /// How often.
    pub plan: Plan,
    /// The customer whose rows alone they see; none: all of the shop's.
    pub customer_id: Option<i64>,
    /// Who they are in the logs.
    pub actor: Arc<Actor>,
}

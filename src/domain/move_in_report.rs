//! What there is to say of a move: how much was taken, and what was not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::carried::Source;
use super::move_in::Outcome;
use crate::base::error::{Error, Result};

/// The most remarks of a kind that are kept; more are counted.
const MOST: usize = 1_000;

/// Something that is to be said of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What kind of thing, such as `orders`.
    pub noun: String,
    /// What it is called in the other system.
    pub old_id: String,
    /// A sentence for people.
    pub reason: String,
}

/// How many of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Count {
    /// That were not here.
    pub new: u64,
    /// That were here, and are others now.
    pub changed: u64,
    /// That were here as they were told.
    pub same: u64,
    /// That could not be taken.
    pub left_out: u64,
}

/// What there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// By kind of thing.
    pub counts: BTreeMap<String, Count>,
    /// What could not be taken, and why.
    pub left_out: Vec<Remark>,
    /// What was taken, but not whole, and what else is to be known.
    pub remarks: Vec<Remark>,
    /// Remarks beyond those that are kept.
    pub unsaid: u64,
}

impl Report {
    /// Counts something that was taken.
    pub(super) fn count(&mut self, noun: &str, outcome: Outcome) {
        let count = self.of(noun);
        match outcome {
            Outcome::New => count.new += 1,
            Outcome::Changed => count.changed += 1,
            Outcome::Same => count.same += 1,
        }
    }

    /// Tells of something that was not.
    pub fn left_out(&mut self, remark: Remark) {
        // A page may be read twice.
        if self.left_out.contains(&remark) {
            return;
        }
        self.of(&remark.noun).left_out += 1;
        Self::say(&mut self.left_out, &mut self.unsaid, remark);
    }

    /// Tells of something that was taken, but not whole. What was said before is not said again.
    pub fn remark(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            Self::say(&mut self.remarks, &mut self.unsaid, remark);
        }
    }

    fn of(&mut self, noun: &str) -> &mut Count {
        if !self.counts.contains_key(noun) {
            self.counts.insert(noun.to_owned(), Count::default());
        }
        self.counts.entry(noun.to_owned()).or_default()
    }

    fn say(list: &mut Vec<Remark>, unsaid: &mut u64, remark: Remark) {
        if list.len() < MOST {
            list.push(remark);
        } else {
            *unsaid += 1;
        }
    }

    /// As it is kept.
    pub(super) fn written(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|e| Error::broken(format!("a report cannot be written as JSON: {e}")))
    }

    /// What the audit log tells of it.
    pub(super) fn told(&self, source: Source) -> Value {
        let counts: BTreeMap<&str, u64> =
            self.counts.iter().map(|(noun, count)| (noun.as_str(), count.new + count.changed)).collect();
        json!({"source": source.as_str(), "counts": counts})
    }
}

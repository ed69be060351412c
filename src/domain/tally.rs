//! Tallies: how often something happened within an hour, by site, mode and product.
//!
//! They are counted in memory, in a few dozen nanoseconds and nothing per request on disk, and added up in the table every few
//! seconds. A clean stop loses nothing; a crash loses what was counted since the last time.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::error::Result;
use crate::base::time::{HOUR, Millis};
use crate::store::Tx;
use crate::{values, words};

words! {
    /// What is counted.
    Kind, "kind of tally" {
        /// Uses taken by apps.
        Activate = "activate",
        /// Uses freed by apps.
        Deactivate = "deactivate",
        /// Checks that found all well.
        Check = "check",
        /// Answers to `info`.
        Info = "info",
        /// Update checks of products that have a release; the label is the version that asked.
        UpdateCheck = "update_check",
        /// Licence calls that were refused or failed; the label is the code of the licence API.
        Error = "error",
    }
}

/// Hours since 1970 UTC.
pub type Hour = i64;

/// The label of apps that do not say their version.
pub const UNKNOWN: &str = "unknown";
/// The label of versions that are of no version's form, or too many.
pub const OTHER: &str = "other";
/// The most versions that are told apart, of a product within an hour: anybody can send any text.
pub const VERSIONS: usize = 200;
/// The same of all products together.
pub const VERSIONS_IN_ALL: usize = 10_000;
/// The longest version, in characters.
const LONGEST: usize = 40;
/// More threads than so many share.
const SHARDS: usize = 16;

/// So many more, to be added to a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// 0: of no product that is known.
    pub product_id: i64,
    /// A word of [`Kind`].
    pub kind: &'static str,
    /// When.
    pub hour: Hour,
    /// What tells it apart from others of its kind.
    pub label: Box<str>,
    /// How many.
    pub count: i64,
}

/// What was counted and is not written yet.
#[derive(Debug, Default)]
pub struct Tallies {
    shards: [Shard; SHARDS],
    /// The versions that are told apart; asked only about one that is new to its shard.
    known: Mutex<BTreeMap<Hour, Known>>,
}

/// Each thread counts in a shard of its own, on a cache line of its own, and only whoever takes the counts away ever meets it there.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// By kind, code of an error, product and hour.
    plain: HashMap<(u8, u16, i64, Hour), i64>,
    versions: HashMap<(i64, Hour), HashMap<Box<str>, i64>>,
}

/// Of an hour.
#[derive(Debug, Default)]
struct Known {
    of: HashMap<i64, HashSet<Box<str>>>,
    in_all: usize,
}

impl Tallies {
    /// Counts something that has no label.
    pub fn count(&self, kind: Kind, product_id: i64, at: Millis) {
        self.add(kind, 0, product_id, at);
    }

    /// Counts a licence call that got this code instead of what it asked for.
    pub fn error(&self, code: u16, product_id: i64, at: Millis) {
        self.add(Kind::Error, code, product_id, at);
    }

    /// Counts an update check by an app that says it has this version.
    pub fn version(&self, said: Option<&str>, product_id: i64, at: Millis) {
        let label = said.map_or(UNKNOWN, |text| version(text).unwrap_or(OTHER));
        let of = (product_id, hour(at));
        let mut counts = self.mine();
        let here = counts.versions.entry(of).or_default();
        if bump(here, label, 1) {
            return;
        }
        let label = if self.admits(of, label) { label } else { OTHER };
        if !bump(here, label, 1) {
            here.insert(label.into(), 1);
        }
    }

    /// Takes out all that was counted, in one order for all processes: then none waits for another that waits for it.
    pub fn take(&self) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        for shard in &self.shards {
            all.extend(entries(std::mem::take(&mut *lock(&shard.0))));
        }
        all.sort_unstable();
        all.dedup_by(|later, first| {
            let same = (later.product_id, later.kind, later.hour, &later.label)
                == (first.product_id, first.kind, first.hour, &first.label);
            if same {
                first.count += later.count;
            }
            same
        });
        all
    }

    /// Puts back what could not be written.
    pub fn put_back(&self, entries: Vec<Entry>) {
        let mut counts = self.mine();
        for Entry { product_id, kind, hour, label, count } in entries {
            if kind == Kind::UpdateCheck.as_str() {
                *counts.versions.entry((product_id, hour)).or_default().entry(label).or_default() += count;
            } else if let Ok(kind) = kind.parse::<Kind>() {
                let code = label.parse().unwrap_or_default();
                *counts.plain.entry((kind as u8, code, product_id, hour)).or_default() += count;
            }
        }
    }

    fn add(&self, kind: Kind, code: u16, product_id: i64, at: Millis) {
        *self.mine().plain.entry((kind as u8, code, product_id, hour(at))).or_default() += 1;
    }

    fn mine(&self) -> MutexGuard<'_, Counts> {
        lock(&self.shards[shard()].0)
    }

    fn admits(&self, (product_id, hour): (i64, Hour), label: &str) -> bool {
        if matches!(label, UNKNOWN | OTHER) {
            return true;
        }
        let mut hours = lock(&self.known);
        if !hours.contains_key(&hour) {
            hours.retain(|known, _| *known >= hour - 1);
        }
        let known = hours.entry(hour).or_default();
        let of = known.of.entry(product_id).or_default();
        if of.contains(label) {
            return true;
        }
        let has_room = of.len() < VERSIONS && known.in_all < VERSIONS_IN_ALL;
        if has_room {
            of.insert(label.into());
            known.in_all += 1;
        }
        has_room
    }
}

/// This thread's shard.
fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    MINE.with(|mine| {
        if mine.get() == usize::MAX {
            mine.set(NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
        }
        mine.get()
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bump(counts: &mut HashMap<Box<str>, i64>, label: &str, by: i64) -> bool {
    counts.get_mut(label).map(|count| *count += by).is_some()
}

fn entries(counts: Counts) -> impl Iterator<Item = Entry> {
    let plain = counts.plain.into_iter().map(|((kind, code, product_id, hour), count)| {
        let kind = Kind::ALL[usize::from(kind)].as_str();
        let label = if code == 0 { Box::default() } else { code.to_string().into() };
        Entry { product_id, kind, hour, label, count }
    });
    let versions = counts.versions.into_iter().flat_map(|((product_id, hour), of)| {
        let kind = Kind::UpdateCheck.as_str();
        of.into_iter().map(move |(label, count)| Entry { product_id, kind, hour, label, count })
    });
    plain.chain(versions)
}

/// The hour of an instant.
pub fn hour(at: Millis) -> Hour {
    at.div_euclid(HOUR)
}

/// What a version is called here: without a `v` before its number. `None` if it is of no version's form: 1 to 40 of ASCII letters,
/// digits and `. - + _ ~`, with a digit among them.
pub fn version(text: &str) -> Option<&str> {
    let is_fit = |b: u8| b.is_ascii_alphanumeric() || b".-+_~".contains(&b);
    let is_digit = |b: &u8| b.is_ascii_digit();
    if text.len() > LONGEST || !text.bytes().all(is_fit) || !text.as_bytes().iter().any(is_digit) {
        return None;
    }
    let bare = text.strip_prefix(['v', 'V']).filter(|rest| rest.as_bytes().first().is_some_and(is_digit));
    Some(bare.unwrap_or(text))
}

/// Adds counts to the table. What is of no product is the first site's, in live mode.
pub fn add(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<()> {
    for Entry { product_id, kind, hour, label, count } in entries {
        if *product_id == 0 {
            tx.exec(
                "insert into tally (site_id, is_test, kind, hour, product_id, label, count) \
                 values ((select min(id) from site), 0, $1, $2, 0, $3, $4) \
                 on conflict (site_id, is_test, kind, hour, product_id, label) do update set count = tally.count + excluded.count",
                values![*kind, *hour, &**label, *count],
            )?;
        } else {
            tx.exec(
                "insert into tally (site_id, is_test, kind, hour, product_id, label, count) \
                 select site_id, is_test, cast($1 as text), cast($2 as bigint), id, cast($3 as text), cast($4 as bigint) \
                 from product where id = $5 \
                 on conflict (site_id, is_test, kind, hour, product_id, label) do update set count = tally.count + excluded.count",
                values![*kind, *hour, &**label, *count, *product_id],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_lose_nothing() {
        let tallies = Tallies::default();
        let taken = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for n in 0..8 {
                let tallies = &tallies;
                scope.spawn(move || {
                    for i in 0..10_000 {
                        tallies.count(Kind::Check, 1, 5 * HOUR + i);
                        tallies.version(Some(["1.0", "2.0"][n % 2]), 1, 5 * HOUR);
                    }
                });
            }
            for _ in 0..100 {
                taken.lock().unwrap().extend(tallies.take());
            }
        });
        let mut all = taken.into_inner().unwrap();
        all.extend(tallies.take());
        let sum = |label: &str| all.iter().filter(|e| &*e.label == label).map(|e| e.count).sum::<i64>();
        assert_eq!([sum(""), sum("1.0"), sum("2.0")], [80_000, 40_000, 40_000]);
        assert!(tallies.take().is_empty());
    }

    #[test]
    fn hostile_versions_are_few() {
        let tallies = Tallies::default();
        let count = |product_id: i64, hour: Hour, texts: usize| {
            for n in 0..texts {
                tallies.version(Some(&format!("1.{n}")), product_id, hour * HOUR);
            }
            let all = tallies.take();
            assert_eq!(all.iter().map(|e| e.count).sum::<i64>(), i64::try_from(texts).unwrap());
            all
        };
        let first = count(1, 7, 5_000);
        assert_eq!(first.len(), VERSIONS + 1);
        let other = first.iter().find(|e| &*e.label == OTHER).unwrap();
        assert_eq!(other.count, 4_800);
        assert_eq!(count(1, 7, 5_000), first, "a flush in between makes no room for others");
        assert_eq!(count(2, 7, 300).len(), VERSIONS + 1, "another product has room of its own");
        assert_eq!(count(1, 8, 300).len(), VERSIONS + 1, "and so has the next hour");
        let rows: usize = (10..100).map(|product| count(product, 9, 250).len()).sum();
        assert_eq!(rows, VERSIONS_IN_ALL + 90);
        assert!(lock(&tallies.known).len() <= 2);
    }

    #[test]
    fn what_is_a_version() {
        for (text, label) in
            [("1.2.0", "1.2.0"), ("v2", "2"), ("V1.0-rc.1+b_2~a", "1.0-rc.1+b_2~a"), ("r17", "r17")]
        {
            assert_eq!(version(text), Some(label), "{text}");
        }
        for text in ["", "latest", "1.0 beta", "1/0", "1.0\u{e9}", &"1".repeat(41), UNKNOWN, OTHER] {
            assert_eq!(version(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_put_back_comes_again() {
        let tallies = Tallies::default();
        tallies.count(Kind::Activate, 3, 0);
        tallies.error(1_101, 0, HOUR);
        tallies.version(None, 3, HOUR);
        let taken = tallies.take();
        assert_eq!(taken.len(), 3);
        tallies.put_back(taken.clone());
        tallies.count(Kind::Activate, 3, 0);
        let again = tallies.take();
        assert_eq!(again.iter().map(|e| e.count).sum::<i64>(), 4);
        assert_eq!(again.len(), 3);
    }
}

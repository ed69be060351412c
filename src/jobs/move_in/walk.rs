//! Walks a list from its oldest thing to its newest, so that what came first there comes first here. Lists show the newest first: they are
//! read from their last page on, where nothing moves while new things are added in front; a list that does not say how long it is, or shows
//! the oldest first, is read as it comes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::Watch;
use super::service::{Asker, Feed, Listed};
use super::wire::Told;
use crate::base::error::Result;

/// A list that new things came into meanwhile is walked again, this often at the most; the next move finds what comes later.
const PASSES: u32 = 4;

/// How far a move has come: kept with what was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Which list.
    pub feed: usize,
    /// How many of its pages are through: from its end, or from its beginning where it is read as it comes.
    pub done: u64,
    /// The newest thing that there was when it was begun.
    pub newest: Option<String>,
    /// How often it was walked before.
    pub pass: u32,
}

impl Place {
    /// The beginning of a list.
    pub fn at(feed: usize) -> Self {
        Self { feed, ..Self::default() }
    }

    /// As it was kept; one that cannot be read is the beginning, since nothing is taken twice.
    pub fn read(kept: &Value) -> Self {
        Self::deserialize(kept).unwrap_or_default()
    }

    /// As it is kept.
    pub fn written(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A page on its way in, and where the move is once it is there.
pub struct Page {
    /// What is on it, the oldest first.
    pub things: Vec<Value>,
    /// What comes next.
    pub place: Place,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walked {
    /// All was read.
    Whole,
    /// There is no such list.
    Missing,
}

/// Reads a list on from a place, and sends its pages; ends early if nobody takes them.
pub async fn walk(
    asker: &mut Asker,
    feed: &Feed,
    mut place: Place,
    into: Sender<Page>,
    watch: &Arc<dyn Watch>,
) -> Result<Walked> {
    loop {
        let Some(first) = asker.page(feed, 1).await? else { return Ok(Walked::Missing) };
        let newest = first.things.first().and_then(|thing| Told(thing).first(feed.ids));
        if place.newest.is_none() {
            place.newest.clone_from(&newest);
        }
        let length = Length { pages: pages(&first).unwrap_or(0), size: first.things.len() };
        if length.pages == 0 || shows_oldest_first(&first, feed) {
            return forwards(asker, feed, place, first, into, watch).await;
        }
        if !backwards(asker, feed, &mut place, length, &into, watch).await? {
            return Ok(Walked::Whole);
        }
        // What came in front may have moved a thing from a page that was to be read to one that had been.
        let Some(last) = asker.page(feed, 1).await? else { return Ok(Walked::Whole) };
        let newest = last.things.first().and_then(|thing| Told(thing).first(feed.ids));
        if newest == place.newest || place.pass + 1 >= PASSES {
            return Ok(Walked::Whole);
        }
        place = Place { pass: place.pass + 1, newest, done: 0, ..place };
    }
}

/// How many pages there are, if that is told.
fn pages(first: &Listed) -> Option<u64> {
    if let Some(pages) = first.pages {
        return Some(pages);
    }
    // A service may put fewer things on a page than it was asked for.
    let size = u64::try_from(first.things.len()).ok()?;
    match first.count? {
        count if count <= size => Some(1),
        _ if size == 0 => None,
        count => Some(count.div_ceil(size)),
    }
}

/// Whether what comes first on a page was made before what comes last.
fn shows_oldest_first(first: &Listed, feed: &Feed) -> bool {
    let (Some(one), Some(other)) = (first.things.first(), first.things.last()) else { return false };
    let (one, other) = (Told(one), Told(other));
    if let (Some(a), Some(b)) = (one.time("created_at"), other.time("created_at"))
        && a != b
    {
        return a < b;
    }
    let number = |thing: Told<'_>| thing.first(feed.ids).and_then(|id| id.parse::<u64>().ok());
    matches!((number(one), number(other)), (Some(a), Some(b)) if a < b)
}

/// Reads from the last page to the first; `false` if nobody takes them any more.
async fn backwards(
    asker: &mut Asker,
    feed: &Feed,
    place: &mut Place,
    mut length: Length,
    into: &Sender<Page>,
    watch: &Arc<dyn Watch>,
) -> Result<bool> {
    // One page is read again, since they may not begin where they did.
    let mut done = place.done.saturating_sub(1);
    while done < length.pages {
        watch.read(feed.noun, done, Some(length.pages));
        let Some(listed) = asker.page(feed, length.pages - done).await? else {
            done += 1;
            continue;
        };
        let now = length.after(&listed);
        if now.pages > length.pages {
            // Things came in front: what was on this page is on a later one.
            length = now;
            continue;
        }
        done += 1;
        place.done = place.done.max(done);
        let mut things = listed.things;
        things.reverse();
        if into.send(Page { things, place: place.clone() }).await.is_err() {
            return Ok(false);
        }
    }
    watch.read(feed.noun, length.pages, Some(length.pages));
    Ok(true)
}

/// How long a list is.
#[derive(Clone, Copy)]
struct Length {
    pages: u64,
    /// Things on a page.
    size: usize,
}

impl Length {
    /// How long it is by what another page says.
    fn after(self, listed: &Listed) -> Self {
        let size = u64::try_from(self.size.max(1)).unwrap_or(1);
        let counted = listed.count.map(|count| count.div_ceil(size));
        Self { pages: listed.pages.or(counted).unwrap_or(self.pages), ..self }
    }
}

/// Reads from the first page to the last, as they come.
async fn forwards(
    asker: &mut Asker,
    feed: &Feed,
    mut place: Place,
    first: Listed,
    into: Sender<Page>,
    watch: &Arc<dyn Watch>,
) -> Result<Walked> {
    let of = pages(&first);
    let (mut number, mut listed) = (place.done, Some(first));
    if number > 0 {
        // What was the last page may be longer now.
        listed = asker.page(feed, number).await?;
        number -= 1;
    }
    while let Some(page) = listed {
        number += 1;
        watch.read(feed.noun, number, of);
        let is_last = page.things.is_empty() || page.has_next == Some(false) || of == Some(number);
        place.done = number;
        if into.send(Page { things: page.things, place: place.clone() }).await.is_err() || is_last {
            break;
        }
        listed = asker.page(feed, number + 1).await?;
    }
    Ok(Walked::Whole)
}

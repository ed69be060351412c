//! Moving in: asks an old service for all of a shop, page by page, and has each page taken in. What is asked of which service is in
//! [`service`], how a list is walked in [`walk`], and what its things mean here in a file of its own for each.

mod client;
pub mod service;
mod shopkit;
mod shoppy;
mod walk;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use self::client::Client;
use self::service::{Feed, Service};
use self::walk::{Page, Place};
use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::domain::move_in::{self, Batch, Item, Remark, Report, Seen};
use crate::domain::shop::Shop;
use crate::store::{Store, Tx};

/// Things that are taken in at a time, at the least; a page is never divided.
const BATCH: usize = 500;
/// Pages that are read ahead.
const AHEAD: usize = 24;

/// What the things in a page are, read one by one.
pub type Items = Vec<Item>;

/// What is known of an old shop as a whole.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Of amounts that name none.
    pub currency: Option<String>,
    /// Whether the prices of its products have tax in them.
    pub is_gross: bool,
}

impl Context {
    fn currency(&self) -> Result<&str> {
        let missing =
            || Error::invalid("no currency is told with it, nor by the shop: name one with --currency");
        self.currency.as_deref().ok_or_else(missing)
    }
}

/// Who moves in, from where.
pub struct Moving {
    /// Where it goes to.
    pub store: Store,
    /// Whose rows.
    pub shop: Shop,
    /// Who does it.
    pub actor: Arc<Actor>,
    /// What it comes from.
    pub service: Service,
    /// Where that is.
    pub address: String,
    /// A key of that service's API.
    pub key: String,
    /// Of amounts that name none, if the vendor said so.
    pub currency: Option<String>,
    /// Read all, and take nothing.
    pub is_dry: bool,
}

/// What is told on the way.
pub trait Watch: Send + Sync {
    /// So many pages of a list are read, of so many if that is known.
    fn read(&self, what: &str, pages: u64, of: Option<u64>);
    /// Why it takes so long.
    fn wait(&self, why: &str);
}

/// What came of it, and whether it went on from an earlier one.
pub struct Moved {
    /// What there is to say.
    pub report: Report,
    /// Whether it was begun before.
    pub is_resumed: bool,
}

/// Moves a shop in, or on from where it came to the last time.
pub async fn run(moving: &Moving, watch: &Arc<dyn Watch>) -> Result<Moved> {
    let telling = watch.clone();
    let client = Client::new(
        &moving.service.base(&moving.address),
        moving.service.header(),
        &moving.key,
        Box::new(move |why| telling.wait(why)),
    )?;
    let mut asker = service::Asker { client, service: moving.service };
    let context = asker.context(moving.currency.clone()).await?;
    let (shop, source, address) = (moving.shop, moving.service.source(), moving.address.clone());
    let (id, place, is_resumed) = if moving.is_dry {
        (0, Place::default(), false)
    } else {
        let begun =
            moving.store.write("move in", move |tx| move_in::begin(tx, shop, source, &address)).await?;
        (begun.id, Place::read(&begun.place), begun.is_resumed)
    };
    let mut taker = Taker { moving, id, context, report: Report::default(), seen: Arc::default() };
    if taker.context.is_gross && !moving.is_dry && !is_resumed {
        taker.gross(&place).await?;
    }
    for (number, feed) in moving.service.feeds().iter().enumerate().skip(place.feed) {
        let from = if number == place.feed { place.clone() } else { Place::at(number) };
        taker.feed(&mut asker, feed, from, watch).await?;
    }
    if !moving.is_dry {
        let actor = moving.actor.clone();
        taker.report =
            moving.store.write("end move in", move |tx| move_in::end(tx, shop, source, id, &actor)).await?;
    }
    Ok(Moved { report: taker.report, is_resumed })
}

/// Has what was read taken in.
struct Taker<'a> {
    moving: &'a Moving,
    id: i64,
    context: Context,
    report: Report,
    /// What a dry run has seen.
    seen: Arc<std::sync::Mutex<Seen>>,
}

impl Taker<'_> {
    /// Takes in all of one list, which is read ahead meanwhile.
    async fn feed(
        &mut self,
        asker: &mut service::Asker,
        feed: &Feed,
        from: Place,
        watch: &Arc<dyn Watch>,
    ) -> Result<()> {
        let (sender, pages) = mpsc::channel::<Page>(AHEAD);
        let number = from.feed;
        let reading = walk::walk(asker, feed, from, sender, watch);
        let taking = async {
            // Dropped with this, so that nobody reads on for nothing.
            let mut pages = pages;
            while let Some(page) = pages.recv().await {
                let mut waiting = vec![page];
                while waiting.iter().map(|page| page.things.len()).sum::<usize>() < BATCH {
                    let Ok(page) = pages.try_recv() else { break };
                    waiting.push(page);
                }
                self.pages(feed, waiting).await?;
            }
            Ok::<(), Error>(())
        };
        // A reader whose pages nobody takes any more ends by itself.
        let (read, taken) = tokio::join!(reading, taking);
        taken?;
        let remarks = match read? {
            walk::Walked::Whole => Vec::new(),
            walk::Walked::Missing => vec![Remark {
                noun: feed.noun.to_owned(),
                old_id: String::new(),
                reason: "the old service has no list of them".to_owned(),
            }],
        };
        self.done(number, remarks).await
    }

    /// Notes that prices have tax in them there.
    async fn gross(&mut self, place: &Place) -> Result<()> {
        let (id, shop, actor, place) =
            (self.id, self.moving.shop, self.moving.actor.clone(), place.written());
        let note = move |tx: &mut Tx<'_>| {
            let remark = move_in::prices_are_gross(tx, shop, &actor)?;
            move_in::go_on(tx, id, &place, &Vec::from_iter(remark))
        };
        self.report = self.moving.store.write("move in", note).await?;
        Ok(())
    }

    /// Notes that a list is through.
    async fn done(&mut self, number: usize, remarks: Vec<Remark>) -> Result<()> {
        if self.moving.is_dry {
            for remark in remarks {
                self.report.remark(remark);
            }
            return Ok(());
        }
        let (id, place) = (self.id, Place::at(number + 1).written());
        self.report =
            self.moving.store.write("move in", move |tx| move_in::go_on(tx, id, &place, &remarks)).await?;
        Ok(())
    }

    async fn pages(&mut self, feed: &Feed, pages: Vec<Page>) -> Result<()> {
        let place = pages.last().map(|page| page.place.written()).unwrap_or_default();
        let mut items = Vec::new();
        for thing in pages.iter().flat_map(|page| &page.things) {
            match (feed.read)(wire::Told(thing), &self.context) {
                Ok(read) => items.extend(read.into_iter().map(Ok)),
                Err(e) => items.push(Err(Remark {
                    noun: feed.noun.to_owned(),
                    old_id: wire::Told(thing).first(feed.ids).unwrap_or_default(),
                    reason: e.message,
                })),
            }
        }
        parents_first(&mut items);
        let batch = Arc::new(Batch { items, place });
        let (shop, source, id) = (self.moving.shop, self.moving.service.source(), self.id);
        if self.moving.is_dry {
            let (seen, before) = (self.seen.clone(), self.report.clone());
            self.report = self
                .moving
                .store
                .read(move |tx| {
                    let mut seen = seen.lock().map_err(|_| Error::broken("a dry run has lost its notes"))?;
                    let mut report = before.clone();
                    move_in::look(tx, shop, source, &batch, &mut seen, &mut report)?;
                    Ok(report)
                })
                .await?;
            return Ok(());
        }
        let mut skip = BTreeMap::new();
        loop {
            let (again, left_out) = (batch.clone(), skip.clone());
            let taken = self
                .moving
                .store
                .write("move in", move |tx| move_in::take(tx, shop, source, id, &again, &left_out))
                .await;
            if let Some(report) = move_in::refused(taken, &mut skip)? {
                self.report = report;
                return Ok(());
            }
        }
    }
}

/// Brings shelves behind those that they stand under.
fn parents_first(items: &mut [std::result::Result<Item, Remark>]) {
    let mut place = 0;
    // Shelves that stand under each other in a circle stay where they are.
    let mut turns = items.len() * items.len();
    while place < items.len() && turns > 0 {
        turns -= 1;
        let parent = match &items[place] {
            Ok(Item::Category(shelf)) => shelf.parent.as_deref(),
            _ => None,
        };
        let is_it = |item: &std::result::Result<Item, Remark>| matches!(item, Ok(Item::Category(shelf)) if Some(shelf.old_id.as_str()) == parent);
        match parent.and_then(|_| items[place + 1..].iter().position(is_it)) {
            Some(behind) => items[place..=place + 1 + behind].rotate_right(1),
            None => place += 1,
        }
    }
}

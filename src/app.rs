//! The running server's shared state: settings, store, and what is kept in memory between requests.

mod backup;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use tokio::sync::Mutex;

use crate::base::dice::Dice;
use crate::base::error::Result;
use crate::base::public_id::PublicIds;
use crate::base::seal::Master;
use crate::base::time::{Clock, Millis};
use crate::config::Config;
use crate::domain::house;
use crate::domain::kept_lists::KeptLists;
use crate::domain::kept_places::KeptPlaces;
use crate::domain::last_checked::Gathered;
use crate::domain::recent::Recent;
use crate::domain::release::{self, Newest};
use crate::domain::request_log;
use crate::domain::tally::Tallies;
use crate::domain::webhook_queue::{Manner, Means, Write};
use crate::store::Store;
use crate::store::files::Files;

/// What every request and job is given.
pub struct App {
    /// The settings in force.
    pub config: Config,
    /// What secrets are sealed with.
    pub master: Master,
    /// How ids in words are written.
    pub ids: PublicIds,
    /// What webhooks are made with.
    pub webhooks: Means,
    /// The database.
    pub store: Store,
    /// Uploaded files.
    pub files: Files,
    /// Checks that are not written yet.
    pub gathered: Gathered,
    /// Lists, as they were answered.
    pub lists: KeptLists,
    /// Where their pages begin.
    pub places: KeptPlaces,
    /// Counts that are not written yet.
    pub tallies: Tallies,
    /// Held while counts are written, so that a stop waits for a write that is under way.
    pub tallies_turn: Mutex<()>,
    /// Calls for the request log that are not written yet.
    pub requests: request_log::Gathered,
    /// Licence records used lately.
    pub recent: Recent,
    /// Prebuilt answers to update checks.
    pub catalogue: Catalogue,
    /// What the address holds by which the first owner may let themselves in, for as long as nobody can sign in and no longer than
    /// [`SETUP`] from the start.
    pub setup: String,
    /// When this process began, by the monotonic clock.
    pub started: Instant,
    /// The same by the calendar.
    pub began: Millis,
}

impl App {
    /// An app over an open store. `render` builds the body of an update check, `write` that of a dialect's webhook.
    pub async fn new(
        config: Config,
        master: Master,
        store: Store,
        render: Render,
        write: Write,
    ) -> Result<Arc<Self>> {
        let remembered = config.remembered;
        let ids = store.write("settle ids", house::public_ids).await?;
        let app = Self {
            catalogue: Catalogue { render, ready: RwLock::default(), revision: Mutex::new(-1) },
            files: Files::at(&config.files_dir),
            webhooks: Means {
                master: master.clone(),
                ids: ids.clone(),
                manner: Manner {
                    public_url: config.public_url.as_str().into(),
                    shopkit_max_status: config.shopkit.max_status,
                    shopkit_images: config.shopkit.lists_images,
                },
                write,
            },
            config,
            master,
            ids,
            store,
            gathered: Gathered::default(),
            lists: KeptLists::default(),
            places: KeptPlaces::default(),
            tallies: Tallies::default(),
            tallies_turn: Mutex::default(),
            requests: request_log::Gathered::default(),
            recent: Recent::new(remembered),
            setup: Dice::System.base62(43),
            started: Instant::now(),
            began: Clock::System.now(),
        };
        app.renew_catalogue().await?;
        let master = app.master.clone();
        app.store.write("settle master key", move |tx| house::settle_master(tx, &master)).await?;
        Ok(Arc::new(app))
    }

    /// Builds the answers to update checks anew if anything they show has changed, in this process or another.
    pub async fn renew_catalogue(&self) -> Result<()> {
        let mut known = self.catalogue.revision.lock().await;
        let current = self.store.peek(|tx| Ok(house::get(tx)?.catalogue_revision)).await?;
        if current == *known {
            return Ok(());
        }
        // Read with its revision from one snapshot: a change in between is then seen the next time.
        let (revision, newest) =
            self.store.read(|tx| Ok((house::get(tx)?.catalogue_revision, release::newest(tx)?))).await?;
        let ready = newest
            .iter()
            .map(|n| (n.product_id, (self.catalogue.render)(n, &self.config.public_url)))
            .collect();
        *self.catalogue.ready.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ready);
        *known = revision;
        Ok(())
    }
}

/// How long after its start a server lets the first owner in by its link.
pub const SETUP: Duration = Duration::from_mins(30);

/// Builds the answer for one product from its newest release and the public URL.
pub type Render = fn(&Newest, &str) -> Prebuilt;

/// An answer that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prebuilt {
    /// The body.
    pub body: Bytes,
    /// Its strong entity tag, with the quotes.
    pub etag: String,
}

/// The prebuilt answers to update checks, by product id.
pub struct Catalogue {
    render: Render,
    ready: RwLock<Arc<HashMap<i64, Prebuilt>>>,
    /// The catalogue revision the answers were built from.
    revision: Mutex<i64>,
}

impl Catalogue {
    /// The answer for a product; `None` when there is nothing to tell.
    pub fn find(&self, product_id: i64) -> Option<Prebuilt> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner).clone();
        ready.get(&product_id).cloned()
    }
}

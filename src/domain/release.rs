//! Releases: versions of a product, drafts of them, and the newest one that update checks tell of.

use serde::Serialize;

use super::audit::{self, Action};
use super::release_file;
use super::shop::Shop;
use super::{audit_data, event, event_data, house, mail_news, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{text, version};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// The channel that update checks show.
pub const STABLE: &str = "stable";

words! {
    /// Who knows of a release.
    Status, "release status" {
        /// The vendor alone.
        Draft = "draft",
        /// Update checks tell of it, and buyers may download it.
        Published = "published",
        /// It was taken back.
        Yanked = "yanked",
    }
}

/// One release; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Release {
    pub id: i64,
    pub product_id: i64,
    pub channel: String,
    pub version: String,
    pub longversion: i64,
    pub status: Status,
    #[serde(skip)]
    pub released_at: Millis,
    pub notes_url: Option<String>,
    pub update_url: Option<String>,
    pub notes: String,
}

/// A release to be made, as a draft or published at once.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub product_id: i64,
    pub channel: String,
    pub version: String,
    /// `None` takes [`version::proposed_longversion`].
    pub longversion: Option<i64>,
    /// `None` is now.
    pub released_at: Option<Millis>,
    pub notes_url: Option<String>,
    pub update_url: Option<String>,
    pub notes: String,
    pub is_draft: bool,
    /// What can be downloaded of it.
    pub files: Vec<release_file::Draft>,
}

impl Default for Draft {
    /// To be published now, in the channel that update checks show.
    fn default() -> Self {
        Self {
            product_id: 0,
            channel: STABLE.to_owned(),
            version: String::new(),
            longversion: None,
            released_at: None,
            notes_url: None,
            update_url: None,
            notes: String::new(),
            is_draft: false,
            files: Vec::new(),
        }
    }
}

/// What to change on a release; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub status: Option<Status>,
    pub channel: Option<String>,
    pub version: Option<String>,
    pub longversion: Option<i64>,
    pub released_at: Option<Millis>,
    pub notes_url: Option<Option<String>>,
    pub update_url: Option<Option<String>>,
    pub notes: Option<String>,
    pub files: Option<Vec<release_file::Draft>>,
}

/// Makes a release. Its `longversion` must be larger than that of every other in its channel, yanked ones included and drafts
/// not: shipped apps compare it with their own and would never ask for a smaller one (contract licence.md, "Update check").
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Release> {
    product::get(tx, shop, draft.product_id)?;
    let (channel, version) = (channel(&draft.channel)?, version(&draft.version)?);
    let longversion = longversion(&version, draft.longversion)?;
    let notes_url = address("notes_url", draft.notes_url.as_deref())?;
    let update_url = address("update_url", draft.update_url.as_deref())?;
    let notes = notes(&draft.notes)?;
    let status = if draft.is_draft { Status::Draft } else { Status::Published };
    let now = tx.now();
    let released_at = draft.released_at.unwrap_or(now);
    let id = tx.maybe(
        "insert into release (product_id, channel, version, longversion, status, released_at, notes_url, update_url, notes, created_at) \
         select cast($1 as bigint), $2, $3, cast($4 as bigint), $5, cast($6 as bigint), $7, $8, $9, cast($10 as bigint) \
         where not exists (select 1 from release where product_id = $1 and channel = $2 \
         and (longversion = $4 or (longversion > $4 and status <> 'draft'))) returning id",
        values![
            draft.product_id,
            &channel,
            &version,
            longversion,
            status.as_str(),
            released_at,
            notes_url.as_ref(),
            update_url.as_ref(),
            &notes,
            now
        ],
        |row| row.get(0),
    )?;
    let Some(id) = id else { return Err(not_larger(tx, draft.product_id, &channel, longversion)?) };
    release_file::set(tx, shop, id, &draft.files)?;
    let release = get(tx, id)?;
    if status == Status::Published {
        house::catalogue_changed(tx)?;
        event::note(tx, shop, event::Kind::ReleasePublished, &event_data::release(&release))?;
        mail_news::announce(tx, shop, &release)?;
    }
    let action = if draft.is_draft { Action::ReleaseCreated } else { Action::ReleasePublished };
    let told = audit_data::release(tx, &release)?;
    audit::created(tx, shop, action, id, &told)?;
    Ok(release)
}

/// Changes a release. What shipped apps have seen stays: channel, version and longversion change on a draft only, and what was
/// published never becomes a draft again.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Release> {
    let old = get(tx, id)?;
    product::get(tx, shop, old.product_id)?;
    let before = audit_data::release(tx, &old)?;
    let (is_draft, now) = (old.status == Status::Draft, tx.now());
    if !is_draft && (change.channel.is_some() || change.version.is_some() || change.longversion.is_some()) {
        let message = "shipped apps may have seen this release: channel, version and longversion change on a draft only";
        return Err(Error::refused(message).about("release_published"));
    }
    let status = change.status.unwrap_or(old.status);
    if !is_draft && status == Status::Draft {
        let message = "shipped apps may have seen this release: yank it instead";
        return Err(Error::refused(message).about("release_published"));
    }
    if is_draft && status == Status::Yanked {
        let message = "a draft was never published: delete it instead";
        return Err(Error::refused(message).about("release_not_published"));
    }
    let channel = change.channel.as_deref().map_or_else(|| Ok(old.channel.clone()), channel)?;
    let version = change.version.as_deref().map_or_else(|| Ok(old.version.clone()), version)?;
    let longversion = match (change.longversion, change.version.is_some()) {
        (None, false) => old.longversion,
        (given, _) => longversion(&version, given)?,
    };
    let goes_out = is_draft && status == Status::Published;
    let released_at = change.released_at.unwrap_or(if goes_out { now } else { old.released_at });
    let changed = tx.exec(
        "update release set channel = $2, version = $3, longversion = $4, status = $5, released_at = $6, notes_url = $7, \
         update_url = $8, notes = $9 where id = $1 and not exists (select 1 from release o where o.product_id = $10 \
         and o.channel = $2 and o.id <> $1 and cast($11 as bigint) = 1 \
         and (o.longversion = $4 or (o.longversion > $4 and o.status <> 'draft')))",
        values![
            id,
            &channel,
            &version,
            longversion,
            status.as_str(),
            released_at,
            changed_address("notes_url", change.notes_url.as_ref(), old.notes_url)?.as_ref(),
            changed_address("update_url", change.update_url.as_ref(), old.update_url)?.as_ref(),
            &change.notes.as_deref().map_or_else(|| Ok(old.notes), notes)?,
            old.product_id,
            is_draft
        ],
    )?;
    if changed == 0 {
        return Err(not_larger(tx, old.product_id, &channel, longversion)?);
    }
    if let Some(files) = &change.files {
        release_file::set(tx, shop, id, files)?;
    }
    house::catalogue_changed(tx)?;
    let release = get(tx, id)?;
    let (action, kind) = match status {
        Status::Published if status != old.status => {
            (Action::ReleasePublished, Some(event::Kind::ReleasePublished))
        }
        Status::Yanked if status != old.status => (Action::ReleaseYanked, Some(event::Kind::ReleaseYanked)),
        _ => (Action::ReleaseChanged, None),
    };
    if let Some(kind) = kind {
        event::note(tx, shop, kind, &event_data::release(&release))?;
    }
    let after = audit_data::release(tx, &release)?;
    audit::changed(tx, shop, action, id, &before, &after)?;
    if goes_out {
        mail_news::announce(tx, shop, &release)?;
    }
    Ok(release)
}

/// Removes a draft; what it was.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Release> {
    let release = get(tx, id)?;
    if release.status != Status::Draft {
        let message = "shipped apps may have seen this release: yank it instead";
        return Err(Error::refused(message).about("release_published"));
    }
    let told = audit_data::release(tx, &release)?;
    tx.exec("delete from release_file where release_id = $1", values![id])?;
    tx.exec("delete from release where id = $1", values![id])?;
    audit::ended(tx, shop, Action::ReleaseDeleted, id, &told)?;
    Ok(release)
}

/// A channel's name that may be stored.
pub fn channel(text: &str) -> Result<String> {
    let channel = text::line("the channel", text, 32).map_err(|e| e.about("channel"))?;
    if text::slug(&channel) == channel {
        return Ok(channel);
    }
    let message = format!("the channel '{channel}' may hold a-z, 0-9 and '-' only");
    Err(Error::invalid(message).about("channel"))
}

fn version(text: &str) -> Result<String> {
    text::line("the version", text, 64).map_err(|e| e.about("version"))
}

fn notes(text: &str) -> Result<String> {
    text::page("the notes", text, 50_000).map_err(|e| e.about("notes"))
}

fn longversion(version: &str, given: Option<i64>) -> Result<i64> {
    match given.or_else(|| version::proposed_longversion(version)) {
        Some(n) if n > 0 => Ok(n),
        Some(n) => {
            let message = format!("longversion must be larger than 0, not {n}");
            Err(Error::invalid(message).about("longversion"))
        }
        None => {
            let message = format!(
                "no longversion follows from '{version}' (it needs major.minor.patch with minor and patch below 100): give one as longversion"
            );
            Err(Error::invalid(message).about("longversion"))
        }
    }
}

fn address(field: &'static str, url: Option<&str>) -> Result<Option<String>> {
    url.map(text::web_address).transpose().map_err(|e| e.about(field))
}

fn changed_address(
    field: &'static str,
    change: Option<&Option<String>>,
    old: Option<String>,
) -> Result<Option<String>> {
    change.map_or(Ok(old), |url| address(field, url.as_deref()))
}

/// Why a release cannot have this longversion.
fn not_larger(tx: &mut Tx<'_>, product_id: i64, channel: &str, longversion: i64) -> Result<Error> {
    let newest = tx.one(
        "select coalesce(max(longversion), 0) from release where product_id = $1 and channel = $2 and status <> 'draft'",
        values![product_id, channel],
        |row| row.get::<i64>(0),
    )?;
    let message = if newest >= longversion {
        format!(
            "longversion {longversion} is not larger than {newest}, the largest in channel '{channel}': shipped apps would not see it as an update"
        )
    } else {
        format!("a draft in channel '{channel}' has longversion {longversion} already")
    };
    Ok(Error::refused(message).about("longversion_not_larger"))
}

/// The published release with this id of this product.
pub fn published(tx: &mut Tx<'_>, product_id: i64, id: i64) -> Result<Option<Release>> {
    tx.maybe(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url, notes from release \
         where id = $1 and product_id = $2 and status = 'published'",
        values![id, product_id],
        read,
    )
}

/// The newest published release of a product in a channel.
pub fn newest_of(tx: &mut Tx<'_>, product_id: i64, channel: &str) -> Result<Option<Release>> {
    tx.maybe(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url, notes from release \
         where product_id = $1 and channel = $2 and status = 'published' order by longversion desc limit 1",
        values![product_id, channel],
        read,
    )
}

/// The release with this id of this product, or `NotFound`.
pub fn of(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64) -> Result<Release> {
    product::get(tx, shop, product_id)?;
    let release = get(tx, id)?;
    if release.product_id == product_id {
        return Ok(release);
    }
    Err(Error::not_found(format!("product {product_id} has no release {id}")))
}

/// Releases of a product, the latest published first: `limit` of them from `start` on.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Release>> {
    product::get(tx, shop, product_id)?;
    let mut list = List::new(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url, notes from release",
    );
    list.with("product_id = ?", product_id);
    list.page(tx, "id", start, limit, read)
}

/// The release with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Release> {
    tx.maybe(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url, notes from release where id = $1",
        values![id],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no release {id}; `keywright release list` shows those there are")))
}

/// All releases of a product, newest first within a channel.
pub fn list(tx: &mut Tx<'_>, shop: Shop, product_id: i64) -> Result<Vec<Release>> {
    product::get(tx, shop, product_id)?;
    tx.all(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url, notes from release \
         where product_id = $1 order by channel, longversion desc",
        values![product_id],
        read,
    )
}

/// What an update check tells of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    /// The product's id.
    pub product_id: i64,
    /// The product's slug, for its page's address.
    pub slug: String,
    /// Its latest published release in the stable channel.
    pub release: Release,
}

/// The newest stable release of every product that is approved and visible.
pub fn newest(tx: &mut Tx<'_>) -> Result<Vec<Newest>> {
    tx.all(
        "select r.id, r.product_id, r.channel, r.version, r.longversion, r.status, r.released_at, r.notes_url, r.update_url, r.notes, p.slug \
         from product p join release r on r.product_id = p.id \
         where p.approved = 1 and p.visible = 1 and r.longversion = (select max(n.longversion) from release n \
         where n.product_id = p.id and n.channel = $1 and n.status = 'published') and r.channel = $1 order by p.id",
        values![STABLE],
        |row| Ok(Newest { product_id: row.get(1)?, slug: row.get(10)?, release: read(row)? }),
    )
}

fn read(row: &Row<'_>) -> Result<Release> {
    Ok(Release {
        id: row.get(0)?,
        product_id: row.get(1)?,
        channel: row.get(2)?,
        version: row.get(3)?,
        longversion: row.get(4)?,
        status: row.word(5)?,
        released_at: row.get(6)?,
        notes_url: row.get(7)?,
        update_url: row.get(8)?,
        notes: row.get(9)?,
    })
}

//! Releases: published versions of a product, and the newest one that update checks tell of.

use serde::Serialize;
use url::Url;

use super::shop::Shop;
use super::{house, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{text, version};
use crate::store::list::List;
use crate::store::{Row, Tx};
use crate::{values, words};

/// The channel that update checks show.
pub const STABLE: &str = "stable";

words! {
    /// Whether update checks may tell of a release.
    Status, "release status" {
        /// They do.
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
}

/// A release to be published.
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
}

/// Publishes a release. Its `longversion` must be larger than that of every other in its channel, yanked ones included:
/// shipped apps compare it with their own and would never ask for a smaller one (contract licence.md, "Update check").
pub fn publish(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Release> {
    product::get(tx, shop, draft.product_id)?;
    let version = text::line("the version", &draft.version, 64).map_err(|e| e.about("version"))?;
    let channel = text::line("the channel", &draft.channel, 32).map_err(|e| e.about("channel"))?;
    if text::slug(&channel) != channel {
        let message = format!("the channel '{channel}' may hold a-z, 0-9 and '-' only");
        return Err(Error::invalid(message).about("channel"));
    }
    let longversion = match draft.longversion.or_else(|| version::proposed_longversion(&version)) {
        Some(n) if n > 0 => n,
        Some(n) => {
            let message = format!("longversion must be larger than 0, not {n}");
            return Err(Error::invalid(message).about("longversion"));
        }
        None => {
            let message = format!(
                "no longversion follows from '{version}' (it needs major.minor.patch with minor and patch below 100): give one as longversion"
            );
            return Err(Error::invalid(message).about("longversion"));
        }
    };
    let notes_url =
        draft.notes_url.as_deref().map(web_address).transpose().map_err(|e| e.about("notes_url"))?;
    let update_url =
        draft.update_url.as_deref().map(web_address).transpose().map_err(|e| e.about("update_url"))?;
    let now = tx.now();
    let released_at = draft.released_at.unwrap_or(now);
    let id = tx.maybe(
        "insert into release (product_id, channel, version, longversion, status, released_at, notes_url, update_url, created_at) \
         select cast($1 as bigint), $2, $3, cast($4 as bigint), 'published', cast($5 as bigint), $6, $7, cast($8 as bigint) \
         where not exists (select 1 from release where product_id = $1 and channel = $2 and longversion >= $4) returning id",
        values![draft.product_id, &channel, &version, longversion, released_at, notes_url.as_ref(), update_url.as_ref(), now],
        |row| row.get(0),
    )?;
    let Some(id) = id else {
        let newest = tx.one(
            "select max(longversion) from release where product_id = $1 and channel = $2",
            values![draft.product_id, &channel],
            |row| row.get::<i64>(0),
        )?;
        let message = format!(
            "longversion {longversion} is not larger than {newest}, the largest in channel '{channel}': shipped apps would not see it as an update"
        );
        return Err(Error::refused(message).about("longversion_not_larger"));
    };
    house::catalogue_changed(tx)?;
    get(tx, id)
}

/// Takes a release back, so that update checks tell of the one before it, or puts it out again.
pub fn set_status(tx: &mut Tx<'_>, id: i64, status: Status) -> Result<Release> {
    get(tx, id)?;
    tx.exec("update release set status = $2 where id = $1", values![id, status.as_str()])?;
    house::catalogue_changed(tx)?;
    get(tx, id)
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

/// Releases of a product, the latest published first: `limit` of them before the one with id `before`.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Release>> {
    product::get(tx, shop, product_id)?;
    let mut list = List::new(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url from release",
    );
    list.with("product_id = ?", product_id);
    list.page(tx, "id", before, limit, read)
}

/// The release with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Release> {
    tx.maybe(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url from release where id = $1",
        values![id],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no release {id}; `keywright release list` shows those there are")))
}

/// All releases of a product, newest first within a channel.
pub fn list(tx: &mut Tx<'_>, shop: Shop, product_id: i64) -> Result<Vec<Release>> {
    product::get(tx, shop, product_id)?;
    tx.all(
        "select id, product_id, channel, version, longversion, status, released_at, notes_url, update_url from release \
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
        "select r.id, r.product_id, r.channel, r.version, r.longversion, r.status, r.released_at, r.notes_url, r.update_url, p.slug \
         from product p join release r on r.product_id = p.id \
         where p.approved = 1 and p.visible = 1 and r.longversion = (select max(n.longversion) from release n \
         where n.product_id = p.id and n.channel = $1 and n.status = 'published') and r.channel = $1 order by p.id",
        values![STABLE],
        |row| Ok(Newest { product_id: row.get(1)?, slug: row.get(9)?, release: read(row)? }),
    )
}

fn web_address(text: &str) -> Result<String> {
    match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 1_024 => Ok(url.into()),
        _ => Err(Error::invalid(format!("'{text}' is not an http or https address"))),
    }
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
    })
}

//! Products and their licence policy.

use serde::Serialize;

use super::{house, identifier::Mode, licence_key::Form};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::values;

/// A product and the policy its licences are issued under; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a product")]
pub struct Product {
    pub id: i64,
    pub title: String,
    pub slug: String,
    pub approved: bool,
    pub visible: bool,
    pub api_enabled: bool,
    pub check_ip: Option<bool>,
    pub allow_ip_override: Option<bool>,
    pub deactivate: bool,
    pub key_type: String,
    pub segments: i64,
    pub segment_length: i64,
    pub identifier_mode: Mode,
    pub max_uses: i64,
    pub term_days: Option<i64>,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub site_id: i64,
}

/// What to set on a product; `None` leaves it as it is, or at the schema's default for a new one.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub slug: Option<String>,
    pub approved: Option<bool>,
    pub visible: Option<bool>,
    pub api_enabled: Option<bool>,
    pub check_ip: Option<Option<bool>>,
    pub allow_ip_override: Option<Option<bool>>,
    pub deactivate: Option<bool>,
    pub key_type: Option<String>,
    pub segments: Option<i64>,
    pub segment_length: Option<i64>,
    pub identifier_mode: Option<Mode>,
    pub max_uses: Option<i64>,
    pub term_days: Option<Option<i64>>,
}

impl Product {
    /// The form of the keys this product issues.
    pub fn key_form(&self) -> Form {
        if self.key_type == "md5" {
            Form::Md5
        } else {
            Form::Standard { segments: self.segments, length: self.segment_length }
        }
    }

    /// What a vendor should know about this policy, though it is allowed.
    pub fn warnings(&self) -> Vec<String> {
        let characters = self.segments * self.segment_length;
        if self.key_type == "standard" && characters < 12 {
            return vec![format!(
                "keys of {characters} random characters can be guessed; use 12 or more (more --segments, or a longer --segment-length)"
            )];
        }
        Vec::new()
    }
}

/// Makes a product; `change.title` is needed, the slug comes from it unless given.
pub fn new(tx: &mut Tx<'_>, change: &Change) -> Result<Product> {
    let title = text::line("the title", change.title.as_deref().unwrap_or_default(), 200)?;
    let (site, now) = (house::site(tx)?, tx.now());
    let id = tx.one(
        "insert into product (site_id, title, slug, created_at, updated_at) values ($1, $2, $3, $4, $4) returning id",
        values![site, &title, &text::slug(&title), now],
        |row| row.get(0),
    )?;
    set(tx, id, change)
}

/// Changes a product, whole or not at all.
pub fn set(tx: &mut Tx<'_>, id: i64, change: &Change) -> Result<Product> {
    let mut p = get(tx, id)?;
    p.apply(change)?;
    let now = tx.now();
    tx.exec(
        "update product set title = $2, slug = $3, approved = $4, visible = $5, api_enabled = $6, check_ip = $7, \
         allow_ip_override = $8, deactivate = $9, key_type = $10, segments = $11, segment_length = $12, \
         identifier_mode = $13, max_uses = $14, term_days = $15, updated_at = $16 where id = $1",
        values![
            id,
            &p.title,
            &p.slug,
            p.approved,
            p.visible,
            p.api_enabled,
            p.check_ip,
            p.allow_ip_override,
            p.deactivate,
            &p.key_type,
            p.segments,
            p.segment_length,
            p.identifier_mode.as_str(),
            p.max_uses,
            p.term_days,
            now,
        ],
    )?;
    house::catalogue_changed(tx)?;
    Ok(p)
}

impl Product {
    fn apply(&mut self, change: &Change) -> Result<()> {
        let change = change.clone();
        if let Some(title) = change.title {
            self.title = text::line("the title", &title, 200)?;
        }
        if let Some(slug) = change.slug {
            if slug.is_empty() || text::slug(&slug) != slug {
                return Err(Error::invalid(format!(
                    "the slug '{slug}' may hold a-z, 0-9 and single '-' only, at most 80 characters; try '{}'",
                    text::slug(&slug)
                )));
            }
            self.slug = slug;
        }
        put(&mut self.approved, change.approved);
        put(&mut self.visible, change.visible);
        put(&mut self.api_enabled, change.api_enabled);
        put(&mut self.check_ip, change.check_ip);
        put(&mut self.allow_ip_override, change.allow_ip_override);
        put(&mut self.deactivate, change.deactivate);
        put(&mut self.identifier_mode, change.identifier_mode);
        put(&mut self.key_type, change.key_type);
        put(&mut self.segments, change.segments);
        put(&mut self.segment_length, change.segment_length);
        put(&mut self.max_uses, change.max_uses);
        put(&mut self.term_days, change.term_days);
        within("segments", self.segments, 2, 10)?;
        within("segment-length", self.segment_length, 4, 8)?;
        if self.max_uses != -1 {
            within("max-uses", self.max_uses, 1, 1_000_000_000)?;
        }
        within("term-days", self.term_days.unwrap_or(1), 1, 36_500)?;
        Ok(())
    }
}

fn put<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn within(what: &str, n: i64, least: i64, most: i64) -> Result<()> {
    if (least..=most).contains(&n) {
        return Ok(());
    }
    let unlimited = if what == "max-uses" { ", or -1 for no limit" } else { "" };
    Err(Error::invalid(format!("{what} must be from {least} to {most}{unlimited}, not {n}")))
}

/// The product with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Product> {
    find(tx, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no product {id}; `keywright product list` shows those there are"))
    })
}

/// The product with this id.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Product>> {
    tx.maybe(
        "select id, title, slug, approved, visible, api_enabled, check_ip, allow_ip_override, deactivate, key_type, segments, \
         segment_length, identifier_mode, max_uses, term_days, created_at, site_id from product where id = $1",
        values![id],
        read,
    )
}

/// All products, oldest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Product>> {
    tx.all(
        "select id, title, slug, approved, visible, api_enabled, check_ip, allow_ip_override, deactivate, key_type, segments, \
         segment_length, identifier_mode, max_uses, term_days, created_at, site_id from product order by id",
        &[],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Product> {
    Ok(Product {
        id: row.get(0)?,
        title: row.get(1)?,
        slug: row.get(2)?,
        approved: row.get(3)?,
        visible: row.get(4)?,
        api_enabled: row.get(5)?,
        check_ip: row.get(6)?,
        allow_ip_override: row.get(7)?,
        deactivate: row.get(8)?,
        key_type: row.get(9)?,
        segments: row.get(10)?,
        segment_length: row.get(11)?,
        identifier_mode: row.word(12)?,
        max_uses: row.get(13)?,
        term_days: row.get(14)?,
        created_at: row.get(15)?,
        site_id: row.get(16)?,
    })
}

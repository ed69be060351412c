//! Licences as a vendor sees them: issuing, finding, switching.

use serde::Serialize;

use super::audit::{self, Action};
use super::identifier::Mode;
use super::shop::Shop;
use super::{customer, event, event_data, key_pool, ladder, licence_key, mail_cause, product, purchase};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{DAY, Millis};
use crate::store::{Row, Tx};
use crate::{values, words};

/// What to issue.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Draft {
    pub product_id: i64,
    pub customer: customer::Change,
    pub install_url: Option<String>,
    /// `None` takes the product's.
    pub max_uses: Option<i64>,
    /// `None` takes the product's term.
    pub expires_at: Option<Millis>,
    /// The purchase this one hangs on.
    pub parent: Option<i64>,
    /// A key made elsewhere; `None` makes one.
    pub key: Option<String>,
    /// A manual identifier that is bound already.
    pub identifier: Option<String>,
    /// Issue it suspended.
    pub suspended: bool,
}

/// What was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// The new key.
    pub key: String,
    /// The new licence.
    pub licence_id: i64,
    /// The purchase made for it.
    pub purchase_id: i64,
    /// Its customer, new or known.
    pub customer_id: i64,
    /// Its product.
    pub product_id: i64,
}

/// Issues a licence with its purchase, under the product's policy of today. Nothing is written unless all of it can be.
pub fn issue(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Issued> {
    let product = admit(tx, shop, draft)?;
    let customer = customer::find_or_new(tx, shop, &draft.customer)?;
    let issued = issue_to(tx, customer.id, None, draft, &product)?;
    let licence = tell_new(tx, shop, &issued)?;
    audit::created(tx, shop, Action::LicenceIssued, licence.licence_id, &licence)?;
    if !draft.suspended {
        mail_cause::licence_issued(tx, shop, issued.customer_id, issued.purchase_id)?;
    }
    Ok(issued)
}

/// As [`issue`], for a draft that [`admit`] has let in, in the same transaction, with the product it gave; and no event tells of it,
/// since what is moved in here has happened before.
pub fn take_in(tx: &mut Tx<'_>, draft: &Draft, product: &product::Product) -> Result<Issued> {
    let (customer, _) = customer::find_or_make(tx, product.shop, &draft.customer)?;
    issue_to(tx, customer.id, None, draft, product)
}

/// Notes that there is a new licence, and the purchase that was made for it.
pub fn tell_new(tx: &mut Tx<'_>, shop: Shop, issued: &Issued) -> Result<Licence> {
    purchase::tell_new(tx, shop, issued.purchase_id)?;
    tell(tx, shop, issued.licence_id, event::Kind::LicenceIssued)
}

/// Notes what happened to a licence, as it stands now: the licence.
pub fn tell(tx: &mut Tx<'_>, shop: Shop, id: i64, kind: event::Kind) -> Result<Licence> {
    let licence = by_id(tx, shop, id)?;
    event::note(tx, shop, kind, &event_data::licence(&licence))?;
    Ok(licence)
}

/// As [`take_in`], to a customer there is, for a line of an order; `draft.customer` does not count.
pub fn issue_to(
    tx: &mut Tx<'_>,
    customer_id: i64,
    sale_line_id: Option<i64>,
    draft: &Draft,
    product: &product::Product,
) -> Result<Issued> {
    let now = tx.now();
    let expires_at = draft.expires_at.or(product.policy.term_days.map(|days| now + days * DAY));
    let purchase_id = purchase::new(
        tx,
        product,
        &purchase::Draft {
            customer_id,
            sale_line_id,
            parent_id: draft.parent,
            expires_at,
            install_url: draft.install_url.clone(),
        },
    )?;
    // A made key that exists already is as likely as a guessed one; then the next is tried.
    for _ in 0..8 {
        let key = draft.key.clone().unwrap_or_else(|| licence_key::new(product.policy.key_form(), tx.dice()));
        let issued = tx.maybe(
            "insert into licence (purchase_id, product_id, key, key_type, is_on, identifier_mode, identifier, max_uses, issued_at, \
             expires_at, is_test) values ($1, $10, $2, $3, $4, $5, $6, $7, $8, $9, $11) on conflict (key) do nothing returning id",
            values![
                purchase_id,
                &key,
                licence_key::kind(&key).as_str(),
                !draft.suspended,
                product.policy.identifier_mode.as_str(),
                draft.identifier.as_ref(),
                draft.max_uses.unwrap_or(product.policy.max_uses),
                now,
                expires_at,
                product.id,
                product.shop.is_test()
            ],
            |row| row.get(0),
        )?;
        if let Some(licence_id) = issued {
            return Ok(Issued { key, licence_id, purchase_id, customer_id, product_id: product.id });
        }
    }
    let message = match draft.key {
        Some(_) => "there is a licence with this key already; keys are unique",
        None => "no free key was found; give this product longer keys",
    };
    Err(Error::refused(message).about("key_taken"))
}

/// Whether `draft` can be issued: its product if so. Reads only, so that a dry run may ask too.
pub fn admit(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<product::Product> {
    let product = product::get(tx, shop, draft.product_id)?;
    draft.customer.needed()?;
    if let Some(n) = draft.max_uses {
        within_limits(n)?;
    }
    if let Some(url) = &draft.install_url {
        crate::base::site_url::parse(url).map_err(|e| e.about("install_url"))?;
    }
    if let Some(parent) = draft.parent
        && !purchase::exists(tx, shop, parent)?
    {
        let missing = Error::not_found(format!("there is no purchase {parent} to be the parent"));
        return Err(missing.about("parent_purchase_id"));
    }
    if let Some(identifier) = &draft.identifier {
        bindable(identifier, product.policy.identifier_mode)?;
    }
    if let Some(key) = &draft.key {
        let line = text::line("the key", key, licence_key::LONGEST).map_err(|e| e.about("key"))?;
        if line != *key || key.len() > licence_key::LONGEST {
            let message = "the key has white space around it or is longer than 255 bytes";
            return Err(Error::invalid(message).about("key"));
        }
        if ladder::find(tx, key, None)?.is_some() {
            let message = "there is a licence with this key already; keys are unique";
            return Err(Error::refused(message).about("key_taken"));
        }
    }
    if let Some(key) = &draft.key
        && key_pool::holds(tx, key)?
    {
        let message = "this key waits in a product's pool to be sold";
        return Err(Error::refused(message).about("key_taken"));
    }
    Ok(product)
}

fn within_limits(max_uses: i64) -> Result<()> {
    if max_uses == -1 || (1..=1_000_000_000).contains(&max_uses) {
        return Ok(());
    }
    let message = format!("max-uses must be from 1 to 1000000000, or -1 for no limit, not {max_uses}");
    Err(Error::invalid(message).about("max_uses"))
}

fn bindable(identifier: &str, mode: Mode) -> Result<()> {
    text::line("the identifier", identifier, 1_024).map_err(|e| e.about("identifier"))?;
    if mode == Mode::Manual {
        return Ok(());
    }
    let message = format!("an identifier is bound in mode manual only; this is mode {mode}");
    Err(Error::invalid(message).about("identifier"))
}

words! {
    /// How a licence stands, as of now.
    Status, "licence status" {
        /// May be used.
        Active = "active",
        /// Switched off by the vendor.
        Suspended = "suspended",
        /// Its purchase is cancelled or refunded.
        Cancelled = "cancelled",
        /// Past its term.
        Expired = "expired",
    }
}

/// A licence as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Licence {
    pub licence_id: i64,
    pub key: String,
    pub product_id: i64,
    pub product: String,
    pub purchase_id: i64,
    pub customer_id: i64,
    pub email: String,
    pub status: Status,
    pub identifier_mode: Mode,
    pub identifier: Option<String>,
    pub uses: i64,
    pub max_uses: i64,
    #[serde(skip)]
    pub issued_at: Millis,
    #[serde(skip)]
    pub expires_at: Option<Millis>,
}

/// The licence with this key, as people type it, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, key: &str) -> Result<Licence> {
    let unknown = || {
        Error::not_found(format!(
            "there is no licence with the key {}; `keywright licence list` shows those there are",
            text::last4(key)
        ))
    };
    let id = ladder::find(tx, key, None)?.ok_or_else(unknown)?.licence_id;
    let now = tx.now();
    tx.one(
        "select l.id, l.key, l.product_id, d.title, p.id, p.customer_id, c.email, l.is_on, l.purchase_status, l.identifier_mode, \
         l.uses, l.max_uses, l.issued_at, l.expires_at, l.identifier from licence l join purchase p on p.id = l.purchase_id \
         join product d on d.id = l.product_id join customer c on c.id = p.customer_id where l.id = $1",
        values![id],
        |row| read(row, now),
    )
}

/// The licence with this id in this shop, or `NotFound`.
pub fn by_id(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Licence> {
    let now = tx.now();
    tx.maybe(
        "select l.id, l.key, l.product_id, d.title, p.id, p.customer_id, c.email, l.is_on, l.purchase_status, l.identifier_mode, \
         l.uses, l.max_uses, l.issued_at, l.expires_at, l.identifier from licence l join purchase p on p.id = l.purchase_id \
         join product d on d.id = l.product_id join customer c on c.id = p.customer_id \
         where l.id = $1 and p.site_id = $2 and p.is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        |row| read(row, now),
    )?
    .ok_or_else(|| Error::not_found(format!("there is no licence {id}")))
}

/// The row that the selects of a licence give.
pub(super) fn read(row: &Row<'_>, now: Millis) -> Result<Licence> {
    let (is_on, purchase): (bool, purchase::Status) = (row.get(7)?, row.word(8)?);
    let expires_at: Option<Millis> = row.get(13)?;
    let status = match purchase {
        _ if !is_on => Status::Suspended,
        purchase::Status::Cancelled => Status::Cancelled,
        purchase::Status::Expired => Status::Expired,
        purchase::Status::Active if expires_at.is_some_and(|at| at <= now) => Status::Expired,
        purchase::Status::Active => Status::Active,
    };
    Ok(Licence {
        licence_id: row.get(0)?,
        key: row.get(1)?,
        product_id: row.get(2)?,
        product: row.get(3)?,
        purchase_id: row.get(4)?,
        customer_id: row.get(5)?,
        email: row.get(6)?,
        status,
        identifier_mode: row.word(9)?,
        uses: row.get(10)?,
        max_uses: row.get(11)?,
        issued_at: row.get(12)?,
        expires_at,
        identifier: row.get(14)?,
    })
}

/// Switches a licence on or off.
pub fn switch(tx: &mut Tx<'_>, key: &str, on: bool) -> Result<Licence> {
    let licence = get(tx, key)?;
    let shop = purchase::shop(tx, licence.purchase_id)?;
    let action = switch_row(tx, shop, &licence, on)?;
    let switched = get(tx, key)?;
    audit::changed(tx, shop, action, switched.licence_id, &licence, &switched)?;
    Ok(switched)
}

/// Switches a licence, and says what that was.
fn switch_row(tx: &mut Tx<'_>, shop: Shop, licence: &Licence, on: bool) -> Result<Action> {
    tx.exec("update licence set is_on = $2 where id = $1", values![licence.licence_id, on])?;
    let was_on = licence.status != Status::Suspended;
    let (kind, action) = if on {
        (event::Kind::LicenceResumed, Action::LicenceResumed)
    } else {
        (event::Kind::LicenceSuspended, Action::LicenceSuspended)
    };
    if was_on == on {
        return Ok(Action::LicenceChanged);
    }
    tell(tx, shop, licence.licence_id, kind)?;
    Ok(action)
}

/// What to change on a licence; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Change {
    pub is_on: Option<bool>,
    pub max_uses: Option<i64>,
    /// With the purchase's.
    pub expires_at: Option<Option<Millis>>,
    /// The bound one, in mode manual.
    pub identifier: Option<Option<String>>,
}

/// Changes a licence, whole or not at all.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Licence> {
    let licence = by_id(tx, shop, id)?;
    let mut action = Action::LicenceChanged;
    if let Some(is_on) = change.is_on {
        action = switch_row(tx, shop, &licence, is_on)?;
    }
    if let Some(max_uses) = change.max_uses {
        within_limits(max_uses)?;
        let fits = tx.exec(
            "update licence set max_uses = cast($2 as bigint) where id = $1 and ($2 = -1 or uses <= $2)",
            values![id, max_uses],
        )?;
        if fits == 0 {
            let message =
                format!("{} uses are taken: free some before the limit is set to {max_uses}", licence.uses);
            return Err(Error::refused(message).about("uses_taken"));
        }
    }
    if let Some(expires_at) = change.expires_at {
        purchase::set_end(tx, licence.purchase_id, expires_at)?;
    }
    if let Some(identifier) = &change.identifier {
        if let Some(identifier) = identifier {
            bindable(identifier, licence.identifier_mode)?;
        }
        tx.exec("update licence set identifier = $2 where id = $1", values![id, identifier.as_deref()])?;
    }
    let changed = by_id(tx, shop, id)?;
    audit::changed(tx, shop, action, id, &licence, &changed)?;
    Ok(changed)
}

//! Licences as a vendor sees them: issuing, finding, switching.

use serde::Serialize;

use super::identifier::Mode;
use super::ladder;
use super::{customer, licence_key, product, purchase};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{DAY, Millis};
use crate::store::{Row, Tx};
use crate::values;

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
pub fn issue(tx: &mut Tx<'_>, draft: &Draft) -> Result<Issued> {
    let product = admit(tx, draft)?;
    issue_admitted(tx, draft, &product)
}

/// As [`issue`], for a draft that [`admit`] has let in, in the same transaction, with the product it gave.
pub fn issue_admitted(tx: &mut Tx<'_>, draft: &Draft, product: &product::Product) -> Result<Issued> {
    let customer = customer::find_or_new(tx, &draft.customer)?;
    let now = tx.now();
    let expires_at = draft.expires_at.or(product.term_days.map(|days| now + days * DAY));
    let purchase_id = purchase::new(
        tx,
        product,
        &purchase::Draft {
            customer_id: customer.id,
            parent_id: draft.parent,
            expires_at,
            install_url: draft.install_url.clone(),
        },
    )?;
    // A made key that exists already is as likely as a guessed one; then the next is tried.
    for _ in 0..8 {
        let key = draft.key.clone().unwrap_or_else(|| licence_key::new(product.key_form(), tx.dice()));
        let issued = tx.maybe(
            "insert into licence (purchase_id, product_id, key, key_type, is_on, identifier_mode, identifier, max_uses, issued_at, expires_at) \
             values ($1, $10, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (key) do nothing returning id",
            values![
                purchase_id,
                &key,
                licence_key::kind(&key).as_str(),
                !draft.suspended,
                product.identifier_mode.as_str(),
                draft.identifier.as_ref(),
                draft.max_uses.unwrap_or(product.max_uses),
                now,
                expires_at,
                product.id
            ],
            |row| row.get(0),
        )?;
        if let Some(licence_id) = issued {
            return Ok(Issued {
                key,
                licence_id,
                purchase_id,
                customer_id: customer.id,
                product_id: product.id,
            });
        }
    }
    Err(Error::refused("no free key was found; give this product longer keys"))
}

/// Whether `draft` can be issued: its product if so. Reads only, so that a dry run may ask too.
pub fn admit(tx: &mut Tx<'_>, draft: &Draft) -> Result<product::Product> {
    let product = product::get(tx, draft.product_id)?;
    draft.customer.checked()?;
    if draft.customer.email.is_none() {
        return Err(Error::invalid("the e-mail address is missing"));
    }
    if let Some(n) = draft.max_uses
        && n != -1
        && !(1..=1_000_000_000).contains(&n)
    {
        return Err(Error::invalid(format!(
            "max-uses must be from 1 to 1000000000, or -1 for no limit, not {n}"
        )));
    }
    if let Some(url) = &draft.install_url {
        crate::base::site_url::parse(url)?;
    }
    if let Some(parent) = draft.parent
        && !purchase::exists(tx, parent)?
    {
        return Err(Error::not_found(format!("there is no purchase {parent} to be the parent")));
    }
    if let Some(identifier) = &draft.identifier {
        text::line("the identifier", identifier, 1_024)?;
        if product.identifier_mode != Mode::Manual {
            return Err(Error::invalid(format!(
                "an identifier is bound in mode manual only; product {} has mode {}",
                product.id, product.identifier_mode
            )));
        }
    }
    if let Some(key) = &draft.key {
        if text::line("the key", key, licence_key::LONGEST)? != *key || key.len() > licence_key::LONGEST {
            return Err(Error::invalid("the key has white space around it or is longer than 255 bytes"));
        }
        if ladder::find(tx, key, None)?.is_some() {
            return Err(Error::refused("there is a licence with this key already; keys are unique"));
        }
    }
    Ok(product)
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
    /// `active`, `suspended`, `cancelled` or `expired`, as of now.
    pub status: String,
    pub identifier_mode: String,
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
        "select l.id, l.key, p.product_id, d.title, p.id, p.customer_id, c.email, l.is_on, p.status, l.identifier_mode, l.uses, \
         l.max_uses, l.issued_at, l.expires_at, p.expires_at from licence l join purchase p on p.id = l.purchase_id \
         join product d on d.id = p.product_id join customer c on c.id = p.customer_id where l.id = $1",
        values![id],
        |row| read(row, now),
    )
}

/// Licences in the order they were issued, `limit` of them after the one with id `after`.
pub fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Licence>> {
    let now = tx.now();
    tx.all(
        "select l.id, l.key, p.product_id, d.title, p.id, p.customer_id, c.email, l.is_on, p.status, l.identifier_mode, l.uses, \
         l.max_uses, l.issued_at, l.expires_at, p.expires_at from licence l join purchase p on p.id = l.purchase_id \
         join product d on d.id = p.product_id join customer c on c.id = p.customer_id where l.id > $1 order by l.id limit $2",
        values![after, limit],
        |row| read(row, now),
    )
}

/// The licences of a customer.
pub fn of_customer(tx: &mut Tx<'_>, customer_id: i64) -> Result<Vec<Licence>> {
    let now = tx.now();
    tx.all(
        "select l.id, l.key, p.product_id, d.title, p.id, p.customer_id, c.email, l.is_on, p.status, l.identifier_mode, l.uses, \
         l.max_uses, l.issued_at, l.expires_at, p.expires_at from purchase p join licence l on l.purchase_id = p.id \
         join product d on d.id = p.product_id join customer c on c.id = p.customer_id where p.customer_id = $1 order by l.id",
        values![customer_id],
        |row| read(row, now),
    )
}

fn read(row: &Row<'_>, now: Millis) -> Result<Licence> {
    let (is_on, purchase): (bool, String) = (row.get(7)?, row.get(8)?);
    let expires_at: Option<Millis> = row.get(13)?;
    let purchase_expires_at: Option<Millis> = row.get(14)?;
    let past = |at: Option<Millis>| at.is_some_and(|at| at <= now);
    let status = if !is_on {
        "suspended"
    } else if purchase == "cancelled" {
        "cancelled"
    } else if purchase == "expired" || past(expires_at) || past(purchase_expires_at) {
        "expired"
    } else {
        "active"
    };
    Ok(Licence {
        licence_id: row.get(0)?,
        key: row.get(1)?,
        product_id: row.get(2)?,
        product: row.get(3)?,
        purchase_id: row.get(4)?,
        customer_id: row.get(5)?,
        email: row.get(6)?,
        status: status.to_owned(),
        identifier_mode: row.get(9)?,
        uses: row.get(10)?,
        max_uses: row.get(11)?,
        issued_at: row.get(12)?,
        expires_at,
    })
}

/// Switches a licence on or off.
pub fn switch(tx: &mut Tx<'_>, key: &str, on: bool) -> Result<Licence> {
    let id = get(tx, key)?.licence_id;
    tx.exec("update licence set is_on = $2 where id = $1", values![id, on])?;
    get(tx, key)
}

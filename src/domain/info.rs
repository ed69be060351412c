//! Everything about a licence that its own app may see.

use super::activation::{self, Activation, Verdict};
use super::ladder::{self, Claim, INFO};
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// A licence with its purchase, its customer and its live uses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Info {
    pub licence_id: i64,
    pub key: String,
    /// The value the identifier is compared with now.
    pub identifier: Option<String>,
    pub issued_at: Millis,
    pub expires_at: Option<Millis>,
    /// Live activations only.
    pub activations: Vec<Activation>,
    /// Whether it was ever activated, even if no use is live now.
    pub ever_activated: bool,
    pub purchase_id: i64,
    pub product_id: i64,
    pub product_title: String,
    pub purchase_active: bool,
    pub purchase_started_at: Millis,
    pub purchase_expires_at: Option<Millis>,
    pub children: Vec<Child>,
    pub customer_name: Option<String>,
    pub customer_email: String,
    pub uses: i64,
    pub max_uses: i64,
}

/// A purchase made for this one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Child {
    pub purchase_id: i64,
    pub product_id: i64,
    pub product_title: String,
    pub active: bool,
    pub started_at: Millis,
    pub expires_at: Option<Millis>,
    pub key: Option<String>,
}

/// Gathers what `info` tells.
pub fn info(tx: &mut Tx<'_>, claim: &Claim) -> Verdict<Info> {
    let record = match ladder::climb(tx, claim, None, INFO)? {
        Ok(record) => record,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut activations = activation::list(tx, record.licence_id)?;
    let ever_activated = !activations.is_empty();
    activations.retain(|a| a.released_at.is_none());
    let children = children(tx, record.purchase_id)?;
    let info = tx.one(
        "select l.key, l.issued_at, l.expires_at, d.title, p.status, p.started_at, p.expires_at, c.name, c.email \
         from licence l join purchase p on p.id = l.purchase_id join product d on d.id = p.product_id \
         join customer c on c.id = p.customer_id where l.id = $1",
        values![record.licence_id],
        |row| {
            Ok(Info {
                licence_id: record.licence_id,
                key: row.get(0)?,
                identifier: record.expected.value.clone(),
                issued_at: row.get(1)?,
                expires_at: row.get(2)?,
                activations: activations.clone(),
                ever_activated,
                purchase_id: record.purchase_id,
                product_id: record.product_id,
                product_title: row.get(3)?,
                purchase_active: row.get::<String>(4)? == "active",
                purchase_started_at: row.get(5)?,
                purchase_expires_at: row.get(6)?,
                children: children.clone(),
                customer_name: row.get(7)?,
                customer_email: row.get(8)?,
                uses: record.uses,
                max_uses: record.max_uses,
            })
        },
    )?;
    Ok(Ok(info))
}

fn children(tx: &mut Tx<'_>, purchase_id: i64) -> Result<Vec<Child>> {
    tx.all(
        "select p.id, p.product_id, d.title, p.status, p.started_at, p.expires_at, l.key from purchase p \
         join product d on d.id = p.product_id left join licence l on l.purchase_id = p.id where p.parent_id = $1 order by p.id",
        values![purchase_id],
        |row| {
            Ok(Child {
                purchase_id: row.get(0)?,
                product_id: row.get(1)?,
                product_title: row.get(2)?,
                active: row.get::<String>(3)? == "active",
                started_at: row.get(4)?,
                expires_at: row.get(5)?,
                key: row.get(6)?,
            })
        },
    )
}

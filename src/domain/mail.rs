//! Mail: a letter is a row, written with what it tells of and sent afterwards (`jobs/mail.rs`), so that a mail server that is
//! away loses nothing. A row holds ids; names, keys and sums are looked up when the letter is sent.

use serde_json::Value;

use super::shop::Shop;
use crate::base::error::Result;
use crate::base::seal::Master;
use crate::store::Tx;
use crate::{values, words};

words! {
    /// Which letter; also what its template files are called.
    Template, "mail" {
        /// An order was paid: what was bought, with keys and links.
        Receipt = "receipt",
        /// A buyer wants to sign in: a link and a code.
        SignIn = "sign_in",
        /// A key was issued without an order.
        LicenceIssued = "licence_issued",
        /// A purchase ends in some days.
        Expiring = "expiring",
        /// A purchase has ended.
        Expired = "expired",
        /// Money went back.
        Refunded = "refunded",
        /// There is a new release, for those who asked to be told.
        NewRelease = "new_release",
        /// An endpoint was switched off; for those who run the shop.
        WebhookDisabled = "webhook_disabled",
        /// Somebody tries whether mail arrives.
        Test = "test",
    }
}

/// A letter to be sent.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Letter<'a> {
    pub template: Template,
    pub recipient: &'a str,
    pub customer_id: Option<i64>,
    pub about: Value,
    pub once: Option<String>,
}

/// Leaves a letter to be sent, unless one with the same `once` was; whether it did.
pub fn queue(tx: &mut Tx<'_>, shop: Shop, letter: &Letter<'_>) -> Result<bool> {
    add(tx, shop, letter, None)
}

/// As [`queue`], with something that may stand in no table: it is sealed until the letter is sent, and gone then.
pub fn queue_sealed(
    tx: &mut Tx<'_>,
    shop: Shop,
    letter: &Letter<'_>,
    secret: &Value,
    master: &Master,
) -> Result<bool> {
    let sealed = master.seal(PURPOSE, &secret.to_string(), tx.dice())?;
    add(tx, shop, letter, Some(&sealed))
}

/// What secrets of letters are sealed for.
const PURPOSE: &str = "mail";

fn add(tx: &mut Tx<'_>, shop: Shop, letter: &Letter<'_>, sealed: Option<&str>) -> Result<bool> {
    let now = tx.now();
    let added = tx.exec(
        "insert into mail (site_id, is_test, template, recipient, customer_id, about, sealed, once, due_at, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (once) do nothing",
        values![
            shop.site_id,
            shop.is_test(),
            letter.template.as_str(),
            letter.recipient,
            letter.customer_id,
            &letter.about.to_string(),
            sealed,
            letter.once.as_deref(),
            now
        ],
    )?;
    Ok(added == 1)
}

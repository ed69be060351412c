//! Activations: taking, checking and freeing the uses of a licence.

use serde::Serialize;
use serde_json::{Value, json};

use super::audit::{self, Action};
use super::event;
use super::ladder::{self, ACTIVATE, ACTIVATE_AND_BIND, CHECK, Claim, DEACTIVATE, Record, Refusal};
use super::purchase;
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// An expected outcome: what was asked for, or why not.
pub type Verdict<T> = Result<std::result::Result<T, Refusal>>;

/// How long a nonce brings back the same answer.
pub const NONCE_LIFE: Millis = DAY;

/// What an activation may carry beside its claim.
#[derive(Clone, Debug, Default)]
pub struct Activate {
    /// Bind the claim's identifier if none is bound yet.
    pub bind: bool,
    /// Compact JSON to keep with the activation.
    pub extra: Option<String>,
    /// The client's own name for this attempt: the same one takes no second use for 24 hours.
    pub nonce: Option<String>,
}

/// A verdict, and the product that it is about, for who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged<T> {
    /// The product of the licence; 0 where no licence has the key.
    pub product_id: i64,
    /// What was asked for, or why not.
    pub verdict: std::result::Result<T, Refusal>,
}

impl<T> Judged<T> {
    /// A verdict on the licence with this record, if there is one.
    fn on(record: Option<&Record>, verdict: std::result::Result<T, Refusal>) -> Self {
        Self { product_id: record.map_or(0, |record| record.product_id), verdict }
    }

    /// A verdict on the licence of a claim, which is looked for again.
    pub fn again(tx: &mut Tx<'_>, claim: &Claim, verdict: Verdict<T>) -> Result<Self> {
        let verdict = verdict?;
        Ok(Self::on(ladder::find(tx, &claim.key, None)?.as_ref(), verdict))
    }
}

/// A use that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its id.
    pub usage_id: i64,
    /// Whether it is the one that the same nonce took before.
    pub is_repeated: bool,
}

/// Takes a use of the licence: its usage id. Limit and first binding are one conditional statement, so of N at once on
/// k free uses exactly k succeed.
pub fn activate(tx: &mut Tx<'_>, claim: &Claim, ask: &Activate) -> Verdict<i64> {
    Ok(take(tx, claim, ask)?.verdict.map(|taken| taken.usage_id))
}

/// As [`activate`], and tells what it was about.
pub fn take(tx: &mut Tx<'_>, claim: &Claim, ask: &Activate) -> Result<Judged<Taken>> {
    let rungs = if ask.bind { ACTIVATE_AND_BIND } else { ACTIVATE };
    let now = tx.now();
    let Some(record) = ladder::find(tx, &claim.key, None)? else {
        return Ok(Judged::on(None, Err(Refusal::BadKeyOrIdentifier)));
    };
    let verdict = match ladder::first_refusal(&record, claim, now, rungs) {
        Some(refusal) => Err(refusal),
        None => take_of(tx, &record, claim, ask)?,
    };
    Ok(Judged::on(Some(&record), verdict))
}

fn take_of(tx: &mut Tx<'_>, record: &Record, claim: &Claim, ask: &Activate) -> Verdict<Taken> {
    let now = tx.now();
    if let Some(nonce) = &ask.nonce
        && let Some(usage_id) = tx.maybe(
            "select usage_id from activation_nonce where licence_id = $1 and nonce = $2 and created_at > $3",
            values![record.licence_id, nonce, now - NONCE_LIFE],
            |row| row.get(0),
        )?
    {
        return Ok(Ok(Taken { usage_id, is_repeated: true }));
    }
    let binds = if record.expected.is_unbound() { claim.identifier.as_deref() } else { None };
    let taken = tx.maybe(
        "update licence set uses = uses + 1, last_usage_id = last_usage_id + 1, identifier = coalesce(identifier, $2) \
         where id = $1 and (max_uses = -1 or uses < max_uses) returning last_usage_id",
        values![record.licence_id, binds],
        |row| row.get::<i64>(0),
    )?;
    let Some(usage_id) = taken else { return Ok(Err(Refusal::MaxUses)) };
    tx.exec(
        "insert into activation (licence_id, usage_id, activated_at, ip, extra) values ($1, $2, $3, $4, $5)",
        values![record.licence_id, usage_id, now, &claim.address(record).to_string(), ask.extra.as_ref()],
    )?;
    if let Some(nonce) = &ask.nonce {
        tx.exec(
            "insert into activation_nonce (licence_id, nonce, usage_id, created_at) values ($1, $2, $3, $4) \
             on conflict (licence_id, nonce) do update set usage_id = excluded.usage_id, created_at = excluded.created_at",
            values![record.licence_id, nonce, usage_id, now],
        )?;
    }
    let Record { licence_id, product_id, purchase_id, .. } = *record;
    let subject = event::Subject { licence_id, product_id, purchase_id };
    event::note_use(tx, event::Kind::LicenceActivated, subject, usage_id)?;
    Ok(Ok(Taken { usage_id, is_repeated: false }))
}

/// What a successful check tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which licence, for "last checked".
    pub licence_id: i64,
    /// Live activations.
    pub uses: i64,
    /// The limit; -1 is none.
    pub max_uses: i64,
    /// When it was looked at.
    pub at: Millis,
}

/// Looks whether an activation is good. Writes nothing.
pub fn check(tx: &mut Tx<'_>, claim: &Claim, usage_id: Option<i64>) -> Verdict<Checked> {
    let now = tx.now();
    Ok(match ladder::find(tx, &claim.key, usage_id)? {
        Some(record) => checked(&record, claim, now),
        None => Err(Refusal::BadKeyOrIdentifier),
    })
}

/// As [`check`] for several, in their order.
pub fn check_each(tx: &mut Tx<'_>, asked: &[(Claim, Option<i64>)]) -> Result<Vec<Judged<Checked>>> {
    let now = tx.now();
    let keys: Vec<_> = asked.iter().map(|(claim, usage_id)| (&*claim.key, *usage_id)).collect();
    let found = ladder::find_each(tx, &keys)?;
    Ok(found.iter().zip(asked).map(|(record, (claim, _))| judged(record.as_ref(), claim, now)).collect())
}

/// As [`checked`], and tells what it was about.
pub fn judged(record: Option<&Record>, claim: &Claim, now: Millis) -> Judged<Checked> {
    let verdict = record.map_or(Err(Refusal::BadKeyOrIdentifier), |record| checked(record, claim, now));
    Judged::on(record, verdict)
}

/// Whether the activation that `record` was found with is good for this claim.
pub fn checked(record: &Record, claim: &Claim, now: Millis) -> std::result::Result<Checked, Refusal> {
    match ladder::first_refusal(record, claim, now, CHECK) {
        Some(refusal) => Err(refusal),
        None => Ok(Checked {
            licence_id: record.licence_id,
            uses: record.uses,
            max_uses: record.max_uses,
            at: now,
        }),
    }
}

/// Replaces what is kept with an activation.
pub fn update_extra(tx: &mut Tx<'_>, claim: &Claim, usage_id: Option<i64>, extra: &str) -> Verdict<()> {
    match ladder::climb(tx, claim, usage_id, CHECK)? {
        Ok(record) => {
            tx.exec(
                "update activation set extra = $3 where licence_id = $1 and usage_id = $2",
                values![record.licence_id, usage_id, extra],
            )?;
            Ok(Ok(()))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Frees a use at the app's own wish, if the product allows it.
pub fn deactivate(tx: &mut Tx<'_>, claim: &Claim, usage_id: Option<i64>) -> Verdict<()> {
    match (ladder::climb(tx, claim, usage_id, DEACTIVATE)?, usage_id) {
        (Ok(record), Some(usage_id)) => {
            free(tx, record.licence_id, usage_id)?;
            Ok(Ok(()))
        }
        (Ok(_), None) => Ok(Err(Refusal::BadUsageId)),
        (Err(refusal), _) => Ok(Err(refusal)),
    }
}

/// Frees a use at the vendor's wish, whatever the licence's state. Freeing one twice is refused.
pub fn release(tx: &mut Tx<'_>, licence_id: i64, usage_id: i64) -> Result<()> {
    if !free(tx, licence_id, usage_id)? {
        return Err(Error::not_found(format!("this licence has no live activation {usage_id}")));
    }
    audited(tx, licence_id, Action::LicenceReleased, &json!({"usage_id": usage_id}))
}

/// How often a buyer may free a use of a licence themselves within [`OWN_SPAN`] (`pages.md`, "My licences").
pub const OWN_MOST: i64 = 3;
/// The time in which a buyer's own are counted.
pub const OWN_SPAN: Millis = 30 * DAY;
/// The rule that refuses more of them.
pub const TOO_OFTEN: &str = "freed_too_often";
/// The rule that a product lets nobody but its vendor free uses.
pub const VENDOR_FREES: &str = "vendor_frees";

/// How many uses a buyer may free themselves now.
pub fn own_left(tx: &mut Tx<'_>, licence_id: i64) -> Result<i64> {
    let now = tx.now();
    let freed: i64 = tx.one(
        "select count(*) from activation where licence_id = $1 and by_buyer = 1 and released_at > $2",
        values![licence_id, now - OWN_SPAN],
        |row| row.get(0),
    )?;
    Ok((OWN_MOST - freed).max(0))
}

/// Frees a use at its buyer's wish, if the product allows it and they have not done so too often.
pub fn release_own(tx: &mut Tx<'_>, licence_id: i64, usage_id: i64) -> Result<()> {
    let allows: bool = tx.one(
        "select p.deactivate from licence l join product p on p.id = l.product_id where l.id = $1",
        values![licence_id],
        |row| row.get(0),
    )?;
    if !allows {
        let message = "only the vendor frees activations of this product: write to them";
        return Err(Error::refused(message).about(VENDOR_FREES));
    }
    if own_left(tx, licence_id)? == 0 {
        let message =
            format!("you have freed {OWN_MOST} activations within 30 days: wait, or write to the vendor");
        return Err(Error::refused(message).about(TOO_OFTEN));
    }
    release(tx, licence_id, usage_id)?;
    let sql = "update activation set by_buyer = 1 where licence_id = $1 and usage_id = $2";
    tx.exec(sql, values![licence_id, usage_id]).map(|_| ())
}

/// Notes what the vendor did to the uses of a licence.
fn audited(tx: &mut Tx<'_>, licence_id: i64, action: Action, new: &Value) -> Result<()> {
    if tx.actor().is_none() {
        return Ok(());
    }
    let purchase_id = subject(tx, licence_id)?.purchase_id;
    let shop = purchase::shop(tx, purchase_id)?;
    audit::created(tx, shop, action, licence_id, new)
}

fn subject(tx: &mut Tx<'_>, licence_id: i64) -> Result<event::Subject> {
    tx.one("select product_id, purchase_id from licence where id = $1", values![licence_id], |row| {
        Ok(event::Subject { licence_id, product_id: row.get(0)?, purchase_id: row.get(1)? })
    })
}

fn free(tx: &mut Tx<'_>, licence_id: i64, usage_id: i64) -> Result<bool> {
    let now = tx.now();
    let freed = tx.exec(
        "update activation set released_at = $3 where licence_id = $1 and usage_id = $2 and released_at is null",
        values![licence_id, usage_id, now],
    )?;
    if freed == 1 {
        tx.exec("update licence set uses = uses - 1 where id = $1", values![licence_id])?;
        let subject = subject(tx, licence_id)?;
        event::note_use(tx, event::Kind::LicenceDeactivated, subject, usage_id)?;
    }
    Ok(freed == 1)
}

/// Frees every use and forgets a manually bound identifier: the buyer begins anew. The number of uses freed.
pub fn reset(tx: &mut Tx<'_>, licence_id: i64) -> Result<u64> {
    let now = tx.now();
    let freed = tx.exec(
        "update activation set released_at = $2 where licence_id = $1 and released_at is null",
        values![licence_id, now],
    )?;
    let identifier = tx.one("select identifier from licence where id = $1", values![licence_id], |row| {
        row.get::<Option<String>>(0)
    })?;
    tx.exec("update licence set uses = 0, identifier = null where id = $1", values![licence_id])?;
    tx.exec("delete from activation_nonce where licence_id = $1", values![licence_id])?;
    let subject = subject(tx, licence_id)?;
    event::note_reset(tx, subject, freed)?;
    if freed > 0 || identifier.is_some() {
        let new = json!({"freed": freed, "was_bound": identifier.is_some()});
        audited(tx, licence_id, Action::LicenceReset, &new)?;
    }
    Ok(freed)
}

/// One activation; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Activation {
    pub usage_id: i64,
    pub activated_at: Millis,
    pub ip: String,
    pub extra: Option<String>,
    pub last_checked_at: Option<Millis>,
    pub released_at: Option<Millis>,
}

/// All activations of a licence, released ones too, in the order they came.
pub fn list(tx: &mut Tx<'_>, licence_id: i64) -> Result<Vec<Activation>> {
    let mut all = page(tx, licence_id, None, i64::MAX)?;
    all.reverse();
    Ok(all)
}

/// Activations of a licence, released ones too, the latest first: `limit` of them from `start` on.
pub fn page(
    tx: &mut Tx<'_>,
    licence_id: i64,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Activation>> {
    of_licence(licence_id).page(tx, "usage_id", start, limit, read)
}

/// As [`page`], of those alone that are in use.
pub fn live(
    tx: &mut Tx<'_>,
    licence_id: i64,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Activation>> {
    let mut list = of_licence(licence_id);
    list.when("released_at is null");
    list.page(tx, "usage_id", start, limit, read)
}

fn of_licence<'a>(licence_id: i64) -> List<'a> {
    let mut list =
        List::new("select usage_id, activated_at, ip, extra, last_checked_at, released_at from activation");
    list.with("licence_id = ?", licence_id);
    list
}

fn read(row: &Row<'_>) -> Result<Activation> {
    Ok(Activation {
        usage_id: row.get(0)?,
        activated_at: row.get(1)?,
        ip: row.get(2)?,
        extra: row.get(3)?,
        last_checked_at: row.get(4)?,
        released_at: row.get(5)?,
    })
}

/// Forgets nonces older than [`NONCE_LIFE`].
pub fn sweep_nonces(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from activation_nonce where created_at <= $1", values![now - NONCE_LIFE])
}

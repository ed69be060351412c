//! Coupons: codes that make an order cheaper.

use serde::Serialize;

use super::audit::{self, Action};
use super::cart::Off;
use super::shop::Shop;
use super::{customer, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// How a coupon counts.
    Kind, "kind of coupon" {
        /// A part of the lines.
        Percent = "percent",
        /// An amount off the order.
        Fixed = "fixed",
    }
}

words! {
    /// What a coupon takes off.
    AppliesTo, "part of an order" {
        /// From its lines.
        Lines = "lines",
        /// From what it costs to send it.
        Shipping = "shipping",
    }
}

words! {
    /// Whether a coupon counts; none of it is stored but what it follows from.
    Status, "status of a coupon" {
        /// It counts.
        Active = "active",
        /// It does not yet.
        Scheduled = "scheduled",
        /// It does no more.
        Expired = "expired",
        /// It is used up.
        Exhausted = "exhausted",
    }
}

/// A coupon; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Coupon {
    pub id: i64,
    pub code: String,
    pub kind: Kind,
    pub value: i64,
    pub currency: Option<String>,
    pub product_id: Option<i64>,
    pub least_minor: i64,
    pub max_uses: Option<i64>,
    pub used: i64,
    pub applies_to: AppliesTo,
    pub max_uses_each: Option<i64>,
    #[serde(skip)]
    pub starts_at: Option<Millis>,
    #[serde(skip)]
    pub ends_at: Option<Millis>,
}

/// A coupon to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub code: String,
    pub kind: Kind,
    pub value: i64,
    pub currency: Option<String>,
    pub product_id: Option<i64>,
    pub least_minor: i64,
    pub max_uses: Option<i64>,
    pub starts_at: Option<Millis>,
    pub ends_at: Option<Millis>,
    pub applies_to: AppliesTo,
    pub max_uses_each: Option<i64>,
}

impl Coupon {
    /// What it takes off the lines, if it does.
    pub fn off(&self) -> Option<Off> {
        match (self.applies_to, self.kind) {
            (AppliesTo::Shipping, _) => None,
            (AppliesTo::Lines, Kind::Percent) => Some(Off::Percent(self.value)),
            (AppliesTo::Lines, Kind::Fixed) => Some(Off::Fixed(self.value)),
        }
    }

    /// How it stands at `now`.
    pub fn status(&self, now: Millis) -> Status {
        if self.ends_at.is_some_and(|at| at <= now) {
            Status::Expired
        } else if self.max_uses.is_some_and(|most| self.used >= most) {
            Status::Exhausted
        } else if self.starts_at.is_some_and(|at| at > now) {
            Status::Scheduled
        } else {
            Status::Active
        }
    }

    /// Whether it counts for a line of this product.
    pub fn reduces(&self, product_id: i64) -> bool {
        self.product_id.is_none_or(|only| only == product_id)
    }

    /// Why it does not count for an order of this currency now, whose lines it reduces are worth so much.
    pub fn refusal(&self, currency: &str, worth: i64, now: Millis) -> Option<&'static str> {
        if self.starts_at.is_some_and(|at| at > now) {
            Some("this coupon does not count yet")
        } else if self.ends_at.is_some_and(|at| at <= now) {
            Some("this coupon has ended")
        } else if self.currency.as_deref().is_some_and(|c| c != currency) {
            Some("this coupon is of another currency")
        } else if worth == 0 || worth < self.least_minor {
            Some("the order is too small for this coupon, or has nothing that it counts for")
        } else {
            None
        }
    }
}

/// Makes a coupon.
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Coupon> {
    let code = text::line("the code", &draft.code, 60).map_err(|e| e.about("code"))?;
    let most = if draft.kind == Kind::Percent { money::WHOLE } else { money::MOST };
    if !(1..=most).contains(&draft.value) {
        return Err(Error::invalid(format!("the value must be from 1 to {most}")).about("value"));
    }
    let currency =
        draft.currency.as_deref().map(money::currency).transpose().map_err(|e| e.about("currency"))?;
    if (draft.kind == Kind::Fixed) != currency.is_some() {
        let message = "a fixed value needs a currency, and a part of the lines has none";
        return Err(Error::invalid(message).about("currency"));
    }
    if draft.max_uses_each.is_some_and(|n| n < 1) {
        return Err(Error::invalid("a limit must be 1 or more").about("max_uses_each"));
    }
    if draft.max_uses.is_some_and(|n| n < 1) {
        return Err(Error::invalid("a limit must be 1 or more").about("max_uses"));
    }
    if !(0..=money::MOST).contains(&draft.least_minor) {
        let message = format!("the least worth must be from 0 to {}", money::MOST);
        return Err(Error::invalid(message).about("least_minor"));
    }
    if let Some(product_id) = draft.product_id {
        product::get(tx, shop, product_id)?;
    }
    let now = tx.now();
    let made = tx.maybe(
        "insert into coupon (site_id, is_test, code, code_fold, kind, value, currency, product_id, least_minor, max_uses, \
         starts_at, ends_at, created_at, applies_to, max_uses_each) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         on conflict (code_fold, site_id, is_test) do nothing returning id",
        values![
            shop.site_id,
            shop.is_test(),
            &code,
            &text::fold(&code),
            draft.kind.as_str(),
            draft.value,
            currency.as_ref(),
            draft.product_id,
            draft.least_minor,
            draft.max_uses,
            draft.starts_at,
            draft.ends_at,
            now,
            draft.applies_to.as_str(),
            draft.max_uses_each
        ],
        |row| row.get::<i64>(0),
    )?;
    made.ok_or_else(|| Error::refused(format!("there is a coupon {code} already")).about("code_taken"))?;
    let coupon = find(tx, shop, &code)?.ok_or_else(|| Error::broken("a coupon just stored is not there"))?;
    audit::created(tx, shop, Action::CouponCreated, coupon.id, &coupon)?;
    Ok(coupon)
}

/// The coupon of this code, in whatever case it is written.
pub fn find(tx: &mut Tx<'_>, shop: Shop, code: &str) -> Result<Option<Coupon>> {
    tx.maybe(
        "select id, code, kind, value, currency, product_id, least_minor, max_uses, used, starts_at, ends_at, applies_to, \
         max_uses_each from coupon \
         where code_fold = $1 and site_id = $2 and is_test = $3",
        values![&text::fold(code), shop.site_id, shop.is_test()],
        read,
    )
}

/// The coupon with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Coupon> {
    tx.maybe(
        "select id, code, kind, value, currency, product_id, least_minor, max_uses, used, starts_at, ends_at, applies_to, \
         max_uses_each from coupon \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no coupon {id}")))
}

/// Coupons, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<Coupon>> {
    page(tx, shop, None, start, (limit, 0))
}

/// As [`list`], those of this status if one is given, `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    status: Option<Status>,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Coupon>> {
    let list = narrowed(
        "select id, code, kind, value, currency, product_id, least_minor, max_uses, used, starts_at, ends_at, applies_to, \
         max_uses_each from coupon",
        shop,
        status,
        tx.now(),
    );
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, status: Option<Status>) -> Result<i64> {
    narrowed("select id from coupon", shop, status, tx.now()).count(tx)
}

fn narrowed(select: &'static str, shop: Shop, status: Option<Status>, now: Millis) -> List<'static> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    match status {
        None => {}
        Some(Status::Expired) => list.with("ends_at is not null and ends_at <= ?", now),
        Some(Status::Exhausted) => list.with(
            "(ends_at is null or ends_at > ?) and max_uses is not null and used >= max_uses",
            now,
        ),
        Some(Status::Scheduled) => list.with(
            "(ends_at is null or ends_at > ?) and (max_uses is null or used < max_uses) and starts_at is not null and starts_at > ?",
            now,
        ),
        Some(Status::Active) => list.with(
            "(ends_at is null or ends_at > ?) and (max_uses is null or used < max_uses) and (starts_at is null or starts_at <= ?)",
            now,
        ),
    }
    list
}

/// Why a customer with this address may not use a coupon once more; one that nobody has yet may.
pub fn refusal_of(tx: &mut Tx<'_>, shop: Shop, coupon: &Coupon, email: &str) -> Result<Option<&'static str>> {
    let Some(most) = coupon.max_uses_each else { return Ok(None) };
    let Some(customer) = customer::by_email(tx, shop, email)? else { return Ok(None) };
    let used: i64 = tx.one(
        "select count(*) from sale where coupon_id is not null and coupon_id = $1 and customer_id = $2 \
         and not (fulfilment_status = 'canceled' and paid_at is null)",
        values![coupon.id, customer.id],
        |row| row.get(0),
    )?;
    Ok((used >= most).then_some("this customer has used this coupon as often as one may"))
}

/// Removes a coupon that no order ever held; ends any other now.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<()> {
    let coupon = get(tx, shop, id)?;
    let held = tx.maybe(
        "select id from sale where coupon_id is not null and coupon_id = $1 limit 1",
        values![id],
        |row| row.get::<i64>(0),
    )?;
    if held.is_some() {
        return end(tx, shop, id).map(|_| ());
    }
    tx.exec("delete from coupon where id = $1", values![id])?;
    audit::ended(tx, shop, Action::CouponDeleted, id, &coupon)
}

/// Ends a coupon now, if it has not ended.
pub fn end(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Coupon> {
    let (coupon, now) = (get(tx, shop, id)?, tx.now());
    tx.exec(
        "update coupon set ends_at = $2 where id = $1 and (ends_at is null or ends_at > $2)",
        values![coupon.id, now],
    )?;
    let ended = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::CouponEnded, id, &coupon, &ended)?;
    Ok(ended)
}

/// Takes one use of a coupon, if there is one left: of N at once on the last one, one succeeds.
pub fn take(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let taken = tx.exec(
        "update coupon set used = used + 1 where id = $1 and (max_uses is null or used < max_uses)",
        values![id],
    )?;
    Ok(taken == 1)
}

/// Gives a use back.
pub fn give_back(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("update coupon set used = used - 1 where id = $1 and used > 0", values![id]).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<Coupon> {
    Ok(Coupon {
        id: row.get(0)?,
        code: row.get(1)?,
        kind: row.word(2)?,
        value: row.get(3)?,
        currency: row.get(4)?,
        product_id: row.get(5)?,
        least_minor: row.get(6)?,
        max_uses: row.get(7)?,
        used: row.get(8)?,
        starts_at: row.get(9)?,
        ends_at: row.get(10)?,
        applies_to: row.word(11)?,
        max_uses_each: row.get(12)?,
    })
}

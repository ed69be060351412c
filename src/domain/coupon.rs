//! Coupons: codes that make an order cheaper.

use serde::Serialize;

use super::audit::{self, Action};
use super::cart::Off;
use super::shop::Shop;
use super::{category, customer, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
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
    pub category_id: Option<i64>,
    pub least_minor: i64,
    pub max_uses: Option<i64>,
    pub used: i64,
    pub applies_to: AppliesTo,
    pub max_uses_each: Option<i64>,
    #[serde(skip)]
    pub starts_at: Option<Millis>,
    #[serde(skip)]
    pub ends_at: Option<Millis>,
    #[serde(skip)]
    pub created_at: Millis,
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
    pub category_id: Option<i64>,
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

    /// Whether it counts for a line of this product, which stands on this shelf.
    pub fn reduces(&self, product_id: i64, category_id: Option<i64>) -> bool {
        self.product_id.is_none_or(|only| only == product_id)
            && self.category_id.is_none_or(|only| Some(only) == category_id)
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

impl Draft {
    /// The same, found fit to be stored.
    fn checked(&self, tx: &mut Tx<'_>, shop: Shop) -> Result<Self> {
        let code = text::line("the code", &self.code, 60).map_err(|e| e.about("code"))?;
        let most = if self.kind == Kind::Percent { money::WHOLE } else { money::MOST };
        if !(1..=most).contains(&self.value) {
            return Err(Error::invalid(format!("the value must be from 1 to {most}")).about("value"));
        }
        let currency =
            self.currency.as_deref().map(money::currency).transpose().map_err(|e| e.about("currency"))?;
        if (self.kind == Kind::Fixed) != currency.is_some() {
            let message = "a fixed value needs a currency, and a part of the lines has none";
            return Err(Error::invalid(message).about("currency"));
        }
        if self.max_uses_each.is_some_and(|n| n < 1) {
            return Err(Error::invalid("a limit must be 1 or more").about("max_uses_each"));
        }
        if self.max_uses.is_some_and(|n| n < 1) {
            return Err(Error::invalid("a limit must be 1 or more").about("max_uses"));
        }
        if !(0..=money::MOST).contains(&self.least_minor) {
            let message = format!("the least worth must be from 0 to {}", money::MOST);
            return Err(Error::invalid(message).about("least_minor"));
        }
        if let Some(product_id) = self.product_id {
            product::get(tx, shop, product_id)?;
        }
        if let Some(category_id) = self.category_id {
            category::get(tx, shop, category_id)
                .map_err(|e| e.missing("category_id", format!("there is no category {category_id}")))?;
        }
        Ok(Self { code, currency, ..self.clone() })
    }
}

impl From<Coupon> for Draft {
    fn from(c: Coupon) -> Self {
        Self {
            code: c.code,
            kind: c.kind,
            value: c.value,
            currency: c.currency,
            product_id: c.product_id,
            category_id: c.category_id,
            least_minor: c.least_minor,
            max_uses: c.max_uses,
            starts_at: c.starts_at,
            ends_at: c.ends_at,
            applies_to: c.applies_to,
            max_uses_each: c.max_uses_each,
        }
    }
}

fn taken(code: &str) -> Error {
    Error::refused(format!("there is a coupon {code} already")).about("code_taken")
}

/// Makes a coupon.
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Coupon> {
    let draft = draft.checked(tx, shop)?;
    let code = &draft.code;
    let now = tx.now();
    let made = tx.maybe(
        "insert into coupon (site_id, is_test, code, code_fold, kind, value, currency, product_id, least_minor, max_uses, \
         starts_at, ends_at, created_at, applies_to, max_uses_each, category_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         on conflict (code_fold, site_id, is_test) do nothing returning id",
        values![
            shop.site_id,
            shop.is_test(),
            code,
            &text::fold(code),
            draft.kind.as_str(),
            draft.value,
            draft.currency.as_ref(),
            draft.product_id,
            draft.least_minor,
            draft.max_uses,
            draft.starts_at,
            draft.ends_at,
            now,
            draft.applies_to.as_str(),
            draft.max_uses_each,
            draft.category_id
        ],
        |row| row.get::<i64>(0),
    )?;
    made.ok_or_else(|| taken(code))?;
    let coupon = find(tx, shop, code)?.ok_or_else(|| Error::broken("a coupon just stored is not there"))?;
    audit::created(tx, shop, Action::CouponCreated, coupon.id, &coupon)?;
    Ok(coupon)
}

/// Makes a coupon what a draft says. Orders that hold it stay as they were agreed; a limit below what is used already is refused.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, draft: &Draft) -> Result<Coupon> {
    let (old, draft) = (get(tx, shop, id)?, draft.checked(tx, shop)?);
    if find(tx, shop, &draft.code)?.is_some_and(|other| other.id != id) {
        return Err(taken(&draft.code));
    }
    let changed = tx.exec(
        "update coupon set code = $2, code_fold = $3, kind = $4, value = $5, currency = $6, product_id = $7, category_id = $8, \
         least_minor = $9, max_uses = $10, starts_at = $11, ends_at = $12, applies_to = $13, max_uses_each = $14 \
         where id = $1 and (cast($10 as bigint) is null or used <= $10)",
        values![
            id,
            &draft.code,
            &text::fold(&draft.code),
            draft.kind.as_str(),
            draft.value,
            draft.currency.as_ref(),
            draft.product_id,
            draft.category_id,
            draft.least_minor,
            draft.max_uses,
            draft.starts_at,
            draft.ends_at,
            draft.applies_to.as_str(),
            draft.max_uses_each
        ],
    )?;
    if changed == 0 {
        let message = format!("it is used {} times already: the limit cannot be lower", old.used);
        return Err(Error::invalid(message).about("max_uses"));
    }
    let coupon = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::CouponChanged, id, &old, &coupon)?;
    Ok(coupon)
}

/// The coupon of this code, in whatever case it is written.
pub fn find(tx: &mut Tx<'_>, shop: Shop, code: &str) -> Result<Option<Coupon>> {
    tx.maybe(
        "select id, code, kind, value, currency, product_id, least_minor, max_uses, used, starts_at, ends_at, applies_to, \
         max_uses_each, category_id, created_at from coupon \
         where code_fold = $1 and site_id = $2 and is_test = $3",
        values![&text::fold(code), shop.site_id, shop.is_test()],
        read,
    )
}

/// The coupon with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Coupon> {
    tx.maybe(
        "select id, code, kind, value, currency, product_id, least_minor, max_uses, used, starts_at, ends_at, applies_to, \
         max_uses_each, category_id, created_at from coupon \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no coupon {id}")))
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

/// The row that the selects of a coupon give.
pub(super) fn read(row: &Row<'_>) -> Result<Coupon> {
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
        category_id: row.get(13)?,
        created_at: row.get(14)?,
    })
}

//! Gift cards: codes with money on them. What comes onto a card and goes off it are rows that add up to its balance.

use serde::Serialize;

use super::audit::{self, Action};
use super::balance::{Balance, Part};
use super::shop::Shop;
use super::{account, customer, order, payment};
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// Characters of a code that is made here: none that is read as another.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKLMNPQRSTUVWXY";

/// The word that a refusal to redeem or to revive a card is known by.
pub const REFUSED: &str = "gift_card_refused";

words! {
    /// Whether a card can be redeemed; none of it is stored but what it follows from.
    Status, "status of a gift card" {
        /// There is money on it.
        Active = "active",
        /// All was redeemed.
        Redeemed = "redeemed",
        /// Its time is over.
        Expired = "expired",
        /// It was made worthless, for good.
        Void = "void",
    }
}

/// A gift card; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct GiftCard {
    pub id: i64,
    #[serde(skip)]
    pub code: String,
    pub currency: String,
    pub initial_minor: i64,
    pub balance_minor: i64,
    pub customer_id: Option<i64>,
    #[serde(skip)]
    pub note: Option<String>,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub expires_at: Option<Millis>,
    #[serde(skip)]
    pub voided_at: Option<Millis>,
}

/// A card to be issued.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What is on it, in minor units.
    pub initial_minor: i64,
    /// The shop's, unless given.
    pub currency: Option<String>,
    /// Made here, unless given.
    pub code: Option<String>,
    /// Whom it is for.
    pub customer_id: Option<i64>,
    /// The last instant at which it is not good any more.
    pub expires_at: Option<Millis>,
    /// In the vendor's words.
    pub note: Option<String>,
}

impl GiftCard {
    /// How it stands at `now`.
    pub fn status(&self, now: Millis) -> Status {
        if self.voided_at.is_some() {
            Status::Void
        } else if self.balance_minor == 0 {
            Status::Redeemed
        } else if self.expires_at.is_some_and(|at| at <= now) {
            Status::Expired
        } else {
            Status::Active
        }
    }
}

/// Issues a card.
pub fn issue(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<GiftCard> {
    let now = tx.now();
    if !(1..=money::MOST).contains(&draft.initial_minor) {
        return Err(
            Error::invalid(format!("the balance must be from 1 to {}", money::MOST)).about("initial_minor")
        );
    }
    if draft.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("the card would have expired already").about("expires_at"));
    }
    if let Some(id) = draft.customer_id {
        customer::get(tx, shop, id).map_err(|e| e.missing("customer_id", "there is no such customer"))?;
    }
    let currency = account::currency_or(tx, shop, draft.currency.as_deref())?;
    let note = draft.note.as_deref().map(|text| text::line("the note", text, 500)).transpose();
    let note = note.map_err(|e| e.about("note"))?;
    let given = draft.code.as_deref().map(|code| text::line("the code", code, 60)).transpose();
    let given = given.map_err(|e| e.about("code"))?;
    // A code that is taken already is made anew.
    for _ in 0..8 {
        let code = given.clone().unwrap_or_else(|| code(tx.dice()));
        let made = tx.maybe(
            "insert into gift_card (site_id, is_test, code, code_fold, currency, initial_minor, balance_minor, customer_id, note, \
             created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10) \
             on conflict (code_fold, site_id, is_test) do nothing returning id",
            values![
                shop.site_id,
                shop.is_test(),
                &code,
                &text::fold(&code),
                &currency,
                draft.initial_minor,
                draft.customer_id,
                note.as_ref(),
                now,
                draft.expires_at
            ],
            |row| row.get::<i64>(0),
        )?;
        if let Some(id) = made {
            add(tx, id, draft.initial_minor, None)?;
            let card = get(tx, shop, id)?;
            audit::created(tx, shop, Action::GiftCardIssued, id, &card)?;
            return Ok(card);
        }
        if given.is_some() {
            return Err(Error::refused(format!("there is a gift card {code} already")).about("code_taken"));
        }
    }
    Err(Error::broken("no free code for a gift card was found"))
}

fn code(dice: &Dice) -> String {
    let letter = || char::from(ALPHABET[usize::from(dice.below(31))]);
    let part = || (0..4).map(|_| letter()).collect::<String>();
    format!("GIFT-{}-{}", part(), part())
}

fn add(tx: &mut Tx<'_>, id: i64, delta: i64, sale_id: Option<i64>) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into gift_card_entry (gift_card_id, delta_minor, sale_id, created_at) values ($1, $2, $3, $4)",
        values![id, delta, sale_id, now],
    )
    .map(|_| ())
}

/// Redeems a part of a card, or all of it: of N at once, no more is given than there is. With an order it pays that, no more than is due.
pub fn redeem(tx: &mut Tx<'_>, shop: Shop, id: i64, amount: i64, order_id: Option<i64>) -> Result<GiftCard> {
    let (card, now) = (get(tx, shop, id)?, tx.now());
    if !(1..=money::MOST).contains(&amount) {
        return Err(Error::invalid("the amount must be 1 or more").about("amount"));
    }
    let refused = |why: String| Err(Error::refused(why).about(REFUSED));
    match card.status(now) {
        Status::Active => {}
        Status::Void => return refused("this gift card is void".into()),
        Status::Expired => return refused("this gift card has expired".into()),
        Status::Redeemed => return refused("nothing is left on this gift card".into()),
    }
    if let Some(order_id) = order_id {
        let order =
            order::get(tx, shop, order_id).map_err(|e| e.missing("order_id", "there is no such order"))?;
        if order.currency != card.currency {
            return refused(format!("the card is in {} and the order in {}", card.currency, order.currency));
        }
        payment::count_off(
            tx,
            shop,
            &order,
            Part { balance: Balance::GiftCard, gift_card_id: Some(id), amount },
        )?;
    }
    let redeemed = tx.exec(
        "update gift_card set balance_minor = balance_minor - $2 where id = $1 and balance_minor >= $2 \
         and voided_at is null and (expires_at is null or expires_at > $3)",
        values![id, amount, now],
    )?;
    if redeemed == 0 {
        return refused(format!("{} is left on this gift card", card.balance_minor));
    }
    add(tx, id, -amount, order_id)?;
    let after = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::GiftCardRedeemed, id, &card, &after)?;
    Ok(after)
}

/// Puts back onto a card what an order took off it.
pub(super) fn give_back(tx: &mut Tx<'_>, id: i64, amount: i64, order_id: i64) -> Result<()> {
    let back = tx.exec(
        "update gift_card set balance_minor = balance_minor + $2 where id = $1 and balance_minor + $2 <= initial_minor",
        values![id, amount],
    )?;
    if back == 0 {
        return Err(Error::broken("more would go back onto a gift card than came off it"));
    }
    add(tx, id, amount, Some(order_id))
}

/// Makes a card worthless, for good.
pub fn void(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<GiftCard> {
    let (old, now) = (get(tx, shop, id)?, tx.now());
    tx.exec("update gift_card set voided_at = $2 where id = $1 and voided_at is null", values![id, now])?;
    if old.voided_at.is_none() {
        audit::ended(tx, shop, Action::GiftCardVoided, id, &old)?;
    }
    get(tx, shop, id)
}

/// Lets a card that is not void end at another time, or never.
pub fn set_expiry(tx: &mut Tx<'_>, shop: Shop, id: i64, expires_at: Option<Millis>) -> Result<GiftCard> {
    let old = get(tx, shop, id)?;
    if old.voided_at.is_some() {
        return Err(Error::refused("this gift card is void, for good").about(REFUSED));
    }
    tx.exec("update gift_card set expires_at = $2 where id = $1", values![id, expires_at])?;
    let new = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::GiftCardChanged, id, &old, &new)?;
    Ok(new)
}

/// The card with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<GiftCard> {
    tx.maybe(
        "select id, code, currency, initial_minor, balance_minor, customer_id, note, created_at, expires_at, voided_at from gift_card \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no gift card {id}")))
}

/// The card with this code, in whatever case it is written.
pub fn by_code(tx: &mut Tx<'_>, shop: Shop, code: &str) -> Result<Option<GiftCard>> {
    tx.maybe(
        "select id, code, currency, initial_minor, balance_minor, customer_id, note, created_at, expires_at, voided_at from gift_card \
         where code_fold = $1 and site_id = $2 and is_test = $3",
        values![&text::fold(code.trim()), shop.site_id, shop.is_test()],
        read,
    )
}

/// What a list of cards is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those in this state.
    pub status: Option<Status>,
    /// Those that were issued to this customer.
    pub customer_id: Option<i64>,
    /// The one with this code, in whatever case it is written.
    pub code: Option<String>,
}

impl Filter {
    fn narrow<'a>(
        &'a self,
        select: &'static str,
        code: Option<&'a str>,
        shop: Shop,
        now: Millis,
    ) -> List<'a> {
        let mut list = List::new(select);
        list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
        list.with("site_id = ?", shop.site_id);
        list.maybe("customer_id = ?", self.customer_id);
        list.maybe("code_fold = ?", code);
        match self.status {
            None => {}
            Some(Status::Void) => list.when("voided_at is not null"),
            Some(Status::Redeemed) => list.when("voided_at is null and balance_minor = 0"),
            Some(Status::Expired) => {
                list.with(
                    "voided_at is null and balance_minor > 0 and expires_at is not null and expires_at <= ?",
                    now,
                );
            }
            Some(Status::Active) => {
                list.with(
                    "voided_at is null and balance_minor > 0 and (expires_at is null or expires_at > ?)",
                    now,
                );
            }
        }
        list
    }
}

/// Cards, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<GiftCard>> {
    let code = filter.code.as_deref().map(text::fold);
    let list = filter.narrow(
        "select id, code, currency, initial_minor, balance_minor, customer_id, note, created_at, expires_at, voided_at from gift_card",
        code.as_deref(),
        shop,
        tx.now(),
    );
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
    let code = filter.code.as_deref().map(text::fold);
    filter.narrow("select id from gift_card", code.as_deref(), shop, tx.now()).count(tx)
}

/// Gives the cards of a customer to another, who took the first one's place.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    tx.exec(
        "update gift_card set customer_id = $2 where customer_id is not null and customer_id = $1",
        values![id, into],
    )
    .map(|_| ())
}

/// Takes the vendor's words off the cards of a customer who is erased. The money on them stays: the code is the owner's.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec(
        "update gift_card set note = null where customer_id is not null and customer_id = $1",
        values![customer_id],
    )
    .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<GiftCard> {
    Ok(GiftCard {
        id: row.get(0)?,
        code: row.get(1)?,
        currency: row.get(2)?,
        initial_minor: row.get(3)?,
        balance_minor: row.get(4)?,
        customer_id: row.get(5)?,
        note: row.get(6)?,
        created_at: row.get(7)?,
        expires_at: row.get(8)?,
        voided_at: row.get(9)?,
    })
}

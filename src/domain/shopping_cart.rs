//! Carts: what somebody means to buy. Prices are the catalogue's at each look, or those agreed with the company of a cart's customer;
//! nothing is taken from the stock before an order is placed.

use serde_json::json;

use super::event::{self, Kind};
use super::order::MOST;
use super::product::{self, Product};
use super::shop::Shop;
use super::variant::{self, Variant};
use super::{account, b2b_account, customer, inventory, price_list};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{Millis, SECOND};
use crate::store::{Row, Tx};
use crate::{values, words};

/// A cart that is left for so long, with something in it, is abandoned.
const ABANDONED: Millis = 3_600 * SECOND;

words! {
    /// What became of a cart.
    Status, "status of a cart" {
        /// It is in use.
        Active = "active",
        /// It was left.
        Abandoned = "abandoned",
        /// An order was made of it.
        Converted = "converted",
    }
}

/// A cart; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Cart {
    pub id: i64,
    pub session_key: Option<String>,
    pub customer_id: Option<i64>,
    pub currency: String,
    pub status: Status,
    pub created_at: Millis,
    pub updated_at: Millis,
}

/// A line of a cart, with what it is of.
#[derive(Clone, Debug)]
pub struct CartLine {
    /// Its number.
    pub id: i64,
    /// What.
    pub product: Product,
    /// In which form.
    pub variant: Variant,
    /// How many.
    pub quantity: i64,
    /// What one costs the company of the cart's customer, where that was agreed.
    pub agreed_minor: Option<i64>,
}

impl CartLine {
    /// What one costs, before tax, in minor units.
    pub fn unit_minor(&self) -> i64 {
        self.agreed_minor.or(self.variant.price_minor).or(self.product.price_minor).unwrap_or_default()
    }
}

/// What to do to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// So many more.
    Add(i64),
    /// So many; none takes it out.
    Update(i64),
    /// Take it out.
    Remove,
}

/// Makes a cart; its currency is the shop's unless given.
pub fn new(
    tx: &mut Tx<'_>,
    shop: Shop,
    session_key: Option<&str>,
    customer_id: Option<i64>,
    currency: Option<&str>,
) -> Result<Cart> {
    let session_key = session_key.map(|key| text::line("the session", key, 200)).transpose();
    let session_key = session_key.map_err(|e| e.about("session_key"))?;
    if let Some(id) = customer_id {
        customer::get(tx, shop, id).map_err(|e| e.missing("customer_id", "there is no such customer"))?;
    }
    let (currency, now) = (account::currency_or(tx, shop, currency)?, tx.now());
    let id = tx.one(
        "insert into cart (site_id, is_test, session_key, customer_id, currency, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $6) returning id",
        values![shop.site_id, shop.is_test(), session_key.as_ref(), customer_id, &currency, now],
        |row| row.get(0),
    )?;
    get(tx, shop, id)
}

/// Changes a line of a cart that no order was made of.
pub fn change(
    tx: &mut Tx<'_>,
    shop: Shop,
    id: i64,
    (product_id, variant_id): (i64, Option<i64>),
    act: Act,
) -> Result<()> {
    let cart = get(tx, shop, id)?;
    if cart.status == Status::Converted {
        return Err(Error::refused("an order was made of this cart").about(CONVERTED));
    }
    let product =
        product::get(tx, shop, product_id).map_err(|e| e.missing("productId", "there is no such product"))?;
    let variant = match variant_id {
        Some(id) => variant::get(tx, shop, product.id, id)
            .map_err(|e| e.missing("variantId", "there is no such variant of this product"))?,
        None => variant::default_of(tx, product.id)?,
    };
    let held: Option<i64> = tx.maybe(
        "select quantity from cart_line where cart_id = $1 and variant_id = $2",
        values![id, variant.id],
        |row| row.get(0),
    )?;
    match act.quantity(held)? {
        0 => {
            tx.exec("delete from cart_line where cart_id = $1 and variant_id = $2", values![id, variant.id])?;
        }
        quantity => put(tx, &cart, product, &variant, held, quantity)?,
    }
    touch(tx, id)
}

impl Act {
    /// How many there are to be, of so many that the cart holds.
    fn quantity(self, held: Option<i64>) -> Result<i64> {
        let missing = || Error::invalid("the cart does not hold it").about("productId");
        let quantity = match self {
            Self::Add(more) if (1..=MOST).contains(&more) => held.unwrap_or(0) + more,
            Self::Update(quantity) if (0..=MOST).contains(&quantity) => {
                held.ok_or_else(missing)?;
                quantity
            }
            Self::Remove => {
                held.ok_or_else(missing)?;
                0
            }
            Self::Add(_) | Self::Update(_) => -1,
        };
        if (0..=MOST).contains(&quantity) {
            return Ok(quantity);
        }
        Err(Error::invalid(format!("a quantity is from 1 to {MOST}")).about("quantity"))
    }
}

/// Puts so many into a cart, if they can be had in its currency.
fn put(
    tx: &mut Tx<'_>,
    cart: &Cart,
    product: Product,
    variant: &Variant,
    held: Option<i64>,
    quantity: i64,
) -> Result<()> {
    let priced = Product { price_minor: variant.price_minor.or(product.price_minor), ..product };
    if !priced.is_for_sale() || priced.currency.as_deref() != Some(cart.currency.as_str()) {
        let message = format!("this product is not on sale in {}", cart.currency);
        return Err(Error::invalid(message).about("productId"));
    }
    inventory::reaches(variant, quantity)?;
    let lines: i64 =
        tx.one("select count(*) from cart_line where cart_id = $1", values![cart.id], |row| row.get(0))?;
    if held.is_none() && lines >= MOST {
        return Err(Error::invalid(format!("a cart has at most {MOST} lines")).about("item"));
    }
    tx.exec(
        "insert into cart_line (cart_id, product_id, variant_id, quantity) values ($1, $2, $3, $4) \
         on conflict (cart_id, variant_id) do update set quantity = excluded.quantity",
        values![cart.id, priced.id, variant.id, quantity],
    )
    .map(|_| ())
}

/// The word that a change to a cart which became an order is refused by.
pub const CONVERTED: &str = "cart_converted";

/// Notes that a cart is in use.
pub(super) fn touch(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update cart set updated_at = $2, status = 'active' where id = $1 and status <> 'converted'",
        values![id, now],
    )
    .map(|_| ())
}

/// Removes a cart with its lines and the checkouts that came to nothing; one that became an order stays.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<()> {
    if get(tx, shop, id)?.status == Status::Converted {
        return Err(Error::refused("an order was made of this cart").about(CONVERTED));
    }
    let kept: i64 = tx.one(
        "select count(*) from checkout where cart_id = $1 and sale_id is not null",
        values![id],
        |row| row.get(0),
    )?;
    if kept > 0 {
        return Err(Error::refused("an order was placed from this cart").about(CONVERTED));
    }
    tx.exec("delete from checkout where cart_id = $1", values![id])?;
    tx.exec("delete from cart_line where cart_id = $1", values![id])?;
    tx.exec("delete from cart where id = $1", values![id]).map(|_| ())
}

/// The cart with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Cart> {
    tx.maybe(
        "select id, session_key, customer_id, currency, status, created_at, updated_at from cart \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no cart {id}")))
}

/// A customer's carts, newest first.
pub fn of_customer(tx: &mut Tx<'_>, shop: Shop, customer_id: i64) -> Result<Vec<Cart>> {
    tx.all(
        "select id, session_key, customer_id, currency, status, created_at, updated_at from cart \
         where customer_id is not null and customer_id = $1 and site_id = $2 and is_test = $3 order by id desc",
        values![customer_id, shop.site_id, shop.is_test()],
        read,
    )
}

/// Its lines, in the order they were put in.
pub fn lines(tx: &mut Tx<'_>, shop: Shop, cart: &Cart) -> Result<Vec<CartLine>> {
    let rows = tx.all(
        "select id, product_id, variant_id, quantity from cart_line where cart_id = $1 order by id",
        values![cart.id],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?, row.get::<i64>(3)?)),
    )?;
    let mut lines = Vec::new();
    for (id, product_id, variant_id, quantity) in rows {
        let product = product::get(tx, shop, product_id)?;
        let variant = variant::get(tx, shop, product_id, variant_id)?;
        lines.push(CartLine { id, product, variant, quantity, agreed_minor: None });
    }
    agree(tx, shop, cart, &mut lines)?;
    Ok(lines)
}

fn agree(tx: &mut Tx<'_>, shop: Shop, cart: &Cart, lines: &mut [CartLine]) -> Result<()> {
    let Some(id) = cart.customer_id else { return Ok(()) };
    let customer = customer::get(tx, shop, id)?;
    let company = b2b_account::of_buyer(tx, shop, &customer)?;
    let Some(list) = company.and_then(|company| company.price_list_id) else { return Ok(()) };
    let wanted: Vec<_> = lines.iter().map(|line| (line.variant.id, line.quantity)).collect();
    for (line, price) in lines.iter_mut().zip(price_list::agreed(tx, list, &wanted)?) {
        line.agreed_minor = price;
    }
    Ok(())
}

/// Tells of carts that were left for an hour with something in them, up to `limit` at a time; how many.
pub fn abandon(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let now = tx.now();
    let left = tx.all(
        "select id, site_id, is_test, customer_id from cart where status = 'active' and updated_at <= $1 order by updated_at limit $2",
        values![now - ABANDONED, limit],
        |row| Ok((row.get::<i64>(0)?, Shop::of(row.get(1)?, row.get(2)?), row.get::<Option<i64>>(3)?)),
    )?;
    for (id, shop, customer_id) in &left {
        tx.exec("update cart set status = 'abandoned' where id = $1 and status = 'active'", values![*id])?;
        let lines: i64 =
            tx.one("select count(*) from cart_line where cart_id = $1", values![*id], |row| row.get(0))?;
        if lines > 0 {
            let data = json!({"cart": {"id": id, "customer_id": customer_id, "lines": lines}});
            event::note(tx, *shop, Kind::CartAbandoned, &data)?;
        }
    }
    Ok(left.len())
}

pub(super) fn read(row: &Row<'_>) -> Result<Cart> {
    Ok(Cart {
        id: row.get(0)?,
        session_key: row.get(1)?,
        customer_id: row.get(2)?,
        currency: row.get(3)?,
        status: row.word(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

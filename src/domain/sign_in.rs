//! How customers sign in: a link and a code of six digits are mailed to them; either works, once, within ten minutes. They have
//! no password here that could be stolen.

use serde_json::json;

use super::customer;
use super::mail::{self, Letter, Template};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::seal::{self, Master};
use crate::base::text::hex;
use crate::base::time::{Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// How long link and code are good for.
pub const LIFE: Millis = 600 * SECOND;
/// How many codes may be tried: the sixth is not looked at.
const TRIES: i64 = 5;
/// How many letters one address is sent within [`LIFE`].
const LETTERS: i64 = 5;
/// Characters of what nobody may guess: 256 bits.
pub const RANDOM: usize = 43;

/// Mails a link and a code to the customer with this address, if there is one who is not sent too many already; whoever asks is
/// told the same in any case. `begun` names the attempt in the browser that began it, and `link` makes the address out of its token.
pub fn begin(
    tx: &mut Tx<'_>,
    shop: Shop,
    email: &str,
    begun: &str,
    link: &dyn Fn(&str) -> String,
    master: &Master,
) -> Result<()> {
    let Some(customer) = customer::by_email(tx, shop, email)? else { return Ok(()) };
    let now = tx.now();
    let sent: i64 = tx.one(
        "select count(*) from sign_in where customer_id = $1 and created_at > $2",
        values![customer.id, now - LIFE],
        |row| row.get(0),
    )?;
    if sent >= LETTERS {
        return Ok(());
    }
    let begun_hash = seal::hash(begun.as_bytes());
    let token = tx.dice().base62(RANDOM);
    let code: String = (0..6).map(|_| char::from(b'0' + tx.dice().below(10))).collect();
    let made = tx.exec(
        "insert into sign_in (customer_id, begun_hash, link_hash, code_mac, created_at) values ($1, $2, $3, $4, $5) \
         on conflict (begun_hash) do nothing",
        values![
            customer.id,
            &begun_hash,
            &seal::hash(token.as_bytes()),
            &mac(&begun_hash, &code, master),
            now
        ],
    )?;
    if made == 0 {
        return Ok(());
    }
    let letter = Letter {
        template: Template::SignIn,
        recipient: &customer.email,
        customer_id: Some(customer.id),
        about: json!({"customer_id": customer.id}),
        once: None,
    };
    let secret = json!({"link": link(&token), "code": code});
    mail::queue_sealed(tx, shop, &letter, &secret, master).map(|_| ())
}

/// The code under the master key, and bound to its attempt: a million codes are soon tried by who has the table.
fn mac(begun_hash: &str, code: &str, master: &Master) -> String {
    hex(&master.mac("sign_in code", format!("{begun_hash} {code}").as_bytes()))
}

/// The customer of this shop whom a code lets in; `begun` is what the browser that began holds. A try counts, whatever comes of it.
pub fn by_code(tx: &mut Tx<'_>, shop: Shop, begun: &str, code: &str, master: &Master) -> Result<Option<i64>> {
    let (now, begun_hash) = (tx.now(), seal::hash(begun.as_bytes()));
    let tried = tx.maybe(
        "update sign_in set tries = tries + 1 where begun_hash = $1 and used_at is null and tries < $2 and created_at > $3 \
         and customer_id in (select id from customer where site_id = $4 and is_test = $5) returning id, customer_id, code_mac",
        values![&begun_hash, TRIES, now - LIFE, shop.site_id, shop.is_test()],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?)),
    )?;
    let Some((id, customer_id, stored)) = tried else { return Ok(None) };
    if !seal::same(stored.as_bytes(), mac(&begun_hash, code, master).as_bytes()) {
        return Ok(None);
    }
    let used =
        tx.exec("update sign_in set used_at = $2 where id = $1 and used_at is null", values![id, now])?;
    Ok((used == 1).then_some(customer_id))
}

/// Whom a link would let into this shop, by their address; nobody once it is used or old. Programs open links in letters before people do,
/// so that looking at one does nothing.
pub fn linked(tx: &mut Tx<'_>, shop: Shop, token: &str) -> Result<Option<String>> {
    let now = tx.now();
    tx.maybe(
        "select c.email from sign_in s join customer c on c.id = s.customer_id \
         where s.link_hash = $1 and s.used_at is null and s.created_at > $2 and c.site_id = $3 and c.is_test = $4",
        values![&seal::hash(token.as_bytes()), now - LIFE, shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// The customer of this shop whom a link lets in.
pub fn by_link(tx: &mut Tx<'_>, shop: Shop, token: &str) -> Result<Option<i64>> {
    let now = tx.now();
    tx.maybe(
        "update sign_in set used_at = $2 where link_hash = $1 and used_at is null and created_at > $3 and customer_id in \
         (select id from customer where site_id = $4 and is_test = $5) returning customer_id",
        values![&seal::hash(token.as_bytes()), now, now - LIFE, shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// Makes all that was mailed to a customer good for nothing.
pub fn end_of_customer(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("delete from sign_in where customer_id = $1", values![id]).map(|_| ())
}

/// Forgets what is too old to let anybody in.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from sign_in where created_at <= $1", values![now - LIFE])
}

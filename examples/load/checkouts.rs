//! The last step of checkouts under load: an order that is placed and paid, and the licence that it makes, in one call.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Instant;

use keywright::base::error::{Error, Result};
use keywright::base::public_id::{PublicIds, SITE};
use keywright::domain::checkout::{Details, PaidBy};
use keywright::domain::shop::{Mode, Shop};
use keywright::domain::{house, product};
use keywright::store::Tx;
use keywright::values;

use crate::Outcome;
use crate::client::{self, Client};
use crate::options::Options;
use crate::shelf::{Stock, block_on};

/// Connections.
const CLIENTS: usize = 64;
/// What ids of checkouts begin with in that dialect.
const CHECKOUT: &str = "cs";

/// Checkouts that wait for their last step, and who may make it.
pub struct Waiting {
    site: String,
    keys: Vec<String>,
    /// Paid by a card of test mode.
    by_card: Vec<String>,
    /// Left to be paid.
    by_hand: Vec<String>,
}

/// Makes the checkouts; the catalogue must be there.
pub fn prepare(stock: &Stock, options: &Options) -> Outcome<Waiting> {
    let many = if options.quick { 640 } else { 12_800 };
    let (store, master) = client::open(stock)?;
    let made = block_on(store.write("load: checkouts", move |tx| {
        let shop = Shop { mode: Mode::Test, ..Shop::live(tx)? };
        let ids = house::public_ids(tx)?;
        let change = product::Change {
            title: Some("Checked out".to_owned()),
            price: Some(Some((2_999, "EUR".to_owned()))),
            ..product::Change::default()
        };
        let product = product::new(tx, shop, &change)?.id;
        Ok(Waiting {
            site: ids.write(SITE, shop.site_id),
            keys: client::api_keys(tx, shop, &master, CLIENTS)?,
            by_card: fill(tx, shop, &ids, (product, PaidBy::TestCard), many)?,
            by_hand: fill(tx, shop, &ids, (product, PaidBy::Manual), many)?,
        })
    }))?;
    store.close();
    Ok(made?)
}

/// Carts with one of the product each, whose checkouts are at their review; the checkouts' ids.
fn fill(
    tx: &mut Tx<'_>,
    shop: Shop,
    ids: &PublicIds,
    (product, paid_by): (i64, PaidBy),
    many: i64,
) -> Result<Vec<String>> {
    let (place, now) = ("PLACE", tx.now());
    let email = Some(format!("checkout.{place}@customer.example"));
    let details = Details { email, paid_by: Some(paid_by.as_str().to_owned()), ..Details::default() };
    let details = serde_json::to_string(&details).map_err(|e| Error::broken(e.to_string()))?;
    let last: i64 = tx.one("select coalesce(max(id), 0) from cart", &[], |row| row.get(0))?;
    tx.exec(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) \
         insert into cart (id, site_id, is_test, currency, created_at, updated_at) \
         select $2 + i, $3, $4, 'EUR', cast($5 as bigint), $5 from n",
        values![many, last, shop.site_id, shop.is_test(), now],
    )?;
    tx.exec(
        "insert into cart_line (cart_id, product_id, variant_id, quantity) \
         select c.id, v.product_id, v.id, 1 from cart c join variant v on v.product_id = $2 where c.id > $1",
        values![last, product],
    )?;
    tx.exec(
        "insert into checkout (cart_id, state, details, created_at, updated_at) \
         select id, 'review', replace($2, $3, cast(id as text)), created_at, updated_at from cart where id > $1",
        values![last, &details, place],
    )?;
    tx.all("select id from checkout where cart_id > $1 order by id", values![last], |row| {
        Ok(ids.write(CHECKOUT, row.get(0)?))
    })
}

/// Measures both kinds and writes their rows.
pub fn write(text: &mut String, address: SocketAddr, waiting: &Waiting) -> Outcome<()> {
    for (title, checkouts) in [
        ("Shopvo checkouts completed: order, payment, licence", &waiting.by_card),
        ("Shopvo checkouts completed: order to be paid", &waiting.by_hand),
    ] {
        let rate = complete(address, waiting, checkouts)?;
        writeln!(text, "| {title} | {rate:.0} | | | |")?;
    }
    Ok(())
}

/// Completed checkouts a second, each of them once.
#[expect(clippy::cast_precision_loss, reason = "a count for people")]
fn complete(address: SocketAddr, waiting: &Waiting, checkouts: &[String]) -> Outcome<f64> {
    let target = format!("/shopvo/api/v1/{}/checkout", waiting.site);
    let client = |key: &String, mine: &[String]| -> Outcome<()> {
        let mut client = Client::open(address, key.clone())?;
        for id in mine {
            let body = format!(r#"{{"sessionId":"{id}","state":"complete"}}"#);
            let (status, body) = client.call("PATCH", &target, body.as_bytes())?;
            if status != 200 {
                return Err(
                    format!("a checkout was answered {status}: {}", String::from_utf8_lossy(&body)).into()
                );
            }
        }
        Ok(())
    };
    let begun = Instant::now();
    std::thread::scope(|scope| -> Outcome<()> {
        let parts = checkouts.chunks(checkouts.len().div_ceil(CLIENTS));
        let clients: Vec<_> = waiting
            .keys
            .iter()
            .zip(parts)
            .map(|(key, mine)| scope.spawn(move || client(key, mine)))
            .collect();
        clients.into_iter().try_for_each(|client| client.join().map_err(|_| "a client panicked")?)
    })?;
    Ok(checkouts.len() as f64 / begun.elapsed().as_secs_f64())
}

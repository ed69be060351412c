//! Fills an empty database: one product, a customer for every two licences, two activations for each licence.
//!
//! In bulk and in the same SQL on both engines; issuing a million licences one by one takes too long to wait for.

use std::time::Instant;

use keywright::base::dice::Dice;
use keywright::base::error::Result;
use keywright::domain::licence_key::{self, Form};
use keywright::domain::{policy, product, release};
use keywright::store::{Store, Tx};
use keywright::values;

use crate::say;
use keywright::domain::shop::Shop;

/// Licences in one commit.
const CHUNK: u64 = 10_000;
/// Keys in one statement, as one text that the engine takes apart.
const KEYS: u64 = 500;

/// The site's title in a database that this program has filled to the end.
pub fn mark(licences: u64) -> String {
    format!("keywright load {licences}")
}

/// Fills the database that `store` has open.
pub async fn fill(store: &Store, licences: u64) -> Result<()> {
    let begun = Instant::now();
    store.write("load: product", new_product).await?;
    let dice = Dice::seeded(licences);
    let mut done = 0;
    while done < licences {
        let last = (done + CHUNK).min(licences);
        let dice = dice.clone();
        store.write("load: fill", move |tx| chunk(tx, done + 1, last, &dice)).await?;
        done = last;
        if done % 100_000 == 0 || done == licences {
            let seconds = begun.elapsed().as_secs_f64();
            say(&format!("load: {done} of {licences} licences in {seconds:.1} s"));
        }
    }
    let title = mark(licences);
    store.write("load: mark", move |tx| tx.exec("update site set title = $1", values![&title])).await?;
    Ok(())
}

fn new_product(tx: &mut Tx<'_>) -> Result<()> {
    let change = product::Change {
        title: Some("Quill Editor".to_owned()),
        policy: policy::Change { api_enabled: Some(true), max_uses: Some(-1), ..Default::default() },
        ..Default::default()
    };
    let shop = Shop::live(tx)?;
    let product_id = product::new(tx, shop, &change)?.id;
    let draft = release::Draft { product_id, version: "1.2.0".to_owned(), ..release::Draft::default() };
    release::new(tx, shop, &draft).map(|_| ())
}

/// Licences `first` to `last`, with all that hangs on them.
#[expect(clippy::cast_possible_wrap, reason = "numbers of licences")]
fn chunk(tx: &mut Tx<'_>, first: u64, last: u64, dice: &Dice) -> Result<()> {
    let (now, from, to) = (tx.now(), first as i64, last as i64);
    tx.exec(
        "with recursive n (i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2) \
         insert into customer (id, site_id, email, email_fold, name, created_at) \
         select i, 1, 'buyer.' || i || '@customer.example', 'buyer.' || i || '@customer.example', 'Buyer ' || i, cast($3 as bigint) from n",
        values![(from + 1) / 2, (to + 1) / 2, now],
    )?;
    tx.exec(
        "with recursive n (i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2) \
         insert into purchase (id, site_id, product_id, customer_id, status, started_at) \
         select i, 1, 1, (i + 1) / 2, 'active', cast($3 as bigint) from n",
        values![from, to, now],
    )?;
    let mut begin = first;
    while begin <= last {
        let end = (begin + KEYS - 1).min(last);
        keys(tx, begin as i64, end as i64, dice)?;
        begin = end + 1;
    }
    tx.exec(
        "with recursive n (i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2) \
         insert into activation (licence_id, usage_id, activated_at, ip, extra) \
         select i, u, cast($3 as bigint), '198.' || (18 + i % 2) || '.' || (i / 512 % 256) || '.' || (i / 2 % 256), \
         case when u = 1 then '{\"version\":\"1.2.0\",\"os\":\"linux\"}' end \
         from n cross join (select 1 as u union all select 2) two order by i, u",
        values![from, to, now],
    )?;
    Ok(())
}

fn keys(tx: &mut Tx<'_>, from: i64, to: i64, dice: &Dice) -> Result<()> {
    let form = Form::Standard { segments: 5, length: 4 };
    let keys: String = (from..=to).map(|_| licence_key::new(form, dice)).collect();
    let now = tx.now();
    tx.exec(
        "with recursive n (i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2) \
         insert into licence (id, purchase_id, product_id, key, key_type, identifier_mode, max_uses, uses, last_usage_id, issued_at) \
         select i, i, 1, substr($4, cast((i - $1) * 24 + 1 as integer), 24), 'standard', 'none', -1, 2, 2, cast($3 as bigint) from n",
        values![from, to, now, &keys],
    )
    .map(|_| ())
}

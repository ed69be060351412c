//! A shop with many products and orders, made in bulk.

use keywright::base::error::Result;
use keywright::domain::address::Address;
use keywright::domain::sale_facts::Facts;
use keywright::store::Tx;
use keywright::values;

/// Products of a large shop.
pub const PRODUCTS: i64 = 100_000;

/// Fills the live catalogue up to the product of this number.
pub fn products(tx: &mut Tx<'_>, last: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "with recursive n (i) as (select 2 union all select i + 1 from n where i < $1) \
         insert into product (id, site_id, title, slug, price_minor, currency, created_at, updated_at) \
         select i, 1, 'Product ' || i, 'product-' || i, 2999, 'EUR', cast($2 as bigint), $2 from n",
        values![last, now],
    )?;
    tx.exec(
        "insert into variant (product_id, title, is_default, is_implicit, created_at) \
         select id, 'Default', 1, 1, created_at from product where id > 1",
        &[],
    )?;
    tx.exec(
        "insert into product_word (product_id, word) select id, 'product' from product where id > 1",
        &[],
    )?;
    tx.exec(
        "insert into product_word (product_id, word) select id, cast(id as text) from product where id > 1",
        &[],
    )
    .map(|_| ())
}

/// So many orders that are paid and sent, of one piece of each of two products, by customers of whom each has a few.
pub fn orders(tx: &mut Tx<'_>, many: i64) -> Result<()> {
    let now = tx.now();
    let products: i64 = tx.one("select max(id) from product", &[], |row| row.get(0))?;
    let customers = (many / 4).max(1);
    let known: i64 = tx.one("select coalesce(max(id), 0) from customer", &[], |row| row.get(0))?;
    let delivery = Address {
        name: "Ada Buyer".to_owned(),
        address: "Long Lane 1".to_owned(),
        zip_code: "10115".to_owned(),
        city: "Berlin".to_owned(),
        country_code: "DEU".to_owned(),
        ..Address::default()
    };
    let facts = Facts { delivery, gateway: Some("PayPal".to_owned()), ..Facts::default() }.written()?;
    tx.exec(
        "with recursive n (i) as (select cast($1 as bigint) + 1 union all select i + 1 from n where i < $2) \
         insert into customer (id, site_id, email, email_fold, name, created_at) \
         select i, 1, 'buyer.' || i || '@customer.example', 'buyer.' || i || '@customer.example', 'Buyer ' || i, cast($3 as bigint) from n",
        values![known, known + customers, now],
    )?;
    tx.exec(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) \
         insert into sale (id, site_id, is_test, customer_id, email, currency, subtotal_minor, discount_minor, tax_minor, total_minor, \
         paid_minor, payment_status, fulfilment_status, created_at, paid_at, sent_at, number, updated_at, is_new, details) \
         select i, 1, 0, $2 + 1 + i % $3, 'buyer.' || ($2 + 1 + i % $3) || '@customer.example', 'EUR', 5998, 0, 0, 5998, \
         5998, 'paid', 'sent', $4 - ($1 - i) * 1000, $4 - ($1 - i) * 1000, $4 - ($1 - i) * 1000, 1000 + i, $4 - ($1 - i) * 1000, 0, \
         cast($5 as text) from n",
        values![many, known, customers, now, &facts],
    )?;
    tx.exec(
        "insert into sale_line (sale_id, product_id, title, unit_minor, quantity, tax_bp, discount_minor) \
         select s.id, 2 + (s.id * 7 + two.k) % ($1 - 1), 'Product ' || (2 + (s.id * 7 + two.k) % ($1 - 1)), 2999, 1, 0, 0 \
         from sale s cross join (select 0 as k union all select 1) two order by s.id, two.k",
        values![products],
    )
    .map(|_| ())
}

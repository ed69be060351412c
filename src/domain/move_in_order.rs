//! Orders that are carried here from another system, with what they brought: written as they were, since all of it has happened. The later
//! word counts: what was done with an order here stays, until something happens to it there.

use super::carried::{self, Source, What};
use super::customer;
use super::licence_key;
use super::move_in::Outcome;
use super::move_in_fit as fit;
use super::move_in_goods::{is_key, noted};
use super::move_in_item::{Line, Order};
use super::order::{Fulfilment, Payment};
use super::product::{self, Product};
use super::shop::Shop;
use super::{coupon, move_in_people, order_number, variant};
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// The most purchases of one line; more pieces are one more purchase.
const MOST: i64 = 100;

/// Takes an order in, or what has happened to it since.
pub(super) fn take(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    told: &Order,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    match carried::row_of(tx, shop, source, What::Order, &told.old_id)? {
        Some(id) => {
            note_hash(tx, shop, source, told, id)?;
            bring_up(tx, shop, id, told, remarks)
        }
        None => insert(tx, shop, source, told, remarks),
    }
}

/// Links that buyers have go on leading to their order; of two orders that say the same, the first has it.
fn note_hash(tx: &mut Tx<'_>, shop: Shop, source: Source, told: &Order, id: i64) -> Result<()> {
    match &told.hash {
        Some(hash) => carried::note(tx, shop, source, What::Order, hash, id).map(|_| ()),
        None => Ok(()),
    }
}

fn insert(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    told: &Order,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    let sums = told.sums()?;
    let (customer_id, _) = move_in_people::find_or_make(tx, shop, &told.customer)?;
    let buyer = customer::get(tx, shop, customer_id)?;
    let code = told.coupon_code.as_deref().and_then(|code| fit::line(code, 60));
    let coupon = code.as_deref().map_or(Ok(None), |code| coupon::find(tx, shop, code))?;
    let name = told.customer.name.as_deref().and_then(|name| fit::line(name, 200)).or(buyer.name);
    let number = order_number::next(tx, shop)?;
    let id: i64 = tx.one(
        "insert into sale (site_id, is_test, customer_id, email, name, currency, subtotal_minor, discount_minor, shipping_minor, \
         tax_minor, total_minor, payment_status, fulfilment_status, coupon_id, coupon_code, created_at, number, updated_at, is_new, \
         shipping_title, shipping_bp, details) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'unpaid', 'pending', $12, $13, $14, $15, $14, $16, $17, $18, $19) returning id",
        values![
            shop.site_id,
            shop.is_test(),
            customer_id,
            &buyer.email,
            name.as_ref(),
            &told.currency,
            sums.subtotal,
            sums.discount,
            told.shipping_minor,
            sums.tax,
            told.total_minor,
            coupon.as_ref().map(|coupon| coupon.id),
            code.as_ref(),
            told.created_at,
            number,
            told.is_new,
            told.shipping_title.as_deref().and_then(|title| fit::line(title, 200)).as_ref(),
            told.shipping_bp.clamp(0, 10_000),
            &told.facts.written()?
        ],
        |row| row.get(0),
    )?;
    for (line, discount) in told.lines.iter().zip(&sums.discounts) {
        let product = product_of(tx, shop, source, line)?;
        add_line(tx, id, line, &product, *discount)?;
    }
    if let Some(other) = &told.number {
        carried::note(tx, shop, source, What::OrderNumber, other, id)?;
    }
    note_hash(tx, shop, source, told, id)?;
    stand(tx, shop, id, told, remarks)?;
    noted(tx, shop, source, What::Order, &told.old_id, id)
}

/// The product of a line, as it is known here; of one that is there no more, something to stand for it, which nobody can buy.
fn product_of(tx: &mut Tx<'_>, shop: Shop, source: Source, line: &Line) -> Result<Product> {
    let title = fit::title(&line.title, "Product");
    // What has no name there gets none in that dialect either.
    let (source, old_id) = match &line.product {
        Some(old_id) => (source, old_id.clone()),
        None => (Source::Csv, format!("gone: {title}")),
    };
    if let Some(id) = carried::row_of(tx, shop, source, What::Product, &old_id)? {
        return product::get(tx, shop, id);
    }
    let change = product::Change {
        title: Some(title),
        kind: Some(product::Kind::Service),
        visible: Some(false),
        ..product::Change::default()
    };
    let (made, now) = (product::take_in(tx, shop, &change)?, tx.now());
    tx.exec("update product set archived_at = $2 where id = $1", values![made.id, now])?;
    noted(tx, shop, source, What::Product, &old_id, made.id)?;
    product::get(tx, shop, made.id)
}

fn add_line(tx: &mut Tx<'_>, order_id: i64, line: &Line, product: &Product, discount: i64) -> Result<()> {
    let option = line.option.as_deref().and_then(|option| fit::line(option, 200));
    let variant_id = match &option {
        Some(option) => variant::list(tx, product.id)?
            .into_iter()
            .find(|v| !v.is_implicit && v.title == *option)
            .map(|v| v.id),
        None => Some(variant::default_of(tx, product.id)?.id),
    };
    tx.exec(
        "insert into sale_line (sale_id, product_id, title, unit_minor, quantity, tax_bp, discount_minor, variant_id, variant_title, sku, \
         weight_g) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            order_id,
            product.id,
            &fit::title(&line.title, &product.title),
            line.unit_minor,
            line.quantity,
            line.tax_bp.clamp(0, 10_000),
            discount,
            variant_id,
            option.as_ref(),
            line.sku.as_deref().and_then(|sku| fit::line(sku, 100)).as_ref(),
            line.weight_g.max(0)
        ],
    )
    .map(|_| ())
}

/// What has happened to an order since it was taken, if that is later than what was done with it here.
fn bring_up(
    tx: &mut Tx<'_>,
    shop: Shop,
    id: i64,
    told: &Order,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    let (updated_at, payment, fulfilment): (Millis, Payment, Fulfilment) = tx.one(
        "select updated_at, payment_status, fulfilment_status from sale where id = $1",
        values![id],
        |row| Ok((row.get(0)?, row.word(1)?, row.word(2)?)),
    )?;
    let is_as_told = payment == told.payment && fulfilment == told.fulfilment;
    if told.updated_at < updated_at || (told.updated_at == updated_at && is_as_told) {
        return Ok(Outcome::Same);
    }
    stand(tx, shop, id, told, remarks)?;
    Ok(Outcome::Changed)
}

/// Lets an order stand as it is told: what was paid and given back, where its goods are, and what it brought.
fn stand(tx: &mut Tx<'_>, shop: Shop, id: i64, told: &Order, remarks: &mut Vec<String>) -> Result<()> {
    let was_paid: Option<Millis> =
        tx.one("select paid_at from sale where id = $1", values![id], |row| row.get(0))?;
    let paid_at = told.paid_at.or(was_paid);
    let (paid, refunded) = match paid_at {
        Some(_) => (told.total_minor, told.refunded_minor.min(told.total_minor)),
        None => (0, 0),
    };
    let already: i64 =
        tx.one("select refunded_minor from sale where id = $1", values![id], |row| row.get(0))?;
    let refunded = refunded.max(already.min(paid));
    tx.exec(
        "update sale set paid_minor = $2, refunded_minor = $3, payment_status = $4, fulfilment_status = $5, updated_at = $6, paid_at = $7, \
         sent_at = $8, delivered_at = $9, canceled_at = $10, disputed_at = $11, invoice_url = coalesce($12, invoice_url), \
         tracking_url = coalesce($13, tracking_url), note = coalesce($14, note), client_note = coalesce($15, client_note) where id = $1",
        values![
            id,
            paid,
            refunded,
            told.payment.as_str(),
            told.fulfilment.as_str(),
            told.updated_at,
            paid_at,
            told.sent_at,
            told.delivered_at,
            told.canceled_at,
            told.disputed_at,
            told.invoice_url.as_deref().and_then(fit::address).as_ref(),
            told.tracking_url.as_deref().and_then(fit::address).as_ref(),
            told.note.as_deref().map(|note| fit::page(note, 5_000)).as_ref(),
            told.client_note.as_deref().map(|note| fit::page(note, 5_000)).as_ref()
        ],
    )?;
    if let (Some(at), None) = (paid_at, was_paid) {
        pay(tx, id, "paid", paid, told.reference.as_deref(), at)?;
        hand_over(tx, shop, id, told, at, remarks)?;
    }
    if refunded > already {
        pay(tx, id, "refunded", already - refunded, None, told.updated_at)?;
    }
    if told.fulfilment == Fulfilment::Canceled || told.payment == Payment::Refunded {
        end(tx, id)?;
    }
    Ok(())
}

fn pay(
    tx: &mut Tx<'_>,
    id: i64,
    status: &str,
    amount: i64,
    reference: Option<&str>,
    at: Millis,
) -> Result<()> {
    tx.exec(
        "insert into payment (sale_id, method, status, amount_minor, reference, created_at) values ($1, 'manual', $2, $3, $4, $5)",
        values![id, status, amount, reference.and_then(|text| fit::line(text, 200)).as_ref(), at],
    )
    .map(|_| ())
}

/// Makes what a paid order brought: a purchase for each piece, and a licence for each key that was handed out.
fn hand_over(
    tx: &mut Tx<'_>,
    shop: Shop,
    order_id: i64,
    told: &Order,
    at: Millis,
    remarks: &mut Vec<String>,
) -> Result<()> {
    let customer_id: i64 =
        tx.one("select customer_id from sale where id = $1", values![order_id], |row| row.get(0))?;
    let lines: Vec<(i64, i64, i64)> = tx.all(
        "select id, product_id, quantity from sale_line where sale_id = $1 order by id",
        values![order_id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    for ((line_id, product_id, quantity), line) in lines.into_iter().zip(&told.lines) {
        let product = product::get(tx, shop, product_id)?;
        let pieces = quantity.min(MOST).max(i64::try_from(line.keys.len()).unwrap_or(MOST));
        if quantity > MOST {
            remarks.push(format!("of {quantity} pieces of one thing, {pieces} are purchases of their own"));
        }
        for piece in 0..usize::try_from(pieces).unwrap_or_default() {
            let purchase_id: i64 = tx.one(
                "insert into purchase (site_id, is_test, product_id, customer_id, status, started_at, sale_line_id) \
                 values ($1, $2, $3, $4, 'active', $5, $6) returning id",
                values![shop.site_id, shop.is_test(), product.id, customer_id, at, line_id],
                |row| row.get(0),
            )?;
            if let Some(key) = line.keys.get(piece) {
                licence(tx, &product, purchase_id, key, at, remarks)?;
            }
        }
    }
    Ok(())
}

/// A key that was handed out becomes the licence of its purchase, and waits in no pool any more.
fn licence(
    tx: &mut Tx<'_>,
    product: &Product,
    purchase_id: i64,
    key: &str,
    at: Millis,
    remarks: &mut Vec<String>,
) -> Result<()> {
    if !is_key(key) {
        remarks.push(
            "what was handed out with it is no key of one line: its purchase is there, without a licence"
                .to_owned(),
        );
        return Ok(());
    }
    let issued = tx.exec(
        "insert into licence (purchase_id, product_id, key, key_type, identifier_mode, max_uses, issued_at, is_test) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing",
        values![
            purchase_id,
            product.id,
            key,
            licence_key::kind(key).as_str(),
            product.policy.identifier_mode.as_str(),
            product.policy.max_uses,
            at,
            product.shop.is_test()
        ],
    )?;
    if issued == 0 {
        remarks.push(
            "a key that was handed out with it is another licence's already: its purchase is without one"
                .to_owned(),
        );
        return Ok(());
    }
    tx.exec(
        "insert into pool_key (product_id, key, taken_at) values ($1, $2, $3) on conflict (key) do nothing",
        values![product.id, key, at],
    )?;
    tx.exec("update pool_key set taken_at = $2 where key = $1 and taken_at is null", values![key, at])
        .map(|_| ())
}

/// Ends what an order brought.
fn end(tx: &mut Tx<'_>, order_id: i64) -> Result<()> {
    let bought: Vec<i64> = tx.all(
        "select p.id from sale_line s join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id \
         where s.sale_id = $1 and p.status = 'active'",
        values![order_id],
        |row| row.get(0),
    )?;
    for id in bought {
        tx.exec("update purchase set status = 'cancelled' where id = $1", values![id])?;
        tx.exec("update licence set purchase_status = 'cancelled' where purchase_id = $1", values![id])?;
    }
    Ok(())
}

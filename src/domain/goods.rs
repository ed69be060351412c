//! What a paid order brings: purchases and licences, made once it is paid, and ended when it is undone.

use super::order::Order;
use super::order_line::{self, OrderLine};
use super::product::{Kind, Product};
use super::shop::Shop;
use super::{key_pool, licence, loyalty, purchase};
use crate::base::error::Result;
use crate::base::time::{DAY, Millis};
use crate::store::Tx;

/// Makes what the lines of an order bought: a purchase for each piece, or for each item of a bundle, with its licence; or a longer term.
pub(super) fn hand_over(tx: &mut Tx<'_>, shop: Shop, order: &Order) -> Result<()> {
    for line in order_line::list(tx, order.id)? {
        if let Some(renewed) = line.renews_id {
            purchase::extend(tx, shop, renewed, lengthening(&line))?;
            continue;
        }
        let products = order_line::contents(tx, shop, &line)?;
        for _ in 0..line.quantity {
            for product in &products {
                hand_out(tx, order.customer_id, &line, product)?;
            }
        }
    }
    Ok(())
}

/// By how much a renewal lengthens its purchase.
fn lengthening(line: &OrderLine) -> Millis {
    line.term_days.unwrap_or_default() * line.quantity * DAY
}

fn hand_out(tx: &mut Tx<'_>, customer_id: i64, line: &OrderLine, product: &Product) -> Result<()> {
    let key = key_pool::take(tx, product.id)?;
    if product.kind == Kind::Service && key.is_none() {
        let expires_at = product.policy.term_days.map(|days| tx.now() + days * DAY);
        let draft = purchase::Draft {
            customer_id,
            expires_at,
            sale_line_id: Some(line.id),
            parent_id: line.parent_id,
            ..purchase::Draft::default()
        };
        let id = purchase::new(tx, product, &draft)?;
        return purchase::tell_new(tx, product.shop, id);
    }
    let draft =
        licence::Draft { product_id: product.id, key, parent: line.parent_id, ..licence::Draft::default() };
    let issued = licence::issue_to(tx, customer_id, Some(line.id), &draft, product)?;
    licence::tell_new(tx, product.shop, &issued).map(|_| ())
}

/// Ends what an order bought, and takes back the points that it earned and by how much it lengthened others.
pub(super) fn take_back(tx: &mut Tx<'_>, shop: Shop, order: &Order) -> Result<()> {
    purchase::end_of_order(tx, order.id)?;
    if order.paid_at.is_none() {
        return Ok(());
    }
    loyalty::take_back(tx, order)?;
    for line in order_line::list(tx, order.id)? {
        if let Some(renewed) = line.renews_id {
            purchase::shorten(tx, shop, renewed, lengthening(&line))?;
        }
    }
    Ok(())
}

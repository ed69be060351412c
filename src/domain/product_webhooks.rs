//! Addresses that are told, in the Shoppy dialect, of what concerns one product: a list that belongs to it.

use super::shop::Shop;
use super::webhook::{self, Change};
use super::webhook_dialect::{Dialect, ShoppyEvent};
use crate::base::error::{Error, Result};
use crate::base::seal::Master;
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// The most addresses of one product.
const MOST: usize = 10;
/// What they are told of, by words: no program of the document makes a product.
pub const EVENTS: [ShoppyEvent; 6] = [
    ShoppyEvent::Paid,
    ShoppyEvent::Partial,
    ShoppyEvent::Disputed,
    ShoppyEvent::OutOfStock,
    ShoppyEvent::StockWarning,
    ShoppyEvent::Feedback,
];

/// The addresses of a product, the oldest first.
pub fn list(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<String>> {
    Ok(rows(tx, product_id)?.into_iter().map(|(_, url)| url).collect())
}

fn rows(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<(i64, String)>> {
    tx.all(
        "select id, url from webhook where product_id is not null and product_id = $1 and dialect = $2 order by id",
        values![product_id, Dialect::Shoppy.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Lets a product have these addresses and no others. Those that it had stay as they are, switched off ones too. The addresses were looked
/// at already: they lead to nobody's own network.
pub fn set(tx: &mut Tx<'_>, shop: Shop, product_id: i64, urls: &[String], master: &Master) -> Result<()> {
    if urls.len() > MOST {
        let message = format!("a product has at most {MOST} addresses that are told of it");
        return Err(Error::invalid(message).about("webhook_urls"));
    }
    let wrong = |e: Error| e.on_field("url", "webhook_urls");
    let normal: Result<Vec<String>> = urls.iter().map(|url| text::web_address(url)).collect();
    let wanted = normal.map_err(|e| e.about("webhook_urls"))?;
    let had = rows(tx, product_id)?;
    for (id, _) in had.iter().filter(|(_, url)| !wanted.contains(url)) {
        webhook::delete(tx, shop, *id)?;
    }
    let mut known: Vec<&String> = had.iter().map(|(_, url)| url).collect();
    for url in &wanted {
        if known.contains(&url) {
            continue;
        }
        let change = Change {
            url: Some(url.clone()),
            dialect: Some(Dialect::Shoppy),
            events: Some(EVENTS.map(ShoppyEvent::as_str).to_vec()),
            product_id: Some(product_id),
            ..Change::default()
        };
        webhook::new(tx, shop, &change, master).map_err(wrong)?;
        known.push(url);
    }
    Ok(())
}

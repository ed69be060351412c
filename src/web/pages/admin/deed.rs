//! What a button of a page does: once, however often its form is sent.

use super::desk::{Answer, Desk};
use super::sheet;
use crate::base::error::Result;
use crate::base::seal;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::page;

/// Does it and goes on to where `act` says, below the public address; whoever sends the form once more goes there too. What has to be
/// typed first can be typed anew in the same page.
pub async fn act<F>(desk: &Desk, form: &Form, name: &'static str, mut act: F) -> Answer
where
    F: FnMut(&mut Tx<'_>, Shop) -> Result<String> + Send + 'static,
{
    let done = match form.given(sheet::ONCE) {
        None => desk.write(name, act).await,
        Some(once) => {
            let typed = form.get("typed").unwrap_or_default();
            let mark = seal::hash(format!("{once} {} {typed}", desk.here()).as_bytes());
            let act = move |tx: &mut Tx<'_>, shop| Ok((act(tx, shop)?, ()));
            sheet::once(desk, &mark.clone(), mark, name, act).await.map(|(to, _)| to)
        }
    };
    let to = done.map_err(|e| desk.failed(&e))?;
    Ok(page::go(&format!("{}{to}", desk.base()), Vec::new()))
}

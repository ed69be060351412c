//! Forms that count once, however often they are sent.

use super::visit::Visit;
use crate::base::error::Result;
use crate::base::seal;
use crate::domain::caller::Credential;
use crate::domain::idempotency::{self, Kept, Request};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::{self, Form};

/// Does what a form says, unless it did already; where to go then. The same page filled in otherwise is another form.
pub async fn write<F>(visit: &Visit, form: &Form, name: &'static str, mut f: F) -> Result<String>
where
    F: FnMut(&mut Tx<'_>, Shop) -> Result<String> + Send + 'static,
{
    let once = form.given("once").map_or_else(form::new_name, str::to_owned);
    let fields: Vec<_> = form.all().filter(|(name, _)| *name != "token").collect();
    let who = visit.customer.as_ref().map(|(id, _)| *id);
    let hash = seal::hash(format!("{name} {who:?} {fields:?}").as_bytes());
    let key = format!("{name} {} {hash}", seal::hash(once.as_bytes()));
    let request = Request { caller: Credential::Visitor, key, hash };
    visit
        .write(name, move |tx, shop| {
            if let Some(kept) = idempotency::find(tx, &request)? {
                return Ok(kept.body);
            }
            let to = f(tx, shop)?;
            idempotency::keep(tx, &request, &Kept { status: 303, body: to.clone(), head: String::new() })?;
            Ok(to)
        })
        .await
}

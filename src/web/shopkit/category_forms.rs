//! `/category`, as programs make, change and delete shelves: an extension that later programs call.

use super::call::Call;
use super::categories::{named, shown};
use super::fault::Fault;
use super::reply::Reply;
use super::wire::{Wire, line};
use crate::base::error::Result as Outcome;
use crate::base::html;
use crate::domain::category::{self, Change};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::text;

/// What a body says of a category.
#[expect(clippy::option_option, reason = "not given, given as null, given: three things")]
#[derive(Clone, Debug)]
struct Said {
    change: Change,
    /// By its number or handle.
    parent: Option<Option<String>>,
}

impl Said {
    fn read(call: &Call) -> Result<Self, Fault> {
        let mut fields = call.fields()?;
        let said = Self {
            change: Change {
                title: fields.get("title", text),
                slug: fields.nullable("handle", line).flatten().flatten(),
                description: fields
                    .nullable("description", text)
                    .map(|html| html::to_markdown(&html.unwrap_or_default())),
                parent_id: None,
            },
            parent: fields.nullable("parent", line).map(Option::flatten),
        };
        fields.finish_open()?;
        Ok(said)
    }

    /// The same, with the row of the category that it stands under; 0 is none, as it is told.
    fn settled(&self, tx: &mut Tx<'_>, shop: Shop) -> Outcome<Change> {
        let mut change = self.change.clone();
        if let Some(called) = &self.parent {
            let above = called.as_deref().filter(|called| *called != "0");
            let found = above.map(|called| named(tx, shop, called)).transpose();
            let found = found.map_err(|e| e.missing("parent", "there is no such category"))?;
            change.parent_id = Some(found.map(|one| one.id));
        }
        Ok(change)
    }
}

/// `POST /category`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let said = Said::read(&call)?;
    let (shop, app) = (call.shop, call.app.clone());
    call.write("make category", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let change = said.settled(tx, shop)?;
        let made = category::new(tx, shop, &change)?;
        Reply::made(&shown(tx, &wire, made)?)
    })
    .await
}

/// `PUT /category/{category}`: what is not said stays.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (said, called) = (Said::read(&call)?, call.part().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.write("change category", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let id = named(tx, shop, &called)?.id;
        let change = said.settled(tx, shop)?;
        let changed = category::set(tx, shop, id, &change)?;
        Reply::ok(&shown(tx, &wire, changed)?)
    })
    .await
}

/// `DELETE /category/{category}`: one that nothing stands on or under.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (called, shop) = (call.part().to_owned(), call.shop);
    call.write("delete category", move |tx| {
        let id = named(tx, shop, &called)?.id;
        category::delete(tx, shop, id)?;
        Ok(Reply::gone())
    })
    .await
}

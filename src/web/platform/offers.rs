//! What the shop offers somebody of a product: the button that a storefront of the vendor's own shows, by the rules of ours.

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, maybe_time};
use super::call::Call;
use super::fault::Fault;
use crate::domain::customer;
use crate::domain::offer::{self, Button, Offer};
use crate::domain::prerequisite::Match;

#[derive(Serialize)]
struct View<'a> {
    product_id: i64,
    button: &'static str,
    url: Option<&'a str>,
    purchase_id: Option<i64>,
    may_buy_again: bool,
    r#match: Match,
    requirements: Vec<Requirement<'a>>,
    version: Option<&'a str>,
    released_at: Value,
}

#[derive(Serialize)]
struct Requirement<'a> {
    product_id: i64,
    title: &'a str,
    is_met: Option<bool>,
}

impl<'a> Requirement<'a> {
    fn of(one: &'a offer::Requirement) -> Self {
        Self { product_id: one.id, title: &one.title, is_met: one.is_met }
    }
}

fn view(of: &Offer) -> View<'_> {
    let (url, purchase_id) = match &of.button {
        Button::BuyElsewhere(url) => (Some(url.as_str()), None),
        Button::Download(id) => (None, Some(*id)),
        _ => (None, None),
    };
    View {
        product_id: of.product.id,
        button: of.button.as_str(),
        url,
        purchase_id,
        may_buy_again: of.may_buy_again,
        r#match: of.matches,
        requirements: of.requirements.iter().map(Requirement::of).collect(),
        version: of.release.as_ref().map(|release| release.version.as_str()),
        released_at: maybe_time(of.release.as_ref().map(|release| release.released_at)),
    }
}

/// `GET /v1/products/{id}/offer`; `customer` is who it is for, nobody that is known without it.
pub async fn get(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let asked = query.id("customer");
    query.finish()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| {
        if let Some(customer_id) = asked {
            customer::get(tx, shop, customer_id)?;
        }
        Answer::one(&view(&offer::of(tx, shop, id, asked)?))
    })
    .await
}

//! Figures of the business: as JSON, or as CSV by `format=csv` or `Accept: text/csv`.

use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;
use crate::base::error::{Error, Result as Outcome};
use crate::domain::analytics::{self, Figures};
use crate::domain::period::Asked;
use crate::domain::shop::Shop;
use crate::domain::{revenue, summary, versions};
use crate::store::Tx;
use crate::web::query::Query;

/// `GET /v1/analytics/summary`
pub async fn summary(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let is_csv = is_csv(&call, &mut query);
    query.finish()?;
    show(call, Asked::default(), is_csv, |tx, shop, _| summary::summary(tx, shop)).await
}

/// `GET /v1/analytics/revenue`
pub async fn revenue(call: Call) -> Result<Answer, Fault> {
    over_time(call, revenue::revenue).await
}

/// `GET /v1/analytics/activations`
pub async fn activations(call: Call) -> Result<Answer, Fault> {
    over_time(call, analytics::activations).await
}

/// `GET /v1/analytics/versions`
pub async fn versions(call: Call) -> Result<Answer, Fault> {
    over_time(call, versions::versions).await
}

/// `GET /v1/analytics/errors`
pub async fn errors(call: Call) -> Result<Answer, Fault> {
    over_time(call, analytics::errors).await
}

type Look<F> = fn(&mut Tx<'_>, Shop, &Asked) -> Outcome<F>;

async fn over_time<F: Figures + 'static>(call: Call, look: Look<F>) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let asked = Asked {
        from: query.text("from"),
        to: query.text("to"),
        interval: query.word("interval"),
        product_id: query.id("product"),
    };
    let is_csv = is_csv(&call, &mut query);
    query.finish()?;
    show(call, asked, is_csv, look).await
}

async fn show<F: Figures + 'static>(
    call: Call,
    asked: Asked,
    is_csv: bool,
    look: Look<F>,
) -> Result<Answer, Fault> {
    let shop = call.shop();
    call.read(move |tx| {
        let figures = look(tx, shop, &asked)?;
        if !is_csv {
            return Answer::plain(&figures.json());
        }
        let csv = analytics::csv(&figures.table())?;
        Ok(Answer::with(200, csv).header("content-type", "text/csv; charset=utf-8"))
    })
    .await
}

/// How the figures are to be written: a parameter goes before a header.
fn is_csv(call: &Call, query: &mut Query) -> bool {
    let named = query.read("format", |word| match word {
        "csv" => Ok(true),
        "json" => Ok(false),
        _ => Err(Error::invalid("must be json or csv")),
    });
    named.unwrap_or_else(|| call.header("accept").is_some_and(|a| a.trim_start().starts_with("text/csv")))
}

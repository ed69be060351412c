//! The audit log and the request log, as they are read.

use super::answer::{Answer, put};
use super::call::Call;
use super::fault::Fault;
use crate::base::time;
use crate::domain::{audit, audit_log, request_log};

/// `GET /v1/audit`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = audit_log::Filter {
        actor: query.text("actor"),
        action: query.word("action"),
        subject: query.read("subject", audit::subject),
        subject_id: query.text("subject_id"),
        from: query.read("from", time::parse),
        to: query.read("to", time::parse),
    };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = audit_log::list(tx, shop, &filter, page.before, page.wanted())?;
        page.answer(rows, &master, |entry| entry.id, put)
    })
    .await
}

/// `GET /v1/audit/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| Answer::one(&audit_log::get(tx, shop, id)?)).await
}

/// `GET /v1/requests`
pub async fn requests(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = request_log::Filter {
        status: query.id("status"),
        route: query.text("route"),
        credential: query.text("credential"),
        from: query.read("from", time::parse),
        to: query.read("to", time::parse),
    };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = request_log::list(tx, shop, &filter, page.before, page.wanted())?;
        page.answer(rows, &master, |entry| entry.id, put)
    })
    .await
}

//! What is done to several rows of a list at once: what was ticked is counted and named first, and then done, to all of them or none.

use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, Route};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::desk::{Answer, Desk};
use super::sheet;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::seal;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::{self, Form};
use crate::web::page;

/// Before the id of a row that is ticked, in the names of a form.
const TICK: &str = "row.";
/// More of them are counted, and not named.
const NAMED: usize = 20;
/// Rows that one form may hold: a page of a list has fewer.
const MOST: usize = 500;

/// Something that can be done to each of several rows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Bulk {
    /// What it is called in the form.
    pub word: &'static str,
    /// What its button says.
    pub label: &'static str,
    /// What is said afterwards, behind how many: `3 licences` and this.
    pub done: &'static str,
    /// Whether it takes something from somebody.
    pub is_grave: bool,
    /// Whether there is no way back: how many they are is typed first.
    pub is_final: bool,
}

/// What a list's rows are, and what can be done to several.
pub struct Rows {
    /// The path of the list.
    pub here: &'static str,
    pub one: &'static str,
    pub many: &'static str,
    /// What a role must have for it.
    pub scope: Scope,
    pub deeds: &'static [Bulk],
    /// Does one, by its word, to the row of this id.
    pub act: fn(&mut Tx<'_>, Shop, &str, &str) -> Result<()>,
}

impl Rows {
    /// So many of them, in words.
    fn counted(&self, n: usize) -> String {
        format!("{n} {}", if n == 1 { self.one } else { self.many })
    }

    /// What a list says after one of them was done, by what its address holds.
    pub fn said(&self, query: &Form) -> Option<String> {
        let deed = self.deeds.iter().find(|deed| query.get("done") == Some(deed.word))?;
        let n = query.get("n")?.parse().ok()?;
        Some(format!("{} {}.", self.counted(n), deed.done))
    }
}

/// A number in a form's names or in a path.
pub fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| Error::not_found(format!("there is nothing with the number {id}")))
}

/// Rows that are ticked: their ids, and what the list calls them.
fn ticked(form: &Form) -> Vec<(String, String)> {
    form.under(TICK).map(|(id, name)| (id.to_owned(), name.to_owned())).collect()
}

/// `POST` to a list's `bulk`.
pub fn route(rows: &'static Rows) -> Route {
    web::post().to(move |req: HttpRequest, payload: Payload, app: Data<App>| send(req, payload, app, rows))
}

/// The first time it asks, and `sure` it does.
async fn send(req: HttpRequest, payload: Payload, app: Data<App>, rows: &'static Rows) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(rows.scope)?;
    let word = form.get("do").unwrap_or_default();
    let deed = rows.deeds.iter().find(|deed| deed.word == word);
    let Some(deed) = deed else {
        return Err(desk.failed(&Error::not_found("there is no such deed")));
    };
    let picked = ticked(&form);
    if picked.is_empty() {
        let to = format!("{}{}?done=none", desk.base(), rows.here);
        return Ok(page::go(&to, Vec::new()));
    }
    if picked.len() > MOST {
        return Err(desk.failed(&Error::invalid(format!("at most {MOST} rows are changed at once"))));
    }
    if form.get("sure").is_none() {
        return ask(&desk, rows, deed, &picked, "").await;
    }
    let typed = form.get("typed").unwrap_or_default().trim();
    if deed.is_final && typed != picked.len().to_string() {
        let wrong = "Nothing was done: what was typed is not how many they are.";
        return ask(&desk, rows, deed, &picked, wrong).await;
    }
    let ids: Vec<String> = picked.iter().map(|(id, _)| id.clone()).collect();
    let names = picked.clone();
    let hash = seal::hash(format!("{} {word} {}", rows.here, ids.join(" ")).as_bytes());
    let to = format!("{}?done={word}&n={}", rows.here, ids.len());
    let act = move |tx: &mut Tx<'_>, shop| {
        for (id, name) in &names {
            (rows.act)(tx, shop, deed.word, id).map_err(|e| e.at(name))?;
        }
        Ok((to.clone(), ()))
    };
    let once = form.get("once").unwrap_or_default();
    match sheet::once(&desk, once, hash, "several by page", act).await {
        Ok((to, _)) => Ok(page::go(&format!("{}{to}", desk.base()), Vec::new())),
        Err(e) => ask(&desk, rows, deed, &picked, &format!("Nothing was done. {}", e.message)).await,
    }
}

/// The page that says how many there are, and which.
async fn ask(desk: &Desk, rows: &Rows, deed: &Bulk, picked: &[(String, String)], wrong: &str) -> Answer {
    let names: Vec<String> = picked.iter().take(NAMED).map(|(_, name)| name.clone()).collect();
    let title = format!("{}: {}", deed.label, rows.counted(picked.len()));
    let values = context! {
        deed => Serde(deed), picked => picked.to_vec(), names => names, more => picked.len().saturating_sub(NAMED), wrong => wrong,
        counted => rows.counted(picked.len()), count => picked.len(), once => form::new_name(), action => format!("{}{}/bulk", desk.base(), rows.here),
        back => format!("{}{}", desk.base(), rows.here),
    };
    desk.page("admin/bulk.html", &title, values).await
}

//! The page of one thing: its facts, what hangs on it, and what can be done.

use actix_web::HttpResponse;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::desk::{Answer, Desk};
use super::why::Why;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Fact, Section, Way};

#[derive(Default, Serialize)]
pub struct Thing {
    #[serde(skip)]
    pub title: String,
    #[serde(skip)]
    pub about: Option<Cell>,
    /// Where its page leads on.
    pub ways: Vec<Way>,
    pub facts: Vec<Fact>,
    /// Why a licence can be activated, or not.
    pub why: Option<Why>,
    pub sections: Vec<Section>,
    pub deeds: Vec<Deed>,
}

/// What a page says when something was done, by the word that the address names it by.
const DONE: &[(&str, &str)] = &[
    ("erased", "They are erased: what tells of them is gone, and what was bought stays without a name."),
    ("detached", "They buy for the company no longer."),
    ("merged", "The other customer is gone; all that was theirs is here."),
    ("published", "It is out: update checks tell of it."),
    (
        "yanked",
        "It is taken back: update checks tell of the one before it, and nobody downloads it any more.",
    ),
    ("deleted", "It is deleted."),
    ("backed-up", "The backup is made. The master key is not in it: keep its file in another place."),
    ("busy", "A backup is being made: load the page again in a while."),
    ("verified", "Every byte is what was written, and the database in it is sound."),
    ("paid", "The order is paid: what was bought is there, and the receipt is on its way."),
    ("cancelled", "The order is cancelled, and what it bought has ended."),
    ("refunded", "The money is noted as given back."),
    ("issued", "The licence is issued."),
    ("made", "It is made."),
    ("saved", "It is saved."),
    ("archived", "It is taken from sale for good."),
    ("suspended", "The licence is switched off: checks and activations fail from now on."),
    ("resumed", "The licence is switched on again."),
    ("reset", "All uses are free, and no identifier is bound any more."),
    ("released", "The use is free."),
    ("tested", "A test event is on its way; load the page again to see what came of it."),
    ("again", "It is sent again; load the page again to see what came of it."),
    ("replayed", "The events are queued; load the page again to see what came of them."),
    ("revoked", "It is over: nothing can be opened with it any more."),
    ("review-published", "It stands on its product's page now."),
    ("review-archived", "It does not stand on its product's page any more."),
    ("review-spam", "It is marked as spam, and shown to nobody."),
    ("void", "The card is worthless from now on."),
    ("grant", "What somebody let the app do is taken back."),
    ("out", "Signed out there."),
    (
        "twice",
        "This form was sent twice and has counted once; the secret stood in the first answer. If you did not see it, make a new one.",
    ),
    ("retyped", "Nothing was done: what was typed is not what the button asks for."),
];

/// Asks for what a deed wants typed, where a row's button cannot: the page that asks, unless it was typed right. It leads back there.
pub async fn unless_typed(
    desk: &Desk,
    form: &Form,
    title: &str,
    back: &str,
    deed: Deed,
) -> Result<Option<HttpResponse>, actix_web::Error> {
    let typed = form.get("typed").map(str::trim);
    if typed.is_some() && typed == deed.typed.as_deref() {
        return Ok(None);
    }
    let thing = Thing {
        title: title.to_owned(),
        ways: vec![Way { label: "Leave it as it is", href: back.to_owned() }],
        deeds: vec![deed],
        ..Thing::default()
    };
    let said = if typed.is_some() { "done=retyped" } else { "" };
    thing.show(desk, &Form::read(said).unwrap_or_default()).await.map(Some)
}

impl Thing {
    pub async fn show(self, desk: &Desk, query: &Form) -> Answer {
        let word = query.get("done").unwrap_or_default();
        let said = DONE.iter().find(|(known, _)| *known == word).map(|(_, said)| *said);
        let (said, wrong) = if word == "retyped" { (None, said) } else { (said, None) };
        let title = self.title.clone();
        let values =
            context! { about => Serde(&self.about), thing => Serde(&self), said => said, wrong => wrong };
        desk.page("admin/thing.html", &title, values).await
    }
}

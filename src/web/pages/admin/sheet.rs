//! The one form of the administration: fields in groups, filled with what there is, read by what reads the API's bodies, and shown again
//! with what is wrong. Two people at one thing: the second sees what the first has changed. A form that is sent twice has one effect.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::{Map, Value};

use super::desk::{Answer, Desk, instead};
use crate::base::error::{Error, Kind, Result};
use crate::base::seal;
use crate::domain::caller::Credential;
use crate::domain::idempotency::{self, Kept, Request};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, Unfit};
use crate::web::form::{self, Form};
use crate::web::page;
use crate::web::pages::field::{self, Field};

/// What a form has besides its fields: what they held when it was shown, and what names it, so that it counts once.
const WAS: &str = "was";
pub const ONCE: &str = "once";

/// Fields that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    title: &'static str,
    fields: Vec<Field>,
}

/// Fields under a title; the first group of a form may have none.
pub fn group(title: &'static str, fields: Vec<Field>) -> Group {
    Group { title, fields }
}

/// A form.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Of its page.
    pub title: String,
    /// What is said above it.
    pub lead: &'static str,
    /// What its button says.
    pub label: &'static str,
    /// Where the page is that it was come from, below the public address, and what leads there.
    pub back: String,
    pub leave: &'static str,
    /// Where it goes on, if not back.
    pub then: Option<String>,
    pub groups: Vec<Group>,
}

impl Default for Sheet {
    fn default() -> Self {
        Self {
            title: String::new(),
            lead: "",
            label: "Save",
            back: "/admin".to_owned(),
            leave: "Leave it as it is",
            then: None,
            groups: Vec::new(),
        }
    }
}

impl Sheet {
    /// The same with the values that are in this JSON.
    pub fn filled(mut self, json: &Value) -> Self {
        self.each(|field| {
            let shown = field.shown(json);
            field.show(shown);
        });
        self
    }

    fn each(&mut self, mut f: impl FnMut(&mut Field)) {
        self.groups.iter_mut().flat_map(|group| &mut group.fields).for_each(&mut f);
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.groups.iter().flat_map(|group| &group.fields)
    }

    /// The page with it.
    pub async fn show(self, desk: &Desk) -> Answer {
        let marks = self.fields().map(|field| Field::mark(&field.value)).collect::<Vec<_>>().join("-");
        self.page(desk, StatusCode::OK, "", &marks, &form::new_name()).await
    }

    async fn page(self, desk: &Desk, status: StatusCode, wrong: &str, was: &str, once: &str) -> Answer {
        let values = context! {
            groups => Serde(&self.groups), lead => self.lead, label => self.label, back => &self.back, leave => self.leave,
            wrong => wrong, was => was, once => once, action => desk.here(),
        };
        desk.page_of(status, "admin/sheet.html", &self.title, values).await
    }

    /// Takes what was typed, by the same reader that takes the API's bodies; what is wrong is shown beside it.
    pub async fn read<T>(
        &self,
        desk: &Desk,
        form: &Form,
        read: impl FnOnce(&mut Fields) -> T,
    ) -> std::result::Result<T, actix_web::Error> {
        let (mut object, mut wrong) = (Map::new(), Vec::new());
        let mut was = form.get(WAS).unwrap_or_default().split('-');
        for field in self.fields() {
            let (typed, shown) = (field.typed(form), was.next().unwrap_or_default());
            if field.is_quiet && Field::mark(&typed) == shown {
                continue;
            }
            match field.json(&typed) {
                Ok(Some(value)) => field::put(&mut object, field.path, value),
                Ok(None) => {}
                Err(why) => wrong.push((field.path.to_owned(), why)),
            }
        }
        let mut fields = Fields::of(object);
        let value = read(&mut fields);
        match fields.finish() {
            Err(Unfit::Fields(more)) => {
                // What is wrong already is also missing.
                let is_new = |(path, _): &(String, String)| wrong.iter().all(|(known, _)| known != path);
                let more: Vec<_> = more.into_iter().filter(is_new).collect();
                wrong.extend(more);
            }
            Err(Unfit::Malformed(why)) => wrong.push((String::new(), why.to_owned())),
            Ok(()) => {}
        }
        if wrong.is_empty() { Ok(value) } else { Err(instead(self.clone().again(desk, form, wrong).await?)) }
    }

    /// The page again, with what was typed and what is wrong with it.
    async fn again(mut self, desk: &Desk, form: &Form, wrong: Vec<(String, String)>) -> Answer {
        let mut top = Vec::new();
        for (path, why) in wrong {
            let mut is_told = false;
            self.each(|field| {
                if field.path == path {
                    field.wrong.clone_from(&why);
                    is_told = true;
                }
            });
            if !is_told {
                top.push(why);
            }
        }
        if top.is_empty() {
            top.push("Nothing was done yet: look at what is marked.".to_owned());
        }
        self.with_typed(form);
        let (was, once) = (form.get(WAS).unwrap_or_default(), form.get(ONCE).unwrap_or_default());
        self.page(desk, StatusCode::BAD_REQUEST, &top.join(" "), was, once).await
    }

    fn with_typed(&mut self, form: &Form) {
        self.each(|field| {
            let typed = field.typed(form);
            field.show(typed);
        });
    }

    /// Makes something, once however often the form is sent, and goes on to where `make` says, below the public address.
    pub async fn make<F>(self, desk: &Desk, form: &Form, name: &'static str, mut make: F) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop) -> Result<String> + Send + 'static,
    {
        match self.once(desk, form, name, move |tx, shop| Ok((make(tx, shop)?, ()))).await {
            Ok((to, _)) => Ok(page::go(&format!("{}{to}", desk.base()), Vec::new())),
            Err(e) => self.refused(desk, form, e).await,
        }
    }

    /// As [`Self::make`], of what comes with secrets: they stand in this answer and nowhere else. Whoever sends the form once more is
    /// told that it was sent, at where `make` goes on to.
    pub async fn make_secret<F>(
        self,
        desk: &Desk,
        form: &Form,
        name: &'static str,
        lead: &str,
        make: F,
    ) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop) -> Result<(String, Vec<(&'static str, String)>)> + Send + 'static,
    {
        match self.once(desk, form, name, make).await {
            Ok((to, Some(secrets))) => {
                let secrets: Vec<(&str, &str)> =
                    secrets.iter().map(|(label, secret)| (*label, secret.as_str())).collect();
                reveal(desk, &self.title, lead, &secrets, &to).await
            }
            Ok((to, None)) => Ok(page::go(&format!("{}{to}?done=twice", desk.base()), Vec::new())),
            Err(e) => self.refused(desk, form, e).await,
        }
    }

    /// Does what counts once however often the form is sent: where to go on, and what else came of it if this was the first time.
    async fn once<T, F>(
        &self,
        desk: &Desk,
        form: &Form,
        name: &'static str,
        make: F,
    ) -> Result<(String, Option<T>)>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<(String, T)> + Send + 'static,
    {
        // Of a password not even a hash is kept.
        let open = self.fields().filter(|field| !field.is_secret());
        let typed: String = open.map(|field| field.typed(form) + "\n").collect();
        let hash = seal::hash(format!("{} {typed}", desk.here()).as_bytes());
        once(desk, form.get(ONCE).unwrap_or_default(), hash, name, make).await
    }

    /// As [`Self::make`], of what was said of something as it stood: `now` is how it stands, as the form has it. Whoever comes second sees
    /// what has become of it; whoever sends the form twice goes on to where the first time led.
    pub async fn act<N, F>(
        self,
        desk: &Desk,
        form: &Form,
        name: &'static str,
        mut now: N,
        mut act: F,
    ) -> Answer
    where
        N: FnMut(&mut Tx<'_>, Shop) -> Result<Value> + Clone + Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<String> + Send + 'static,
    {
        let (current, unchanged) = (now.clone(), self.unchanged(form));
        let act = move |tx: &mut Tx<'_>, shop| {
            unchanged(&now(tx, shop)?)?;
            Ok((act(tx, shop)?, ()))
        };
        match self.once(desk, form, name, act).await {
            Ok((to, _)) => Ok(page::go(&format!("{}{to}", desk.base()), Vec::new())),
            Err(e) => self.ended(desk, form, e, current).await,
        }
    }

    /// Refuses what is not any more as it was when the form was shown.
    fn unchanged(&self, form: &Form) -> impl Fn(&Value) -> Result<()> + Send + 'static {
        let was = form.get(WAS).unwrap_or_default().to_owned();
        let fields = self.fields().cloned().collect::<Vec<_>>();
        move |json| {
            let marks = fields.iter().map(|field| Field::mark(&field.shown(json)));
            if marks.collect::<Vec<_>>().join("-") == was {
                return Ok(());
            }
            Err(Error::new(Kind::Stale, "somebody has changed it meanwhile"))
        }
    }

    async fn ended<N>(self, desk: &Desk, form: &Form, e: Error, mut now: N) -> Answer
    where
        N: FnMut(&mut Tx<'_>, Shop) -> Result<Value> + Send + 'static,
    {
        if e.kind != Kind::Stale {
            return self.refused(desk, form, e).await;
        }
        let json = desk.read(move |tx, shop| now(tx, shop)).await?;
        self.overtaken(desk, form, &json).await
    }

    /// Changes something, unless somebody else has since the form was shown: `now` is how it stands, as the form has it.
    pub async fn change<N, F>(
        self,
        desk: &Desk,
        form: &Form,
        name: &'static str,
        mut now: N,
        mut change: F,
    ) -> Answer
    where
        N: FnMut(&mut Tx<'_>, Shop) -> Result<Value> + Clone + Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<()> + Send + 'static,
    {
        let (current, unchanged) = (now.clone(), self.unchanged(form));
        let done = desk
            .write(name, move |tx, shop| {
                unchanged(&now(tx, shop)?)?;
                change(tx, shop)
            })
            .await;
        match done {
            Ok(()) => {
                let to = self.then.unwrap_or_else(|| format!("{}?done=saved", self.back));
                Ok(page::go(&format!("{}{to}", desk.base()), Vec::new()))
            }
            Err(e) => self.ended(desk, form, e, current).await,
        }
    }

    /// The page for whoever came second: what they typed, and what others have made of it.
    async fn overtaken(mut self, desk: &Desk, form: &Form, json: &Value) -> Answer {
        let was: Vec<String> = form.get(WAS).unwrap_or_default().split('-').map(str::to_owned).collect();
        let (mut marks, mut place) = (Vec::new(), 0);
        self.each(|field| {
            let (typed, now) = (field.typed(form), field.shown(json));
            let known = was.get(place).map_or("", String::as_str);
            place += 1;
            marks.push(Field::mark(&now));
            let is_theirs = Field::mark(&now) != known;
            // Where only the others have changed something, it stands as they have it.
            let is_ours = Field::mark(&typed) != known;
            if is_theirs && is_ours && typed != now {
                field.meanwhile = if now.is_empty() { "nothing".to_owned() } else { now.clone() };
            } else if is_theirs {
                "as shown".clone_into(&mut field.meanwhile);
            }
            field.show(if is_ours { typed } else { now });
        });
        let wrong = "Somebody else has changed this since you opened the page. Nothing was done yet: look at what is marked, and save again.";
        let once = form.get(ONCE).unwrap_or_default();
        self.page(desk, StatusCode::PRECONDITION_FAILED, wrong, &marks.join("-"), once).await
    }

    /// The page again where the domain, or whoever asks it, says no; beside the field that the error is about.
    pub async fn refused(self, desk: &Desk, form: &Form, e: Error) -> Answer {
        match e.kind {
            _ if e.about == Some(idempotency::MISMATCH) => {
                let wrong = "This form made something already. Open it anew to make more.";
                self.again(desk, form, vec![(String::new(), wrong.to_owned())]).await
            }
            Kind::Invalid | Kind::Refused => {
                let path = e.field().unwrap_or_default();
                self.again(desk, form, vec![(path, e.message)]).await
            }
            _ => Err(desk.failed(&e)),
        }
    }
}

/// Does what counts once however often the form of this name is sent, with what has this hash: where to go on, and what else came of it
/// if this was the first time.
pub async fn once<T, F>(
    desk: &Desk,
    form: &str,
    hash: String,
    name: &'static str,
    mut make: F,
) -> Result<(String, Option<T>)>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>, Shop) -> Result<(String, T)> + Send + 'static,
{
    let request = Request { caller: Credential::Person(desk.person.id), key: format!("page {form}"), hash };
    desk.write(name, move |tx, shop| {
        if let Some(kept) = idempotency::find(tx, &request)? {
            return Ok((kept.body, None));
        }
        let (to, also) = make(tx, shop)?;
        idempotency::keep(tx, &request, &Kept { status: 303, body: to.clone(), head: String::new() })?;
        Ok((to, Some(also)))
    })
    .await
}

/// A file or page that says a secret once: nothing keeps it.
pub async fn reveal(desk: &Desk, title: &str, lead: &str, secrets: &[(&str, &str)], back: &str) -> Answer {
    let secrets: Vec<_> =
        secrets.iter().map(|(label, value)| context! { label => *label, value => *value }).collect();
    let values = context! { lead => lead, secrets => secrets, back => back };
    let answer: HttpResponse = desk.page("admin/secret.html", title, values).await?;
    Ok(answer)
}

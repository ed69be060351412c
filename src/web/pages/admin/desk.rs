//! Somebody who runs the shop, at their desk: who they are, what they may do, and the frame around what they see.

use std::net::IpAddr;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::value::Serde;
use minijinja::{Value, context};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::App;
use crate::base::actor::ActorKind;
use crate::base::error::{Error, Kind, Result};
use crate::domain::account;
use crate::domain::person::{Person, Role};
use crate::domain::scope::Scope;
use crate::domain::session::Holder;
use crate::domain::shop::{Mode, Shop};
use crate::store::Tx;
use crate::web::door;
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};
pub use crate::web::pages::answer::{Answer, instead};
use crate::web::pages::parts::Way;

/// A place of the administration.
struct Place {
    /// What stands in the bar for it and its like.
    group: &'static str,
    href: &'static str,
    title: &'static str,
    /// What somebody must be allowed to go there.
    scope: Scope,
}

const fn place(group: &'static str, href: &'static str, title: &'static str, scope: Scope) -> Place {
    Place { group, href, title, scope }
}

/// Where the administration leads; those of a group stand together.
const PLACES: [Place; 12] = [
    place("Home", "/admin", "Home", Scope::ReadAnalytics),
    place("Products", "/admin/products", "Products", Scope::ReadProducts),
    place("Products", "/admin/files", "Files", Scope::ReadProducts),
    place("Orders", "/admin/orders", "Orders", Scope::ReadOrders),
    place("Customers", "/admin/customers", "Customers", Scope::ReadCustomers),
    place("Licences", "/admin/licences", "Licences", Scope::ReadLicences),
    place("Developer", "/admin/api-keys", "API keys", Scope::ReadAccount),
    place("Developer", "/admin/webhooks", "Webhooks", Scope::Webhooks),
    place("Developer", "/admin/requests", "Requests", Scope::ReadAccount),
    place("Settings", "/admin/settings", "Shop", Scope::WriteAccount),
    place("Settings", "/admin/mail", "Mail", Scope::ReadCustomers),
    place("Settings", "/admin/audit", "Audit log", Scope::ReadAccount),
];

/// The longest form of somebody at their desk, in bytes: a product's description may be long.
const LONGEST: usize = 256 * 1_024;

/// Somebody at their desk.
pub struct Desk {
    pub app: Data<App>,
    pub person: Person,
    pub shop: Shop,
    /// What their cookie holds.
    session: String,
    from: IpAddr,
    path: String,
}

impl Desk {
    /// Whoever is signed in; everybody else is asked to sign in first.
    pub async fn open(req: &HttpRequest, app: &Data<App>) -> std::result::Result<Self, actix_web::Error> {
        let found = door::session(req, app).await.map_err(|e| instead(page::failed(app, &e)))?;
        let Some((person, session)) = found.and_then(|(session, token)| match session.holder {
            Holder::Person(person) => Some((person, token)),
            Holder::Customer { .. } => None,
        }) else {
            let next = utf8_percent_encode(there(req), NON_ALPHANUMERIC);
            let to = format!("{}/admin/sign-in?next={next}", page::base(&app.config.public_url));
            return Err(instead(page::go(&to, Vec::new())));
        };
        let mode = if door::is_testing(req, app) { Mode::Test } else { Mode::Live };
        let shop = Shop { site_id: person.site_id, mode };
        let (from, path) = (door::address(req, app), req.path().to_owned());
        Ok(Self { app: app.clone(), person, shop, session, from, path })
    }

    /// As [`Self::open`], for a form that one of our pages sent.
    pub async fn send(
        req: &HttpRequest,
        mut payload: Payload,
        app: &Data<App>,
    ) -> std::result::Result<(Self, Form), actix_web::Error> {
        let desk = Self::open(req, app).await?;
        let form = form::receive(&mut payload, LONGEST).await;
        if form::is_ours(req, &form, Some(&desk.session), &app.config.public_url, &app.master) {
            return Ok((desk, form));
        }
        Err(instead(desk.over()))
    }

    /// As [`Self::send`], for a form with a file: what proves it stands in its address, so that nothing of the file is read before.
    pub async fn upload(req: &HttpRequest, app: &Data<App>) -> std::result::Result<Self, actix_web::Error> {
        let desk = Self::open(req, app).await?;
        let query = Form::read(req.query_string()).unwrap_or_default();
        if form::is_ours(req, &query, Some(&desk.session), &app.config.public_url, &app.master) {
            return Ok(desk);
        }
        Err(instead(desk.over()))
    }

    fn over(&self) -> HttpResponse {
        let text = "Nothing was done. Go back, load the page again, and do it once more.";
        let title = "This form was sent from a page that is over";
        page::notice(&self.app, StatusCode::FORBIDDEN, title, text)
    }

    /// Where pages are: the path of the public address.
    pub fn base(&self) -> String {
        page::base(&self.app.config.public_url)
    }

    /// The address they are at, as a path.
    pub fn here(&self) -> String {
        format!("{}{}", self.base(), self.path)
    }

    /// Whether their role lets them.
    pub fn may(&self, scope: Scope) -> bool {
        self.person.role.scopes().contains(&scope)
    }

    /// Where a page leads on whoever may do this.
    pub fn ways(&self, scope: Scope, ways: &[(&'static str, &str)]) -> Vec<Way> {
        let way = |(label, to): &(&'static str, &str)| Way { label, href: format!("{}{to}", self.base()) };
        if self.may(scope) { ways.iter().map(way).collect() } else { Vec::new() }
    }

    /// Turns somebody away whose role does not let them.
    pub fn needs(&self, scope: Scope) -> std::result::Result<(), actix_web::Error> {
        if self.may(scope) {
            return Ok(());
        }
        let text = format!(
            "Your role is {}, which may look at this and not do it. Ask an owner.",
            words(self.person.role)
        );
        Err(instead(page::notice(&self.app, StatusCode::FORBIDDEN, "You may not do this", &text)))
    }

    /// Looks something up in their shop.
    pub async fn read<T, F>(&self, mut f: F) -> std::result::Result<T, actix_web::Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let shop = self.shop;
        self.app.store.read(move |tx| f(tx, shop)).await.map_err(|e| self.failed(&e))
    }

    /// Changes something on their behalf; a refusal is for the page to tell.
    pub async fn write<T, F>(&self, name: &'static str, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let (shop, actor) =
            (self.shop, door::actor(ActorKind::Person, self.person.id.to_string(), self.from));
        let change = move |tx: &mut Tx<'_>| {
            tx.act_for(&actor);
            f(tx, shop)
        };
        self.app.store.write(name, change).await
    }

    /// The page for what went wrong.
    pub fn failed(&self, e: &Error) -> actix_web::Error {
        instead(match e.kind {
            Kind::NotFound => page::notice(
                &self.app,
                StatusCode::NOT_FOUND,
                "There is no such thing",
                "It may be in the other mode, live or test, or be gone.",
            ),
            Kind::Invalid | Kind::Refused => {
                page::notice(&self.app, StatusCode::BAD_REQUEST, "That did not work", &e.message)
            }
            _ => page::failed(&self.app, e),
        })
    }

    /// A page in the frame, with this title and values.
    pub async fn page(&self, template: &'static str, title: &str, values: Value) -> Answer {
        self.page_of(StatusCode::OK, template, title, values).await
    }

    /// As [`Self::page`], with this status.
    pub async fn page_of(
        &self,
        status: StatusCode,
        template: &'static str,
        title: &str,
        values: Value,
    ) -> Answer {
        let shop = self.read(|tx, shop| Ok(account::get(tx, shop)?.title)).await?;
        let (bar, places) = self.places();
        let values = context! {
            title => title,
            shop => shop,
            is_test => self.shop.is_test(),
            person => Serde(&self.person),
            role => words(self.person.role),
            bar => bar,
            places => places,
            token => form::token(&self.session, &self.app.master),
            here => self.here(),
            version => env!("CARGO_PKG_VERSION"),
            ..values
        };
        Ok(Page::new(status, template, values).respond(&self.app))
    }

    /// The groups of places that are open to them, and the places of the group they are in.
    fn places(&self) -> (Vec<Value>, Vec<Value>) {
        let is_at = |href: &str| {
            self.path == href || (href != "/admin" && self.path.starts_with(&format!("{href}/")))
        };
        let open: Vec<&Place> = PLACES.iter().filter(|place| self.may(place.scope)).collect();
        let here = open.iter().find(|place| is_at(place.href)).map_or("", |place| place.group);
        let shown = |title: &str, href: &str, is_here: bool| context! { title => title, href => href, is_here => is_here };
        let mut bar: Vec<(&str, Value)> = Vec::new();
        for place in &open {
            if bar.last().is_none_or(|(group, _)| *group != place.group) {
                bar.push((place.group, shown(place.group, place.href, place.group == here)));
            }
        }
        let mut within: Vec<Value> = Vec::new();
        for place in open.iter().filter(|place| place.group == here) {
            within.push(shown(place.title, place.href, is_at(place.href)));
        }
        if within.len() < 2 {
            within.clear();
        }
        (bar.into_iter().map(|(_, value)| value).collect(), within)
    }
}

/// Where somebody is to go on who has to sign in first: a form cannot be sent again, the page it was on can.
fn there(req: &HttpRequest) -> &str {
    if req.method() == Method::GET {
        return req.uri().path_and_query().map_or("/admin", |there| there.as_str());
    }
    let from = req.headers().get(header::REFERER).and_then(|from| from.to_str().ok());
    from.and_then(|from| from.find("/admin").map(|at| &from[at..])).unwrap_or("/admin")
}

/// A role as people say it.
fn words(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "administrator",
        Role::Support => "support",
        Role::ReadOnly => "read-only",
    }
}

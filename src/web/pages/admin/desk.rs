//! Somebody who runs the shop, at their desk: who they are, what they may do, and the frame around what they see.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::value::Serde;
use minijinja::{Value, context};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::App;
use crate::base::actor::{Actor, ActorKind};
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{Millis, SECOND};
use crate::domain::account;
use crate::domain::person::{Person, Role};
use crate::domain::scope::Scope;
use crate::domain::session::Holder;
use crate::domain::shop::{Mode, Shop};
use crate::store::Tx;
use crate::web::door;
use crate::web::form::{self, Form, TooLong};
use crate::web::page::{self, Page};
pub use crate::web::pages::answer::{Answer, instead};
use crate::web::pages::parts::Way;
use crate::web::pages::unsent::{Mend, Unsent, Why};

/// A place of the administration.
struct Place {
    /// What stands in the bar for it and its like.
    group: &'static str,
    href: &'static str,
    title: &'static str,
    /// What somebody must be allowed to go there.
    scope: Scope,
    /// Whether it is for owners alone.
    is_owners: bool,
}

const fn place(group: &'static str, href: &'static str, title: &'static str, scope: Scope) -> Place {
    Place { group, href, title, scope, is_owners: false }
}

const fn owners(group: &'static str, href: &'static str, title: &'static str) -> Place {
    Place { group, href, title, scope: Scope::WriteAccount, is_owners: true }
}

/// Where the administration leads; those of a group stand together.
const PLACES: &[Place] = &[
    place("Home", "/admin", "Home", Scope::ReadAnalytics),
    place("Home", "/admin/figures", "Figures", Scope::ReadAnalytics),
    place("Products", "/admin/products", "Products", Scope::ReadProducts),
    place("Products", "/admin/stock", "Stock", Scope::ReadProducts),
    place("Products", "/admin/categories", "Categories", Scope::ReadProducts),
    place("Products", "/admin/brands", "Brands", Scope::ReadProducts),
    place("Products", "/admin/reviews", "Reviews", Scope::ReadProducts),
    place("Products", "/admin/files", "Files", Scope::ReadProducts),
    place("Orders", "/admin/orders", "Orders", Scope::ReadOrders),
    place("Orders", "/admin/purchases", "Purchases", Scope::ReadOrders),
    place("Orders", "/admin/coupons", "Coupons", Scope::ReadOrders),
    place("Orders", "/admin/shipping", "Shipping", Scope::ReadOrders),
    place("Orders", "/admin/gift-cards", "Gift cards", Scope::ReadOrders),
    place("Orders", "/admin/payment-links", "Payment links", Scope::ReadOrders),
    place("Orders", "/admin/carts", "Carts", Scope::ReadOrders),
    place("Store Manager", "/admin/customers", "Customers", Scope::ReadCustomers),
    place("Store Manager", "/admin/tickets", "Tickets", Scope::ReadCustomers),
    place("Store Manager", "/admin/b2b-accounts", "B2B accounts", Scope::ReadCustomers),
    place("Store Manager", "/admin/price-lists", "Price lists", Scope::ReadProducts),
    place("Store Manager", "/admin/pages", "Pages", Scope::ReadProducts),
    place("Store Manager", "/admin/menus", "Menus", Scope::ReadProducts),
    place("Licences", "/admin/licences", "Licences", Scope::ReadLicences),
    place("Licences", "/admin/activations", "Activations", Scope::ReadLicences),
    place("Developer", "/admin/api-keys", "API keys", Scope::ReadAccount),
    place("Developer", "/admin/webhooks", "Webhooks", Scope::Webhooks),
    place("Developer", "/admin/oauth-apps", "OAuth apps", Scope::ReadAccount),
    place("Developer", "/admin/requests", "Requests", Scope::ReadAccount),
    place("Developer", "/docs", "API docs", Scope::ReadProducts),
    place("Settings", "/admin/settings", "Shop", Scope::WriteAccount),
    place("Settings", "/admin/settings/storefront", "Storefront", Scope::WriteAccount),
    place("Settings", "/admin/settings/metafields", "Metafields", Scope::ReadAccount),
    place("Settings", "/admin/settings/loyalty", "Loyalty", Scope::WriteAccount),
    owners("Settings", "/admin/team", "Team"),
    owners("Settings", "/admin/settings/security", "Security"),
    owners("Settings", "/admin/settings/backups", "Backups"),
    place("Settings", "/admin/settings/jobs", "Jobs", Scope::WriteAccount),
    place("Settings", "/admin/mail", "Mail", Scope::ReadCustomers),
    place("Settings", "/admin/settings/rates", "Rate limits", Scope::ReadAccount),
    place("Settings", "/admin/settings/diagnostics", "Diagnostics", Scope::WriteAccount),
    place("Settings", "/admin/audit", "Audit log", Scope::ReadAccount),
];

/// The longest form of somebody at their desk, in bytes: a product's description has up to 50,000 characters, each of which may be four
/// bytes, and each byte three as it is sent. Only who is signed in can have the server hold so much,
const LONGEST: usize = 1_024 * 1_024;
/// and whoever is not any more so much, to see once more what they typed.
const OUT: usize = 64 * 1_024;

/// A form that changes who gets in is shown so long after somebody gave their password, and taken for so long: what they type meanwhile
/// is not lost.
const FRESH_TO_ASK: Millis = 15 * 60 * SECOND;
const FRESH_TO_SEND: Millis = 2 * FRESH_TO_ASK;

/// Somebody at their desk.
pub struct Desk {
    pub app: Data<App>,
    pub person: Person,
    pub shop: Shop,
    /// What their cookie holds.
    session: String,
    /// The session's id.
    pub session_id: i64,
    /// How long ago they gave their password.
    age: Millis,
    pub from: IpAddr,
    path: String,
    /// Where they go on if they have to sign in first.
    there: String,
    is_sent: bool,
    /// What they sent, where it may turn out that they have to give their password first.
    sent: Option<Form>,
}

impl Desk {
    /// Whoever is signed in; everybody else is asked to sign in first.
    pub async fn open(req: &HttpRequest, app: &Data<App>) -> std::result::Result<Self, actix_web::Error> {
        Self::find(req, app)
            .await?
            .ok_or_else(|| instead(page::go(&to_sign_in(app, "", there(req)), Vec::new())))
    }

    async fn find(req: &HttpRequest, app: &Data<App>) -> std::result::Result<Option<Self>, actix_web::Error> {
        let found = door::session(req, app).await.map_err(|e| instead(page::failed(app, &e)))?;
        let Some((person, session_id, age, session)) =
            found.and_then(|(session, token)| match session.holder {
                Holder::Person(person) => Some((person, session.id, session.age, token)),
                Holder::Customer { .. } => None,
            })
        else {
            return Ok(None);
        };
        let mode = if door::is_testing(req, app) { Mode::Test } else { Mode::Live };
        let shop = Shop { site_id: person.site_id, mode };
        let (from, path, there) = (door::address(req, app), req.path().to_owned(), there(req).to_owned());
        let is_sent = req.method() != Method::GET;
        let app = app.clone();
        let sent = None;
        Ok(Some(Self { app, person, shop, session, session_id, age, from, path, there, is_sent, sent }))
    }

    /// As [`Self::open`], for a form that one of our pages sent.
    pub async fn send(
        req: &HttpRequest,
        mut payload: Payload,
        app: &Data<App>,
    ) -> std::result::Result<(Self, Form), actix_web::Error> {
        let too_long = |e: TooLong| instead(page::too_long(app, e));
        let Some(mut desk) = Self::find(req, app).await? else {
            let form = form::receive(&mut payload, OUT).await.map_err(too_long)?;
            let to = to_sign_in(app, "", there(req));
            return Err(instead(signed_out(app, &form, Why::Out, req.path(), to)));
        };
        let form = form::receive(&mut payload, LONGEST).await.map_err(too_long)?;
        if form::is_ours(req, &form, Some(&desk.session), &app.config.public_url, &app.master) {
            desk.sent = (desk.age >= FRESH_TO_SEND).then(|| form.clone());
            return Ok((desk, form));
        }
        let unsent = Unsent {
            form: &form,
            why: Why::of(form::is_same_origin(req.headers(), &app.config.public_url)),
            path: &desk.path,
            place: place_of(&desk.path),
            mend: Mend::Send(form::token(&desk.session, &app.master)),
            cookie: None,
        };
        Err(instead(unsent.respond(app)))
    }

    /// As [`Self::send`], for a form with a file: what proves it stands in its address, so that nothing of the file is read before.
    pub async fn upload(req: &HttpRequest, app: &Data<App>) -> std::result::Result<Self, actix_web::Error> {
        let desk = Self::open(req, app).await?;
        let query = Form::read(req.query_string()).unwrap_or_default();
        if form::is_ours(req, &query, Some(&desk.session), &app.config.public_url, &app.master) {
            return Ok(desk);
        }
        let text = "Nothing was done, and the file was not read: the page was open for too long, or is none of this shop's. Load it again, \
                    and choose the file once more.";
        Err(instead(page::notice(app, StatusCode::FORBIDDEN, "This page was open for too long", text)))
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

    /// Asks for their password again where it was given too long ago for what changes who gets in: keys, webhooks, apps, people, backups.
    pub fn fresh(&self) -> std::result::Result<(), actix_web::Error> {
        let most = if self.is_sent { FRESH_TO_SEND } else { FRESH_TO_ASK };
        if self.age < most {
            return Ok(());
        }
        let to = to_sign_in(&self.app, "again=1&", &self.there);
        Err(instead(match &self.sent {
            Some(form) => signed_out(&self.app, form, Why::Aged, &self.path, to),
            None => page::go(&to, Vec::new()),
        }))
    }

    /// Turns everybody away who is not an owner.
    pub fn needs_owner(&self) -> std::result::Result<(), actix_web::Error> {
        if self.person.role == Role::Owner {
            return Ok(());
        }
        let text =
            format!("Your role is {}. Only owners say who else gets in: ask one.", words(self.person.role));
        Err(instead(page::notice(&self.app, StatusCode::FORBIDDEN, "You may not do this", &text)))
    }

    /// Whether a place is open to them.
    fn is_open(&self, place: &Place) -> bool {
        self.may(place.scope) && (!place.is_owners || self.person.role == Role::Owner)
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

    /// Them, as the audit log names them.
    pub fn actor(&self) -> Arc<Actor> {
        door::actor(ActorKind::Person, self.person.id.to_string(), self.from)
    }

    /// Changes something on their behalf; a refusal is for the page to tell.
    pub async fn write<T, F>(&self, name: &'static str, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let (shop, actor) = (self.shop, self.actor());
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
        let open: Vec<&Place> = PLACES.iter().filter(|place| self.is_open(place)).collect();
        let nearest = nearest(open.iter().copied(), &self.path).map(|place| place.href);
        let is_at = |href: &str| nearest == Some(href);
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
        // One alone is told of where the bar calls it something else.
        if within.len() < 2 && open.iter().any(|place| is_at(place.href) && place.title == place.group) {
            within.clear();
        }
        (bar.into_iter().map(|(_, value)| value).collect(), within)
    }
}

/// The place that a path is in: one may be below another.
fn nearest<'a>(places: impl Iterator<Item = &'a Place>, path: &str) -> Option<&'a Place> {
    let leads_there = |href: &str| {
        path.strip_prefix(href)
            .is_some_and(|rest| rest.is_empty() || href != "/admin" && rest.starts_with('/'))
    };
    places.filter(|place| leads_there(place.href)).max_by_key(|place| place.href.len())
}

/// What people call the place that a path is in.
fn place_of(path: &str) -> &'static str {
    nearest(PLACES.iter(), path).map_or("Administration", |place| place.title)
}

/// The way to sign in for who sent a form; where they typed something, it is shown to them first.
fn signed_out(app: &Data<App>, form: &Form, why: Why, path: &str, to: String) -> HttpResponse {
    if !Unsent::is_typed(form, path) {
        return page::go(&to, Vec::new());
    }
    Unsent { form, why, path, place: place_of(path), mend: Mend::SignIn(to), cookie: None }.respond(app)
}

/// Where somebody is to go on who has to sign in first: a form cannot be sent again, the page it was on can.
fn there(req: &HttpRequest) -> &str {
    if req.method() == Method::GET {
        return req.uri().path_and_query().map_or("/admin", |there| there.as_str());
    }
    let from = req.headers().get(header::REFERER).and_then(|from| from.to_str().ok());
    from.and_then(|from| from.find("/admin").map(|at| &from[at..])).unwrap_or("/admin")
}

fn to_sign_in(app: &App, how: &str, next: &str) -> String {
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    format!("{}/admin/sign-in?{how}next={next}", page::base(&app.config.public_url))
}

/// A role as people say it.
pub fn words(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "administrator",
        Role::Support => "support",
        Role::ReadOnly => "read-only",
    }
}

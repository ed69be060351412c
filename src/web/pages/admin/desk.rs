//! Somebody who runs the shop, at their desk: who they are, what they may do, and the frame around what they see.

use std::net::IpAddr;

use actix_web::error::InternalError;
use actix_web::http::StatusCode;
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
use crate::web::cookies::{Cookies, MODE};
use crate::web::door;
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};

/// Where the administration leads, by its bar: the way, what it is called, and what somebody must be allowed to go there.
const PLACES: [(&str, &str, Scope); 10] = [
    ("/admin", "Home", Scope::ReadAnalytics),
    ("/admin/products", "Products", Scope::ReadProducts),
    ("/admin/orders", "Orders", Scope::ReadOrders),
    ("/admin/customers", "Customers", Scope::ReadCustomers),
    ("/admin/licences", "Licences", Scope::ReadLicences),
    ("/admin/webhooks", "Webhooks", Scope::Webhooks),
    ("/admin/mail", "Mail", Scope::ReadCustomers),
    ("/admin/api-keys", "API keys", Scope::ReadAccount),
    ("/admin/requests", "Requests", Scope::ReadAccount),
    ("/admin/audit", "Audit log", Scope::ReadAccount),
];

/// An answer, or one that was given on the way to it.
pub type Answer = std::result::Result<HttpResponse, actix_web::Error>;

/// Ends the way to an answer with another one.
pub fn instead(answer: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered on the way", answer).into()
}

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
            let there = req.uri().path_and_query().map_or("/admin", |there| there.as_str());
            let next = utf8_percent_encode(there, NON_ALPHANUMERIC);
            let to = format!("{}/admin/sign-in?next={next}", page::base(&app.config.public_url));
            return Err(instead(page::go(&to, Vec::new())));
        };
        let mode = match Cookies::of(&app.config.public_url).read(req, MODE).as_deref() {
            Some("test") => Mode::Test,
            _ => Mode::Live,
        };
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
        let form = form::receive(&mut payload).await;
        let desk = Self::open(req, app).await?;
        if form::is_ours(req, &form, Some(&desk.session), &app.config.public_url, &app.master) {
            return Ok((desk, form));
        }
        let text = "Nothing was done. Go back, load the page again, and do it once more.";
        let title = "This form was sent from a page that is over";
        Err(instead(page::notice(app, StatusCode::FORBIDDEN, title, text)))
    }

    /// Where pages are: the path of the public address.
    pub fn base(&self) -> String {
        page::base(&self.app.config.public_url)
    }

    /// Whether their role lets them.
    pub fn may(&self, scope: Scope) -> bool {
        self.person.role.scopes().contains(&scope)
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
        let shop = self.read(|tx, shop| Ok(account::get(tx, shop)?.title)).await?;
        let open = PLACES.iter().filter(|(.., scope)| self.may(*scope));
        let places = open.map(|(href, title, _)| {
            let is_here =
                self.path == *href || (*href != "/admin" && self.path.starts_with(&format!("{href}/")));
            context! { href => *href, title => *title, is_here => is_here }
        });
        let values = context! {
            title => title,
            shop => shop,
            is_test => self.shop.is_test(),
            person => Serde(&self.person),
            role => words(self.person.role),
            places => places.collect::<Vec<Value>>(),
            token => form::token(&self.session, &self.app.master),
            version => env!("CARGO_PKG_VERSION"),
            ..values
        };
        Ok(Page::new(StatusCode::OK, template, values).respond(&self.app))
    }
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

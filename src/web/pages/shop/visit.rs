//! Somebody in the shop: a customer who is signed in, or anybody; the shop they are in; and the frame around what they see.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{Value, context};

use crate::app::App;
use crate::base::actor::ActorKind;
use crate::base::error::{Error, Kind, Result};
use crate::domain::account::{self, Account};
use crate::domain::menu::{self, Item, Menu};
use crate::domain::session::Holder;
use crate::domain::shop::{Mode, Shop};
use crate::store::Tx;
use crate::web::door;
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};
use crate::web::pages::answer::{Answer, instead};
use crate::web::pages::unsent::{Mend, Unsent, Why};

/// Somebody in the shop.
pub struct Visit {
    pub app: Data<App>,
    pub shop: Shop,
    pub account: Account,
    /// The customer who is signed in: id and address.
    pub customer: Option<(i64, String)>,
    pub from: IpAddr,
    /// The shop's own links, if it has some.
    menu: Option<Menu>,
    /// What their forms are bound to.
    token: String,
    bound_to: String,
    cookie: Option<String>,
    path: String,
}

impl Visit {
    /// Whoever comes.
    pub async fn open(req: &HttpRequest, app: &Data<App>) -> std::result::Result<Self, actix_web::Error> {
        let failed = |e: Error| instead(page::failed(app, &e));
        let found = door::session(req, app).await.map_err(failed)?;
        let mode = if door::is_testing(req, app) { Mode::Test } else { Mode::Live };
        let (shop, customer) = match found.as_ref().map(|(session, _)| &session.holder) {
            Some(Holder::Customer { id, shop, email }) => (Some(*shop), Some((*id, email.clone()))),
            _ => (None, None),
        };
        let (shop, account, menu) = app
            .store
            .read(move |tx| {
                let shop = shop.map_or_else(|| Shop::first(tx, mode), Ok)?;
                Ok((shop, account::get(tx, shop)?, menu::find(tx, shop, menu::MAIN)?))
            })
            .await
            .map_err(failed)?;
        let (bound_to, cookie) = match (found, &customer) {
            (Some((_, token)), Some(_)) => (token, None),
            _ => door::form_cookie(req, app),
        };
        let token = form::token(&bound_to, &app.master);
        let (from, path) = (door::address(req, app), req.path().to_owned());
        Ok(Self { app: app.clone(), shop, account, customer, from, menu, token, bound_to, cookie, path })
    }

    /// The same in another shop, where they are nobody.
    pub async fn inside(mut self, shop: Shop) -> std::result::Result<Self, actix_web::Error> {
        if self.shop == shop {
            return Ok(self);
        }
        let found =
            self.app.store.read(move |tx| Ok((account::get(tx, shop)?, menu::find(tx, shop, menu::MAIN)?)));
        (self.account, self.menu) = found.await.map_err(|e| instead(page::failed(&self.app, &e)))?;
        (self.shop, self.customer) = (shop, None);
        Ok(self)
    }

    /// As [`Self::open`], for a form that one of our pages sent.
    pub async fn send(
        req: &HttpRequest,
        payload: Payload,
        app: &Data<App>,
    ) -> std::result::Result<(Self, Form), actix_web::Error> {
        Self::send_long(req, payload, app, form::LONGEST).await
    }

    /// As [`Self::send`], for a form of at most `most` bytes, if who sends it is signed in.
    pub async fn send_long(
        req: &HttpRequest,
        mut payload: Payload,
        app: &Data<App>,
        most: usize,
    ) -> std::result::Result<(Self, Form), actix_web::Error> {
        let visit = Self::open(req, app).await?;
        let most = if visit.customer.is_some() { most } else { form::LONGEST };
        let received = form::receive(&mut payload, most).await;
        let form = received.map_err(|e| instead(page::too_long(app, e)))?;
        if form::is_ours(req, &form, Some(&visit.bound_to), &app.config.public_url, &app.master) {
            return Ok((visit, form));
        }
        Err(instead(visit.unsent(req, &form)))
    }

    /// The page for a form that no page of ours has sent of late.
    fn unsent(self, req: &HttpRequest, form: &Form) -> HttpResponse {
        let sign_in = "/account/sign-in";
        let item = self.path.strip_suffix("/reviews").filter(|path| path.starts_with("/item/"));
        let is_own = self.path.starts_with("/account") && !self.path.starts_with(sign_in) || item.is_some();
        let (why, mend) = if self.customer.is_none() && is_own {
            let next = item.unwrap_or("/account");
            (Why::Out, Mend::SignIn(format!("{}{sign_in}?next={next}", self.base())))
        } else {
            let is_same_origin = form::is_same_origin(req.headers(), &self.app.config.public_url);
            (Why::of(is_same_origin), Mend::Send(self.token))
        };
        let place = match self.path.split('/').nth(1) {
            Some("cart") => "Cart",
            Some("checkout") => "Checkout",
            Some("contact") => "Contact",
            Some("item") => "Your review",
            Some("order") => "Your order",
            Some("pay") => "Payment",
            _ if self.path.starts_with(sign_in) => "Sign in",
            _ if self.path.starts_with("/account/tickets") => "Your question",
            _ => "My licences",
        };
        Unsent { form, why, path: &self.path, place, mend, cookie: self.cookie }.respond(&self.app)
    }

    /// The customer, or the way to become one.
    pub fn customer(&self) -> std::result::Result<i64, actix_web::Error> {
        match &self.customer {
            Some((id, _)) => Ok(*id),
            None => Err(instead(page::go(&format!("{}/account/sign-in", self.base()), Vec::new()))),
        }
    }

    /// Where pages are: the path of the public address.
    pub fn base(&self) -> String {
        page::base(&self.app.config.public_url)
    }

    /// Looks something up in the shop.
    pub async fn read<T, F>(&self, mut f: F) -> std::result::Result<T, actix_web::Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let shop = self.shop;
        self.app.store.read(move |tx| f(tx, shop)).await.map_err(|e| self.failed(&e))
    }

    /// Changes something at their wish; a refusal is for the page to tell.
    pub async fn write<T, F>(&self, name: &'static str, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let who = self.customer.as_ref().map_or("visitor".to_owned(), |(id, _)| id.to_string());
        let (shop, actor) = (self.shop, door::actor(ActorKind::Customer, who, self.from));
        let change = move |tx: &mut Tx<'_>| {
            tx.act_for(&actor);
            f(tx, shop)
        };
        self.app.store.write(name, change).await
    }

    /// The page for what went wrong.
    pub fn failed(&self, e: &Error) -> actix_web::Error {
        instead(match e.kind {
            Kind::NotFound => self.nothing(),
            Kind::Invalid | Kind::Refused => {
                page::notice(&self.app, StatusCode::BAD_REQUEST, "That did not work", &e.message)
            }
            _ => page::failed(&self.app, e),
        })
    }

    fn nothing(&self) -> HttpResponse {
        let text = "It may have moved, or be yours and need you to sign in.";
        page::notice(&self.app, StatusCode::NOT_FOUND, "There is nothing here", text)
    }

    /// A page in the shop's frame, with this title and values.
    #[expect(clippy::unnecessary_wraps, reason = "what handlers give in the end")]
    pub fn page(&self, status: StatusCode, template: &'static str, title: &str, values: Value) -> Answer {
        let values = context! {
            title => title,
            shop => &self.account.title,
            is_test => self.shop.is_test(),
            email => self.customer.as_ref().map(|(_, email)| email),
            token => &self.token,
            menu => self.menu.as_ref().map(|menu| links(menu, &self.path)),
            here => format!("{}{}", self.base(), self.path),
            ..values
        };
        Ok(Page::new(status, template, values).cookie(self.cookie.clone()).respond(&self.app))
    }
}

/// The links of a menu; one may lead to where somebody is.
fn links(menu: &Menu, path: &str) -> Value {
    let link = |one: &Item| {
        let is_near = one.url.starts_with('/');
        context! { title => &one.title, url => &one.url, is_near => is_near, is_here => is_near && one.url == path }
    };
    context! { title => &menu.title, links => menu.items.iter().map(link).collect::<Vec<Value>>() }
}

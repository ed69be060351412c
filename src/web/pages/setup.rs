//! The first start: whoever has the address that the server printed becomes its owner, as long as nobody can sign in.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::context;

use crate::app::{App, SETUP};
use crate::base::actor::ActorKind;
use crate::base::error::{Kind, Result};
use crate::base::seal;
use crate::domain::person::{Draft, Role};
use crate::domain::shop::Shop;
use crate::domain::{account, person};
use crate::web::cookies::{Cookies, FORM, SESSION, SameSite};
use crate::web::door::{self, Door};
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};

/// Whether a link still lets somebody in.
async fn is_good(app: &Data<App>, token: &str) -> Result<bool> {
    let is_it = seal::same(token.as_bytes(), app.setup.as_bytes()) && app.started.elapsed() < SETUP;
    Ok(is_it && app.store.read(person::is_nobody).await?)
}

fn over(app: &Data<App>) -> HttpResponse {
    let text = "Somebody is set up already, or half an hour has passed since the server began. A new start prints a new link while \
                nobody can sign in; `keywright admin create` on the server's machine always works.";
    page::notice(app, StatusCode::GONE, "This link is over", text)
}

/// `GET /setup/{token}`
pub async fn ask(req: HttpRequest, token: Path<String>, app: Data<App>) -> HttpResponse {
    match is_good(&app, &token).await {
        Ok(true) => shown(&req, &app, StatusCode::OK, &Form::default(), "").await,
        Ok(false) => over(&app),
        Err(e) => page::failed(&app, &e),
    }
}

async fn shown(
    req: &HttpRequest,
    app: &Data<App>,
    status: StatusCode,
    form: &Form,
    wrong: &str,
) -> HttpResponse {
    let known = app.store.read(|tx| {
        let shop = Shop::live(tx)?;
        Ok(account::get(tx, shop)?.title)
    });
    let title = match known.await {
        Ok(title) => title,
        Err(e) => return page::failed(app, &e),
    };
    let (token, cookie) = door::form_token(req, app);
    let values = context! {
        shop => form.get("shop").unwrap_or(&title),
        email => form.get("email").unwrap_or_default(),
        wrong => wrong,
        token => token,
        is_test => false,
        path => format!("{}{}", page::base(&app.config.public_url), req.path()),
    };
    Page::new(status, "setup.html", values).cookie(cookie).respond(app)
}

/// `POST /setup/{token}`
pub async fn make(
    req: HttpRequest,
    token: Path<String>,
    mut payload: Payload,
    app: Data<App>,
    door: Data<Door>,
) -> HttpResponse {
    match is_good(&app, &token).await {
        Ok(true) => {}
        Ok(false) => return over(&app),
        Err(e) => return page::failed(&app, &e),
    }
    let form = match form::receive(&mut payload, form::LONGEST).await {
        Ok(form) => form,
        Err(e) => return page::too_long(&app, e),
    };
    let cookies = Cookies::of(&app.config.public_url);
    let cookie = cookies.read(&req, FORM);
    if !form::is_ours(&req, &form, cookie.as_deref(), &app.config.public_url, &app.master) {
        return shown(&req, &app, StatusCode::FORBIDDEN, &form, "The page was open for too long. Try again.")
            .await;
    }
    match owner(&req, &app, &door, &form).await {
        Ok(session) => {
            let set = vec![cookies.set(SESSION, &session, SameSite::Strict), cookies.clear(FORM)];
            page::go(&format!("{}/admin/begin/shop", page::base(&app.config.public_url)), set)
        }
        Err(e) if e.kind == Kind::Refused && e.about == Some(person::NOT_THE_FIRST) => over(&app),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => {
            shown(&req, &app, StatusCode::BAD_REQUEST, &form, &e.message).await
        }
        Err(e) => page::failed(&app, &e),
    }
}

/// Makes the owner, names the shop and signs them in.
async fn owner(req: &HttpRequest, app: &Data<App>, door: &Door, form: &Form) -> Result<String> {
    let draft = Draft {
        email: form.get("email").unwrap_or_default().to_owned(),
        name: String::new(),
        role: Role::Owner,
        password_hash: door.hash(form.get("password").unwrap_or_default()).await?,
    };
    let title = form.get("shop").map(str::to_owned);
    let actor = door::actor(ActorKind::Person, "set-up".to_owned(), door::address(req, app));
    app.store
        .write("set up", move |tx| {
            tx.act_for(&actor);
            let shop = Shop::live(tx)?;
            let person = person::first(tx, shop.site_id, &draft)?;
            account::set(tx, shop, &account::Change { title: title.clone(), ..account::Change::default() })?;
            person::sign_in(tx, &person)
        })
        .await
}

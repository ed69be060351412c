//! How pages are sent: made here, with nothing inline, and never kept.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpResponseBuilder};
use minijinja::{Environment, UndefinedBehavior, Value, context};
use url::Url;

use super::edge::PAGE_POLICY;
use super::form::TooLong;
use super::pages::filters;
use super::{assets, oauth, pages};
use crate::app::App;
use crate::base::error::{Error, Kind};

/// The templates, with every value escaped. A value that is not there is an error, so that no page shows less than it should.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut all = Environment::new();
    all.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    filters::add(&mut all);
    for (name, source) in pages::TEMPLATES.iter().chain(pages::SHOP).chain(oauth::TEMPLATES) {
        // A template that is wrong is told when it is shown; a test shows each.
        drop(all.add_template(name, source));
    }
    all
});

/// A page on its way.
pub struct Page {
    status: StatusCode,
    template: &'static str,
    values: Value,
    /// Where its forms may lead besides here.
    leads_to: Option<String>,
    cookies: Vec<String>,
}

impl Page {
    /// A page of this template.
    pub fn new(status: StatusCode, template: &'static str, values: Value) -> Self {
        Self { status, template, values, leads_to: None, cookies: Vec::new() }
    }

    /// The same, whose forms may end up at a place of this name in a policy. Browsers hold every redirect that answers a form to
    /// `form-action`, so the page whose form sends people back to an app must name that app; it alone does.
    pub fn leading_to(mut self, source: String) -> Self {
        self.leads_to = Some(source);
        self
    }

    /// The same with a cookie.
    pub fn cookie(mut self, cookie: Option<String>) -> Self {
        self.cookies.extend(cookie);
        self
    }

    /// Its bytes.
    pub fn respond(self, app: &App) -> HttpResponse {
        let base = base(&app.config.public_url);
        let asset = |name| format!("{base}/assets/{}", assets::served(name).unwrap_or_default());
        let values = context! {
            style => asset("style.css"),
            script => asset("pages.js"),
            htmx => asset("htmx.js"),
            base => base,
            is_demo => app.config.is_demo,
            ..self.values
        };
        let made = TEMPLATES.get_template(self.template).and_then(|template| template.render(values));
        let body = match made {
            Ok(body) => body,
            Err(e) => {
                tracing::error!(template = self.template, error = %e, "a page cannot be made");
                return HttpResponse::InternalServerError()
                    .body("This page cannot be made; the server's log says why.");
            }
        };
        let policy = match self.leads_to {
            Some(source) => {
                PAGE_POLICY.replace("form-action 'self'", &format!("form-action 'self' {source}"))
            }
            None => PAGE_POLICY.to_owned(),
        };
        let mut answer = HttpResponse::build(self.status);
        answer
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            // Not `no-referrer`: browsers would then send `Origin: null` with the forms.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .content_type("text/html; charset=utf-8");
        with(&mut answer, self.cookies).body(body)
    }
}

fn with(answer: &mut HttpResponseBuilder, cookies: Vec<String>) -> &mut HttpResponseBuilder {
    for cookie in cookies {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ))
}

/// The path that the public address has, such as `/shop`; empty at its root.
pub fn base(public_url: &str) -> String {
    Url::parse(public_url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}

/// Sends a browser on (303: by GET, whatever it sent).
pub fn go(to: &str, cookies: Vec<String>) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, to)).insert_header((header::REFERRER_POLICY, "same-origin"));
    with(&mut answer, cookies).finish()
}

/// The same answer with a cookie.
pub fn with_cookie(mut answer: HttpResponse, cookie: &str) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

/// A page that only says something.
pub fn notice(app: &Data<App>, status: StatusCode, title: &str, text: &str) -> HttpResponse {
    Page::new(status, "notice.html", context! { title => title, text => text }).respond(app)
}

/// A page for a form that is too long: the browser has what was typed, and nobody else.
pub fn too_long(app: &Data<App>, e: TooLong) -> HttpResponse {
    let text = format!(
        "Nothing was done. As it is sent, a form may have {} KiB here; letters beyond a to z count several times. Go back, where your \
         browser still has what you typed, make it shorter, and send it again.",
        e.most / 1_024
    );
    notice(app, StatusCode::PAYLOAD_TOO_LARGE, "This form is too long", &text)
}

/// A page for what went wrong.
pub fn failed(app: &Data<App>, e: &Error) -> HttpResponse {
    if matches!(e.kind, Kind::Busy | Kind::Unavailable | Kind::Unknown) {
        let text = "The server has too much to do, or its database does not answer. Try again in a moment.";
        return notice(app, StatusCode::SERVICE_UNAVAILABLE, "Not now", text);
    }
    if e.kind == Kind::Full {
        return notice(app, StatusCode::INSUFFICIENT_STORAGE, "Not now", "The server's disk is full.");
    }
    tracing::error!(error = %e, "a page failed");
    let text = "Something went wrong on our side. The server's log says what.";
    notice(app, StatusCode::INTERNAL_SERVER_ERROR, "That did not work", text)
}

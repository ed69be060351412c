//! A form that was not taken, since no page of ours has sent it of late. It is shown whole, with what it would do, and sent again from
//! there: that is safe though it may come from anywhere, since nothing sends it but somebody who has it before their eyes. What is secret
//! does not come back, and of a form from elsewhere nothing that confirms a grave deed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use minijinja::{Value, context};

use crate::app::App;
use crate::web::form::Form;
use crate::web::page::{self, Page};

/// More fields than any form of ours has.
const MOST: usize = 200;
/// Longer values stand in a block of their own, in bytes.
const LINE: usize = 60;
/// Fields whose values are nobody's to see: passwords, codes, card numbers.
const SECRET: [&str; 4] = ["password", "old", "code", "card"];
/// The one place where a code is meant to be seen.
const COUPONS: &str = "/admin/coupons/";
/// Fields in which somebody says that they mean it.
const SURE: [&str; 2] = ["typed", "sure"];
/// Fields that a form has besides what is typed.
const SILENT: [&str; 4] = ["was", "once", "sealed", "next"];

/// Why it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A browser says that it comes from another site.
    Foreign,
    /// What proves that it is ours is missing or over.
    Stale,
    /// Nobody is signed in.
    Out,
    /// The password was given too long ago for what it does.
    Aged,
}

impl Why {
    /// Why a form was not taken that came so.
    pub fn of(is_same_origin: bool) -> Self {
        if is_same_origin { Self::Stale } else { Self::Foreign }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Foreign => (
                "This form came from another site",
                "Nothing was done: no page of this shop has sent it. If you did not mean to send it, close this page. If you did, read what \
                 it holds first.",
            ),
            Self::Stale => (
                "This page was open for too long",
                "Nothing was done: the form came from a page that was loaded long ago, or before you signed in, or from no page of this shop. \
                 Read what it holds, and send it again.",
            ),
            Self::Out => (
                "You are not signed in",
                "Nothing was done: your session is over, or the form came from another site. Copy what you typed before you leave this page, sign in, and fill the form in once more.",
            ),
            Self::Aged => (
                "Your password is asked for again",
                "Nothing was done: you gave it too long ago for this. Copy what you typed before you leave this page, sign in, and fill the \
                 form in once more.",
            ),
        }
    }
}

/// What can be done about it.
#[derive(Clone, Debug)]
pub enum Mend {
    /// It is sent again, with this token.
    Send(String),
    /// Somebody signs in first, there.
    SignIn(String),
}

/// A form that was not taken.
#[derive(Debug)]
pub struct Unsent<'a> {
    pub form: &'a Form,
    pub why: Why,
    /// The path that it was sent to, below the public address.
    pub path: &'a str,
    /// What is there, as people call it.
    pub place: &'a str,
    pub mend: Mend,
    /// The cookie that the token is bound to, if it is new.
    pub cookie: Option<String>,
}

impl Unsent<'_> {
    /// Whether there is anything in a form that somebody may have typed, and that can be shown.
    pub fn is_typed(form: &Form, path: &str) -> bool {
        form.all().any(|(name, value)| is_told(name) && !is_secret(name, path) && !value.trim().is_empty())
    }

    /// The page.
    pub fn respond(self, app: &Data<App>) -> HttpResponse {
        let (title, text) = self.why.words();
        if self.form.all().len() > MOST {
            let text =
                "Nothing was done: it has more fields than any form here. Go back, and load the page again.";
            return page::notice(app, StatusCode::FORBIDDEN, title, text);
        }
        let is_foreign = self.why == Why::Foreign;
        let goes = |name: &str| is_secret(name, self.path) || is_foreign && SURE.contains(&name);
        let sent: Vec<(&str, &str)> = self.form.all().filter(|(name, _)| *name != "token").collect();
        let kept: Vec<(&str, &str)> = sent.iter().copied().filter(|(name, _)| !goes(name)).collect();
        let one = |(name, value): (&str, &str)| context! { name => name, value => value };
        let shown = |(name, value): (&str, &str)| {
            let value = value.replace("\r\n", "\n");
            context! { name => name, is_long => value.len() > LINE || value.contains('\n'), value => value }
        };
        let (token, sign_in) = match &self.mend {
            Mend::Send(token) => (token.as_str(), None),
            Mend::SignIn(to) => ("", Some(to)),
        };
        let values = context! {
            title => title, text => text, place => self.place, sign_in => sign_in, token => token, is_foreign => is_foreign,
            to => format!("{}{}", page::base(&app.config.public_url), self.path),
            is_less => kept.len() < sent.len(),
            shown => kept.iter().copied().filter(|(name, _)| is_told(name)).map(shown).collect::<Vec<Value>>(),
            kept => kept.into_iter().map(one).collect::<Vec<Value>>(),
        };
        Page::new(StatusCode::FORBIDDEN, "unsent.html", values).cookie(self.cookie).respond(app)
    }
}

fn is_secret(name: &str, path: &str) -> bool {
    name == "token" || SECRET.contains(&name) && !(name == "code" && path.starts_with(COUPONS))
}

/// Whether a field is shown besides being kept.
fn is_told(name: &str) -> bool {
    !SILENT.contains(&name)
}

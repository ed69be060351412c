//! Cookies: one form of them, as strict as browsers know. With HTTPS their names begin with `__Host-`, which no other host and no plain
//! connection can set; a server on plain HTTP, as on the machine it is tried on, has plain names.

use actix_web::HttpRequest;
use actix_web::http::header;

/// The cookie that somebody is signed in with.
pub const SESSION: &str = "keywright";
/// The cookie that the forms of somebody who is not signed in yet are bound to.
pub const FORM: &str = "keywright-form";
/// The cookie that names a customer's attempt to sign in.
pub const BEGUN: &str = "keywright-begun";

/// The cookie that names the sign-in of somebody whose password was right and whose code is awaited.
pub const STEP: &str = "keywright-step";

/// The cookie that holds what somebody means to buy.
pub const CART: &str = "keywright-cart";

/// The cookie that says whether somebody at their desk looks at live mode or at test mode.
pub const MODE: &str = "keywright-mode";

/// Longer values are none of ours; a cart may hold several numbers.
const LONGEST: usize = 64;
const LONGEST_CART: usize = 512;

/// When a browser sends a cookie along though it comes from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// When it comes by a link.
    Lax,
}

/// How a server with this public address writes cookies.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    is_secure: bool,
}

impl Cookies {
    /// Those of a server that browsers know by this address.
    pub fn of(public_url: &str) -> Self {
        Self { is_secure: public_url.starts_with("https:") }
    }

    fn name(self, name: &str) -> String {
        if self.is_secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// What a request's cookie holds, if it has one that could be ours.
    pub fn read(self, req: &HttpRequest, name: &str) -> Option<String> {
        let longest = if name == CART { LONGEST_CART } else { LONGEST };
        let name = self.name(name);
        let lines = req.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.find(|(known, _)| *known == name)?.1;
        let is_ours =
            !value.is_empty() && value.len() <= longest && value.bytes().all(|b| b.is_ascii_alphanumeric());
        is_ours.then(|| value.to_owned())
    }

    /// The header that sets a cookie, until the browser is closed.
    pub fn set(self, name: &str, value: &str, same_site: SameSite) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/{secure}; HttpOnly; SameSite={same_site:?}", self.name(name))
    }

    /// The header that takes a cookie away.
    pub fn clear(self, name: &str) -> String {
        format!("{}; Max-Age=0", self.set(name, "", SameSite::Strict))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn names_follow_the_scheme() {
        let (open, closed) = (Cookies::of("http://127.0.0.1:8080"), Cookies::of("https://shop.example"));
        assert_eq!(open.set(SESSION, "abc", SameSite::Lax), "keywright=abc; Path=/; HttpOnly; SameSite=Lax");
        let strict = "__Host-keywright=abc; Path=/; Secure; HttpOnly; SameSite=Strict";
        assert_eq!(closed.set(SESSION, "abc", SameSite::Strict), strict);
        let sent =
            TestRequest::default().insert_header(("cookie", "a=b; keywright=xyz; c")).to_http_request();
        assert_eq!(open.read(&sent, SESSION).as_deref(), Some("xyz"));
        assert_eq!(closed.read(&sent, SESSION), None, "one of a plain connection");
        for bad in ["keywright=", "keywright=a.b", "keywright2=abc", &format!("keywright={}", "a".repeat(65))]
        {
            let sent = TestRequest::default().insert_header(("cookie", bad)).to_http_request();
            assert_eq!(open.read(&sent, SESSION), None, "{bad}");
        }
    }
}

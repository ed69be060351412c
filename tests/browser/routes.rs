//! The pages there are, as they are mounted: one that no walk comes past fails by its name.

/// Where pages are mounted.
const MOUNTED: [&str; 4] = [
    include_str!("../../src/web/pages/mod.rs"),
    include_str!("../../src/web/pages/admin/mod.rs"),
    include_str!("../../src/web/pages/admin/mounts.rs"),
    include_str!("../../src/web/pages/shop/mod.rs"),
];

/// What is seen by those whom nobody knows.
const STRANGERS: &[&str] = &[
    "/",
    "/help",
    "/contact",
    "/checkout",
    "/item/{name}",
    "/p/{slug}",
    "/order/{token}",
    "/pay/{token}",
    "/account/sign-in",
    "/account/sign-in/link/{token}",
    "/admin/sign-in",
    "/setup/{token}",
];
/// What is no page by itself, and why.
pub const EXCEPTIONS: &[(&str, &str)] = &[
    ("/admin/settings/backups/{name}/download", "a file"),
    ("/admin/customers/{id}/export", "a file"),
    ("/order/{token}/{purchase_id}/download", "leads to the file, or asks as the customer's own page does"),
    ("/shoppy/pay/{token}", "leads to /pay/{token}"),
    ("/setup/{token}", "good once: way.rs looks at it"),
    ("/admin/sign-in/code", "only after a password: forms.rs looks at it"),
    ("/admin/account/second-factor/off", "only with a second factor: forms.rs looks at it"),
    ("/admin/account/recovery-codes", "only with a second factor: forms.rs looks at it"),
];

/// Whose pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Strangers,
    Customers,
    Staff,
}

fn whose(pattern: &str) -> Whose {
    if STRANGERS.contains(&pattern) {
        Whose::Strangers
    } else if pattern.starts_with("/account") {
        Whose::Customers
    } else {
        Whose::Staff
    }
}

/// All patterns that answer GET.
fn all() -> Vec<String> {
    let mut found = Vec::new();
    for source in MOUNTED {
        // A path, and what is mounted there, up to the next path.
        for part in source.split("\"/").skip(1) {
            let (path, rest) = part.split_once('"').unwrap();
            if rest.contains("web::get()") {
                found.push(format!("/{path}"));
            }
        }
    }
    found
}

fn matches(pattern: &str, path: &str) -> bool {
    let segments =
        |text: &str| -> Vec<String> { text.trim_end_matches('/').split('/').map(str::to_owned).collect() };
    let (pattern, path) = (segments(pattern), segments(path));
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(of, is)| of == is || (of.starts_with('{') && !is.is_empty()))
}

/// That of all these pages each that somebody can see was looked at.
pub fn assert_all_seen(who: Whose, pages: &[String]) {
    let all = all();
    let seen: Vec<&String> = pages
        .iter()
        .filter_map(|page| {
            let path = page.split('?').next().unwrap();
            // `new` is no number.
            let fitting = all.iter().filter(|pattern| matches(pattern, path));
            fitting.min_by_key(|pattern| pattern.matches('{').count())
        })
        .collect();
    let is_exception = |pattern: &str| EXCEPTIONS.iter().any(|(known, _)| *known == pattern);
    let missed: Vec<&String> = all
        .iter()
        .filter(|pattern| whose(pattern) == who && !is_exception(pattern) && !seen.contains(pattern))
        .collect();
    assert!(missed.is_empty(), "nobody looked at {missed:?}");
}

#[test]
fn the_list_of_pages_is_theirs() {
    let all = all();
    assert!(all.len() > 60, "{all:?}");
    for known in STRANGERS.iter().copied().chain(EXCEPTIONS.iter().map(|(pattern, _)| *pattern)) {
        assert!(all.iter().any(|pattern| pattern == known), "{known} is no page any more");
    }
    assert!(matches("/admin/products/{id}", "/admin/products/12") && !matches("/admin/{id}", "/admin"));
    assert!(matches("/item/{name}", "/item/1-quill/") && !matches("/item/{name}", "/item/1/2"));
    let missed = std::panic::catch_unwind(|| assert_all_seen(Whose::Staff, &["/admin".to_owned()]));
    let said = missed.unwrap_err().downcast::<String>().unwrap();
    assert!(said.contains("/admin/team/new") && !said.contains("/help"), "{said}");
}

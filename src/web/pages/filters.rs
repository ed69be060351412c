//! How values are written in pages, and what else templates can say.

use minijinja::{AutoEscape, Environment, Value};

use crate::base::text;
use crate::base::time::rfc3339;
use crate::web::form;

/// Makes them known to templates.
pub fn add(all: &mut Environment<'_>) {
    all.add_function("new_name", form::new_name);
    all.add_filter("when", when);
    all.add_filter("count", count);
    all.add_filter("capitalised", capitalised);
    all.set_formatter(|out, state, value| match value.as_str() {
        Some(words) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            out.write_str(&text::html(words)).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
}

/// An instant, to the minute.
fn when(at: i64) -> Value {
    let exact = rfc3339(at);
    let shown = exact.get(..16).unwrap_or(&exact).replace('T', " ");
    Value::from_safe_string(format!("<time datetime=\"{exact}\">{shown}</time>"))
}

/// A number with its thousands apart.
fn count(n: i64) -> String {
    let digits = text::grouped(n.unsigned_abs());
    if n < 0 { format!("−{digits}") } else { digits }
}

/// A sentence whose first letter is large; the others stay as they are.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_people() {
        assert_eq!(
            when(1_767_225_600_000).to_string(),
            "<time datetime=\"2026-01-01T00:00:00Z\">2026-01-01 00:00</time>"
        );
        assert_eq!(capitalised("the URL is wrong"), "The URL is wrong");
        assert_eq!((count(-1_234_567).as_str(), count(12).as_str()), ("−1,234,567", "12"));
    }
}

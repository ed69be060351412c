//! Lines of a form that are a name and what it is, as in `Size = L`.

use serde_json::Value;

use crate::web::fields::texts;

/// What stands between the two.
const IS: &str = " = ";

/// A line.
pub fn line(name: &str, value: &str) -> String {
    format!("{name}{IS}{value}")
}

/// The pairs of the lines that a field holds. The last mark counts, since a name may hold one; without spaces around it the first, since
/// an address may hold one.
pub fn read(value: Value) -> Result<Vec<(String, String)>, String> {
    let pair = |line: String| {
        let found = line.rsplit_once(IS).or_else(|| line.split_once('='));
        let wrong = || format!("has a line without a '=' in it: {line}");
        found.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).ok_or_else(wrong)
    };
    texts(value)?.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_come_back() {
        for (name, value) in [("Size", "L"), ("A = B", "/x"), ("News", "https://news.example/?a=b")] {
            assert_eq!(read(json!([line(name, value)])), Ok(vec![(name.to_owned(), value.to_owned())]));
        }
        assert_eq!(read(json!(["News=/?a=b"])), Ok(vec![("News".to_owned(), "/?a=b".to_owned())]));
        assert!(read(json!(["Size L"])).is_err());
    }
}

//! What somebody can fill in: a field of a form, how its value is shown, and the JSON that comes of what was typed. The JSON is that of the
//! platform API, whose readers take it from there: pages have no rules of their own.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::money;
use crate::base::seal;
use crate::web::form::Form;

/// The longest line, and the longest text of several, in characters; the domain may allow less.
const LINE: usize = 500;
const PAGE: usize = 50_000;

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Line,
    Email,
    Secret,
    /// The same that whoever types it has already.
    Password,
    Page,
    Number,
    Switch,
    Choice,
    /// An amount in a currency, the shop's if none is said.
    Money,
    /// A share in percent, which the API has in basis points.
    Percent,
    /// An instant, to the minute, in UTC.
    Time,
    /// A text a line.
    Lines,
    /// One or more of several words.
    Several,
}

/// What nothing typed means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    /// An empty value.
    Value,
    /// That there is none.
    None,
    /// That nothing is said of it.
    Unsaid,
}

/// A field of a form.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Where it stands in the JSON, as in `licence_policy.max_uses`; its name in the form, too.
    pub path: &'static str,
    /// Its own in the page.
    id: String,
    label: &'static str,
    hint: &'static str,
    kind: Kind,
    options: Vec<Choice>,
    is_needed: bool,
    #[serde(skip)]
    empty: Empty,
    /// Whether it says nothing where nobody has touched it: it may stand for more than it shows, as a time to the minute does.
    #[serde(skip)]
    pub is_quiet: bool,
    /// What an amount is in that names no currency.
    currency: String,
    most: usize,
    /// As shown.
    pub value: String,
    /// What is wrong with it.
    pub wrong: String,
    /// What somebody else has made of it since the page was shown.
    pub meanwhile: String,
}

#[derive(Clone, Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
    is_on: bool,
}

impl Field {
    fn new(kind: Kind, path: &'static str, label: &'static str) -> Self {
        Self {
            path,
            id: path.replace(['.', '_'], "-"),
            label,
            hint: "",
            kind,
            options: Vec::new(),
            is_needed: false,
            empty: Empty::Value,
            is_quiet: kind == Kind::Time,
            currency: String::new(),
            most: if matches!(kind, Kind::Page | Kind::Lines) { PAGE } else { LINE },
            value: String::new(),
            wrong: String::new(),
            meanwhile: String::new(),
        }
    }

    /// A line of text.
    pub fn line(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Line, path, label)
    }

    /// An e-mail address.
    pub fn email(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Email, path, label)
    }

    /// What is typed and never shown.
    pub fn secret(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Secret, path, label)
    }

    /// A password that somebody has, and types to show that they do.
    pub fn password(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Password, path, label)
    }

    /// A text of several lines.
    pub fn page(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Page, path, label)
    }

    /// A whole number.
    pub fn number(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Number, path, label)
    }

    /// Yes or no.
    pub fn switch(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Switch, path, label)
    }

    /// One of these values, each with its words. The empty value means none.
    pub fn choice<V: Into<String>, L: Into<String>>(
        path: &'static str,
        label: &'static str,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        let choice =
            |(value, label): (V, L)| Choice { value: value.into(), label: label.into(), is_on: false };
        Self {
            options: options.into_iter().map(choice).collect(),
            empty: Empty::None,
            ..Self::new(Kind::Choice, path, label)
        }
    }

    /// Any of these values, each with its words.
    pub fn several<V: Into<String>, L: Into<String>>(
        path: &'static str,
        label: &'static str,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        Self { kind: Kind::Several, empty: Empty::Value, ..Self::choice(path, label, options) }
    }

    /// An amount; this is its currency where none is typed.
    pub fn money(path: &'static str, label: &'static str, currency: Option<&str>) -> Self {
        Self {
            currency: currency.unwrap_or_default().to_owned(),
            empty: Empty::None,
            ..Self::new(Kind::Money, path, label)
        }
    }

    /// A share in percent.
    pub fn percent(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Percent, path, label)
    }

    /// An instant in UTC; nothing typed means that there is none.
    pub fn time(path: &'static str, label: &'static str) -> Self {
        Self { empty: Empty::None, ..Self::new(Kind::Time, path, label) }
    }

    /// Texts, each in a line of its own.
    pub fn lines(path: &'static str, label: &'static str) -> Self {
        Self::new(Kind::Lines, path, label)
    }

    /// The same that must be filled in.
    pub fn needed(mut self) -> Self {
        self.is_needed = true;
        self
    }

    /// The same, where nothing typed means that there is none.
    pub fn or_none(mut self) -> Self {
        self.empty = Empty::None;
        self
    }

    /// The same, where nothing typed says nothing.
    pub fn or_unsaid(mut self) -> Self {
        self.empty = Empty::Unsaid;
        self
    }

    /// The same that takes so many characters.
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// The same that says nothing where nobody has touched it.
    pub fn if_touched(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// The same with words beside it.
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The same with this value in it.
    pub fn with(mut self, value: impl Into<String>) -> Self {
        self.show(value.into());
        self
    }

    /// Whether what is typed is nobody's to see.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret | Kind::Password)
    }

    /// Shows a value.
    pub fn show(&mut self, value: String) {
        let chosen: Vec<&str> =
            if self.kind == Kind::Several { value.lines().collect() } else { vec![&value] };
        for option in &mut self.options {
            option.is_on = chosen.contains(&option.value.as_str());
        }
        self.value = value;
    }

    /// How the value looks that stands for it in this JSON.
    pub fn shown(&self, json: &Value) -> String {
        let found = self.path.split('.').try_fold(json, |at, name| at.get(name)).unwrap_or(&Value::Null);
        match (self.kind, found) {
            (_, Value::Null) => String::new(),
            (Kind::Time, Value::String(at)) => at.get(..16).unwrap_or(at).to_owned(),
            (Kind::Money, of) => {
                let code = of["currency"].as_str().unwrap_or_default();
                format!("{} {code}", money::plain(of["amount"].as_i64().unwrap_or_default(), code))
            }
            (Kind::Percent, bp) => {
                let shown = money::plain(bp.as_i64().unwrap_or_default(), "");
                shown.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            (_, Value::String(text)) => text.clone(),
            (_, Value::Array(all)) => {
                let text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
                all.iter().map(text).collect::<Vec<_>>().join("\n")
            }
            (_, other) => other.to_string(),
        }
    }

    /// What a form has for it, as it would be shown.
    pub fn typed(&self, form: &Form) -> String {
        let text = form.get(self.path).unwrap_or_default();
        match self.kind {
            Kind::Switch => (!text.is_empty()).to_string(),
            Kind::Page | Kind::Lines => text.replace("\r\n", "\n"),
            Kind::Several => {
                let on = |option: &&Choice| form.get(&format!("{}.{}", self.path, option.value)).is_some();
                let on: Vec<&str> =
                    self.options.iter().filter(on).map(|option| option.value.as_str()).collect();
                on.join("\n")
            }
            Kind::Secret | Kind::Password => text.to_owned(),
            _ => text.trim().to_owned(),
        }
    }

    /// The JSON of a value as it is shown, nothing where it says nothing, or what is wrong with it.
    pub fn json(&self, value: &str) -> Result<Option<Value>, String> {
        if value.is_empty() && self.is_needed {
            return Err("must be filled in".to_owned());
        }
        match self.empty {
            Empty::None if value.is_empty() => return Ok(Some(Value::Null)),
            Empty::Unsaid if value.is_empty() => return Ok(None),
            _ => {}
        }
        Ok(Some(match self.kind {
            Kind::Switch => Value::Bool(value == "true"),
            Kind::Time => format!("{value}:00Z").into(),
            Kind::Percent => {
                let wrong = |_| {
                    "is a share such as 19 or 7.5, with two digits behind the point at the most".to_owned()
                };
                money::read(value.trim_end_matches(['%', ' ']), "").map_err(wrong)?.into()
            }
            Kind::Lines | Kind::Several => {
                value.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
            }
            Kind::Money => {
                let (amount, code) = value.split_once(' ').unwrap_or((value, &self.currency));
                let code = money::currency(&code.trim().to_uppercase()).map_err(|e| e.message)?;
                let minor = money::read(amount, &code).map_err(|e| e.message)?;
                serde_json::json!({"amount": minor, "currency": code})
            }
            _ => value.into(),
        }))
    }

    /// What tells whether its value has changed.
    pub fn mark(value: &str) -> String {
        seal::hash(value.as_bytes())[..8].to_owned()
    }
}

/// Puts a value at its path.
pub fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(object.insert(path.to_owned(), value)),
        Some((name, rest)) => {
            let inner = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_go_out_and_come_back() {
        let whole = json!({
            "title": "Quill", "tax_bp": 750, "price": {"amount": 1_999, "currency": "EUR"}, "ends_at": "2026-01-02T03:04:05Z",
            "policy": {"max_uses": 3, "check_ip": null, "on": true}, "channels": ["stable", "beta"], "items": [1, 2],
        });
        let yes_or_no = [("", "as the server"), ("true", "yes"), ("false", "no")];
        for (field, shown, value) in [
            (Field::line("title", ""), "Quill", json!("Quill")),
            (Field::money("price", "", None), "19.99 EUR", json!({"amount": 1_999, "currency": "EUR"})),
            (Field::time("ends_at", ""), "2026-01-02T03:04", json!("2026-01-02T03:04:00Z")),
            (Field::percent("tax_bp", ""), "7.5", json!(750)),
            (Field::number("policy.max_uses", ""), "3", json!("3")),
            (Field::choice("policy.check_ip", "", yes_or_no), "", Value::Null),
            (Field::switch("policy.on", ""), "true", json!(true)),
            (Field::lines("channels", ""), "stable\nbeta", json!(["stable", "beta"])),
            (Field::lines("items", ""), "1\n2", json!(["1", "2"])),
            (Field::line("gone", ""), "", json!("")),
        ] {
            assert_eq!(field.shown(&whole), shown);
            assert_eq!(field.json(shown), Ok(Some(value)), "{shown}");
        }
        let price = Field::money("price", "", Some("EUR"));
        assert_eq!(price.json("5"), Ok(Some(json!({"amount": 500, "currency": "EUR"}))));
        assert!(price.json("five").is_err() && Field::money("price", "", None).json("5").is_err());
        assert_eq!(Field::lines("items", "").or_unsaid().json(""), Ok(None));
        assert!(Field::line("title", "").needed().json("").is_err());
    }

    #[test]
    fn forms_say_what_is_on() {
        let form = Form::read("a=on&c.x=on&t=+Quill+&p=1%0D%0A2").unwrap();
        assert_eq!(Field::switch("a", "").typed(&form), "true");
        assert_eq!(Field::switch("b", "").typed(&form), "false");
        assert_eq!(Field::several("c", "", [("x", "X"), ("y", "Y")]).typed(&form), "x");
        assert_eq!(Field::line("t", "").typed(&form), "Quill");
        assert_eq!(Field::page("p", "").typed(&form), "1\n2");
        let mut object = Map::new();
        put(&mut object, "a.b", 1.into());
        put(&mut object, "a.c", 2.into());
        assert_eq!(Value::Object(object), json!({"a": {"b": 1, "c": 2}}));
    }
}

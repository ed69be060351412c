//! The parameters of a call, and the pages of a list.

use std::fmt::Display;

use super::answer::Answer;
use super::fault::Fault;
use crate::base::error::{Error, Result};
use crate::base::seal::{self, Master};
use crate::base::text::{hex, unhex};
use crate::web::edge;

/// Parameters that are not read yet, and what was wrong with those that are.
#[derive(Debug)]
pub struct Query {
    left: Vec<(String, String)>,
    wrong: Vec<(String, String)>,
}

impl Query {
    /// Reads a query string. Of a doubled parameter the second is wrong.
    pub fn parse(text: &str) -> std::result::Result<Self, Fault> {
        let (mut left, mut wrong): (Vec<(String, String)>, _) = (Vec::new(), Vec::new());
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| edge::decode(text).filter(|t| !t.contains('\0'));
            let (name, value) = decode(name)
                .zip(decode(value))
                .ok_or(Fault::Malformed("the query is not UTF-8, or holds the character NUL"))?;
            if left.iter().any(|(known, _)| *known == name) {
                wrong.push((name, "is given twice".to_owned()));
            } else {
                left.push((name, value));
            }
        }
        Ok(Self { left, wrong })
    }

    /// A parameter.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(known, _)| known == name)?;
        Some(self.left.remove(at).1)
    }

    /// A parameter as `T` reads it.
    pub fn get<T: std::str::FromStr>(&mut self, name: &str, why: impl FnOnce(T::Err) -> String) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(e) => {
                self.wrong.push((name.to_owned(), why(e)));
                None
            }
        }
    }

    /// A parameter as `read` takes it.
    pub fn read<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T>) -> Option<T> {
        match read(&self.text(name)?) {
            Ok(value) => Some(value),
            Err(e) => {
                self.wrong.push((name.to_owned(), e.message));
                None
            }
        }
    }

    /// A row's id; an id that no row has finds nothing.
    pub fn id(&mut self, name: &str) -> Option<i64> {
        self.get(name, |_| "must be a whole number".into())
    }

    /// One of some words.
    pub fn word<T: std::str::FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: Display,
    {
        self.get(name, |e: T::Err| e.to_string())
    }

    /// What is wrong, if anything is.
    pub fn finish(mut self) -> std::result::Result<(), Fault> {
        self.wrong.extend(
            self.left.into_iter().map(|(name, _)| (name, "is not a parameter of this call".to_owned())),
        );
        if self.wrong.is_empty() { Ok(()) } else { Err(Fault::Fields(self.wrong)) }
    }

    /// Takes out `limit` and `cursor`. What is left are the filters, which the cursor is bound to, as to `place`: shop and path.
    pub fn page(&mut self, place: &str, master: &Master) -> std::result::Result<Page, Fault> {
        self.page_of(place, master, 100)
    }

    /// As [`Query::page`], for lists that give up to `most` rows at once.
    pub fn page_of(&mut self, place: &str, master: &Master, most: i64) -> std::result::Result<Page, Fault> {
        let limit = self.get("limit", |_| format!("must be a whole number from 1 to {most}")).unwrap_or(20);
        if !(1..=most).contains(&limit) {
            self.wrong.push(("limit".into(), format!("must be from 1 to {most}")));
        }
        let cursor = self.text("cursor");
        let mut filters = self.left.clone();
        filters.sort();
        let bound = format!("{place} {filters:?}");
        let page = Page { limit, before: None, bound };
        match cursor {
            None => Ok(page),
            Some(cursor) => match page.read(&cursor, master) {
                Some(before) => Ok(Page { before: Some(before), ..page }),
                None => Err(Fault::Fields(vec![(
                    "cursor".into(),
                    "is not one that this list gave: take next_cursor of the answer before, with the same filters".into(),
                )])),
            },
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    limit: i64,
    /// Rows before the one with this id.
    pub before: Option<i64>,
    bound: String,
}

impl Page {
    /// How many rows to look for: one more than is shown, to see whether there are more.
    pub fn wanted(&self) -> i64 {
        self.limit + 1
    }

    /// The answer with these rows, each written by `put` as JSON; `id` is what the list goes by.
    pub fn answer<R>(
        &self,
        mut rows: Vec<R>,
        master: &Master,
        id: impl Fn(&R) -> i64,
        mut put: impl FnMut(&R, &mut Vec<u8>) -> Result<()>,
    ) -> Result<Answer> {
        let next = self.cut(&mut rows, master, id);
        // Few rows are longer, and growing costs more than room.
        let mut body = Vec::with_capacity(64 + rows.len() * 1_024);
        body.extend_from_slice(b"{\"data\":[");
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            put(row, &mut body)?;
        }
        let has_more = next.is_some();
        // A cursor is hexadecimal digits.
        let next = next.map_or_else(|| "null".to_owned(), |cursor| format!("\"{cursor}\""));
        body.extend_from_slice(format!("],\"has_more\":{has_more},\"next_cursor\":{next}}}").as_bytes());
        let body = String::from_utf8(body).map_err(|e| Error::broken(format!("a list is not UTF-8: {e}")))?;
        Ok(Answer::with(200, body))
    }

    /// Leaves out the row that is not shown: the cursor of the next page, if there is one.
    pub fn cut<R>(&self, rows: &mut Vec<R>, master: &Master, id: impl Fn(&R) -> i64) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        rows.last().filter(|_| has_more).map(|row| self.write(id(row), master))
    }

    fn write(&self, id: i64, master: &Master) -> String {
        hex(&id.to_be_bytes()) + &hex(&self.mac(id, master))
    }

    fn read(&self, cursor: &str, master: &Master) -> Option<i64> {
        let bytes = unhex(cursor)?;
        let (id, mac) = bytes.split_first_chunk::<8>()?;
        let id = i64::from_be_bytes(*id);
        seal::same(&self.mac(id, master), mac).then_some(id)
    }

    fn mac(&self, id: i64, master: &Master) -> Vec<u8> {
        master.mac("cursor", format!("{id} {}", self.bound).as_bytes())[..16].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer;
    use super::*;
    use crate::base::dice::Dice;

    #[test]
    fn a_cursor_fits_its_own_list_only() {
        let dice = Dice::seeded(5);
        let master = Master::new(&dice);
        let page =
            |query: &str, place: &str, master: &Master| Query::parse(query).unwrap().page(place, master);
        let first = page("status=active&limit=2", "1 live /v1/products", &master).unwrap();
        let body = first.answer(vec![9, 8, 7], &master, |n| *n, answer::put).unwrap().body;
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["data"], &body["has_more"]), (&serde_json::json!([9, 8]), &true.into()));
        let cursor = body["next_cursor"].as_str().unwrap();
        let next =
            page(&format!("limit=5&cursor={cursor}&status=active"), "1 live /v1/products", &master).unwrap();
        assert_eq!(next.before, Some(8));
        for (query, place, master) in [
            (format!("cursor={cursor}&status=hidden"), "1 live /v1/products", &master),
            (format!("cursor={cursor}"), "1 live /v1/products", &master),
            (format!("cursor={cursor}&status=active"), "1 test /v1/products", &master),
            (format!("cursor={cursor}&status=active"), "1 live /v1/licences", &master),
            (format!("cursor={cursor}&status=active"), "1 live /v1/products", &Master::new(&dice)),
            (format!("cursor=1{cursor}&status=active"), "1 live /v1/products", &master),
            ("cursor=&status=active".to_owned(), "1 live /v1/products", &master),
        ] {
            assert!(page(&query, place, master).is_err(), "{query} {place}");
        }
    }
}

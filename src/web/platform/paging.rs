//! The pages of a list.

use super::answer::Answer;
use super::fault::Fault;
use crate::base::error::{Error, Result};
use crate::base::seal::{self, Master};
use crate::base::text::{hex, unhex};
use crate::web::query::Query;

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    limit: i64,
    /// Rows before the one with this id.
    pub before: Option<i64>,
    bound: String,
}

impl Page {
    /// The page that a list's parameters `limit` and `cursor` ask for. What is left of them are the filters, which the cursor is
    /// bound to, as to `place`: shop and path.
    pub fn read(query: &mut Query, place: &str, master: &Master) -> std::result::Result<Self, Fault> {
        Self::read_of(query, place, master, 100)
    }

    /// As [`Page::read`], for lists that give up to `most` rows at once.
    pub fn read_of(
        query: &mut Query,
        place: &str,
        master: &Master,
        most: i64,
    ) -> std::result::Result<Self, Fault> {
        let limit = query.get("limit", |_| format!("must be a whole number from 1 to {most}")).unwrap_or(20);
        if !(1..=most).contains(&limit) {
            query.wrong("limit", format!("must be from 1 to {most}"));
        }
        let cursor = query.text("cursor");
        let page = Self { limit, before: None, bound: format!("{place} {:?}", query.left()) };
        match cursor {
            None => Ok(page),
            Some(cursor) => match page.place(&cursor, master) {
                Some(before) => Ok(Self { before: Some(before), ..page }),
                None => Err(Fault::Fields(vec![(
                    "cursor".into(),
                    "is not one that this list gave: take next_cursor of the answer before, with the same filters".into(),
                )])),
            },
        }
    }

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

    fn place(&self, cursor: &str, master: &Master) -> Option<i64> {
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
        let page = |query: &str, place: &str, master: &Master| {
            Page::read(&mut Query::parse(query).unwrap(), place, master)
        };
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

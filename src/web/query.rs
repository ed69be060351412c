//! The parameters of a call.

use std::fmt::Display;

use super::edge;
use super::fields::Unfit;
use crate::base::error::Result;

/// Parameters that are not read yet, and what was wrong with those that are.
#[derive(Debug)]
pub struct Query {
    left: Vec<(String, String)>,
    wrong: Vec<(String, String)>,
}

impl Query {
    /// Reads a query string.
    pub fn parse(text: &str) -> std::result::Result<Self, Unfit> {
        let mut left: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| edge::decode(text).filter(|t| !t.contains('\0'));
            left.push(
                decode(name)
                    .zip(decode(value))
                    .ok_or(Unfit::Malformed("the query is not UTF-8, or holds the character NUL"))?,
            );
        }
        Ok(Self { left, wrong: Vec::new() })
    }

    /// A parameter. Of a doubled one the second is wrong.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let mut all = self.all(name).into_iter();
        let first = all.next()?;
        if all.next().is_some() {
            self.wrong(name, "is given twice");
        }
        Some(first)
    }

    /// A parameter that may be given several times.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        let (found, left) = std::mem::take(&mut self.left).into_iter().partition(|(known, _)| known == name);
        self.left = left;
        let found: Vec<(String, String)> = found;
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// Notes what is wrong with a parameter.
    pub fn wrong(&mut self, name: &str, why: impl Display) {
        self.wrong.push((name.to_owned(), why.to_string()));
    }

    /// What is not read yet, in an order of its own.
    pub fn left(&self) -> Vec<(String, String)> {
        let mut left = self.left.clone();
        left.sort();
        left
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

    /// What is wrong, if anything is, where parameters that nobody asked for do no harm.
    pub fn finish_open(self) -> std::result::Result<(), Unfit> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Unfit::Fields(self.wrong)) }
    }

    /// What is wrong, if anything is.
    pub fn finish(mut self) -> std::result::Result<(), Unfit> {
        self.wrong.extend(
            self.left.into_iter().map(|(name, _)| (name, "is not a parameter of this call".to_owned())),
        );
        if self.wrong.is_empty() { Ok(()) } else { Err(Unfit::Fields(self.wrong)) }
    }
}

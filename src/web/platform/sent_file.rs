//! A file that comes whole in a form (`multipart/form-data`), and what uploads of every kind have in common: where their bytes wait until
//! they are kept.

use std::future::poll_fn;
use std::pin::Pin;

use actix_multipart::{Field, Multipart};
use actix_web::http::header::HeaderMap;
use futures_core::Stream;
use tokio::time::timeout;

use super::fault::Fault;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result as Outcome};
use crate::domain::file::{self, Draft};
use crate::store::files::{Files, Incoming};
use crate::web::edge::SILENCE;
use crate::web::receive::{End, Sink, blocking};
use crate::web::streamed::Streamed;

/// The longest name or hash in a form, in bytes.
const WORD: usize = 1_024;

/// An upload that is forgotten when this goes.
pub(super) struct Temporary {
    pub files: Files,
    pub name: String,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let (files, name) = (self.files.clone(), std::mem::take(&mut self.name));
        // To remove a long file takes a while.
        tokio::task::spawn_blocking(move || files.discard(&name));
    }
}

/// What a form holds.
#[derive(Default)]
struct Form {
    name: Option<String>,
    sha256: Option<String>,
    sent: Option<(String, Sink)>,
}

/// A file that came in a form and is not kept yet: it is forgotten when this goes.
pub struct Sent {
    /// What it is to be.
    pub draft: Draft,
    sha256: String,
    incoming: Incoming,
    _temporary: Temporary,
}

impl Sent {
    /// Keeps it: `add` writes its row, in a transaction of its own; what came of that.
    pub async fn keep<T, E, F>(self, files: &Files, add: F) -> Result<T, E>
    where
        E: From<Error>,
        F: AsyncFnOnce(Draft) -> Result<T, E>,
    {
        let incoming = kept(files, self.incoming, &self.sha256).await?;
        let added = add(self.draft).await?;
        still_there(files, incoming, &self.sha256).await?;
        Ok(added)
    }
}

/// The file in a form (`multipart/form-data`), whole and as it was announced.
pub async fn receive(files: &Files, headers: &HeaderMap, stream: &Streamed) -> Result<Sent, Fault> {
    let temporary = Temporary { files: files.clone(), name: format!("form_{}", Dice::System.base62(24)) };
    let mut parts = Multipart::new(headers, stream.clone());
    let mut form = Form::default();
    while let Some(part) = next(&mut parts).await? {
        take(&mut form, part, stream, &temporary).await?;
    }
    drop(parts);
    while stream.next().await.map_err(|_| broken())?.is_some() {}
    let Some((sent_as, sink)) = form.sent else {
        return Err(Fault::Fields(vec![(
            "file".into(),
            "is missing: send the file in a part of this name".into(),
        )]));
    };
    let (incoming, sha256) = (sink.incoming, sink.hasher.finish());
    let name = file::name(&form.name.unwrap_or(sent_as))?;
    if incoming.length() == 0 {
        return Err(Fault::Fields(vec![("file".into(), "is empty".into())]));
    }
    if let Some(announced) = form.sha256
        && file::hash(&announced)? != sha256
    {
        return Err(file::mismatch(&sha256).into());
    }
    let size = i64::try_from(incoming.length()).unwrap_or(i64::MAX);
    let draft = Draft { name, size, sha256: Some(sha256.clone()) };
    Ok(Sent { draft, sha256, incoming, _temporary: temporary })
}

async fn next(parts: &mut Multipart) -> Result<Option<Field>, Fault> {
    let part = timeout(SILENCE, poll_fn(|cx| Pin::new(&mut *parts).poll_next(cx))).await;
    part.map_err(|_| broken())?.transpose().map_err(|_| {
        Fault::Malformed("the body is no multipart/form-data with a boundary and named parts, or broke off")
    })
}

async fn take(form: &mut Form, mut part: Field, body: &Streamed, to: &Temporary) -> Result<(), Fault> {
    let name = part.name().unwrap_or_default().to_owned();
    let sent_as = part.content_disposition().and_then(|d| d.get_filename()).unwrap_or_default().to_owned();
    let twice = || Fault::Fields(vec![(name.clone(), "is given twice".into())]);
    match name.as_str() {
        "file" if form.sent.is_some() => Err(twice()),
        "file" => {
            let sink = Sink::new(opened(&to.files, &to.name).await?);
            let (sink, end) = sink.receive(part, body, file::LONGEST_AT_ONCE.unsigned_abs()).await?;
            match end {
                End::Whole => form.sent = Some((sent_as, sink)),
                End::Broken => return Err(broken()),
                End::TooLong => return Err(Fault::TooLarge(file::LONGEST_AT_ONCE.unsigned_abs())),
            }
            Ok(())
        }
        "name" | "sha256" => {
            let word = word(&mut part).await?;
            let field = if name == "name" { &mut form.name } else { &mut form.sha256 };
            if field.replace(word).is_some() { Err(twice()) } else { Ok(()) }
        }
        _ => Err(Fault::Fields(vec![(
            name,
            "is not a part of this form; there are file, name and sha256".into(),
        )])),
    }
}

async fn word(part: &mut Field) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    loop {
        let piece = timeout(SILENCE, poll_fn(|cx| Pin::new(&mut *part).poll_next(cx))).await;
        match piece.map_err(|_| broken())? {
            None => break,
            Some(Ok(piece)) if bytes.len() + piece.len() <= WORD => bytes.extend_from_slice(&piece),
            Some(Ok(_)) => return Err(Fault::Malformed("a part of the form is too long")),
            Some(Err(_)) => return Err(broken()),
        }
    }
    String::from_utf8(bytes).map_err(|_| Fault::Malformed("a part of the form is not UTF-8"))
}

/// An upload of this name, to be written to.
pub(super) async fn opened(files: &Files, name: &str) -> Outcome<Incoming> {
    let (files, name) = (files.clone(), name.to_owned());
    blocking(move || files.incoming(&name)).await
}

/// Keeps what has come whole, by its hash.
pub(super) async fn kept(files: &Files, incoming: Incoming, sha256: &str) -> Outcome<Incoming> {
    let (files, sha256) = (files.clone(), sha256.to_owned());
    blocking(move || files.keep(&incoming, &sha256).map(|()| incoming)).await
}

/// After a file's row is written.
pub(super) async fn still_there(files: &Files, incoming: Incoming, sha256: &str) -> Outcome<()> {
    let (files, sha256) = (files.clone(), sha256.to_owned());
    blocking(move || files.keep_on(&incoming, &sha256)).await
}

pub(super) fn broken() -> Fault {
    Fault::Malformed(
        "the body broke off or stood still; ask with HEAD where an upload in pieces stands, and go on from there",
    )
}

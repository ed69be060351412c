//! Files: sent whole as `multipart/form-data`, or begun with `Upload-Length` and sent in pieces that may break off anywhere.

use actix_web::http::header;
use serde::Serialize;

use super::answer::{Answer, maybe_time, put, time};
use super::call::Call;
use super::fault::Fault;
use super::sent_file::{self, Temporary, broken, kept, opened, still_there};
use crate::base::dice::Dice;
use crate::base::error::{Kind, Result as Outcome};
use crate::domain::file::{self, Draft, File};
use crate::store::files::Incoming;
use crate::web::fields::text;
use crate::web::receive::{End, Sink, blocking};

#[derive(Serialize)]
struct View<'a> {
    file_id: &'a str,
    name: &'a str,
    status: &'static str,
    size: i64,
    offset: u64,
    sha256: Option<&'a str>,
    created_at: String,
    completed_at: serde_json::Value,
}

/// As the API shows it; `offset` is where an upload under way stands.
fn view(f: &File, offset: u64) -> View<'_> {
    let is_whole = f.completed_at.is_some();
    View {
        file_id: &f.handle,
        name: &f.name,
        status: if is_whole { "complete" } else { "uploading" },
        size: f.size,
        offset: if is_whole { f.size.unsigned_abs() } else { offset },
        sha256: f.sha256.as_deref(),
        created_at: time(f.created_at),
        completed_at: maybe_time(f.completed_at),
    }
}

/// With the two headers that programs for uploads in pieces look at.
fn shown(status: u16, f: &File, offset: u64) -> Outcome<Answer> {
    let view = view(f, offset);
    let answer = Answer { status, ..Answer::plain(&view)? };
    Ok(answer.header("upload-offset", view.offset).header("upload-length", view.size))
}

/// `GET /v1/uploads`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, master, files) = (call.shop(), call.app.master.clone(), call.app.files.clone());
    call.read(move |tx| {
        let rows = file::list(tx, shop, page.before, page.wanted())?;
        let stands = |f: &File| if f.completed_at.is_some() { 0 } else { files.received(&f.handle) };
        page.answer(rows, &master, |f| f.id, |f, to| put(&view(f, stands(f)), to))
    })
    .await
}

/// `GET /v1/uploads/{file_id}`: `HEAD` tells where an upload stands.
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, handle, files) = (call.shop(), call.handle(0)?.to_owned(), call.app.files.clone());
    call.read(move |tx| shown(200, &file::get(tx, shop, &handle)?, files.received(&handle))).await
}

/// `POST /v1/uploads`
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let kind =
        call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return at_once(call).await;
    }
    begin(call).await
}

/// Begins an upload in pieces.
async fn begin(mut call: Call) -> Result<Answer, Fault> {
    call.read_body().await?;
    let mut fields = call.fields()?;
    let name = fields.get("name", text);
    let name = fields.needed("name", name).unwrap_or_default();
    let sha256 = fields.get("sha256", text);
    let length = call.header("upload-length").and_then(|length| length.trim().parse().ok());
    if length.is_none() {
        fields.wrong(
            "Upload-Length",
            "this header says how many bytes will come; or send the file as multipart/form-data",
        );
    }
    fields.finish()?;
    let draft = Draft { name, size: length.unwrap_or_default(), sha256 };
    let (shop, base) = (call.shop(), call.app.config.public_url.clone());
    call.write("begin upload", move |tx| {
        let file = file::begin(tx, shop, &draft)?;
        Ok(shown(201, &file, 0)?.header("location", format!("{base}/v1/uploads/{}", file.handle)))
    })
    .await
}

/// Takes in a file in one request.
async fn at_once(mut call: Call) -> Result<Answer, Fault> {
    let stream = call.stream()?;
    let files = call.app.files.clone();
    let sent = sent_file::receive(&files, &call.headers, &stream).await?;
    call.body_over()?;
    let shop = call.shop();
    sent.keep(&files, async |draft| {
        call.write("add file", move |tx| shown(201, &file::add(tx, shop, &draft)?, 0)).await
    })
    .await
}

/// `PATCH /v1/uploads/{file_id}`: the next piece, from `Upload-Offset` on.
pub async fn send(mut call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    // The offset says what came before, whatever the request's own name is.
    call.repeats_by_itself();
    let (shop, handle, files) = (call.shop(), call.handle(0)?.to_owned(), call.app.files.clone());
    let offset: Option<u64> = call.header("upload-offset").and_then(|offset| offset.trim().parse().ok());
    let offset = offset.ok_or_else(|| {
        Fault::Fields(vec![(
            "Upload-Offset".into(),
            "this header says which byte the piece begins at".into(),
        )])
    })?;
    let store = call.app.store.clone();
    let find = |handle: String| store.read(move |tx| file::get(tx, shop, &handle));
    find(handle.clone()).await?;
    let incoming = opened(&files, &handle).await?;
    // Only now nobody else sends to it.
    let file = match find(handle.clone()).await {
        Ok(file) => file,
        Err(e) => {
            if e.kind == Kind::NotFound {
                files.discard(&handle);
            }
            return Err(e.into());
        }
    };
    let size = file.size.unsigned_abs();
    let stands = if file.completed_at.is_some() { size } else { incoming.length() };
    if file.completed_at.is_some() {
        files.discard(&handle);
    }
    if stands != offset || file.completed_at.is_some() {
        call.skip_body().await?;
        return if stands == offset { Ok(shown(200, &file, offset)?) } else { Err(Fault::Offset(stands)) };
    }
    let (incoming, outcome) = piece(&mut call, incoming, offset, size).await?;
    let length = incoming.length();
    if outcome.is_ok() && length == size {
        return finish(call, file, incoming).await;
    }
    if let Err(fault) = &outcome
        && length == offset
    {
        return Err(fault.clone());
    }
    // What came of a piece that broke off is progress too.
    let answer = call.write("upload", move |tx| shown(200, &file::touch(tx, shop, &handle)?, length)).await;
    outcome?;
    answer
}

/// Writes a piece from `offset` on: the upload as it is then, on disk, and what became of the piece. One that is too long leaves
/// nothing; of one that breaks off, what came is kept, unless it is signed: then it counts whole or not at all, so it stands
/// beside the upload until its signature is known to be right.
async fn piece(
    call: &mut Call,
    incoming: Incoming,
    offset: u64,
    size: u64,
) -> Result<(Incoming, Result<(), Fault>), Fault> {
    let too_long = || {
        Fault::Malformed("this piece is longer than what is missing of the upload: nothing of it was kept")
    };
    let announced = call.header("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > size - offset) {
        return Err(too_long());
    }
    let stream = call.stream()?;
    if stream.is_signed() {
        let files = call.app.files.clone();
        let beside = Temporary { files: files.clone(), name: format!("piece_{}", Dice::System.base62(24)) };
        let sink = Sink::new(opened(&files, &beside.name).await?);
        let (sink, end) = sink.receive(stream.clone(), &stream, size - offset).await?;
        match end {
            End::Whole => call.body_over()?,
            End::Broken => return Err(broken()),
            End::TooLong => return Err(too_long()),
        }
        call.claim_signature().await?;
        let (mut incoming, mut signed) = (incoming, sink.incoming);
        let incoming = blocking(move || {
            incoming.append_all(&mut signed)?;
            incoming.sync().map(|()| incoming)
        });
        return Ok((incoming.await?, Ok(())));
    }
    let (sink, end) = Sink::new(incoming).receive(stream.clone(), &stream, size - offset).await?;
    let (mut incoming, takes_back) = (sink.incoming, end == End::TooLong);
    let incoming = blocking(move || {
        if takes_back {
            incoming.cut_to(offset)?;
        }
        incoming.sync().map(|()| incoming)
    })
    .await?;
    match end {
        End::Whole => Ok((incoming, call.body_over())),
        End::Broken => Ok((incoming, Err(broken()))),
        End::TooLong => Err(too_long()),
    }
}

/// All has come: it becomes a file, if it is what was announced.
async fn finish(call: Call, file: File, mut incoming: Incoming) -> Result<Answer, Fault> {
    let (shop, handle, files) = (call.shop(), file.handle.clone(), call.app.files.clone());
    let (mut incoming, sha256) = blocking(move || incoming.sha256().map(|sha256| (incoming, sha256))).await?;
    if file.sha256.as_ref().is_some_and(|announced| *announced != sha256) {
        call.app.store.write("refuse upload", move |tx| file::delete(tx, shop, &file.handle)).await?;
        files.discard(&handle);
        return Err(file::mismatch(&sha256).into());
    }
    incoming = kept(&files, incoming, &sha256).await?;
    let (of, hash) = (handle.clone(), sha256.clone());
    let answer = call
        .write("complete upload", move |tx| shown(200, &file::complete(tx, shop, &of, &hash)?, 0))
        .await?;
    still_there(&files, incoming, &sha256).await?;
    files.discard(&handle);
    Ok(answer)
}

/// `DELETE /v1/uploads/{file_id}`: a file that no release has, or an upload under way.
pub async fn delete(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, handle, files) = (call.shop(), call.handle(0)?.to_owned(), call.app.files.clone());
    let name = handle.clone();
    let answer =
        call.write("delete file", move |tx| shown(200, &file::delete(tx, shop, &handle)?, 0)).await?;
    files.discard(&name);
    Ok(answer)
}

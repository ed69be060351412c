//! `export`: the whole shop as files of JSON lines, to be taken elsewhere.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::context::{Context, Whose, block_on};
use super::output;
use crate::base::error::{Error, Kind, Result};
use crate::base::seal::Hasher;
use crate::base::text;
use crate::base::time::rfc3339;
use crate::domain::house;
use crate::domain::move_out::{self, Content, LEFT_OUT, NOUNS, Noun};
use crate::store::Tx;
use crate::store::files::Files;

/// Rows read at once.
const PAGE: i64 = 1_000;
/// The form of what is written, told in the manifest; grows when a reader would have to change.
const FORM: i64 = 1;

#[derive(Args)]
pub struct Export {
    /// An empty folder, or one that is made
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// A file of rows that was written.
struct Written {
    noun: &'static Noun,
    rows: u64,
    bytes: u64,
    sha256: String,
}

/// What one snapshot of the database held.
struct Snapshot {
    written: Vec<Written>,
    contents: Vec<Content>,
    schema_version: i64,
    made_at: i64,
}

impl Export {
    pub fn run(self, context: &Context) -> Result<()> {
        let files = Files::at(&context.config()?.files_dir);
        let store = context.store()?;
        make_empty(&self.to)?;
        let (whose, folder, bar) = (context.whose, self.to.clone(), progress());
        let ticking = bar.clone();
        let snapshot = block_on(store.read(move |tx| snapshot(tx, whose, &folder, &ticking)))??;
        let (mut kept, mut missing) = (Vec::new(), Vec::new());
        for content in &snapshot.contents {
            bar.set_message(format!("files {}", text::last4(&content.sha256)));
            bar.tick();
            match copy(&files, content, &self.to.join("files")) {
                Ok(()) => kept.push(json!({"sha256": content.sha256, "bytes": content.size})),
                Err(e) => missing.push(json!({"sha256": content.sha256, "reason": e.message})),
            }
        }
        bar.finish_and_clear();
        let told = manifest(context, &snapshot, &kept, &missing);
        write(&self.to.join("README.md"), readme(&snapshot).as_bytes())?;
        // Last: a folder with it is whole.
        write(&self.to.join("manifest.json"), format!("{told:#}\n").as_bytes())?;
        report(context, &self.to, &snapshot, &told);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::refused(format!("{} files could not be copied; manifest.json names them", missing.len())))
    }
}

/// Writes every noun as it is in this one snapshot. Begun anew, it writes the same files anew.
fn snapshot(tx: &mut Tx<'_>, whose: Whose, folder: &Path, bar: &ProgressBar) -> Result<Snapshot> {
    let shop = whose.shop(tx)?;
    let mut written = Vec::new();
    for noun in NOUNS {
        let path = folder.join(format!("{}.jsonl", noun.name));
        let mut out = Counted::open(&path)?;
        let mut after = 0;
        loop {
            let rows = move_out::page(tx, shop, noun, after, PAGE)?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (_, row) in &rows {
                out.line(&row.to_string()).map_err(|e| failed(&path, &e))?;
            }
            bar.set_message(format!("{} {}", noun.name, out.rows));
            bar.tick();
        }
        written.push(out.finish(noun).map_err(|e| failed(&path, &e))?);
    }
    let contents = move_out::contents(tx, shop)?;
    let schema_version = house::get(tx)?.schema_version;
    Ok(Snapshot { written, contents, schema_version, made_at: tx.now() })
}

/// A file that knows what was written to it.
struct Counted {
    file: BufWriter<File>,
    hasher: Hasher,
    rows: u64,
    bytes: u64,
}

impl Counted {
    fn open(path: &Path) -> Result<Self> {
        let file = create(path)?;
        Ok(Self { file: BufWriter::new(file), hasher: Hasher::default(), rows: 0, bytes: 0 })
    }

    fn line(&mut self, text: &str) -> std::io::Result<()> {
        for piece in [text.as_bytes(), b"\n"] {
            self.file.write_all(piece)?;
            self.hasher.update(piece);
            self.bytes += piece.len() as u64;
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self, noun: &'static Noun) -> std::io::Result<Written> {
        self.file.flush()?;
        Ok(Written { noun, rows: self.rows, bytes: self.bytes, sha256: self.hasher.finish() })
    }
}

fn make_empty(folder: &Path) -> Result<()> {
    let is_used = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_used || folder.is_file() {
        let message =
            format!("{} is no empty folder: name one that is, or that is not there yet", folder.display());
        return Err(Error::refused(message));
    }
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|e| failed(folder, &e))
}

/// A file for nobody but this user: it holds what customers would not want to be seen.
fn create(path: &Path) -> Result<File> {
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.create(true).truncate(true).write(true).open(path).map_err(|e| failed(path, &e))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    create(path)?.write_all(bytes).map_err(|e| failed(path, &e))
}

/// Copies a content under its hash, and looks at it on the way.
fn copy(files: &Files, content: &Content, folder: &Path) -> Result<()> {
    let (mut from, _) = files.open(&content.sha256)?;
    if !folder.is_dir() {
        make_empty(folder)?;
    }
    let path = folder.join(&content.sha256);
    let (mut into, mut hasher, mut piece) = (create(&path)?, Hasher::default(), vec![0; 256 * 1_024]);
    loop {
        let read = from.read(&mut piece).map_err(|e| failed(&path, &e))?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        into.write_all(&piece[..read]).map_err(|e| failed(&path, &e))?;
    }
    if hasher.finish() == content.sha256 {
        return Ok(());
    }
    Err(Error::refused("its bytes are not what was uploaded"))
}

fn failed(path: &Path, e: &std::io::Error) -> Error {
    let kind = match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Kind::Full,
        _ => Kind::Refused,
    };
    Error::new(kind, format!("{}: {e}", path.display()))
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed} gone");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn manifest(context: &Context, snapshot: &Snapshot, kept: &[Value], missing: &[Value]) -> Value {
    let nouns: Vec<Value> = snapshot
        .written
        .iter()
        .map(|w| {
            let file = format!("{}.jsonl", w.noun.name);
            json!({"name": w.noun.name, "file": file, "rows": w.rows, "bytes": w.bytes, "sha256": w.sha256})
        })
        .collect();
    json!({
        "form": FORM,
        "program": "keywright",
        "version": env!("CARGO_PKG_VERSION"),
        "schema_version": snapshot.schema_version,
        "mode": context.whose.mode.as_str(),
        "made_at": rfc3339(snapshot.made_at),
        "nouns": nouns,
        "files": kept,
        "missing_files": missing,
    })
}

fn readme(snapshot: &Snapshot) -> String {
    let mut page = String::from(README);
    for w in &snapshot.written {
        let hung: Vec<String> = w.noun.children.iter().map(|child| format!("`{}`", child.name)).collect();
        let hung = if hung.is_empty() { String::new() } else { format!(" (in each: {})", hung.join(", ")) };
        let _ = writeln!(page, "| `{}.jsonl` | {} | {}{hung} |", w.noun.name, w.rows, w.noun.about);
    }
    page.push_str(LEFT_OUT_HEAD);
    for (table, why) in LEFT_OUT {
        let _ = writeln!(page, "| `{table}` | {why} |");
    }
    page
}

const README: &str = "# A shop, exported by keywright

All of a shop as it was at one instant: `manifest.json` says when, from which version, how many rows each file has, and the SHA-256
of each. It is written last: a folder without it is not whole.

Each `.jsonl` file holds one JSON object a line, in UTF-8, in the order of `id`. `id` is a row's number in its file, and `…_id` names a
row of another file. Names that end in `_at` are times in UTC (RFC 3339), or null. Amounts (`…_minor`) are whole numbers of the smallest
unit of their currency, before tax unless they say otherwise; `…_bp` are basis points, hundredths of a percent; `…_g` are grams. The
bytes of uploaded files are in `files`, each under its SHA-256, which `files.jsonl` names.

There is no password here, no key of an API and no secret. Licence keys, keys waiting to be sold, gift cards, and what customers said of
themselves are here: keep the folder as you keep the shop.

| file | rows | what |
|---|---|---|
";

const LEFT_OUT_HEAD: &str = "
## What is not here

| table of the database | why |
|---|---|
";

fn report(context: &Context, folder: &Path, snapshot: &Snapshot, manifest: &Value) {
    if context.json {
        return output::json(manifest);
    }
    for w in snapshot.written.iter().filter(|w| w.rows > 0) {
        output::line(&format!("{:18}{:>12}", w.noun.name.replace('_', " "), text::grouped(w.rows)));
    }
    output::aside(&format!("Written to {}; its README.md says what is what.", folder.display()));
}

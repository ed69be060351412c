//! `release publish | list | yank | put-out`

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::{output, text_file};
use crate::base::error::Result;
use crate::base::time;
use crate::domain::release::{self, Change, Draft, Release, Status};
use crate::domain::release_file::{self, Entry};
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// Publish a version
    Publish {
        /// The product's id
        #[arg(long)]
        product: i64,
        /// The version as people read it
        #[arg(long)]
        version: String,
        /// The number apps compare; made from major.minor.patch
        #[arg(long)]
        longversion: Option<i64>,
        /// Update checks show the channel stable
        #[arg(long, default_value = release::STABLE)]
        channel: String,
        /// Where the release notes are; the product's page if not given
        #[arg(long, value_name = "URL")]
        notes_url: Option<String>,
        /// Where the update is; the product's page if not given
        #[arg(long, value_name = "URL")]
        update_url: Option<String>,
        /// When it came out, as 2026-12-31 or 2026-12-31T12:00:00Z; now if not given
        #[arg(long, value_name = "RFC3339")]
        released: Option<String>,
        /// A text file in Markdown that says what is new; - is standard input
        #[arg(long, value_name = "FILE")]
        notes: Option<PathBuf>,
        /// What buyers download: an id that file upload printed, or an address, with a platform before it if there are several; may be
        /// given several times
        #[arg(long, value_name = "[PLATFORM=]FILE_ID")]
        file: Vec<String>,
        /// Only prepare it: put-out publishes it
        #[arg(long)]
        draft: bool,
    },
    /// Publish a draft, or a release that was taken back
    PutOut {
        /// The release's id
        id: i64,
    },
    /// List the releases of a product
    List {
        /// The product's id
        #[arg(long)]
        product: i64,
    },
    /// Take a release back
    Yank {
        /// The release's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Publish {
                product,
                version,
                longversion,
                channel,
                notes_url,
                update_url,
                released,
                notes,
                file,
                draft,
            } => {
                let draft = Draft {
                    product_id: product,
                    channel,
                    version,
                    longversion,
                    released_at: released.as_deref().map(time::parse).transpose()?,
                    notes_url,
                    update_url,
                    notes: notes.as_deref().map(text_file::read).transpose()?.unwrap_or_default(),
                    is_draft: draft,
                    files: file.iter().map(|file| entry(file)).collect(),
                };
                shown(
                    context,
                    &context.write_in("publish", move |tx, shop| {
                        let release = release::new(tx, shop, &draft)?;
                        with_files(tx, release)
                    })?,
                );
            }
            Self::Yank { id } => stand(context, id, Status::Yanked)?,
            Self::PutOut { id } => stand(context, id, Status::Published)?,
            Self::List { product } => {
                let mut rows: Vec<Value> = context
                    .read_in(move |tx, shop| {
                        let found = release::list(tx, shop, product)?;
                        found.into_iter().map(|release| with_files(tx, release)).collect::<Result<Vec<_>>>()
                    })?
                    .iter()
                    .map(view)
                    .collect();
                if !context.json {
                    for row in &mut rows {
                        row["files"] = row["files"].as_array().map_or(0, Vec::len).into();
                    }
                }
                output::list(
                    context.json,
                    &rows,
                    &["id", "channel", "version", "longversion", "status", "released_at", "files"],
                    "Nothing is published yet. Publish: keywright release publish --product ID --version 1.0.0",
                );
            }
        }
        Ok(())
    }
}

fn stand(context: &Context, id: i64, status: Status) -> Result<()> {
    let change = Change { status: Some(status), ..Change::default() };
    shown(
        context,
        &context.write_in("change release", move |tx, shop| {
            let release = release::set(tx, shop, id, &change)?;
            with_files(tx, release)
        })?,
    );
    Ok(())
}

fn with_files(tx: &mut Tx<'_>, release: Release) -> Result<(Release, Vec<Entry>)> {
    let files = release_file::list(tx, release.id)?;
    Ok((release, files))
}

fn shown(context: &Context, whole: &(Release, Vec<Entry>)) {
    let shown = view(whole);
    output::show(context.json, &shown);
    let files = shown["files"].as_array().map_or(&[][..], Vec::as_slice);
    if !context.json && !files.is_empty() {
        output::line("");
        output::list(false, files, &["platform", "name", "size", "file_id", "url"], "");
    }
}

/// `PLATFORM=WHAT`, or what for any platform; an address may have a `=` of its own.
fn entry(text: &str) -> release_file::Draft {
    let (platform, what) = match text.split_once('=') {
        Some((platform, what)) if !platform.contains(':') => (platform, what),
        _ => ("", text),
    };
    let (is_url, what) = (what.contains("://"), what.to_owned());
    let (file, url) = if is_url { (None, Some(what)) } else { (Some(what), None) };
    release_file::Draft { platform: platform.to_owned(), file, url }
}

fn view((release, files): &(Release, Vec<Entry>)) -> Value {
    let mut shown = output::object(release, &[("released_at", Some(release.released_at))]);
    shown["files"] = json!(files);
    shown
}

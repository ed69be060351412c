//! `file upload | list | delete`

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::seal::Hasher;
use crate::domain::file::{self, Draft, File};
use crate::store::files::{Files, Incoming};

#[derive(Subcommand)]
pub enum Command {
    /// Put a file where releases can name it
    Upload {
        /// The file
        path: PathBuf,
        /// What the download is called; the file's own name if not given
        #[arg(long)]
        name: Option<String>,
    },
    /// List files and uploads under way, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Remove a file that no release has
    Delete {
        /// The file's id
        file_id: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Upload { path, name } => {
                let own = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
                let name = file::name(&name.unwrap_or(own))?;
                let file = upload(context, &path, name)?;
                output::show(context.json, &view(&file));
            }
            Self::List { limit } => {
                let found = context.read_in(move |tx, shop| file::list(tx, shop, None, limit.max(0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["file_id", "name", "size", "sha256", "completed_at"],
                    "There are no files. Upload one: keywright file upload PATH",
                );
            }
            Self::Delete { file_id } => {
                let files = Files::at(&context.config()?.files_dir);
                let name = file_id.clone();
                let gone =
                    context.write_in("delete file", move |tx, shop| file::delete(tx, shop, &file_id))?;
                files.discard(&name);
                output::show(context.json, &view(&gone));
            }
        }
        Ok(())
    }
}

fn upload(context: &Context, path: &Path, name: String) -> Result<File> {
    let files = Files::at(&context.config()?.files_dir);
    let temporary = format!("command_{}", Dice::System.base62(24));
    let outcome = copy(&files, &temporary, path).and_then(|(incoming, sha256)| {
        let size = i64::try_from(incoming.length()).unwrap_or(i64::MAX);
        if size == 0 || size > file::LONGEST {
            return Err(Error::invalid(format!("a file has from 1 to {} bytes", file::LONGEST)));
        }
        files.keep(&incoming, &sha256)?;
        let draft = Draft { name, size, sha256: Some(sha256.clone()) };
        let file = context.write_in("add file", move |tx, shop| file::add(tx, shop, &draft))?;
        files.keep_on(&incoming, &sha256).map(|()| file)
    });
    files.discard(&temporary);
    outcome
}

fn copy(files: &Files, temporary: &str, path: &Path) -> Result<(Incoming, String)> {
    let unreadable = |e: &std::io::Error| Error::invalid(format!("{} cannot be read: {e}", path.display()));
    let mut from = std::fs::File::open(path).map_err(|e| unreadable(&e))?;
    let size = from.metadata().map_err(|e| unreadable(&e))?.len();
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(size) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}  {eta} to go");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (mut incoming, mut hasher) = (files.incoming(temporary)?, Hasher::default());
    let mut buffer = vec![0; 1_024 * 1_024];
    loop {
        let length = from.read(&mut buffer).map_err(|e| unreadable(&e))?;
        if length == 0 {
            bar.finish_and_clear();
            return Ok((incoming, hasher.finish()));
        }
        incoming.append(&buffer[..length])?;
        hasher.update(&buffer[..length]);
        bar.set_position(incoming.length());
    }
}

fn view(file: &File) -> Value {
    output::object(file, &[("created_at", Some(file.created_at)), ("completed_at", file.completed_at)])
}

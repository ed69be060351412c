//! The way out for letters: a mail server, or a folder.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use lettre::message::Mailbox;

use super::letters::{Letters, Written};
use super::message::{self, Mark, Posted};
use super::smtp::{Refusal, Smtp};
use crate::base::error::{Error, Result};
use crate::config::mail::{Mail, Way};
use crate::store::make_folder;

/// What sends letters. Clones share connections.
#[derive(Clone, Debug)]
pub struct Post {
    /// What writes them.
    pub letters: Letters,
    from: Mailbox,
    out: Out,
}

#[derive(Clone, Debug)]
enum Out {
    Folder(PathBuf),
    Server(Smtp),
}

impl Post {
    /// By these settings; `None` if they name no way.
    pub fn open(mail: &Mail, public_url: &str) -> Result<Option<Self>> {
        let letters = Letters::new(mail.templates.as_deref(), public_url)?;
        let Some(way) = &mail.way else { return Ok(None) };
        let from = message::sender(&mail.from)?;
        let out = match way {
            Way::Folder(folder) => {
                make_folder(folder)?;
                Out::Folder(folder.clone())
            }
            Way::Server(server) => {
                Out::Server(Smtp::new(server, mail.password.as_ref(), from.email.domain())?)
            }
        };
        Ok(Some(Self { letters, from, out }))
    }

    /// Whether letters stay on this machine, so that those of test mode may go out too.
    pub fn is_folder(&self) -> bool {
        matches!(self.out, Out::Folder(_))
    }

    /// Hands a letter over; what was said to that. A letter that cannot even be put into an envelope is refused for good.
    pub async fn send(&self, to: &str, mark: Mark, written: Written) -> std::result::Result<String, Refusal> {
        let posted = message::post(&self.from, to, mark, written).map_err(|e| Refusal {
            is_final: true,
            code: None,
            said: e.message,
        })?;
        match &self.out {
            Out::Server(smtp) => smtp.send(&posted).await,
            Out::Folder(folder) => {
                let (folder, name) = (folder.clone(), file_name(mark));
                let put = tokio::task::spawn_blocking(move || put(&folder, &name, &posted)).await;
                let put = put.map_err(|e| Error::broken(format!("work with files ended early: {e}")));
                put.and_then(|put| put).map_err(|e| Refusal { is_final: false, code: None, said: e.message })
            }
        }
    }

    /// Whether letters could be handed over now; what is there.
    pub async fn try_out(&self) -> std::result::Result<String, Refusal> {
        match &self.out {
            Out::Server(smtp) => smtp.try_out().await,
            Out::Folder(folder) => Ok(folder.display().to_string()),
        }
    }

    /// Lets go of what is not used.
    pub fn rest(&self) {
        if let Out::Server(smtp) = &self.out {
            smtp.rest();
        }
    }
}

fn file_name(mark: Mark) -> String {
    match mark.id {
        Some(id) => format!("letter-{id}-{}.eml", mark.template),
        None => format!("test-{}.eml", mark.created_at),
    }
}

/// Writes a letter under another name first: nobody reads half of one, and one that is written twice is there once.
fn put(folder: &Path, name: &str, posted: &Posted) -> Result<String> {
    let file = folder.join(name);
    let draft = folder.join(format!(".{name}"));
    let cannot = |e: std::io::Error| Error::refused(format!("{} cannot be written: {e}", file.display()));
    let mut out =
        File::options().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(cannot)?;
    out.write_all(&posted.bytes).map_err(cannot)?;
    fs::rename(&draft, &file).map_err(cannot)?;
    Ok(format!("written to {}", file.display()))
}

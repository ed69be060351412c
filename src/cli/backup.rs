//! `backup create | list | verify | restore`

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::context::{Context, credentials};
use super::output;
use crate::base::error::{Error, Result};
use crate::base::time::rfc3339;
use crate::config::Config;
use crate::domain::audit::Action;
use crate::domain::backup;
use crate::store::backup::{Manifest, is_stamped, read, restore, verify};
use crate::store::files::Files;
use crate::store::{Place, database_file, lock, schema};

#[derive(Subcommand)]
pub enum Command {
    /// Make a backup, while a server runs or not: one file with the database and the files that buyers download
    ///
    /// The master key is not in it: keep that file in another place.
    Create {
        /// A folder that is there, or a file that is not; the folder of backups if not given
        #[arg(long, value_name = "FILE_OR_FOLDER")]
        to: Option<PathBuf>,
    },
    /// List the backups in the folder of backups, newest first
    List,
    /// Look at every byte of a backup, and through the database in it
    Verify {
        /// The file, or its name in the folder of backups
        file: PathBuf,
    },
    /// Put a backup in the place of the data; a server must not run on it meanwhile
    ///
    /// The whole backup is looked at before anything is replaced, and the database that was there is kept beside the new one.
    /// On PostgreSQL the database must be empty.
    Restore {
        /// The file, or its name in the folder of backups
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let config = context.config()?;
        match self {
            Self::Create { to } => create(context, &config, to.as_deref()),
            Self::List => {
                list(context, &config);
                Ok(())
            }
            Self::Verify { file } => {
                let file = find(&config, file);
                let bar = Bar::new();
                let manifest = verify(&file, &|what, done, total| bar.tick(what, done, total))?;
                bar.clear();
                output::show(context.json, &view(&file, size(&file), &manifest));
                warn(&manifest);
                output::aside("Every byte is what was written, and the database in it is sound.");
                Ok(())
            }
            Self::Restore { file, yes } => put_back(context, &config, &find(&config, file), yes),
        }
    }
}

fn create(context: &Context, config: &Config, to: Option<&Path>) -> Result<()> {
    let bar = Bar::new();
    let made = config.backups().create(to, 0, &|what, done, total| bar.tick(what, done, total))?;
    bar.clear();
    let path = made.path.canonicalize().unwrap_or(made.path);
    output::show(context.json, &view(&path, made.bytes, &made.manifest));
    warn(&made.manifest);
    output::aside(&format!(
        "The master key is not in it: keep a copy of {} in another place, since no secret in a backup opens without it.",
        key_place(config)
    ));
    // A database of an older version, backed up before its upgrade, has no place for it.
    if made.manifest.schema_version == schema::VERSION {
        let (at, place) = (made.manifest.at(), path.display().to_string());
        if let Err(e) = context.write("note backup", move |tx| backup::made(tx, at, &place)) {
            output::aside(&format!("The backup is whole, but `doctor` will not know of it: {}", e.message));
        }
    }
    Ok(())
}

fn list(context: &Context, config: &Config) {
    let backups = config.backups();
    let listed = backups.list();
    let rows: Vec<Value> = listed
        .iter()
        .map(|listed| {
            let manifest = listed.manifest.as_ref().ok();
            json!({
                "name": listed.name,
                "created_at": rfc3339(listed.at),
                "size": listed.bytes,
                "engine": manifest.map(|m| &m.engine),
                "schema_version": manifest.map(|m| m.schema_version),
                "licences": manifest.map(|m| m.counts.licences),
                "files": manifest.map(|m| m.counts.files),
                "problem": listed.manifest.as_ref().err().map(|e| &e.message),
            })
        })
        .collect();
    let none =
        format!("There are no backups in {}. Make one: keywright backup create", backups.folder.display());
    output::list(context.json, &rows, &["name", "created_at", "size", "engine", "licences", "files"], &none);
    if !context.json {
        for e in listed.iter().filter_map(|listed| listed.manifest.as_ref().err()) {
            output::aside(&e.message);
        }
    }
}

fn put_back(context: &Context, config: &Config, file: &Path, yes: bool) -> Result<()> {
    // Held to the end: no server begins meanwhile.
    let _lock = match &config.place {
        Place::Folder(folder) => Some(lock(folder)?),
        Place::Postgres(_) => None,
    };
    let manifest = read(file)?;
    if !yes {
        confirm(config, &manifest)?;
    }
    let bar = Bar::new();
    let files = Files::at(&config.files_dir);
    let tick = |what, done, total| bar.tick(what, done, total);
    let restored = restore(file, &config.data_dir, &config.place, &files, &tick)?;
    bar.clear();
    let mut shown = view(file, size(file), &restored.manifest);
    shown["replaced"] = json!(restored.replaced.as_ref().map(|path| path.display().to_string()));
    output::show(context.json, &shown);
    warn(&restored.manifest);
    if let Some(replaced) = &restored.replaced {
        output::aside(&format!(
            "The database that was there stands at {}: remove it when you do not need it any more. A server removes the files that \
             only that one knew a day after it starts.",
            replaced.display()
        ));
    }
    if restored.manifest.schema_version < schema::VERSION {
        output::aside("It is of an older version: `keywright serve` upgrades it, or `keywright db upgrade`.");
    } else {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        context.write("note restored backup", move |tx| backup::note(tx, Action::BackupRestored, &name))?;
    }
    tell_of_key(config, &restored.manifest)
}

/// Says whether the master key that is here is the one that what was restored needs.
fn tell_of_key(config: &Config, manifest: &Manifest) -> Result<()> {
    let Some(check) = &manifest.master_check else { return Ok(()) };
    let place = key_place(config);
    let what_to_do = match config.master_if_there(credentials().as_deref())? {
        Some(master) if &master.check() == check => return Ok(()),
        Some(_) => format!(
            "The master key in {place} is not the one of this backup: a server will not start with it."
        ),
        None => format!("The master key of this backup is not here, at {place}."),
    };
    output::aside(&format!(
        "{what_to_do} Put the right file there before you start a server; if it is lost for good, start with another one after: \
         keywright db forget-master-key"
    ));
    Ok(())
}

/// Asks on a terminal; elsewhere only `--yes` will do.
fn confirm(config: &Config, manifest: &Manifest) -> Result<()> {
    let there = match &config.place {
        Place::Folder(folder) => match database_file(folder) {
            file if file.exists() => format!("{} is replaced, and kept under another name", file.display()),
            file => format!("{} is made", file.display()),
        },
        Place::Postgres(address) => format!("the empty database at {address} is filled"),
    };
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::refused(format!(
            "{there} with the data of {}: add --yes to do so",
            manifest.created_at
        )));
    }
    let counts = manifest.counts;
    let mut err = std::io::stderr();
    // A terminal that cannot be written to is no reason to go on without an answer.
    let _ = write!(
        err,
        "With the data of {} ({} licences, {} customers), {there}.\nType yes to go on: ",
        manifest.created_at, counts.licences, counts.customers
    );
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == "yes" { Ok(()) } else { Err(Error::refused("nothing was done")) }
}

/// A backup's file by its path, or by its name in the folder of backups.
fn find(config: &Config, file: PathBuf) -> PathBuf {
    let name = file.to_str().filter(|name| is_stamped(name) && !file.exists());
    name.map(|name| config.backup_dir.join(name)).filter(|path| path.exists()).unwrap_or(file)
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

fn key_place(config: &Config) -> String {
    let own = || config.data_dir.join("master.key");
    config.master_key_file.clone().unwrap_or_else(own).display().to_string()
}

fn warn(manifest: &Manifest) {
    manifest.warnings().iter().for_each(|warning| output::aside(&format!("warning: {warning}")));
}

fn view(file: &Path, bytes: u64, manifest: &Manifest) -> Value {
    let counts = manifest.counts;
    json!({
        "file": file.display().to_string(),
        "bytes": bytes,
        "created_at": manifest.created_at,
        "keywright": manifest.keywright,
        "engine": manifest.engine,
        "schema_version": manifest.schema_version,
        "products": counts.products,
        "customers": counts.customers,
        "licences": counts.licences,
        "activations": counts.activations,
        "files": counts.files,
        "warnings": manifest.warnings(),
    })
}

/// How far long work is, where somebody looks.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg}  {bar:30} {bytes} of {total_bytes}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    #[expect(clippy::unnecessary_wraps, reason = "what is told how far work is may end it")]
    fn tick(&self, what: &'static str, done: u64, total: u64) -> Result<()> {
        self.0.set_message(what);
        self.0.set_length(total.max(done));
        self.0.set_position(done);
        Ok(())
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}

//! What every subcommand has: the settings, and a way into the database.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::actor::{Actor, ActorKind};
use crate::base::error::{Error, Result};
use crate::base::seal::Master;
use crate::config::{Config, Given};
use crate::domain::shop::{Mode, Shop};
use crate::domain::site;
use crate::store::{Options, Store, Tx};

/// The flags that all subcommands share.
#[derive(Clone)]
pub struct Context {
    /// Settings given as flags.
    pub given: Given,
    /// The configuration file, if one was named.
    pub file: Option<PathBuf>,
    /// Print JSON.
    pub json: bool,
    /// Whose rows.
    pub whose: Whose,
}

/// Which shop a command means.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// Its site; the first there is if not said.
    pub site: Option<i64>,
    /// Live rows, or those of test mode.
    pub mode: Mode,
}

impl Whose {
    /// The shop itself, or `NotFound` if there is no such site.
    pub fn shop(self, tx: &mut Tx<'_>) -> Result<Shop> {
        let Some(id) = self.site else { return Shop::first(tx, self.mode) };
        let site_id = site::get(tx, id)?.id;
        Ok(Shop { site_id, mode: self.mode })
    }
}

impl Context {
    /// The settings in force.
    pub fn config(&self) -> Result<Config> {
        Config::settle(&self.given, &|name| std::env::var(name).ok(), self.file.as_deref())
    }

    /// How a command opens the database: it makes one where there is none, and leaves an older one as it is.
    pub fn options(&self) -> Result<Options> {
        let config = self.config()?;
        let connections =
            if matches!(config.place, crate::store::Place::Postgres(_)) { 1 } else { config.connections };
        Ok(Options { connections, ..Options::new(config.place) })
    }

    /// The master key, made when there is none yet.
    pub fn master(&self) -> Result<Master> {
        master(&self.config()?)
    }

    /// The settings in force, with the mail server's password.
    pub fn config_for_mail(&self) -> Result<Config> {
        let mut config = self.config()?;
        config.mail.unlock(credentials().as_deref())?;
        Ok(config)
    }

    /// Opens the database for one command.
    pub fn store(&self) -> Result<Store> {
        Store::open(self.options()?)
    }

    /// Reads in one snapshot.
    pub fn read<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let store = self.store()?;
        block_on(store.read(f))?
    }

    /// Changes, whole or not at all.
    pub fn write<T, F>(&self, name: &'static str, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (store, actor) = (self.store()?, actor());
        block_on(store.write(name, move |tx| {
            tx.act_for(&actor);
            f(tx)
        }))?
    }

    /// As [`Context::read`], in the shop whose rows are meant.
    pub fn read_in<T, F>(&self, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let whose = self.whose;
        self.read(move |tx| {
            let shop = whose.shop(tx)?;
            f(tx, shop)
        })
    }

    /// As [`Context::write`], in the shop whose rows are meant.
    pub fn write_in<T, F>(&self, name: &'static str, mut f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Shop) -> Result<T> + Send + 'static,
    {
        let whose = self.whose;
        self.write(name, move |tx| {
            let shop = whose.shop(tx)?;
            f(tx, shop)
        })
    }
}

/// The master key of these settings and this process's environment.
pub fn master(config: &Config) -> Result<Master> {
    config.master(credentials().as_deref())
}

/// The folder of systemd's credentials for this process.
pub fn credentials() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// Whoever runs this command.
pub fn actor() -> Arc<Actor> {
    let name = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_default();
    Arc::new(Actor { kind: ActorKind::CommandLine, name, address: None, request: None })
}

/// Waits for a future on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(future))
        .map_err(|e| Error::broken(format!("no runtime: {e}")))
}

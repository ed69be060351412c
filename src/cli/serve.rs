//! `serve`: the licence server, from the first look at its settings to its clean stop.

use std::fs::File;
use std::io::IsTerminal;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::context::Context;
use super::settings::Flags;
use super::{first_run, logs, output};
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::config::{Config, Source};
use crate::domain::house;
use crate::jobs;
use crate::store::{self, Options, Place, Store};
use crate::web::tls::Identity;
use crate::web::{server, shookout, told};

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    flags: Flags<true>,
}

/// How a server ended.
enum End {
    /// Somebody asked it to.
    Asked(&'static str),
    /// The store cannot be trusted any more.
    Failed(String),
}

impl Serve {
    pub fn run(self, mut context: Context) -> Result<ExitCode> {
        context.given.extend(self.flags.given);
        let config = context.config()?;
        let json_log = logs::start(&config);
        let _lock = lock(&config.place)?;
        run(config, json_log)
    }
}

/// Serves until asked to stop.
pub fn run(mut config: Config, json_log: bool) -> Result<ExitCode> {
    let identity = config.tls.as_ref().map(|tls| Identity::open(&tls.certificate, &tls.key)).transpose()?;
    if !config.listen.ip().is_loopback() && !config.insecure_http && identity.is_none() {
        return Err(Error::refused(format!(
            "{} can be reached by other machines, and this is plain HTTP: put a proxy with TLS in front and listen on 127.0.0.1, \
             give a --tls-certificate and its --tls-key, or say --insecure-http on if something else keeps the line private",
            config.listen
        )));
    }
    let listener = server::bind(config.listen, "--listen")?;
    settle_address(&mut config, &listener);
    let metrics =
        config.metrics_listen.map(|address| server::bind(address, "--metrics-listen")).transpose()?;
    // Port 0 is any that is free.
    config.metrics_listen = metrics.as_ref().and_then(|metrics| metrics.local_addr().ok());
    config.mail.unlock(super::context::credentials().as_deref())?;
    // What is wrong with it is told before anybody is served.
    jobs::mail::Post::open(&config.mail, &config.public_url)?;
    let master = super::context::master(&config)?;
    let store = Store::open(Options {
        upgrade: true,
        connections: config.connections,
        ..Options::new(config.place.clone())
    })?;
    actix_web::rt::System::new().block_on(async move {
        let app = App::new(config, master, store, shookout::update_check::render, told::write).await?;
        serve(app, listener, identity, metrics, json_log).await
    })
}

async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    identity: Option<Arc<Identity>>,
    metrics: Option<TcpListener>,
    json_log: bool,
) -> Result<ExitCode> {
    let metrics = metrics.map(server::start_metrics).transpose()?;
    if let Some(metrics) = metrics {
        actix_web::rt::spawn(metrics);
    }
    let (server, log) = server::start(app.clone(), listener, identity, json_log)?;
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);
    let signals = Signals::listen()?;
    let jobs = jobs::start(&app);
    let watchdog = actix_web::rt::spawn(watchdog(app.clone()));
    let setup = first_run::settle(&app).await?;
    banner(&app, json_log, setup.as_deref());
    tell_systemd(NotifyState::Ready);

    let end = signals.wait(&app).await;
    tell_systemd(NotifyState::Stopping);
    watchdog.abort();
    jobs.iter().for_each(tokio::task::JoinHandle::abort);
    match end {
        End::Asked(signal) => {
            tracing::info!(signal, "stopping: finishing calls");
            handle.stop(true).await;
            drop(serving.await);
            if let Some(log) = log {
                log.flush();
            }
            jobs::finish(&app).await;
            app.store.close();
            if let Ok(why) = tokio::time::timeout(Duration::ZERO, app.store.failed()).await {
                return Err(Error::broken(why));
            }
            tracing::info!("stopped");
            Ok(ExitCode::SUCCESS)
        }
        End::Failed(why) => {
            // Nothing is acknowledged any more; those who wait are told so, and then the process ends.
            tracing::error!(why, "the database failed: ending");
            drop(tokio::time::timeout(Duration::from_millis(300), handle.stop(true)).await);
            output::aside(&format!("keywright: {why}"));
            std::process::exit(1);
        }
    }
}

/// What asks a server to stop; heard from before it says that it serves.
struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        let hear = |kind| signal(kind).map_err(|e| Error::broken(format!("signals cannot be heard: {e}")));
        Ok(Self { term: hear(SignalKind::terminate())?, int: hear(SignalKind::interrupt())? })
    }

    async fn wait(mut self, app: &App) -> End {
        tokio::select! {
            _ = self.term.recv() => End::Asked("SIGTERM"),
            _ = self.int.recv() => End::Asked("SIGINT"),
            why = app.store.failed() => End::Failed(why),
        }
    }
}

/// With port 0 the system chooses; the public address follows if nobody gave one.
fn settle_address(config: &mut Config, listener: &TcpListener) {
    if let Ok(address) = listener.local_addr() {
        config.listen = address;
    }
    let given = config.origins.iter().any(|(s, value, _)| s.name == "public_url" && !value.is_empty());
    if !given {
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        config.public_url = format!("{scheme}://{}", config.listen);
    }
}

/// One server a data folder: memory is part of its answers. PostgreSQL takes several.
fn lock(place: &Place) -> Result<Option<File>> {
    let Place::Folder(folder) = place else { return Ok(None) };
    store::lock(folder).map(Some)
}

fn banner(app: &App, json_log: bool, setup: Option<&str>) {
    let config = &app.config;
    let data = match &config.place {
        Place::Folder(folder) => {
            folder.canonicalize().unwrap_or_else(|_| folder.clone()).display().to_string()
        }
        Place::Postgres(address) => address.to_string(),
    };
    if json_log && !std::io::stdout().is_terminal() {
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            data,
            engine = app.store.engine(),
            listen = %config.listen,
            public_url = config.public_url,
            "keywright serves"
        );
        if setup.is_some() {
            tracing::info!("nobody can sign in yet: run `keywright admin create --email … --role owner`");
        }
        return;
    }
    let about = if app.config.is_demo { " (demo)" } else { "" };
    output::line(&format!("keywright {}{about}", env!("CARGO_PKG_VERSION")));
    output::line(&format!("  data      {data} ({})", app.store.engine()));
    output::line(&format!("  shop      {}/", config.public_url));
    output::line(&format!("  admin     {}/admin", config.public_url));
    output::line(&format!("  licences  {}{}", config.public_url, shookout::LICENCE_PATHS[0]));
    output::line(&format!("  updates   {}/software/updatecheck/{{id}}", config.public_url));
    output::line(&format!("  API       {}/v1 (keys: keywright api-key create)", config.public_url));
    output::line(&format!("  docs      {}/docs", config.public_url));
    output::line(&format!("  health    http://{}/healthz", config.listen));
    if let Some(metrics) = config.metrics_listen {
        output::line(&format!("  metrics   http://{metrics}/metrics"));
    }
    let set: Vec<String> = config
        .origins
        .iter()
        .filter(|(.., source)| *source != Source::Default)
        .map(|(setting, _, source)| format!("{} ({source})", setting.name))
        .collect();
    let set = if set.is_empty() { "all at their defaults".to_owned() } else { set.join(", ") };
    output::line(&format!("  settings  {set}; `keywright config show` has them all"));
    if let Some(link) = setup {
        output::line("");
        output::line("Nobody can sign in yet. Become the owner here, within half an hour:");
        output::line(&format!("  {link}"));
    }
}

/// Feeds systemd's watchdog as long as this process does its work. A PostgreSQL that is away is no reason to be killed:
/// a new process could not even start.
async fn watchdog(app: Arc<App>) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval(limit / 3);
    loop {
        ticks.tick().await;
        match app.store.peek(house::get).await {
            Ok(_) | Err(Error { kind: Kind::Unavailable, .. }) => tell_systemd(NotifyState::Watchdog),
            Err(e) => tracing::warn!(error = %e, "the watchdog is not fed"),
        }
    }
}

/// Outside systemd nobody listens, and that is fine.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(e) = sd_notify::notify(&[state]) {
        tracing::debug!(error = %e, "systemd cannot be told");
    }
}

//! How a server writes its log: JSON lines, or for people on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts the log of this process; whether it is JSON.
pub fn start(config: &Config) -> bool {
    let json = match config.log {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    // Libraries never say more than warnings: below that actix quotes what it refuses, and so may any other.
    let others = if config.log_level == "error" { "error" } else { "warn" };
    let filter = EnvFilter::new(format!("{others},keywright={}", config.log_level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first log.
    let _ = if json {
        log.json().flatten_event(true).with_target(false).try_init()
    } else {
        log.with_target(false).try_init()
    };
    json
}

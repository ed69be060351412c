//! What can be asked for on the command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;

use crate::routes::Route;
use crate::shelf::Stock;
use crate::{Outcome, dialects, platform, webhooks};

/// Measures something and writes it as Markdown.
pub type Part = fn(&mut String, &Options, &Path, &Stock) -> Outcome<()>;

/// Measures `keywright serve` beside a plaintext route; build both with `cargo build --release` first
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub struct Options {
    /// Licences in the database, with two activations each
    #[arg(long, default_value_t = 1_000_000)]
    pub licences: u64,
    /// Licences that `check`, `activate` and the mix choose from, spread over the whole table
    #[arg(long, default_value_t = 10_000)]
    pub working_set: u64,
    /// Connections, one measurement after the other
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256")]
    pub connections: Vec<usize>,
    /// Length of one measurement; from 5 s on, a round holds a flush of "last checked"
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// How often each is measured; the median is shown
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Where the filled databases are kept for the next run
    #[arg(long, default_value = "target/load")]
    pub folder: PathBuf,
    /// An empty PostgreSQL database to fill and load instead, as a postgres:// address
    #[arg(long)]
    pub database: Option<String>,
    /// The server to measure; the one that was built beside this program if not given
    #[arg(long)]
    pub binary: Option<PathBuf>,
    /// Only these beside the plaintext route
    #[arg(long, value_delimiter = ',', value_enum)]
    pub only: Vec<Route>,
    /// Also compare with five times as many licences
    #[arg(long)]
    pub five_million: bool,
    /// Measure the platform API instead (SQLite): lists, orders and files
    #[arg(long)]
    pub platform: bool,
    /// Measure webhooks instead (SQLite): deliveries to a local receiver, and checks beside them
    #[arg(long)]
    pub webhooks: bool,
    /// Measure the Shopkit and Shoppy dialects instead: lists on 100,000 products and orders, and (SQLite) moving in from another keywright
    #[arg(long)]
    pub dialects: bool,
    /// Licences that each server keeps in memory, each of them asked about before the measuring; the server's own default if not
    /// given, but none for the comparison with five times as many
    #[arg(long)]
    pub remembered: Option<u64>,
    /// Only see whether it runs: 10,000 licences, 16 connections, one round of 0.3 s
    #[arg(long)]
    pub quick: bool,
    /// Be the baseline server, on this port
    #[arg(long, hide = true)]
    pub plaintext_server: Option<u16>,
}

impl Options {
    /// The options with what follows from each other.
    pub fn settled(mut self) -> Self {
        if self.quick {
            self.licences = 10_000;
            self.connections = vec![16];
            self.seconds = 0.3;
            self.rounds = 1;
        }
        self.working_set = self.working_set.clamp(1, self.licences.max(1));
        self.rounds = self.rounds.max(1);
        self.connections.retain(|n| *n > 0);
        self
    }

    /// What is measured instead of the licence API, if something is.
    pub fn part(&self) -> Option<Part> {
        if self.platform {
            return Some(platform::write);
        }
        if self.webhooks {
            return Some(webhooks::write);
        }
        self.dialects.then_some(dialects::write)
    }

    /// The length of one measurement.
    pub fn length(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// What is measured, in this order.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        let all =
            |route: &Route| *route == Route::Plaintext || self.only.is_empty() || self.only.contains(route);
        Route::ALL.into_iter().filter(all)
    }
}

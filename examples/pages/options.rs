//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures the pages of `keywright`; build both with `cargo build --release` first
#[derive(Parser)]
pub struct Options {
    /// Licences in the second database, with two activations each
    #[arg(long, default_value_t = 1_000_000)]
    pub licences: u64,
    /// Requests of each page
    #[arg(long, default_value_t = 100)]
    pub requests: usize,
    /// Where the filled databases are kept for the next run
    #[arg(long, default_value = "target/load")]
    pub folder: PathBuf,
    /// An empty PostgreSQL database to fill instead, as a postgres:// address
    #[arg(long)]
    pub database: Option<String>,
    /// The server to measure; the one that was built beside this program if not given
    #[arg(long)]
    pub binary: Option<PathBuf>,
    /// Only see whether it runs: 10,000 licences, 5 requests
    #[arg(long)]
    pub quick: bool,
}

impl Options {
    /// The options with what follows from each other.
    pub fn settled(mut self) -> Self {
        if self.quick {
            self.licences = 10_000;
            self.requests = 5;
        }
        self.requests = self.requests.max(1);
        self
    }
}

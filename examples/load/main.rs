//! The load program: how many calls a second, beside a plaintext route of the same web framework on the same machine.
//!
//! `cargo build --release && cargo run --release --example load` measures the built `keywright serve`; the table it prints
//! is Markdown. Load generator, server and baseline share the machine and take turns, so ratios mean more than figures.

mod checkouts;
mod client;
mod dialects;
mod fill;
mod generator;
mod goods;
mod histogram;
mod machine;
mod measure;
mod moving;
mod options;
mod plaintext;
mod platform;
mod process;
mod raw;
mod receiver;
mod report;
mod routes;
mod shelf;
mod transfers;
mod webhooks;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

use options::Options;

/// What the parts of this program return.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let options = Options::parse().settled();
    let done = match options.plaintext_server {
        Some(port) => plaintext::serve(port),
        None => run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            say(&format!("load: {e}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Outcome<()> {
    let binary = options.binary.clone().map_or_else(process::keywright, Ok)?;
    let stock = shelf::stock(options, options.licences)?;
    let mut text = String::new();
    writeln!(text, "{}\n", machine::line(&options.folder, &stock.engine))?;
    if let Some(write) = options.part() {
        write(&mut text, options, &binary, &stock)?;
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(());
    }
    let figures = measure::all(options, &binary, &stock)?;
    let scale = options.five_million.then(|| measure::scale(options, &binary, &stock)).transpose()?;
    report::write(&mut text, options, &stock, &figures, scale.as_ref())?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// Tells the person who waits what is going on.
fn say(line: &str) {
    // Progress that cannot be shown is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{line}");
}

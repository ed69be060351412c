//! `import shopkit | shoppy | csv`: a shop that moves here from another system.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::context::{Context, actor, block_on};
use super::{import_csv, output, secret};
use crate::base::error::{Error, Result};
use crate::base::text::grouped;
use crate::domain::carried::Source;
use crate::domain::move_in::{Remark, Report};
use crate::jobs::move_in::service::Service;
use crate::jobs::move_in::{self, Moving, Watch};

/// The most remarks that people are shown; `--json` has all.
const SHOWN: usize = 50;

#[derive(Subcommand)]
pub enum Command {
    /// Take in a Shopkit store through its API
    Shopkit(Old),
    /// Take in a Shoppy seller's products, orders, feedback and tickets through the API
    Shoppy(Old),
    /// Take in products.csv, customers.csv and orders.csv
    #[command(long_about = import_csv::HELP)]
    Csv {
        /// The files; each is known by its name, which begins with products, customers or orders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Say what would be taken, and take nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
#[command(
    after_help = "What is moved in is history: no letter is sent, no webhook is told, no points are earned. A move that broke off \
goes on where it was when the same command is run again; run again after its end, it takes what is new or changed there since, and leaves \
what was changed here. Old ids go on being known in the service's own dialect. Exit code 4 says that something could not be taken."
)]
pub struct Old {
    /// Where the service is, as far as before /v1 or /api; a host of this machine or network is fine
    #[arg(long, value_name = "URL")]
    from: String,
    /// A key of its API; - reads it from standard input, or asks for it
    #[arg(long)]
    key: String,
    /// The currency of amounts, where the service tells none
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Read all, and take nothing
    #[arg(long)]
    dry_run: bool,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Shopkit(old) => old.run(context, Service::Shopkit),
            Self::Shoppy(old) => old.run(context, Service::Shoppy),
            Self::Csv { files, dry_run } => import_csv::run(context, &files, dry_run),
        }
    }
}

impl Old {
    fn run(self, context: &Context, service: Service) -> Result<()> {
        let store = context.store()?;
        let whose = context.whose;
        let shop = block_on(store.read(move |tx| whose.shop(tx)))??;
        let key = if self.key == "-" { secret::read("The old service's key: ")? } else { self.key };
        if is_overheard(&self.from) {
            output::aside(
                "The key and all that is told go there unencrypted: use https if the service has it.",
            );
        }
        let bar = Arc::new(Bar(progress()));
        let watch: Arc<dyn Watch> = bar.clone();
        let moving = Moving {
            store,
            shop,
            actor: actor(),
            service,
            address: self.from,
            key,
            currency: self.currency.as_deref().map(crate::base::money::currency).transpose()?,
            is_dry: self.dry_run,
        };
        let moved = block_on(move_in::run(&moving, &watch));
        bar.0.finish_and_clear();
        let moved = moved??;
        report(context, service.source(), &moved.report, (self.dry_run, moved.is_resumed))
    }
}

/// Whether others may read what is said to this address.
fn is_overheard(address: &str) -> bool {
    let host = address.strip_prefix("http://").map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
    host.is_some_and(|host| host != "localhost" && !host.starts_with("127.") && !host.starts_with('['))
}

/// Shows how far it is.
struct Bar(ProgressBar);

impl Watch for Bar {
    fn read(&self, what: &str, pages: u64, of: Option<u64>) {
        self.0.set_length(of.unwrap_or(pages));
        self.0.set_position(pages);
        self.0.set_message(what.to_owned());
    }

    fn wait(&self, why: &str) {
        if self.0.is_hidden() {
            output::aside(why);
        } else {
            self.0.println(why);
        }
    }
}

pub(super) fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:12} {bar:40} {pos} of {len} pages  {elapsed} gone");
    ProgressBar::new(1).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Tells what came of a move; an error if something was left out.
pub(super) fn report(
    context: &Context,
    source: Source,
    report: &Report,
    (is_dry, is_resumed): (bool, bool),
) -> Result<()> {
    let left_out: u64 = report.counts.values().map(|count| count.left_out).sum();
    if context.json {
        output::json(&json!({
            "source": source.as_str(), "dry_run": is_dry, "resumed": is_resumed, "counts": report.counts,
            "left_out": report.left_out, "remarks": report.remarks, "unsaid": report.unsaid,
        }));
    } else {
        if is_resumed {
            output::aside("This went on where an earlier move broke off; the figures are of both.");
        }
        tell("not taken", &report.left_out);
        tell("to be known", &report.remarks);
        let verb = if is_dry { "would be new" } else { "new" };
        for (noun, count) in &report.counts {
            output::line(&format!(
                "{noun:12} {:>9} {verb}, {:>9} changed, {:>9} known, {:>9} left out",
                grouped(count.new),
                grouped(count.changed),
                grouped(count.same),
                grouped(count.left_out)
            ));
        }
    }
    if left_out == 0 {
        return Ok(());
    }
    Err(Error::refused(format!("{left_out} things could not be taken; the others were")))
}

fn tell(what: &str, remarks: &[Remark]) {
    for remark in remarks.iter().take(SHOWN) {
        let which = if remark.old_id.is_empty() { String::new() } else { format!(" {}", remark.old_id) };
        output::aside(&format!("{what}: {}{which}: {}", remark.noun, remark.reason));
    }
    if remarks.len() > SHOWN {
        output::aside(&format!("{what}: {} more; --json has them", remarks.len() - SHOWN));
    }
}

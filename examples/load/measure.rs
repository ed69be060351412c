//! The measurements: server and baseline in turns, round after round.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::generator::{self, Tally};
use crate::options::Options;
use crate::process::Server;
use crate::routes::{Requests, Route, SWEPT};
use crate::shelf::{self, Stock};
use crate::{Outcome, raw, say};

/// One measurement.
#[derive(Debug)]
pub struct Figure {
    pub connections: usize,
    pub route: Route,
    pub tally: Tally,
    /// Of the same round's plaintext.
    pub ratio: f64,
    /// Of the same round's raw commits; only of `activate`.
    pub of_raw: Option<f64>,
    /// Microseconds of the server's processor time for each request.
    pub cpu: f64,
    /// Resident memory in MiB, after it.
    pub memory: f64,
}

/// All that is in the table.
pub struct Figures {
    pub all: Vec<Figure>,
    pub raw: Vec<f64>,
    /// From a server's start to the end of its first answer, in milliseconds.
    pub first_answers: Vec<f64>,
    /// Resident memory in MiB after the first answer.
    pub idle: f64,
    /// Of plaintext: `check` with any licence, by a server that remembers none.
    pub unremembered: Vec<f64>,
    /// Size of the binary.
    pub binary: u64,
}

/// Rates at five times the licences, as a share of the rates at one time, by route.
pub struct Scale {
    pub licences: usize,
    /// Licences that both servers keep in memory.
    pub remembered: u64,
    /// Resident memory in MiB of the larger one, after it.
    pub memory: f64,
    pub routes: Vec<(Route, Vec<f64>)>,
    pub errors: u64,
}

/// Measures every route at every number of connections.
pub fn all(options: &Options, binary: &Path, stock: &Stock) -> Outcome<Figures> {
    let mut first_answers = Vec::new();
    for _ in 0..4 {
        first_answers.push(start(binary, stock, options.remembered)?.first_answer.as_secs_f64() * 1_000.0);
    }
    let server = start(binary, stock, options.remembered)?;
    std::thread::sleep(Duration::from_secs(1));
    let idle = server.memory();
    let plaintext = Server::plaintext()?;
    if stock.database.is_none() && options.routes().any(|route| route == Route::CheckAny) {
        sweep(options, &server, stock)?;
        server.settle();
    }
    let mut figures = Figures {
        all: Vec::new(),
        raw: Vec::new(),
        first_answers,
        idle,
        unremembered: Vec::new(),
        binary: std::fs::metadata(binary)?.len(),
    };
    for &connections in &options.connections {
        for round in 1..=options.rounds {
            say(&format!("load: {connections} connections, round {round} of {}", options.rounds));
            if !figures.all.is_empty() {
                server.settle();
            }
            self::round(options, connections, (&server, &plaintext), stock, &mut figures)?;
        }
    }
    drop(server);
    if stock.database.is_none() && options.routes().any(|route| route == Route::CheckAny) {
        figures.unremembered = unremembered(options, binary, stock, &plaintext)?;
    }
    Ok(figures)
}

fn round(
    options: &Options,
    connections: usize,
    (server, plaintext): (&Server, &Server),
    stock: &Stock,
    figures: &mut Figures,
) -> Outcome<()> {
    let raw =
        stock.database.is_none().then(|| raw::rate(&options.folder, length(options) / 2)).transpose()?;
    figures.raw.extend(raw);
    let mut base = 0.0;
    for route in options.routes() {
        let target = if route == Route::Plaintext { plaintext } else { server };
        let (tally, cpu) = one(options, connections, route, target, stock)?;
        if route == Route::Plaintext {
            base = tally.rate();
        }
        figures.all.push(Figure {
            connections,
            route,
            ratio: tally.rate() / base,
            of_raw: raw.filter(|_| route == Route::Activate).map(|raw| tally.rate() / raw),
            cpu: cpu * 1e6 / (tally.rate() * tally.seconds),
            memory: target.memory(),
            tally,
        });
    }
    Ok(())
}

/// One route for one stretch of time: what came back, and the server's processor time.
fn one(
    options: &Options,
    connections: usize,
    route: Route,
    server: &Server,
    stock: &Stock,
) -> Outcome<(Tally, f64)> {
    let mut cpu = Vec::new();
    let requests = || Requests::new(route, stock.keys.clone(), options.working_set);
    let tally =
        generator::run(server.address, connections, length(options), requests, || cpu.push(server.cpu()))?;
    Ok((tally, cpu.last().zip(cpu.first()).map_or(0.0, |(end, begin)| end - begin)))
}

/// Asks about each activation once, as a server's customers do in a day: what it remembers then, it has seen.
fn sweep(options: &Options, server: &Server, stock: &Stock) -> Outcome<()> {
    say("load: each activation is checked once before the measuring begins");
    let last = SWEPT.load(Ordering::Relaxed) + 2 * stock.keys.len() as u64;
    while SWEPT.load(Ordering::Relaxed) < last {
        one(options, 64, Route::Sweep, server, stock)?;
    }
    Ok(())
}

/// `check` with any licence on a server that remembers none: what a look into the database costs. Ratios to plaintext.
fn unremembered(options: &Options, binary: &Path, stock: &Stock, plaintext: &Server) -> Outcome<Vec<f64>> {
    let server = start(binary, stock, Some(0))?;
    (0..options.rounds)
        .map(|_| {
            let (base, _) = one(options, 64, Route::Plaintext, plaintext, stock)?;
            let (check, _) = one(options, 64, Route::CheckAny, &server, stock)?;
            Ok(check.rate() / base.rate())
        })
        .collect()
}

/// Compares five times the licences with one time, at 64 connections: looks into the database, or what is remembered of each.
pub fn scale(options: &Options, binary: &Path, stock: &Stock) -> Outcome<Scale> {
    let large = shelf::stock(options, options.licences * 5)?;
    let remembered = options.remembered.unwrap_or(0);
    let servers = (start(binary, stock, Some(remembered))?, start(binary, &large, Some(remembered))?);
    if remembered > 0 {
        sweep(options, &servers.0, stock)?;
        sweep(options, &servers.1, &large)?;
        servers.0.settle();
    }
    let mut routes: Vec<(Route, Vec<f64>)> =
        [Route::Check, Route::CheckAny].map(|route| (route, Vec::new())).into();
    let mut errors = 0;
    for round in 1..=options.rounds {
        say(&format!("load: {} licences, round {round} of {}", large.keys.len(), options.rounds));
        for (route, ratios) in &mut routes {
            // What one of them still has to write, it would write while the other is measured.
            servers.1.settle();
            servers.0.rest();
            let (small, _) = one(options, 64, *route, &servers.0, stock)?;
            servers.0.settle();
            servers.1.rest();
            let (large, _) = one(options, 64, *route, &servers.1, &large)?;
            say(&format!("load: {}: {:.0} and {:.0} a second", route.title(), small.rate(), large.rate()));
            errors += small.errors + large.errors;
            ratios.push(large.rate() / small.rate());
        }
    }
    Ok(Scale { licences: large.keys.len(), remembered, memory: servers.1.memory(), routes, errors })
}

fn start(binary: &Path, stock: &Stock, remembered: Option<u64>) -> Outcome<Server> {
    let mut request = Vec::new();
    Requests::new(Route::Check, stock.keys.clone(), 1).next(&mut request);
    Server::keywright(binary, &stock.data, stock.database.as_deref(), remembered, &request)
}

fn length(options: &Options) -> Duration {
    Duration::from_secs_f64(options.seconds)
}

//! The table, in Markdown, and what was asked of the server beside what it does.

use std::fmt::Write as _;

use crate::measure::{Figure, Figures, Scale};
use crate::options::Options;
use crate::process::Server;
use crate::routes::{Requests, Route};
use crate::shelf::Stock;
use crate::{Outcome, generator};

/// Writes everything.
pub fn write(
    text: &mut String,
    options: &Options,
    stock: &Stock,
    figures: &Figures,
    scale: Option<&Scale>,
) -> Outcome<()> {
    writeln!(
        text,
        "{} licences, {} activations, a customer for every two licences; working set {}; median of {} rounds of {} s, the \
         routes in turns; generator, server and baseline share the machine.\n",
        stock.keys.len(),
        stock.keys.len() * 2,
        options.working_set,
        options.rounds,
        options.seconds
    )?;
    table(text, options, figures)?;
    let errors: u64 = figures.all.iter().map(|f| f.tally.errors).sum::<u64>() + scale.map_or(0, |s| s.errors);
    if errors > 0 {
        writeln!(text, "\n**{errors} answers were wrong or missing: these figures mean nothing.**")?;
    }
    writeln!(text, "\n| needed | measured | |\n|---|---:|---|")?;
    needs(text, options, stock, figures, scale)
}

/// Measures requests at so many connections in turns with the plaintext route, and writes a row of a table: title, a second, of plaintext,
/// p50 and p99.
pub fn beside_plaintext(
    text: &mut String,
    options: &Options,
    (server, plaintext): (&Server, &Server),
    (title, clients): (&str, usize),
    requests: &dyn Fn() -> Requests,
) -> Outcome<()> {
    let (mut ratios, mut last) = (Vec::new(), None);
    for _ in 0..options.rounds {
        let plain = || Requests::fixed(b"GET / HTTP/1.1\r\nHost: load\r\n\r\n".to_vec(), b"Hello");
        let base = generator::run(plaintext.address, clients, options.length(), plain, || ())?;
        let tally = generator::run(server.address, clients, options.length(), requests, || ())?;
        if tally.errors > 0 {
            return Err(format!("{title}: {} wrong answers", tally.errors).into());
        }
        ratios.push(tally.rate() / base.rate());
        last = Some(tally);
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    if let Some(tally) = last {
        let ms = |percent| tally.latency.percentile(percent);
        writeln!(text, "| {title} | {:.0} | {ratio:.3} | {:.2} | {:.2} |", tally.rate(), ms(50), ms(99))?;
    }
    Ok(())
}

fn table(text: &mut String, options: &Options, figures: &Figures) -> Outcome<()> {
    writeln!(
        text,
        "| connections | route | requests/s | of plaintext | p50 ms | p99 ms | server CPU µs/request | memory MiB |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|"
    )?;
    for &connections in &options.connections {
        for route in options.routes() {
            let of = |pick: &dyn Fn(&Figure) -> f64| of(figures, connections, route, pick);
            writeln!(
                text,
                "| {connections} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {:.1} | {:.0} |",
                route.title(),
                of(&|f| f.tally.rate()),
                of(&|f| f.ratio),
                of(&|f| f.tally.latency.percentile(50)),
                of(&|f| f.tally.latency.percentile(99)),
                of(&|f| f.cpu),
                of(&|f| f.memory),
            )?;
        }
    }
    if !figures.raw.is_empty() {
        let raw = median(figures.raw.clone());
        writeln!(text, "| | raw single-row FULL commits | {raw:.0} | | | | | |")?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "bytes for people")]
fn needs(
    text: &mut String,
    options: &Options,
    stock: &Stock,
    figures: &Figures,
    scale: Option<&Scale>,
) -> Outcome<()> {
    let mut told = Vec::new();
    let was_measured = |route| options.routes().any(|r| r == route);
    let mut line = |need: &str, unit: &str, measured: f64, is_met: bool| {
        writeln!(text, "| {need} | {measured:.2}{unit} | {} |", if is_met { "met" } else { "**MISSED**" })
    };
    let ratio = |route| of(figures, 64, route, &|f| f.ratio);
    if options.connections.contains(&64) {
        if stock.database.is_some() {
            line(
                "PostgreSQL: `check` ≥ 0.12 of plaintext",
                "",
                ratio(Route::Check),
                ratio(Route::Check) >= 0.12,
            )?;
        } else {
            for (need, route, least) in [
                ("`check` ≥ 0.45 of plaintext over the working set", Route::Check, 0.45),
                ("`check` ≥ 0.35 with any licence", Route::CheckAny, 0.35),
                ("update check ≥ 0.60", Route::UpdateCheck, 0.60),
            ] {
                if was_measured(route) {
                    line(need, "", ratio(route), ratio(route) >= least)?;
                }
            }
            if !figures.unremembered.is_empty() {
                let cold = median(figures.unremembered.clone());
                told.push(format!(
                    "`check` with any licence, by a server that remembers none: {cold:.2} of plaintext."
                ));
            }
            let raw = of(figures, 64, Route::Activate, &|f| f.of_raw.unwrap_or_default());
            if was_measured(Route::Activate) {
                line("durable activations ≥ 2.5 × the raw single-row rate", " ×", raw, raw >= 2.5)?;
            }
        }
    }
    if let Some(scale) = scale {
        for (route, ratios) in &scale.routes {
            let need = format!(
                "{}, {} remembered: {} licences ≥ 0.85 of {}",
                route.title(),
                scale.remembered,
                scale.licences,
                stock.keys.len()
            );
            let measured = median(ratios.clone());
            line(&need, "", measured, measured >= 0.85)?;
        }
        told.push(format!("The server of {} licences held {:.0} MiB.", scale.licences, scale.memory));
    }
    if stock.database.is_none() {
        line("idle memory ≤ 32 MiB", " MiB", figures.idle, figures.idle <= 32.0)?;
        let first = median(figures.first_answers.clone());
        line("first answer ≤ 50 ms after start", " ms", first, first <= 50.0)?;
        let bytes = stock.bytes as f64 / stock.keys.len() as f64;
        line("database ≤ 400 bytes a licence", "", bytes, bytes <= 400.0)?;
    }
    let size = figures.binary as f64 / 1e6;
    line("stripped binary ≤ 15 MB", " MB", size, size <= 15.0)?;
    for line in told {
        writeln!(text, "\n{line}")?;
    }
    Ok(())
}

fn of(figures: &Figures, connections: usize, route: Route, pick: &dyn Fn(&Figure) -> f64) -> f64 {
    let rounds = figures.all.iter().filter(|f| f.connections == connections && f.route == route);
    median(rounds.map(pick).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

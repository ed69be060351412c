//! Files under load: what they add to the server's memory, and what transfers do to checks.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::options::Options;
use crate::process::Server;
use crate::routes::{Requests, Route};
use crate::shelf::Stock;
use crate::{Outcome, generator, say};

/// Connections of checks.
const CLIENTS: usize = 64;
/// Transfers at once.
const TRANSFERS: usize = 20;
const MEGABYTE: u64 = 1_000_000;

/// What a file of 500 MB up and down adds to the server's memory, and what transfers do to checks.
pub fn write(
    text: &mut String,
    options: &Options,
    server: &Server,
    stock: &Stock,
    keys: &[String],
) -> Outcome<()> {
    let checks = |what: &str| -> Outcome<f64> {
        say(&format!("load: checks {what}"));
        let requests = || Requests::new(Route::Check, stock.keys.clone(), options.working_set);
        let tally = generator::run(server.address, CLIENTS, options.length(), requests, || ())?;
        Ok(tally.latency.percentile(99))
    };
    let alone = checks("alone")?;
    let before = server.memory();
    let mut client = Client::open(server.address, keys[0].clone())?;
    let begun = Instant::now();
    client.upload_form(500 * MEGABYTE)?;
    let (form, form_rate) = (server.peak() - before, 500.0 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let file = client.upload(500 * MEGABYTE)?;
    let (up, up_rate) = (server.peak() - before, 500.0 / begun.elapsed().as_secs_f64());
    let release = format!(r#"{{"version":"9.0.0","files":[{{"file_id":"{file}"}}]}}"#);
    client.call("POST", "/v1/products/1/releases", release.as_bytes())?;
    let link = client.link()?;
    let begun = Instant::now();
    client.download(&link)?;
    let (down, down_rate) = (server.peak() - before, 500.0 / begun.elapsed().as_secs_f64());
    let stop = AtomicBool::new(false);
    let beside = std::thread::scope(|scope| -> Outcome<f64> {
        for (n, key) in keys.iter().enumerate().take(TRANSFERS) {
            let (stop, link, key) = (&stop, &link, key.clone());
            scope.spawn(move || {
                // Ten megabytes a second each: a line of 80 Mbit/s.
                let Ok(client) = Client::open(server.address, key) else { return };
                let rate = 10 * MEGABYTE;
                let ended = if n % 2 == 0 { client.sip(link, rate, stop) } else { client.pour(rate, stop) };
                if let Err(e) = ended {
                    say(&format!("load: a transfer ended: {e}"));
                }
            });
        }
        let measured = checks("beside ten downloads and ten uploads of 10 MB/s each");
        stop.store(true, Ordering::Relaxed);
        measured
    })?;
    writeln!(text, "| files | |\n|---|---:|")?;
    writeln!(text, "| memory that a 500 MB form adds, at the most | {form:.1} MiB, {form_rate:.0} MB/s |")?;
    writeln!(text, "| with another in one piece | {up:.1} MiB, {up_rate:.0} MB/s |")?;
    writeln!(text, "| and with its download | {down:.1} MiB, {down_rate:.0} MB/s |")?;
    writeln!(
        text,
        "| p99 of `check` at {CLIENTS} connections, alone and beside {TRANSFERS} transfers of 10 MB/s, half of them up | {alone:.2} and {beside:.2} ms ({:.1} ×) |",
        beside / alone
    )?;
    Ok(())
}

impl Client {
    /// Begins an upload of so many bytes, and a piece that is all of it; its id.
    fn begin(&mut self, bytes: u64) -> Outcome<String> {
        let begin = format!("Upload-Length: {bytes}\r\n");
        let name = br#"{"name":"large.bin"}"#;
        self.head("POST", "/v1/uploads", name.len() as u64, &begin)?;
        self.stream.get_mut().write_all(name)?;
        let (_, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        let body: serde_json::Value = serde_json::from_slice(&body)?;
        let file = body["file_id"].as_str().ok_or("no file_id")?.to_owned();
        self.head("PATCH", &format!("/v1/uploads/{file}"), bytes, "Upload-Offset: 0\r\n")?;
        Ok(file)
    }

    /// Sends a file of so many bytes in one piece; its id.
    fn upload(&mut self, bytes: u64) -> Outcome<String> {
        let file = self.begin(bytes)?;
        self.send(bytes)?;
        let (status, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        if status == 200 { Ok(file) } else { Err(String::from_utf8_lossy(&body).into()) }
    }

    /// Sends a file of so many bytes as a form; what differs from other files is its name only.
    fn upload_form(&mut self, bytes: u64) -> Outcome<()> {
        let before = "--load\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.bin\"\r\n\r\n";
        let after = "\r\n--load--\r\n";
        let length = bytes + (before.len() + after.len()) as u64;
        self.head("POST", "/v1/uploads", length, "Content-Type: multipart/form-data; boundary=load\r\n")?;
        self.stream.get_mut().write_all(before.as_bytes())?;
        self.send(bytes)?;
        self.stream.get_mut().write_all(after.as_bytes())?;
        let (status, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        if status == 201 { Ok(()) } else { Err(String::from_utf8_lossy(&body).into()) }
    }

    fn send(&mut self, bytes: u64) -> Outcome<()> {
        let piece: Vec<u8> = (0..MEGABYTE).map(|n| (n * n % 251).to_le_bytes()[0]).collect();
        for _ in 0..bytes / MEGABYTE {
            self.stream.get_mut().write_all(&piece)?;
        }
        Ok(())
    }

    /// The path of the link to what purchase 1 downloads.
    fn link(&mut self) -> Outcome<String> {
        self.head("GET", "/v1/purchases/1/download", 0, "")?;
        let (_, length, location) = self.answer()?;
        std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        let at = location.find("/download/").ok_or("no link")?;
        Ok(location[at..].to_owned())
    }

    fn download(&mut self, link: &str) -> Outcome<()> {
        self.head("GET", link, 0, "")?;
        let (_, length, _) = self.answer()?;
        let got = std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        if got == 500 * MEGABYTE { Ok(()) } else { Err(format!("a download had {got} bytes").into()) }
    }

    /// Uploads at so many bytes a second until told to stop.
    fn pour(mut self, rate: u64, stop: &AtomicBool) -> Outcome<()> {
        self.begin(5_000 * MEGABYTE)?;
        let piece = vec![7; usize::try_from(rate / 100)?];
        while !stop.load(Ordering::Relaxed) {
            self.stream.get_mut().write_all(&piece)?;
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Downloads at so many bytes a second until told to stop.
    fn sip(mut self, link: &str, rate: u64, stop: &AtomicBool) -> Outcome<()> {
        self.head("GET", link, 0, "")?;
        self.answer()?;
        let mut buffer = vec![0; usize::try_from(rate / 100)?];
        while !stop.load(Ordering::Relaxed) {
            self.stream.read_exact(&mut buffer)?;
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

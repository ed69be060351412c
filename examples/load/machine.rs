//! What the figures were measured on.

use std::fs;
use std::path::Path;

use keywright::base::time::{Clock, rfc3339};

/// One line: processor, memory, kernel, disk, engine, date.
pub fn line(folder: &Path, engine: &str) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let kib: u64 = memory.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or_default();
    format!(
        "Machine: {cores} × {}, {} GiB memory, Linux {}, disk {}; {engine}, keywright {}; {}.",
        field(&read("/proc/cpuinfo"), "model name"),
        kib.div_ceil(1_024 * 1_024),
        read("/proc/sys/kernel/osrelease").trim(),
        disk(folder, &read("/proc/mounts")),
        env!("CARGO_PKG_VERSION"),
        &rfc3339(Clock::System.now())[..10],
    )
}

/// File system and device of a folder.
fn disk(folder: &Path, mounts: &str) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut best = (0, "unknown".to_owned());
    for mount in mounts.lines() {
        let mut words = mount.split_whitespace();
        let (Some(device), Some(at), Some(kind)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        if folder.starts_with(at) && at.len() >= best.0 {
            best = (at.len(), format!("{kind} on {device}"));
        }
    }
    best.1
}

//! System calls as strace records them, for the proofs that ask what was on disk when.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every call that can change a file or its folder. `?`: not every processor has it.
pub const CHANGES: &str = "trace=openat,?open,?creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,\
    fallocate,?rename,?renameat,renameat2,?link,linkat,?unlink,unlinkat,fsync,fdatasync,mmap,copy_file_range";

/// The same command under strace, which writes to `trace`. strace is its grandchild: process id, exit code and signals
/// stay the command's own, and killing it ends strace too. The trace is complete when the command's standard error ends.
pub fn under(command: &Command, options: &[&str], trace: &Path) -> Command {
    wrapped(command, &[&["--seccomp-bpf"], options].concat(), trace)
}

/// As [`under`], killed at the `nth` call of this name that a thread makes: with a filter in the kernel, strace sends no signal.
pub fn killed_at(command: &Command, call: &str, nth: usize, more: &[&str], trace: &Path) -> Command {
    let (only, inject) = (format!("trace={call}"), format!("inject={call}:signal=KILL:when={nth}+"));
    wrapped(command, &[&["-e", &only, "-e", &inject], more].concat(), trace)
}

fn wrapped(command: &Command, options: &[&str], trace: &Path) -> Command {
    assert!(super::server::has("strace"), "strace is missing: apt-get install strace (tests/run does it)");
    let mut wrapped = Command::new("strace");
    wrapped.args(["-D", "-f", "-y", "-ttt", "-xx", "-s", "100000000", "-o"]).arg(trace);
    wrapped.args(options).arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

/// One system call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Microseconds since the epoch, at its entry.
    pub at: i64,
    pub thread: u32,
    pub name: String,
    pub args: Vec<String>,
    /// What it returned; a file descriptor comes with its path.
    pub result: String,
}

/// What a trace tells, in its order.
#[derive(Clone, Debug)]
pub enum Event {
    /// A call was entered; its result is not known yet.
    Enter(Call),
    /// A call has returned.
    Leave(Call),
    /// A thread has ended, at this time.
    Exit(i64),
}

impl Call {
    pub fn worked(&self) -> bool {
        !self.result.starts_with('-') && !self.result.starts_with('?')
    }

    /// The file that the argument at `index` names, by descriptor or by path.
    pub fn path(&self, index: usize) -> PathBuf {
        path(&self.args[index])
    }

    pub fn opened(&self) -> PathBuf {
        path(&self.result)
    }

    /// The bytes of the argument at `index`.
    pub fn bytes(&self, index: usize) -> Vec<u8> {
        unhex(&self.args[index])
    }

    pub fn number(&self, index: usize) -> usize {
        self.args[index].parse().unwrap()
    }
}

/// Reads a whole trace.
pub fn read(trace: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(trace).unwrap();
    let mut unfinished: HashMap<u32, (i64, String)> = HashMap::new();
    let mut events = Vec::new();
    for line in text.lines() {
        let mut words = line.splitn(2, ' ');
        let thread: u32 = words.next().unwrap().parse().unwrap();
        let (at, said) = words.next().unwrap().trim_start().split_once(' ').unwrap();
        let at: i64 = at.replace('.', "").parse().unwrap();
        if said.starts_with("+++") {
            events.push(Event::Exit(at));
        } else if said.starts_with("---") {
            // A signal: no call.
        } else if let Some(begun) = said.strip_suffix(" <unfinished ...>") {
            events.push(Event::Enter(call(at, thread, begun, "?")));
            unfinished.insert(thread, (at, begun.to_owned()));
        } else if said.starts_with("<... ") {
            let (begun_at, begun) = unfinished.remove(&thread).unwrap();
            let (_, rest) = said.split_once("resumed>").unwrap();
            let (args, result) = halves(rest);
            events.push(Event::Leave(call(begun_at, thread, &format!("{begun}{args}"), result)));
        } else {
            let (args, result) = halves(said);
            let call = call(at, thread, args, result);
            events.push(Event::Enter(Call { result: "?".to_owned(), ..call.clone() }));
            events.push(Event::Leave(call));
        }
    }
    events
}

/// The call with its arguments, and what it returned.
fn halves(said: &str) -> (&str, &str) {
    let (args, result) = said.rsplit_once(" = ").unwrap_or((said, "?"));
    let args = args.trim_end();
    (args.strip_suffix(')').unwrap_or(args), result)
}

fn call(at: i64, thread: u32, said: &str, result: &str) -> Call {
    let (name, args) = said.split_once('(').unwrap_or((said, ""));
    // With -xx no string holds a comma.
    let args = args.split(", ").map(str::to_owned).collect();
    Call { at, thread, name: name.to_owned(), args, result: result.to_owned() }
}

fn path(text: &str) -> PathBuf {
    let inside = text.split_once('<').map_or(text, |(_, rest)| rest.split('>').next().unwrap());
    // Neither a descriptor without a file nor a pipe is written in hexadecimal.
    let is_path = inside.trim_matches('"').starts_with("\\x2f");
    if is_path { String::from_utf8_lossy(&unhex(inside)).as_ref().into() } else { PathBuf::new() }
}

/// The bytes of `"\x61\x62"`.
fn unhex(text: &str) -> Vec<u8> {
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16).unwrap()).unwrap();
    assert!(!text.ends_with("..."), "strace has cut a string short");
    let text = text.trim_matches('"').as_bytes();
    assert!(text.chunks(4).all(|c| c.len() == 4 && &c[..2] == b"\\x"), "not a string of -xx");
    text.chunks(4).map(|c| digit(c[2]) * 16 + digit(c[3])).collect()
}

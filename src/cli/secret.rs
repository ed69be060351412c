//! Secrets that somebody types, or that another command hands over: never words of a command line, which all users of a machine can see.

use std::io::{BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::base::error::{Error, Result};

/// The first line of standard input; on a terminal it is asked for by `question`, and not shown.
pub fn read(question: &str) -> Result<String> {
    let stdin = std::io::stdin();
    let unreadable = |e: std::io::Error| Error::invalid(format!("no secret can be read: {e}"));
    let mut line = String::new();
    if !stdin.is_terminal() {
        stdin.lock().read_line(&mut line).map_err(unreadable)?;
        return Ok(line.trim().to_owned());
    }
    let mut aside = std::io::stderr();
    let _ = write!(aside, "{question}").and_then(|()| aside.flush());
    let before = tcgetattr(&stdin).map_err(|e| unreadable(e.into()))?;
    let mut silent = before.clone();
    silent.local_modes -= LocalModes::ECHO;
    tcsetattr(&stdin, OptionalActions::Flush, &silent).map_err(|e| unreadable(e.into()))?;
    let read = stdin.lock().read_line(&mut line);
    // Whatever was read: the terminal is the user's own again.
    tcsetattr(&stdin, OptionalActions::Now, &before).map_err(|e| unreadable(e.into()))?;
    let _ = writeln!(aside);
    read.map_err(unreadable)?;
    Ok(line.trim().to_owned())
}

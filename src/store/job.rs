//! A closure on its way to the thread that runs it, and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::{mpsc, oneshot};

use super::tx::Tx;
use crate::base::error::{Error, Kind, Result};

/// What kind of transaction a job wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Peek,
    Read,
    Write,
}

/// Work for an engine's thread: run, perhaps again, then settled exactly once.
pub(super) trait Job: Send {
    fn name(&self) -> &'static str;
    fn mode(&self) -> Mode;
    /// Runs the closure and keeps what it returned. The error is what it failed with: the transaction must be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    /// Answers the caller: with what `run` kept, or with this error.
    fn settle(self: Box<Self>, outcome: Result<()>);
}

/// Where a thread takes in the answers to its jobs, all those of a commit at once: waking it for each of them costs the
/// writer as much as a statement.
pub(super) type Mailbox = mpsc::UnboundedSender<Vec<(Box<dyn Job>, Result<()>)>>;

struct Call<T, F> {
    name: &'static str,
    mode: Mode,
    f: F,
    kept: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

/// A job around `f`, and where its answer will arrive.
pub(super) fn call<T, F>(name: &'static str, mode: Mode, f: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T>>)
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Call { name, mode, f, kept: None, reply }), answer)
}

/// The answer of a job that an engine has accepted.
pub(super) async fn answer<T>(answer: oneshot::Receiver<Result<T>>) -> Result<T> {
    answer.await.unwrap_or_else(|_| {
        Err(Error::new(
            Kind::Unknown,
            "the database stopped before it answered; the change may or may not be stored",
        ))
    })
}

impl<T, F> Job for Call<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn mode(&self) -> Mode {
        self.mode
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let f = &mut self.f;
        let result = catch_unwind(AssertUnwindSafe(|| f(tx)))
            .unwrap_or_else(|_| Err(Error::broken(format!("'{}' panicked and was undone", self.name))));
        let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.kept = Some(result);
        outcome
    }

    fn settle(self: Box<Self>, outcome: Result<()>) {
        let answer = match outcome {
            Ok(()) => self.kept.unwrap_or_else(|| Err(Error::broken("settled before it ran"))),
            Err(e) => Err(e),
        };
        // The caller may have gone away; what was committed stays committed.
        drop(self.reply.send(answer));
    }
}

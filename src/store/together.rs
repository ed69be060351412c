//! Looks of one kind that go to the database together: who asks while others are under way waits, and goes with all that
//! wait by then. Where a look is a round trip to another process, most of its cost is the way, not the looking.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Store;
use super::postgres::Way;
use super::tx::Tx;
use crate::base::error::{Error, Kind, Result};

/// The most that go in one statement.
pub(super) const MOST: usize = 32;
/// Looks under way at once; more would only find fewer to take along.
const UNDER_WAY: usize = 2;
/// Statements after which a tour lets others use its connection before the next.
const LEGS: usize = 4;
/// Questions that may wait; one more is told to come back later.
const WAITING: usize = 4_096;

/// How questions are looked up: as many answers as questions, in their order. A pure look-up, under [`Store::peek`].
pub type Look<Q, A> = fn(&mut Tx<'_>, &[Q]) -> Result<Vec<A>>;

/// Those who wait for one kind of look.
#[derive(Debug)]
pub struct Together<Q, A> {
    state: Arc<Mutex<State<Q, A>>>,
    look: Look<Q, A>,
}

#[derive(Debug)]
struct State<Q, A> {
    waiting: Vec<(Q, oneshot::Sender<Result<A>>)>,
    under_way: usize,
}

fn lock<Q, A>(state: &Mutex<State<Q, A>>) -> MutexGuard<'_, State<Q, A>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<Q: Send + 'static, A: Send + 'static> Together<Q, A> {
    /// Nobody waits yet.
    pub fn new(look: Look<Q, A>) -> Self {
        Self { state: Arc::new(Mutex::new(State { waiting: Vec::new(), under_way: 0 })), look }
    }

    /// The answer to one question.
    pub async fn ask(&self, store: &Store, question: Q) -> Result<A> {
        let (reply, answer) = oneshot::channel();
        let leads = {
            let mut state = lock(&self.state);
            if state.waiting.len() == WAITING {
                return Err(Error::new(Kind::Busy, "too many calls are waiting for the database"));
            }
            state.waiting.push((question, reply));
            let leads = state.under_way < UNDER_WAY;
            state.under_way += usize::from(leads);
            leads
        };
        if leads {
            let mut tour = Tour::new(&self.state, self.look, store.way());
            match tour.way.clone() {
                // Sent off rather than waited for: this caller may go away, and others travel with it.
                Some(way) => drop(way.send(move |tx| tour.go(tx))),
                None => drop(store.peek(move |tx| tour.go(tx)).await),
            }
        }
        answer.await.unwrap_or_else(|_| Err(Error::broken("a look ended without an answer")))
    }
}

/// One job under way: it takes along all that wait, until nobody does or others shall have the connection. Its errors reach
/// all that it has taken along.
struct Tour<Q, A> {
    state: Arc<Mutex<State<Q, A>>>,
    look: Look<Q, A>,
    /// Where it goes by, if that is shared with others.
    way: Option<Way>,
    questions: Vec<Q>,
    replies: Vec<oneshot::Sender<Result<A>>>,
    /// Why the last try failed; there may be another.
    failed: Option<Error>,
    is_over: bool,
}

impl<Q: Send + 'static, A: Send + 'static> Tour<Q, A> {
    fn new(state: &Arc<Mutex<State<Q, A>>>, look: Look<Q, A>, way: Option<Way>) -> Self {
        let (questions, replies) = (Vec::new(), Vec::new());
        Self { state: state.clone(), look, way, questions, replies, failed: None, is_over: false }
    }

    fn go(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        for leg in 1.. {
            // After a failed try, those taken along are still here.
            if self.questions.is_empty() && !self.take() {
                break;
            }
            match (self.look)(tx, &self.questions) {
                Ok(answers) => {
                    for (reply, answer) in self.replies.drain(..).zip(answers) {
                        // The caller may have gone away.
                        drop(reply.send(Ok(answer)));
                    }
                    self.questions.clear();
                }
                Err(e) => {
                    self.failed = Some(e.clone());
                    return Err(e);
                }
            }
            if let Some(way) = self.way.clone().filter(|_| leg == LEGS) {
                // The next one takes this one's place; if it is not let in, it is dropped, and tells those who wait.
                let mut next = Self::new(&self.state, self.look, self.way.clone());
                drop(way.send(move |tx| next.go(tx)));
                self.is_over = true;
                break;
            }
        }
        Ok(())
    }

    /// Takes along those who wait; `false` ends the tour, since nobody does.
    fn take(&mut self) -> bool {
        let mut state = lock(&self.state);
        let count = state.waiting.len().min(MOST);
        self.is_over = count == 0;
        state.under_way -= usize::from(self.is_over);
        for (question, reply) in state.waiting.drain(..count) {
            self.questions.push(question);
            self.replies.push(reply);
        }
        !self.is_over
    }
}

impl<Q, A> Drop for Tour<Q, A> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // It failed, panicked or was never let in. Those who wait with nobody under way would wait for ever.
        let mut replies = std::mem::take(&mut self.replies);
        let mut state = lock(&self.state);
        state.under_way -= 1;
        if state.under_way == 0 {
            replies.extend(state.waiting.drain(..).map(|(_, reply)| reply));
        }
        drop(state);
        let why = self.failed.take();
        let why = why.unwrap_or_else(|| Error::new(Kind::Unavailable, "the database takes in no more looks"));
        for reply in replies {
            drop(reply.send(Err(why.clone())));
        }
    }
}

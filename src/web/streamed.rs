//! A body that is read as it comes, and what its signature and its Idempotency-Key cover of it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Payload};
use futures_core::Stream;
use tokio::time::{Duration, Instant, timeout};

use super::edge::{NoBody, PATIENCE, SILENCE};
use crate::base::seal::Hasher;
use crate::domain::signature::{Pending, Wrong};

/// In so much time, this much must come.
const WINDOW: Duration = Duration::from_secs(30);
const LEAST: usize = 30 * 16 * 1_024;

/// A request's body. Clones are the same body.
#[derive(Clone)]
pub struct Streamed(Rc<RefCell<Inner>>);

struct Inner {
    payload: Payload,
    is_over: bool,
    signature: Option<Pending>,
    hasher: Option<Hasher>,
    since: Instant,
    seen: usize,
}

impl Streamed {
    /// The body of a request.
    pub fn new(payload: Payload) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            payload,
            is_over: false,
            signature: None,
            hasher: None,
            since: Instant::now(),
            seen: 0,
        })))
    }

    /// From now on, looks at all that comes for a signature, and for the hash of the whole.
    pub fn watch(&self, signature: Option<Pending>, hasher: Option<Hasher>) {
        let mut inner = self.0.borrow_mut();
        inner.signature = signature;
        inner.hasher = hasher;
        inner.since = Instant::now();
    }

    /// The next piece. Silence, and a sender that is too slow to be waited for, end the body.
    pub async fn next(&self) -> Result<Option<Bytes>, NoBody> {
        let mut body = self.clone();
        let piece = timeout(SILENCE, poll_fn(|cx| Pin::new(&mut body).poll_next(cx))).await;
        match piece.map_err(|_| NoBody::Broken)? {
            None => Ok(None),
            Some(Ok(piece)) if self.keeps_pace() => Ok(Some(piece)),
            Some(_) => Err(NoBody::Broken),
        }
    }

    /// Whether as much comes as must.
    pub fn keeps_pace(&self) -> bool {
        let mut inner = self.0.borrow_mut();
        if inner.since.elapsed() < WINDOW {
            return true;
        }
        let is_enough = inner.seen >= LEAST;
        (inner.since, inner.seen) = (Instant::now(), 0);
        is_enough
    }

    /// Reads what is left, as much as is reasonable: a body left unread costs its sender the connection.
    pub async fn drain(&self) {
        let mut left = PATIENCE;
        while let Ok(Some(piece)) = self.next().await {
            match left.checked_sub(piece.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }

    /// Whether a signature covers it: then it counts whole or not at all.
    pub fn is_signed(&self) -> bool {
        self.0.borrow().signature.is_some()
    }

    /// After the last piece: what tells the signature from others, and the hash.
    pub fn over(&self) -> Result<(Option<String>, Option<String>), Wrong> {
        let mut inner = self.0.borrow_mut();
        let mac = inner.signature.take().map(Pending::finish).transpose()?;
        Ok((mac, inner.hasher.take().map(Hasher::finish)))
    }
}

impl Stream for Streamed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut inner = self.0.borrow_mut();
        if inner.is_over {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut inner.payload).poll_next(cx);
        match &polled {
            Poll::Ready(Some(Ok(piece))) => {
                inner.seen += piece.len();
                if let Some(signature) = &mut inner.signature {
                    signature.update(piece);
                }
                if let Some(hasher) = &mut inner.hasher {
                    hasher.update(piece);
                }
            }
            Poll::Ready(_) => inner.is_over = true,
            Poll::Pending => {}
        }
        polled
    }
}

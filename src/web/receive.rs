//! Writes what comes in a body to an upload, a quarter of a megabyte at a time.

use std::future::poll_fn;
use std::pin::Pin;

use actix_web::web::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::time::timeout;

use super::edge::SILENCE;
use super::streamed::Streamed;
use crate::base::error::{Error, Result};
use crate::base::seal::Hasher;
use crate::store::files::Incoming;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1_024;

/// An upload that is written to, and the hash of what was.
pub struct Sink {
    /// The upload.
    pub incoming: Incoming,
    /// Of what was written since it was begun.
    pub hasher: Hasher,
    gathered: BytesMut,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Whole,
    /// With something missing.
    Broken,
    /// Longer than it may be; what is too much was not written.
    TooLong,
}

impl Sink {
    /// A sink for what comes next.
    pub fn new(incoming: Incoming) -> Self {
        Self { incoming, hasher: Hasher::default(), gathered: BytesMut::new() }
    }

    /// Writes all that comes `from` a part of `body`, or the whole of it, at most `most` bytes.
    pub async fn receive<S, E>(mut self, mut from: S, body: &Streamed, most: u64) -> Result<(Self, End)>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let mut left = most;
        let end = loop {
            match timeout(SILENCE, poll_fn(|cx| Pin::new(&mut from).poll_next(cx))).await {
                Ok(None) => break End::Whole,
                Ok(Some(Ok(piece))) if body.keeps_pace() => {
                    match left.checked_sub(piece.len() as u64) {
                        Some(rest) => left = rest,
                        None => break End::TooLong,
                    }
                    self.gathered.extend_from_slice(&piece);
                    if self.gathered.len() >= GATHERED {
                        self = self.flush().await?;
                    }
                }
                Err(_) | Ok(Some(_)) => break End::Broken,
            }
        };
        Ok((self.flush().await?, end))
    }

    async fn flush(mut self) -> Result<Self> {
        blocking(move || {
            self.incoming.append(&self.gathered)?;
            self.hasher.update(&self.gathered);
            self.gathered.clear();
            Ok(self)
        })
        .await
    }
}

/// Runs what blocks where it may.
pub async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(f)
        .await
        .map_err(|e| Error::broken(format!("work with files ended early: {e}")))?
}

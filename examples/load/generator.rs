//! The load generator: keep-alive connections on a few threads, one request under way on each connection.
//!
//! It shares the machine with the server, so it does as little as it can: it finds the end of an answer, looks at the
//! status and at how the body begins, and sends the next request.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::Outcome;
use crate::histogram::Histogram;
use crate::routes::Requests;

/// Requests before the counting begins.
const WARM_UP: Duration = Duration::from_millis(300);

/// Connections of one thread from which on it naps before it looks at them again. Woken for each single answer, it would push the
/// server off the processor each time, which clients on machines of their own do not; the naps cost no plaintext requests.
const MANY: usize = 32;
const NAP: Duration = Duration::from_micros(50);

const WARMING: u8 = 0;
const COUNTING: u8 = 1;
const ENDING: u8 = 2;

/// What came of one measurement.
#[derive(Debug, Default)]
pub struct Tally {
    pub seconds: f64,
    pub errors: u64,
    pub latency: Histogram,
}

impl Tally {
    /// Right answers a second.
    #[expect(clippy::cast_precision_loss, reason = "a count for people")]
    pub fn rate(&self) -> f64 {
        self.latency.count() as f64 / self.seconds
    }
}

/// Loads `address` for `length` after a short warm-up. `edge` is called when the counting begins and when it ends.
pub fn run(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    requests: impl Fn() -> Requests,
    mut edge: impl FnMut(),
) -> Outcome<Tally> {
    let threads = std::thread::available_parallelism()?.get().min(connections);
    let phase = Arc::new(AtomicU8::new(WARMING));
    let ready = Arc::new(Barrier::new(threads + 1));
    let workers: Vec<_> = (0..threads)
        .map(|n| {
            let share = connections / threads + usize::from(n < connections % threads);
            let (phase, ready, requests) = (phase.clone(), ready.clone(), requests());
            std::thread::spawn(move || {
                let worker = Worker::new(address, share, requests);
                ready.wait();
                worker?.run(&phase)
            })
        })
        .collect();
    ready.wait();
    std::thread::sleep(WARM_UP);
    edge();
    phase.store(COUNTING, Ordering::Release);
    let begun = Instant::now();
    std::thread::sleep(length);
    phase.store(ENDING, Ordering::Release);
    let seconds = begun.elapsed().as_secs_f64();
    edge();
    let mut all = Tally { seconds, ..Tally::default() };
    for worker in workers {
        let tally = worker.join().map_err(|_| "a generator thread panicked")??;
        all.errors += tally.errors;
        all.latency.add(&tally.latency);
    }
    Ok(all)
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    expected: &'static [u8],
    answer: Vec<u8>,
    filled: usize,
    sent_at: Instant,
}

struct Worker {
    poll: Poll,
    connections: Vec<Connection>,
    requests: Requests,
    tally: Tally,
}

impl Worker {
    fn new(address: SocketAddr, connections: usize, requests: Requests) -> Outcome<Self> {
        let poll = Poll::new()?;
        let connections = (0..connections)
            .map(|n| {
                let stream = std::net::TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                let mut stream = TcpStream::from_std(stream);
                poll.registry().register(&mut stream, Token(n), Interest::READABLE)?;
                Ok(Connection {
                    stream,
                    request: Vec::with_capacity(512),
                    expected: b"",
                    answer: vec![0; 64 * 1_024],
                    filled: 0,
                    sent_at: Instant::now(),
                })
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { poll, connections, requests, tally: Tally::default() })
    }

    fn run(mut self, phase: &AtomicU8) -> Outcome<Tally> {
        let mut events = Events::with_capacity(256);
        for connection in &mut self.connections {
            connection.send(&mut self.requests)?;
        }
        let mut waiting = self.connections.len();
        let mut deadline = None;
        while waiting > 0 {
            if self.connections.len() >= MANY {
                std::thread::sleep(NAP);
            }
            self.poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            let phase = phase.load(Ordering::Acquire);
            for event in &events {
                let connection = &mut self.connections[event.token().0];
                let Some(right) = connection.receive()? else { continue };
                match (phase, right) {
                    (COUNTING, true) => self.tally.latency.note(connection.sent_at.elapsed()),
                    (_, true) => {}
                    (_, false) => self.tally.errors += 1,
                }
                if phase == ENDING {
                    waiting -= 1;
                } else {
                    connection.send(&mut self.requests)?;
                }
            }
            // Whoever has no answer by now will get none.
            if phase == ENDING
                && *deadline.get_or_insert_with(|| Instant::now() + Duration::from_secs(10)) < Instant::now()
            {
                self.tally.errors += waiting as u64;
                break;
            }
        }
        Ok(self.tally)
    }
}

impl Connection {
    fn send(&mut self, requests: &mut Requests) -> Outcome<()> {
        self.expected = requests.next(&mut self.request);
        self.filled = 0;
        self.sent_at = Instant::now();
        // A request is far smaller than a socket's buffer, which is empty now.
        self.stream.write_all(&self.request)?;
        Ok(())
    }

    /// Takes what has arrived: whether the answer is the right one, once it is all there.
    fn receive(&mut self) -> Outcome<Option<bool>> {
        loop {
            match self.stream.read(&mut self.answer[self.filled..]) {
                Ok(0) => return Err("the server closed a connection, or its answer is too long".into()),
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e.into()),
            }
            let answer = &self.answer[..self.filled];
            if let Some((body, length)) = body(answer)
                && body.len() >= length
            {
                return Ok(Some(answer.starts_with(b"HTTP/1.1 200 ") && body.starts_with(self.expected)));
            }
        }
    }
}

/// What has come of the body, and how long it will be, once the head is there.
fn body(answer: &[u8]) -> Option<(&[u8], usize)> {
    const LENGTH: &[u8] = b"content-length: ";
    let (mut rest, mut length) = (answer, 0);
    loop {
        let end = rest.iter().position(|b| *b == b'\n')?;
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line == b"\r" {
            return Some((rest, length));
        }
        if line.len() > LENGTH.len() && line[..LENGTH.len()].eq_ignore_ascii_case(LENGTH) {
            let digits = line[LENGTH.len()..].iter().take_while(|b| b.is_ascii_digit());
            length = digits.fold(0, |n, digit| n * 10 + usize::from(digit - b'0'));
        }
    }
}

//! Somebody between two ends who counts what is asked.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Passes all that comes on to another address, and what is answered back.
pub struct Relay {
    pub address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Relay {
    pub fn to(address: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (here, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let count = asked.clone();
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let Ok((near, far)) = near.and_then(|near| Ok((near, TcpStream::connect(address)?))) else {
                    continue;
                };
                let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
                let count = count.clone();
                std::thread::spawn(move || {
                    pass(near, far, |piece| {
                        let asks = piece.windows(4).filter(|part| part == b"GET ").count();
                        count.fetch_add(asks, Ordering::SeqCst);
                    });
                });
                std::thread::spawn(move || pass(back.0, back.1, |_| ()));
            }
        });
        Self { address: here, asked }
    }

    /// How often something was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, see: impl Fn(&[u8])) {
    let mut piece = [0; 16_384];
    while let Ok(read) = from.read(&mut piece) {
        see(&piece[..read]);
        if read == 0 || to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

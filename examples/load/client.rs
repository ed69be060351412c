//! A program with an API key: what it is let in by, and its connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use keywright::base::error::Result;
use keywright::base::seal::Master;
use keywright::config::{Config, Given};
use keywright::domain::api_key::{self, Draft};
use keywright::domain::plan::Plan;
use keywright::domain::scope::Scope;
use keywright::domain::shop::Shop;
use keywright::store::{Options as StoreOptions, Place, Store, Tx};

use crate::Outcome;
use crate::shelf::Stock;

/// Makes so many API keys that may do everything.
pub fn api_keys(tx: &mut Tx<'_>, shop: Shop, master: &Master, count: usize) -> Result<Vec<String>> {
    let draft = Draft {
        title: "load".to_owned(),
        scopes: Scope::ALL.to_vec(),
        plan: Plan::Enterprise,
        must_sign: false,
        networks: Vec::new(),
        expires_at: None,
    };
    (0..count).map(|_| Ok(api_key::new(tx, shop, &draft, master)?.token)).collect()
}

/// The stock's database and its master key.
pub fn open(stock: &Stock) -> Outcome<(Store, Master)> {
    let given = Given::from([("data_dir".to_owned(), stock.data.display().to_string())]);
    let master = Config::settle(&given, &|_| None, None)?.master(None)?;
    let place = match &stock.database {
        None => Place::Folder(stock.data.clone()),
        Some(address) => Place::Postgres(Box::new(address.parse()?)),
    };
    Ok((Store::open(StoreOptions::new(place))?, master))
}

/// A connection with an API key.
pub struct Client {
    pub stream: BufReader<TcpStream>,
    pub key: String,
}

impl Client {
    pub fn open(address: SocketAddr, key: String) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), key })
    }

    pub fn call(&mut self, method: &str, target: &str, body: &[u8]) -> Outcome<(u16, Vec<u8>)> {
        self.head(method, target, body.len() as u64, "")?;
        self.stream.get_mut().write_all(body)?;
        let (status, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }

    pub fn head(&mut self, method: &str, target: &str, length: u64, more: &str) -> Outcome<()> {
        let key = &self.key;
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\n{more}\r\n"
        );
        Ok(self.stream.get_mut().write_all(head.as_bytes())?)
    }

    /// The head of an answer: status, the length of its body, and where it leads.
    pub fn answer(&mut self) -> Outcome<(u16, u64, String)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let (mut length, mut location) = (0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                return Ok((status, length, location));
            };
            match name {
                "content-length" => length = value.parse()?,
                "location" => value.clone_into(&mut location),
                _ => {}
            }
        }
    }
}

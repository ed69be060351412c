//! A mail server for tests, over plain TCP or TLS, that says what it is told to say and keeps what it takes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A letter that was taken.
#[derive(Clone, Debug)]
pub struct Came {
    pub to: String,
    pub raw: String,
}

/// What is said instead of the usual, by verb; `.` is the end of a letter, and an empty answer is none, for ever.
type Answers = Arc<Mutex<BTreeMap<String, String>>>;

/// A running mail server.
pub struct Mailbox {
    pub address: SocketAddr,
    answers: Answers,
    came: Arc<Mutex<Vec<Came>>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Mailbox {
    pub fn open() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    pub fn at(address: SocketAddr) -> Self {
        Self::with(address, |stream| Box::new(stream))
    }

    /// `wrap` brings TLS, where there is any.
    pub fn with(address: SocketAddr, wrap: fn(TcpStream) -> Box<dyn Stream>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let mailbox = Self {
            address: listener.local_addr().unwrap(),
            answers: Answers::default(),
            came: Arc::default(),
            heard: Arc::default(),
        };
        let (answers, came, heard) = (mailbox.answers.clone(), mailbox.came.clone(), mailbox.heard.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, came, heard) = (answers.clone(), came.clone(), heard.clone());
                std::thread::spawn(move || {
                    // Whoever breaks off has said all they had to say.
                    let _ = talk(wrap(stream.unwrap()), &answers, &came, &heard);
                });
            }
        });
        mailbox
    }

    /// The setting that leads here.
    pub fn server(&self) -> String {
        format!("smtp://{}?tls=none", self.address)
    }

    /// From now on `verb` is answered so; `None` is as usual.
    pub fn say(&self, verb: &str, answer: Option<&str>) {
        let mut answers = self.answers.lock().unwrap();
        match answer {
            Some(answer) => drop(answers.insert(verb.to_owned(), answer.to_owned())),
            None => drop(answers.remove(verb)),
        }
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// Lines that were said to it.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Both directions.
pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn talk(
    stream: Box<dyn Stream>,
    answers: &Answers,
    came: &Mutex<Vec<Came>>,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let say = |stream: &mut BufReader<Box<dyn Stream>>, verb: &str, usual: &str| {
        let answer = answers.lock().unwrap().get(verb).cloned().unwrap_or_else(|| usual.to_owned());
        while answer.is_empty() {
            std::thread::park();
        }
        stream.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
        stream.get_mut().flush()?;
        Ok::<_, std::io::Error>(answer.starts_with(['2', '3']))
    };
    say(&mut stream, "", "220 mail.example at your service")?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end().to_owned();
        heard.lock().unwrap().push(line.clone());
        let verb = line.split(' ').next().unwrap().to_uppercase();
        match verb.as_str() {
            "EHLO" => drop(say(&mut stream, &verb, "250-mail.example\r\n250-AUTH PLAIN\r\n250 8BITMIME")?),
            "AUTH" => drop(say(&mut stream, &verb, "235 welcome")?),
            "RCPT" => {
                line.split(['<', '>']).nth(1).unwrap().clone_into(&mut to);
                say(&mut stream, &verb, "250 fine")?;
            }
            "DATA" => {
                if !say(&mut stream, &verb, "354 go on")? {
                    continue;
                }
                let mut raw = String::new();
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line)?;
                    if line == ".\r\n" || line.is_empty() {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                if answers.lock().unwrap().get(".").is_none_or(|answer| answer.starts_with('2')) {
                    came.lock().unwrap().push(Came { to: to.clone(), raw });
                }
                say(&mut stream, ".", "250 taken")?;
            }
            "QUIT" => {
                say(&mut stream, &verb, "221 bye")?;
                return Ok(());
            }
            _ => drop(say(&mut stream, &verb, "250 fine")?),
        }
    }
}

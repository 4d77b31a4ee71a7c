//! The least of an HTTP client: it sends what a test gives it and reads one answer.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use mpa_emulator::{Emulator, Options};
use serde_json::Value;

use crate::requests::Request;

/// No answer takes this long. A test that hangs would not say why.
const MAX_RESPONSE: Duration = Duration::from_secs(20);

pub struct Client<S: Read + Write = TcpStream> {
    stream: BufReader<S>,
}

impl Client {
    pub fn connect(emulator: &Emulator) -> Self {
        Self::over(connect(emulator))
    }
}

pub fn connect(emulator: &Emulator) -> TcpStream {
    let stream = TcpStream::connect(emulator.address()).unwrap();
    stream.set_read_timeout(Some(MAX_RESPONSE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

impl<S: Read + Write> Client<S> {
    pub fn over(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    pub fn send(&mut self, request: &Request) -> Answer {
        self.send_bytes(&request.to_bytes());
        self.receive()
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send(&Request::new("GET", path))
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
        self.stream.get_mut().flush().unwrap();
    }

    pub fn receive(&mut self) -> Answer {
        let mut answer = self.receive_head();
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    /// All of an answer to `HEAD`, which has no body.
    pub fn receive_head(&mut self) -> Answer {
        let status_line = self.line();
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no answer: {status_line:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Answer { status, headers, body: String::new() }
    }

    /// What is left to read until the emulator closes; nothing if it resets.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest);
        rest
    }

    /// What comes until the connection ends, and how it ends: with a FIN or with an error.
    pub fn end(&mut self) -> Result<Vec<u8>, ErrorKind> {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => Ok(rest),
            Err(error) => Err(error.kind()),
        }
    }

    /// Sends a request that gets no answer, and says how the connection ends.
    pub fn send_in_vain(&mut self, request: &Request) -> Result<Vec<u8>, ErrorKind> {
        self.send_bytes(&request.to_bytes());
        self.end()
    }

    pub fn put(&mut self, path: &str, body: &Value) -> Answer {
        self.send(&Request::new("PUT", path).with_body(body.to_string()))
    }

    pub fn stream(&self) -> &S {
        self.stream.get_ref()
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }
}

/// An emulator as most tests want it.
pub fn start() -> Emulator {
    Emulator::start(Options::default()).unwrap()
}

/// An emulator in which something goes wrong with title 7.
pub fn start_with(faults: &[&str]) -> Emulator {
    let emulator = start();
    emulator.set_faults(7, faults).unwrap();
    emulator
}

/// The answer of an emulator that has seen nothing else.
pub fn answer(request: &Request) -> Answer {
    Client::connect(&start()).send(request)
}

/// Checks an error in the service's shape. `debug_message` is a part of the one expected.
pub fn assert_refused(answer: &Answer, status: u16, error_code: &str, debug_message: &str) {
    let error = answer.json();
    assert_eq!((answer.status, error["errorCode"].as_str()), (status, Some(error_code)), "{error}");
    let said = error["debugMessage"].as_str().unwrap_or_default();
    assert!(said.contains(debug_message), "{debug_message:?} in {said:?}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert!(answer.header("x-xblcorrelationid").is_some(), "{answer:?}");
}

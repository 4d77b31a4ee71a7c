//! The bare exchange: the same bytes on a socket, one write and one read. Nothing can be faster.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::request;
use crate::worker::Caller;

pub struct Raw {
    stream: TcpStream,
    request: Vec<u8>,
    answer: [u8; 1024],
}

impl Raw {
    pub fn open(endpoint: &str, token_length: usize) -> Self {
        let host = endpoint.strip_prefix("http://").expect("a plain http endpoint");
        let stream = TcpStream::connect(host).expect("the peer listens");
        stream.set_nodelay(true).expect("a TCP socket");
        // So that a peer that dies does not leave this waiting for ever; set once, it costs nothing.
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a TCP socket");
        Raw { stream, request: bytes(host, token_length), answer: [0; 1024] }
    }
}

impl Caller for Raw {
    fn call(&mut self) {
        let written = self.stream.write(&self.request).expect("the peer reads");
        assert_eq!(written, self.request.len(), "one write");
        let read = self.stream.read(&mut self.answer).expect("the peer answers");
        let answer = &self.answer[..read];
        assert!(answer.starts_with(b"HTTP/1.1 204 ") && answer.ends_with(b"\r\n\r\n"), "one read");
    }
}

fn bytes(host: &str, token_length: usize) -> Vec<u8> {
    let body = request::body();
    let mut head = format!("POST {} HTTP/1.1\r\nhost: {host}\r\n", request::path());
    head += &format!("content-length: {}\r\n", body.len());
    for (name, value) in request::headers(token_length) {
        head += &format!("{name}: {value}\r\n");
    }
    [head.as_bytes(), b"\r\n", body.as_bytes()].concat()
}

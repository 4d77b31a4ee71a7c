//! A peer that answers as it is told, over plain HTTP.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

/// What to do with the request that has just been read.
pub enum Answer {
    /// These bytes, and then the next request of the same connection.
    Say(String),
    /// Close the connection, without a word.
    Close,
    /// Say nothing, until the client gives up.
    Stall,
}

/// Serves one connection after the other; `answer` is given the number of the request, from 0.
/// Returns the endpoint, and the requests as they come in.
pub fn start(answer: impl Fn(usize) -> Answer + Send + 'static) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (seen, requests) = mpsc::channel();
    thread::spawn(move || {
        let mut number = 0;
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            while let Some(request) = read_request(&mut stream) {
                if seen.send(request).is_err() {
                    return;
                }
                let answer = answer(number);
                number += 1;
                match answer {
                    // The client may have given up.
                    Answer::Say(bytes) => drop(stream.write_all(bytes.as_bytes())),
                    Answer::Close => break,
                    Answer::Stall => while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {},
                }
            }
        }
    });
    (endpoint, requests)
}

/// The head and the body of the next request; `None` at the end of the connection.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        let amount = stream.read(&mut buffer).unwrap_or(0);
        if amount == 0 {
            return None;
        }
        request.extend_from_slice(&buffer[..amount]);
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            if body.len() >= length.parse().expect("a number") {
                return Some(text.into_owned());
            }
        }
    }
}

/// An answer with a body and its length.
pub fn response(status: u16, headers: &[&str], body: &str) -> String {
    let mut text = format!("HTTP/1.1 {status} Status\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if status != 204 {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    format!("{text}\r\n{body}")
}

//! The other side: answers every request with 204, and queries with activities, as fast as it can, or after a while, over
//! connections that it keeps. A process of its own, so that what is counted in a client is the client's.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::query;
use crate::tools::Result;

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\n\
    X-XblCorrelationId: 7a3c2f61-5d0e-4b8e-9f43-0c1d2e3f4a5b\r\n\r\n";

/// A running peer; it ends with this, and also when this process dies.
pub struct Peer {
    pub endpoint: String,
    child: Child,
    _life_line: Option<ChildStdin>,
}

impl Peer {
    pub fn start() -> Result<Self> {
        Self::start_that_answers_after(Duration::ZERO)
    }

    pub fn start_that_answers_after(wait: Duration) -> Result<Self> {
        Self::spawn(wait).map_err(|error| format!("the peer did not start ({error})"))
    }

    fn spawn(wait: Duration) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["peer", &wait.as_millis().to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let life_line = child.stdin.take();
        let mut endpoint = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut endpoint)?;
        }
        Ok(Peer { endpoint: endpoint.trim().to_owned(), child, _life_line: life_line })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The peer's process: serves until its standard input ends.
pub fn run(wait: Duration) -> io::Result<()> {
    let listener = listen()?;
    println!("{}", endpoint(&listener)?);
    serve_all(listener, move |_| {
        if !wait.is_zero() {
            thread::sleep(wait)
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

/// A peer in this process, which shows each request to `look`; it serves as long as the process lives.
pub fn start_here(look: impl Fn(&[u8]) + Clone + Send + 'static) -> Result<String> {
    let failed = |error: io::Error| format!("the peer did not start ({error})");
    let listener = listen().map_err(failed)?;
    let endpoint = endpoint(&listener).map_err(failed)?;
    serve_all(listener, look);
    Ok(endpoint)
}

fn serve_all(listener: TcpListener, look: impl Fn(&[u8]) + Clone + Send + 'static) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let look = look.clone();
            thread::spawn(move || serve(stream, look));
        }
    });
}

/// The first request that arrives while `send` sends some to this endpoint.
pub fn first_request(send: impl FnOnce(&str) -> Result<()>) -> Result<Vec<u8>> {
    let failed = |error: io::Error| format!("a request could not be looked at ({error})");
    let listener = listen().map_err(failed)?;
    let endpoint = endpoint(&listener).map_err(failed)?;
    let looking = thread::spawn(move || -> io::Result<Vec<u8>> {
        let (stream, _) = listener.accept()?;
        let mut first = Vec::new();
        serve(stream, |request| {
            if first.is_empty() {
                first = request.to_vec();
            }
        })?;
        Ok(first)
    });
    let sent = send(&endpoint);
    if sent.is_err() {
        // Perhaps no client has connected; then this ends the wait.
        let _ = TcpStream::connect(endpoint.trim_start_matches("http://"));
    }
    let first = looking.join().map_err(|_| "the listener panicked".to_owned())?;
    sent?;
    first.map_err(failed)
}

fn listen() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

fn endpoint(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

fn serve(mut stream: TcpStream, mut look: impl FnMut(&[u8])) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    let found = answer_to_query();
    loop {
        match stream.read(&mut buffer[filled..])? {
            0 => return Ok(()),
            read => filled += read,
        }
        if is_whole(&buffer[..filled]) {
            look(&buffer[..filled]);
            stream.write_all(if is_query(&buffer[..filled]) { &found } else { ANSWER })?;
            filled = 0;
        }
    }
}

fn answer_to_query() -> Vec<u8> {
    let body = query::answer();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\
         X-XblCorrelationId: 7a3c2f61-5d0e-4b8e-9f43-0c1d2e3f4a5b\r\n\r\n{body}",
        body.len(),
    )
    .into_bytes()
}

fn is_query(request: &[u8]) -> bool {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    line.ends_with(b"/activities/query HTTP/1.1")
}

/// Whether head and body are there. Every request here ends its JSON, and only its JSON, with a
/// brace, and no client sends the next before the answer.
fn is_whole(request: &[u8]) -> bool {
    request.last() == Some(&b'}')
}

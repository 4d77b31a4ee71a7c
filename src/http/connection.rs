//! A connection to a server, plain or through TLS: made, looked at, written to, read from.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use zeroize::Zeroizing;

use super::error::{ErrorKind, Source, io_source};
use super::response::ResponseReader;
use super::socket::Socket;
use super::tls::TlsStream;

/// A server closes an idle connection after 60 s or more, most of them. One that is given up before
/// cannot be closed by it while a request is on its way.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// A server that says how long it keeps a connection counts from before its response arrives.
const KEEP_ALIVE_MARGIN: Duration = Duration::from_millis(500);

/// Most responses arrive whole in one read.
const READ_SIZE: usize = 4 * 1024;

#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    /// Data has arrived that no request asked for.
    has_early_data: bool,
    usable_until: Instant,
}

#[derive(Debug)]
enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream>),
}

impl Connection {
    pub fn plain(socket: Socket) -> Self {
        Connection { stream: Stream::Plain(socket), has_early_data: false, usable_until: Instant::now() + MAX_IDLE }
    }

    pub fn tls(socket: Socket, config: Arc<ClientConfig>, host: &str, deadline: Instant) -> Result<Self, Source> {
        let mut has_early_data = false;
        let stream = TlsStream::connect(socket, config, host, deadline, &mut |_| has_early_data = true)?;
        let stream = Stream::Tls(Box::new(stream));
        Ok(Connection { stream, has_early_data, usable_until: Instant::now() + MAX_IDLE })
    }

    /// Checks, without waiting, that the peer has neither closed nor sent anything: what arrived
    /// before a request is no response to it. An error means that nothing may be sent here.
    pub fn check_quiet(&mut self, deadline: Instant) -> Result<(), Source> {
        if self.has_early_data {
            return Err(unsolicited());
        }
        match &mut self.stream {
            Stream::Plain(socket) => match socket.read_available(&mut [0]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
                Err(error) => Err(io_source(&error)),
                Ok(0) => Err(Source::closed()),
                Ok(_) => Err(unsolicited()),
            },
            Stream::Tls(stream) => {
                let mut has_data = false;
                while stream.read_available(deadline, &mut |_| has_data = true)? {}
                // The rest of a record, such as a ticket of a fresh session, is on its way.
                while !stream.is_at_record_boundary() && !has_data {
                    if !stream.read(deadline, &mut |_| has_data = true)? {
                        return Err(Source::closed());
                    }
                }
                if has_data { Err(unsolicited()) } else { Ok(()) }
            }
        }
    }

    /// Whether the server is still expected to keep it.
    pub fn is_fresh(&self, now: Instant) -> bool {
        now < self.usable_until
    }

    /// Sends a request. `entered` counts the bytes of it, or of its TLS records, that entered the socket.
    pub fn write_all(&mut self, bytes: &[u8], deadline: Instant, entered: &mut usize) -> Result<(), Source> {
        match &mut self.stream {
            Stream::Plain(socket) => socket.write_all(bytes, deadline, entered).map_err(|error| io_source(&error)),
            Stream::Tls(stream) => stream.write_all(bytes, deadline, entered),
        }
    }

    /// Reads until the response is complete. After an error or a connection's end, `reader` has what came.
    pub fn read(&mut self, reader: &mut ResponseReader, deadline: Instant) -> Result<(), Source> {
        let mut buffer = Zeroizing::new([0; READ_SIZE]);
        loop {
            let mut pushed = Ok(false);
            let mut take = |bytes: &[u8]| {
                // What follows a complete response stays in the reader, which notes it.
                if pushed.is_ok() {
                    pushed = reader.push(bytes);
                }
            };
            let is_open = match &mut self.stream {
                Stream::Plain(socket) => {
                    let amount = socket.read(&mut *buffer, deadline).map_err(|error| io_source(&error))?;
                    take(&buffer[..amount]);
                    amount > 0
                }
                Stream::Tls(stream) => stream.read(deadline, &mut take)?,
            };
            match pushed {
                Ok(true) => return Ok(()),
                Ok(false) if is_open => {}
                Ok(false) => return Err(Source::closed()),
                Err(_) => return Err(Source::new(ErrorKind::InvalidResponse, "what came back is not HTTP")),
            }
        }
    }

    /// Whether another request may follow this response; `false` where anything is left of it.
    pub fn can_be_kept(&mut self, reader: &ResponseReader) -> bool {
        let is_clear = match &self.stream {
            Stream::Plain(_) => true,
            Stream::Tls(stream) => stream.is_at_record_boundary() && !stream.peer_has_closed(),
        };
        let keep_alive = reader
            .keep_alive_s()
            .map_or(MAX_IDLE, |seconds| Duration::from_secs(seconds).saturating_sub(KEEP_ALIVE_MARGIN).min(MAX_IDLE));
        self.usable_until = Instant::now() + keep_alive;
        // Another try of what was misdirected goes over another connection (RFC 9110, section 15.5.20).
        let is_misdirected = reader.status() == Some(421);
        is_clear && reader.is_reusable() && !is_misdirected && !keep_alive.is_zero()
    }
}

fn unsolicited() -> Source {
    Source::new(ErrorKind::Connection, "the other side sent something before it was asked")
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;

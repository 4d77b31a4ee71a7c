//! The TCP socket of a connection: deadlines, how much entered it, and whether anything waits in it.
//!
//! A warm request costs three system calls: one look whether the connection is quiet, one write, one
//! read. The socket's own time limits are set again only when they change.

use crate::sync::lock::Mutex;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Time limits of the socket are rounded up to this, so that the first attempt of most calls finds
/// the limit that the call before it has set.
const GRANULARITY: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Socket {
    stream: Arc<TcpStream>,
    read_limit: Duration,
    #[cfg(unix)]
    write_limit: Duration,
}

impl Socket {
    /// A connected, blocking socket, which `sockets` can shut down.
    pub fn new(stream: TcpStream, sockets: &OpenSockets) -> io::Result<Self> {
        let stream = Arc::new(stream);
        sockets.add(&stream)?;
        Ok(Socket {
            stream,
            read_limit: Duration::ZERO,
            #[cfg(unix)]
            write_limit: Duration::ZERO,
        })
    }

    /// The socket itself, with the time limits of the last read and write.
    pub fn into_stream(self) -> io::Result<TcpStream> {
        self.stream.try_clone()
    }

    /// Reads what has arrived, or waits for it; 0 is the end. When the time is up it looks once more,
    /// since the process may have been stopped while something arrived.
    pub fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        loop {
            let Some(limit) = limit_until(deadline) else {
                return self.read_available(buffer).map_err(|error| match error.kind() {
                    io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
                    _ => error,
                });
            };
            if limit != self.read_limit {
                self.stream.set_read_timeout(Some(limit))?;
                self.read_limit = limit;
            }
            match (&*self.stream).read(buffer) {
                Err(error) if is_pause(&error) => {}
                other => return other,
            }
        }
    }

    /// Reads what has arrived; `WouldBlock` where that is nothing.
    pub fn read_available(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match read_without_waiting(&self.stream, buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Writes all of it. `entered` counts the bytes that the socket took, whatever comes of the rest.
    pub fn write_all(&mut self, bytes: &[u8], deadline: Instant, entered: &mut usize) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let limit = limit_until(deadline).ok_or(io::ErrorKind::TimedOut)?;
            match self.write(rest, limit) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(amount) => {
                    *entered += amount;
                    rest = &rest[amount..];
                }
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    #[cfg(unix)]
    fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        if limit != self.write_limit {
            self.stream.set_write_timeout(Some(limit))?;
            self.write_limit = limit;
        }
        // The standard library writes to sockets with `MSG_NOSIGNAL` (macOS: `SO_NOSIGPIPE`), but
        // not its vectored writes, which would raise SIGPIPE.
        (&*self.stream).write(bytes)
    }

    /// On Windows, a blocking write that fails may have sent a part, and does not return how much. One that does not
    /// block takes what it returns. Only a peer that stops reading makes it wait.
    #[cfg(not(unix))]
    fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        const PAUSE: Duration = Duration::from_millis(5);
        self.stream.set_nonblocking(true)?;
        let started = Instant::now();
        let written = loop {
            match (&*self.stream).write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && started.elapsed() < limit => {
                    std::thread::sleep(PAUSE);
                }
                other => break other,
            }
        };
        self.stream.set_nonblocking(false)?;
        written
    }
}

/// A signal, or a limit of the socket: the time that is really left decides.
fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// `None` when the time is up.
fn limit_until(deadline: Instant) -> Option<Duration> {
    let remaining = deadline.saturating_duration_since(Instant::now());
    if remaining.is_zero() {
        return None;
    }
    let steps = remaining.as_nanos().div_ceil(GRANULARITY.as_nanos());
    Some(GRANULARITY.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX)))
}

/// Looks first, since a read with a flag of its own would need uninitialised memory; what is there
/// does not go away.
#[cfg(unix)]
fn read_without_waiting(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let mut byte = [std::mem::MaybeUninit::uninit()];
    socket2::SockRef::from(stream).recv_with_flags(&mut byte, libc::MSG_PEEK | libc::MSG_DONTWAIT)?;
    stream.read(buffer)
}

#[cfg(not(unix))]
fn read_without_waiting(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let read = stream.read(buffer);
    stream.set_nonblocking(false)?;
    read
}

/// The sockets of a client, for shutting them down while other threads use them.
#[derive(Debug, Default)]
pub struct OpenSockets {
    state: Mutex<OpenSocketsState>,
}

#[derive(Debug, Default)]
struct OpenSocketsState {
    is_shut_down: bool,
    sockets: Vec<Weak<TcpStream>>,
}

impl OpenSockets {
    /// Ends reading and writing on all of them, and refuses further ones.
    pub fn shut_down(&self) {
        let mut state = self.state.lock();
        state.is_shut_down = true;
        for socket in state.sockets.drain(..).filter_map(|socket| socket.upgrade()) {
            // It fails where the other side has closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    pub fn is_shut_down(&self) -> bool {
        self.state.lock().is_shut_down
    }

    fn add(&self, socket: &Arc<TcpStream>) -> io::Result<()> {
        let mut state = self.state.lock();
        if state.is_shut_down {
            return Err(io::Error::new(io::ErrorKind::NotConnected, "the client was closed"));
        }
        state.sockets.retain(|socket| socket.strong_count() > 0);
        state.sockets.push(Arc::downgrade(socket));
        Ok(())
    }
}

//! The TCP socket of a connection: deadlines, how much entered it, and whether anything waits in it.
//!
//! A warm request costs three system calls: one look whether the connection is quiet, one write, one
//! read. The socket's own time limits are set again only when they change.
//!
//! On Windows the socket does not block, and what waits is a poll: the state of a blocking socket is not defined after
//! one of its time limits has passed, and a write that fails then does not return how much it sent.

use crate::sync::lock::Mutex;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// On Windows, how long one wait takes at most: what another thread shuts down need not end it.
#[cfg(windows)]
const MAX_WAIT: Duration = Duration::from_millis(50);

/// Time limits of the socket are rounded up to this, so that the first attempt of most calls finds
/// the limit that the call before it has set.
const GRANULARITY: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Socket {
    stream: Arc<TcpStream>,
    #[cfg(unix)]
    read_limit: Duration,
    #[cfg(unix)]
    write_limit: Duration,
}

impl Socket {
    /// Of a connected, blocking socket, which `sockets` can shut down.
    pub fn new(stream: TcpStream, sockets: &OpenSockets) -> io::Result<Self> {
        #[cfg(windows)]
        stream.set_nonblocking(true)?;
        let stream = Arc::new(stream);
        sockets.add(&stream)?;
        Ok(Socket {
            stream,
            #[cfg(unix)]
            read_limit: Duration::ZERO,
            #[cfg(unix)]
            write_limit: Duration::ZERO,
        })
    }

    /// The socket itself, as it came: it blocks, without time limits.
    pub fn into_stream(self) -> io::Result<TcpStream> {
        let stream = self.stream.try_clone()?;
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(None)?;
        stream.set_write_timeout(None)?;
        Ok(stream)
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
            match self.read_within(buffer, limit) {
                Err(error) if is_pause(&error) => {}
                other => return other,
            }
        }
    }

    #[cfg(unix)]
    fn read_within(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        if limit != self.read_limit {
            self.stream.set_read_timeout(Some(limit))?;
            self.read_limit = limit;
        }
        (&*self.stream).read(buffer)
    }

    #[cfg(windows)]
    fn read_within(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        let read = (&*self.stream).read(buffer);
        if !is_blocked(&read) {
            return read;
        }
        self.wait(rustix::event::PollFlags::IN, limit)?;
        (&*self.stream).read(buffer)
    }

    /// Waits until reading or writing would not block, or for a while.
    #[cfg(windows)]
    fn wait(&self, what: rustix::event::PollFlags, limit: Duration) -> io::Result<()> {
        let mut sockets = [rustix::event::PollFd::new(&*self.stream, what)];
        let limit = limit.min(MAX_WAIT).try_into().map_err(|_| io::ErrorKind::InvalidInput)?;
        rustix::event::poll(&mut sockets, Some(&limit))?;
        Ok(())
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
            match self.write_within(rest, limit) {
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
    fn write_within(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        if limit != self.write_limit {
            self.stream.set_write_timeout(Some(limit))?;
            self.write_limit = limit;
        }
        // The standard library writes to sockets with `MSG_NOSIGNAL` (macOS: `SO_NOSIGPIPE`), but
        // not its vectored writes, which would raise SIGPIPE.
        (&*self.stream).write(bytes)
    }

    #[cfg(windows)]
    fn write_within(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        let written = (&*self.stream).write(bytes);
        if !is_blocked(&written) {
            return written;
        }
        self.wait(rustix::event::PollFlags::OUT, limit)?;
        (&*self.stream).write(bytes)
    }
}

#[cfg(windows)]
fn is_blocked(result: &io::Result<usize>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
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

#[cfg(windows)]
fn read_without_waiting(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    stream.read(buffer)
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

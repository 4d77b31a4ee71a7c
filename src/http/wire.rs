//! The socket of a connection: time limits, what entered it, and whether it is still open.
//!
//! A warm exchange costs three system calls: one look whether the connection is still there, one
//! write, one read. The socket's own time limits are set again only when they change.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, ShutdownHandle, Transport};

use super::exchange;
use super::failure::{FailureKind, Obstacle, io_obstacle};

/// Time limits of the socket are rounded up to this, so that the first attempt of most calls finds
/// the limit that the call before it has set.
const GRANULARITY: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Wire {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    read_limit: Duration,
    write_limit: Duration,
    use_: Use,
}

/// ureq asks whether a connection is open when it puts it into the pool and again when it takes it
/// out. The second answer covers what the first would have found.
#[derive(Debug, PartialEq)]
enum Use {
    Busy,
    Pooled,
}

impl Wire {
    fn new(stream: TcpStream, buffer_size: usize) -> Self {
        Wire {
            stream: Arc::new(stream),
            buffers: LazyBuffers::new(buffer_size, buffer_size),
            read_limit: Duration::ZERO,
            write_limit: Duration::ZERO,
            use_: Use::Busy,
        }
    }

    /// A socket for this address, which is not connected yet, so that connecting can be ended too.
    pub fn unconnected(address: SocketAddr, buffer_size: usize) -> io::Result<Self> {
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
        Ok(Wire::new(socket.into(), buffer_size))
    }

    pub fn connect(&self, address: SocketAddr, limit: Duration) -> io::Result<()> {
        socket2::SockRef::from(&*self.stream).connect_timeout(&address.into(), limit)?;
        self.stream.set_nodelay(true)
    }

    /// Ends connecting, reading and writing from another thread.
    pub fn shutdown_handle(&self) -> Weak<dyn ShutdownHandle> {
        let weak: Weak<TcpStream> = Arc::downgrade(&self.stream);
        weak
    }

    fn write_all(&mut self, amount: usize) -> Result<(), Error> {
        let mut written = 0;
        while written < amount {
            let limit = next_limit()?;
            if limit != self.write_limit {
                self.stream.set_write_timeout(Some(limit))?;
                self.write_limit = limit;
            }
            // The standard library writes to sockets with `MSG_NOSIGNAL` (macOS: `SO_NOSIGPIPE`), but
            // not its vectored writes, which would raise SIGPIPE.
            match (&*self.stream).write(&self.buffers.output()[written..amount]) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(entered) => {
                    exchange::bytes_entered();
                    written += entered;
                }
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(io_obstacle(&error).into()),
            }
        }
        Ok(())
    }
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        self.use_ = Use::Busy;
        let result = self.write_all(amount);
        exchange::write_ended(result.is_ok());
        result
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        self.use_ = Use::Busy;
        loop {
            let limit = next_limit()?;
            if limit != self.read_limit {
                self.stream.set_read_timeout(Some(limit))?;
                self.read_limit = limit;
            }
            match (&*self.stream).read(self.buffers.input_append_buf()) {
                Ok(amount) => {
                    self.buffers.input_appended(amount);
                    return Ok(amount > 0);
                }
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(io_obstacle(&error).into()),
            }
        }
    }

    fn is_open(&mut self) -> bool {
        match self.use_ {
            Use::Busy => {
                self.use_ = Use::Pooled;
                true
            }
            Use::Pooled => is_quiet(&self.stream),
        }
    }
}

/// A signal, or a limit of the socket: the time that is really left decides.
fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn next_limit() -> Result<Duration, Error> {
    let remaining = exchange::remaining();
    if remaining.is_zero() {
        return Err(Obstacle { kind: FailureKind::TimedOut, detail: "the time was up".to_owned() }.into());
    }
    let steps = remaining.as_nanos().div_ceil(GRANULARITY.as_nanos());
    Ok(GRANULARITY.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX)))
}

/// Whether the connection is open with nothing to read: an idle peer that has sent something has
/// closed, or says what belongs to no request.
#[cfg(unix)]
fn is_quiet(stream: &TcpStream) -> bool {
    let mut byte = [std::mem::MaybeUninit::uninit()];
    let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
    let peeked = socket2::SockRef::from(stream).recv_with_flags(&mut byte, flags);
    matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

#[cfg(not(unix))]
fn is_quiet(stream: &TcpStream) -> bool {
    if stream.set_nonblocking(true).is_err() {
        return false;
    }
    let peeked = stream.peek(&mut [0]);
    let blocking_again = stream.set_nonblocking(false).is_ok();
    blocking_again && matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

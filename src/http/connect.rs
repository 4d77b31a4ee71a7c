//! A TCP connection to one of a host's addresses: the next one is tried where the one before is slow,
//! and the first that answers is used (RFC 8305).

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use super::error::{ErrorKind, Source, io_source};

/// RFC 8305, section 5: the recommended delay between two attempts.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// How often it looks whether the client was closed meanwhile.
const SHUTDOWN_CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// More addresses than a host is given.
const MAX_ADDRESSES: usize = 16;

/// Connects to the address that answers first. `addresses`: in the order in which to try them.
pub fn connect(
    addresses: &[SocketAddr],
    deadline: Instant,
    is_shut_down: impl Fn() -> bool,
) -> Result<(TcpStream, SocketAddr), Source> {
    let mut race = Race::new(&addresses[..addresses.len().min(MAX_ADDRESSES)])?;
    loop {
        let now = Instant::now();
        if is_shut_down() {
            return Err(Source::new(ErrorKind::Connection, "the client was closed"));
        }
        if now >= deadline {
            return Err(race.timed_out());
        }
        race.start_what_is_due(now)?;
        if race.is_lost() {
            return Err(race.last_failure());
        }
        let until = race.next_start.unwrap_or(deadline).min(deadline).min(now + SHUTDOWN_CHECK_INTERVAL);
        if let Some((stream, address)) = race.wait(until.saturating_duration_since(now))? {
            return Ok((into_blocking(stream)?, address));
        }
    }
}

fn into_blocking(stream: mio::net::TcpStream) -> Result<TcpStream, Source> {
    let stream = TcpStream::from(stream);
    let prepared = stream.set_nonblocking(false).and_then(|()| stream.set_nodelay(true));
    prepared.map(|()| stream).map_err(|error| io_source(&error))
}

struct Race<'a> {
    poll: Poll,
    events: Events,
    addresses: &'a [SocketAddr],
    /// One for each address that was tried; `None` where that failed.
    attempts: Vec<Option<mio::net::TcpStream>>,
    /// When the next address is tried; `None` after the last.
    next_start: Option<Instant>,
    last_failure: Option<Source>,
}

impl<'a> Race<'a> {
    fn new(addresses: &'a [SocketAddr]) -> Result<Self, Source> {
        Ok(Race {
            poll: Poll::new().map_err(|error| io_source(&error))?,
            events: Events::with_capacity(MAX_ADDRESSES),
            addresses,
            attempts: Vec::with_capacity(addresses.len()),
            next_start: (!addresses.is_empty()).then(Instant::now),
            last_failure: None,
        })
    }

    /// Starts the next attempt where it is time, and further ones as long as they fail at once.
    fn start_what_is_due(&mut self, now: Instant) -> Result<(), Source> {
        while self.next_start.is_some_and(|start| start <= now) {
            let index = self.attempts.len();
            let address = self.addresses[index];
            let started = mio::net::TcpStream::connect(address);
            let is_started = started.is_ok();
            match started {
                Ok(mut stream) => {
                    let registered = self.poll.registry().register(&mut stream, Token(index), Interest::WRITABLE);
                    registered.map_err(|error| io_source(&error))?;
                    self.attempts.push(Some(stream));
                }
                Err(error) => {
                    self.attempts.push(None);
                    self.note(index, &error);
                }
            }
            let is_last = self.attempts.len() == self.addresses.len();
            self.next_start = (!is_last).then(|| if is_started { now + ATTEMPT_DELAY } else { now });
        }
        Ok(())
    }

    /// Waits for an attempt to succeed; one that fails has the next one start at once.
    fn wait(&mut self, limit: Duration) -> Result<Option<(mio::net::TcpStream, SocketAddr)>, Source> {
        match self.poll.poll(&mut self.events, Some(limit)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            Err(error) => return Err(io_source(&error)),
            Ok(()) => {}
        }
        let ready: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
        for index in ready {
            let Some(stream) = self.attempts.get_mut(index).and_then(Option::as_mut) else { continue };
            match outcome(stream) {
                Ok(false) => {}
                Ok(true) => {
                    let _ = self.poll.registry().deregister(stream);
                    return Ok(self.attempts[index].take().map(|stream| (stream, self.addresses[index])));
                }
                Err(error) => {
                    self.attempts[index] = None;
                    self.note(index, &error);
                    self.next_start = self.next_start.map(|_| Instant::now());
                }
            }
        }
        Ok(None)
    }

    fn note(&mut self, index: usize, error: &io::Error) {
        let source = io_source(error);
        let detail = format!("{} at {}", source.detail, self.addresses[index]);
        self.last_failure = Some(Source::new(source.kind, detail));
    }

    /// Nothing is left to wait for.
    fn is_lost(&self) -> bool {
        self.next_start.is_none() && self.attempts.iter().all(Option::is_none)
    }

    fn last_failure(&mut self) -> Source {
        let none = || Source::new(ErrorKind::Connection, "the service's name has no address");
        self.last_failure.take().unwrap_or_else(none)
    }

    fn timed_out(&self) -> Source {
        let waiting = self.attempts.iter().position(Option::is_some);
        let detail = match waiting {
            Some(index) => format!("no answer to the connection in time at {}", self.addresses[index]),
            None => "the time was up".to_owned(),
        };
        Source::new(ErrorKind::TimedOut, detail)
    }
}

/// Whether an attempt has succeeded, or is still under way.
fn outcome(stream: &mio::net::TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const LONG: Duration = Duration::from_secs(5);

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// Where nothing listens.
    fn refusing() -> SocketAddr {
        listener().1
    }

    /// A listener whose queue is full, so that the kernel lets further connections wait.
    fn silent() -> (socket2::Socket, Vec<TcpStream>, SocketAddr) {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let limit = Duration::from_millis(200);
        let queue = (0..3).filter_map(|_| TcpStream::connect_timeout(&address, limit).ok()).collect();
        (socket, queue, address)
    }

    fn run(addresses: &[SocketAddr], limit: Duration) -> Result<SocketAddr, Source> {
        connect(addresses, Instant::now() + limit, || false).map(|(_, address)| address)
    }

    #[test]
    fn a_silent_address_costs_one_delay() {
        let ((_silent, _queue, dead), (_listener, alive)) = (silent(), listener());
        let started = Instant::now();
        assert_eq!(run(&[dead, alive], LONG).unwrap(), alive);
        let took = started.elapsed();
        assert!(took >= ATTEMPT_DELAY && took < 2 * ATTEMPT_DELAY, "{took:?}");
    }

    #[test]
    fn an_address_that_refuses_costs_nothing() {
        let (_listener, alive) = listener();
        let started = Instant::now();
        assert_eq!(run(&[refusing(), refusing(), alive], LONG).unwrap(), alive);
        assert!(started.elapsed() < ATTEMPT_DELAY);
    }

    #[test]
    fn a_slow_address_may_still_win() {
        let ((_silent, _queue, dead), (_listener, alive)) = (silent(), listener());
        assert_eq!(run(&[alive, dead], LONG).unwrap(), alive);
    }

    #[test]
    fn where_none_answers_the_last_failure_is_reported() {
        let last = refusing();
        let source = run(&[refusing(), last], LONG).unwrap_err();
        assert_eq!(
            (source.kind, source.detail),
            (ErrorKind::Connection, format!("the connection was refused at {last}"))
        );
        let (_silent, _queue, dead) = silent();
        let source = run(&[dead], Duration::from_millis(100)).unwrap_err();
        assert_eq!(source.kind, ErrorKind::TimedOut);
        assert!(source.detail.ends_with(&dead.to_string()), "{}", source.detail);
        assert_eq!(run(&[], LONG).unwrap_err().kind, ErrorKind::Connection);
    }

    #[test]
    fn closing_the_client_ends_it() {
        let (_silent, _queue, dead) = silent();
        let started = Instant::now();
        let source = connect(&[dead], Instant::now() + LONG, || started.elapsed() > Duration::from_millis(50));
        assert_eq!(source.unwrap_err().kind, ErrorKind::Connection);
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}

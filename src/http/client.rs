//! Sends requests over connections that it keeps.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, Uri};
use rustls::ClientConfig;
use rustls::sign::CertifiedKey;

use super::base_url::{ip_literal, is_loopback};
use super::connect::connect;
use super::connection::Connection;
use super::dns::CachingResolver;
use super::error::{ErrorKind, Sent, Source, TransportError, io_source};
use super::proxy::Proxy;
use super::request::Request;
use super::response::{Response, ResponseReader};
use super::socket::{OpenSockets, Socket};
use super::trust::{TlsDefaults, Trust};
use super::tunnel;
use crate::outcome::{self, Advice};
use crate::sync::lock::Mutex;

/// As many as blocking calls of a game server share; a call more than that makes one for itself.
pub const USUAL_IDLE_CONNECTIONS: usize = 8;

/// What all clients of a process share.
#[derive(Debug, Default)]
pub struct Shared {
    pub resolver: CachingResolver,
    pub tls: TlsDefaults,
}

/// How requests are sent; the same for all of a client's.
#[derive(Clone)]
pub struct Settings {
    pub shared: Arc<Shared>,
    pub trust: Trust,
    /// What we prove in TLS to be, where the server asks.
    pub client_certificate: Option<Arc<CertifiedKey>>,
    pub allow_plain_http: bool,
    pub user_agent: HeaderValue,
    pub connect_timeout: Duration,
    /// Where TLS connections go through.
    pub proxy: Option<Arc<Proxy>>,
    /// How many connections are kept that no request uses; one more is closed.
    pub max_idle_connections: usize,
}

/// Until when an exchange may begin, and end.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// No request is begun from then on; one that has begun goes on.
    pub send: Instant,
    /// By then the exchange is over.
    pub response: Instant,
}

impl Deadlines {
    /// One deadline for all of it.
    pub fn both(at: Instant) -> Self {
        Deadlines { send: at, response: at }
    }
}

/// A way for requests to the service.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends one request, once, and reads its response.
    fn send(&self, request: Request<'_>, deadlines: Deadlines) -> Result<Response, TransportError>;

    /// Ends the exchanges of other threads, and all further ones.
    fn abort(&self);
}

pub struct Http {
    settings: Settings,
    tls: Arc<ClientConfig>,
    sockets: OpenSockets,
    idle: Mutex<Vec<Idle>>,
}

/// A connection that waits for the next request.
struct Idle {
    /// Scheme and authority.
    origin: String,
    connection: Connection,
}

/// How far an exchange has come.
#[derive(Debug, Default)]
struct Progress {
    was_connected: bool,
    /// Bytes of the request that entered the socket.
    entered: usize,
    is_all_sent: bool,
}

impl Http {
    pub fn new(settings: Settings) -> outcome::Result<Self> {
        let tls = settings.trust.client_config(settings.client_certificate.clone())?;
        Ok(Http { settings, tls, sockets: OpenSockets::default(), idle: Mutex::default() })
    }

    fn try_exchange(
        &self,
        request: &Request<'_>,
        deadlines: Deadlines,
        progress: &mut Progress,
    ) -> Result<Response, Source> {
        let bytes = request.to_bytes(&self.settings.user_agent);
        let origin = origin(request.uri);
        let connect_deadline = deadlines.send.min(deadlines.response);
        let mut connection = self.quiet_connection(&origin, request.uri, connect_deadline, progress)?;
        progress.was_connected = true;
        if Instant::now() >= connect_deadline {
            return Err(Source::new(ErrorKind::TimedOut, "the time was up"));
        }
        connection.write_all(&bytes, deadlines.response, &mut progress.entered)?;
        progress.is_all_sent = true;
        drop(bytes);
        let mut reader = ResponseReader::new(request.max_response);
        let read = connection.read(&mut reader, deadlines.response);
        if read.is_ok() && connection.can_be_kept(&reader) {
            self.keep(origin, connection);
        }
        // The head has arrived, which settles most; a body that breaks off is taken as far as it came.
        match (reader.finish(), read) {
            (Some(answer), _) => Ok(answer),
            (None, Err(source)) => Err(source),
            (None, Ok(())) => Err(Source::closed()),
        }
    }

    /// A connection on which a response can only be the response to what is sent next.
    fn quiet_connection(
        &self,
        origin: &str,
        uri: &Uri,
        deadline: Instant,
        progress: &mut Progress,
    ) -> Result<Connection, Source> {
        while let Some(mut idle) = self.take_idle(origin) {
            // Whatever is wrong with it, nothing was sent, and another connection will do. It is not waited
            // for, so that half a record costs the connection and not the time of the call.
            if idle.check_quiet(Instant::now()).is_ok() {
                return Ok(idle);
            }
        }
        let connect_deadline = deadline.min(Instant::now() + self.settings.connect_timeout);
        let mut connection = self.connect(uri, connect_deadline, progress)?;
        connection.check_quiet(connect_deadline)?;
        Ok(connection)
    }

    fn connect(&self, uri: &Uri, deadline: Instant, progress: &mut Progress) -> Result<Connection, Source> {
        let is_tls = uri.scheme() != Some(&http::uri::Scheme::HTTP);
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        // What is not encrypted does not go through a proxy, which could read the token.
        if let Some(proxy) = self.settings.proxy.as_ref().filter(|_| is_tls) {
            let socket = self.open_tunnel(proxy, host, port, deadline)?;
            progress.was_connected = true;
            return Connection::tls(socket, self.tls.clone(), host, deadline)
                .map_err(|source| tunnel::failed_behind(proxy, source));
        }
        let socket = self.reach(host, port, is_tls || self.settings.allow_plain_http, deadline)?;
        progress.was_connected = true;
        if is_tls { Connection::tls(socket, self.tls.clone(), host, deadline) } else { Ok(Connection::plain(socket)) }
    }

    /// Connects to a host. `anywhere`: also to one that is not this machine.
    fn reach(&self, host: &str, port: u16, anywhere: bool, deadline: Instant) -> Result<Socket, Source> {
        let is_shut_down = || self.sockets.is_shut_down();
        let literal = ip_literal(host);
        let addresses = match literal {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => self.settings.shared.resolver.addresses(host, port, deadline, is_shut_down)?,
        };
        if !anywhere && !addresses.iter().all(|address| is_loopback(address.ip())) {
            return Err(plain_http_refused(host));
        }
        let connected = connect(&addresses, deadline, is_shut_down);
        if literal.is_none() {
            self.note(host, connected.as_ref().ok().map(|(_, address)| address.ip()));
        }
        let (stream, _) = connected?;
        Socket::new(stream, &self.sockets).map_err(|error| io_source(&error))
    }

    /// A connection to a host through the proxy, which looks up the host's name.
    fn open_tunnel(&self, proxy: &Proxy, host: &str, port: u16, deadline: Instant) -> Result<Socket, Source> {
        let socket = self.reach(proxy.host(), proxy.port(), true, deadline);
        let mut socket = socket.map_err(|source| tunnel::unreached(proxy, source))?;
        tunnel::open(&mut socket, proxy, (host, port), &self.settings.user_agent, deadline)?;
        Ok(socket)
    }

    /// A connection to a host through the proxy of the settings; `None` where they have none.
    pub fn tunnel(&self, host: &str, port: u16, deadline: Instant) -> Option<Result<TcpStream, TransportError>> {
        let proxy = self.settings.proxy.as_ref()?;
        let opened = self.open_tunnel(proxy, host, port, deadline);
        let stream = opened.and_then(|socket| socket.into_stream().map_err(|error| io_source(&error)));
        Some(stream.map_err(|source| Progress::default().failure(source)))
    }

    /// Which of a host's addresses answered, if one did.
    fn note(&self, host: &str, answered: Option<IpAddr>) {
        match answered {
            Some(address) => self.settings.shared.resolver.prefer(host, address),
            None => self.settings.shared.resolver.forget(host),
        }
    }

    /// The one used last: the others can grow old.
    fn take_idle(&self, origin: &str) -> Option<Connection> {
        let now = Instant::now();
        let (taken, stale) = {
            let mut idle = self.idle.lock();
            let stale: Vec<Idle> = idle.extract_if(.., |idle| !idle.connection.is_fresh(now)).collect();
            let place = idle.iter().rposition(|idle| idle.origin == origin);
            (place.map(|place| idle.remove(place)), stale)
        };
        // Closing takes a system call each, without the lock.
        drop(stale);
        taken.map(|idle| idle.connection)
    }

    fn keep(&self, origin: String, connection: Connection) {
        let mut idle = self.idle.lock();
        let oldest = (idle.len() >= self.settings.max_idle_connections).then(|| idle.remove(0));
        idle.push(Idle { origin, connection });
        drop(idle);
        drop(oldest);
    }
}

impl Transport for Http {
    fn send(&self, request: Request<'_>, deadlines: Deadlines) -> Result<Response, TransportError> {
        let mut progress = Progress::default();
        self.try_exchange(&request, deadlines, &mut progress).map_err(|source| progress.failure(source))
    }

    /// Closes all connections, those in use as well.
    fn abort(&self) {
        self.sockets.shut_down();
        let idle = std::mem::take(&mut *self.idle.lock());
        drop(idle);
    }
}

impl Progress {
    fn failure(&self, source: Source) -> TransportError {
        let sent = if self.entered == 0 {
            Sent::Nothing
        } else if !self.is_all_sent {
            Sent::Incomplete
        } else if source.ended_handshake {
            Sent::Unread
        } else {
            Sent::MaybeDelivered
        };
        let Source { kind, detail, advice, .. } = source;
        TransportError { kind, sent, was_connected: self.was_connected, detail, advice }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}", uri.scheme_str().unwrap_or_default())
}

fn plain_http_refused(host: &str) -> Source {
    let detail = format!("{host} is another machine, to which the token is not sent in the clear");
    Source { advice: Some(Advice::UseHttps), ..Source::new(ErrorKind::InsecureTransport, detail) }
}

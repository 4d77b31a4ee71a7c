//! The way to a host: its name, a connection, TLS, an answer. The first three by themselves, so that each
//! has its own line; the last as a client does it.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use http::Method;
use mpa::auth::{Credential, ServiceClock, Validity};
use mpa::http::{
    BaseUrl, Deadlines, Http, MAX_SHORT_RESPONSE, Proxy, Request, Settings, TlsReason, Transport, TransportError,
};
use mpa::outcome::Outcome;

use crate::codes::Code;
use crate::messages;
use crate::report::{Finding, Report, Step};
use crate::tls::{self, Handshake, HandshakeError, PROBE_LIMIT};
use crate::tls_messages::{self, TlsProblem};

pub const LIMIT: Duration = Duration::from_secs(5);

/// What a host is to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Service,
    TokenHost,
    /// The one that takes the certificate.
    SignInHost,
}

impl Role {
    /// The beginning of the names of its steps.
    pub fn id(self) -> &'static str {
        match self {
            Role::Service => "service",
            Role::TokenHost => "token_host",
            Role::SignInHost => "sign_in_host",
        }
    }

    pub fn option(self) -> &'static str {
        match self {
            Role::Service => "--endpoint",
            Role::TokenHost => "--token-endpoint",
            Role::SignInHost => "--sign-in-endpoint",
        }
    }
}

/// A host that answers, and how to reach it.
pub struct Route {
    pub transport: Http,
    pub base: BaseUrl,
    pub host: String,
    /// It asked for the certificate in the handshake.
    pub wants_certificate: bool,
}

/// How a host was connected to.
#[derive(Clone, Copy)]
enum Line {
    Address(SocketAddr),
    Proxy,
}

/// What is the same for all hosts.
pub struct CheckContext<'a> {
    pub settings: &'a Settings,
    pub clock: &'a ServiceClock,
    pub ca_certificates: Option<&'a str>,
    pub ca_only: bool,
    /// The environment's variables with a proxy, which is not used.
    pub proxy_variables: &'a [String],
    pub network_only: bool,
}

/// A host, and whom we show to be there.
pub struct Host<'a> {
    pub role: Role,
    pub name: String,
    pub port: u16,
    /// Whether TLS is spoken.
    is_secure: bool,
    base: &'a BaseUrl,
    /// Shown where the host asks for it.
    credential: Option<&'a Credential>,
    pub context: &'a CheckContext<'a>,
}

impl<'a> Host<'a> {
    pub fn new(
        role: Role,
        base: &'a BaseUrl,
        credential: Option<&'a Credential>,
        context: &'a CheckContext<'a>,
    ) -> Result<Self, Finding> {
        let uri = base.join("/").map_err(messages::defect)?;
        let is_secure = uri.scheme_str() != Some("http");
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let name = uri.host().unwrap_or_default().to_owned();
        Ok(Host { role, name, port, is_secure, base, credential, context })
    }

    /// Whether it is one of the service's own, not one of a test.
    pub fn is_production(&self) -> bool {
        self.name.trim_end_matches('.').to_ascii_lowercase().ends_with(".xboxlive.com")
    }

    /// Whether the certificate that it is shown can be used now.
    pub fn validity(&self) -> Option<Validity> {
        let now = self.context.clock.at(SystemTime::now());
        self.credential.map(|credential| credential.validity(now))
    }

    /// Checks the way there, as far as it goes. The clock learns from what the host answers.
    pub fn check(&self, report: &mut Report) -> Option<Route> {
        let (stream, line) = match &self.context.settings.proxy {
            Some(proxy) if self.is_secure => {
                let stream = report.take(self.step("proxy"), self.connect_through(proxy))?;
                (stream, Line::Proxy)
            }
            _ => {
                let addresses = report.take(self.step("name"), self.look_up())?;
                let (stream, address) = report.take(self.step("connection"), self.connect(&addresses))?;
                (stream, Line::Address(address))
            }
        };
        let wants_certificate =
            if self.is_secure { report.take(self.step("TLS"), self.handshake(&stream, line))? } else { false };
        drop(stream);
        let (answer, clock_offset_ms) = report.take(self.step("HTTP"), self.send(line))?;
        report.clock_offset_ms = clock_offset_ms.or(report.clock_offset_ms);
        Some(Route { transport: answer, base: self.base.clone(), host: self.name.clone(), wants_certificate })
    }

    fn step(&self, part: &str) -> Step {
        // Several hosts of one name are distinguished, as those of an emulator.
        let Host { role, name, port, .. } = self;
        let host = if *port == 443 { name.clone() } else { format!("{name}:{port}") };
        Step { id: format!("{}_{}", role.id(), part.to_ascii_lowercase()), label: format!("{host}, {part}") }
    }

    /// The proxy looks up the name. As a client does it, so that its name and a connection to it are tried, too.
    fn connect_through(&self, proxy: &Proxy) -> Result<(TcpStream, Finding), Finding> {
        let stream = self.tunnel(LIMIT).map_err(|error| messages::proxy_failed(&error))?;
        let finding = Finding::ok(format!("Connected through the proxy {proxy}."));
        stream.map(|stream| (stream, finding)).ok_or_else(|| messages::defect(Outcome::internal("There is no proxy.")))
    }

    /// `None` where there is no proxy.
    fn tunnel(&self, limit: Duration) -> Result<Option<TcpStream>, TransportError> {
        // What is wrong with the settings is found where they are used for a request.
        let Ok(http) = Http::new(self.context.settings.clone()) else { return Ok(None) };
        http.tunnel(&self.name, self.port, Instant::now() + limit).transpose()
    }

    /// Another connection the same way.
    fn reconnect(&self, line: Line, limit: Duration) -> Option<TcpStream> {
        match line {
            Line::Address(address) => TcpStream::connect_timeout(&address, limit).ok(),
            Line::Proxy => self.tunnel(limit).ok().flatten(),
        }
    }

    fn look_up(&self) -> Result<(Vec<SocketAddr>, Finding), Finding> {
        // The system's resolver cannot be interrupted; a thread that hangs ends with the program.
        let (answer, answered) = mpsc::channel();
        let (wanted, port) = (self.name.trim_start_matches('[').trim_end_matches(']').to_owned(), self.port);
        let spawned = thread::Builder::new().spawn(move || {
            let found = (wanted.as_str(), port).to_socket_addrs().map(Vec::from_iter);
            // No one may be waiting any more.
            let _ = answer.send(found);
        });
        if let Err(error) = spawned {
            let message = format!("No thread could be started to look up the name ({error}).");
            return Err(Finding::failed(Code::Internal, message, "Give this machine room for another thread."));
        }
        let advice = messages::look_up_advice(self);
        match answered.recv_timeout(LIMIT) {
            Ok(Ok(addresses)) if !addresses.is_empty() => {
                let listed: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
                let message = format!("Resolves to {}.", listed.join(", "));
                Ok((addresses, Finding::ok(message)))
            }
            Ok(Ok(_)) => Err(Finding::failed(Code::NameNotFound, "The name has no address.", advice)),
            Ok(Err(error)) => {
                Err(Finding::failed(Code::NameNotFound, format!("The name was not found ({error})."), advice))
            }
            Err(_) => Err(Finding::failed(Code::NameTimedOut, "Looking up the name took too long.", advice)),
        }
    }

    fn connect(&self, addresses: &[SocketAddr]) -> Result<((TcpStream, SocketAddr), Finding), Finding> {
        let mut errors = Vec::new();
        for address in addresses {
            match TcpStream::connect_timeout(address, LIMIT / 2) {
                Ok(stream) => {
                    return Ok(((stream, *address), Finding::ok(format!("Connected to {address}."))));
                }
                Err(error) => errors.push(format!("{address}: {error}")),
            }
        }
        let message = format!("No connection could be made ({}).", errors.join("; "));
        Err(Finding::failed(Code::ConnectionFailed, message, messages::connection_advice(self)))
    }

    /// Returns whether the host asked for the certificate.
    fn handshake(&self, stream: &TcpStream, line: Line) -> Result<(bool, Finding), Finding> {
        let key = self.credential.map(Credential::client_certificate).transpose();
        let key = key.map_err(messages::defect)?;
        let handshake = tls::handshake(stream, &self.name, &self.context.settings.trust, key, LIMIT);
        let Handshake { chain, wants_certificate, result } = handshake.map_err(messages::defect)?;
        let problem = match result {
            Ok(()) => return Ok((wants_certificate, tls_messages::tls_succeeded(self, chain, wants_certificate))),
            Err(HandshakeError::Tls(failure)) if failure.reason == TlsReason::NotTls => TlsProblem::NotTls,
            Err(HandshakeError::Tls(failure)) => return Err(tls_messages::tls_failed(self, &failure, chain)),
            Err(HandshakeError::Io(error)) => match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => TlsProblem::TimedOut,
                _ => TlsProblem::Closed,
            },
        };
        // A server that waits for a request may also close, or wait.
        let again = self.reconnect(line, PROBE_LIMIT);
        let is_plain = again.is_some_and(|stream| tls::speaks_plain_http(&stream, &self.name));
        let problem = if is_plain { TlsProblem::PlainHttp } else { problem };
        Err(tls_messages::tls_not_spoken(self, problem))
    }

    /// Sends a request that every host answers and none acts on: for no path, without a token. Returns the
    /// clock's offset too, where the answer has a Date.
    fn send(&self, line: Line) -> Result<((Http, Option<i64>), Finding), Finding> {
        let CheckContext { settings, clock, .. } = *self.context;
        let defect = messages::defect;
        let client_certificate = self.credential.map(Credential::client_certificate).transpose().map_err(defect)?;
        let transport = Http::new(Settings { client_certificate, ..settings.clone() }).map_err(defect)?;
        let uri = self.base.join("/").map_err(defect)?;
        let request = Request {
            method: &Method::POST,
            uri: &uri,
            authorization: None,
            signature: None,
            body: b"{}",
            max_response: MAX_SHORT_RESPONSE,
        };
        let before = SystemTime::now();
        let answer = transport
            .send(request, Deadlines::both(Instant::now() + LIMIT))
            .map_err(|error| messages::unanswered(self, &error, || self.speaks_tls(line)))?;
        let offset_ms = answer.header("Date").map(|date| {
            clock.observe(before, SystemTime::now(), date);
            clock.offset_ms()
        });
        let finding = messages::answered(self, answer.status, self.is_secure)?;
        Ok(((transport, offset_ms), finding))
    }

    /// Whether TLS is spoken at the port of an endpoint with http://.
    fn speaks_tls(&self, line: Line) -> bool {
        if self.is_secure {
            return false;
        }
        let Some(stream) = self.reconnect(line, LIMIT / 2) else { return false };
        let handshake = tls::handshake(&stream, &self.name, &self.context.settings.trust, None, LIMIT / 2);
        handshake.is_ok_and(|handshake| handshake.result.is_ok() || !handshake.chain.is_empty())
    }
}

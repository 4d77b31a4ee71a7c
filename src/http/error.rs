//! How a request can end without a response.

use std::io;

use super::tls_error::TlsReason;
use crate::outcome::Advice;

/// How much of a request can have reached the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// No byte of it entered the socket.
    Nothing,
    /// Some did, but the last bytes did not, so that the service cannot have acted on it.
    Incomplete,
    /// All of it did, but the server ended the TLS handshake without having accepted it: it cannot
    /// have read the request (RFC 8446, section 4.4: Finished has to be verified first).
    Unread,
    /// All of it may have: the service may have acted on it.
    MaybeDelivered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no way to the service: its name, its address, a connection that broke.
    Connection,
    /// The peer could not prove who it is, or does not speak TLS.
    Tls,
    /// The peer ended TLS by an alert: it does not accept us.
    TlsAlert,
    TimedOut,
    /// What came back is not HTTP.
    InvalidResponse,
    /// The configuration forbids to send the request in the clear.
    InsecureTransport,
    /// The proxy, or what answers in its place, does not connect us: its configuration or ours has to change.
    ProxyRefused,
}

impl ErrorKind {
    /// Whether the same request can fare better without a change of the configuration.
    pub fn may_pass(self) -> bool {
        !matches!(self, ErrorKind::Tls | ErrorKind::TlsAlert | ErrorKind::InsecureTransport | ErrorKind::ProxyRefused)
    }
}

/// A request without a response.
#[derive(Debug)]
pub struct TransportError {
    pub kind: ErrorKind,
    pub sent: Sent,
    /// Whether there was a connection: one was made, or kept from before.
    pub was_connected: bool,
    /// What happened, as the end of a sentence.
    pub detail: String,
    pub advice: Option<Advice>,
}

/// What went wrong in one of the layers of a connection.
#[derive(Debug)]
pub struct Source {
    pub kind: ErrorKind,
    pub detail: String,
    pub advice: Option<Advice>,
    /// The peer ended the handshake of TLS, so that it cannot have read what was sent after it.
    pub ended_handshake: bool,
    /// Where TLS failed.
    pub tls_reason: Option<TlsReason>,
}

impl Source {
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Source { kind, detail: detail.into(), advice: None, ended_handshake: false, tls_reason: None }
    }

    /// The other side ended the connection in order.
    pub fn closed() -> Self {
        Source::new(ErrorKind::Connection, "the other side closed the connection")
    }
}

pub fn io_source(error: &io::Error) -> Source {
    let (kind, detail) = match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => (ErrorKind::TimedOut, "the time was up".to_owned()),
        io::ErrorKind::UnexpectedEof => return Source::closed(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            (ErrorKind::Connection, "the other side broke the connection off".to_owned())
        }
        io::ErrorKind::ConnectionRefused => (ErrorKind::Connection, "the connection was refused".to_owned()),
        _ => (ErrorKind::Connection, error.to_string()),
    };
    Source::new(kind, detail)
}

//! How a request can fail without an answer.

use std::io;

use ureq::Error;

/// How much of a request can have reached the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// No byte of it entered the socket.
    Nothing,
    /// Some did, but the last bytes did not, so that the service cannot have acted on it.
    Incomplete,
    /// All of it may have: the service may have acted on it.
    Perhaps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// There is no way to the service: its name, its address, a connection that broke.
    Connection,
    /// The peer could not prove who it is, or does not speak TLS.
    Tls,
    TimedOut,
    /// Something answered that is not HTTP, or too much of it.
    Nonsense,
    /// The configuration forbids this way to the service.
    Forbidden,
}

impl FailureKind {
    /// Whether the same request can fare better without a change of the configuration.
    pub fn may_pass(self) -> bool {
        !matches!(self, FailureKind::Tls | FailureKind::Forbidden)
    }
}

/// A request without an answer.
#[derive(Debug)]
pub struct Failure {
    pub kind: FailureKind,
    pub sent: Sent,
    /// Whether somebody was there: a connection was made, or kept from before.
    pub was_connected: bool,
    /// What happened, as the end of a sentence.
    pub detail: String,
}

/// A failure that our own layers found, on its way through ureq.
#[derive(Debug)]
pub struct Obstacle {
    pub kind: FailureKind,
    pub detail: String,
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Obstacle {}

impl From<Obstacle> for Error {
    fn from(obstacle: Obstacle) -> Self {
        Error::Other(Box::new(obstacle))
    }
}

/// What one of ureq's errors means.
pub fn obstacle(error: Error) -> Obstacle {
    match error {
        Error::Other(other) => match other.downcast::<Obstacle>() {
            Ok(obstacle) => *obstacle,
            Err(other) => Obstacle { kind: FailureKind::Connection, detail: other.to_string() },
        },
        Error::Timeout(_) => Obstacle { kind: FailureKind::TimedOut, detail: "the time was up".to_owned() },
        Error::Io(error) => io_obstacle(&error),
        Error::Rustls(error) => tls_obstacle(&error),
        Error::Tls(text) => Obstacle { kind: FailureKind::Tls, detail: text.to_owned() },
        Error::Protocol(_) | Error::Http(_) => {
            Obstacle { kind: FailureKind::Nonsense, detail: "what came back is not HTTP".to_owned() }
        }
        Error::LargeResponseHeader(..) => {
            Obstacle { kind: FailureKind::Nonsense, detail: "the head of what came back is too large".to_owned() }
        }
        other => Obstacle { kind: FailureKind::Connection, detail: other.to_string() },
    }
}

pub fn io_obstacle(error: &io::Error) -> Obstacle {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_obstacle(tls);
    }
    let (kind, detail) = match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => (FailureKind::TimedOut, "the time was up".to_owned()),
        io::ErrorKind::UnexpectedEof => (FailureKind::Connection, "the other side closed the connection".to_owned()),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            (FailureKind::Connection, "the other side broke the connection off".to_owned())
        }
        io::ErrorKind::ConnectionRefused => (FailureKind::Connection, "the connection was refused".to_owned()),
        _ => (FailureKind::Connection, error.to_string()),
    };
    Obstacle { kind, detail }
}

fn tls_obstacle(error: &rustls::Error) -> Obstacle {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    let detail = match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => {
            "its certificate was issued by nobody we trust; where that is intended, name the issuer's \
             certificate in ca_certificates_path"
                .to_owned()
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "its certificate has expired, or this machine's clock is wrong".to_owned()
        }
        rustls::Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            "its certificate is not valid yet, or this machine's clock is wrong".to_owned()
        }
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "its certificate is for another name than the endpoint's".to_owned()
        }
        rustls::Error::InvalidMessage(_) => "what it sent is not TLS".to_owned(),
        other => other.to_string(),
    };
    Obstacle { kind: FailureKind::Tls, detail }
}

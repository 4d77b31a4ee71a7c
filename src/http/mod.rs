//! One request on the wire: HTTP/1.1 over connections of our own, so that it is known for certain what
//! was sent, and which request a response belongs to.
//!
//! The layers of a connection, from the socket up: `socket` (deadlines, what entered it), `tls` (rustls
//! without buffers of its own), `connection` (either of them), `client` (connections that are kept).
//! `request`, `response` and its `head` are what goes over it, without I/O. Where a `proxy` is configured, TLS
//! goes through the `tunnel` that it opens.

mod base_url;
mod client;
mod connect;
mod connection;
mod dns;
mod error;
mod head;
mod proxy;
mod request;
mod response;
mod socket;
mod tls;
mod tls_error;
mod trust;
mod tunnel;

pub use base_url::{BaseUrl, UrlError, is_loopback};
pub use client::{Deadlines, Http, Settings, Shared, Transport, USUAL_IDLE_CONNECTIONS};
pub use error::{ErrorKind, Sent, TransportError};
pub use proxy::{MAX_PROXY_URL_LENGTH, Proxy, ProxyUrlError};
pub use request::Request;
pub use response::{MAX_HEAD, MAX_SHORT_RESPONSE, Response, ResponseReader};
pub use tls_error::{TlsFailure, TlsReason};
pub use trust::{CaError, CaMode, Trust, read_certificates};

#[cfg(test)]
mod tests;

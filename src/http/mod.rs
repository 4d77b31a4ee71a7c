//! One request on the wire: HTTP/1.1 by ureq over our own connections, so that it is known for
//! certain what was sent.
//!
//! The layers of a connection, from the socket up: `wire` (the socket, time limits, what entered
//! it), TLS (ureq's, over rustls), `outbox` (head and body in one write). What they have to tell
//! about the exchange under way they note in `exchange`.

mod agent;
mod connector;
mod endpoint;
mod exchange;
mod failure;
mod names;
mod outbox;
mod trust;
mod wire;

pub use agent::{Answer, Http, Request, Settings, Transport};
pub use endpoint::BaseUrl;
pub use failure::{Failure, FailureKind, Sent};
pub use trust::{CaMode, Trust};

#[cfg(test)]
mod tests;

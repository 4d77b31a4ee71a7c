//! The way to the service: its name, its addresses, a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

use super::endpoint::{ip_literal, is_loopback};
use super::exchange;
use super::failure::{FailureKind, Obstacle, io_obstacle};
use super::names::Names;
use super::wire::Wire;

/// ureq resolves the name for every request, also when a pooled connection is there. We look names
/// up where a connection is made, and tell ureq nothing.
#[derive(Debug)]
pub struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

#[derive(Debug)]
pub struct TcpConnector {
    names: Names,
    allow_plain_http: bool,
    /// Set when everything is cut.
    is_cut: Arc<AtomicBool>,
}

impl TcpConnector {
    pub fn new(names: Names, allow_plain_http: bool, is_cut: Arc<AtomicBool>) -> Self {
        TcpConnector { names, allow_plain_http, is_cut }
    }
}

impl Connector<()> for TcpConnector {
    type Out = Wire;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, Error> {
        exchange::connecting();
        let host = details.uri.host().unwrap_or_default();
        let port = details.uri.port_u16().unwrap_or(if details.needs_tls() { 443 } else { 80 });
        let addresses = match ip_literal(host) {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => self.names.addresses(host, port, exchange::remaining(), &self.is_cut)?,
        };
        let may_be_plain = self.allow_plain_http || addresses.iter().all(|address| is_loopback(address.ip()));
        if !details.needs_tls() && !may_be_plain {
            return Err(plain_http_refused(host).into());
        }
        let wire = connect_to_any(&addresses, details);
        wire.map(Some).inspect_err(|_| self.names.forget(host, port))
    }
}

fn plain_http_refused(host: &str) -> Obstacle {
    Obstacle {
        kind: FailureKind::Forbidden,
        detail: format!(
            "{host} is another machine, to which the token is not sent in the clear; use https://, or set \
             allow_plain_http to 1 if that is really meant"
        ),
    }
}

/// One after the other, each with its share of the time that is left.
fn connect_to_any(addresses: &[SocketAddr], details: &ConnectionDetails) -> Result<Wire, Error> {
    let mut last = Obstacle { kind: FailureKind::Connection, detail: "the service's name has no address".to_owned() };
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = exchange::remaining() / left;
        if tried > 0 && share.is_zero() {
            break;
        }
        let wire = Wire::unconnected(*address, details.config.output_buffer_size())?;
        // Before connecting, so that it can be cut; fails once everything has been.
        (details.register_shutdown)(wire.shutdown_handle())?;
        // A limit of zero would be refused as a mistake.
        match wire.connect(*address, share.max(Duration::from_millis(1))) {
            Ok(()) => {
                exchange::connected();
                return Ok(wire);
            }
            Err(error) => {
                let obstacle = io_obstacle(&error);
                last = Obstacle { kind: obstacle.kind, detail: format!("{} at {address}", obstacle.detail) };
            }
        }
    }
    Err(last.into())
}

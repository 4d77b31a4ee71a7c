//! Takes connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use tokio::net::TcpListener;
use tokio::time::Duration;
use tokio_rustls::TlsAcceptor;

use crate::connection::{self, ConnectionNumber};
use crate::service::Service;

/// How long to leave the system alone after it had no connection to give, which happens when the
/// process has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(20);

/// Where one part of the emulator listens.
pub(crate) struct Socket {
    listener: std::net::TcpListener,
    pub address: SocketAddr,
}

impl Socket {
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self { address: listener.local_addr()?, listener })
    }
}

/// What is behind a socket.
#[derive(Clone)]
pub(crate) struct Site {
    pub tls: Option<TlsAcceptor>,
    pub router: Router,
    pub service: Service,
    /// Connections of all sites are counted together.
    pub accepted: Arc<AtomicU64>,
}

/// A socket that can be waited for. To be called where the runtime is known.
pub(crate) fn listen(socket: Socket) -> io::Result<TcpListener> {
    TcpListener::from_std(socket.listener)
}

/// Serves every connection on a task of its own, until it is dropped.
pub(crate) async fn run(listener: TcpListener, site: Site) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let number = ConnectionNumber(site.accepted.fetch_add(1, Ordering::Relaxed) + 1);
                tokio::spawn(connection::serve(stream, number, site.clone()));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

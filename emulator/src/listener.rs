//! The listening socket: it takes connections and numbers them.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::connection::{self, ConnectionNumber};

/// How long to leave the system alone after it had no connection to give, which happens when the
/// process has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(20);

/// Serves every connection on a task of its own, until it is dropped.
pub(crate) async fn run(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router) {
    let mut accepted = 0;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                accepted += 1;
                let number = ConnectionNumber(accepted);
                tokio::spawn(connection::serve(stream, number, tls.clone(), router.clone()));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

//! One TCP connection, from its first byte to its last.

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_rustls::TlsAcceptor;

/// Which connection a request came on, counted from 1. Every request carries it as an extension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionNumber(pub u64);

const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves a connection to its end. A client that breaks it off is nothing to report.
pub(crate) async fn serve(
    stream: TcpStream,
    number: ConnectionNumber,
    tls: Option<TlsAcceptor>,
    router: Router,
) {
    // Answers are single small writes: with Nagle's algorithm some would wait for the client's
    // delayed acknowledgement. Where it cannot be set, they are late and still right.
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve_http(stream, number, router).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(LONGEST_HANDSHAKE, tls.accept(stream)).await {
                serve_http(stream, number, router).await;
            }
        }
    }
}

async fn serve_http<S>(stream: S, number: ConnectionNumber, router: Router)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let router = TowerToHyperService::new(router);
    let numbered = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(number);
        router.call(request)
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), numbered)
        .await;
}

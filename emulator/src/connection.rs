//! TCP connections: accepting them, and each of them from its first byte to its last.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use axum::Router;
use axum::http::Request;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::connection_fault::{ConnectionFault, FaultPlan};
use crate::service::Service;

/// How long to leave the system alone after it had no connection to give, which happens when the
/// process has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(20);

/// The socket of one service.
pub(crate) struct BoundSocket {
    listener: std::net::TcpListener,
    pub address: SocketAddr,
}

impl BoundSocket {
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self { address: listener.local_addr()?, listener })
    }
}

/// What serves the connections of a socket.
#[derive(Clone)]
pub(crate) struct Site {
    pub tls: Option<TlsAcceptor>,
    pub router: Router,
    pub service: Service,
    /// Connections of all sites are counted together.
    pub accepted: Arc<AtomicU64>,
}

/// A socket that can be waited for. To be called where the runtime is known.
pub(crate) fn listen(socket: BoundSocket) -> io::Result<TcpListener> {
    TcpListener::from_std(socket.listener)
}

/// Serves every connection on a task of its own, until it is dropped.
pub(crate) async fn run(listener: TcpListener, site: Site) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let number = ConnectionNumber(site.accepted.fetch_add(1, Ordering::Relaxed) + 1);
                tokio::spawn(serve(stream, number, site.clone()));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Which connection a request came on, counted from 1. Every request carries it as an extension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionNumber(pub u64);

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves a connection to its end. A client that breaks it off is nothing to report.
pub(crate) async fn serve(stream: TcpStream, number: ConnectionNumber, site: Site) {
    // Answers are single small writes: with Nagle's algorithm some would wait for the client's
    // delayed acknowledgement. Where it cannot be set, they are late and still right.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &site.tls else {
        return serve_http(stream, number, site.router).await;
    };
    if !matches!(timeout(HANDSHAKE_TIMEOUT, stream.peek(&mut [0])).await, Ok(Ok(1..))) {
        return;
    }
    // Looked for only now: a client that connects and says nothing uses no rule up.
    if let Some(rule) = site.service.faults.select_for_handshake(site.service.kind) {
        rule.delay().await;
        return close(stream).await;
    }
    match timeout(HANDSHAKE_TIMEOUT, tls.accept(stream).into_fallible()).await {
        Ok(Ok(stream)) => serve_http(stream, number, site.router).await,
        // TLS has said why. Closed at once, with requests unread, a reset might overtake that.
        Ok(Err((_, stream))) => close(stream).await,
        Err(_) => {}
    }
}

/// Sends a FIN and discards what the client still sends. A failure does not matter any more.
async fn close(stream: TcpStream) {
    let _ = ConnectionFault::Close.apply(stream, ().into_response()).await;
}

async fn serve_http<W: Transport>(transport: W, number: ConnectionNumber, router: Router) {
    let router = TowerToHyperService::new(router);
    let plan = FaultPlan::default();
    let numbered = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(number);
        plan.request_came();
        let answer = router.call(request);
        async {
            let Ok(answer) = answer.await;
            plan.pass(answer)
        }
    });
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(transport), numbered);
    let taken = poll_fn(|context| match Pin::new(&mut http).poll(context) {
        Poll::Ready(_) => Poll::Ready(plan.taken()),
        // The responses are given within that call, so what they left with the plan is seen here.
        Poll::Pending => plan.poll_idle(context).map(Some),
    })
    .await;
    // A fault cannot fail in a way that matters: the connection is over.
    if let Some((fault, answer)) = taken {
        let transport = http.into_parts().io.into_inner();
        let _ = fault.apply(transport, answer).await;
    }
}

/// A stream of bytes over TCP.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;

    /// Reads what is available, once something is. 0: the end.
    async fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        poll_fn(|context| Pin::new(&mut *self).poll_read(context, &mut buffer)).await?;
        Ok(buffer.filled().len())
    }

    /// Writes all of it and flushes.
    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = poll_fn(|context| Pin::new(&mut *self).poll_write(context, bytes)).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[written..];
        }
        poll_fn(|context| Pin::new(&mut *self).poll_flush(context)).await
    }

    /// Ends the sending direction: FIN, over TLS after its close_notify.
    async fn shut_down(&mut self) -> io::Result<()> {
        poll_fn(|context| Pin::new(&mut *self).poll_shutdown(context)).await
    }
}

impl Transport for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Transport for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

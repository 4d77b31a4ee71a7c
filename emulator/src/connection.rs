//! One TCP connection, from its first byte to its last.

mod ending;
mod fate;
mod wire;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use axum::Router;
use axum::http::Request;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

pub(crate) use ending::Ending;
use fate::Fate;
use wire::Wire;

use crate::listener::Site;

/// Which connection a request came on, counted from 1. Every request carries it as an extension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionNumber(pub u64);

const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves a connection to its end. A client that breaks it off is nothing to report.
pub(crate) async fn serve(stream: TcpStream, number: ConnectionNumber, site: Site) {
    // Answers are single small writes: with Nagle's algorithm some would wait for the client's
    // delayed acknowledgement. Where it cannot be set, they are late and still right.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &site.tls else {
        return serve_http(stream, number, site.router).await;
    };
    if !matches!(timeout(LONGEST_HANDSHAKE, stream.peek(&mut [0])).await, Ok(Ok(1..))) {
        return;
    }
    // Looked for only now: a client that connects and says nothing uses no rule up.
    if let Some(rule) = site.service.faults.choose_for_handshake(site.service.part) {
        rule.delay().await;
        return close(stream).await;
    }
    match timeout(LONGEST_HANDSHAKE, tls.accept(stream).into_fallible()).await {
        Ok(Ok(stream)) => serve_http(stream, number, site.router).await,
        // TLS has said why. Closed at once, with requests unread, a reset might overtake that.
        Ok(Err((_, stream))) => close(stream).await,
        Err(_) => {}
    }
}

/// A FIN, and whatever the client still sends unheard. That it fails does not matter any more.
async fn close(stream: TcpStream) {
    let _ = Ending::Close.bring_about(stream, ().into_response()).await;
}

async fn serve_http<W: Wire>(wire: W, number: ConnectionNumber, router: Router) {
    let router = TowerToHyperService::new(router);
    let fate = Fate::default();
    let numbered = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(number);
        fate.request_came();
        let answer = router.call(request);
        async {
            let Ok(answer) = answer.await;
            fate.pass(answer)
        }
    });
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(wire), numbered);
    let taken = poll_fn(|context| match Pin::new(&mut http).poll(context) {
        Poll::Ready(_) => Poll::Ready(fate.taken()),
        // The answers are given within that call, so what they left with the fate is seen here.
        Poll::Pending => fate.poll_idle(context).map(Some),
    })
    .await;
    // An ending cannot fail in a way that matters: the connection is over.
    if let Some((ending, answer)) = taken {
        let wire = http.into_parts().io.into_inner();
        let _ = ending.bring_about(wire, answer).await;
    }
}

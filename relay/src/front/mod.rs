//! The side that servers connect to: connections, over TLS or not, and the requests on them.

mod body;
mod stream;

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::metrics::Metrics;
use crate::settings::FrontLimits;
use crate::tls::{self, Tls};
pub use body::{BodyError, read_body};
use stream::{Activity, TimedStream};

/// Of a request's head. The longest token has 16 KiB.
const MAX_HEAD: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;

/// Connections beyond the limit that are still answered, with a 503, so that the server knows that nothing happened.
const REFUSED_CONNECTIONS: usize = 1_000;

/// Where accepting fails for want of file descriptors, it fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The name in the certificate that it has shown, issued by an authority that lets servers in.
    pub certificate: Option<Arc<str>>,
}

/// What answers requests.
pub trait Respond: Send + Sync + 'static {
    fn respond(self: Arc<Self>, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Answered> + Send;

    /// To a request on a connection beyond the limit.
    fn refuse(&self) -> Answered;
}

/// An answer, and the id under which the relay logs it.
#[derive(Debug)]
pub struct Answered {
    pub answer: Answer,
    pub content_type: &'static str,
    pub request_id: String,
}

pub struct Front<R> {
    pub respond: Arc<R>,
    pub limits: FrontLimits,
    /// Changes when its files do; `None`: plain HTTP.
    pub tls: Option<Arc<ArcSwap<Tls>>>,
    pub metrics: Arc<Metrics>,
    pub stage: watch::Receiver<Stage>,
}

/// How far the relay is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Open,
    /// Requests are still answered; each answer sends the server elsewhere.
    Draining,
    /// No connection is taken any more.
    Closing,
}

impl<R: Respond> Front<R> {
    /// Takes connections until the relay closes.
    pub async fn accept(self: Arc<Self>, listener: TcpListener) {
        let taken = Arc::new(Semaphore::new(self.limits.max_connections));
        let refused = Arc::new(Semaphore::new(REFUSED_CONNECTIONS));
        let mut stage = self.stage.clone();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.take(stream, &taken, &refused),
                    Err(_) => {
                        self.metrics.connection_refused("accept");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                () = reached(&mut stage, Stage::Closing) => break,
            }
        }
        // What has connected is answered, since its request may be under way. The system is asked: tokio may not have
        // heard of it yet.
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, _)) = listener.accept() {
            if let Ok(stream) = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream)) {
                self.take(stream, &taken, &refused);
            }
        }
    }

    /// Serves a connection in a task of its own.
    fn take(self: &Arc<Self>, stream: TcpStream, taken: &Arc<Semaphore>, refused: &Arc<Semaphore>) {
        let (permit, is_refused) = match (taken.clone().try_acquire_owned(), refused.clone().try_acquire_owned()) {
            (Ok(permit), _) => (permit, false),
            (Err(_), Ok(permit)) => (permit, true),
            (Err(_), Err(_)) => return self.metrics.connection_refused("closed"),
        };
        if is_refused {
            self.metrics.connection_refused("limit");
        }
        let front = self.clone();
        tokio::spawn(async move {
            front.connection(stream, is_refused).await;
            drop(permit);
        });
    }

    async fn connection(&self, stream: TcpStream, is_refused: bool) {
        let _open = self.metrics.connection();
        // Responses are one write each.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.serve(stream, Peer { certificate: None }, is_refused).await;
        };
        let handshake = TlsAcceptor::from(tls.load().config.clone()).accept(stream);
        match timeout(self.limits.receive_timeout, handshake).await {
            Ok(Ok(stream)) => {
                let certificate = stream.get_ref().1.peer_certificates().map(tls::name_of);
                self.serve(stream, Peer { certificate }, is_refused).await;
            }
            Ok(Err(_)) | Err(_) => self.metrics.connection_refused("tls"),
        }
    }

    async fn serve<S>(&self, stream: S, peer: Peer, is_refused: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::default());
        let stream = TimedStream::new(stream, activity.clone(), self.limits.receive_timeout);
        let stage = self.stage.clone();
        let service = service_fn(|request: Request<Incoming>| {
            let (respond, activity, peer) = (self.respond.clone(), activity.clone(), peer.clone());
            let stage = &stage;
            activity.begins();
            async move {
                let mut answered = match is_refused {
                    true => respond.refuse(),
                    false => respond.respond(request, peer).await,
                };
                // The server's next request then goes to a relay that stays.
                answered.answer.closes |= *stage.borrow() >= Stage::Draining;
                activity.ends();
                Ok::<_, Infallible>(response(answered))
            }
        });
        let mut builder = http1::Builder::new();
        builder.max_headers(MAX_HEADERS).max_buf_size(MAX_HEAD).header_read_timeout(None);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut changed = self.stage.clone();
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                () = reached(&mut changed, Stage::Draining), if !activity.is_draining() => activity.drain(),
            }
        }
    }
}

async fn reached(stage: &mut watch::Receiver<Stage>, wanted: Stage) {
    // Where the relay is gone, so is the need to wait.
    let _ = stage.wait_for(|stage| *stage >= wanted).await;
}

fn response(answered: Answered) -> Response<Full<Bytes>> {
    let Answered { answer, content_type, request_id } = answered;
    let has_body = !answer.body.is_empty();
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if has_body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let correlation_id = if answer.correlation_id.is_empty() { request_id } else { answer.correlation_id };
    if let Ok(value) = HeaderValue::try_from(correlation_id) {
        headers.insert("X-XblCorrelationId", value);
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if let Some(Ok(hint)) = answer.www_authenticate.map(HeaderValue::try_from) {
        headers.insert(WWW_AUTHENTICATE, hint);
    }
    if answer.closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;
    use http::StatusCode;

    struct Always;

    impl Respond for Always {
        async fn respond(self: Arc<Self>, _: Request<Incoming>, _: Peer) -> Answered {
            self.refuse()
        }

        fn refuse(&self) -> Answered {
            Answered { answer: Answer::empty(StatusCode::OK), content_type: "", request_id: String::new() }
        }
    }

    #[tokio::test]
    async fn who_has_connected_when_it_closes_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let second = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n").unwrap();
        let (_stage, watched) = watch::channel(Stage::Closing);
        let limits = FrontLimits {
            max_connections: 1,
            max_body_bytes: 1,
            max_requests_per_key: 1,
            receive_timeout: Duration::from_secs(10),
        };
        let metrics = Arc::new(Metrics::default());
        let front = Front { respond: Arc::new(Always), limits, tls: None, metrics: metrics.clone(), stage: watched };
        Arc::new(front).accept(listener).await;
        let mut answer = String::new();
        let reader = tokio::task::spawn_blocking(move || {
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = reader.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"), "{answer}");
        assert_eq!(metrics.open_connections(), 1, "the other one has sent nothing yet");
        drop(second);
    }
}

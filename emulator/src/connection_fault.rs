//! Faults of connections, below HTTP: what they do, and the plan that says whether a connection gets one.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use axum::body::to_bytes;
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::io::Interest;
use tokio::time::{Sleep, sleep, timeout};

use crate::connection::Transport;
use crate::faults::Outcome;
use crate::service::MAX_BODY;

/// What is done with a connection instead of, or after, sending a response over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionFault {
    /// RST; what was not yet sent is dropped.
    Reset,
    /// FIN.
    Close,
    /// Nothing, until the client gives up.
    Stall { reading: bool },
    /// What is not HTTP, and FIN.
    Garbage,
    /// Header after header without an end, so many bytes in all, and FIN.
    EndlessHead { bytes: u64 },
    /// The response's head and a body of so many bytes.
    LargeBody { bytes: u64 },
    /// So many bytes of the response, and FIN.
    Cut { bytes: u64 },
    /// The response, byte by byte.
    Drip { pause: Duration },
    /// The response; then, if no request comes within the limit, RST or FIN.
    Idle { limit: Duration, reset: bool },
}

const GARBAGE: &[u8] = b"\x00\xff\xfe this is not HTTP \x16\x03\x01\r\n\r\n\x00\x00\r\nno: more\r\n\r\n";

const CHUNK: usize = 64 * 1024;

/// How long a client may go on sending after a FIN: to close while bytes of it are unread would be a
/// reset.
const LINGER_LIMIT: Duration = Duration::from_secs(10);

/// How often a stalled connection that is not read from is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

impl ConnectionFault {
    pub(crate) async fn apply<W: Transport>(self, mut transport: W, answer: Response) -> io::Result<()> {
        match self {
            Self::Reset => return transport.tcp().set_zero_linger(),
            Self::Stall { reading: true } => return read_to_end(&mut transport).await,
            Self::Stall { reading: false } => return wait_for_end(&transport).await,
            Self::Close | Self::Idle { .. } => {}
            Self::Garbage => transport.write_all(GARBAGE).await?,
            Self::EndlessHead { bytes } => {
                let head = status_line(answer.status()).into_bytes();
                write_up_to(&mut transport, head, &filler_headers(), bytes).await?;
            }
            Self::LargeBody { bytes } => {
                let (head, _) = serialize_response(answer, Some(bytes)).await;
                let all = bytes.saturating_add(head.len() as u64);
                write_up_to(&mut transport, head, &[b'x'; CHUNK], all).await?;
            }
            Self::Cut { bytes } => {
                let (head, body) = serialize_response(answer, None).await;
                let whole = [head, body].concat();
                let length = usize::try_from(bytes).unwrap_or(usize::MAX);
                transport.write_all(&whole[..length.min(whole.len())]).await?;
            }
            Self::Drip { pause } => {
                let (head, body) = serialize_response(answer, None).await;
                for byte in [head, body].concat() {
                    transport.write_all(&[byte]).await?;
                    sleep(pause).await;
                }
            }
        }
        close(&mut transport).await
    }
}

async fn close<W: Transport>(transport: &mut W) -> io::Result<()> {
    transport.shut_down().await?;
    // At the limit it is closed all the same.
    timeout(LINGER_LIMIT, read_to_end(transport)).await.unwrap_or(Ok(()))
}

async fn read_to_end<W: Transport>(transport: &mut W) -> io::Result<()> {
    let mut unwanted = vec![0; CHUNK];
    while transport.read(&mut unwanted).await? > 0 {}
    Ok(())
}

/// Waits for the client's end without reading, so that a client with much to send gets stuck.
async fn wait_for_end<W: Transport>(transport: &W) -> io::Result<()> {
    loop {
        let ready = transport.tcp().ready(Interest::READABLE).await?;
        if ready.is_read_closed() {
            return Ok(());
        }
        // What is unread makes it ready at all times, so it is only looked at now and then.
        sleep(POLL_INTERVAL).await;
    }
}

/// Writes `start`, then `filler` again and again, up to so many bytes in all.
async fn write_up_to<W: Transport>(transport: &mut W, start: Vec<u8>, filler: &[u8], bytes: u64) -> io::Result<()> {
    let mut left = bytes;
    let mut next = start.as_slice();
    while left > 0 {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(next.len());
        transport.write_all(&next[..length]).await?;
        left -= length as u64;
        next = filler;
    }
    Ok(())
}

fn filler_headers() -> Vec<u8> {
    let mut headers = Vec::with_capacity(CHUNK);
    for number in 0.. {
        let header = format!("x-filler-{number:04}: {}\r\n", "x".repeat(100));
        if headers.len() + header.len() > CHUNK {
            break;
        }
        headers.extend_from_slice(header.as_bytes());
    }
    headers
}

fn status_line(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("HTTP/1.1 {} {reason}\r\n", status.as_u16())
}

/// The bytes that a response is sent as: its head and its body, of which the head may say that it is
/// longer than it is.
async fn serialize_response(answer: Response, length: Option<u64>) -> (Vec<u8>, Vec<u8>) {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let length = length.unwrap_or(body.len() as u64);
    let headers = &mut parts.headers;
    headers.insert(CONTENT_LENGTH, length.into());
    if [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&parts.status) {
        headers.remove(CONTENT_LENGTH);
    }
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let mut head = status_line(parts.status).into_bytes();
    for (name, value) in &parts.headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    (head, body.into())
}

/// The fault that a connection is to get: set by a response, carried out by the connection.
#[derive(Default)]
pub(crate) struct FaultPlan {
    state: Mutex<PlanState>,
}

#[derive(Default)]
struct PlanState {
    taken: Option<(ConnectionFault, Response)>,
    /// When an idle connection ends, and how.
    idle: Option<(Pin<Box<Sleep>>, ConnectionFault)>,
}

/// The error that makes the HTTP library give the connection up.
#[derive(Debug)]
pub(crate) struct Taken;

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is taken from HTTP")
    }
}

impl Error for Taken {}

impl FaultPlan {
    /// The connection is not idle any more.
    pub fn request_came(&self) {
        self.state().idle = None;
    }

    /// Returns a response to be sent, unless it brings a fault that takes the connection over.
    pub fn pass(&self, mut answer: Response) -> Result<Response, Taken> {
        let outcome = answer.extensions_mut().remove::<Outcome>();
        match outcome.and_then(|outcome| outcome.connection_fault) {
            None => Ok(answer),
            Some(ConnectionFault::Idle { limit, reset }) => {
                let fault = if reset { ConnectionFault::Reset } else { ConnectionFault::Close };
                self.state().idle = Some((Box::pin(sleep(limit)), fault));
                Ok(answer)
            }
            Some(fault) => {
                self.state().taken = Some((fault, answer));
                Err(Taken)
            }
        }
    }

    /// The fault that a response brought, with that response.
    pub fn taken(&self) -> Option<(ConnectionFault, Response)> {
        self.state().taken.take()
    }

    /// Ready when the connection has been idle for too long.
    pub fn poll_idle(&self, context: &mut Context<'_>) -> Poll<(ConnectionFault, Response)> {
        match &mut self.state().idle {
            Some((limit, fault)) => {
                let fault = fault.clone();
                limit.as_mut().poll(context).map(|()| (fault, ().into_response()))
            }
            None => Poll::Pending,
        }
    }

    fn state(&self) -> MutexGuard<'_, PlanState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

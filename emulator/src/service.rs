//! The services and titles that requests are for, the state that request handlers share, and the logging of every
//! request.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::DATE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Collected};
use hyper::body::Body as _;
use serde::{Deserialize, Serialize};

use crate::call::Caller;
use crate::clock::Clock;
use crate::connection::ConnectionNumber;
use crate::error_response::ErrorResponse;
use crate::faults::{Faults, Outcome};
use crate::logged_request::LoggedRequest;
use crate::request_log::RequestLog;
use crate::throttle::Throttler;
use crate::tokens::Tokens;
use crate::users::Users;

/// Which of the three services something belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Multiplayer Activity itself.
    #[default]
    Service,
    /// The one that gives a token for a partner's certificate: `POST /service/authenticate`.
    SignIn,
    /// The one that gives, for that token, the one to call with: `POST /xsts/authorize`.
    Token,
}

/// Where the request log has requests whose path names no valid title. No title has this id.
pub const NO_TITLE: u32 = 0;

/// Which titles a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Titles {
    /// All of them, and requests of no title too.
    All,
    /// The one with this id; with [`NO_TITLE`], requests of no title.
    One(u32),
}

impl From<u32> for Titles {
    fn from(title_id: u32) -> Self {
        Self::One(title_id)
    }
}

/// Reads a title id: decimal, 1 to 4294967295, written the one way that a number is written.
pub(crate) fn parse_title_id(text: &str) -> Option<u32> {
    let title_id: u32 = text.parse().ok()?;
    // Rust's reading also takes "+7" and "007".
    let canonical = !text.starts_with(['+', '0']);
    canonical.then_some(title_id)
}

/// The same, or 0 for requests of no title.
pub(crate) fn parse_title_or_0(text: &str) -> Option<u32> {
    if text == "0" { Some(NO_TITLE) } else { parse_title_id(text) }
}

/// The title that a path of the service (`/titles/{title id}/...`) is about.
pub(crate) fn title_of_path(path: &str) -> Option<u32> {
    let rest = path.strip_prefix("/titles/")?;
    let title_id = rest.split('/').next()?;
    parse_title_id(title_id)
}

/// The emulator's state: what is kept of users, the request log, tokens, fault rules and throttling.
#[derive(Clone)]
pub(crate) struct Service {
    /// Which of the services this is. They share everything else.
    pub kind: ServiceKind,
    pub request_log: Arc<RequestLog>,
    pub users: Arc<Users>,
    pub faults: Arc<Faults>,
    pub throttler: Arc<Throttler>,
    pub clock: Arc<Clock>,
    /// The tokens that calls are made with.
    pub tokens: Arc<Tokens>,
    /// The tokens issued for certificates.
    pub service_tokens: Arc<Tokens>,
    pub any_caller: bool,
    /// Whether services sign in, so that only the tokens of the token service are theirs.
    pub signs_in: bool,
}

impl Service {
    /// The title that a request is about. Those for tokens are about none, whatever their path.
    pub fn title_of(&self, path: &str) -> u32 {
        match self.kind {
            ServiceKind::Service => title_of_path(path).unwrap_or(NO_TITLE),
            ServiceKind::SignIn | ServiceKind::Token => NO_TITLE,
        }
    }

    /// Rejects a caller of the wrong kind for an endpoint that only `allowed` may call.
    pub fn check_caller(&self, caller: Caller, allowed: Caller) -> Result<(), ErrorResponse> {
        if self.any_caller || caller == allowed {
            return Ok(());
        }
        Err(ErrorResponse::not_allowed(match allowed {
            Caller::User => "This call takes a user's token; x=- marks the token of a service itself.",
            Caller::Service => {
                "This call takes a service's own token, XBL3.0 x=-;<token>; \
                 a user hash marks the token of a user."
            }
        }))
    }
}

/// The greatest legitimate body, 20 groups of 100 players, has about 100 KiB.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// Of a body that is too long, so much is read and dropped: a client that is still sending when the
/// connection closes would lose the response.
const MAX_BODY_DRAINED: usize = 8 * 1024 * 1024;

/// So much of a response is kept. The longest, to a query of 30 users, may be longer.
const MAX_RESPONSE: u64 = 64 * 1024;

const CORRELATION_ID: &str = "x-xblcorrelationid";

/// Logs a request that `serve` answers, before the response is sent: a request whose response a test has seen is in
/// the log.
pub(crate) async fn record<F>(service: &Service, request: Request, serve: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let arrived = Instant::now();
    let (parts, body) = request.into_parts();
    let mut received = describe(service, &parts);
    let response = match read(body).await {
        Ok(bytes) => {
            received.body = bytes.to_vec();
            serve(Request::from_parts(parts, Body::from(bytes))).await
        }
        Err(error) => error.into_response(),
    };
    keep(service, received, arrived, response).await
}

/// Logs a request whose body was not read, before the response is sent.
pub(crate) async fn record_unread(service: &Service, parts: &Parts, answer: Response) -> Response {
    keep(service, describe(service, parts), Instant::now(), answer).await
}

async fn keep(service: &Service, mut received: LoggedRequest, arrived: Instant, response: Response) -> Response {
    let mut response = keep_body(&mut received, response).await;
    received.status = response.status().as_u16();
    received.acted = response.status().is_success();
    if let Some(outcome) = response.extensions().get::<Outcome>() {
        received.status = outcome.status;
        received.acted = outcome.acted;
        received.fault = Some(outcome.fault.clone());
    }
    // A response that a test made up may have one.
    let own = response.headers().get(CORRELATION_ID);
    if let Some(own) = own.and_then(|own| own.to_str().ok()) {
        received.correlation_id = own.to_owned();
    } else {
        received.correlation_id = random_guid();
        if let Ok(value) = HeaderValue::try_from(&received.correlation_id) {
            response.headers_mut().insert(CORRELATION_ID, value);
        }
    }
    if let Some(date) = service.clock.date() {
        // Again, a response that a test made up may have one.
        response.headers_mut().entry(DATE).or_insert(date);
    }
    received.duration_us = u64::try_from(arrived.elapsed().as_micros()).unwrap_or(u64::MAX);
    service.request_log.record(received);
    response
}

/// Copies the body of a response, which is in memory as a whole.
async fn keep_body(received: &mut LoggedRequest, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let is_kept = body.size_hint().exact().is_some_and(|length| (1..=MAX_RESPONSE).contains(&length));
    if !is_kept {
        return Response::from_parts(parts, body);
    }
    // What is in memory does not fail.
    let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    received.response = bytes.to_vec();
    Response::from_parts(parts, Body::from(bytes))
}

/// What is known of a request before it is answered. The rest is blank.
fn describe(service: &Service, parts: &Parts) -> LoggedRequest {
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    LoggedRequest {
        title_id: service.title_of(parts.uri.path()),
        index: 0,
        sequence_number: 0,
        at_ms: service.request_log.now_ms(),
        duration_us: 0,
        connection: parts.extensions.get().map_or(0, |ConnectionNumber(number)| *number),
        service: service.kind,
        method: parts.method.to_string(),
        path: path.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
        status: 0,
        response: Vec::new(),
        correlation_id: String::new(),
        acted: false,
        fault: None,
    }
}

async fn read(mut body: Body) -> Result<Bytes, ErrorResponse> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let broken = "The body could not be read to its end.";
        let frame = frame.map_err(|_| ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, broken))?;
        // Trailers are of no interest.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length <= MAX_BODY {
            bytes.extend_from_slice(&data);
        } else if length > MAX_BODY_DRAINED {
            break;
        }
    }
    if length > MAX_BODY {
        let what = format!("The body is longer than {MAX_BODY} bytes.");
        return Err(ErrorResponse::invalid_request(StatusCode::PAYLOAD_TOO_LARGE, what));
    }
    Ok(bytes.into())
}

/// A GUID (random, version 4). Nothing depends on its quality.
pub(crate) fn random_guid() -> String {
    // Each RandomState has keys of its own, so its hash of nothing is a number of its own.
    let [high, low] = [(); 2].map(|()| RandomState::new().hash_one(()));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_has_its_form_and_is_unlike_the_next() {
        let guid = random_guid();
        let lengths: Vec<_> = guid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{guid}");
        assert!(guid.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()), "{guid}");
        assert_eq!(guid.as_bytes()[14], b'4', "{guid}");
        assert_ne!(guid, random_guid());
    }

    #[test]
    fn a_title_id_is_a_plain_positive_number_of_32_bits() {
        assert_eq!(parse_title_id("1"), Some(1));
        assert_eq!(parse_title_id("4294967295"), Some(u32::MAX));
        for wrong in ["", "0", "+7", "-7", "007", "4294967296", "7a", " 7", "%37", "٣"] {
            assert_eq!(parse_title_id(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_title_is_the_second_segment_of_the_path() {
        assert_eq!(title_of_path("/titles/7/invites/server"), Some(7));
        assert_eq!(title_of_path("/titles/7"), Some(7));
        for stray in ["/", "/titles", "/titles/", "/titles//invites", "/title/7/invites", "*"] {
            assert_eq!(title_of_path(stray), None, "{stray:?}");
        }
    }
}

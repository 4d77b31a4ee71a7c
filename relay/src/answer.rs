//! How a call ended, answered as the service would answer it, so that the server's library concludes the same.
//!
//! - 204 (or what was found): the service acknowledged it.
//! - A 4xx of the service is passed on.
//! - 429 and 503 with `Retry-After`: the service did not act on it; it may be sent again.
//! - 408, 5xx without `Retry-After`: it is not known. The library reports an invite as uncertain, and repeats
//!   what can be repeated.

use std::time::Duration;

use http::StatusCode;
use mpa::api::Endpoint;
use mpa::outcome::{Outcome, Status, Throttle};
use serde_json::json;

use crate::forward::Said;

/// Of what was not sent, and may be sent again at a time that is not known.
const UNKNOWN_WAIT: Duration = Duration::from_secs(2);

/// So much earlier than its turn comes back what can be gathered with others.
const GATHERED_EARLIER: Duration = Duration::from_secs(2);

/// A response to a server.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
    /// In whole seconds.
    pub retry_after: Option<u64>,
    pub www_authenticate: Option<String>,
    /// The service's; empty where it gave none.
    pub correlation_id: String,
    /// Nothing more is read from the connection.
    pub closes: bool,
}

impl Answer {
    /// A status, and nothing else.
    pub fn empty(status: StatusCode) -> Self {
        Answer {
            status,
            body: Vec::new(),
            retry_after: None,
            www_authenticate: None,
            correlation_id: String::new(),
            closes: false,
        }
    }

    /// An error of the relay's own, in the service's form.
    pub fn error(status: StatusCode, error_code: &str, debug_message: &str) -> Self {
        let (error_code, debug_message) = (json!(error_code), json!(debug_message));
        let body = format!(r#"{{"errorCode":{error_code},"debugMessage":{debug_message}}}"#);
        Answer { body: body.into_bytes(), ..Answer::empty(status) }
    }

    /// It was not sent, and may be sent again after `wait`.
    pub fn unavailable(wait: Duration, debug_message: &str) -> Self {
        let answer = Answer::error(StatusCode::SERVICE_UNAVAILABLE, "RelayUnavailable", debug_message);
        Answer { retry_after: Some(seconds(wait)), ..answer }
    }

    /// The limit is used up for so long. It is named in words only: a server that reads it as its own would hold
    /// itself back, although its turn is decided here (`throttling` in `benches/`).
    pub fn throttled(endpoint: &Endpoint, wait: Duration, throttle: &Throttle) -> Self {
        let mut what = "The limit of the fleet is used up; the request was not sent.".to_owned();
        if throttle.max_requests > 0 {
            what.push_str(&format!(" It is {} requests in {} s.", throttle.max_requests, throttle.period_s));
        }
        // A server comes back up to a fifth later than it is asked to. What can be gathered has to be there when its
        // request goes out, so it comes earlier.
        let wait = if endpoint.is_gathered { wait.saturating_sub(GATHERED_EARLIER) } else { wait };
        let answer = Answer::error(StatusCode::TOO_MANY_REQUESTS, "RelayThrottled", &what);
        Answer { retry_after: Some(seconds(wait)), ..answer }
    }

    /// How a call ended. `said`: what the service responded last. `is_own`: it went out with the server's own
    /// token, which is that of a user.
    pub fn of(endpoint: &Endpoint, outcome: &Outcome, said: Said, is_own: bool) -> Self {
        let mut answer = if outcome.status == Status::Ok {
            let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::NO_CONTENT);
            Answer { body: said.body, ..Answer::empty(status) }
        } else if outcome.uncertain > 0 {
            in_doubt(outcome, said)
        } else {
            settled(endpoint, outcome, said, is_own)
        };
        answer.correlation_id.clone_from(&outcome.correlation_id);
        answer
    }
}

/// The service may have acted on it.
fn in_doubt(outcome: &Outcome, said: Said) -> Answer {
    let reason = if outcome.status == Status::Uncertain { outcome.cause } else { outcome.status };
    let is_passed_on = said.status == outcome.http_status && matches!(said.status, 408 | 500..=599);
    if is_passed_on && let Ok(status) = StatusCode::from_u16(said.status) {
        return Answer { body: said.body, ..Answer::empty(status) };
    }
    let status = if reason == Status::TimedOut { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
    let what = format!("It is not known whether the service processed the request ({}).", reason.label());
    Answer::error(status, "RelayUncertain", &what)
}

/// The service did not act on it.
fn settled(endpoint: &Endpoint, outcome: &Outcome, said: Said, is_own: bool) -> Answer {
    let is_said = said.status != 0 && said.status == outcome.http_status;
    match outcome.status {
        Status::Throttled => throttled(endpoint, outcome),
        Status::Expired | Status::Abandoned if outcome.cause == Status::Throttled => throttled(endpoint, outcome),
        Status::Unauthorized if is_own && is_said => passed_on(said),
        Status::Rejected | Status::Forbidden if is_said => passed_on(said),
        // It was gathered with others: what was said may be about them.
        Status::Forbidden => {
            let what = "The service does not allow the fleet this call.";
            Answer::error(StatusCode::FORBIDDEN, "AuthorizationError", what)
        }
        // The certificate or the token of the fleet: no server can change it.
        status => {
            let reason = if outcome.cause == Status::Ok { status } else { outcome.cause };
            let what = format!("The request was not processed ({}).", reason.label());
            Answer::unavailable(outcome.retry_after.unwrap_or(UNKNOWN_WAIT), &what)
        }
    }
}

fn throttled(endpoint: &Endpoint, outcome: &Outcome) -> Answer {
    Answer::throttled(endpoint, outcome.retry_after.unwrap_or(UNKNOWN_WAIT), &outcome.throttle)
}

fn passed_on(said: Said) -> Answer {
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::BAD_GATEWAY);
    Answer { body: said.body, www_authenticate: said.www_authenticate, ..Answer::empty(status) }
}

/// At least one, so that it is not read as "at once".
fn seconds(wait: Duration) -> u64 {
    (wait.as_millis().div_ceil(1_000) as u64).max(1)
}

#[cfg(test)]
pub mod tests {
    use std::time::SystemTime;

    use mpa::api::{ENDPOINTS, POST_RECENT_PLAYER_GROUPS, SEND_INVITE};
    use mpa::http::ResponseReader;
    use mpa::policy::{Batch, classify_response};
    use mpa::redactor::Redactor;
    use mpa::response::parse_response;

    use super::*;

    /// What the library of a server makes of an answer; `None`: it is an acknowledgement.
    pub fn concluded(endpoint: &'static Endpoint, answer: &Answer) -> Option<Outcome> {
        let retry_after = answer.retry_after.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
        let (status, length) = (answer.status.as_u16(), answer.body.len());
        let head = format!("HTTP/1.1 {status} X\r\n{retry_after}Content-Length: {length}\r\n\r\n");
        let mut reader = ResponseReader::new(64 * 1024);
        let is_complete = reader.push(&[head.as_bytes(), &answer.body].concat()).unwrap();
        assert!(is_complete || status == 204);
        let response = reader.finish().unwrap();
        let batch = Batch { endpoint, items: 0..1, count: 1, own_authorization: false };
        let parsed = parse_response(&response, endpoint.success, SystemTime::UNIX_EPOCH);
        classify_response(&batch, status, parsed, Redactor::default)
    }

    fn outcome(status: Status, http_status: u16) -> Outcome {
        Outcome { http_status, ..Outcome::new(status, "") }
    }

    fn said(status: u16) -> Said {
        Said { status, body: b"{\"errorCode\":\"X\"}".to_vec(), www_authenticate: None }
    }

    #[test]
    fn what_the_service_acknowledged_is_acknowledged() {
        for endpoint in ENDPOINTS {
            for status in endpoint.success {
                let answer = Answer::of(
                    endpoint,
                    &outcome(Status::Ok, *status),
                    Said { body: Vec::new(), ..said(*status) },
                    false,
                );
                assert_eq!(answer.status.as_u16(), *status);
                assert!(concluded(endpoint, &answer).is_none(), "{}: {status}", endpoint.name);
            }
        }
    }

    #[test]
    fn what_is_in_doubt_is_in_doubt_for_the_server() {
        for endpoint in ENDPOINTS {
            for (status, cause, http_status) in [
                (Status::Uncertain, Status::TimedOut, 0),
                (Status::Uncertain, Status::ConnectionFailed, 0),
                (Status::Uncertain, Status::ServiceUnavailable, 500),
                (Status::Uncertain, Status::ServiceUnavailable, 503),
                (Status::Uncertain, Status::ServiceUnavailable, 408),
                (Status::Uncertain, Status::UnexpectedAnswer, 302),
                (Status::Uncertain, Status::UnexpectedAnswer, 200),
                (Status::Uncertain, Status::Closed, 0),
                (Status::TimedOut, Status::Ok, 0),
                (Status::Abandoned, Status::Closed, 0),
                (Status::Internal, Status::Ok, 0),
                // Repeated after an attempt in doubt.
                (Status::Throttled, Status::Ok, 429),
                (Status::Rejected, Status::Ok, 400),
            ] {
                let outcome = Outcome {
                    cause,
                    uncertain: 1,
                    retry_after: Some(Duration::from_secs(3)),
                    ..outcome(status, http_status)
                };
                let answer = Answer::of(endpoint, &outcome, said(http_status), false);
                let concluded = concluded(endpoint, &answer).unwrap();
                let what = format!("{}: {status:?}, HTTP {http_status}", endpoint.name);
                assert_eq!((concluded.uncertain, concluded.refused), (1, 0), "{what}");
                assert_eq!(concluded.retryable, endpoint.is_idempotent, "{what}");
            }
        }
    }

    #[test]
    fn what_was_not_acted_on_is_known_not_to_be() {
        for endpoint in ENDPOINTS {
            for (status, cause, http_status, expected) in [
                (Status::Throttled, Status::Ok, 0, Status::Throttled),
                (Status::Throttled, Status::Ok, 429, Status::Throttled),
                (Status::Throttled, Status::Ok, 400, Status::Throttled),
                (Status::Expired, Status::Throttled, 0, Status::Throttled),
                (Status::Abandoned, Status::Throttled, 0, Status::Throttled),
                (Status::Expired, Status::AuthorizationNeeded, 0, Status::ServiceUnavailable),
                (Status::Expired, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::Abandoned, Status::Closed, 0, Status::ServiceUnavailable),
                (Status::Closed, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::QueueFull, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::ConnectionFailed, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::TlsFailed, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::TimedOut, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::ServiceUnavailable, Status::Ok, 503, Status::ServiceUnavailable),
                (Status::ServiceUnavailable, Status::Ok, 421, Status::ServiceUnavailable),
                // The fleet's own token: the server cannot change it.
                (Status::Unauthorized, Status::Ok, 401, Status::ServiceUnavailable),
                (Status::SignInFailed, Status::Ok, 0, Status::ServiceUnavailable),
                (Status::AuthorizationNeeded, Status::Ok, 0, Status::ServiceUnavailable),
                // A thread could not be started.
                (Status::Internal, Status::Ok, 0, Status::ServiceUnavailable),
            ] {
                let outcome = Outcome { cause, ..outcome(status, http_status) };
                let answer = Answer::of(endpoint, &outcome, said(http_status), false);
                let concluded = concluded(endpoint, &answer).unwrap();
                let what = format!("{}: {status:?}, {cause:?}, HTTP {http_status}", endpoint.name);
                assert_eq!((concluded.status, concluded.uncertain, concluded.retryable), (expected, 0, true), "{what}");
                assert!(concluded.retry_after.is_some_and(|wait| wait <= UNKNOWN_WAIT), "{what}");
            }
        }
    }

    #[test]
    fn a_refusal_is_passed_on() {
        for (status, http_status, is_own, expected) in [
            (Status::Rejected, 400, false, Status::Rejected),
            (Status::Rejected, 404, false, Status::Rejected),
            (Status::Forbidden, 403, false, Status::Forbidden),
            (Status::Unauthorized, 401, true, Status::Unauthorized),
        ] {
            let outcome = Outcome { correlation_id: "id".into(), ..outcome(status, http_status) };
            let answer = Answer::of(&SEND_INVITE, &outcome, said(http_status), is_own);
            assert_eq!((answer.status.as_u16(), &answer.body[..]), (http_status, &said(0).body[..]));
            assert_eq!((answer.retry_after, answer.correlation_id.as_str()), (None, "id"));
            let concluded = concluded(ENDPOINTS[0], &answer).unwrap();
            assert_eq!((concluded.status, concluded.error_code.as_str()), (expected, "X"));
        }
    }

    #[test]
    fn what_is_not_allowed_to_several_is_said_to_each() {
        let outcome = outcome(Status::Forbidden, 403);
        let answer = Answer::of(&POST_RECENT_PLAYER_GROUPS, &outcome, Said::default(), false);
        let concluded = concluded(&POST_RECENT_PLAYER_GROUPS, &answer).unwrap();
        assert_eq!((concluded.status, concluded.retryable), (Status::Forbidden, false));
    }

    #[test]
    fn a_time_is_passed_on_and_never_shortened() {
        for (wait_ms, seconds, of_gathered) in
            [(0, 1, 1), (1, 1, 1), (1_000, 1, 1), (1_001, 2, 1), (3_500, 4, 2), (90_500, 91, 89)]
        {
            let outcome =
                Outcome { retry_after: Some(Duration::from_millis(wait_ms)), ..outcome(Status::Throttled, 0) };
            let retry_after = |endpoint| Answer::of(endpoint, &outcome, Said::default(), false).retry_after;
            assert_eq!(retry_after(&SEND_INVITE), Some(seconds));
            assert_eq!(retry_after(&POST_RECENT_PLAYER_GROUPS), Some(of_gathered), "earlier than its turn");
        }
    }

    #[test]
    fn a_limit_of_the_fleet_is_not_that_of_a_server() {
        let throttle = Throttle { current_requests: 8, max_requests: 7, period_s: 15, limit_type: "burst".to_owned() };
        let outcome = Outcome { throttle, ..outcome(Status::Throttled, 429) };
        let concluded = concluded(&SEND_INVITE, &Answer::of(&SEND_INVITE, &outcome, said(429), false)).unwrap();
        assert_eq!(concluded.throttle, Throttle::default());
        assert!(concluded.message.contains("7 requests in 15 s"), "{}", concluded.message);
    }
}

//! How a rejection is told: the documents show one form and describe others.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Kind, Rejection};
use crate::refusal::Refusal;

/// The form of the answer to a call that was not let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// 429, a body with numbers: as in the documents' examples.
    #[default]
    Numbers,
    /// 429, the numbers in strings: as in their schema.
    Strings,
    /// 429, `type` in the place of `limitType`: as on one of their pages.
    Type,
    /// 429 without a body.
    NoBody,
    /// 400 `Too many requests`, in the shape of other errors.
    BadRequest,
    /// 503 with the body of a 429.
    Unavailable,
}

pub(super) const ANSWERS: [(&str, Answer); 6] = [
    ("numbers", Answer::Numbers),
    ("strings", Answer::Strings),
    ("type", Answer::Type),
    ("no_body", Answer::NoBody),
    ("bad_request", Answer::BadRequest),
    ("unavailable", Answer::Unavailable),
];

const WHAT: &str = "Too many requests";

pub(super) fn respond(answer: Answer, says_when: bool, rejection: &Rejection) -> Response {
    let mut response = match answer {
        Answer::BadRequest => Refusal::invalid_request(StatusCode::BAD_REQUEST, WHAT).into_response(),
        Answer::NoBody => StatusCode::TOO_MANY_REQUESTS.into_response(),
        Answer::Unavailable => in_json(StatusCode::SERVICE_UNAVAILABLE, answer, rejection),
        _ => in_json(StatusCode::TOO_MANY_REQUESTS, answer, rejection),
    };
    if says_when {
        let seconds = in_seconds(rejection.retry_after_ms);
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn in_json(status: StatusCode, answer: Answer, rejection: &Rejection) -> Response {
    let number = |number: u64| match answer {
        Answer::Strings => Value::String(number.to_string()),
        _ => number.into(),
    };
    let (version, current, max, period) = (
        number(1),
        number(rejection.current.into()),
        number(rejection.max.into()),
        number(in_seconds(rejection.period_ms)),
    );
    let name = if answer == Answer::Type { "type" } else { "limitType" };
    let kind = match rejection.kind {
        Kind::Burst => "burst",
        Kind::Sustained => "rate",
    };
    let what = json!(WHAT);
    // By hand, for the order in which the service's documents show them.
    let body = format!(
        r#"{{"version":{version},"currentRequests":{current},"maxRequests":{max},"periodInSeconds":{period},"{name}":"{kind}","debugMessage":{what}}}"#
    );
    let content_type = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(CONTENT_TYPE, content_type)], Body::from(body)).into_response()
}

/// Rounded up: whoever waits that long has waited long enough.
fn in_seconds(ms: u64) -> u64 {
    ms.div_ceil(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (ms, seconds) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2), (u64::MAX, 18_446_744_073_709_552)] {
            assert_eq!(in_seconds(ms), seconds);
        }
    }
}

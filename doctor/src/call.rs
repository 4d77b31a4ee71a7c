//! One call that changes nothing: what does a user do? It needs the same token as an invite.

use std::time::{Instant, SystemTime};

use http::{HeaderValue, Uri};
use mpa::api::{Call, QUERY_ACTIVITIES, QueryActivities};
use mpa::auth::{Authorization, MAX_SIGNED_BODY_BYTES, ServiceClock, Signed};
use mpa::http::{Deadlines, Request, Response, Transport};
use mpa::outcome::{Outcome, Status};
use mpa::redactor::Redactor;
use mpa::response::{ParsedResponse, ResponseClass, content_encoding, parse_response, unreadable_body};

use crate::codes::Code;
use crate::host::{LIMIT, Route};
use crate::messages::{defect, transport_failed};
use crate::report::Finding;

pub fn check(route: &Route, title_id: u32, authorization: &Authorization, clock: &ServiceClock) -> Finding {
    let parts = query().and_then(|query| Ok((prepare(&query, route, title_id, authorization, clock)?, query)));
    let ((uri, signature, body), query) = match parts {
        Ok(parts) => parts,
        Err(outcome) => return defect(outcome),
    };
    let authorization_header = Some(authorization.header());
    let request = Request {
        method: &QUERY_ACTIVITIES.method,
        uri: &uri,
        authorization: authorization_header,
        signature: signature.as_ref(),
        body: &body,
        max_response: QUERY_ACTIVITIES.max_response_bytes,
    };
    match route.transport.send(request, Deadlines::both(Instant::now() + LIMIT)) {
        Ok(answer) => classify_response(&query, &answer, authorization, title_id),
        Err(error) => transport_failed(&error),
    }
}

/// No one's XUID: the service answers all the same.
fn query() -> mpa::outcome::Result<QueryActivities> {
    QueryActivities::new(vec![1]).map_err(|_| no_call())
}

fn no_call() -> Box<Outcome> {
    Outcome::internal("The call cannot be made. Please report this.")
}

/// Where the request goes, its signature and its body.
fn prepare(
    query: &QueryActivities,
    route: &Route,
    title_id: u32,
    authorization: &Authorization,
    clock: &ServiceClock,
) -> mpa::outcome::Result<(Uri, Option<HeaderValue>, Vec<u8>)> {
    let path = query.endpoint().path(title_id, |name| query.path_argument(name)).ok_or_else(no_call)?;
    let body = query.body(0..query.count())?;
    let signature = match authorization.proof_key() {
        None => None,
        Some(key) => {
            let signed = Signed {
                time: clock.at(SystemTime::now()),
                method: query.endpoint().method.as_str(),
                path_and_query: &path,
                authorization: authorization.header().to_str().unwrap_or_default(),
                body: &body,
                max_body_bytes: Some(MAX_SIGNED_BODY_BYTES),
            };
            Some(signed.header(key)?)
        }
    };
    Ok((route.base.join(&path)?, signature, body))
}

fn classify_response(
    query: &QueryActivities,
    answer: &Response,
    authorization: &Authorization,
    title_id: u32,
) -> Finding {
    let status = answer.status;
    let parsed = parse_response(answer, QUERY_ACTIVITIES.success, SystemTime::now());
    let is_success = QUERY_ACTIVITIES.success.contains(&status)
        && content_encoding(answer).is_none()
        && query.take_payload(0..query.count(), status, &answer.body).is_ok();
    let redactor = redactor(authorization);
    let refused = |code: Code, what: &str, advice: &str| {
        Finding::failed(code, format!("{what} ({}).", reason(&parsed, status, &redactor)), advice)
    };
    let finding = match (status, parsed.class) {
        _ if is_success => Finding::ok(format!("The service accepted a call for title {title_id}.")),
        (200..=399, _) => refused(
            Code::UnexpectedAnswer,
            "Something answered that does not seem to be the service",
            "Check --endpoint, and look for a proxy in between.",
        ),
        (_, ResponseClass::Refused(Status::Throttled)) => refused(
            Code::Throttled,
            "The service limits how often it is called",
            "The service can be reached, but the call was not checked. Run this again in some minutes, and call less often.",
        )
        .transient(true),
        (401, _) if authorization.proof_key().is_none() => refused(
            Code::Unauthorized,
            "The service refused the token",
            "Get a newer token; where it is bound to a proof key, give the key too (--proof-key-file).",
        ),
        (401, _) => refused(
            Code::Unauthorized,
            "The service refused the token",
            "Get a newer token, and check the sandbox and the proof key.",
        ),
        (403, _) | (_, ResponseClass::Refused(Status::Forbidden)) => refused(
            Code::Forbidden,
            "The token is good, but not for this call",
            "Check --title-id, the sandbox, and that the certificate is registered for this title.",
        ),
        (408 | 421 | 425 | 500.., _) => refused(
            Code::ServiceUnavailable,
            "The service failed",
            "Run this again in some minutes; the service has to fix it.",
        )
        .transient(true),
        _ => refused(Code::Rejected, "The service refused the call", "Check --title-id and --endpoint."),
    };
    let mut finding = finding.http_status(status);
    let correlation_id = redactor.redact(&parsed.correlation_id);
    finding.details.correlation_id = (!correlation_id.is_empty()).then_some(correlation_id);
    finding
}

/// Masks what must not be shown.
fn redactor(authorization: &Authorization) -> Redactor {
    let mut redactor = Redactor::default();
    redactor.add_text(authorization.token());
    redactor
}

/// What the service said.
fn reason(parsed: &ParsedResponse, http_status: u16, redactor: &Redactor) -> String {
    let mut reason = format!("HTTP {http_status}");
    for text in [&parsed.error_code, &parsed.debug_message] {
        let text = redactor.redact(text);
        let text = text.trim_end_matches('.');
        if !text.is_empty() {
            reason.push_str(&format!(", {text}"));
        }
    }
    if let Some(encoding) = &parsed.content_encoding {
        reason.push_str(&unreadable_body(&redactor.redact(encoding)));
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::State;

    fn classified(status: u16, body: &str) -> Finding {
        let answer = Response::new(status, &[], body.as_bytes());
        classify_response(&query().unwrap(), &answer, &Authorization::new("XBL3.0 x=-;verysecret", 0).unwrap(), 7)
    }

    #[test]
    fn only_the_services_own_answer_is_good() {
        for body in [r#"{"userActivities":[]}"#, r#"{"userActivities":[{"userId":"1","activities":null}]}"#] {
            assert_eq!(classified(200, body).state, State::Ok);
        }
        assert_eq!(classified(204, "").state, State::Ok, "as the library takes it");
        for (status, body, words) in [
            (200, "<html>", "does not seem to be the service"),
            (200, r#"{"status":"up"}"#, "does not seem to be the service"),
            (201, r#"{"userActivities":[]}"#, "does not seem to be the service"),
            (302, "", "does not seem to be the service"),
            (400, r#"{"errorCode":"RequestValidationError"}"#, "refused the call (HTTP 400, RequestValidationError)"),
            (401, "", "refused the token (HTTP 401)"),
            (403, "", "not for this call"),
            (503, "", "The service failed (HTTP 503)"),
        ] {
            let finding = classified(status, body);
            assert_eq!(finding.state, State::Failed);
            assert!(finding.message.contains(words) && !finding.advice.is_empty(), "{}", finding.message);
        }
        assert_eq!(classified(200, "\u{feff}{\"userActivities\":[]}").state, State::Ok, "a byte-order mark");
        let throttled = classified(429, "");
        assert_eq!((throttled.code, throttled.details.is_transient), (Code::Throttled, true));
    }

    #[test]
    fn a_coding_that_was_not_asked_for_is_named() {
        for status in [200, 400] {
            let answer = Response::new(status, &[("content-encoding", "gzip")], b"{}");
            let authorization = Authorization::new("XBL3.0 x=-;t", 0).unwrap();
            let finding = classify_response(&query().unwrap(), &answer, &authorization, 7);
            assert!(finding.message.contains("Content-Encoding: gzip"), "{}", finding.message);
        }
    }

    #[test]
    fn a_token_that_is_sent_back_is_masked() {
        let finding = classified(401, r#"{"errorCode":"x","description":"not verysecret please"}"#);
        assert!(finding.message.contains("please") && !finding.message.contains("verysecret"), "{}", finding.message);
    }
}

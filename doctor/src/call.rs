//! One call that changes nothing: what does a user do? It needs the same token as an invite.

use std::time::{Duration, Instant, SystemTime};

use http::{HeaderValue, Uri};
use mpa::auth::{Authorization, MOST_OF_A_BODY, ServiceClock, Signed};
use mpa::calls::{content_encoding, parse_response};
use mpa::http::{Answer, Request, Transport};
use mpa::json;
use mpa::policy::in_an_encoding;
use mpa::redactor::Redactor;

use crate::host::Way;
use crate::report::Finding;
use crate::words;

const LIMIT: Duration = Duration::from_secs(5);

/// Nobody: the service answers about him all the same.
const BODY: &[u8] = br#"{"users":["1"]}"#;

pub fn check(way: &Way, title_id: u32, authorization: &Authorization, clock: &ServiceClock) -> Finding {
    let path = format!("/titles/{title_id}/activities/query");
    let (uri, signature) = match address(way, &path, authorization, clock) {
        Ok(parts) => parts,
        Err(outcome) => return Finding::failed(words::of(&outcome), "Please report this."),
    };
    let authorization_header = Some(authorization.header());
    let request = Request { uri: &uri, authorization: authorization_header, signature: signature.as_ref(), body: BODY };
    match way.transport.exchange(request, Instant::now() + LIMIT) {
        Ok(answer) => judge(&answer, authorization, title_id),
        Err(failure) => Finding::failed(
            format!("There was no answer: {}.", words::of_options(&failure.detail)),
            "Run this again in a minute; where it goes on, look for a proxy in between.",
        ),
    }
}

/// Where the request goes, and its signature.
fn address(
    way: &Way,
    path: &str,
    authorization: &Authorization,
    clock: &ServiceClock,
) -> mpa::outcome::Result<(Uri, Option<HeaderValue>)> {
    let signature = match authorization.proof_key() {
        None => None,
        Some(key) => {
            let signed = Signed {
                time: clock.at(SystemTime::now()),
                method: "POST",
                path_and_query: path,
                authorization: authorization.header().to_str().unwrap_or_default(),
                body: BODY,
                max_body_bytes: Some(MOST_OF_A_BODY),
            };
            Some(signed.header(key)?)
        }
    };
    Ok((way.base.join(path)?, signature))
}

fn judge(answer: &Answer, authorization: &Authorization, title_id: u32) -> Finding {
    let status = answer.status;
    let refused =
        |what: &str, advice: &str| Finding::failed(format!("{what} ({}).", said(answer, authorization)), advice);
    match status {
        200 if content_encoding(answer).is_none() && json::is_object(&answer.body) => {
            Finding::ok(format!("The service took a call for title {title_id}."))
        }
        200..=399 => refused(
            "Something answered that does not seem to be the service",
            "Check --endpoint, and look for a proxy in between.",
        ),
        401 if authorization.proof_key().is_none() => refused(
            "The service refused the token",
            "Get a newer token; where it is bound to a proof key, give the key too (--proof-key-file).",
        ),
        401 => refused("The service refused the token", "Get a newer token, and check the sandbox and the proof key."),
        403 => refused(
            "The token is good, but not for this call",
            "Check --title-id, the sandbox, and that the certificate is registered for this title.",
        ),
        429 => Finding::warning(
            format!("The service limits how often it is called ({}).", said(answer, authorization)),
            "The way is open. Run this again in some minutes, and call less often.",
        ),
        408 | 421 | 425 | 500.. => {
            refused("The service failed", "Run this again in some minutes; it is the service's to mend.")
        }
        _ => refused("The service refused the call", "Check --title-id and --endpoint."),
    }
}

/// What the service said, without what must not be shown.
fn said(answer: &Answer, authorization: &Authorization) -> String {
    let parsed = parse_response(answer, SystemTime::now());
    let mut redactor = Redactor::default();
    redactor.add_text(authorization.token());
    let mut said = format!("HTTP {}", answer.status);
    for text in [&parsed.error_code, &parsed.debug_message] {
        let text = redactor.redact(text);
        let text = text.trim_end_matches('.');
        if !text.is_empty() {
            said.push_str(&format!(", {text}"));
        }
    }
    if let Some(encoding) = &parsed.content_encoding {
        said.push_str(&in_an_encoding(&redactor.redact(encoding)));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::State;

    fn judged(status: u16, body: &str) -> Finding {
        let answer = Answer::new(status, &[], body.as_bytes());
        judge(&answer, &Authorization::new("XBL3.0 x=-;verysecret", 0, "header").unwrap(), 7)
    }

    #[test]
    fn only_the_services_own_answer_is_good() {
        assert_eq!(judged(200, r#"{"userActivities":[]}"#).state, State::Ok);
        for (status, body, words) in [
            (200, "<html>", "does not seem to be the service"),
            (302, "", "does not seem to be the service"),
            (400, r#"{"errorCode":"RequestValidationError"}"#, "refused the call (HTTP 400, RequestValidationError)"),
            (401, "", "refused the token (HTTP 401)"),
            (403, "", "not for this call"),
            (503, "", "The service failed (HTTP 503)"),
        ] {
            let finding = judged(status, body);
            assert_eq!(finding.state, State::Failed);
            assert!(finding.sentence.contains(words) && !finding.advice.is_empty(), "{}", finding.sentence);
        }
        assert_eq!(judged(200, "\u{feff}{\"userActivities\":[]}").state, State::Ok, "a byte-order mark");
        assert_eq!(judged(429, "").state, State::Warning);
    }

    #[test]
    fn a_coding_that_was_not_asked_for_is_named() {
        for status in [200, 400] {
            let answer = Answer::new(status, &[("content-encoding", "gzip")], b"{}");
            let finding = judge(&answer, &Authorization::new("XBL3.0 x=-;t", 0, "header").unwrap(), 7);
            assert!(finding.sentence.contains("Content-Encoding: gzip"), "{}", finding.sentence);
        }
    }

    #[test]
    fn a_token_that_is_sent_back_is_masked() {
        let finding = judged(401, r#"{"errorCode":"x","description":"not verysecret please"}"#);
        assert!(
            finding.sentence.contains("please") && !finding.sentence.contains("verysecret"),
            "{}",
            finding.sentence
        );
    }
}

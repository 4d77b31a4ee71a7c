use std::time::UNIX_EPOCH;

use super::*;
use crate::http::Sent;

fn at(step: Step, certificate: Validity) -> ErrorContext<'static> {
    ErrorContext { step, host: "sign-in.example", certificate, clock_offset_ms: 0, clock_moved: false }
}

fn answer(status: u16, body: &str) -> Response {
    Response::new(status, &[], body.as_bytes())
}

fn refused(step: Step, status: u16, body: &str) -> SignInFailure {
    let failure =
        SignInFailure::refused(&at(step, Validity::Valid), &answer(status, body), UNIX_EPOCH, &Redactor::default());
    assert_eq!(failure.outcome.status, Status::SignInFailed);
    assert_eq!(failure.outcome.retryable, failure.prospect == Prospect::Transient);
    failure
}

fn unanswered(step: Step, certificate: Validity, kind: ErrorKind, was_connected: bool) -> SignInFailure {
    let failure =
        TransportError { kind, sent: Sent::Nothing, was_connected, detail: "it broke".to_owned(), advice: None };
    SignInFailure::unanswered(&at(step, certificate), &failure)
}

#[test]
fn a_denied_sandbox_needs_people_and_is_named() {
    let failure = refused(Step::Token, 401, r#"{"Identity":"0","XErr":2148916242,"Message":""}"#);
    assert_eq!(failure.prospect, Prospect::Permanent);
    assert_eq!(failure.outcome.service_code, 0x8015_DC12);
    let message = &failure.outcome.message;
    assert!(message.contains("step 2 of 2") && message.contains("XErr 0x8015DC12"), "{message}");
    assert!(message.contains("may not be used with this sandbox"), "{message}");
    assert_eq!(failure.outcome.advice, Some(Advice::CheckSandbox));
}

#[test]
fn an_old_service_token_is_replaced_and_an_outage_passes() {
    let old = refused(Step::Token, 401, r#"{"XErr":2148916255}"#);
    assert!(old.wants_another_service_token && old.prospect == Prospect::Transient);
    let outage = refused(Step::ServiceToken, 503, r#"{"XErr":2148916273}"#);
    assert!(!outage.wants_another_service_token && outage.prospect == Prospect::Transient);
    assert_eq!(outage.outcome.cause, Status::ServiceUnavailable);
    assert_eq!(refused(Step::Token, 500, "<html>").prospect, Prospect::Transient);
}

#[test]
fn a_refusal_without_a_reason_points_to_what_it_usually_is() {
    let signature = refused(Step::ServiceToken, 403, "");
    assert_eq!(signature.prospect, Prospect::Permanent);
    assert!(signature.outcome.message.contains("Business Partner Certificate"), "{}", signature.outcome.message);
    let skewed =
        ErrorContext { clock_offset_ms: -600_000, clock_moved: true, ..at(Step::ServiceToken, Validity::Valid) };
    let clock = SignInFailure::refused(&skewed, &answer(403, ""), UNIX_EPOCH, &Redactor::default());
    assert_eq!(clock.prospect, Prospect::Transient);
    assert!(clock.outcome.message.contains("by 600 s"), "{}", clock.outcome.message);
}

#[test]
fn a_connection_that_drops_with_the_certificate_says_what_that_means() {
    let dropped = unanswered(Step::ServiceToken, Validity::Valid, ErrorKind::Connection, true);
    assert_eq!((dropped.outcome.cause, dropped.prospect), (Status::ConnectionFailed, Prospect::Transient));
    assert!(dropped.outcome.message.contains("proxy that opens TLS"), "{}", dropped.outcome.message);
    let expired = Validity::Expired { since: UNIX_EPOCH };
    let old = unanswered(Step::ServiceToken, expired, ErrorKind::Connection, true);
    assert_eq!(old.prospect, Prospect::Permanent);
    assert!(old.outcome.message.contains("expired on 1970-01-01"), "{}", old.outcome.message);
    let unreached = unanswered(Step::ServiceToken, Validity::Valid, ErrorKind::Connection, false);
    assert!(
        unreached.outcome.message.contains("found no way to sign-in.example: it broke"),
        "{}",
        unreached.outcome.message
    );
}

#[test]
fn a_handshake_that_fails_is_nothing_that_passes() {
    for step in [Step::ServiceToken, Step::Token] {
        let failure = unanswered(step, Validity::Valid, ErrorKind::Tls, true);
        assert_eq!((failure.outcome.cause, failure.prospect), (Status::TlsFailed, Prospect::Permanent));
        assert!(failure.outcome.message.contains("proxy"), "{}", failure.outcome.message);
    }
}

#[test]
fn what_the_service_repeats_is_masked() {
    let mut redactor = Redactor::default();
    redactor.add_text("the-service-token");
    let body = r#"{"XErr":5,"Message":"bad: the-service-token"}"#;
    let failure = SignInFailure::refused(&at(Step::Token, Validity::Valid), &answer(401, body), UNIX_EPOCH, &redactor);
    let message = &failure.outcome.message;
    assert!(message.contains("bad:") && !message.contains("the-service-token"), "{message}");
    let body = r#"{"XErr":5,"Message":"bad: dGhlLXNlcnZpY2UtdG9rZW4="}"#;
    let failure = SignInFailure::refused(&at(Step::Token, Validity::Valid), &answer(401, body), UNIX_EPOCH, &redactor);
    assert!(!failure.outcome.message.contains("dGhl"), "{}", failure.outcome.message);
}

#[test]
fn the_summary_begins_the_message_and_names_no_field() {
    let failures = [
        refused(Step::Token, 401, r#"{"XErr":2148916242}"#),
        refused(Step::Token, 401, ""),
        refused(Step::Token, 400, ""),
        refused(Step::ServiceToken, 503, r#"{"XErr":2148916273}"#),
        unanswered(Step::Token, Validity::Valid, ErrorKind::Tls, true),
        unanswered(Step::ServiceToken, Validity::Valid, ErrorKind::Connection, true),
    ];
    for failure in failures {
        let (summary, message) = (&failure.summary, &failure.outcome.message);
        assert!(message.starts_with(summary.as_str()) && summary.ends_with('.'), "{summary}: {message}");
        assert!(!message.contains("config.") && !summary.contains("tried again"), "{summary}");
    }
}

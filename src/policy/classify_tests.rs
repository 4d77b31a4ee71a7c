use std::time::Duration;

use super::{Batch, classify_error, classify_response};
use crate::api::{Endpoint, POST_RECENT_PLAYER_GROUPS, SEND_INVITE, SEND_SERVER_INVITE};
use crate::http::{ErrorKind, Sent, TransportError};
use crate::outcome::{Outcome, Status, Throttle};
use crate::redactor::{Redactor, ServiceText};
use crate::response::{ParsedResponse, ResponseClass};

/// The second request of three.
fn second(endpoint: &'static Endpoint) -> Batch {
    let limit = endpoint.items_per_request;
    Batch { endpoint, items: limit..2 * limit, count: 3 * limit, own_authorization: false }
}

fn answered(batch: &Batch, class: ResponseClass) -> Outcome {
    let parsed = ParsedResponse {
        class,
        retry_after: Some(Duration::from_secs(7)),
        throttle: Throttle { limit_type: ServiceText::new("burst"), ..Throttle::default() },
        error_code: ServiceText::new("SomeCode"),
        debug_message: ServiceText::new("About user 2535465515082324."),
        correlation_id: ServiceText::new("id"),
        content_encoding: None,
        has_oversized_head: false,
    };
    classify_response(batch, 499, parsed, Redactor::default).unwrap()
}

fn failed(batch: &Batch, kind: ErrorKind, sent: Sent) -> Outcome {
    classify_error(
        batch,
        &TransportError { kind, sent, was_connected: true, detail: "it broke".to_owned(), advice: None },
    )
}

#[derive(Debug, PartialEq)]
struct Counts {
    acknowledged: u32,
    uncertain: u32,
    refused: u32,
    retryable: bool,
}

fn counts(outcome: &Outcome) -> Counts {
    let Outcome { acknowledged, uncertain, refused, retryable, .. } = *outcome;
    Counts { acknowledged, uncertain, refused, retryable }
}

#[test]
fn a_refusal_counts_its_request_and_keeps_what_was_acknowledged() {
    for (status, retryable) in [
        (Status::Throttled, true),
        (Status::ServiceUnavailable, true),
        (Status::Unauthorized, true),
        (Status::Rejected, false),
        (Status::Forbidden, false),
    ] {
        let outcome = answered(&second(&SEND_SERVER_INVITE), ResponseClass::Refused(status));
        assert_eq!(outcome.status, status);
        assert_eq!(counts(&outcome), Counts { acknowledged: 16, uncertain: 0, refused: 16, retryable });
        assert_eq!(outcome.retry_after, Some(Duration::from_secs(7)));
        assert_eq!((outcome.http_status, outcome.error_code.as_str()), (499, "SomeCode"));
    }
}

#[test]
fn an_answer_that_settles_nothing_leaves_doubt() {
    for (endpoint, items, retryable) in
        [(&SEND_INVITE, 16, false), (&SEND_SERVER_INVITE, 16, false), (&POST_RECENT_PLAYER_GROUPS, 20, true)]
    {
        let outcome = answered(&second(endpoint), ResponseClass::Indeterminate(Status::ServiceUnavailable));
        let status = (outcome.status, outcome.cause);
        if retryable {
            assert_eq!(status, (Status::ServiceUnavailable, Status::Ok));
        } else {
            assert_eq!(status, (Status::Uncertain, Status::ServiceUnavailable));
        }
        assert_eq!(counts(&outcome), Counts { acknowledged: items, uncertain: items, refused: 0, retryable });
    }
}

#[test]
fn a_lost_answer_leaves_an_invite_uncertain_and_recent_players_repeatable() {
    let kinds = [
        (ErrorKind::Connection, Status::ConnectionFailed),
        (ErrorKind::TimedOut, Status::TimedOut),
        (ErrorKind::Tls, Status::TlsFailed),
    ];
    for (kind, status) in kinds {
        let invite = failed(&second(&SEND_INVITE), kind, Sent::MaybeDelivered);
        assert_eq!((invite.status, invite.cause), (Status::Uncertain, status));
        assert_eq!(counts(&invite), Counts { acknowledged: 16, uncertain: 16, refused: 0, retryable: false });
        let groups = failed(&second(&POST_RECENT_PLAYER_GROUPS), kind, Sent::MaybeDelivered);
        assert_eq!((groups.status, groups.cause), (status, Status::Ok));
        assert_eq!(counts(&groups), Counts { acknowledged: 20, uncertain: 20, refused: 0, retryable: true });
    }
}

#[test]
fn what_cannot_have_arrived_is_not_in_doubt() {
    for sent in [Sent::Nothing, Sent::Incomplete] {
        for (kind, status, retryable) in [
            (ErrorKind::Connection, Status::ConnectionFailed, true),
            (ErrorKind::TimedOut, Status::TimedOut, true),
            (ErrorKind::Tls, Status::TlsFailed, false),
            (ErrorKind::InsecureTransport, Status::ConnectionFailed, false),
            (ErrorKind::ProxyRefused, Status::ConnectionFailed, false),
        ] {
            let outcome = failed(&second(&SEND_INVITE), kind, sent);
            assert_eq!(outcome.status, status);
            assert_eq!(counts(&outcome), Counts { acknowledged: 16, uncertain: 0, refused: 0, retryable });
        }
    }
}

#[test]
fn an_invalid_response_may_come_from_another_server() {
    let outcome = failed(&second(&SEND_INVITE), ErrorKind::InvalidResponse, Sent::MaybeDelivered);
    assert_eq!((outcome.status, outcome.cause), (Status::Uncertain, Status::UnexpectedAnswer));
    assert_eq!(counts(&outcome), Counts { acknowledged: 16, uncertain: 16, refused: 0, retryable: false });
}

#[test]
fn the_sentence_says_which_request_what_was_said_and_what_to_do() {
    let outcome = answered(&second(&SEND_SERVER_INVITE), ResponseClass::Refused(Status::Throttled));
    assert_eq!(
        outcome.message,
        "The service refused request 2 of 3 (invited users 16 to 31): HTTP 499, SomeCode, About user ***. Try again \
         after 7 s."
    );
    let only = Batch { items: 0..3, count: 3, ..second(&POST_RECENT_PLAYER_GROUPS) };
    assert_eq!(
        failed(&only, ErrorKind::TimedOut, Sent::MaybeDelivered).message,
        "The request was sent, and it is not known whether the service processed it: it broke. Sending it again does no harm."
    );
    assert_eq!(
        failed(&only, ErrorKind::Connection, Sent::Incomplete).message,
        "Not all of the request was sent, so nothing of it happened: it broke. Try again later."
    );
}

use std::time::{Duration, Instant};

use super::{Deadline, Stop, aborted, throttled};
use crate::api::{Endpoint, POST_RECENT_PLAYER_GROUPS, SEND_INVITE};
use crate::outcome::{Outcome, Status};
use crate::policy::{Batch, Limit};

const WAIT: Duration = Duration::from_secs(16);

/// The second request of two.
fn batch(endpoint: &'static Endpoint) -> Batch {
    let limit = endpoint.items_per_request;
    Batch { endpoint, items: limit..limit + 3, count: limit + 3, own_authorization: false }
}

fn refused(status: Status) -> Outcome {
    let mut last = batch(&SEND_INVITE).outcome(status, "It was busy.".to_owned());
    last.refused = 3;
    last.retryable = true;
    last.http_status = 503;
    last
}

fn of(stop: Stop, last: Option<Outcome>) -> (Status, Status, bool, Option<Duration>) {
    let outcome = stop.outcome(&batch(&SEND_INVITE), last);
    assert_eq!(outcome.acknowledged, 16, "{outcome:?}");
    (outcome.status, outcome.cause, outcome.retryable, outcome.retry_after)
}

#[test]
fn a_call_that_stops_before_any_attempt_says_why() {
    let now = Instant::now();
    let late = |deadline| Stop::PermitTooLate { deadline, wait: WAIT };
    for (stop, expected) in [
        (Stop::Cancelled, (Status::Cancelled, Status::Ok, false, None)),
        (Stop::Closed, (Status::Abandoned, Status::Closed, true, None)),
        (Stop::DeadlinePassed(Deadline::Call(now)), (Status::TimedOut, Status::Ok, true, None)),
        (Stop::DeadlinePassed(Deadline::TimeToLive(now)), (Status::Expired, Status::Ok, true, None)),
        (Stop::DeadlinePassed(Deadline::Drain(now)), (Status::Abandoned, Status::Closed, true, None)),
        (late(Deadline::Drain(now)), (Status::Abandoned, Status::Throttled, true, Some(WAIT))),
    ] {
        assert_eq!(of(stop, None), expected, "{stop:?}");
    }
}

#[test]
fn a_call_that_stops_after_an_attempt_keeps_what_is_known_of_it() {
    let now = Instant::now();
    let unavailable = Status::ServiceUnavailable;
    let too_late =
        |deadline| [Stop::PermitTooLate { deadline, wait: WAIT }, Stop::RetryTooLate { deadline, wait: WAIT }];
    let mut table = vec![
        (Stop::Cancelled, (Status::Cancelled, unavailable, false, None)),
        (Stop::Closed, (Status::Abandoned, unavailable, true, None)),
        (Stop::DeadlinePassed(Deadline::Call(now)), (unavailable, Status::Ok, true, None)),
        (Stop::DeadlinePassed(Deadline::TimeToLive(now)), (Status::Expired, unavailable, true, None)),
        (Stop::DeadlinePassed(Deadline::Drain(now)), (Status::Abandoned, unavailable, true, None)),
    ];
    for deadline in [Deadline::Call(now), Deadline::TimeToLive(now)] {
        table.extend(too_late(deadline).map(|stop| (stop, (unavailable, Status::Ok, true, Some(WAIT)))));
    }
    let drained = too_late(Deadline::Drain(now)).map(|stop| (stop, (Status::Abandoned, unavailable, true, Some(WAIT))));
    table.extend(drained);
    for (stop, expected) in table {
        assert_eq!(of(stop, Some(refused(unavailable))), expected, "{stop:?}");
        let outcome = stop.outcome(&batch(&SEND_INVITE), Some(refused(unavailable)));
        assert_eq!((outcome.refused, outcome.http_status), (3, 503), "{stop:?}");
        assert!(outcome.message.contains("It was busy."), "{stop:?}: {}", outcome.message);
    }
}

#[test]
fn the_longer_wait_counts() {
    let mut last = refused(Status::Throttled);
    last.retry_after = Some(2 * WAIT);
    let stop = Stop::RetryTooLate { deadline: Deadline::Call(Instant::now()), wait: WAIT };
    assert_eq!(of(stop, Some(last)).3, Some(2 * WAIT));
}

#[test]
fn only_a_deadline_is_a_lack_of_time() {
    let deadline = Deadline::TimeToLive(Instant::now());
    assert!(Stop::DeadlinePassed(deadline).is_for_lack_of_time());
    assert!(Stop::PermitTooLate { deadline, wait: WAIT }.is_for_lack_of_time());
    assert!(Stop::RetryTooLate { deadline, wait: WAIT }.is_for_lack_of_time());
    assert!(!Stop::Cancelled.is_for_lack_of_time());
    assert!(!Stop::Closed.is_for_lack_of_time());
}

#[test]
fn what_may_have_happened_does_not_expire() {
    let groups = batch(&POST_RECENT_PLAYER_GROUPS);
    let mut last = groups.outcome(Status::TimedOut, "No answer came.".to_owned());
    last.uncertain = 3;
    let outcome = Stop::DeadlinePassed(Deadline::TimeToLive(Instant::now())).outcome(&groups, Some(last));
    assert_eq!((outcome.status, outcome.uncertain), (Status::TimedOut, 3));
}

#[test]
fn draining_does_not_speak_of_times_to_live_or_of_calling_less_often() {
    let drain = Deadline::Drain(Instant::now());
    for stop in [Stop::DeadlinePassed(drain), Stop::PermitTooLate { deadline: drain, wait: WAIT }] {
        let message = stop.outcome(&batch(&SEND_INVITE), None).message;
        assert!(!message.contains("time to live") && !message.contains("less often"), "{message}");
    }
}

#[test]
fn what_was_on_the_wire_when_the_client_was_closed_is_in_doubt() {
    let broken = |endpoint, uncertain| {
        let mut outcome = batch(endpoint).outcome(Status::ConnectionFailed, "It broke.".to_owned());
        outcome.uncertain = uncertain;
        let outcome = aborted(&batch(endpoint), outcome);
        (outcome.status, outcome.cause, outcome.uncertain)
    };
    assert_eq!(broken(&SEND_INVITE, 3), (Status::Uncertain, Status::Closed, 3));
    assert_eq!(broken(&POST_RECENT_PLAYER_GROUPS, 3), (Status::Abandoned, Status::Closed, 3));
    assert_eq!(broken(&SEND_INVITE, 0), (Status::Abandoned, Status::Closed, 0));
}

#[test]
fn a_permit_that_comes_too_late_says_when_and_which_limit() {
    let limit = Limit { max: 7, period: Duration::from_secs(15) };
    let outcome = throttled(&batch(&SEND_INVITE), WAIT, Some(limit));
    assert_eq!((outcome.status, outcome.retryable), (Status::Throttled, true));
    assert_eq!((outcome.throttle.max_requests, outcome.throttle.period_s), (7, 15));
    assert!(outcome.message.contains("16.0 s"), "{}", outcome.message);
}

#[test]
fn an_operation_that_ends_in_the_queue_names_what_those_before_it_wait_for() {
    let expired = Stop::DeadlinePassed(Deadline::TimeToLive(Instant::now()));
    for wait_reason in [Status::Ok, Status::Throttled, Status::AuthorizationNeeded] {
        let outcome = expired.in_queue(wait_reason);
        assert_eq!((outcome.status, outcome.cause, outcome.retryable), (Status::Expired, wait_reason, true));
    }
    let outcome = Stop::Closed.in_queue(Status::Throttled);
    assert_eq!((outcome.status, outcome.cause, outcome.retryable), (Status::Abandoned, Status::Closed, true));
    let outcome = Stop::Cancelled.in_queue(Status::Throttled);
    assert_eq!((outcome.status, outcome.cause, outcome.retryable), (Status::Cancelled, Status::Ok, false));
}

#[test]
fn a_request_that_has_begun_goes_on_after_the_time_to_live() {
    let (now, second) = (Instant::now(), Duration::from_secs(1));
    assert!(Deadline::TimeToLive(now).of_response(5 * second) >= now + 5 * second);
    assert!(Deadline::Drain(now).of_response(5 * second) >= now + 5 * second);
    assert_eq!(Deadline::Call(now + second).of_response(5 * second), now + second);
}

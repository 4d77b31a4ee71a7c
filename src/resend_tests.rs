use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A call with 24 users, of which 16 were acknowledged.
fn ended(status: Status) -> Ended {
    Ended {
        status: Some(status),
        cause: Some(Status::Ok),
        acknowledged: 16,
        uncertain: 0,
        refused: 0,
        retryable: false,
        retry_after: Duration::ZERO,
        period: Duration::ZERO,
    }
}

fn of_24(ended: Ended) -> Unsent {
    unsent(&ended, 24).unwrap()
}

/// For a status that decides by itself, whatever `retryable` says.
fn expected(status: Status) -> Option<Resend> {
    Some(match status {
        Status::Ok | Status::Internal => return None,
        Status::SignInFailed | Status::UnexpectedAnswer | Status::ConnectionFailed | Status::TlsFailed => return None,
        Status::Cancelled => Resend::None,
        Status::InvalidArgument | Status::InvalidStruct | Status::Forbidden | Status::Rejected => Resend::AfterFix,
        Status::InvalidHandle | Status::Closed | Status::Abandoned => Resend::Elsewhere,
        Status::AuthorizationNeeded | Status::Unauthorized => Resend::AfterAuthorization,
        Status::QueueFull | Status::EventsNotPolled | Status::Throttled | Status::ServiceUnavailable => Resend::Later,
        Status::SignInPending => Resend::Later,
        Status::TimedOut | Status::Expired | Status::Uncertain => Resend::Later,
    })
}

#[test]
fn every_status_says_what_to_do_with_the_rest() {
    for status in Status::ALL.iter().copied() {
        for retryable in [false, true] {
            let unsent = of_24(Ended { retryable, ..ended(status) });
            let nothing_is_known = matches!(status, Status::Ok | Status::Internal);
            let slice = if nothing_is_known { (24, 0) } else { (16, 8) };
            assert_eq!((unsent.first, unsent.count), slice, "{status:?}");
            let by_retryable = if retryable { Resend::Later } else { Resend::AfterFix };
            let by_status = if nothing_is_known { Resend::None } else { by_retryable };
            assert_eq!(unsent.resend, expected(status).unwrap_or(by_status), "{status:?}, retryable {retryable}");
        }
    }
}

#[test]
fn what_was_uncertain_or_refused_is_not_in_the_slice() {
    for (acknowledged, uncertain, refused, first, count) in
        [(0, 16, 0, 16, 8), (16, 8, 0, 24, 0), (16, 0, 8, 24, 0), (1, 2, 3, 6, 18), (0, 0, 0, 0, 24)]
    {
        let unsent = of_24(Ended { acknowledged, uncertain, refused, ..ended(Status::ServiceUnavailable) });
        assert_eq!((unsent.first, unsent.count), (first, count));
        assert_eq!(unsent.refused_for_now, refused);
        let resend = if count + refused > 0 { Resend::Later } else { Resend::None };
        assert_eq!(unsent.resend, resend, "{acknowledged} {uncertain} {refused}");
    }
}

#[test]
fn the_refused_belong_to_the_rest_only_where_the_refusal_passes() {
    for (status, cause, refused_for_now) in [
        (Status::Throttled, Status::Ok, 4),
        (Status::ServiceUnavailable, Status::Ok, 4),
        (Status::Unauthorized, Status::Ok, 4),
        (Status::Expired, Status::Throttled, 4),
        (Status::Abandoned, Status::Throttled, 4),
        (Status::Rejected, Status::Ok, 0),
        (Status::Forbidden, Status::Ok, 0),
    ] {
        let unsent = of_24(Ended { cause: Some(cause), refused: 4, ..ended(status) });
        assert_eq!((unsent.first, unsent.count, unsent.refused_for_now), (20, 4, refused_for_now), "{status:?}");
    }
}

#[test]
fn the_cause_decides_for_a_status_without_a_reason() {
    for status in [Status::Uncertain, Status::Expired] {
        for (cause, resend) in [
            (Status::Ok, Resend::Later),
            (Status::TimedOut, Resend::Later),
            (Status::ServiceUnavailable, Resend::Later),
            (Status::Throttled, Resend::Later),
            (Status::Closed, Resend::Elsewhere),
            (Status::Abandoned, Resend::Elsewhere),
            (Status::AuthorizationNeeded, Resend::AfterAuthorization),
            (Status::Unauthorized, Resend::AfterAuthorization),
            (Status::SignInFailed, Resend::AfterFix),
            (Status::Uncertain, Resend::Later),
            (Status::Expired, Resend::Later),
        ] {
            let unsent = of_24(Ended { cause: Some(cause), ..ended(status) });
            assert_eq!(unsent.resend, resend, "{status:?} because of {cause:?}");
        }
    }
}

/// The result of an invite in doubt may say that it is not to be tried again, which is about the doubt.
#[test]
fn what_comes_behind_a_lost_answer_may_be_sent() {
    for cause in [Status::ConnectionFailed, Status::TlsFailed, Status::TimedOut] {
        let ended = Ended { cause: Some(cause), acknowledged: 0, uncertain: 16, ..ended(Status::Uncertain) };
        let Unsent { first, count, resend, .. } = of_24(ended);
        assert_eq!((first, count, resend), (16, 8, Resend::Later), "{cause:?}");
    }
    // Plain HTTP to another machine is refused before anything is sent.
    assert_eq!(of_24(ended(Status::ConnectionFailed)).resend, Resend::AfterFix);
}

#[test]
fn there_is_always_a_time_to_wait_before_the_same_client_tries_again() {
    for (status, retry_after, period, delay) in [
        (Status::Throttled, 7, 15, 7),
        (Status::Throttled, 0, 15, 15),
        (Status::TimedOut, 0, 0, 1),
        (Status::QueueFull, 0, 0, 1),
        (Status::Abandoned, 0, 0, 0),
        (Status::Abandoned, 7, 15, 7),
        (Status::Unauthorized, 0, 0, 0),
        (Status::Rejected, 7, 15, 0),
        (Status::Cancelled, 7, 15, 0),
    ] {
        let ended = Ended { retry_after: SECOND * retry_after, period: SECOND * period, ..ended(status) };
        assert_eq!(of_24(ended).delay, SECOND * delay, "{status:?}");
    }
}

#[test]
fn a_status_that_is_not_known_is_treated_by_whether_it_is_retryable() {
    for (retryable, resend) in [(true, Resend::Later), (false, Resend::AfterFix)] {
        let ended = Ended { status: None, retryable, ..ended(Status::Ok) };
        assert_eq!(of_24(ended).resend, resend);
    }
}

#[test]
fn a_count_that_cannot_be_that_of_the_call_is_refused() {
    assert_eq!(unsent(&ended(Status::Rejected), 15), None);
    assert_eq!(unsent(&ended(Status::Ok), 15), None);
    assert!(unsent(&ended(Status::Rejected), 16).is_some());
    let overflowing = Ended { uncertain: u32::MAX, ..ended(Status::Rejected) };
    assert_eq!(unsent(&overflowing, u32::MAX), None);
}

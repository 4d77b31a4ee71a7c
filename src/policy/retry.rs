//! Whether to send a request again, by ourselves and within the call.

use std::time::Duration;

use super::backoff::{full_jitter, spread};
use super::retry_budget::RetryBudget;
use crate::outcome::{Outcome, Status};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    End,
    Again {
        after: Duration,
    },
    /// As soon as the rate limit of this kind of call lets it.
    AgainInPace,
}

/// What to do after a failed attempt. `attempts`: made so far for this request.
///
/// What `retryable` says holds for the caller. We ourselves try again after what passes by itself:
/// not after something answered that is not the service, and not with a token that was refused.
pub fn next(outcome: &Outcome, attempts: u32, max_attempts: u32, budget: &mut RetryBudget, random: f64) -> Next {
    if !outcome.retryable || attempts >= max_attempts {
        return Next::End;
    }
    match outcome.status {
        // The rate limit bounds these, not the budget.
        Status::Throttled => Next::AgainInPace,
        Status::ConnectionFailed | Status::TimedOut | Status::ServiceUnavailable if budget.try_withdraw() => {
            let after = match outcome.retry_after {
                Some(wait) => spread(wait, random),
                None => full_jitter(attempts, random),
            };
            Next::Again { after }
        }
        _ => Next::End,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: Status, retryable: bool) -> Outcome {
        Outcome { retryable, ..Outcome::new(status, "") }
    }

    fn after(outcome: &Outcome, attempts: u32) -> Next {
        next(outcome, attempts, 4, &mut RetryBudget::default(), 1.0)
    }

    #[test]
    fn what_passes_by_itself_is_tried_again() {
        for status in [Status::ConnectionFailed, Status::TimedOut, Status::ServiceUnavailable] {
            let wait = Next::Again { after: Duration::from_millis(250) };
            assert_eq!(after(&outcome(status, true), 1), wait);
            assert_eq!(after(&outcome(status, false), 1), Next::End, "an invite in doubt");
        }
        assert_eq!(after(&outcome(Status::Throttled, true), 1), Next::AgainInPace);
    }

    #[test]
    fn what_does_not_is_not() {
        for status in [
            Status::Uncertain,
            Status::Rejected,
            Status::Forbidden,
            Status::Unauthorized,
            Status::UnexpectedAnswer,
            Status::TlsFailed,
            Status::Abandoned,
        ] {
            assert_eq!(after(&outcome(status, true), 1), Next::End, "{status:?}");
        }
    }

    #[test]
    fn attempts_and_budget_end() {
        assert_eq!(after(&outcome(Status::TimedOut, true), 4), Next::End);
        assert_eq!(after(&outcome(Status::Throttled, true), 4), Next::End);
        let mut budget = RetryBudget::default();
        while budget.try_withdraw() {}
        assert_eq!(next(&outcome(Status::TimedOut, true), 1, 4, &mut budget, 0.5), Next::End);
        assert_eq!(next(&outcome(Status::Throttled, true), 1, 4, &mut budget, 0.5), Next::AgainInPace);
    }

    #[test]
    fn a_named_time_is_obeyed() {
        let named = Outcome { retry_after: Some(Duration::from_secs(2)), ..outcome(Status::ServiceUnavailable, true) };
        assert_eq!(after(&named, 1), Next::Again { after: Duration::from_millis(2_400) });
    }
}

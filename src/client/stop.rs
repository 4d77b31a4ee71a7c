//! How a call ends that is given up between two requests, in words.

use std::time::Duration;

use crate::outcome::{Outcome, Status, Throttle};
use crate::policy::{Limit, Part};

/// Found out before the request could be sent; the parts before it were acknowledged.
pub fn begun(part: &Part, mut outcome: Box<Outcome>) -> Box<Outcome> {
    outcome.acknowledged = part.acknowledged_before();
    outcome
}

pub fn abandoned(part: &Part) -> Outcome {
    let mut outcome = part.outcome(Status::Abandoned, format!("The client was closed before {part} was sent."));
    outcome.cause = Status::Closed;
    outcome.retryable = true;
    outcome
}

/// The client was closed before the next attempt; what is known of the last one stays.
pub fn given_up(part: &Part, last: Outcome) -> Outcome {
    if last.uncertain > 0 {
        return cut(part, last);
    }
    let message = format!("The client was closed before {part} was tried again. {}", last.message);
    Outcome { status: Status::Abandoned, cause: last.status, message: message.into(), retryable: true, ..last }
}

/// The connection broke because the client was closed, which is what the caller should read.
pub fn cut(part: &Part, broken: Outcome) -> Outcome {
    if broken.uncertain == 0 {
        return abandoned(part);
    }
    let status = if part.endpoint.repeatable() { Status::Abandoned } else { Status::Uncertain };
    let message =
        format!("The client was closed while {part} waited for its answer, and nothing tells whether it was acted on.");
    Outcome { status, cause: Status::Closed, message: message.into(), ..broken }
}

pub fn out_of_time(part: &Part) -> Outcome {
    let mut outcome = part.outcome(
        Status::TimedOut,
        format!("call_timeout_ms was up before {part} was sent. Send the rest in another call."),
    );
    outcome.retryable = true;
    outcome
}

/// The service would reject it, so it is not asked.
pub fn out_of_turn(part: &Part, wait: Duration, limit: Option<Limit>) -> Outcome {
    let seconds = wait.as_secs_f64();
    let mut outcome = part.outcome(
        Status::Throttled,
        format!(
            "The service asked for fewer of these calls, and {part} would have to wait {seconds:.1} s, longer than the \
             call may take; it was not sent. Try again then, or call less often."
        ),
    );
    outcome.retryable = true;
    if let Some(limit) = limit {
        let period_s = u32::try_from(limit.period.as_secs()).unwrap_or(u32::MAX);
        outcome.throttle = Throttle { max_requests: limit.max, period_s, ..Throttle::default() };
    }
    outcome
}

pub fn out_of_time_to_sign_in() -> Box<Outcome> {
    let mut outcome =
        Outcome::new(Status::TimedOut, "The time was up while the client signed in; nothing was sent. Try again.");
    outcome.retryable = true;
    Box::new(outcome)
}

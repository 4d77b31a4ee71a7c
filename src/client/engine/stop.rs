//! Why a call ends between two attempts, and the outcome that this gives: the one place that words it.

use std::time::{Duration, Instant};

use crate::outcome::{Advice, Outcome, Status, Throttle};
use crate::policy::{Batch, Limit};

/// Until when a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Of a blocking call, its responses included.
    Call(Instant),
    /// Of an operation: no request of it begins later. One that has begun goes on.
    TimeToLive(Instant),
    /// The same, because the client is draining.
    Drain(Instant),
}

impl Deadline {
    pub fn at(self) -> Instant {
        match self {
            Deadline::Call(at) | Deadline::TimeToLive(at) | Deadline::Drain(at) => at,
        }
    }

    pub fn has_passed(self) -> bool {
        Instant::now() >= self.at()
    }

    /// By when a request that begins now has to have its response.
    pub fn of_response(self, request_timeout: Duration) -> Instant {
        let limit = Instant::now() + request_timeout;
        match self {
            Deadline::Call(at) => at.min(limit),
            // At the end of draining, connections are shut down.
            Deadline::TimeToLive(_) | Deadline::Drain(_) => limit,
        }
    }
}

/// Why a call goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Cancelled,
    /// The client is closed, or its time to drain is over.
    Closed,
    DeadlinePassed(Deadline),
    /// Its turn would come after the deadline.
    PermitTooLate {
        deadline: Deadline,
        wait: Duration,
    },
    /// Another attempt would come after the deadline.
    RetryTooLate {
        deadline: Deadline,
        wait: Duration,
    },
}

impl Stop {
    /// Whether the call could have gone on with more time.
    pub fn is_for_lack_of_time(&self) -> bool {
        !matches!(self, Stop::Cancelled | Stop::Closed)
    }

    /// The outcome of a call that ends before `batch` was sent, or sent again. `last`: what the attempt
    /// before ended as, or what it waited for.
    pub fn outcome(self, batch: &Batch, last: Option<Outcome>) -> Outcome {
        match self {
            Stop::Cancelled => cancelled(batch, last),
            Stop::Closed => abandoned(batch, last, "The client was closed", Status::Closed),
            Stop::DeadlinePassed(Deadline::Call(_)) => last.unwrap_or_else(|| call_timeout(batch)),
            Stop::DeadlinePassed(Deadline::TimeToLive(_)) => expired(batch, last),
            Stop::DeadlinePassed(Deadline::Drain(_)) => abandoned(batch, last, DRAINED, Status::Closed),
            Stop::PermitTooLate { deadline, wait } | Stop::RetryTooLate { deadline, wait } => {
                let mut outcome = match deadline {
                    Deadline::Drain(_) => abandoned(batch, last, &no_time_to_wait(wait), Status::Throttled),
                    Deadline::Call(_) | Deadline::TimeToLive(_) => last.unwrap_or_else(|| call_timeout(batch)),
                };
                outcome.retry_after = outcome.retry_after.max(Some(wait));
                outcome
            }
        }
    }
}

impl Stop {
    /// The outcome of an operation that ends in the queue. `wait_reason`: what those before it wait for.
    pub fn in_queue(self, wait_reason: Status) -> Outcome {
        let (status, cause, message) = match self {
            Stop::Cancelled => (Status::Cancelled, Status::Ok, "The operation was cancelled before it was sent."),
            Stop::Closed => (Status::Abandoned, Status::Closed, "The client was closed before the operation was sent."),
            Stop::DeadlinePassed(_) | Stop::PermitTooLate { .. } | Stop::RetryTooLate { .. } => {
                (Status::Expired, wait_reason, in_queue_too_long(wait_reason))
            }
        };
        let mut outcome = Outcome::new(status, message);
        outcome.cause = cause;
        outcome.retryable = status != Status::Cancelled;
        outcome
    }
}

fn in_queue_too_long(wait_reason: Status) -> &'static str {
    match wait_reason {
        Status::AuthorizationNeeded => {
            "The operation's time to live passed in the queue: there was no authorization to send it with."
        }
        Status::Throttled => {
            "The operation's time to live passed in the queue: those before it waited for the service's limit."
        }
        _ => "The operation's time to live passed in the queue, behind those before it.",
    }
}

const DRAINED: &str = "The time to drain was over";

fn no_time_to_wait(wait: Duration) -> String {
    format!("The client is draining, and {:.1} s to wait were more than it has left,", wait.as_secs_f64())
}

/// Found out before the request could be sent; the batches before it were acknowledged.
pub fn begun(batch: &Batch, mut outcome: Box<Outcome>) -> Box<Outcome> {
    outcome.acknowledged = batch.acknowledged_before();
    outcome
}

/// The connection broke because the client was closed, which is what the caller should read.
pub fn aborted(batch: &Batch, broken: Outcome) -> Outcome {
    if broken.uncertain == 0 {
        return abandoned(batch, None, "The client was closed", Status::Closed);
    }
    let status = if batch.endpoint.is_idempotent { Status::Abandoned } else { Status::Uncertain };
    let message = format!(
        "The client was closed while {batch} waited for its answer, and it is not known whether the service processed it."
    );
    Outcome { status, cause: Status::Closed, message: message.into(), ..broken }
}

/// `last` with another status; what is known of it stays.
fn instead_of(last: Outcome, status: Status, message: String) -> Outcome {
    Outcome { status, cause: last.status, message: message.into(), ..last }
}

fn cancelled(batch: &Batch, last: Option<Outcome>) -> Outcome {
    match last {
        None => batch.outcome(Status::Cancelled, format!("The operation was cancelled before {batch} was sent.")),
        Some(last) => {
            let message = format!("The operation was cancelled before {batch} was tried again. {}", last.message);
            Outcome { retryable: false, ..instead_of(last, Status::Cancelled, message) }
        }
    }
}

/// `reason`: the beginning of the sentence; `cause`: where no attempt was made.
fn abandoned(batch: &Batch, last: Option<Outcome>, reason: &str, cause: Status) -> Outcome {
    let mut outcome = match last {
        None => {
            let mut outcome = batch.outcome(Status::Abandoned, format!("{reason} before {batch} was sent."));
            outcome.cause = cause;
            outcome
        }
        Some(last) => {
            let message = format!("{reason} before {batch} was tried again. {}", last.message);
            instead_of(last, Status::Abandoned, message)
        }
    };
    outcome.retryable = true;
    outcome
}

fn expired(batch: &Batch, last: Option<Outcome>) -> Outcome {
    let mut outcome = match last {
        // That it may have happened says more than that there is no time for another attempt.
        Some(last) if last.uncertain > 0 => return last,
        Some(last) => {
            let message = format!(
                "The operation's time to live passed before {batch} was sent. What it last waited for: {}",
                last.message
            );
            instead_of(last, Status::Expired, message)
        }
        None => {
            batch.outcome(Status::Expired, format!("The operation's time to live passed before {batch} could be sent."))
        }
    };
    outcome.retryable = true;
    outcome
}

fn call_timeout(batch: &Batch) -> Outcome {
    let mut outcome =
        batch.outcome(Status::TimedOut, format!("The time limit of the call was up before {batch} was sent."));
    outcome.advice = Some(Advice::CallTimeout);
    outcome.retryable = true;
    outcome
}

/// The service would reject it, so it is not asked.
pub fn throttled(batch: &Batch, wait: Duration, limit: Option<Limit>) -> Outcome {
    let seconds = wait.as_secs_f64();
    let mut outcome = batch.outcome(
        Status::Throttled,
        format!(
            "The service asked for fewer of these calls, and {batch} would have to wait {seconds:.1} s, longer than \
             the call may take; it was not sent. Try again then, or call less often."
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

#[cfg(test)]
#[path = "stop_tests.rs"]
mod tests;

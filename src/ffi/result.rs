//! The result of a call: what happened, to how much of it, and what to do.

use std::ffi::c_char;

use super::status::mpa_status;
use super::structs::{Struct, Target};
use super::text;
use crate::outcome::{Outcome, Result};

/// What became of a call. Pass NULL where only the status is of interest.
///
/// `acknowledged`, `uncertain` and `refused` count, in this order and from the front, the users or
/// groups that were passed in; what remains after them was not sent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_result {
    /// sizeof(mpa_result), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// The same as the return value.
    pub status: mpa_status,
    /// The obstacle behind MPA_ERROR_UNCERTAIN, _ABANDONED and _EXPIRED, such as MPA_ERROR_TIMED_OUT or
    /// MPA_ERROR_THROTTLED; else 0.
    pub cause: mpa_status,
    /// How many users or groups, from the front, the service has acknowledged.
    pub acknowledged: u32,
    /// How many after those were sent without an answer that settles whether it happened.
    pub uncertain: u32,
    /// How many after those the service refused.
    pub refused: u32,
    /// 1: sending what was not acknowledged may succeed later. Invites that are uncertain are never
    /// worth it: then this is 0. Recent players are: sending them twice does no harm. 0 also where
    /// nothing is left to send.
    pub retryable: u32,
    /// Do not try again before so many milliseconds have passed. What the service says is taken up to
    /// 3,600,000. 0: nothing known.
    pub retry_after_ms: u32,
    /// HTTP status of the last attempt's answer. 0: none came, or nothing was sent.
    pub http_status: u32,
    /// Requests of which at least one byte was put on the wire, those that were tried again included.
    pub attempts: u32,
    /// Milliseconds that it waited in the library: in the queue, for its turn, for an authorization.
    pub queued_ms: u32,
    /// Milliseconds from the beginning of the call to its end.
    pub elapsed_ms: u32,
    /// How many requests the service counted in the period, where it limits calls and says so; else 0.
    pub current_requests: u32,
    /// How many requests it takes in a period; 0 where it did not say.
    pub max_requests: u32,
    /// The period in seconds; 0 where it did not say.
    pub period_s: u32,
    /// The number that a sign-in service gives a refusal (XErr), such as 0x8015DC12; 0 where it gave
    /// none.
    pub service_code: u32,
    /// The kind of limit, in the service's words ("burst", "sustained", "Rate"); empty where it did
    /// not say.
    pub limit_type: [c_char; 32],
    /// The service's errorCode, such as "RequestValidationError"; empty where it gave none.
    pub error_code: [c_char; 64],
    /// The service's X-XblCorrelationId, which Microsoft's support asks for; empty where it gave none.
    pub correlation_id: [c_char; 64],
    /// One or a few sentences: what happened, to which input (by index), what to do. Never holds a
    /// token, a key, a connection string or a XUID.
    pub message: [c_char; 512],
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_result {
    const NAME: &'static str = "mpa_result";
    const FIRST_SIZE: usize = 736;
}

/// Where a result goes, or nowhere.
pub struct ResultTarget(Option<Target<mpa_result>>);

impl ResultTarget {
    /// # Safety
    /// `result` is NULL or points to an `mpa_result` that nobody else uses while this lives.
    pub unsafe fn new(result: *mut mpa_result) -> Result<Self> {
        // SAFETY: passed on from the caller.
        unsafe { Target::new(result, "result") }.map(ResultTarget)
    }

    /// Spares making it again where it is always the same.
    pub fn write_ready_made(&self, result: &mpa_result) {
        if let Some(target) = &self.0 {
            target.write(result);
        }
    }

    pub fn write(&self, outcome: &Outcome) {
        if let Some(target) = &self.0 {
            target.write(&mpa_result::from(outcome));
        }
    }
}

impl From<&Outcome> for mpa_result {
    fn from(outcome: &Outcome) -> Self {
        mpa_result {
            struct_size: 0,
            status: outcome.status as mpa_status,
            cause: outcome.cause as mpa_status,
            acknowledged: outcome.acknowledged,
            uncertain: outcome.uncertain,
            refused: outcome.refused,
            retryable: outcome.retryable.into(),
            retry_after_ms: outcome.retry_after.map_or(0, milliseconds),
            http_status: outcome.http_status.into(),
            attempts: outcome.attempts,
            queued_ms: milliseconds(outcome.queued),
            elapsed_ms: milliseconds(outcome.elapsed),
            current_requests: outcome.throttle.current_requests,
            max_requests: outcome.throttle.max_requests,
            period_s: outcome.throttle.period_s,
            service_code: outcome.service_code,
            limit_type: text::to_array(&outcome.throttle.limit_type),
            error_code: text::to_array(&outcome.error_code),
            correlation_id: text::to_array(&outcome.correlation_id),
            message: text::to_array(&outcome.message),
        }
    }
}

fn milliseconds(duration: std::time::Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

//! The result of a call: what happened, to how much of it, and what to do.

use std::ffi::c_char;
use std::time::Duration;

use super::status::mpa_status;
use super::structs::{Struct, Target};
use super::{sentences, text};
use crate::outcome::{CODE_SIZE, LIMIT_TYPE_SIZE, MESSAGE_SIZE, Outcome, Result};
use crate::response::LONGEST_RETRY_AFTER;

/// The largest value of `retry_after_ms`, in milliseconds: 72 minutes.
pub const MPA_MAX_RETRY_AFTER_MS: u32 = 4320000;

// What is kept of texts that no result shows would be kept for nothing.
const _: () = {
    const fn size<const N: usize>(_: fn(&mpa_result) -> &[c_char; N]) -> usize {
        N
    }
    assert!(size(|result| &result.message) == MESSAGE_SIZE);
    assert!(size(|result| &result.error_code) == CODE_SIZE && size(|result| &result.correlation_id) == CODE_SIZE);
    assert!(size(|result| &result.limit_type) == LIMIT_TYPE_SIZE);
};

// What is taken from an answer, and a fifth.
const _: () = assert!(MPA_MAX_RETRY_AFTER_MS as u128 * 5 == LONGEST_RETRY_AFTER.as_millis() * 6);

/// The result of a call. Pass NULL if only the status is of interest.
///
/// `acknowledged`, `uncertain` and `refused` count, in this order and from the front, the users or
/// groups that were passed in; what remains after them was not sent: mpa_result_unsent says what to do
/// with that.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_result {
    /// sizeof(mpa_result), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// The same as the return value.
    pub status: mpa_status,
    /// What led to MPA_ERROR_UNCERTAIN, _ABANDONED, _CANCELLED, _EXPIRED or _SIGN_IN_FAILED, such as
    /// MPA_ERROR_TIMED_OUT or MPA_ERROR_THROTTLED; else 0.
    pub cause: mpa_status,
    /// How many users or groups, from the front, the service has acknowledged.
    pub acknowledged: u32,
    /// How many after those were sent without a response that shows whether the service processed them.
    pub uncertain: u32,
    /// How many after those the service refused.
    pub refused: u32,
    /// 1: sending what was not acknowledged may succeed later. 0 if any invite is uncertain, since it must
    /// not be sent twice, and if nothing is left to send. Recent players may be sent twice.
    pub retryable: u32,
    /// Do not try again before so many milliseconds have passed. 0: not known. At most
    /// MPA_MAX_RETRY_AFTER_MS: an hour of what the service demands, and up to a fifth more where the client
    /// itself waits, so that the servers of a fleet do not come back at the same moment. If many calls wait
    /// for a limit ahead of this one, its turn may come later; the message says when.
    pub retry_after_ms: u32,
    /// HTTP status of the response that the call ended with. 0: it ended without one.
    pub http_status: u32,
    /// Requests of which at least one byte was sent, retries included.
    pub attempts: u32,
    /// Milliseconds spent waiting in the library: in the queue, for a rate limit, for an authorization.
    pub queued_ms: u32,
    /// Milliseconds from the start of the call to its end.
    pub elapsed_ms: u32,
    /// How many requests the service counted in the period, if it limits calls and says so; else 0.
    pub current_requests: u32,
    /// How many requests it allows in a period; 0 if it did not say.
    pub max_requests: u32,
    /// The period in seconds; 0 if it did not say.
    pub period_s: u32,
    /// The error number of a sign-in service (XErr), such as 0x8015DC12; 0 if there is none.
    pub service_code: u32,
    /// The kind of limit, in the service's words ("burst", "sustained", "Rate"); empty if it did
    /// not say.
    pub limit_type: [c_char; 32],
    /// The service's errorCode, such as "RequestValidationError"; empty if there is none.
    pub error_code: [c_char; 64],
    /// The service's X-XblCorrelationId, which Microsoft's support asks for; empty if there is none.
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
    /// `result` is NULL or points to an `mpa_result` that nothing else uses while this lives.
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

    /// Writes how a call ended.
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
            retry_after_ms: outcome.retry_after.map_or(0, wait_in_milliseconds),
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
            message: text::to_array(&sentences::message(outcome)),
        }
    }
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// Rounded up, so that no caller comes back too early and has to wait again for 0 ms.
fn wait_in_milliseconds(wait: Duration) -> u32 {
    let ms = wait.as_nanos().div_ceil(1_000_000);
    u32::try_from(ms).map_or(MPA_MAX_RETRY_AFTER_MS, |ms| ms.min(MPA_MAX_RETRY_AFTER_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn retry_after_ms(wait: Option<Duration>) -> u32 {
        let outcome = Outcome { retry_after: wait, ..Outcome::new(Status::Throttled, "") };
        mpa_result::from(&outcome).retry_after_ms
    }

    #[test]
    fn waits_are_rounded_up_and_end_at_the_longest() {
        for (wait, expected) in [
            (Duration::ZERO, 0),
            (Duration::from_nanos(1), 1),
            (Duration::from_micros(999), 1),
            (Duration::from_millis(7_000), 7_000),
            (Duration::from_micros(7_000_001), 7_001),
            (Duration::from_millis(4_319_999), 4_319_999),
            (Duration::from_millis(4_320_001), MPA_MAX_RETRY_AFTER_MS),
            (Duration::from_secs(50 * 24 * 3_600), MPA_MAX_RETRY_AFTER_MS),
            (Duration::MAX, MPA_MAX_RETRY_AFTER_MS),
        ] {
            assert_eq!(retry_after_ms(Some(wait)), expected, "{wait:?}");
        }
        assert_eq!(retry_after_ms(None), 0);
    }
}

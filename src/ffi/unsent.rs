//! What a call has not sent, and what to do with it.

use std::time::Duration;

use super::boundary::caught;
use super::result::{MPA_MAX_RETRY_AFTER_MS, mpa_result};
use super::status::{MPA_OK, mpa_status};
use super::structs::{self, Struct, Target};
use crate::outcome::{Outcome, Result};
use crate::resend::{self, Ended, Resend, Unsent};
use crate::status::Status;

/// What to do with the users or groups that a call did not send.
pub type mpa_resend = i32;

/// Nothing: all were sent, or the operation was cancelled, or it is not known (MPA_ERROR_INTERNAL).
pub const MPA_RESEND_NONE: mpa_resend = 0;
/// Send them again with this client, after `delay_ms`.
pub const MPA_RESEND_LATER: mpa_resend = 1;
/// Send them again once there is a newer authorization. A submitted operation waits for the client's
/// authorization by itself, within its time to live.
pub const MPA_RESEND_AFTER_AUTHORIZATION: mpa_resend = 2;
/// First correct what the result's `message` names: without that they would be refused again.
pub const MPA_RESEND_AFTER_FIX: mpa_resend = 3;
/// This client is draining or closed: send them with another client or server, or after a restart.
pub const MPA_RESEND_ELSEWHERE: mpa_resend = 4;

// The numbers of the header and those of the core are the same: checked when this is compiled.
const _: () = {
    assert!(MPA_RESEND_NONE == Resend::None as mpa_resend);
    assert!(MPA_RESEND_LATER == Resend::Later as mpa_resend);
    assert!(MPA_RESEND_AFTER_AUTHORIZATION == Resend::AfterAuthorization as mpa_resend);
    assert!(MPA_RESEND_AFTER_FIX == Resend::AfterFix as mpa_resend);
    assert!(MPA_RESEND_ELSEWHERE == Resend::Elsewhere as mpa_resend);
};

/// The users or groups of a call that were certainly not sent: `count` of those that were passed in, from
/// index `first` on. Sending them again cannot duplicate anything.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_unsent {
    /// sizeof(mpa_unsent), as MPA_INIT sets it. Never written by the library.
    pub struct_size: u32,
    /// What to do with them.
    pub resend: mpa_resend,
    /// The index of the first of them.
    pub first: u32,
    /// How many there are. 0: none.
    pub count: u32,
    /// How many directly before `first` the service refused for a temporary reason, such as a rate limit:
    /// start at `first - refused_for_now` to send those again too, under the same `resend`. They were not
    /// processed either. Else 0.
    pub refused_for_now: u32,
    /// How many milliseconds to wait first: what the service demanded; else, for MPA_RESEND_LATER, the
    /// period of its limit, or 1,000.
    pub delay_ms: u32,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers only.
unsafe impl Struct for mpa_unsent {
    const NAME: &'static str = "mpa_unsent";
    const FIRST_SIZE: usize = 24;
}

/// Returns which users or groups of a call or an operation were not sent, and what to do with them. Recent
/// players that are `uncertain` are not included, but may be sent again too.
///
/// `result`: of a call or an event that sends invites or recent players, or of a submit that was
/// refused. `count`: how many users or groups were passed in there. `unsent`: where it goes.
///
/// Returns MPA_OK; MPA_ERROR_INVALID_ARGUMENT where a pointer is wrong, or `result` accounts for more
/// than `count`, so that it belongs to another call; MPA_ERROR_INVALID_STRUCT. Then `unsent`, if it can
/// be written, has nothing in it. Never blocks, needs no client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_result_unsent(
    result: *const mpa_result,
    count: u32,
    unsent: *mut mpa_unsent,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller.
        let target = unsafe { Target::new(unsent, "unsent") }?
            .ok_or_else(|| Outcome::invalid("unsent is NULL; it must point to an mpa_unsent."))?;
        // SAFETY: passed on from the caller.
        let found = unsafe { structs::read(result, "result") }.and_then(|result| find(&result, count));
        target.write(&mpa_unsent::from(found.as_ref().copied().unwrap_or_default()));
        found
    };
    caught(body).flatten().map_or_else(|outcome| outcome.status as mpa_status, |_| MPA_OK)
}

fn find(result: &mpa_result, count: u32) -> Result<Unsent> {
    let ended = Ended {
        status: Status::from_number(result.status),
        cause: Status::from_number(result.cause),
        acknowledged: result.acknowledged,
        uncertain: result.uncertain,
        refused: result.refused,
        retryable: result.retryable != 0,
        retry_after: Duration::from_millis(result.retry_after_ms.into()),
        period: Duration::from_secs(result.period_s.into()),
    };
    resend::unsent(&ended, count)
        .ok_or_else(|| Outcome::invalid(format!("result accounts for more than the {count} of count.")))
}

impl From<Unsent> for mpa_unsent {
    fn from(unsent: Unsent) -> Self {
        let delay_ms = u32::try_from(unsent.delay.as_millis()).unwrap_or(u32::MAX);
        mpa_unsent {
            struct_size: 0,
            resend: unsent.resend as mpa_resend,
            first: unsent.first,
            count: unsent.count,
            refused_for_now: unsent.refused_for_now,
            delay_ms: delay_ms.min(MPA_MAX_RETRY_AFTER_MS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::status::{MPA_ERROR_INVALID_ARGUMENT, MPA_ERROR_INVALID_STRUCT, MPA_ERROR_THROTTLED};

    fn throttled() -> mpa_result {
        let outcome = Outcome {
            acknowledged: 16,
            refused: 4,
            retry_after: Some(Duration::from_secs(7)),
            ..Outcome::new(Status::Throttled, "")
        };
        mpa_result { struct_size: 736, ..mpa_result::from(&outcome) }
    }

    fn empty() -> mpa_unsent {
        mpa_unsent { struct_size: 24, resend: 9, first: 9, count: 9, refused_for_now: 9, delay_ms: 9 }
    }

    fn fields(unsent: &mpa_unsent) -> [i64; 6] {
        let mpa_unsent { struct_size, resend, first, count, refused_for_now, delay_ms } = *unsent;
        [struct_size.into(), resend.into(), first.into(), count.into(), refused_for_now.into(), delay_ms.into()]
    }

    #[test]
    fn a_result_is_read_and_the_rest_is_written() {
        let (result, mut unsent) = (throttled(), empty());
        assert_eq!(result.status, MPA_ERROR_THROTTLED);
        // SAFETY: both pointers are good.
        assert_eq!(unsafe { mpa_result_unsent(&result, 24, &mut unsent) }, MPA_OK);
        assert_eq!(fields(&unsent), [24, MPA_RESEND_LATER.into(), 20, 4, 4, 7_000]);
    }

    #[test]
    fn a_wrong_result_leaves_nothing_to_send() {
        let wrong_size = mpa_result { struct_size: 3, ..throttled() };
        let right = throttled();
        for (result, count, status) in [
            (std::ptr::null(), 24, MPA_ERROR_INVALID_ARGUMENT),
            (&raw const wrong_size, 24, MPA_ERROR_INVALID_STRUCT),
            (&raw const right, 19, MPA_ERROR_INVALID_ARGUMENT),
        ] {
            let mut unsent = empty();
            // SAFETY: `result` is NULL or good, and `unsent` is good.
            assert_eq!(unsafe { mpa_result_unsent(result, count, &mut unsent) }, status);
            assert_eq!(fields(&unsent), [24, 0, 0, 0, 0, 0]);
        }
        let mut wrong = mpa_unsent { struct_size: 3, ..empty() };
        // SAFETY: the pointers are good or NULL.
        unsafe {
            assert_eq!(mpa_result_unsent(&right, 24, &mut wrong), MPA_ERROR_INVALID_STRUCT);
            assert_eq!(mpa_result_unsent(&right, 24, std::ptr::null_mut()), MPA_ERROR_INVALID_ARGUMENT);
        }
        assert_eq!(fields(&wrong), [3, 9, 9, 9, 9, 9]);
    }
}

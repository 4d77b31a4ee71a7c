//! What is left to send after a call, and whether, when and by whom: a pure decision over its result.

use std::time::Duration;

use crate::outcome::Status;

/// What to do with what a call has not sent. The numbers are those of `mpa_resend` in the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Resend {
    #[default]
    None = 0,
    Later = 1,
    AfterAuthorization = 2,
    AfterFix = 3,
    Elsewhere = 4,
}

/// What a result says that matters here. An unknown number is no status.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub status: Option<Status>,
    pub cause: Option<Status>,
    pub acknowledged: u32,
    pub uncertain: u32,
    pub refused: u32,
    pub retryable: bool,
    pub retry_after: Duration,
    /// Of the limit that the call ran into.
    pub period: Duration,
}

/// The part that was never sent: `count` from `first` on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    pub first: u32,
    pub count: u32,
    /// Directly before `first`: refused for a reason that passes.
    pub refused_for_now: u32,
    pub resend: Resend,
    pub delay: Duration,
}

/// Where nothing says how long to wait, so that no caller tries without a pause.
pub const DEFAULT_DELAY: Duration = Duration::from_secs(1);

/// `None` where the result cannot be of a call with so many: it accounts for more.
pub fn unsent(ended: &Ended, passed_in: u32) -> Option<Unsent> {
    let first = [ended.acknowledged, ended.uncertain, ended.refused].into_iter().try_fold(0, u32::checked_add)?;
    let count = passed_in.checked_sub(first)?;
    // Of a submit that was taken, nothing is counted. After a defect, nothing is known.
    if matches!(ended.status, Some(Status::Ok | Status::Internal)) {
        return Some(Unsent { first: passed_in, ..Unsent::default() });
    }
    let resend = resend(ended, ended.status);
    let passes = matches!(resend, Resend::Later | Resend::AfterAuthorization | Resend::Elsewhere);
    let refused_for_now = if passes { ended.refused } else { 0 };
    let left = Unsent { first, count, ..Unsent::default() };
    if count == 0 && refused_for_now == 0 {
        return Some(left);
    }
    Some(Unsent { refused_for_now, resend, delay: delay(ended, resend), ..left })
}

fn resend(ended: &Ended, status: Option<Status>) -> Resend {
    let later_if = |passes: bool| if passes { Resend::Later } else { Resend::AfterFix };
    let Some(status) = status else { return later_if(ended.retryable) };
    match status {
        Status::Ok | Status::Cancelled => Resend::None,
        Status::InvalidArgument | Status::InvalidStruct | Status::Forbidden | Status::Rejected => Resend::AfterFix,
        Status::InvalidHandle | Status::Closed | Status::Abandoned => Resend::Elsewhere,
        Status::SignInPending
        | Status::QueueFull
        | Status::EventsNotPolled
        | Status::Throttled
        | Status::ServiceUnavailable
        | Status::TimedOut => Resend::Later,
        Status::AuthorizationNeeded | Status::Unauthorized => Resend::AfterAuthorization,
        // Neither a status nor its cause shows whether a failure can pass.
        Status::SignInFailed | Status::UnexpectedAnswer | Status::Internal => later_if(ended.retryable),
        // What is uncertain went over a connection that worked.
        Status::ConnectionFailed | Status::TlsFailed => later_if(ended.retryable || ended.uncertain > 0),
        Status::Expired | Status::Uncertain => match ended.cause {
            None | Some(Status::Ok | Status::Expired | Status::Uncertain | Status::Cancelled) => Resend::Later,
            cause => resend(ended, cause),
        },
    }
}

fn delay(ended: &Ended, resend: Resend) -> Duration {
    match resend {
        Resend::None | Resend::AfterFix => Duration::ZERO,
        Resend::AfterAuthorization | Resend::Elsewhere => ended.retry_after,
        Resend::Later if !ended.retry_after.is_zero() => ended.retry_after,
        Resend::Later => ended.period.max(DEFAULT_DELAY),
    }
}

#[cfg(test)]
#[path = "resend_tests.rs"]
mod tests;

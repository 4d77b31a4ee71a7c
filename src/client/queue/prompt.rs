//! When to report to the host that an authorization is needed.

use std::time::{Duration, Instant};

use crate::auth::Reason;

/// How often it is reported while operations wait for one: well within their time to live.
const INTERVAL_IF_WAITING: Duration = Duration::from_secs(5);

/// How often it is reported otherwise.
const INTERVAL: Duration = Duration::from_secs(30);

/// A reason, and whether operations wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cause {
    reason: Reason,
    is_waiting: bool,
}

#[derive(Debug, Default)]
pub struct AuthorizationPrompt {
    pending: Option<Cause>,
    reported: Option<(Cause, Instant)>,
}

impl AuthorizationPrompt {
    /// Operations wait for an authorization.
    pub fn operations_wait(&mut self, reason: Reason, now: Instant) {
        self.arises(Cause { reason, is_waiting: true }, now);
    }

    /// The one in use expires soon, or has expired.
    pub fn expires(&mut self, reason: Reason, now: Instant) {
        self.arises(Cause { reason, is_waiting: false }, now);
    }

    fn arises(&mut self, cause: Cause, now: Instant) {
        let interval = if cause.is_waiting { INTERVAL_IF_WAITING } else { INTERVAL };
        let is_new = self.reported.is_none_or(|(reported, at)| {
            let is_worse = reported.reason != cause.reason || (cause.is_waiting && !reported.is_waiting);
            is_worse || now.saturating_duration_since(at) >= interval
        });
        // That operations wait is not hidden by what the timer sees.
        if is_new && !self.pending.is_some_and(|pending| pending.is_waiting && !cause.is_waiting) {
            self.pending = Some(cause);
        }
    }

    /// A newer authorization was pushed; `expires`: one that does not last either.
    pub fn is_satisfied(&mut self, expires: Option<Reason>, now: Instant) {
        let reported = expires.map(|reason| (Cause { reason, is_waiting: false }, now));
        *self = AuthorizationPrompt { pending: None, reported };
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// What to report now, if anything.
    pub fn take(&mut self, now: Instant) -> Option<Reason> {
        let cause = self.pending.take()?;
        self.reported = Some((cause, now));
        Some(cause.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// When it is reported within a minute, in seconds, if it is looked at every second.
    fn reported(mut look: impl FnMut(&mut AuthorizationPrompt, Instant)) -> Vec<u64> {
        let (start, mut prompt) = (Instant::now(), AuthorizationPrompt::default());
        let mut reported = Vec::new();
        for second in 0..=60 {
            let now = start + Duration::from_secs(second);
            look(&mut prompt, now);
            if prompt.take(now).is_some() {
                reported.push(second);
            }
        }
        reported
    }

    #[test]
    fn it_is_reported_again_more_often_while_operations_wait() {
        let waiting = reported(|prompt, now| prompt.operations_wait(Reason::Missing, now));
        assert_eq!(waiting, (0..=60).step_by(5).collect::<Vec<_>>());
        assert_eq!(reported(|prompt, now| prompt.expires(Reason::ExpiresSoon, now)), [0, 30, 60]);
        let both = reported(|prompt, now| {
            prompt.operations_wait(Reason::Expired, now);
            prompt.expires(Reason::Expired, now);
        });
        assert_eq!(both, waiting);
    }

    #[test]
    fn one_is_reported_at_a_time() {
        let start = Instant::now();
        let mut prompt = AuthorizationPrompt::default();
        prompt.expires(Reason::ExpiresSoon, start);
        prompt.operations_wait(Reason::Refused, start);
        prompt.expires(Reason::ExpiresSoon, start);
        assert_eq!((prompt.take(start), prompt.take(start)), (Some(Reason::Refused), None));
    }

    #[test]
    fn another_reason_and_the_first_that_waits_are_reported_at_once() {
        let start = Instant::now();
        let mut prompt = AuthorizationPrompt::default();
        prompt.expires(Reason::ExpiresSoon, start);
        assert_eq!(prompt.take(start), Some(Reason::ExpiresSoon));
        prompt.expires(Reason::Expired, start + SECOND);
        assert_eq!(prompt.take(start + SECOND), Some(Reason::Expired));
        prompt.operations_wait(Reason::Expired, start + 2 * SECOND);
        assert_eq!(prompt.take(start + 2 * SECOND), Some(Reason::Expired));
        prompt.expires(Reason::Expired, start + 3 * SECOND);
        assert!(!prompt.is_pending());
    }

    #[test]
    fn a_newer_one_satisfies_it() {
        let start = Instant::now();
        let mut prompt = AuthorizationPrompt::default();
        prompt.operations_wait(Reason::Missing, start);
        prompt.is_satisfied(None, start);
        assert_eq!(prompt.take(start), None);
        prompt.operations_wait(Reason::Missing, start);
        assert!(prompt.is_pending(), "it was not reported yet that this one is not enough");
    }

    #[test]
    fn pushing_one_that_expires_soon_as_well_is_not_answered_at_once() {
        let start = Instant::now();
        let mut prompt = AuthorizationPrompt::default();
        prompt.is_satisfied(Some(Reason::ExpiresSoon), start);
        prompt.expires(Reason::ExpiresSoon, start);
        assert!(!prompt.is_pending());
    }
}

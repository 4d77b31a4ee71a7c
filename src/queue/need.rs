//! Whether the host is to be told that an authorization is needed.

use std::time::{Duration, Instant};

/// How often the host is told, while it is so.
const TELL_AGAIN: Duration = Duration::from_secs(30);

/// Why an authorization is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Operations wait for one.
    Missing,
    /// The one in use expires soon.
    ExpiresSoon,
}

#[derive(Debug, Default)]
pub struct Need {
    pending: Option<Why>,
    told: Option<(Why, Instant)>,
}

impl Need {
    pub fn arises(&mut self, why: Why, now: Instant) {
        let is_news = self.told.is_none_or(|(told, at)| {
            now.saturating_duration_since(at) >= TELL_AGAIN || (told, why) == (Why::ExpiresSoon, Why::Missing)
        });
        if is_news {
            self.pending = Some(why);
        }
    }

    /// A newer authorization was pushed; `expires_soon`: one that does not mend it for long.
    pub fn is_satisfied(&mut self, expires_soon: bool, now: Instant) {
        *self = Need { pending: None, told: expires_soon.then_some((Why::ExpiresSoon, now)) };
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// What the host is told now, if anything.
    pub fn tell(&mut self, now: Instant) -> Option<Why> {
        let why = self.pending.take()?;
        self.told = Some((why, now));
        Some(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_at_a_time_and_again_after_a_while() {
        let start = Instant::now();
        let mut need = Need::default();
        need.arises(Why::ExpiresSoon, start);
        need.arises(Why::Missing, start);
        assert_eq!((need.tell(start), need.tell(start)), (Some(Why::Missing), None));
        need.arises(Why::Missing, start + TELL_AGAIN / 2);
        assert!(!need.is_pending());
        need.arises(Why::Missing, start + TELL_AGAIN);
        assert!(need.is_pending());
    }

    #[test]
    fn what_was_about_to_expire_and_did_is_told_at_once() {
        let start = Instant::now();
        let mut need = Need::default();
        need.arises(Why::ExpiresSoon, start);
        need.tell(start);
        need.arises(Why::Missing, start);
        assert_eq!(need.tell(start), Some(Why::Missing));
    }

    #[test]
    fn a_newer_one_satisfies_it() {
        let start = Instant::now();
        let mut need = Need::default();
        need.arises(Why::Missing, start);
        need.is_satisfied(false, start);
        assert_eq!(need.tell(start), None);
        need.arises(Why::Missing, start);
        assert!(need.is_pending(), "it was not told yet that this one is not enough");
    }

    #[test]
    fn pushing_one_that_expires_soon_as_well_is_not_answered_at_once() {
        let start = Instant::now();
        let mut need = Need::default();
        need.is_satisfied(true, start);
        need.arises(Why::ExpiresSoon, start);
        assert!(!need.is_pending());
    }
}

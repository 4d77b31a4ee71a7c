//! The rate limit of one kind of call: when the next request may go out without being rejected.
//!
//! Limits are learned from what the service says when it rejects a call, or imposed by the
//! configuration. A limit of so many requests in a period is kept for every period of that length,
//! whenever it begins, so that it is kept however the service cuts its periods.

use std::collections::VecDeque;
use std::time::Duration;

use super::backoff::spread;
use crate::outcome::Throttle;

/// A point on a clock that never goes back, as the time since its beginning.
pub type MonotonicTime = Duration;

/// No service is asked more often than this, in any of its periods; beyond, a limit is not a limit.
pub const MOST_REQUESTS: usize = 1_024;
pub const LONGEST_PERIOD: Duration = Duration::from_secs(3_600);
pub const MOST_LIMITS: usize = 4;

/// Requests do not take the same time to arrive: what leaves a period apart may arrive closer.
pub const MARGIN: Duration = Duration::from_millis(50);

/// A limit that was not met for so long may be another by now: it is forgotten, and learned again.
pub const GOOD_FOR: Duration = Duration::from_secs(3_600);

/// The wait after a rejection that says nothing; it doubles with every further one.
const UNSPECIFIED_WAIT: Duration = Duration::from_secs(1);
const LONGEST_UNSPECIFIED_WAIT: Duration = Duration::from_secs(60);

/// So many requests in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub max: u32,
    pub period: Duration,
}

impl Limit {
    /// The limit that a rejection names, where it is one to be kept.
    pub fn named_by(throttle: &Throttle) -> Option<Limit> {
        let limit = Limit { max: throttle.max_requests, period: Duration::from_secs(throttle.period_s.into()) };
        let usable = (1..=MOST_REQUESTS as u32).contains(&limit.max)
            && !limit.period.is_zero()
            && limit.period <= LONGEST_PERIOD;
        usable.then_some(limit)
    }
}

#[derive(Debug, Default)]
pub struct SlidingWindow {
    limits: Vec<Share>,
    /// When requests went out, the oldest first.
    sent: VecDeque<MonotonicTime>,
    closed_until: MonotonicTime,
    /// Until when others use up a limit that they share with this window.
    held_until: (MonotonicTime, Option<Limit>),
    /// Rejections since the last request that was not. Those that were on their way together count as
    /// one.
    rejections: u32,
    last_rejection: MonotonicTime,
}

/// A limit, and our part of it where others draw on it too.
#[derive(Clone, Copy, Debug)]
struct Share {
    limit: Limit,
    allowance: u32,
    /// When the allowance was changed last.
    changed: MonotonicTime,
    /// When the service named it last; `None` for one that the configuration imposes.
    reported: Option<MonotonicTime>,
}

impl Share {
    /// Whether it is the limit of such a period that the service named.
    fn is_named(&self, period: Duration) -> bool {
        self.reported.is_some() && self.limit.period == period
    }
}

impl SlidingWindow {
    /// A window that keeps limits which the service did not name.
    pub fn imposing(limits: impl IntoIterator<Item = Limit>) -> Self {
        let share = |limit: Limit| Share { limit, allowance: limit.max, changed: MonotonicTime::ZERO, reported: None };
        SlidingWindow { limits: limits.into_iter().map(share).collect(), ..SlidingWindow::default() }
    }

    /// When the request behind `ahead` others may go out; not before `now`.
    pub fn next_available(&self, ahead: usize, now: MonotonicTime) -> MonotonicTime {
        if self.limits.is_empty() {
            return self.next_free(&VecDeque::new(), now);
        }
        let mut ahead_of_us = VecDeque::new();
        for _ in 0..ahead {
            let slot = self.next_free(&ahead_of_us, now);
            ahead_of_us.push_back(slot);
        }
        self.next_free(&ahead_of_us, now)
    }

    /// A request goes out.
    pub fn record(&mut self, now: MonotonicTime) {
        if self.sent.len() >= MOST_REQUESTS {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }

    /// The service took a request.
    pub fn accepted(&mut self, now: MonotonicTime) {
        self.rejections = 0;
        self.limits.retain(|share| share.reported.is_none_or(|reported| now.saturating_sub(reported) < GOOD_FOR));
        for share in &mut self.limits {
            // A whole period without a rejection: others may have left some of it.
            if share.allowance < share.limit.max && now.saturating_sub(share.changed) > share.limit.period {
                share.allowance += 1;
                share.changed = now;
            }
        }
    }

    /// The service rejected a request that went out at `sent`. `random` from 0 up to 1, drawn by the
    /// caller.
    pub fn rejected(
        &mut self,
        now: MonotonicTime,
        sent: MonotonicTime,
        throttle: &Throttle,
        retry_after: Option<Duration>,
        random: f64,
    ) {
        // What was on its way when another was rejected knew nothing of that.
        let is_new = self.rejections == 0 || sent >= self.last_rejection;
        if is_new {
            self.rejections = self.rejections.saturating_add(1);
            self.last_rejection = now;
        }
        if let Some(limit) = Limit::named_by(throttle) {
            self.add_limit(limit, now);
        }
        match retry_after {
            Some(wait) => self.close_for(now, wait, random),
            None if is_new => {
                let doublings = (self.rejections - 1).min(16);
                self.close_for(
                    now,
                    UNSPECIFIED_WAIT.saturating_mul(1 << doublings).min(LONGEST_UNSPECIFIED_WAIT),
                    random,
                );
            }
            None => {}
        }
        if is_new && self.rejections > 1 {
            self.hold_back(now, random);
        }
    }

    /// The service asked not to be called for so long.
    pub fn close_for(&mut self, now: MonotonicTime, wait: Duration, random: f64) {
        self.closed_until = self.closed_until.max(now + spread(wait, random));
    }

    /// Others use up a limit that they share with this window, until then.
    pub fn hold_until(&mut self, until: MonotonicTime, limit: Option<Limit>) {
        self.held_until = (until, limit);
    }

    /// The limit that has the next request wait longest, if it is one.
    pub fn tightest(&self) -> Option<Limit> {
        let waits = self.limits.iter().filter_map(|share| {
            let place = self.sent.len().checked_sub(share.allowance as usize)?;
            Some((*self.sent.get(place)? + share.limit.period, share.limit))
        });
        let held = self.held_until.1.map(|limit| (self.held_until.0, limit));
        let met = waits.chain(held).max_by_key(|(until, _)| *until).map(|(_, limit)| limit);
        met.or_else(|| self.longest())
    }

    fn longest(&self) -> Option<Limit> {
        self.limits.iter().map(|share| share.limit).max_by_key(|limit| limit.period)
    }

    /// Until when nothing here matters any more.
    pub fn idle_from(&self) -> MonotonicTime {
        let last = self.sent.back().copied().unwrap_or_default();
        let period = self.limits.iter().map(|share| share.limit.period).max().unwrap_or_default();
        self.closed_until.max(self.held_until.0).max(last + period)
    }

    fn next_free(&self, ahead: &VecDeque<MonotonicTime>, now: MonotonicTime) -> MonotonicTime {
        let open = self.closed_until.max(self.held_until.0).max(now).max(ahead.back().copied().unwrap_or_default());
        let sent = |back: usize| {
            // The `back`-th last of those sent and those ahead of us.
            match ahead.len().checked_sub(back) {
                Some(index) => ahead.get(index),
                None => self.sent.len().checked_sub(back - ahead.len()).and_then(|index| self.sent.get(index)),
            }
        };
        self.limits.iter().fold(open, |slot, share| match sent(share.allowance as usize) {
            Some(earlier) => slot.max(*earlier + share.limit.period + MARGIN),
            None => slot,
        })
    }

    fn add_limit(&mut self, named: Limit, now: MonotonicTime) {
        let imposed = self.limits.iter().find(|share| share.limit.period == named.period && share.reported.is_none());
        // What the configuration imposes is not loosened.
        let max = imposed.map_or(named.max, |imposed| imposed.limit.max.min(named.max));
        let is_imposed = imposed.is_some();
        let index = match self.limits.iter().position(|share| share.is_named(named.period)) {
            Some(index) => index,
            None => {
                if !is_imposed {
                    self.forget_a_limit_if_full();
                }
                // A part of what is imposed may be too much already.
                let changed = if is_imposed { MonotonicTime::ZERO } else { now };
                let limit = Limit { max, ..named };
                self.limits.push(Share { limit, allowance: max, changed, reported: Some(now) });
                self.limits.len() - 1
            }
        };
        let share = &mut self.limits[index];
        let is_good = share.reported.is_some_and(|reported| now.saturating_sub(reported) < GOOD_FOR);
        // Of a limit that is imposed as well, the strictest counts, for as long as it is good.
        share.limit.max = if is_imposed && is_good { share.limit.max.min(max) } else { max };
        share.reported = Some(now);
        share.allowance = share.allowance.min(share.limit.max);
        let first = self.sent.partition_point(|moment| *moment + named.period <= now);
        let ours = u32::try_from(self.sent.len() - first).unwrap_or(u32::MAX);
        // Rejected although we kept our part: others draw on the limit too, so take less of it.
        if ours <= share.allowance && now.saturating_sub(share.changed) > named.period / 4 {
            share.allowance = (share.allowance * 3 / 4).max(1);
            share.changed = now;
        }
    }

    /// Makes room for another period. What the service named of a period that is imposed takes none.
    fn forget_a_limit_if_full(&mut self) {
        let is_imposed =
            |period| self.limits.iter().any(|share| share.reported.is_none() && share.limit.period == period);
        let is_forgettable = |share: &Share| share.reported.is_some() && !is_imposed(share.limit.period);
        let periods = self.limits.iter().filter(|share| share.reported.is_none() || is_forgettable(share)).count();
        if periods >= MOST_LIMITS
            && let Some(oldest) = self.limits.iter().position(is_forgettable)
        {
            self.limits.remove(oldest);
        }
    }

    /// Rejected again and again: our part is smaller than one request in a period.
    fn hold_back(&mut self, now: MonotonicTime, random: f64) {
        if let Some(limit) = self.longest() {
            let doublings = (self.rejections - 2).min(16);
            let wait = limit.period.saturating_mul(1 << doublings).min(LONGEST_PERIOD).mul_f64(random);
            self.closed_until = self.closed_until.max(now + wait);
        }
    }
}

#[cfg(test)]
#[path = "sliding_window_tests.rs"]
mod tests;

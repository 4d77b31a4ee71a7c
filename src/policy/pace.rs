//! The pace of one kind of call: when the next request may go out without knocking on a closed door.
//!
//! Limits are learned from what the service says when it rejects a call, or imposed by the
//! configuration. A limit of so many requests in a period is kept for every period of that length,
//! whenever it begins, so that it is kept however the service cuts its periods.

use std::collections::VecDeque;
use std::time::Duration;

use super::backoff::spread;
use crate::outcome::Throttle;

/// A point on a clock that never goes back, as the time since its beginning.
pub type Moment = Duration;

/// No service is asked more often than this, in any of its periods; beyond, a limit is not a limit.
const MOST_REQUESTS: usize = 1_024;
const LONGEST_PERIOD: Duration = Duration::from_secs(3_600);
const MOST_LIMITS: usize = 4;

/// Requests do not take the same time to arrive: what leaves a period apart may arrive closer.
const MARGIN: Duration = Duration::from_millis(50);

/// The wait after a rejection that says nothing; it doubles with every further one.
const UNTOLD: Duration = Duration::from_secs(1);
const LONGEST_UNTOLD: Duration = Duration::from_secs(60);

/// So many requests in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub max: u32,
    pub period: Duration,
}

#[derive(Debug, Default)]
pub struct Pace {
    limits: Vec<Share>,
    /// When requests went out, the oldest first.
    sent: VecDeque<Moment>,
    closed_until: Moment,
    /// Rejections since the last request that was not.
    rejections: u32,
}

/// A limit, and our part of it where others draw on it too.
#[derive(Clone, Copy, Debug)]
struct Share {
    limit: Limit,
    allowance: u32,
    /// When the allowance was changed last.
    changed: Moment,
}

impl Pace {
    /// A pace that keeps a limit which the service did not name.
    pub fn imposing(limit: Option<Limit>) -> Self {
        let mut pace = Pace::default();
        if let Some(limit) = limit {
            pace.limits.push(Share { limit, allowance: limit.max, changed: Moment::ZERO });
        }
        pace
    }

    /// When the request behind `ahead` others may go out; not before `now`.
    pub fn slot(&self, ahead: usize, now: Moment) -> Moment {
        let mut ahead_of_us = VecDeque::new();
        for _ in 0..ahead {
            let slot = self.next_slot(&ahead_of_us, now);
            ahead_of_us.push_back(slot);
        }
        self.next_slot(&ahead_of_us, now)
    }

    /// A request goes out.
    pub fn take(&mut self, now: Moment) {
        if self.sent.len() >= MOST_REQUESTS {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }

    /// The service took a request.
    pub fn accepted(&mut self, now: Moment) {
        self.rejections = 0;
        for share in &mut self.limits {
            // A whole period without a rejection: others may have left some of it.
            if share.allowance < share.limit.max && now.saturating_sub(share.changed) > share.limit.period {
                share.allowance += 1;
                share.changed = now;
            }
        }
    }

    /// The service rejected a request. `random` from 0 up to 1, drawn by the caller.
    pub fn rejected(&mut self, now: Moment, told: &Throttle, retry_after: Option<Duration>, random: f64) {
        self.rejections = self.rejections.saturating_add(1);
        if let Some(limit) = limit_in(told) {
            self.learn(limit, now);
        }
        let wait = match retry_after {
            Some(wait) => spread(wait, random),
            None => {
                let doublings = (self.rejections - 1).min(16);
                spread(UNTOLD.saturating_mul(1 << doublings).min(LONGEST_UNTOLD), random)
            }
        };
        self.closed_until = self.closed_until.max(now + wait);
        if self.rejections > 1 {
            self.hold_back(now, random);
        }
    }

    /// What is known of the limit that was met last, for those who are refused because of it.
    pub fn tightest(&self) -> Option<Limit> {
        self.limits.iter().map(|share| share.limit).max_by_key(|limit| limit.period)
    }

    /// Until when nothing here matters any more.
    pub fn idle_from(&self) -> Moment {
        let last = self.sent.back().copied().unwrap_or_default();
        let period = self.limits.iter().map(|share| share.limit.period).max().unwrap_or_default();
        self.closed_until.max(last + period)
    }

    fn next_slot(&self, ahead: &VecDeque<Moment>, now: Moment) -> Moment {
        let open = self.closed_until.max(now).max(ahead.back().copied().unwrap_or_default());
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

    fn learn(&mut self, limit: Limit, now: Moment) {
        match self.limits.iter_mut().find(|share| share.limit.period == limit.period) {
            None => {
                if self.limits.len() >= MOST_LIMITS {
                    self.limits.remove(0);
                }
                self.limits.push(Share { limit, allowance: limit.max, changed: now });
            }
            Some(share) => {
                share.limit = limit;
                let first = self.sent.partition_point(|moment| *moment + limit.period <= now);
                let ours = u32::try_from(self.sent.len() - first).unwrap_or(u32::MAX);
                share.allowance = share.allowance.min(limit.max);
                // Rejected although we kept our part: others draw on the limit too, so take less of it.
                if ours <= share.allowance && now.saturating_sub(share.changed) > limit.period / 4 {
                    share.allowance = (share.allowance * 3 / 4).max(1);
                    share.changed = now;
                }
            }
        }
    }

    /// Rejected again and again: our part is smaller than one request in a period.
    fn hold_back(&mut self, now: Moment, random: f64) {
        if let Some(limit) = self.tightest() {
            let doublings = (self.rejections - 2).min(16);
            let wait = limit.period.saturating_mul(1 << doublings).min(LONGEST_PERIOD).mul_f64(random);
            self.closed_until = self.closed_until.max(now + wait);
        }
    }
}

fn limit_in(told: &Throttle) -> Option<Limit> {
    let limit = Limit { max: told.max_requests, period: Duration::from_secs(told.period_s.into()) };
    let usable =
        (1..=MOST_REQUESTS as u32).contains(&limit.max) && !limit.period.is_zero() && limit.period <= LONGEST_PERIOD;
    usable.then_some(limit)
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;

//! What this relay itself sent of one kind of calls, and what it knows of their limits.

use std::collections::VecDeque;
use std::time::Duration;

use mpa::policy::{GOOD_FOR, LONGEST_PERIOD, Limit, MOST_LIMITS, MOST_REQUESTS, MonotonicTime};

use super::share::{self, Fleet, Sent, Wait};

#[derive(Debug, Default)]
pub struct Ledger {
    imposed: Vec<Limit>,
    named: Vec<Named>,
    /// With its number, the oldest first.
    sent: VecDeque<(u64, Sent)>,
    closed_until: MonotonicTime,
    held: Option<Held>,
}

/// Until when the store grants nothing.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub until: MonotonicTime,
    pub limit: Option<Limit>,
    /// Of the shared limits: with another one it does not hold any more.
    pub generation: u64,
}

/// A limit that the service named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub limit: Limit,
    pub at: MonotonicTime,
}

impl Ledger {
    pub fn new(imposed: &[Limit]) -> Self {
        Ledger { imposed: imposed.to_vec(), ..Ledger::default() }
    }

    pub fn imposed(&self) -> &[Limit] {
        &self.imposed
    }

    /// A request goes out.
    pub fn record(&mut self, number: u64, sent: Sent) {
        if self.sent.len() >= MOST_REQUESTS {
            self.sent.pop_front();
        }
        // Threads that record at the same time may come in another order.
        let place = self.sent.partition_point(|(_, earlier)| earlier.at <= sent.at);
        self.sent.insert(place, (number, sent));
    }

    /// The service named a limit, to this relay or to another.
    pub fn name(&mut self, mut named: Named) {
        let is_imposed = self.imposed.iter().any(|limit| limit.period == named.limit.period);
        match self.named.iter_mut().find(|known| known.limit.period == named.limit.period) {
            Some(known) if known.at > named.at => {}
            Some(known) => {
                // What the configuration imposes is made stricter only.
                if is_imposed && named.at - known.at < GOOD_FOR {
                    named.limit.max = named.limit.max.min(known.limit.max);
                }
                *known = named;
            }
            None => {
                let oldest = self.named.iter().enumerate().min_by_key(|(_, known)| known.at).map(|(index, _)| index);
                if let Some(oldest) = oldest.filter(|_| self.named.len() >= MOST_LIMITS) {
                    self.named.swap_remove(oldest);
                }
                self.named.push(named);
            }
        }
    }

    /// The service asked not to be called until then.
    pub fn close_until(&mut self, until: MonotonicTime) {
        self.closed_until = self.closed_until.max(until);
    }

    /// For how much longer the service asked not to be called.
    pub fn closed_for(&self, now: MonotonicTime) -> Duration {
        self.closed_until.saturating_sub(now)
    }

    /// The store said when the next request may go out.
    pub fn hold(&mut self, held: Held) {
        self.held = Some(held);
    }

    /// For how long the store need not be asked, because of which limit.
    pub fn held(&self, now: MonotonicTime, generation: u64) -> Option<(Duration, Option<Limit>)> {
        let held = self.held.filter(|held| held.until > now && held.generation == generation)?;
        Some((held.until - now, held.limit))
    }

    /// All limits that hold, one for each period.
    pub fn limits(&self, now: MonotonicTime) -> Vec<Limit> {
        let mut limits = self.imposed.clone();
        for named in self.named(now) {
            match limits.iter_mut().find(|limit| limit.period == named.limit.period) {
                // What the configuration imposes is not loosened.
                Some(limit) => limit.max = limit.max.min(named.limit.max),
                None => limits.push(named.limit),
            }
        }
        limits
    }

    pub fn named(&self, now: MonotonicTime) -> impl Iterator<Item = Named> + '_ {
        self.named.iter().copied().filter(move |named| now.saturating_sub(named.at) < GOOD_FOR)
    }

    /// What was sent within the longest period, with its numbers.
    pub fn sent(&self, now: MonotonicTime) -> impl Iterator<Item = &(u64, Sent)> {
        let period = self.limits(now).iter().map(|limit| limit.period).max().unwrap_or(LONGEST_PERIOD);
        self.sent.iter().filter(move |(_, sent)| now.saturating_sub(sent.at) <= period)
    }

    /// When a request may go out without the store; not before `now`.
    pub fn next_available_alone(&self, fleet: Fleet, lost_at: MonotonicTime, now: MonotonicTime) -> Wait {
        let limits = self.limits(now);
        let sent = self.sent.iter().map(|(_, sent)| sent);
        share::next_available(&limits, sent, fleet, lost_at, now.max(self.closed_until))
    }

    /// Whether nothing here matters any more.
    pub fn is_forgettable(&self, now: MonotonicTime) -> bool {
        self.sent(now).next().is_none() && self.named(now).next().is_none() && self.closed_until < now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> MonotonicTime {
        Duration::from_secs(seconds)
    }

    fn named(max: u32, period_s: u64, at: u64) -> Named {
        Named { limit: Limit { max, period: s(period_s) }, at: s(at) }
    }

    #[test]
    fn what_is_imposed_is_made_stricter_only() {
        let mut ledger = Ledger::new(&[Limit { max: 7, period: s(15) }]);
        for (max, at, expected) in [(9, 0, 7), (5, 10, 5), (6, 20, 5), (6, 3_700, 6)] {
            ledger.name(named(max, 15, at));
            assert_eq!(ledger.limits(s(at)), [Limit { max: expected, period: s(15) }], "{max} at {at}");
        }
        assert_eq!(ledger.limits(s(7_400)), [Limit { max: 7, period: s(15) }]);
    }

    #[test]
    fn the_oldest_of_many_limits_makes_room() {
        let mut ledger = Ledger::new(&[]);
        for number in 1..=6 {
            ledger.name(named(1, number, number));
        }
        let mut periods: Vec<_> = ledger.limits(s(6)).iter().map(|limit| limit.period.as_secs()).collect();
        periods.sort_unstable();
        assert_eq!(periods, [3, 4, 5, 6]);
        // What is older than what is known changes nothing.
        ledger.name(named(9, 6, 5));
        assert!(ledger.limits(s(6)).contains(&named(1, 6, 6).limit));
    }

    #[test]
    fn it_is_forgotten_when_all_is_over() {
        let mut ledger = Ledger::new(&[Limit { max: 7, period: s(15) }]);
        assert!(ledger.is_forgettable(s(1)));
        ledger.record(1, Sent { at: s(10), is_alone: false });
        assert!(!ledger.is_forgettable(s(25)) && ledger.is_forgettable(s(26)));
        ledger.close_until(s(40));
        assert!(!ledger.is_forgettable(s(39)) && ledger.is_forgettable(s(41)));
        assert_eq!(ledger.closed_for(s(30)), s(10));
        ledger.name(named(1, 15, 50));
        assert!(!ledger.is_forgettable(s(3_649)) && ledger.is_forgettable(s(3_650)));
    }
}

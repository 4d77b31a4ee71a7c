//! What one relay may send while the store does not answer: its share of each limit. Pure decisions over data, on
//! a clock that is passed in.
//!
//! A share is the limit over the number of relays that were seen last; what does not divide evenly goes to the first
//! of them, in the order of their ids. When the store is lost the others may have used the limit up already. So in
//! the first period after it all relays together send at most one share beside what the store let through, and from
//! then on each its share. Where there are more relays than requests in a period they take turns, by the store's
//! clock as this relay saw it last; relays that saw other numbers of them may then send at the same time.

use std::time::Duration;

use mpa::policy::{Limit, MARGIN, MonotonicTime, SlidingWindow};

/// Clocks of relays that take turns differ by so much at most.
const TURN_MARGIN: Duration = Duration::from_millis(250);

/// The relays that keep the limits together, as this one saw them last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// How many there are, with this one: at least 1.
    pub relays: u32,
    /// The place of this one among them, from 0; `None` as long as the store did not tell.
    pub place: Option<u32>,
    /// Whether the others know of this one; if not, they divide the limits among themselves.
    pub is_known: bool,
    /// What the store's clock was when this relay's was at its beginning.
    pub store_clock: Option<Duration>,
}

/// A request that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub at: MonotonicTime,
    /// Without the store, or as long as it does not know all.
    pub is_alone: bool,
}

/// Why a request may not go out, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub until: MonotonicTime,
    pub limit: Option<Limit>,
}

/// When a request may go out by this relay's share of `limits`; not before `now`. `sent`: what this relay sent, the
/// oldest first. `lost_at`: when it last lost the store.
pub fn next_available<'a>(
    limits: &[Limit],
    sent: impl Iterator<Item = &'a Sent> + Clone,
    fleet: Fleet,
    lost_at: MonotonicTime,
    now: MonotonicTime,
) -> Wait {
    let mut all = SlidingWindow::imposing(limits.iter().map(|limit| share(*limit, fleet)));
    sent.clone().for_each(|sent| all.record(sent.at));
    let first_periods: Vec<FirstPeriod> = match fleet.relays {
        // Its own window is that of all.
        ..=1 => Vec::new(),
        _ => limits.iter().map(|limit| FirstPeriod::new(*limit, sent.clone(), fleet, lost_at)).collect(),
    };

    let windows = |now| {
        let alone = first_periods.iter().map(|period| period.next_available(now));
        alone.fold(all.next_available(0, now), MonotonicTime::max)
    };
    let mut until = windows(now);
    // A turn may begin when a window is full, and end before it is not: a few rounds settle it.
    for _ in 0..8 {
        let turn = limits.iter().map(|limit| next_turn(*limit, fleet, until)).max().unwrap_or(until);
        if turn == until {
            break;
        }
        until = windows(turn);
    }
    let first = first_periods.iter().find(|period| until > now && period.next_available(now) >= until);
    // In full, as the caller knows it.
    let full = |share: Limit| limits.iter().find(|limit| limit.period == share.period).copied();
    let limit = first.map(|period| period.limit).or(all.tightest().and_then(full)).or(limits.first().copied());
    Wait { until, limit }
}

/// The first period of a limit after the store was lost.
struct FirstPeriod {
    limit: Limit,
    ends: MonotonicTime,
    /// What this relay sent alone; `None`: it may not.
    alone: Option<SlidingWindow>,
}

impl FirstPeriod {
    fn new<'a>(limit: Limit, sent: impl Iterator<Item = &'a Sent>, fleet: Fleet, lost_at: MonotonicTime) -> Self {
        let max = share_at_first(limit, fleet);
        let alone = (max > 0).then(|| {
            let mut alone = SlidingWindow::imposing([Limit { max, ..limit }]);
            sent.filter(|sent| sent.is_alone).for_each(|sent| alone.record(sent.at));
            alone
        });
        FirstPeriod { limit, ends: lost_at + limit.period + MARGIN, alone }
    }

    fn next_available(&self, now: MonotonicTime) -> MonotonicTime {
        let at = self.alone.as_ref().map_or(self.ends, |alone| alone.next_available(0, now));
        at.min(self.ends).max(now)
    }
}

/// This relay's part of `max`.
fn part(max: u32, fleet: Fleet) -> u32 {
    let more = fleet.place.is_some_and(|place| place < max % fleet.relays);
    max / fleet.relays + u32::from(more)
}

/// This relay's share, as a limit of its own.
pub fn share(limit: Limit, fleet: Fleet) -> Limit {
    if limit.max >= fleet.relays {
        Limit { max: part(limit.max, fleet), ..limit }
    } else if fleet.place.is_some() && fleet.store_clock.is_some() {
        // One in each of its turns, which are further apart than a period.
        Limit { max: 1, ..limit }
    } else {
        Limit { max: 1, period: limit.period.saturating_mul(fleet.relays) / limit.max.max(1) }
    }
}

/// What this relay may send alone in the first period after it lost the store.
fn share_at_first(limit: Limit, fleet: Fleet) -> u32 {
    if fleet.is_known { part(limit.max / fleet.relays, fleet) } else { 0 }
}

/// When this relay's turn is, where a limit has fewer requests in a period than there are relays; else at once. One
/// turn is as long as the time between two requests.
fn next_turn(limit: Limit, fleet: Fleet, now: MonotonicTime) -> MonotonicTime {
    let (Some(place), Some(store_clock)) = (fleet.place, fleet.store_clock) else { return now };
    if limit.max >= fleet.relays || limit.max == 0 {
        return now;
    }
    let turn = nanoseconds(limit.period / limit.max).max(1);
    let round = turn * u128::from(fleet.relays);
    let margin = nanoseconds(TURN_MARGIN).min(turn / 4);
    let begins = turn * u128::from(place) + margin;
    let ends = turn * u128::from(place + 1) - margin;
    let in_round = nanoseconds(store_clock + now) % round;
    let wait = match in_round {
        early if early < begins => begins - early,
        late if late >= ends => round - late + begins,
        _ => 0,
    };
    now + Duration::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX))
}

fn nanoseconds(time: Duration) -> u128 {
    time.as_nanos()
}

#[cfg(test)]
#[path = "share_tests.rs"]
mod tests;

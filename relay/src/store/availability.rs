//! Whether the store can be relied on: it is up, or it is down, or it is back and does not know all yet. Pure
//! decisions over data, on a clock that is passed in.

use std::time::Duration;

use mpa::policy::MonotonicTime;

use super::link::Failure;
use super::script::AliveAnswer;
use super::share::Fleet;

/// How often a relay says that it lives, and when it counts as gone.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub interval: Duration,
    pub lives_for: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { interval: Duration::from_secs(1), lives_for: Duration::from_secs(5) }
    }
}

/// Beats of its own for which a relay that is back keeps to its share, after the first: within them the others
/// report too.
pub const BEATS_UNTIL_UP: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Only the heartbeat talks to it.
    Down,
    /// It answers, but may have lost what it knew: it is asked, and this relay keeps to its share besides.
    Returning,
    Up,
}

#[derive(Clone, Debug)]
pub struct Availability {
    phase: Phase,
    /// Since when it is up, or is not.
    since: MonotonicTime,
    /// When the store granted something last, to this relay or to another: not after that.
    lost_at: MonotonicTime,
    fleet: Fleet,
    returned_at: MonotonicTime,
    beats: u32,
    was_ever_up: bool,
    failure: Option<Failure>,
}

/// What is worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    WentDown,
    /// It is up again after so long, or for the first time.
    CameUp {
        after: Duration,
        is_first: bool,
    },
}

impl Availability {
    /// Before the first answer. `relays`: how many there are until the store says it.
    pub fn new(relays: u32) -> Self {
        Availability {
            phase: Phase::Down,
            since: MonotonicTime::ZERO,
            lost_at: MonotonicTime::ZERO,
            fleet: Fleet { relays: relays.max(1), place: None, is_known: true, store_clock: None },
            returned_at: MonotonicTime::ZERO,
            beats: 0,
            was_ever_up: false,
            failure: None,
        }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    pub fn fleet(&self) -> Fleet {
        self.fleet
    }

    pub fn lost_at(&self) -> MonotonicTime {
        self.lost_at
    }

    pub fn since(&self) -> MonotonicTime {
        self.since
    }

    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Whether it is not known yet if the store can be reached.
    pub fn is_first_attempt(&self) -> bool {
        self.phase == Phase::Down && self.failure.is_none()
    }

    /// The store did not answer.
    pub fn failed(&mut self, now: MonotonicTime, failure: Failure) -> Option<News> {
        let is_news = self.failure.is_none();
        match self.phase {
            Phase::Up => {
                self.since = now;
                self.lost_at = now;
            }
            // The others may have used it in the meantime.
            Phase::Returning if self.beats > 0 => self.lost_at = now,
            Phase::Returning | Phase::Down => {}
        }
        self.phase = Phase::Down;
        self.failure = Some(failure);
        is_news.then_some(News::WentDown)
    }

    /// It can be connected to again, or was restarted.
    pub fn connected(&mut self, now: MonotonicTime) {
        self.phase = Phase::Returning;
        self.returned_at = now;
        self.beats = 0;
        if !self.was_ever_up {
            self.fleet.is_known = false;
        }
    }

    /// The heartbeat got its answer, after this relay had reported what it sent.
    pub fn beat(&mut self, now: MonotonicTime, answer: AliveAnswer, pace: Pace) -> Option<News> {
        if self.phase == Phase::Up && answer.is_new {
            // Nothing else may have shown it. This relay reports before the next beat.
            let news = self.failed(now, Failure::DataLost);
            self.connected(now);
            return news;
        }
        self.beats = self.beats.saturating_add(1);
        let seen = Fleet {
            relays: answer.relays,
            place: Some(answer.place),
            is_known: self.fleet.is_known,
            store_clock: Some(answer.now.saturating_sub(now)),
        };
        // A store that is back does not know yet who there is.
        let all_are_back = answer.relays >= self.fleet.relays;
        self.fleet = if self.phase == Phase::Up || all_are_back { seen } else { self.fleet };
        if self.phase != Phase::Returning {
            return None;
        }
        let waited = now.saturating_sub(self.returned_at);
        if self.beats <= BEATS_UNTIL_UP || !(all_are_back || waited >= pace.lives_for) {
            return None;
        }
        let news = News::CameUp { after: now.saturating_sub(self.since), is_first: !self.was_ever_up };
        self.fleet = Fleet { is_known: true, ..seen };
        self.phase = Phase::Up;
        self.since = now;
        self.was_ever_up = true;
        self.failure = None;
        Some(news)
    }
}

#[cfg(test)]
#[path = "availability_tests.rs"]
mod tests;

//! Three manners of a server whose calls are rejected.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mpa::outcome::Throttle;
use mpa::policy::{MonotonicTime, SlidingWindow};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Again after a second, for 15 s.
    Naive,
    /// What Microsoft's client library does: back-off of 2^n to 2^(n+1) s up to 60 s, never before
    /// Retry-After, for 20 s; while the time of a Retry-After runs, further calls wait for it or fail.
    Xsapi,
    /// This library's.
    Ours,
}

impl Manner {
    pub const ALL: [Manner; 3] = [Manner::Naive, Manner::Xsapi, Manner::Ours];

    pub fn name(self) -> &'static str {
        match self {
            Manner::Naive => "naive",
            Manner::Xsapi => "XSAPI",
            Manner::Ours => "mpa",
        }
    }

    pub fn patience(self) -> Duration {
        Duration::from_secs(if self == Manner::Xsapi { 20 } else { 15 })
    }
}

/// What a server wants to happen.
pub enum Step {
    Send { at: MonotonicTime, call: u64 },
    Wake { at: MonotonicTime },
}

pub enum Said {
    Accepted,
    Rejected { max_requests: u32, period_s: u32, retry_after_s: u64 },
}

#[derive(Clone, Copy)]
struct Call {
    begun: MonotonicTime,
    sent: MonotonicTime,
    attempts: u32,
}

/// The default of the library.
pub const MAX_ATTEMPTS: u32 = 4;

pub struct Server {
    manner: Manner,
    /// How long a call may take.
    patience: Duration,
    /// Ours.
    max_attempts: u32,
    calls: BTreeMap<u64, Call>,
    next_call: u64,
    /// XSAPI: the time of the last Retry-After.
    closed_until: MonotonicTime,
    /// Ours: who waits for the window, in order.
    queue: VecDeque<u64>,
    window: SlidingWindow,
}

impl Server {
    pub fn new(manner: Manner, patience: Duration, max_attempts: u32) -> Self {
        Server {
            manner,
            patience,
            max_attempts,
            calls: BTreeMap::new(),
            next_call: 0,
            closed_until: MonotonicTime::ZERO,
            queue: VecDeque::new(),
            window: SlidingWindow::default(),
        }
    }

    pub fn begun(&self, call: u64) -> Option<MonotonicTime> {
        self.calls.get(&call).map(|call| call.begun)
    }

    pub fn call(&mut self, now: MonotonicTime) -> Vec<Step> {
        let call = self.next_call;
        self.next_call += 1;
        self.calls.insert(call, Call { begun: now, sent: now, attempts: 0 });
        match self.manner {
            Manner::Naive => vec![Step::Send { at: now, call }],
            Manner::Xsapi => self.send_at(call, now.max(self.closed_until)),
            Manner::Ours => {
                self.queue.push_back(call);
                self.wake(now)
            }
        }
    }

    /// Ours: lets out whose turn it is, gives up whose turn comes too late.
    pub fn wake(&mut self, now: MonotonicTime) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut place = 0;
        while let Some(&call) = self.queue.get(place) {
            let available = self.window.next_available(place, now);
            if available > self.deadline(call) {
                self.queue.remove(place);
                self.calls.remove(&call);
            } else if place == 0 && available <= now {
                self.queue.pop_front();
                self.window.record(now);
                if let Some(call) = self.calls.get_mut(&call) {
                    call.sent = now;
                }
                steps.push(Step::Send { at: now, call });
            } else {
                if place == 0 {
                    steps.push(Step::Wake { at: available });
                }
                place += 1;
            }
        }
        steps
    }

    pub fn answered(&mut self, number: u64, said: Said, now: MonotonicTime, random: &mut fastrand::Rng) -> Vec<Step> {
        let Said::Rejected { max_requests, period_s, retry_after_s } = said else {
            self.calls.remove(&number);
            self.window.accepted(now);
            return self.wake(now);
        };
        let Some(call) = self.calls.get_mut(&number) else { return vec![] };
        call.attempts += 1;
        let (attempts, call_sent) = (call.attempts, call.sent);
        let retry_after = Duration::from_secs(retry_after_s);
        match self.manner {
            Manner::Naive => self.send_at(number, now + Duration::from_secs(1)),
            Manner::Xsapi => {
                let least = 2_u32.saturating_pow(attempts).min(60);
                let back_off = Duration::from_secs(least.into()).mul_f64(1.0 + random.f64());
                self.closed_until = self.closed_until.max(now + retry_after);
                self.send_at(number, (now + back_off).max(self.closed_until))
            }
            Manner::Ours => {
                let throttle = Throttle { max_requests, period_s, ..Throttle::default() };
                self.window.rejected(now, call_sent, &throttle, Some(retry_after), random.f64());
                if attempts < self.max_attempts {
                    self.queue.push_back(number);
                } else {
                    self.calls.remove(&number);
                }
                self.wake(now)
            }
        }
    }

    fn send_at(&mut self, call: u64, at: MonotonicTime) -> Vec<Step> {
        if at > self.deadline(call) {
            self.calls.remove(&call);
            return vec![];
        }
        vec![Step::Send { at, call }]
    }

    fn deadline(&self, call: u64) -> MonotonicTime {
        self.begun(call).unwrap_or_default() + self.patience
    }
}

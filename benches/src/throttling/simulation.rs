//! An hour, event by event.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use mpa::policy::MonotonicTime;
use mpa_emulator::throttle::{Kind, Limits, Meter};

use super::servers::{MAX_ATTEMPTS, Manner, Said, Server, Step};

pub const HOUR_MS: u64 = 3_600_000;

/// From sending a request to its answer; the service decides in the middle.
const ROUND_TRIP_MS: u64 = 50;

pub struct Setting {
    pub limits: Limits,
    pub servers: usize,
    pub manner: Manner,
}

#[derive(Debug, Default)]
pub struct Outcome {
    pub calls: usize,
    pub requests: usize,
    pub accepted: usize,
    pub rejected: usize,
    /// Rejected, except the first by each window.
    pub rejected_later: usize,
    /// How long 99 of 100 accepted calls took at most, in seconds.
    pub waited_99: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A server's game wants to make a call.
    Call,
    /// A server wanted to be woken.
    Wake,
    /// A request reaches the service; the number is the call's.
    Request(u64),
}

impl Setting {
    pub fn new(limits: Limits, servers: usize, manner: Manner) -> Self {
        Setting { limits, servers, manner }
    }

    pub fn allowed(&self) -> usize {
        allowed(&self.limits)
    }

    /// Between two calls of one server, on average.
    fn pause_ms(&self) -> f64 {
        HOUR_MS as f64 * self.servers as f64 / (2.0 * self.allowed() as f64)
    }
}

pub fn run(setting: &Setting) -> Outcome {
    let mut random = fastrand::Rng::with_seed(7);
    let mut meter = Meter::new(&setting.limits);
    let mut servers: Vec<Server> = {
        let server = |_| Server::new(setting.manner, setting.manner.patience(), MAX_ATTEMPTS);
        (0..setting.servers).map(server).collect()
    };
    let mut events = BinaryHeap::new();
    let mut outcome = Outcome::default();
    let mut waited = Vec::new();
    let mut first_by = [true; 2];
    for server in 0..setting.servers {
        let first = pause(setting.pause_ms(), &mut random);
        events.push(Reverse((first, server, Event::Call)));
    }
    while let Some(Reverse((now, number, event))) = events.pop() {
        if now >= HOUR_MS {
            break;
        }
        let server = &mut servers[number];
        let steps = match event {
            Event::Call => {
                outcome.calls += 1;
                let next = now + pause(setting.pause_ms(), &mut random);
                events.push(Reverse((next, number, Event::Call)));
                server.call(moment(now))
            }
            Event::Wake => server.wake(moment(now)),
            Event::Request(call) => {
                outcome.requests += 1;
                let said = match meter.call(now) {
                    Ok(()) => Said::Accepted,
                    Err(rejection) => {
                        outcome.rejected += 1;
                        let window = usize::from(rejection.kind == Kind::Sustained);
                        outcome.rejected_later += usize::from(!std::mem::take(&mut first_by[window]));
                        Said::Rejected {
                            max_requests: rejection.max,
                            period_s: (rejection.period_ms / 1_000) as u32,
                            retry_after_s: rejection.retry_after_ms.div_ceil(1_000),
                        }
                    }
                };
                let heard = moment(now + ROUND_TRIP_MS / 2);
                if let (Said::Accepted, Some(begun)) = (&said, server.begun(call)) {
                    outcome.accepted += 1;
                    waited.push((heard - begun).as_secs_f64());
                }
                server.answered(call, said, heard, &mut random)
            }
        };
        for step in steps {
            events.push(match step {
                Step::Send { at, call } => Reverse((millis(at) + ROUND_TRIP_MS / 2, number, Event::Request(call))),
                Step::Wake { at } => Reverse((millis(at).max(now), number, Event::Wake)),
            });
        }
    }
    waited.sort_by(f64::total_cmp);
    outcome.waited_99 = waited.get(waited.len() * 99 / 100).copied().unwrap_or_default();
    outcome
}

/// How many calls the limits let through in an hour.
pub fn allowed(limits: &Limits) -> usize {
    let in_an_hour = |max: u32, period_ms: u64| max as usize * (HOUR_MS / period_ms) as usize;
    let limits = [limits.burst, limits.sustained].into_iter().flatten();
    limits.map(|limit| in_an_hour(limit.max, limit.period_ms)).min().unwrap_or(usize::MAX)
}

/// Calls come by chance, so that their pauses are exponential.
pub fn pause(mean_ms: f64, random: &mut fastrand::Rng) -> u64 {
    (-mean_ms * (1.0 - random.f64()).ln()) as u64
}

pub fn moment(ms: u64) -> MonotonicTime {
    MonotonicTime::from_millis(ms)
}

/// Rounded up, so that no caller is woken before the time.
pub fn millis(at: MonotonicTime) -> u64 {
    at.as_nanos().div_ceil(1_000_000) as u64
}

//! A fleet whose servers send through relays: an hour, event by event.

pub mod relay;
pub mod report;

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use mpa::outcome::Throttle;
use mpa::policy::{Limit, MonotonicTime, SlidingWindow};
use mpa_emulator::throttle::{Limits, Meter};

use super::servers::{Manner, Said, Server, Step};
use super::simulation::{HOUR_MS, millis, moment, pause};
use relay::{Action, Gathering, Post, Rejection, Relay, Store};

/// From a server to its relay, or back.
const NEAR_MS: u64 = 1;
/// From a relay to the service, or back.
const FAR_MS: Range<u64> = 5..45;
/// What a relay keeps of the caller's time for the request to the service, and for the way back.
const UPSTREAM_MS: u64 = 2_250;
const MINUTE_MS: u64 = 60_000;

/// What the relays know of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// They are configured with them.
    Configured,
    /// They learn them from rejections.
    Learned,
    /// They are configured with them, and the store is gone: each takes its share.
    Shares,
}

/// What a relay says when it answers 429 itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// When to come again.
    Time,
    /// The limit too, as the service does.
    TimeAndLimit,
}

#[derive(Clone, Copy)]
pub struct Fleet {
    /// Of the service.
    pub limits: Limits,
    pub servers: usize,
    pub relays: usize,
    pub knowledge: Knowledge,
    pub says: Says,
    pub gathering: Gathering,
    /// How long a server waits for a response.
    pub caller_timeout_ms: u64,
    /// How long a server's operation may take, and in how many attempts.
    pub time_to_live: Duration,
    pub max_attempts: u32,
    /// Between two calls of a server, on average.
    pub pause_ms: f64,
}

#[derive(Debug, Default)]
pub struct Outcome {
    pub calls: usize,
    /// That reached a relay.
    pub posts: usize,
    /// With 429, by a relay.
    pub refused: usize,
    /// To the service; `later`: after the first minute.
    pub requests: usize,
    pub requests_later: usize,
    pub rejected_later: usize,
    /// Posts in requests that the service accepted.
    pub accepted: usize,
    pub store_asked: usize,
    /// When accepted posts arrived at each relay.
    pub arrived_ms: Vec<Vec<u64>>,
    waited_s: Vec<f64>,
}

enum Event {
    /// A server's game wants to make a call.
    Call {
        server: usize,
    },
    /// A server wanted to be woken.
    Wake {
        server: usize,
    },
    AtRelay {
        post: Post,
    },
    RelayWakes {
        relay: usize,
    },
    AtService {
        relay: usize,
        posts: Vec<Post>,
        sent: MonotonicTime,
    },
    Accepted {
        relay: usize,
        posts: Vec<Post>,
    },
    Rejected {
        relay: usize,
        rejection: Rejection,
    },
    Answer {
        server: usize,
        call: u64,
        said: Said,
    },
}

struct Run<'a> {
    fleet: &'a Fleet,
    random: fastrand::Rng,
    servers: Vec<Server>,
    relays: Vec<Relay>,
    /// When each relay is woken next.
    wakes_ms: Vec<Option<u64>>,
    store: Option<Store>,
    meter: Meter,
    /// By time, and in the order in which they were caused.
    events: BTreeMap<(u64, u64), Event>,
    next_event: u64,
    outcome: Outcome,
}

impl Outcome {
    /// How long the given part of the accepted calls took at most, in seconds.
    pub fn waited(&self, part: f64) -> f64 {
        self.waited_s.get((self.waited_s.len() as f64 * part) as usize).copied().unwrap_or_default()
    }
}

pub fn run(fleet: &Fleet) -> Outcome {
    let mut run = Run::new(fleet);
    for server in 0..fleet.servers {
        let first = pause(fleet.pause_ms, &mut run.random);
        run.at(first, Event::Call { server });
    }
    while let Some(((now, _), event)) = run.events.pop_first() {
        if now >= HOUR_MS {
            break;
        }
        run.handle(now, event);
    }
    let mut outcome = run.outcome;
    outcome.store_asked = run.store.map_or(0, |store| store.asked);
    outcome.waited_s.sort_by(f64::total_cmp);
    outcome.arrived_ms.iter_mut().for_each(|arrived| arrived.sort_unstable());
    outcome
}

impl<'a> Run<'a> {
    fn new(fleet: &'a Fleet) -> Self {
        let (share, is_shared) = match fleet.knowledge {
            Knowledge::Shares => (fleet.relays as u32, false),
            _ => (1, fleet.relays > 1),
        };
        let window = || match fleet.knowledge {
            Knowledge::Learned => SlidingWindow::default(),
            _ => SlidingWindow::imposing([fleet.limits.burst, fleet.limits.sustained].into_iter().flatten().map(
                |limit| Limit { max: (limit.max / share).max(1), period: Duration::from_millis(limit.period_ms) },
            )),
        };
        let server = |_| Server::new(Manner::Ours, fleet.time_to_live, fleet.max_attempts);
        Run {
            fleet,
            random: fastrand::Rng::with_seed(7),
            servers: (0..fleet.servers).map(server).collect(),
            relays: (0..fleet.relays).map(|_| Relay::new(window(), fleet.gathering)).collect(),
            wakes_ms: vec![None; fleet.relays],
            store: is_shared.then(|| Store { window: window(), asked: 0 }),
            meter: Meter::new(&fleet.limits),
            events: BTreeMap::new(),
            next_event: 0,
            outcome: Outcome { arrived_ms: vec![vec![]; fleet.relays], ..Outcome::default() },
        }
    }

    fn at(&mut self, ms: u64, event: Event) {
        self.next_event += 1;
        self.events.insert((ms, self.next_event), event);
    }

    fn handle(&mut self, now_ms: u64, event: Event) {
        let now = moment(now_ms);
        match event {
            Event::Call { server } => {
                self.outcome.calls += 1;
                let next = now_ms + pause(self.fleet.pause_ms, &mut self.random);
                self.at(next, Event::Call { server });
                let steps = self.servers[server].call(now);
                self.take_steps(server, steps, now_ms);
            }
            Event::Wake { server } => {
                let steps = self.servers[server].wake(now);
                self.take_steps(server, steps, now_ms);
            }
            Event::AtRelay { post } => {
                self.outcome.posts += 1;
                let relay = post.server % self.relays.len();
                let actions = self.relays[relay].arrive(post, now, self.store.as_mut());
                self.act(relay, actions, now_ms);
            }
            Event::RelayWakes { relay } => {
                self.wakes_ms[relay] = self.wakes_ms[relay].filter(|ms| *ms > now_ms);
                let actions = self.relays[relay].advance(now, self.store.as_mut());
                self.act(relay, actions, now_ms);
            }
            Event::AtService { relay, posts, sent } => self.serve(relay, posts, sent, now_ms),
            Event::Accepted { relay, posts } => {
                self.relays[relay].accepted(now);
                for post in posts {
                    self.answer(post, Said::Accepted, now_ms);
                }
            }
            Event::Rejected { relay, rejection } => {
                let random = self.random.f64();
                let actions = self.relays[relay].rejected(rejection, now, self.store.as_mut(), random);
                self.act(relay, actions, now_ms);
            }
            Event::Answer { server, call, said } => {
                if let (Said::Accepted, Some(begun)) = (&said, self.servers[server].begun(call)) {
                    self.outcome.waited_s.push((now - begun).as_secs_f64());
                }
                let steps = self.servers[server].answered(call, said, now, &mut self.random);
                self.take_steps(server, steps, now_ms);
            }
        }
    }

    /// A request is at the service.
    fn serve(&mut self, relay: usize, posts: Vec<Post>, sent: MonotonicTime, now_ms: u64) {
        let later = usize::from(now_ms >= MINUTE_MS);
        self.outcome.requests += 1;
        self.outcome.requests_later += later;
        let heard_ms = now_ms + self.random.u64(FAR_MS);
        let event = match self.meter.call(now_ms) {
            Ok(()) => {
                self.outcome.accepted += posts.len();
                let arrived_ms = posts.iter().map(|post| millis(post.arrived));
                self.outcome.arrived_ms[relay].extend(arrived_ms);
                Event::Accepted { relay, posts }
            }
            Err(rejection) => {
                self.outcome.rejected_later += later;
                let throttle = Throttle {
                    max_requests: rejection.max,
                    period_s: (rejection.period_ms / 1_000) as u32,
                    ..Throttle::default()
                };
                let retry_after = Duration::from_secs(rejection.retry_after_ms.div_ceil(1_000));
                Event::Rejected { relay, rejection: Rejection { posts, sent, throttle, retry_after } }
            }
        };
        self.at(heard_ms, event);
    }

    fn take_steps(&mut self, server: usize, steps: Vec<Step>, now_ms: u64) {
        for step in steps {
            match step {
                Step::Wake { at } => self.at(millis(at).max(now_ms), Event::Wake { server }),
                Step::Send { at, call } => {
                    let arrived_ms = millis(at) + NEAR_MS;
                    let deadline = moment(arrived_ms + self.fleet.caller_timeout_ms - UPSTREAM_MS);
                    let post = Post { server, call, arrived: moment(arrived_ms), deadline };
                    self.at(arrived_ms, Event::AtRelay { post });
                }
            }
        }
    }

    fn act(&mut self, relay: usize, actions: Vec<Action>, now_ms: u64) {
        for action in actions {
            match action {
                Action::Wake(at) => {
                    let ms = millis(at).max(now_ms);
                    if self.wakes_ms[relay].is_none_or(|wakes| wakes > ms) {
                        self.wakes_ms[relay] = Some(ms);
                        self.at(ms, Event::RelayWakes { relay });
                    }
                }
                Action::Send(posts) => {
                    let arrives_ms = now_ms + self.random.u64(FAR_MS);
                    self.at(arrives_ms, Event::AtService { relay, posts, sent: moment(now_ms) });
                }
                Action::Refuse(post, wait) => {
                    self.outcome.refused += 1;
                    self.answer(post, self.refusal(wait), now_ms);
                }
            }
        }
    }

    /// 429, with a time in whole seconds.
    fn refusal(&self, wait: Duration) -> Said {
        let retry_after_s = (wait.as_millis().div_ceil(1_000) as u64).max(1);
        // It is nearly always the long window that makes calls wait.
        let limit = self.fleet.limits.sustained.filter(|_| self.fleet.says == Says::TimeAndLimit);
        let (max_requests, period_s) = limit.map_or((0, 0), |limit| (limit.max, (limit.period_ms / 1_000) as u32));
        Said::Rejected { max_requests, period_s, retry_after_s }
    }

    fn answer(&mut self, post: Post, said: Said, now_ms: u64) {
        self.at(now_ms + NEAR_MS, Event::Answer { server: post.server, call: post.call, said });
    }
}

//! A fleet of relays on virtual time: the same decisions as in earnest, and a store that is lost, comes back empty
//! and is cut off from single relays.

use std::collections::BTreeMap;
use std::time::Duration;

use mpa::policy::{Limit, MonotonicTime, SlidingWindow};

use super::availability::{Availability, Pace, Phase};
use super::ledger::Ledger;
use super::link::Failure;
use super::script::AliveAnswer;
use super::share::Sent;

const LIMITS: [Limit; 2] =
    [Limit { max: 7, period: Duration::from_secs(15) }, Limit { max: 50, period: Duration::from_secs(300) }];
const TICK: Duration = Duration::from_millis(50);
/// Its clock differs from that of the relays.
const STORE_CLOCK: Duration = Duration::from_secs(1_000_000);

/// What the scripts do, without a server.
#[derive(Default)]
struct Store {
    sent: BTreeMap<u64, MonotonicTime>,
    relays: BTreeMap<usize, MonotonicTime>,
    /// Which process it is.
    process: u32,
}

impl Store {
    fn permit(&mut self, number: u64, now: MonotonicTime) -> bool {
        let mut window = SlidingWindow::imposing(LIMITS);
        let mut sent: Vec<_> = self.sent.values().copied().collect();
        sent.sort();
        sent.into_iter().for_each(|at| window.record(at));
        let is_granted = window.next_available(0, now) <= now;
        if is_granted {
            self.sent.insert(number, now);
        }
        self.sent.retain(|_, at| now - *at < Duration::from_secs(400));
        is_granted
    }

    fn alive(&mut self, relay: usize, now: MonotonicTime, pace: Pace) -> AliveAnswer {
        let is_new = self.relays.insert(relay, now).is_none();
        self.relays.retain(|_, seen| now - *seen <= pace.lives_for);
        let place = self.relays.keys().position(|other| *other == relay).unwrap();
        let count = u32::try_from(self.relays.len()).unwrap();
        AliveAnswer { now: STORE_CLOCK + now, relays: count, place: u32::try_from(place).unwrap(), is_new }
    }
}

struct Relay {
    availability: Availability,
    ledger: Ledger,
    next_beat: MonotonicTime,
    /// The process that it is connected to.
    connection: u32,
    /// The zero of its own clock.
    beginning: MonotonicTime,
}

impl Relay {
    fn beat(&mut self, name: usize, store: Option<&mut Store>, now: MonotonicTime, pace: Pace) {
        let local = now - self.beginning;
        let is_down = self.availability.phase() == Phase::Down;
        let store = store.filter(|store| is_down || store.process == self.connection);
        let Some(store) = store else {
            self.availability.failed(local, Failure::Refused);
            return;
        };
        if is_down {
            self.availability.connected(local);
            self.connection = store.process;
        }
        if self.availability.phase() == Phase::Returning {
            for (number, sent) in self.ledger.sent(local) {
                store.sent.entry(*number).or_insert(sent.at + self.beginning);
            }
        }
        let answer = store.alive(name, now, pace);
        self.availability.beat(local, answer, pace);
    }

    fn acquire(&mut self, number: u64, store: Option<&mut Store>, now: MonotonicTime) -> bool {
        let local = now - self.beginning;
        let is_up = self.availability.phase() == Phase::Up;
        if self.availability.phase() != Phase::Down {
            match store.filter(|store| store.process == self.connection) {
                None => drop(self.availability.failed(local, Failure::Refused)),
                Some(_) if !is_up && !self.may_send_alone(local) => return false,
                Some(store) => {
                    let is_granted = store.permit(number, now);
                    if is_granted {
                        self.ledger.record(number, Sent { at: local, is_alone: !is_up });
                    }
                    return is_granted;
                }
            }
        }
        let is_granted = self.may_send_alone(local);
        if is_granted {
            self.ledger.record(number, Sent { at: local, is_alone: true });
        }
        is_granted
    }

    fn may_send_alone(&self, local: MonotonicTime) -> bool {
        let availability = &self.availability;
        self.ledger.next_available_alone(availability.fleet(), availability.lost_at(), local).until <= local
    }
}

/// What is lost in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The store, for all relays.
    Store,
    /// The way of the first relay to it.
    OneRelay,
}

struct Run {
    /// The most in a period, of each limit.
    most: Vec<usize>,
    /// Without the store.
    alone: usize,
}

fn run(relays: u32, fault: Fault, seed: u64) -> Run {
    let mut random = Random(seed);
    let pace = Pace::default();
    let start = Duration::from_secs(1_000);
    let mut fleet: Vec<Relay> = (0..relays)
        .map(|_| Relay {
            availability: Availability::new(1),
            ledger: Ledger::new(&LIMITS),
            connection: 0,
            next_beat: start + pace.interval.mul_f64(random.unit()),
            beginning: start - Duration::from_secs(600).mul_f64(random.unit()),
        })
        .collect();
    let mut store = Store::default();
    let (mut lost_until, mut next_loss) = (start, start + Duration::from_secs(20));
    let mut sent = Vec::new();
    let (mut now, mut number, mut alone) = (start, 0, 0);
    while now < start + Duration::from_secs(1_200) {
        now += TICK;
        if now >= next_loss {
            let range: f64 = [3.0, 30.0, 400.0][random.below(3)];
            lost_until = now + Duration::from_secs(1).mul_f64(range * random.unit());
            next_loss = lost_until + Duration::from_secs(200).mul_f64(random.unit());
            if fault == Fault::Store && random.below(2) == 0 {
                store = Store { process: store.process + 1, ..Store::default() };
            }
        }
        let is_lost = |name: usize| now < lost_until && (fault == Fault::Store || name == 0);
        // Nothing is asked before all had the time to find each other.
        let is_asked = now > start + Duration::from_secs(8);
        for _ in 0..relays {
            let name = random.below(fleet.len());
            let relay = &mut fleet[name];
            if now >= relay.next_beat {
                relay.next_beat = now + pace.interval;
                relay.beat(name, (!is_lost(name)).then_some(&mut store), now, pace);
            }
            if is_asked && random.below(6) == 0 {
                number += 1;
                if relay.acquire(number, (!is_lost(name)).then_some(&mut store), now) {
                    sent.push(now);
                    alone += usize::from(relay.availability.phase() == Phase::Down);
                }
            }
        }
    }
    let most = |limit: &Limit| {
        let in_period = |(index, at): (usize, &MonotonicTime)| {
            sent[index..].iter().take_while(|later| **later - *at < limit.period).count()
        };
        sent.iter().enumerate().map(in_period).max().unwrap_or_default()
    };
    Run { most: LIMITS.iter().map(most).collect(), alone }
}

#[test]
fn a_fleet_exceeds_a_limit_by_one_share_at_most() {
    for fault in [Fault::Store, Fault::OneRelay] {
        for relays in [1, 2, 3, 4, 6, 9] {
            for seed in 0..3 {
                let run = run(relays, fault, seed);
                assert!(
                    run.alone > 0,
                    "{relays} relays, {fault:?}, seed {seed}: no request went out without the store"
                );
                for (limit, most) in LIMITS.iter().zip(&run.most) {
                    let bound = limit.max + limit.max.div_ceil(relays);
                    let bound = if relays == 1 { limit.max } else { bound };
                    assert!(
                        *most <= bound as usize,
                        "{relays} relays, {fault:?}, seed {seed}: {most} in {:?}, at most {bound} are allowed",
                        limit.period
                    );
                    assert!(*most as u32 >= limit.max / 2, "{relays} relays, {fault:?}, seed {seed}: only {most}");
                }
            }
        }
    }
}

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

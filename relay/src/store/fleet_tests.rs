//! A fleet of relays on virtual time: the decisions of `availability`, `ledger` and `share`, and a store that is lost, comes back empty
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
    name: usize,
    availability: Availability,
    ledger: Ledger,
    next_beat: MonotonicTime,
    /// The process that it is connected to.
    connection: u32,
    /// The zero of its own clock.
    beginning: MonotonicTime,
}

impl Relay {
    fn new(name: usize, expected: u32, beginning: MonotonicTime, next_beat: MonotonicTime) -> Self {
        let (availability, ledger) = (Availability::new(expected), Ledger::new(&LIMITS));
        Relay { name, availability, ledger, next_beat, connection: 0, beginning }
    }

    fn beat(&mut self, store: Option<&mut Store>, now: MonotonicTime, pace: Pace) {
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
        let answer = store.alive(self.name, now, pace);
        self.availability.beat(local, answer, pace);
    }

    fn acquire(&mut self, number: u64, store: Option<&mut Store>, now: MonotonicTime) -> bool {
        let local = now - self.beginning;
        let is_up = self.availability.phase() == Phase::Up;
        if self.availability.is_first_attempt() {
            return false;
        }
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
    /// The store, for all relays, every other time with all that it knew.
    Store,
    /// The store, which keeps what it knew, shortly after a relay was restarted, which does not.
    StoreAndRestarts,
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
    let mut fleet: Vec<Relay> = (0..relays as usize)
        .map(|name| {
            let beginning = start - Duration::from_secs(600).mul_f64(random.unit());
            Relay::new(name, 1, beginning, start + pace.interval.mul_f64(random.unit()))
        })
        .collect();
    let mut store = Store::default();
    let (mut lost_until, mut next_loss) = (start, start + Duration::from_secs(20));
    let mut sent = Vec::new();
    let (mut now, mut number, mut alone) = (start, 0, 0);
    let mut next_restart = None;
    while now < start + Duration::from_secs(900) {
        now += TICK;
        if now >= next_loss {
            let range: f64 = [3.0, 30.0, 400.0][random.below(3)];
            lost_until = now + Duration::from_secs(1).mul_f64(range * random.unit());
            next_loss = lost_until + Duration::from_secs(200).mul_f64(random.unit());
            // Not all know of the new relay yet; and what the old one sent alone is reported.
            let restart = next_loss - Duration::from_secs(5).mul_f64(random.unit());
            let may_restart = fault == Fault::StoreAndRestarts && restart > lost_until + Duration::from_secs(8);
            next_restart = may_restart.then_some(restart);
            if fault == Fault::Store && random.below(2) == 0 {
                store = Store { process: store.process + 1, ..Store::default() };
            }
        }
        if next_restart.is_some_and(|at| now >= at) {
            next_restart = None;
            let index = random.below(fleet.len());
            number += 1;
            fleet[index] = Relay::new(number as usize + 1_000, relays, now, now);
        }
        let is_lost = |index: usize| now < lost_until && (fault != Fault::OneRelay || index == 0);
        // Nothing is asked before all had the time to find each other.
        let is_asked = now > start + Duration::from_secs(8);
        for _ in 0..relays {
            let index = random.below(fleet.len());
            let store = (!is_lost(index)).then_some(&mut store);
            let relay = &mut fleet[index];
            if now >= relay.next_beat {
                relay.next_beat = now + pace.interval;
                relay.beat(store, now, pace);
            } else if is_asked && random.below(6) == 0 {
                number += 1;
                if relay.acquire(number, store, now) {
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

fn assert_one_share_at_most(fault: Fault) {
    // Those that take turns have to agree about how many they are.
    let counts = if fault == Fault::StoreAndRestarts { 1..=6 } else { 1..=9 };
    for relays in counts.step_by(2) {
        let mut alone = 0;
        for seed in 0..3 {
            let run = run(relays, fault, seed);
            alone += run.alone;
            for (limit, most) in LIMITS.iter().zip(&run.most) {
                // A relay that is the only one knows all that it sent, but not what it sent before it was restarted.
                let knows_all = relays == 1 && fault != Fault::StoreAndRestarts;
                let share = if knows_all { 0 } else { limit.max.div_ceil(relays) };
                let bound = (limit.max + share) as usize;
                let what = format!("{relays} relays, {fault:?}, seed {seed}: {most} in {:?}", limit.period);
                assert!(*most <= bound, "{what}, at most {bound} are allowed");
                assert!(*most >= bound / 3, "{what} are too few");
            }
        }
        assert!(alone > 0, "{relays} relays, {fault:?}: no request went out without the store");
    }
}

#[test]
fn a_fleet_without_its_store_exceeds_a_limit_by_one_share_at_most() {
    assert_one_share_at_most(Fault::Store);
}

#[test]
fn a_fleet_with_a_new_relay_exceeds_a_limit_by_one_share_at_most() {
    assert_one_share_at_most(Fault::StoreAndRestarts);
}

#[test]
fn a_fleet_with_a_relay_cut_off_exceeds_a_limit_by_one_share_at_most() {
    assert_one_share_at_most(Fault::OneRelay);
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

//! Stores against a real server.

mod decisions;
mod proxy;
mod server;
mod ways;

use std::sync::Mutex;
use std::thread;

use super::availability::Pace;
use super::*;
use crate::settings::KeyPrefix;
use proxy::Proxy;
use server::Server;

/// Faster than by default.
const PACE: Pace = Pace { interval: Duration::from_millis(50), lives_for: Duration::from_secs(3) };

/// One relay in the test.
struct Relay {
    store: Store,
    limits: Arc<dyn SharedLimits>,
    lines: Arc<Mutex<Vec<String>>>,
}

fn prefix(text: &str) -> KeyPrefix {
    KeyPrefix::new(text).unwrap()
}

fn settings(url: String) -> StoreSettings {
    StoreSettings { url, relays: 1, timeout: Duration::from_secs(2), prefix: prefix("mpa"), ca_certificates: None }
}

fn limit(max: u32, period_ms: u64) -> Limit {
    Limit { max, period: Duration::from_millis(period_ms) }
}

fn relay(runtime: &Handle, settings: &StoreSettings, invites: &[Limit]) -> Relay {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = {
        let lines = lines.clone();
        Arc::new(move |_: Level, line: &str| lock(&lines).push(line.to_owned()))
    };
    let imposed = ImposedLimits { invites: invites.to_vec(), ..ImposedLimits::default() };
    let store = Store::connect_at(settings, 1, runtime, &imposed, log, PACE).unwrap();
    let limits = store.limits_of(7);
    Relay { store, limits, lines }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn invites() -> LimitedCalls {
    LimitedCalls { name: "invites", user_hash: "-".to_owned() }
}

/// Waits until it is so, for as long as a loaded machine may take.
fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(40), "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn wait_until_up(relays: &[Relay]) {
    let count = u32::try_from(relays.len()).unwrap();
    wait_until("all are up", || {
        relays.iter().map(|relay| relay.store.status()).all(|status| status.is_up && status.relays == count)
    });
}

impl Relay {
    /// What requests asked the store, answered or not.
    fn round_trips(&self) -> u64 {
        self.store.shared.round_trips.load(Ordering::Relaxed)
    }

    fn is_granted(&self) -> bool {
        self.limits.acquire(&invites()) == SharedPermit::Granted
    }

    /// How many of `count` questions at once are granted.
    fn granted(&self, count: usize) -> usize {
        (0..count).filter(|_| self.is_granted()).count()
    }
}

#[test]
fn two_and_four_share_a_limit() {
    let server = Server::start();
    let runtime = runtime();
    for count in [2, 4] {
        let settings = StoreSettings { prefix: prefix(&format!("mpa{count}")), ..settings(server.url()) };
        let relays: Vec<_> =
            (0..count).map(|_| relay(runtime.handle(), &settings, &[limit(7, 60_000), limit(50, 300_000)])).collect();
        wait_until_up(&relays);
        let granted: usize = relays.iter().map(|relay| relay.granted(3)).sum();
        assert_eq!(granted, 7.min(3 * count));
        let SharedPermit::After { wait, limit: cause } = relays[0].limits.acquire(&invites()) else {
            assert_eq!(count, 2);
            continue;
        };
        assert!((50..=61).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(cause, Some(limit(7, 60_000)));
    }
}

#[test]
fn a_permit_is_one_round_trip() {
    let server = Server::start();
    let runtime = runtime();
    let relays = [relay(runtime.handle(), &settings(server.url()), &[limit(20, 60_000)])];
    wait_until_up(&relays);
    let [relay] = &relays;
    assert!(relay.is_granted());
    let before = relay.round_trips();
    // With the last one the store says when the next may follow: it is not asked before.
    assert_eq!(relay.granted(30), 19);
    let after = relay.round_trips();
    assert_eq!(after - before, 19);
    // The store forgets its scripts.
    server.command("SCRIPT FLUSH");
    let user = LimitedCalls { user_hash: "1234".to_owned(), ..invites() };
    assert_eq!(relay.limits.acquire(&user), SharedPermit::Granted);
    assert_eq!(relay.round_trips() - after, 2);
    let flushed = relay.store.status();
    assert_eq!((flushed.failures, flushed.outages, flushed.is_up), (0, 0, true));
}

#[test]
fn relays_at_the_same_time_keep_the_limit() {
    let server = Server::start();
    let runtime = runtime();
    let relays: Vec<_> =
        (0..4).map(|_| relay(runtime.handle(), &settings(server.url()), &[limit(50, 300_000)])).collect();
    wait_until_up(&relays);
    // From now on the store knows the script.
    assert!(relays[0].is_granted());
    let round_trips = || relays.iter().map(Relay::round_trips).sum::<u64>();
    let before = round_trips();
    let granted: usize = thread::scope(|scope| {
        let threads: Vec<_> = relays.iter().map(|relay| scope.spawn(|| relay.granted(40))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(granted, 49);
    // One for each that is granted, and one for each relay that finds the limit used up.
    let asked = round_trips() - before;
    assert!((49..=53).contains(&asked), "{asked}");
}

#[test]
fn what_the_service_says_to_one_holds_for_all() {
    let server = Server::start();
    let runtime = runtime();
    let relays: Vec<_> = (0..2).map(|_| relay(runtime.handle(), &settings(server.url()), &[])).collect();
    wait_until_up(&relays);
    assert_eq!(relays[0].granted(5), 5);
    relays[0].limits.rejected(&invites(), Some(limit(5, 60_000)), None);
    let SharedPermit::After { wait, limit: cause } = relays[1].limits.acquire(&invites()) else { panic!("granted") };
    assert_eq!(cause, Some(limit(5, 60_000)));
    assert!((30..=61).contains(&wait.as_secs()), "{wait:?}");
    let user = LimitedCalls { user_hash: "1234".to_owned(), ..invites() };
    assert_eq!(relays[1].limits.acquire(&user), SharedPermit::Granted);
    relays[1].limits.rejected(&user, None, Some(Duration::from_secs(100)));
    let SharedPermit::After { wait, .. } = relays[0].limits.acquire(&user) else { panic!("granted") };
    assert!((80..=120).contains(&wait.as_secs()), "{wait:?}");
    // Who it is does not stand in the store.
    let keys = server.command("KEYS *");
    assert!(keys.contains("mpa:{7:invites:-}:sent") && !keys.contains("1234"), "{keys}");
}

#[test]
fn a_store_that_is_killed_costs_one_question_and_comes_back_empty() {
    let mut server = Server::start();
    let runtime = runtime();
    let relays: Vec<_> =
        (0..2).map(|_| relay(runtime.handle(), &settings(server.url()), &[limit(8, 120_000)])).collect();
    wait_until_up(&relays);
    // More than a share of this relay, less of the other.
    assert_eq!((relays[0].granted(5), relays[1].granted(1)), (5, 1));
    let before = [0, 1].map(|index| relays[index].round_trips());
    server.kill();
    // The other one may send 2, half of its share in the first period.
    assert_eq!((relays[0].granted(50), relays[1].granted(50)), (0, 2));
    for (relay, before) in relays.iter().zip(&before) {
        let status = relay.store.status();
        assert!(relay.round_trips() - before <= 1, "{status:?}");
        assert!(!status.is_up && status.relays == 2 && status.outages == 1, "{status:?}");
    }
    server.restart();
    wait_until_up(&relays);
    // What both sent is known there again.
    assert_eq!((relays[0].granted(5), relays[1].granted(5)), (0, 0));
    for relay in &relays {
        let lines = lock(&relay.lines);
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[1].contains("this relay goes on with 1/2 of each limit"), "{lines:?}");
        assert!(lines[2].contains("keeps the limits again, after"), "{lines:?}");
    }
}

#[test]
fn a_store_that_hangs_costs_one_time_limit() {
    let server = Server::start();
    let runtime = runtime();
    let settings = StoreSettings { timeout: Duration::from_millis(400), ..settings(server.url()) };
    let relays = [relay(runtime.handle(), &settings, &[limit(1_000, 60_000)])];
    wait_until_up(&relays);
    let [relay] = &relays;
    let before = relay.round_trips();
    server.stop_answering();
    let started = Instant::now();
    let users: Vec<_> = (0..8).map(|user| LimitedCalls { user_hash: user.to_string(), ..invites() }).collect();
    thread::scope(|scope| {
        for calls in &users {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(relay.limits.acquire(calls), SharedPermit::Granted)));
        }
    });
    // Not 400 of them.
    assert!(started.elapsed() < 5 * settings.timeout, "{:?}", started.elapsed());
    assert!(relay.round_trips() - before <= 8, "{:?}", relay.store.status());
    relay.limits.rejected(&invites(), Some(limit(3, 1_000)), Some(Duration::from_millis(1)));
    assert!(started.elapsed() < 5 * settings.timeout, "{:?}", started.elapsed());
    println!("a store that hangs costs {:?} in all, of 400 requests", started.elapsed());
    assert!(relay.store.status().problem.unwrap().contains("does not answer within"));
    server.go_on_answering();
    wait_until_up(&relays);
}

#[test]
fn a_relay_that_is_cut_off_keeps_to_its_share() {
    let server = Server::start();
    let runtime = runtime();
    let proxy = Proxy::to(server.port);
    let relays: Vec<_> = [proxy.url(), server.url()]
        .map(|url| relay(runtime.handle(), &settings(url), &[limit(8, 120_000)]))
        .into_iter()
        .collect();
    wait_until_up(&relays);
    assert_eq!(relays[0].granted(1), 1);
    proxy.drop_all(true);
    // Half of its share of 4, in the first period; and what it sent counts.
    assert_eq!(relays[0].granted(20), 2);
    assert_eq!(relays[1].granted(20), 7);
    wait_until("the other does not see it any more", || relays[1].store.status().relays == 1);
    assert!(relays[1].store.status().is_up && !relays[0].store.status().is_up);
    proxy.drop_all(false);
    wait_until_up(&relays);
    assert_eq!((relays[0].granted(5), relays[1].granted(5)), (0, 0));
}

#[test]
fn a_store_whose_data_is_deleted_gets_it_back() {
    let server = Server::start();
    let runtime = runtime();
    let relays: Vec<_> =
        (0..2).map(|_| relay(runtime.handle(), &settings(server.url()), &[limit(4, 120_000)])).collect();
    wait_until_up(&relays);
    assert_eq!((relays[0].granted(2), relays[1].granted(2)), (2, 2));
    server.command("FLUSHALL");
    wait_until("both notice it", || relays.iter().all(|relay| relay.store.status().outages == 1));
    wait_until_up(&relays);
    assert_eq!((relays[0].granted(5), relays[1].granted(5)), (0, 0));
}

#[test]
fn a_relay_that_leaves_is_not_counted() {
    let server = Server::start();
    let runtime = runtime();
    let mut relays: Vec<_> = (0..2).map(|_| relay(runtime.handle(), &settings(server.url()), &[])).collect();
    wait_until_up(&relays);
    let last = relays.pop().unwrap();
    runtime.block_on(last.store.leave());
    let keys = server.command("ZCARD mpa:relays");
    assert_eq!(keys.trim(), ":1");
}

#[test]
fn a_relay_that_joins_gets_nothing_that_others_used() {
    let server = Server::start();
    let runtime = runtime();
    let settings = settings(server.url());
    let mut relays = vec![relay(runtime.handle(), &settings, &[limit(5, 120_000)])];
    wait_until_up(&relays);
    assert_eq!(relays[0].granted(9), 5);
    relays.push(relay(runtime.handle(), &settings, &[limit(5, 120_000)]));
    // Before it has connected, while it keeps to its share, and then.
    let mut asked = 0;
    wait_until("it is up", || {
        asked += 1;
        assert!(!relays[1].is_granted(), "question {asked}");
        relays[1].store.status().is_up
    });
    assert!(!relays[1].is_granted());
}

#[test]
fn a_store_that_only_lets_relays_connect_is_not_asked() {
    let server = Server::start();
    let runtime = runtime();
    let settings = StoreSettings { timeout: Duration::from_millis(400), ..settings(server.url()) };
    let relays = [relay(runtime.handle(), &settings, &[])];
    wait_until_up(&relays);
    let [relay] = &relays;
    // Scripts wait, greetings do not.
    server.command("CLIENT PAUSE 3000 WRITE");
    let of_heartbeat = || relay.store.shared.heartbeat_round_trips.load(Ordering::Relaxed);
    let before = (relay.round_trips(), of_heartbeat());
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(2) {
        assert!(relay.is_granted());
        thread::sleep(Duration::from_millis(1));
    }
    let after = (relay.round_trips(), of_heartbeat());
    assert!(after.0 <= before.0 + 1 && after.1 > before.1 + 1, "{before:?} {after:?}");
    wait_until_up(&relays);
}

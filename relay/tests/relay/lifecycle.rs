//! How a relay starts, stops, and is killed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mpa::outcome::Status;
use nix::sys::signal::Signal;

use super::fleet::*;

#[test]
fn it_ends_when_it_is_asked_to() {
    let emulator = emulator();
    let mut relay = RelayProcess::start(emulator.url(), &[]);
    assert_eq!(relay.page("/livez"), (200, "alive\n".to_owned()));
    let (status, text) = relay.page("/readyz");
    assert_eq!((status, text.lines().next()), (200, Some("ready")));
    relay.signal(Signal::SIGTERM);
    assert_eq!(relay.ends_within(Duration::from_secs(20)), Some(0), "{}", relay.log());
}

#[test]
fn requests_under_way_are_answered_before_it_ends() {
    let (emulator, title) = (emulator(), new_title());
    let mut relay = RelayProcess::start(emulator.url(), &["--recent-players-hold-ms", "2000"]);
    let server = Server::new(&relay.url, title);
    // A connection that is kept: the next request on it tells the server to go elsewhere.
    assert_eq!(server.invite(&[1]).status, Status::Ok);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| Server::new(&relay.url, title).report(1));
        std::thread::sleep(Duration::from_millis(500));
        relay.signal(Signal::SIGTERM);
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(relay.page("/readyz").0, 503);
        assert_eq!(server.invite(&[2]).status, Status::Ok, "it is served until the last");
        assert_eq!(waiting.join().unwrap().status, Status::Ok);
    });
    assert_eq!(relay.ends_within(Duration::from_secs(20)), Some(0), "{}", relay.log());
    // Now there is no one, so that nothing happens.
    let after = server.invite(&[3]);
    assert_eq!((after.status, after.uncertain), (Status::ConnectionFailed, 0), "{after:?}");
}

#[test]
fn what_the_time_to_drain_does_not_suffice_for_was_not_sent() {
    let (emulator, title) = (emulator(), new_title());
    let arguments = ["--grace-ms", "300", "--recent-players-hold-ms", "2500"];
    let mut relay = RelayProcess::start(emulator.url(), &arguments);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| Server::new(&relay.url, title).report(1));
        std::thread::sleep(Duration::from_millis(500));
        relay.signal(Signal::SIGTERM);
        let outcome = waiting.join().unwrap();
        let sent = acted(&emulator, title).len();
        // Either it went out at the end of draining, or it is said that it did not.
        let expected = if sent == 1 { Status::Ok } else { Status::ServiceUnavailable };
        assert_eq!((outcome.status, outcome.uncertain), (expected, 0), "{outcome:?}");
    });
    assert_eq!(relay.ends_within(Duration::from_secs(20)), Some(0), "{}", relay.log());
}

#[test]
fn killed_at_any_moment_no_invite_is_sent_twice_and_the_books_balance() {
    let (emulator, title) = (emulator(), new_title());
    for round in 0..6_u64 {
        let mut relay = RelayProcess::start(emulator.url(), &[]);
        let patient =
            ServerOptions { max_attempts: 4, call_timeout: Duration::from_secs(5), ..ServerOptions::default() };
        let server = Server::with(&relay.url, title, &patient);
        let before = acted(&emulator, title).len();
        let count = 200;
        for number in 0..count {
            server.submit_invite(1_000 * (round + 1) + number, number);
        }
        std::thread::sleep(Duration::from_millis(7 * round));
        relay.kill();
        let completions = server.completions(count as usize);
        let acknowledged = completions.iter().filter(|(_, outcome)| outcome.status == Status::Ok).count();
        let uncertain = completions.iter().filter(|(_, outcome)| outcome.uncertain > 0).count();
        // What the emulator still works on.
        std::thread::sleep(Duration::from_millis(100));
        let requests = acted(&emulator, title);
        let arrived = requests.len() - before;
        assert!((acknowledged..=acknowledged + uncertain).contains(&arrived), "{acknowledged} {uncertain} {arrived}");
        let mut users: Vec<String> =
            requests.iter().map(|request| request.json()["invitedUsers"][0].as_str().unwrap().to_owned()).collect();
        users.sort();
        users.dedup();
        assert_eq!(users.len(), requests.len(), "an invite arrived twice");
    }
}

/// What balances load between relays: it asks each whether it is ready, and sends servers to those that are.
struct Balancer {
    relays: Vec<Mutex<RelayProcess>>,
    ready: Mutex<Vec<String>>,
}

impl Balancer {
    fn check(&self) {
        let relays = self.relays.iter().map(|relay| relay.lock().unwrap());
        let ready = relays.filter(|relay| relay.page("/readyz").0 == 200).map(|relay| relay.url.clone()).collect();
        *self.ready.lock().unwrap() = ready;
    }

    fn relay_for(&self, number: usize) -> String {
        let ready = self.ready.lock().unwrap();
        ready[number % ready.len()].clone()
    }
}

#[test]
fn a_rolling_restart_loses_nothing() {
    let (emulator, title) = (emulator(), new_title());
    let start = || RelayProcess::start(emulator.url(), &["--grace-ms", "10000"]);
    let balancer = Balancer { relays: (0..3).map(|_| Mutex::new(start())).collect(), ready: Mutex::default() };
    balancer.check();
    let is_over = AtomicBool::new(false);
    let sent: usize = std::thread::scope(|scope| {
        let servers: Vec<_> = (0..6_usize)
            .map(|number| {
                let (balancer, is_over) = (&balancer, &is_over);
                scope.spawn(move || {
                    // Its connections are its own, and kept for as long as it is sent to the same relay.
                    let first = balancer.relay_for(number);
                    let mut server = (first.clone(), Server::new(&first, title));
                    let mut sent = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        let relay = balancer.relay_for(number);
                        if relay != server.0 {
                            server = (relay.clone(), Server::new(&relay, title));
                        }
                        let outcome = server.1.invite(&[10_000 * (number as u64 + 1) + sent as u64]);
                        assert_eq!(outcome.status, Status::Ok, "{outcome:?}");
                        sent += 1;
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    sent
                })
            })
            .collect();
        for relay in &balancer.relays {
            std::thread::sleep(Duration::from_millis(200));
            relay.lock().unwrap().signal(Signal::SIGTERM);
            // Load balancers take their time to notice.
            std::thread::sleep(Duration::from_millis(300));
            balancer.check();
            let mut relay = relay.lock().unwrap();
            assert_eq!(relay.ends_within(Duration::from_secs(20)), Some(0), "{}", relay.log());
            *relay = start();
            drop(relay);
            balancer.check();
        }
        is_over.store(true, Ordering::Relaxed);
        servers.into_iter().map(|server| server.join().unwrap()).sum()
    });
    assert_eq!(acted(&emulator, title).len(), sent);
}

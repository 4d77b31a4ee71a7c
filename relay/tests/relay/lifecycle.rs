//! How a relay starts, stops, and is killed.

use std::time::{Duration, Instant};

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

#[test]
fn a_rolling_restart_loses_nothing() {
    let (emulator, title) = (emulator(), new_title());
    let started = Instant::now();
    // One address for all, as a service of the cluster would have: here, servers that know several.
    let mut relays: Vec<_> = (0..3).map(|_| RelayProcess::start(emulator.url(), &["--grace-ms", "2000"])).collect();
    std::thread::scope(|scope| {
        let urls: Vec<_> = relays.iter().map(|relay| relay.url.clone()).collect();
        let servers: Vec<_> = (0..6_u64)
            .map(|number| {
                let url = urls[number as usize % 3].clone();
                scope.spawn(move || {
                    let server = Server::new(&url, title);
                    let mut counts = (0, 0, 0);
                    for user in 0..200 {
                        let outcome = server.invite(&[10_000 * (number + 1) + user]);
                        match outcome.status {
                            Status::Ok => counts.0 += 1,
                            _ if outcome.uncertain > 0 => counts.1 += 1,
                            _ => counts.2 += 1,
                        }
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    counts
                })
            })
            .collect();
        for relay in &mut relays {
            std::thread::sleep(Duration::from_millis(200));
            relay.signal(Signal::SIGTERM);
            assert_eq!(relay.ends_within(Duration::from_secs(20)), Some(0), "{}", relay.log());
        }
        let counts: Vec<(usize, usize, usize)> = servers.into_iter().map(|server| server.join().unwrap()).collect();
        let uncertain: usize = counts.iter().map(|count| count.1).sum();
        let acknowledged: usize = counts.iter().map(|count| count.0).sum();
        assert_eq!(uncertain, 0, "{counts:?}");
        assert_eq!(acted(&emulator, title).len(), acknowledged, "{counts:?}");
    });
    assert!(started.elapsed() < Duration::from_secs(60));
}

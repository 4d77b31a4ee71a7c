//! Several relays share one limit through a store, and keep to their shares without it.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mpa::outcome::Status;
use mpa_emulator::Emulator;
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use super::fleet::*;

/// A store of the test's own.
struct RedisServer {
    process: Child,
    port: u16,
}

impl RedisServer {
    fn start() -> Self {
        Self::start_on(std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port())
    }

    fn start_on(port: u16) -> Self {
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap_or_else(|error| {
            panic!("redis-server cannot be started ({error}); install Debian's package redis-server")
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "redis-server does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        RedisServer { process, port }
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn signal(&self, signal: Signal) {
        signal::kill(Pid::from_raw(self.process.id() as i32), signal).unwrap();
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Relays that share a limit of so many invites in a minute.
fn relays(emulator: &Emulator, store: &RedisServer, count: usize, limit: &str) -> Vec<RelayProcess> {
    let relays: Vec<_> = (0..count)
        .map(|_| RelayProcess::start(emulator.url(), &["--redis", &store.url(), "--invite-limit", limit]))
        .collect();
    for relay in &relays {
        wait_until("all relays are seen", || {
            relay.metric("mpa_relay_store_up") == Some(1.0) && relay.metric("mpa_relay_relays") == Some(count as f64)
        });
    }
    relays
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How many of so many invites through each relay are acknowledged.
fn acknowledged(relays: &[RelayProcess], title: u32, each: u64) -> usize {
    std::thread::scope(|scope| {
        let counts: Vec<_> = relays
            .iter()
            .map(|relay| {
                scope.spawn(move || {
                    let server = Server::new(&relay.url, title);
                    let is_acknowledged = |user: &u64| server.invite(&[*user]).status == Status::Ok;
                    (0..each).filter(is_acknowledged).count()
                })
            })
            .collect();
        counts.into_iter().map(|count| count.join().unwrap()).sum()
    })
}

#[test]
fn several_relays_keep_one_limit() {
    let (emulator, title, store) = (emulator(), new_title(), RedisServer::start());
    let relays = relays(&emulator, &store, 3, "10/60s");
    assert_eq!(acknowledged(&relays, title, 8), 10, "of 24");
    assert_eq!(emulator.requests(title).len(), 10);
    // Another title has its own.
    assert_eq!(acknowledged(&relays, new_title(), 2), 6);
}

#[test]
fn a_limit_that_one_relay_was_told_holds_for_all() {
    let (emulator, title, store) = (emulator(), new_title(), RedisServer::start());
    let arguments = ["--redis", &store.url()];
    let relays: Vec<_> = (0..2).map(|_| RelayProcess::start(emulator.url(), &arguments)).collect();
    for relay in &relays {
        wait_until("the store is used", || relay.metric("mpa_relay_store_up") == Some(1.0));
    }
    emulator.set_throttle(title, Some(ONE_A_MINUTE.parse().unwrap()));
    let invite = |relay: &RelayProcess| Server::new(&relay.url, title).invite(&[1]).status;
    assert_eq!([invite(&relays[0]), invite(&relays[0])], [Status::Ok, Status::Throttled]);
    assert_eq!(invite(&relays[1]), Status::Throttled);
    assert_eq!(emulator.requests(title).len(), 2, "the second relay did not have to find out");
}

#[test]
fn without_the_store_each_relay_keeps_to_its_share_and_says_so() {
    let (emulator, store) = (emulator(), RedisServer::start());
    let mut store = store;
    let relays = relays(&emulator, &store, 2, "8/4s");
    let answered = |relay: &RelayProcess| relay.metric("mpa_relay_store_requests_total{result=\"ok\"}").unwrap();
    let before: Vec<_> = relays.iter().map(answered).collect();
    store.kill();
    // What the store had granted is forgotten with its period, and so is the caution after its loss.
    let title = new_title();
    let started = Instant::now();
    let first = acknowledged(&relays, title, 1);
    assert!(first <= 8);
    wait_until("the store is given up", || relays.iter().all(|relay| relay.metric("mpa_relay_store_up") == Some(0.0)));
    assert!(started.elapsed() < Duration::from_secs(10));
    std::thread::sleep(Duration::from_millis(4_300));
    let title = new_title();
    let begun = Instant::now();
    let count = acknowledged(&relays, title, 5);
    let periods = begun.elapsed().as_secs() as usize / 4 + 1;
    assert!((2..=8 * periods).contains(&count), "{count} in {periods} periods");
    let (status, text) = relays[0].page("/readyz");
    assert!(status == 200 && text.contains("down") && text.contains("1/2"), "{text}");
    assert!(relays[0].log().contains("store"), "{}", relays[0].log());
    // A counter never goes back, however often the relays tried to connect meanwhile.
    assert!(relays.iter().zip(&before).all(|(relay, before)| answered(relay) >= *before), "{before:?}");
    assert!(relays[0].metric("mpa_relay_store_requests_total{result=\"failed\"}").unwrap() > 0.0);
    // It comes back, empty, on the same port.
    let _store = RedisServer::start_on(store.port);
    wait_until("the store is used again", || {
        relays.iter().all(|relay| relay.metric("mpa_relay_store_up") == Some(1.0))
    });
}

#[test]
fn a_store_that_hangs_costs_one_time_limit_in_all() {
    let (emulator, title, store) = (emulator(), new_title(), RedisServer::start());
    let relays = relays(&emulator, &store, 1, "1000/60s");
    store.signal(Signal::SIGSTOP);
    let started = Instant::now();
    assert_eq!(acknowledged(&relays, title, 100), 100);
    // 100 ms of the store's time limit, once; each request would be 10 s.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(relays[0].metric("mpa_relay_store_requests_total{result=\"failed\"}").unwrap() < 20.0);
    store.signal(Signal::SIGCONT);
    wait_until("the store is used again", || relays[0].metric("mpa_relay_store_up") == Some(1.0));
}

#[test]
fn a_request_takes_one_request_to_the_store() {
    let (emulator, title, store) = (emulator(), new_title(), RedisServer::start());
    let relays = relays(&emulator, &store, 1, "1000/60s");
    let asked = |relay: &RelayProcess| relay.metric("mpa_relay_store_requests_total{result=\"ok\"}").unwrap();
    let before = asked(&relays[0]);
    let started = Instant::now();
    assert_eq!(acknowledged(&relays, title, 200), 200);
    // And the heartbeat.
    let most = 200.0 + 2.0 * (started.elapsed().as_secs_f64() + 2.0);
    assert!((200.0..=most).contains(&(asked(&relays[0]) - before)), "{}", asked(&relays[0]) - before);
}

#[test]
fn a_relay_that_is_killed_takes_nothing_with_it() {
    let (emulator, title, store) = (emulator(), new_title(), RedisServer::start());
    let mut relays = relays(&emulator, &store, 2, "10/60s");
    assert_eq!(acknowledged(&relays[..1], title, 4), 4);
    relays[0].kill();
    // What it sent still counts; the other may send the rest.
    assert_eq!(acknowledged(&relays[1..], title, 9), 6);
    assert_eq!(emulator.requests(title).len(), 10);
    wait_until("it is missed", || relays[1].metric("mpa_relay_relays") == Some(1.0));
}

//! In time: a shutdown keeps its deadline wherever the exchange stalls.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::event::MPA_EVENT_DRAINED;
use mpa_tests::c::{Client, config, text};

use crate::{alone, balances, fast_peer, seed};

/// What a peer keeps the client waiting with.
#[derive(Clone, Copy, Debug)]
enum Stall {
    Connect,
    Handshake,
    Silence,
    Head,
    Body,
}

const STALLS: [Stall; 4] = [Stall::Handshake, Stall::Silence, Stall::Head, Stall::Body];

/// A peer that stalls, for as long as what comes with its endpoint lives.
fn stalling_peer(stall: Stall) -> (String, Vec<TcpStream>, Arc<AtomicBool>) {
    use socket2::{Domain, Socket, Type};
    let gone = Arc::new(AtomicBool::new(false));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(if matches!(stall, Stall::Connect) { 0 } else { 128 }).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let scheme = if matches!(stall, Stall::Handshake) { "https" } else { "http" };
    let mut full = Vec::new();
    if matches!(stall, Stall::Connect) {
        // Until no more fit: a client that comes then gets no answer.
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            full.push(stream);
        }
    }
    let leave = gone.clone();
    thread::spawn(move || {
        if matches!(stall, Stall::Connect) {
            while !leave.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
            return;
        }
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let begun: &[u8] = match stall {
                    Stall::Head => b"HTTP/1.1 200 OK\r\nContent-",
                    Stall::Body => b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc",
                    Stall::Connect | Stall::Handshake | Stall::Silence => b"",
                };
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).and_then(|_| stream.write_all(begun));
                while !matches!(stream.read(&mut buffer), Ok(0) | Err(_)) {}
            });
        }
    });
    (format!("{scheme}://{address}"), full, gone)
}

/// How much later than its deadline a shutdown may be.
const LATE: Duration = Duration::from_millis(100);

#[test]
fn a_shutdown_keeps_its_deadline_wherever_the_exchange_stalls() {
    let _alone = alone();
    let mut random = fastrand::Rng::with_seed(seed());
    thread::scope(|scope| {
        for stall in STALLS {
            let random = random.fork();
            scope.spawn(move || shut_down_at_random_moments(stall, random));
        }
    });
}

#[test]
fn a_shutdown_keeps_its_deadline_while_a_connection_is_made() {
    let _alone = alone();
    shut_down_at_random_moments(Stall::Connect, fastrand::Rng::with_seed(seed()));
}

fn shut_down_at_random_moments(stall: Stall, mut random: fastrand::Rng) {
    let (endpoint, _full, gone) = stalling_peer(stall);
    for _ in 0..25 {
        shut_down(&endpoint, stall, &mut random);
    }
    gone.store(true, Ordering::SeqCst);
}

fn shut_down(endpoint: &str, stall: Stall, random: &mut fastrand::Rng) {
    let long = 120_000;
    let client = Client::open(&mpa_client_config {
        endpoint: text(endpoint),
        connect_timeout_ms: long,
        request_timeout_ms: long,
        call_timeout_ms: long,
        invite_time_to_live_ms: long,
        recent_players_time_to_live_ms: long,
        recent_players_hold_ms: random.u32(1..=100),
        worker_count: random.u32(1..=3),
        max_attempts: 4,
        ..config(endpoint)
    });
    let mut submitted = 0;
    for number in 0..random.u64(1..=6) {
        let (outcome, _) =
            if random.bool() { client.submit_invite(1, number) } else { client.submit_group([1, 2], number) };
        assert_eq!(outcome.status, "MPA_OK");
        submitted += 1;
    }
    thread::sleep(Duration::from_millis(random.u64(..150)));
    let deadline = random.u32(..150);
    let until = Duration::from_millis(deadline.into()) + LATE;
    let started = Instant::now();
    if random.bool() {
        let (_, report) = client.close(deadline);
        let took = started.elapsed();
        assert!(took < until, "{stall:?}: closing took {took:?}, not {deadline} ms");
        balances(&report);
        assert_eq!((report.submitted, report.operations_succeeded), (submitted, 0));
        return;
    }
    assert_eq!(client.drain(deadline).status, "MPA_OK");
    let mut ended = HashSet::new();
    let polls = random.bool();
    loop {
        let event = if polls { client.poll_event() } else { client.wait_event(1_000) };
        let took = started.elapsed();
        match event {
            Some((event, _)) if event.r#type == MPA_EVENT_DRAINED => break,
            Some((event, outcome)) => {
                let as_the_head_said = matches!(stall, Stall::Body) && outcome.status == "MPA_ERROR_UNEXPECTED_ANSWER";
                let expected = ["MPA_ERROR_ABANDONED", "MPA_ERROR_UNCERTAIN"];
                assert!(
                    expected.contains(&outcome.status) || as_the_head_said,
                    "{stall:?}: {} {}",
                    outcome.status,
                    outcome.message
                );
                assert!(ended.insert(event.user_data));
            }
            None if polls => thread::sleep(Duration::from_millis(1)),
            None => {}
        }
        assert!(
            took < until,
            "{stall:?}: draining takes {took:?}, not {deadline} ms; {ended:?} of {submitted}, {polls}"
        );
    }
    assert_eq!(ended.len() as u64, submitted);
    let (_, report) = client.close(0);
    balances(&report);
    assert_eq!((report.operations_unfinished, report.events_not_polled), (0, 0));
}

/// However an operation ends that waits: its result says for how long it has waited.
#[test]
fn an_operation_that_was_never_sent_reports_its_time() {
    let _alone = alone();
    let config = mpa_client_config { recent_players_hold_ms: 60_000, ..config(&fast_peer(7, 0)) };
    let client = Client::open(&config);
    let (_, cancelled) = client.submit_group([1, 2], 1);
    client.submit_group([1, 2], 2);
    thread::sleep(Duration::from_millis(200));
    client.cancel(cancelled);
    client.drain(0);
    for expected in ["MPA_ERROR_CANCELLED", "MPA_ERROR_ABANDONED"] {
        let (_, outcome) = client.wait_event(1_000).unwrap();
        assert_eq!(outcome.status, expected);
        let times = (outcome.result.queued_ms, outcome.result.elapsed_ms);
        assert!(times.0 >= 190 && times.1 >= 190, "{expected}: {times:?}");
    }
}

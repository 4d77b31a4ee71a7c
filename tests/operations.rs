//! Operations that are submitted, and events that are polled.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::{MPA_NONE, mpa_client_config};
use mpa::ffi::event::{MPA_EVENT_AUTHORIZATION_NEEDED, MPA_EVENT_COMPLETED, MPA_EVENT_DRAINED, mpa_client_wake};
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, config};
use mpa_tests::peer::{self, Answer, response};

const TITLE: u32 = 7;
const LONG: u32 = 10_000;

fn emulator(faults: &[&str]) -> Emulator {
    let emulator = Emulator::start(Options { seed: 7, ..Options::default() }).unwrap();
    emulator.set_faults(TITLE, faults).unwrap();
    emulator
}

fn patient(endpoint: &str) -> mpa_client_config {
    mpa_client_config { max_attempts: 4, recent_players_hold_ms: 100, ..config(endpoint) }
}

#[test]
fn every_kind_of_operation_completes_once_with_its_user_data() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(emulator.url()));
    assert!(client.poll_event().is_none());
    let (submitted, first) = client.submit_invite(40, 11);
    assert_eq!((submitted.status, first), ("MPA_OK", 1));
    let (_, second) = client.submit_group([1, 2], 22);
    let mut ends = HashSet::new();
    for _ in 0..2 {
        let (event, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((event.r#type, outcome.status), (MPA_EVENT_COMPLETED, "MPA_OK"), "{}", outcome.message);
        assert_eq!(outcome.result.acknowledged, if event.operation == first { 40 } else { 1 });
        ends.insert((event.operation, event.user_data));
    }
    assert_eq!(ends, HashSet::from([(first, 11), (second, 22)]));
    assert!(client.poll_event().is_none());
    assert_eq!(emulator.requests(TITLE).len(), 4);
}

#[test]
fn wrong_input_is_refused_on_the_spot() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(emulator.url()));
    let (refused, number) = client.submit_invite(0, 1);
    assert_eq!((refused.status, number), ("MPA_ERROR_INVALID_ARGUMENT", 0));
    assert!(refused.message.contains("invited_user_count"), "{}", refused.message);
    assert_eq!(client.cancel(1).status, "MPA_ERROR_INVALID_ARGUMENT");
    assert!(client.poll_event().is_none());
}

#[test]
fn recent_players_are_held_and_gathered() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(emulator.url()));
    for number in 1..=30 {
        client.submit_group([number, number + 1], number);
    }
    for _ in 0..30 {
        let (_, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (1, 0, 0)));
    }
    assert_eq!(emulator.requests(TITLE).len(), 2, "20 and 10");
    let config = mpa_client_config { recent_players_hold_ms: 60_000, ..patient(emulator.url()) };
    let client = Client::open(&config);
    client.submit_group([1, 2], 1);
    assert!(client.wait_event(200).is_none(), "it is held");
    assert_eq!(client.flush(LONG).status, "MPA_OK");
    assert!(client.poll_event().is_some());
    let config = mpa_client_config { recent_players_hold_ms: MPA_NONE, ..patient(emulator.url()) };
    let client = Client::open(&config);
    client.submit_group([1, 2], 1);
    assert!(client.wait_event(LONG).is_some(), "it is not held");
}

#[test]
fn one_bad_operation_fails_no_other() {
    let emulator = emulator(&["{\"fault\":\"status\",\"status\":400,\"next\":1}"]);
    let client = Client::open(&patient(emulator.url()));
    for number in 1..=5 {
        client.submit_group([number, number + 1], number);
    }
    for _ in 0..5 {
        let (_, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (1, 0, 0)), "{}", outcome.message);
    }
    assert_eq!(emulator.requests(TITLE).len(), 6, "all together, then one by one");
}

#[test]
fn a_stalled_lane_does_not_delay_the_other() {
    let emulator = emulator(&["stall:calls=recent_players"]);
    let config =
        mpa_client_config { request_timeout_ms: 5_000, recent_players_hold_ms: MPA_NONE, ..patient(emulator.url()) };
    let client = Client::open(&config);
    client.submit_group([1, 2], 0);
    thread::sleep(Duration::from_millis(100));
    for number in 1..=50 {
        let submitted = Instant::now();
        client.submit_invite(1, number);
        let (event, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((event.user_data, outcome.status), (number, "MPA_OK"));
        assert!(submitted.elapsed() < Duration::from_millis(500), "{:?}", submitted.elapsed());
    }
}

#[test]
fn operations_wait_for_an_authorization() {
    let (endpoint, requests) =
        peer::start(|number| Answer::Say(response(if number == 0 { 401 } else { 204 }, &[], "")));
    let client = Client::open(&patient(&endpoint));
    client.submit_invite(1, 1);
    client.submit_invite(1, 2);
    let (event, outcome) = client.wait_event(LONG).unwrap();
    assert_eq!((event.r#type, outcome.status), (MPA_EVENT_AUTHORIZATION_NEEDED, "MPA_ERROR_AUTHORIZATION_NEEDED"));
    assert!(client.wait_event(200).is_none(), "reported once");
    assert_eq!(client.set_authorization("XBL3.0 x=-;newer").status, "MPA_OK");
    for number in [1, 2] {
        let (event, outcome) = client.wait_event(LONG).unwrap();
        assert_eq!((event.user_data, outcome.status), (number, "MPA_OK"), "{}", outcome.message);
    }
    let seen: Vec<String> = requests.try_iter().collect();
    assert_eq!(seen.iter().filter(|request| request.contains(";newer")).count(), 2);
    assert_eq!(seen.len(), 3);
}

#[test]
fn what_is_too_old_expires() {
    let (endpoint, _requests) = peer::start(|_| Answer::Say(response(401, &[], "")));
    let config = mpa_client_config { invite_time_to_live_ms: 200, ..patient(&endpoint) };
    let client = Client::open(&config);
    client.submit_invite(1, 1);
    client.submit_invite(1, 2);
    let mut expired = Vec::new();
    while expired.len() < 2 {
        let (event, outcome) = client.wait_event(LONG).unwrap();
        if event.r#type == MPA_EVENT_COMPLETED {
            assert_eq!((outcome.status, outcome.counts().1), ("MPA_ERROR_EXPIRED", 0), "{}", outcome.message);
            assert!((190..700).contains(&outcome.result.elapsed_ms), "{} ms", outcome.result.elapsed_ms);
            expired.push((event.user_data, outcome.cause));
        }
    }
    // The second may expire in the queue before the worker of the first wakes.
    let first = expired.iter().find(|(user_data, _)| *user_data == 1);
    assert_eq!(first.map(|(_, cause)| *cause), Some("MPA_ERROR_UNAUTHORIZED"), "{expired:?}");
}

#[test]
fn a_full_queue_says_so_and_why() {
    let emulator = emulator(&["stall"]);
    let config = mpa_client_config { queue_capacity: 3, request_timeout_ms: 300, ..patient(emulator.url()) };
    let client = Client::open(&config);
    let statuses = [(); 4].map(|()| client.submit_invite(1, 0).0.status);
    assert_eq!(statuses, ["MPA_OK", "MPA_OK", "MPA_OK", "MPA_ERROR_QUEUE_FULL"]);
    emulator.set_faults(TITLE, &[]).unwrap();
    assert_eq!(client.flush(LONG).status, "MPA_OK");
    assert_eq!(client.submit_invite(1, 0).0.status, "MPA_ERROR_EVENTS_NOT_POLLED");
    client.poll_event().unwrap();
    assert_eq!(client.submit_invite(1, 0).0.status, "MPA_OK");
    let large = mpa_client_config { queue_capacity_bytes: 1_000, ..patient(emulator.url()) };
    assert_eq!(Client::open(&large).submit_invite(1_000, 0).0.status, "MPA_ERROR_INVALID_ARGUMENT");
}

#[test]
fn a_cancelled_operation_is_not_sent() {
    let emulator = emulator(&["delay_before_body:next=1,delay_ms=400"]);
    let client = Client::open(&patient(emulator.url()));
    let (_, sent) = client.submit_invite(1, 1);
    thread::sleep(Duration::from_millis(100));
    let (_, waiting) = client.submit_invite(1, 2);
    for operation in [sent, waiting] {
        assert_eq!(client.cancel(operation).status, "MPA_OK");
    }
    let ends = [(); 2].map(|()| client.wait_event(LONG).map(|(event, outcome)| (event.user_data, outcome.status)));
    assert_eq!(ends, [Some((2, "MPA_ERROR_CANCELLED")), Some((1, "MPA_OK"))]);
    assert_eq!(emulator.requests(TITLE).len(), 1);
}

#[test]
fn a_cancelled_operation_is_not_sent_with_those_that_it_was_gathered_with() {
    let emulator = emulator(&[]);
    let without_token = mpa_client_config { authorization_header: std::ptr::null(), ..patient(emulator.url()) };
    let client = Client::open(&without_token);
    let (_, cancelled) = client.submit_group([1, 2], 1);
    client.submit_group([3, 4], 2);
    let (event, _) = client.wait_event(LONG).unwrap();
    assert_eq!(event.r#type, MPA_EVENT_AUTHORIZATION_NEEDED, "both wait for one");
    assert_eq!(client.cancel(cancelled).status, "MPA_OK");
    let (event, outcome) = client.wait_event(LONG).unwrap();
    assert_eq!((event.user_data, outcome.status), (1, "MPA_ERROR_CANCELLED"), "{}", outcome.message);
    client.set_authorization("XBL3.0 x=-;token");
    let (event, outcome) = client.wait_event(LONG).unwrap();
    assert_eq!((event.user_data, outcome.status), (2, "MPA_OK"), "{}", outcome.message);
    let requests = emulator.requests(TITLE);
    assert_eq!(requests.len(), 1);
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&requests[0].body).unwrap()["recentPlayerGroups"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn what_is_held_is_sent_before_it_expires() {
    let emulator = emulator(&[]);
    let config = mpa_client_config {
        recent_players_hold_ms: 60_000,
        recent_players_time_to_live_ms: 1_500,
        ..patient(emulator.url())
    };
    let client = Client::open(&config);
    client.submit_group([1, 2], 1);
    let (_, outcome) = client.wait_event(LONG).unwrap();
    assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
    assert!(outcome.result.queued_ms >= 1_000, "{} ms", outcome.result.queued_ms);
}

#[test]
fn what_cannot_have_its_turn_in_time_ends_at_once() {
    let emulator = emulator(&[]);
    let config = mpa_client_config { invite_limit: 1, limit_period_ms: 60_000, ..patient(emulator.url()) };
    let client = Client::open(&config);
    client.submit_invite(1, 1);
    client.submit_invite(1, 2);
    let started = Instant::now();
    let ends = [(); 2].map(|()| client.wait_event(LONG).unwrap().1);
    assert_eq!(ends.each_ref().map(|outcome| outcome.status), ["MPA_OK", "MPA_ERROR_THROTTLED"]);
    assert!((58_000..=60_100).contains(&ends[1].result.retry_after_ms), "{}", ends[1].result.retry_after_ms);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn an_operation_that_waits_for_its_turn_can_be_cancelled_and_cut() {
    for drain in [false, true] {
        let emulator = emulator(&[]);
        let config = mpa_client_config { invite_limit: 1, limit_period_ms: 10_000, ..patient(emulator.url()) };
        let client = Client::open(&config);
        client.submit_invite(1, 1);
        assert_eq!(client.wait_event(LONG).unwrap().1.status, "MPA_OK");
        let (_, waiting) = client.submit_invite(1, 2);
        thread::sleep(Duration::from_millis(100));
        let started = Instant::now();
        if drain {
            client.drain(100);
        } else {
            client.cancel(waiting);
        }
        let (event, outcome) = client.wait_event(LONG).unwrap();
        let status = if drain { "MPA_ERROR_ABANDONED" } else { "MPA_ERROR_CANCELLED" };
        assert_eq!((event.user_data, outcome.status), (2, status), "{}", outcome.message);
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        assert_eq!(emulator.requests(TITLE).len(), 1);
    }
}

#[test]
fn draining_ends_with_its_own_event() {
    let emulator = emulator(&[]);
    let config = mpa_client_config { recent_players_hold_ms: 60_000, ..patient(emulator.url()) };
    let client = Client::open(&config);
    client.submit_invite(1, 1);
    client.submit_group([1, 2], 2);
    assert_eq!(client.drain(LONG).status, "MPA_OK");
    assert_eq!(client.submit_invite(1, 3).0.status, "MPA_ERROR_CLOSED");
    assert_eq!(client.drain(LONG).status, "MPA_ERROR_CLOSED");
    let mut types = Vec::new();
    while let Some((event, outcome)) = client.wait_event(2_000) {
        assert_eq!(outcome.status, "MPA_OK");
        types.push(event.r#type);
        if event.r#type == MPA_EVENT_DRAINED {
            break;
        }
    }
    assert_eq!(types, [MPA_EVENT_COMPLETED, MPA_EVENT_COMPLETED, MPA_EVENT_DRAINED]);
    assert!(client.poll_event().is_none());
    let (_, report) = client.close(0);
    assert_eq!((report.submitted, report.operations_succeeded, report.events_not_polled), (2, 2, 0));
}

#[test]
fn the_deadline_of_draining_is_kept_whatever_stalls() {
    let emulator = emulator(&["stall"]);
    let config =
        mpa_client_config { request_timeout_ms: 30_000, invite_time_to_live_ms: 60_000, ..patient(emulator.url()) };
    let client = Client::open(&config);
    client.submit_invite(1, 1);
    thread::sleep(Duration::from_millis(100));
    client.submit_invite(1, 2);
    let started = Instant::now();
    client.drain(300);
    let mut ends = Vec::new();
    while let Some((event, outcome)) = client.wait_event(2_000) {
        if event.r#type == MPA_EVENT_DRAINED {
            break;
        }
        ends.push((event.user_data, outcome.status, outcome.counts().1));
    }
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
    ends.sort_unstable();
    assert_eq!(ends, [(1, "MPA_ERROR_UNCERTAIN", 1), (2, "MPA_ERROR_ABANDONED", 0)]);
}

#[test]
fn closing_keeps_its_deadline_and_its_books() {
    for deadline in [0, 200] {
        let emulator = emulator(&["stall"]);
        let config = mpa_client_config { request_timeout_ms: 30_000, ..patient(emulator.url()) };
        let client = Client::open(&config);
        for number in 0..5 {
            client.submit_invite(1, number);
        }
        thread::sleep(Duration::from_millis(100));
        let started = Instant::now();
        let (_, report) = client.close(deadline);
        // The stalled request would take 30 s.
        assert!(started.elapsed() < Duration::from_millis(u64::from(deadline) + 1_000), "{:?}", started.elapsed());
        assert_eq!((report.submitted, report.operations_abandoned, report.operations_unfinished), (5, 4, 1));
        assert_eq!(report.events_not_polled, 4);
        assert!(client.poll_event().is_none());
        assert_eq!(client.submit_invite(1, 0).0.status, "MPA_ERROR_INVALID_HANDLE");
    }
}

#[test]
fn a_wait_ends_when_it_is_woken() {
    let emulator = emulator(&[]);
    let client = Client::open(&patient(emulator.url()));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let started = Instant::now();
            assert!(client.wait_event(LONG).is_none());
            started.elapsed()
        });
        thread::sleep(Duration::from_millis(100));
        assert_eq!(mpa_client_wake(client.0), 0);
        assert!(waiting.join().unwrap() < Duration::from_secs(2));
    });
}

/// Exactly once, and books that balance, with faults, cancels and flushes from all sides.
#[test]
fn every_operation_ends_once_whatever_happens() {
    const THREADS: u64 = 8;
    const EACH: u64 = 1_500;
    let emulator = emulator(&[
        "reset_before_body:share=0.03",
        "reset_after_acting:share=0.03",
        "close:share=0.03",
        "{\"fault\":\"status\",\"status\":500,\"share\":0.03}",
        "{\"fault\":\"status\",\"status\":400,\"share\":0.03}",
    ]);
    let config = mpa_client_config {
        worker_count: 4,
        queue_capacity: 500,
        recent_players_hold_ms: 20,
        ..patient(emulator.url())
    };
    let client = Client::open(&config);
    let (submitted, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut seen = HashSet::new();
    thread::scope(|scope| {
        let submitting: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (client, submitted) = (&client, &submitted);
                scope.spawn(move || {
                    let mut random = fastrand::Rng::with_seed(thread);
                    for number in 0..EACH {
                        let user_data = thread * EACH + number + 1;
                        let operation = loop {
                            let (outcome, operation) = if random.bool() {
                                client.submit_invite(random.u32(1..20), user_data)
                            } else {
                                client.submit_group([user_data, user_data + 1], user_data)
                            };
                            match outcome.status {
                                "MPA_OK" => break operation,
                                "MPA_ERROR_QUEUE_FULL" | "MPA_ERROR_EVENTS_NOT_POLLED" => thread::yield_now(),
                                other => panic!("{other}: {}", outcome.message),
                            }
                        };
                        submitted.fetch_add(1, Ordering::SeqCst);
                        match random.u8(..50) {
                            0 => drop(client.cancel(operation)),
                            1 => drop(client.flush(1)),
                            _ => {}
                        }
                    }
                })
            })
            .collect();
        let reading = scope.spawn(|| {
            let mut seen = HashSet::new();
            loop {
                let Some((event, outcome)) = client.wait_event(100) else { continue };
                if event.r#type == MPA_EVENT_DRAINED {
                    return seen;
                }
                assert_eq!(event.r#type, MPA_EVENT_COMPLETED);
                assert_ne!(outcome.status, "MPA_ERROR_INTERNAL", "{}", outcome.message);
                assert!(seen.insert((event.operation, event.user_data)), "{} ended twice", event.operation);
            }
        });
        for thread in submitting {
            thread.join().unwrap();
        }
        client.drain(60_000);
        seen = reading.join().unwrap();
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(seen.len() as u64, THREADS * EACH);
    let operations: HashSet<u64> = seen.iter().map(|(operation, _)| *operation).collect();
    let user_data: HashSet<u64> = seen.iter().map(|(_, user_data)| *user_data).collect();
    assert_eq!((operations.len() as u64, user_data.len() as u64), (THREADS * EACH, THREADS * EACH));
    let (_, report) = client.close(0);
    let ended = report.operations_succeeded + report.operations_uncertain + report.operations_failed;
    assert_eq!((report.submitted, ended), (THREADS * EACH, THREADS * EACH));
    assert_eq!(report.operations_abandoned + report.operations_unfinished + report.events_not_polled, 0);
}

//! Submitted operations under load, at their ends, and in numbers: exactly once, in time, in bounds.
//! Chance comes from a seed, which is printed, and taken from `MPA_TEST_SEED` to have the same again.

#[path = "queue_stress/shutdown.rs"]
mod shutdown;
#[path = "queue_stress/soak.rs"]
mod soak;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::close::mpa_close_report;
use mpa::ffi::event::{MPA_EVENT_AUTHORIZATION_NEEDED, MPA_EVENT_COMPLETED, MPA_EVENT_DRAINED, mpa_client_wake};
use mpa_tests::c::{Client, TOKEN, config};

/// One test at a time: they measure time and memory.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seed() -> u64 {
    let of_now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    let given = std::env::var("MPA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(of_now);
    println!("MPA_TEST_SEED={seed}");
    seed
}

fn balances(report: &mpa_close_report) {
    let ended = report.operations_succeeded
        + report.operations_uncertain
        + report.operations_failed
        + report.operations_abandoned
        + report.operations_unfinished;
    assert_eq!(report.submitted, ended);
}

// A fast peer ------------------------------------------------------------------------------------

const ACCEPTED: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// Answers on as many connections as come; so many of a thousand requests meet with a fault.
fn fast_peer(seed: u64, faults: u32) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut random = fastrand::Rng::with_seed(seed);
        for stream in listener.incoming().flatten() {
            let random = random.fork();
            thread::spawn(move || serve(stream, random, faults));
        }
    });
    endpoint
}

fn serve(mut stream: TcpStream, mut random: fastrand::Rng, faults: u32) {
    stream.set_nodelay(true).unwrap();
    let mut received = Vec::new();
    let mut buffer = [0; 16_384];
    loop {
        let length = loop {
            if let Some(length) = whole(&received) {
                break length;
            }
            match stream.read(&mut buffer) {
                Ok(amount @ 1..) => received.extend_from_slice(&buffer[..amount]),
                _ => return,
            }
        };
        received.drain(..length);
        let answer: &[u8] = if random.u32(..1_000) >= faults {
            ACCEPTED
        } else {
            match random.u8(..6) {
                0 => return,
                1 => b"HTTP/1.1 2",
                2 => b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
                3 => b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
                4 => b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
                _ => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            }
        };
        if stream.write_all(answer).is_err() || answer.ends_with(b"2") || answer.ends_with(b"half") {
            return;
        }
    }
}

/// The length of the first request, if all of it is there.
fn whole(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&received[..head]).unwrap().to_ascii_lowercase();
    let length: usize = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
    (received.len() >= head + length).then_some(head + length)
}

/// What a host does when an event says that an authorization is needed.
fn push_a_newer_one(client: &Client) {
    static PUSHED: AtomicU64 = AtomicU64::new(0);
    let number = PUSHED.fetch_add(1, Ordering::SeqCst);
    let outcome = client.set_authorization(&format!("XBL3.0 x=-;{TOKEN}-{number}"));
    let is_over = ["MPA_ERROR_CLOSED", "MPA_ERROR_INVALID_HANDLE"].contains(&outcome.status);
    assert!(outcome.status == "MPA_OK" || is_over, "{}", outcome.message);
}

// Exactly once -----------------------------------------------------------------------------------

const THREADS: u64 = 8;
const OPERATIONS: u64 = 100_000;

#[test]
fn a_hundred_thousand_operations_end_once_each() {
    let _alone = alone();
    let mut random = fastrand::Rng::with_seed(seed());
    let endpoint = fast_peer(random.u64(..), 5);
    let started = Instant::now();
    let (mut submitted, mut rounds) = (0, 0);
    while submitted < OPERATIONS {
        submitted += round(&endpoint, &mut random, OPERATIONS / 6);
        rounds += 1;
    }
    println!("{submitted} operations in {rounds} rounds and {:?}", started.elapsed());
}

/// One client, that is drained or closed after so many operations at most; how many they were.
fn round(endpoint: &str, random: &mut fastrand::Rng, most: u64) -> u64 {
    let end_after = random.u64(most / 2..=most);
    let drains = random.bool();
    let deadline = [0, 50, 60_000][random.usize(..3)];
    let client = Client::open(&mpa_client_config {
        worker_count: random.u32(1..=8),
        queue_capacity: random.u32(100..=5_000),
        recent_players_hold_ms: random.u32(1..=20),
        // While it is being closed, no token can be pushed that some may wait for.
        invite_time_to_live_ms: 2_000,
        recent_players_time_to_live_ms: 2_000,
        max_attempts: 2,
        ..config(endpoint)
    });
    let what = format!("drains: {drains}, deadline: {deadline}, after {end_after}");
    let (submitted, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let numbers = Mutex::new(HashSet::new());
    let (mut seen, mut report) = (HashSet::new(), None);
    thread::scope(|scope| {
        let submitting: Vec<_> = (0..THREADS)
            .map(|thread| {
                let mut random = random.fork();
                let (client, submitted, numbers) = (&client, &submitted, &numbers);
                scope.spawn(move || submit_until_closed(client, thread, &mut random, submitted, numbers))
            })
            .collect();
        let reading = scope.spawn(|| {
            let mut seen = HashSet::new();
            while !over.load(Ordering::SeqCst) {
                let mut event = mpa_tests::c::init();
                let mut result = mpa_tests::c::init();
                // SAFETY: the pointers are good.
                let status = unsafe { mpa::ffi::event::mpa_wait_event(client.0, 100, &mut event, &mut result) };
                if status != 0 {
                    break;
                }
                match event.r#type {
                    MPA_EVENT_DRAINED => {
                        assert!(drains, "{what}");
                        break;
                    }
                    MPA_EVENT_COMPLETED => {
                        assert!(result.status > -120, "a defect");
                        assert!(seen.insert((event.operation, event.user_data)), "{} ended twice", event.operation);
                    }
                    MPA_EVENT_AUTHORIZATION_NEEDED => push_a_newer_one(&client),
                    _ => {}
                }
            }
            seen
        });
        while submitted.load(Ordering::SeqCst) < end_after {
            thread::sleep(Duration::from_micros(200));
        }
        let ending = Instant::now();
        if drains {
            assert_eq!(client.drain(deadline).status, "MPA_OK");
        } else {
            report = Some(client.close(deadline).1);
            assert!(ending.elapsed() < Duration::from_millis(u64::from(deadline) + 500), "{:?}", ending.elapsed());
            over.store(true, Ordering::SeqCst);
        }
        for thread in submitting {
            thread.join().unwrap();
        }
        seen = reading.join().unwrap();
    });
    let report = report.unwrap_or_else(|| client.close(0).1);
    let numbers = numbers.into_inner().unwrap();
    balances(&report);
    assert_eq!(report.submitted, numbers.len() as u64, "{what}");
    assert_eq!(report.submitted, submitted.into_inner(), "{what}");
    assert!(seen.is_subset(&numbers), "{what}: an event of no operation");
    if drains {
        assert_eq!(seen.len(), numbers.len(), "{what}: an event is missing");
        assert_eq!((report.operations_unfinished, report.events_not_polled), (0, 0), "{what}");
    } else {
        let all = seen.len() as u64 + report.events_not_polled + report.operations_unfinished;
        // The reader may poll one more while the client is being closed.
        assert!((report.submitted..=report.submitted + 1).contains(&all), "{what}: {all} of {}", report.submitted);
    }
    report.submitted
}

fn submit_until_closed(
    client: &Client,
    thread: u64,
    random: &mut fastrand::Rng,
    submitted: &AtomicU64,
    numbers: &Mutex<HashSet<(u64, u64)>>,
) {
    let mut own = Vec::new();
    for count in 1.. {
        let user_data = thread << 32 | count;
        let (outcome, operation) = if random.bool() {
            client.submit_invite(random.u32(1..=16), user_data)
        } else {
            client.submit_group([user_data, user_data + 1], user_data)
        };
        match outcome.status {
            "MPA_OK" => {
                submitted.fetch_add(1, Ordering::SeqCst);
                own.push((operation, user_data));
            }
            "MPA_ERROR_QUEUE_FULL" | "MPA_ERROR_EVENTS_NOT_POLLED" => thread::sleep(Duration::from_micros(100)),
            "MPA_ERROR_CLOSED" | "MPA_ERROR_INVALID_HANDLE" => break,
            other => panic!("{other}: {}", outcome.message),
        }
        match random.u8(..100) {
            0 | 1 => drop(client.cancel(random.u64(1..=operation.max(1)))),
            2 => drop(client.flush(random.u32(..3))),
            3 => drop(mpa_client_wake(client.0)),
            _ => {}
        }
    }
    numbers.lock().unwrap().extend(own);
}

// Side by side -----------------------------------------------------------------------------------

/// Two that are submitted at once, while one worker rests: the second does not wait for the first.
#[test]
fn two_that_are_submitted_at_once_go_out_side_by_side() {
    let _alone = alone();
    for _ in 0..20 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU64::new(0));
        let count = requests.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let count = count.clone();
                thread::spawn(move || {
                    let mut received = Vec::new();
                    let mut buffer = [0; 4096];
                    while let Ok(amount @ 1..) = stream.read(&mut buffer) {
                        received.extend_from_slice(&buffer[..amount]);
                        let Some(length) = whole(&received) else { continue };
                        received.drain(..length);
                        // Only the first is answered.
                        if count.fetch_add(1, Ordering::SeqCst) == 0 {
                            stream.write_all(ACCEPTED).unwrap();
                        }
                    }
                });
            }
        });
        let client = Client::open(&mpa_client_config {
            worker_count: 2,
            request_timeout_ms: 60_000,
            invite_time_to_live_ms: 60_000,
            ..config(&endpoint)
        });
        client.submit_invite(1, 1);
        assert!(client.wait_event(10_000).is_some());
        thread::sleep(Duration::from_millis(20));
        client.submit_invite(1, 2);
        client.submit_invite(1, 3);
        let until = Instant::now() + Duration::from_millis(500);
        while requests.load(Ordering::SeqCst) < 3 && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(requests.load(Ordering::SeqCst), 3, "the third request waits for the second");
    }
}

// In bounds --------------------------------------------------------------------------------------

fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_number_of_operations() {
    let _alone = alone();
    let client = Client::open(&mpa_client_config { recent_players_hold_ms: 1, ..config(&fast_peer(7, 0)) });
    submit_and_poll(&client, 10_000);
    let before = resident_kib();
    submit_and_poll(&client, 50_000);
    let grown = resident_kib() - before;
    println!("{before} KiB, and {grown} more");
    assert!(grown < 1024, "it has grown by {grown} KiB");
    let (_, report) = client.close(0);
    assert_eq!((report.submitted, report.operations_succeeded), (60_000, 60_000));
}

fn submit_and_poll(client: &Client, count: u64) {
    let (mut submitted, mut polled) = (0, 0);
    while polled < count {
        while submitted < count && submitted - polled < 200 {
            let (outcome, _) = if submitted % 2 == 0 {
                client.submit_invite(16, submitted)
            } else {
                client.submit_group([submitted, submitted + 1], submitted)
            };
            assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
            submitted += 1;
        }
        if let Some((_, outcome)) = client.wait_event(10_000) {
            assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
            polled += 1;
        }
    }
}

//! For longer than a test should take: whether memory stays level.
//!
//!     MPA_SOAK_SECONDS=600 cargo test -p mpa-tests --test queue_stress -- --ignored --nocapture soak

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::event::{MPA_EVENT_AUTHORIZATION_NEEDED, MPA_EVENT_COMPLETED};
use mpa_tests::c::{Client, config};

use crate::{alone, balances, fast_peer, push_a_newer_one, resident_kib, seed};

/// How far it may grow after the first minute. The allocator gives back what it likes, so that the
/// level moves by some hundred KiB; operations that leave 8 bytes behind each take this in half a minute.
const MOST_GROWTH_KIB: i64 = 1024;

const WARM_UP: Duration = Duration::from_secs(60);
const THREADS: u64 = 4;

#[test]
#[ignore = "takes minutes; its command stands at the top of its file"]
fn soak() {
    let _alone = alone();
    let seconds = std::env::var("MPA_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(120);
    let length = Duration::from_secs(seconds);
    assert!(length > WARM_UP, "MPA_SOAK_SECONDS is {seconds}; the first 60 are the warm-up");
    let mut random = fastrand::Rng::with_seed(seed());
    let endpoint = fast_peer(random.u64(..), 2);
    let client = Client::open(&mpa_client_config {
        worker_count: 4,
        queue_capacity: 2_000,
        recent_players_hold_ms: 5,
        invite_time_to_live_ms: 5_000,
        recent_players_time_to_live_ms: 5_000,
        max_attempts: 2,
        ..config(&endpoint)
    });
    let over = AtomicBool::new(false);
    let (submitted, ended) = (AtomicU64::new(0), AtomicU64::new(0));
    let mut level = None;
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let mut random = random.fork();
            let (client, over, submitted) = (&client, &over, &submitted);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    submit_one(client, thread, &mut random, submitted);
                }
            });
        }
        scope.spawn(|| read(&client, &over, &ended));
        // Clients come and go meanwhile.
        scope.spawn(|| {
            // Its texts stay for good, so it is made once.
            let config = config(&endpoint);
            while !over.load(Ordering::SeqCst) {
                let brief = Client::open(&config);
                brief.submit_invite(1, 0);
                brief.submit_group([1, 2], 0);
                brief.close(10);
                thread::sleep(Duration::from_millis(50));
            }
        });
        let started = Instant::now();
        let mut last = resident_kib();
        while started.elapsed() < length {
            let wait = Duration::from_secs(10).min(length.saturating_sub(started.elapsed()));
            thread::sleep(wait);
            last = resident_kib();
            let ended = ended.load(Ordering::SeqCst);
            println!("{:4} s: {last} KiB, {ended} operations have ended", started.elapsed().as_secs());
            if started.elapsed() >= WARM_UP {
                level.get_or_insert(last);
            }
        }
        over.store(true, Ordering::SeqCst);
        let grown = last - level.unwrap_or(last);
        println!("grown by {grown} KiB since the warm-up");
        assert!(grown <= MOST_GROWTH_KIB, "it has grown by {grown} KiB, not {MOST_GROWTH_KIB} at most");
    });
    let (_, report) = client.close(10_000);
    balances(&report);
    assert_eq!(report.submitted, submitted.into_inner());
    assert!(report.operations_succeeded > report.submitted / 2, "too much went wrong");
}

fn submit_one(client: &Client, thread: u64, random: &mut fastrand::Rng, submitted: &AtomicU64) {
    let (outcome, operation) = if random.bool() {
        client.submit_invite(random.u32(1..=20), thread)
    } else {
        client.submit_group([random.u64(1..), random.u64(1..)], thread)
    };
    match outcome.status {
        "MPA_OK" => drop(submitted.fetch_add(1, Ordering::SeqCst)),
        "MPA_ERROR_QUEUE_FULL" | "MPA_ERROR_EVENTS_NOT_POLLED" => thread::sleep(Duration::from_micros(200)),
        other => panic!("{other}: {}", outcome.message),
    }
    match random.u8(..100) {
        0 => drop(client.cancel(operation.max(1))),
        1 => drop(client.flush(random.u32(..3))),
        _ => {}
    }
}

fn read(client: &Client, over: &AtomicBool, ended: &AtomicU64) {
    while !over.load(Ordering::SeqCst) {
        match client.wait_event(100) {
            Some((event, _)) if event.r#type == MPA_EVENT_COMPLETED => drop(ended.fetch_add(1, Ordering::SeqCst)),
            Some((event, _)) if event.r#type == MPA_EVENT_AUTHORIZATION_NEEDED => push_a_newer_one(client),
            _ => {}
        }
    }
}

//! Against the emulator, misbehaving: what the service acted on, whatever the client heard.

use std::time::{Duration, Instant};

use mpa::ffi::client::mpa_client_config;
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, config};

const TITLE: u32 = 7;

fn emulator(faults: &[&str]) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.set_faults(TITLE, faults).unwrap();
    let config = mpa_client_config { max_attempts: 4, request_timeout_ms: 300, ..config(emulator.url()) };
    let client = Client::open(&config);
    (emulator, client)
}

fn acted(emulator: &Emulator) -> usize {
    emulator.requests(TITLE).iter().filter(|request| request.acted).count()
}

#[test]
fn an_invite_that_was_acted_on_and_not_answered_is_not_repeated() {
    for fault in ["reset_after_acting", "close_after_acting", "stall_after_acting", "garbage_after_acting"] {
        let (emulator, client) = emulator(&[fault]);
        let outcome = client.invite_many(3);
        let is_uncertain = outcome.status == "MPA_ERROR_UNCERTAIN" && outcome.counts() == (0, 3, 0);
        assert!(is_uncertain, "{fault}: {}: {}", outcome.status, outcome.message);
        if fault.starts_with("garbage") {
            assert_eq!(outcome.cause, "MPA_ERROR_UNEXPECTED_ANSWER");
        }
        assert_eq!(acted(&emulator), 1, "{fault}");
    }
}

#[test]
fn recent_players_that_were_acted_on_and_not_answered_are_repeated() {
    for fault in ["reset_after_acting:next=1", "close_after_acting:next=1", "stall_after_acting:next=1"] {
        let (emulator, client) = emulator(&[fault]);
        let outcome = client.post_groups(3);
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (3, 0, 0)), "{fault}: {}", outcome.message);
        assert_eq!(acted(&emulator), 2, "{fault}");
    }
}

#[test]
fn what_was_not_acted_on_is_reported_as_unsent_or_uncertain() {
    for fault in ["reset_before_body", "reset", "close", "stall", "cut", "drip", "large_body"] {
        let (emulator, client) = emulator(&[fault]);
        let outcome = client.invite_many(3);
        assert_ne!(outcome.status, "MPA_OK", "{fault}");
        let (acknowledged, uncertain, _) = outcome.counts();
        assert_eq!(acknowledged, 0, "{fault}");
        assert!(acted(&emulator) == 0 || uncertain == 3, "{fault}: acted on, and not reported: {}", outcome.message);
        assert!(acted(&emulator) <= 1, "{fault}");
    }
}

#[test]
fn a_steady_load_finds_the_pace_of_the_service() {
    for windows in ["fixed", "sliding"] {
        let emulator = Emulator::start(Options::default()).unwrap();
        let throttle = format!(r#"{{"invites":{{"burst":{{"max":5,"period_ms":1000}}}},"windows":"{windows}"}}"#);
        emulator.set_throttle(TITLE, Some(throttle.parse().unwrap()));
        let config = mpa_client_config { max_attempts: 4, call_timeout_ms: 30_000, ..config(emulator.url()) };
        let client = Client::open(&config);
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..8 {
                        let outcome = client.invite_many(1);
                        assert_eq!(outcome.status, "MPA_OK", "{windows}: {}", outcome.message);
                    }
                });
            }
        });
        let requests = emulator.requests(TITLE);
        let rejected = requests.iter().filter(|request| request.status == 429).count();
        // What was on its way when the first rejection came is rejected too: one a thread.
        assert!((1..=5).contains(&rejected), "{windows}: {rejected} of {} rejected", requests.len());
        assert_eq!(acted(&emulator), 32);
        let elapsed = started.elapsed();
        assert!(elapsed > Duration::from_secs(5) && elapsed < Duration::from_secs(15), "{windows}: {elapsed:?}");
    }
}

#[test]
fn a_burst_that_is_rejected_together_counts_as_one_rejection() {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.set_throttle(TITLE, Some(r#"{"invites":{"burst":{"max":7,"period_ms":1000}}}"#.parse().unwrap()));
    let client = Client::open(&mpa_client_config { max_attempts: 1, ..config(emulator.url()) });
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| client.invite_many(1));
        }
    });
    std::thread::sleep(Duration::from_millis(2_500));
    let outcome = client.invite_many(1);
    assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
}

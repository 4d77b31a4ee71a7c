//! Authorizations that are given to a client: by which clock they expire, and what the host is told.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mpa::ffi::authorization::mpa_authorization;
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, Outcome, config, init, mpa_client_set_authorization, outcome, text};

const TITLE: u32 = 7;
const HOUR_MS: i64 = 3_600_000;

fn emulator(clock_offset_ms: i64) -> Emulator {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.set_clock_offset(clock_offset_ms);
    emulator
}

/// What `ahead` from now is called, in milliseconds since 1970, by this machine's clock.
fn unix_ms(ahead_ms: i64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    u64::try_from(now).unwrap().saturating_add_signed(ahead_ms)
}

fn push(client: &Client, token: &str, expires_at_unix_ms: u64, expires_in_ms: u64) -> Outcome {
    let header = text(&format!("XBL3.0 x=-;{token}"));
    let authorization = mpa_authorization { header, expires_at_unix_ms, expires_in_ms, ..init() };
    // SAFETY: the pointers are good.
    outcome(|result| unsafe { mpa_client_set_authorization(client.0, &authorization, result) })
}

/// The tokens that arrived.
fn tokens(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests(TITLE);
    requests.iter().map(|request| request.header("authorization").unwrap().replace("XBL3.0 x=-;", "")).collect()
}

#[test]
fn a_clock_that_is_ahead_by_more_than_a_tokens_life_does_not_silence_a_server() {
    let emulator = emulator(-5 * HOUR_MS);
    let client = Client::open(&config(emulator.url()));
    // Four hours of it are left, by the service's clock.
    let pushed = push(&client, "good", unix_ms(-HOUR_MS), 0);
    assert_eq!(pushed.status, "MPA_OK");
    assert!(pushed.message.contains("expired 3600 s ago by this machine's clock"), "{}", pushed.message);
    for _ in 0..2 {
        let sent = client.invite_many(1);
        assert_eq!(sent.status, "MPA_OK", "{}", sent.message);
    }
    // Now the service's clock is known.
    let pushed = push(&client, "better", unix_ms(-HOUR_MS), 0);
    assert_eq!((pushed.status, pushed.message.as_str()), ("MPA_OK", "The authorization is in use from now on."));
    let pushed = push(&client, "expired", unix_ms(-5 * HOUR_MS - 60_000), 0);
    assert_eq!(pushed.status, "MPA_ERROR_AUTHORIZATION_NEEDED");
    assert!(pushed.message.contains("expired 6") && pushed.message.contains("by the service's"), "{}", pushed.message);
    assert_eq!(client.invite_many(1).status, "MPA_OK", "the one before stays in use");
    assert_eq!(tokens(&emulator), ["good", "good", "better"]);
}

#[test]
fn the_remaining_time_decides_where_it_is_given() {
    for clock_offset_ms in [0, -5 * HOUR_MS, 5 * HOUR_MS] {
        let emulator = emulator(clock_offset_ms);
        let client = Client::open(&config(emulator.url()));
        for _ in 0..2 {
            // By all clocks, one has expired long ago and the other has not.
            let pushed = push(&client, "long", unix_ms(-24 * HOUR_MS), 60_000);
            assert_eq!((pushed.status, pushed.message.contains("expired")), ("MPA_OK", false), "{}", pushed.message);
            assert_eq!(client.invite_many(1).status, "MPA_OK");
            assert_eq!(push(&client, "short", unix_ms(24 * HOUR_MS), 100).status, "MPA_OK");
            thread::sleep(Duration::from_millis(150));
            let late = client.invite_many(1);
            assert_eq!(late.status, "MPA_ERROR_AUTHORIZATION_NEEDED");
            assert!(late.message.contains("has expired"), "{}", late.message);
        }
        assert_eq!(tokens(&emulator), ["long", "long"]);
    }
}

#[test]
fn one_answer_with_a_wrong_time_does_not_silence_a_server() {
    let emulator = emulator(5 * HOUR_MS);
    let client = Client::open(&config(emulator.url()));
    push(&client, "good", unix_ms(HOUR_MS), 0);
    for _ in 0..2 {
        assert_eq!(client.invite_many(1).status, "MPA_OK");
    }
    let pushed = push(&client, "good", unix_ms(HOUR_MS), 0);
    assert_eq!(pushed.status, "MPA_OK");
    assert!(
        pushed.message.contains("by the service's clock: by this machine's clock it has not"),
        "{}",
        pushed.message
    );
    assert_eq!(client.invite_many(1).status, "MPA_OK");
}

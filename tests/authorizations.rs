//! Authorizations that are given to a client: by which clock they expire, and which events report it.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mpa::ffi::authorization::mpa_authorization;
use mpa::ffi::client::{MPA_LOG_WARNING, MPA_NONE, mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::event::{
    MPA_AUTHORIZATION_EXPIRED, MPA_AUTHORIZATION_EXPIRES_SOON, MPA_AUTHORIZATION_MISSING, MPA_AUTHORIZATION_REFUSED,
    MPA_EVENT_AUTHORIZATION_NEEDED, MPA_EVENT_COMPLETED, MPA_EVENT_LOG,
};
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, Outcome, config, init, mpa_client_set_authorization, outcome, text};
use mpa_tests::peer::{self, Answer, response};

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
    let pushed = push(&client, "expired", unix_ms(-5 * HOUR_MS - 65_000), 0);
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

// Events ----------------------------------------------------------------------------------------

const LONG: u32 = 10_000;

/// The reason and the sentence of the next event, which is about an authorization.
#[track_caller]
fn needed(client: &Client) -> (i32, String) {
    let (event, result) = client.wait_event(LONG).unwrap();
    assert_eq!((event.r#type, result.status), (MPA_EVENT_AUTHORIZATION_NEEDED, "MPA_ERROR_AUTHORIZATION_NEEDED"));
    (event.reason, result.message)
}

#[test]
fn the_event_says_why_as_a_field() {
    let (endpoint, _requests) =
        peer::start(|number| Answer::Say(response(if number == 0 { 401 } else { 204 }, &[], "")));
    let client = Client::open(&mpa_client_config {
        authorization_header: std::ptr::null(),
        authorization_lead_ms: 60_000,
        max_attempts: 4,
        ..config(&endpoint)
    });
    client.submit_invite(1, 1);
    let (reason, message) = needed(&client);
    assert_eq!((reason, message.contains("has no authorization")), (MPA_AUTHORIZATION_MISSING, true), "{message}");
    push(&client, "revoked", 0, 0);
    let (reason, message) = needed(&client);
    assert_eq!((reason, message.contains("refused")), (MPA_AUTHORIZATION_REFUSED, true), "{message}");
    push(&client, "good", 0, 60_500);
    let (event, outcome) = client.wait_event(LONG).unwrap();
    assert_eq!((event.r#type, event.reason, outcome.status), (MPA_EVENT_COMPLETED, 0, "MPA_OK"));
    let (reason, message) = needed(&client);
    assert_eq!((reason, message.contains("expires soon")), (MPA_AUTHORIZATION_EXPIRES_SOON, true), "{message}");
    push(&client, "short", 0, 200);
    let (reason, message) = needed(&client);
    assert_eq!((reason, message.contains("has expired")), (MPA_AUTHORIZATION_EXPIRED, true), "{message}");
}

#[test]
fn it_is_repeated_well_within_the_time_to_live_of_what_waits() {
    let client =
        Client::open(&mpa_client_config { authorization_header: std::ptr::null(), ..config("http://127.0.0.1:9") });
    client.submit_invite(1, 1);
    assert_eq!(needed(&client).0, MPA_AUTHORIZATION_MISSING);
    let reported = Instant::now();
    assert_eq!(needed(&client).0, MPA_AUTHORIZATION_MISSING);
    let interval = reported.elapsed();
    assert!((4_500..8_000).contains(&interval.as_millis()), "{interval:?}");
}

#[test]
fn a_client_may_begin_with_one_that_expires() {
    let emulator = emulator(0);
    let authorization = mpa_authorization { header: text("XBL3.0 x=-;first"), expires_in_ms: 300, ..init() };
    let begun = mpa_client_config {
        authorization_header: std::ptr::null(),
        authorization: &authorization,
        authorization_lead_ms: MPA_NONE,
        log_level: MPA_LOG_WARNING,
        ..config(emulator.url())
    };
    let client = Client::open(&begun);
    assert_eq!(client.invite_many(1).status, "MPA_OK");
    thread::sleep(Duration::from_millis(350));
    assert_eq!(client.invite_many(1).status, "MPA_ERROR_AUTHORIZATION_NEEDED");
    assert_eq!(tokens(&emulator), ["first"]);
    // By the clock, as long as no response has shown the service's time, it is not known to have expired.
    let authorization = mpa_authorization { expires_in_ms: 0, expires_at_unix_ms: unix_ms(-60_000), ..authorization };
    let client = Client::open(&mpa_client_config { authorization: &authorization, ..begun });
    let (event, entry) = client.wait_event(LONG).unwrap();
    assert_eq!(event.r#type, MPA_EVENT_LOG);
    assert!(entry.message.contains("expired 60 s ago by this machine's clock"), "{}", entry.message);
    assert_eq!(client.invite_many(1).status, "MPA_OK");

    let refused = |config: &mpa_client_config, words: &str| {
        let mut client = mpa_client { id: 0 };
        // SAFETY: the pointers are good.
        let refused = outcome(|result| unsafe { mpa_client_open(config, &mut client, result) });
        assert_eq!(refused.status, "MPA_ERROR_INVALID_ARGUMENT");
        assert!(refused.message.contains(words), "{}", refused.message);
    };
    refused(&mpa_client_config { authorization_header: text("XBL3.0 x=-;t"), ..begun }, "are both set");
    let wrong = mpa_authorization { header: std::ptr::null(), ..authorization };
    refused(&mpa_client_config { authorization: &wrong, ..begun }, "config.authorization.header is NULL");
    let wrong = mpa_authorization { proof_key_pem: text("nonsense"), ..authorization };
    refused(&mpa_client_config { authorization: &wrong, ..begun }, "config.authorization.proof_key_pem");
}

//! Monitoring: statistics, the log, and that an authorization is about to expire.

#[path = "observability/statistics.rs"]
mod statistics;

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mpa::ffi::authorization::mpa_authorization;
use mpa::ffi::client::{MPA_LOG_DEBUG, MPA_LOG_WARNING, mpa_client_config};
use mpa::ffi::close::mpa_close_all;
use mpa::ffi::event::{MPA_EVENT_AUTHORIZATION_NEEDED, MPA_EVENT_COMPLETED, MPA_EVENT_DRAINED, MPA_EVENT_LOG};
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, TOKEN, config, mpa_client_set_authorization, outcome, status_name, text};
use mpa_tests::peer::{self, Answer, response};

const TITLE: u32 = 7;
const LONG: u32 = 10_000;

fn emulator(faults: &[&str]) -> Emulator {
    let emulator = Emulator::start(Options { seed: 7, ..Options::default() }).unwrap();
    emulator.set_faults(TITLE, faults).unwrap();
    emulator
}

// The log ----------------------------------------------------------------------------------------

fn log_of(client: &Client) -> Vec<(u64, String)> {
    let events = std::iter::from_fn(|| client.wait_event(600));
    events
        .filter(|(event, _)| event.r#type == MPA_EVENT_LOG)
        .map(|(event, result)| {
            // An entry about an attempt says how it ended.
            let is_about_an_attempt = result.message.ends_with("It is tried again.");
            assert_eq!(result.status != "MPA_OK", is_about_an_attempt, "{}", result.message);
            (event.user_data, result.message)
        })
        .collect()
}

#[test]
fn the_log_is_silent_unless_asked() {
    let emulator = emulator(&["{\"fault\":\"status\",\"status\":503,\"next\":1}"]);
    let client = Client::open(&mpa_client_config { max_attempts: 4, ..config(emulator.url()) });
    client.invite_many(1);
    assert!(log_of(&client).is_empty());
}

#[test]
fn the_log_tells_of_what_was_tried_again() {
    let emulator = emulator(&["{\"fault\":\"status\",\"status\":503,\"next\":1}"]);
    let config = mpa_client_config { max_attempts: 4, log_level: MPA_LOG_WARNING, ..config(emulator.url()) };
    let client = Client::open(&config);
    assert_eq!(client.post_groups(1).status, "MPA_OK");
    let log = log_of(&client);
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0].0, MPA_LOG_WARNING as u64);
    assert!(log[0].1.contains("503") && log[0].1.ends_with("It is tried again."), "{log:?}");
}

#[test]
fn at_its_highest_level_the_log_tells_every_request_and_no_secret() {
    let emulator = emulator(&[]);
    let config = mpa_client_config { log_level: MPA_LOG_DEBUG, recent_players_hold_ms: 1, ..config(emulator.url()) };
    let client = Client::open(&config);
    client.submit_invite(1, 1);
    client.submit_group([2_533_274_790_395_904, 2], 2);
    client.set_authorization("XBL3.0 x=-;another-secret");
    let log = log_of(&client);
    let has = |part: &str| log.iter().any(|(_, text)| text.contains(part));
    assert!(has("/invites/server: the request was answered with HTTP 204"), "{log:?}");
    assert!(has("mpa-invites") && has("authorization is in use"), "{log:?}");
    for secret in [TOKEN, "another-secret", "2533274790395904"] {
        assert!(!has(secret), "{log:?}");
    }
}

#[test]
fn there_are_no_events_after_draining_is_over() {
    let emulator = emulator(&[]);
    let client = Client::open(&mpa_client_config { log_level: MPA_LOG_DEBUG, ..config(emulator.url()) });
    client.submit_invite(1, 1);
    client.drain(5_000);
    let mut types = Vec::new();
    while types.last() != Some(&MPA_EVENT_DRAINED) {
        types.push(client.wait_event(LONG).unwrap().0.r#type);
    }
    assert!(types.contains(&MPA_EVENT_COMPLETED) && types.contains(&MPA_EVENT_LOG));
    client.invite_many(1);
    assert!(client.wait_event(600).is_none());
}

#[test]
fn an_unknown_level_is_refused() {
    let mut client = mpa::ffi::client::mpa_client { id: 0 };
    let config = mpa_client_config { log_level: 5, ..config("http://127.0.0.1:9") };
    // SAFETY: the pointers are good.
    let refused = outcome(|result| unsafe { mpa::ffi::client::mpa_client_open(&config, &mut client, result) });
    assert!(refused.message.contains("config.log_level is 5"), "{}", refused.message);
}

// An authorization that is about to expire -------------------------------------------------------

fn push_expiring_in(client: &Client, token: &str, ms: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let header = text(&format!("XBL3.0 x=-;{token}"));
    let authorization = mpa_authorization { header, expires_at_unix_ms: now + ms, ..mpa_tests::c::init() };
    // SAFETY: the pointers are good.
    let pushed = outcome(|result| unsafe { mpa_client_set_authorization(client.0, &authorization, result) });
    assert_eq!(pushed.status, "MPA_OK", "{}", pushed.message);
}

#[test]
fn an_authorization_that_expires_soon_is_reported_ahead() {
    let client = Client::open(&mpa_client_config { authorization_lead_ms: 60_000, ..config("http://127.0.0.1:9") });
    push_expiring_in(&client, "a", 61_500);
    assert!(client.wait_event(300).is_none(), "not yet");
    let started = Instant::now();
    let (event, result) = client.wait_event(LONG).unwrap();
    assert_eq!((event.r#type, result.status), (MPA_EVENT_AUTHORIZATION_NEEDED, "MPA_ERROR_AUTHORIZATION_NEEDED"));
    assert!(result.message.contains("expires soon"), "{}", result.message);
    assert!(started.elapsed() < Duration::from_secs(4));
    // One that does not last either is not answered by the same event at once.
    push_expiring_in(&client, "b", 30_000);
    assert!(client.wait_event(1_500).is_none());
    push_expiring_in(&client, "c", 3_600_000);
    assert!(client.wait_event(300).is_none());
    let expires_at = client.stats().authorization_expires_at_unix_ms;
    assert!(expires_at > 0);
}

#[test]
fn a_host_that_only_polls_gets_the_event_as_well() {
    let client = Client::open(&mpa_client_config { authorization_lead_ms: 60_000, ..config("http://127.0.0.1:9") });
    push_expiring_in(&client, "a", 60_200);
    thread::sleep(Duration::from_millis(300));
    let result = (0..200).find_map(|_| client.poll_event());
    assert_eq!(result.map(|(event, _)| event.r#type), Some(MPA_EVENT_AUTHORIZATION_NEEDED));
}

// Closing all ------------------------------------------------------------------------------------

#[test]
fn all_clients_of_an_owner_are_closed_within_one_deadline() {
    let (endpoint, _requests) = peer::start(|_| Answer::Stall);
    let owned = |owner_tag| Client::open(&mpa_client_config { owner_tag, ..config(&endpoint) });
    let (ours, theirs) = ([owned(77), owned(77), owned(77)], owned(78));
    for client in &ours {
        client.submit_invite(1, 1);
    }
    theirs.submit_invite(1, 1);
    thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    assert_eq!(status_name(mpa_close_all(77, 300)), "MPA_OK");
    assert!((300..450).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
    for client in &ours {
        assert_eq!(client.submit_invite(1, 1).0.status, "MPA_ERROR_INVALID_HANDLE");
    }
    assert_eq!(theirs.submit_invite(1, 1).0.status, "MPA_OK");
    assert_eq!(status_name(mpa_close_all(77, 300)), "MPA_OK", "there is none, which is all right");
    assert_eq!(status_name(mpa_close_all(0, 0)), "MPA_ERROR_INVALID_ARGUMENT");
}

#[test]
fn clients_that_end_in_time_are_closed_at_once() {
    let (endpoint, _requests) = peer::start(|_| Answer::Say(response(204, &[], "")));
    let client = Client::open(&mpa_client_config { owner_tag: 79, ..config(&endpoint) });
    client.submit_invite(1, 1);
    let started = Instant::now();
    assert_eq!(status_name(mpa_close_all(79, LONG)), "MPA_OK");
    assert!(started.elapsed() < Duration::from_secs(2));
}

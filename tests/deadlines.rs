//! When operations end, and as what: times to live, limits of the service, draining, doubt.

use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::{MPA_LOG_ERROR, MPA_LOG_WARNING, MPA_NONE, mpa_client_config};
use mpa::ffi::event::{MPA_EVENT_COMPLETED, MPA_EVENT_LOG};
use mpa::ffi::invite::mpa_server_invite;
use mpa::ffi::submit::mpa_submit_server_invite;
use mpa_emulator::{Emulator, Options};
use mpa_tests::c::{Client, Outcome, config, init, outcome};
use mpa_tests::peer::{self, Answer, response};

const LONG: u32 = 30_000;

fn patient(endpoint: &str) -> mpa_client_config {
    mpa_client_config { max_attempts: 4, recent_players_hold_ms: MPA_NONE, ..config(endpoint) }
}

fn submit(client: &Client, time_to_live_ms: u32, user_data: u64) {
    let users = [1];
    let invite = mpa_server_invite {
        sender: 2,
        invited_users: users.as_ptr(),
        invited_user_count: 1,
        time_to_live_ms,
        ..init()
    };
    // SAFETY: the pointers are good.
    let submitted = outcome(|result| unsafe {
        mpa_submit_server_invite(client.0, &invite, user_data, std::ptr::null_mut(), result)
    });
    assert_eq!(submitted.status, "MPA_OK", "{}", submitted.message);
}

/// The next operation that ends, and the log entries that came before it.
fn next_end(client: &Client) -> (u64, Outcome, Vec<Outcome>) {
    let mut log = Vec::new();
    loop {
        let (event, outcome) = client.wait_event(LONG).expect("an operation ends");
        match event.r#type {
            MPA_EVENT_COMPLETED => return (event.user_data, outcome, log),
            MPA_EVENT_LOG => log.push(outcome),
            _ => {}
        }
    }
}

fn entries(client: &Client) -> Vec<Outcome> {
    std::iter::from_fn(|| client.poll_event()).filter(|(event, _)| event.r#type == MPA_EVENT_LOG).map(|e| e.1).collect()
}

// Once sent, the time limit of a request decides ---------------------------------------------------

#[test]
fn an_invite_that_was_sent_in_time_may_be_answered_after_its_time_to_live() {
    let (endpoint, _requests) = peer::start(|_| {
        thread::sleep(Duration::from_millis(900));
        Answer::Say(response(204, &[], ""))
    });
    let client = Client::open(&mpa_client_config { request_timeout_ms: 5_000, ..patient(&endpoint) });
    submit(&client, 500, 1);
    let (_, outcome, _) = next_end(&client);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (1, 0, 0)), "{}", outcome.message);
    assert_eq!(outcome.result.http_status, 204);
}

#[test]
fn an_invite_without_an_answer_ends_at_the_time_limit_of_a_request() {
    let (endpoint, _requests) = peer::start(|_| Answer::Stall);
    let client = Client::open(&mpa_client_config { request_timeout_ms: 1_000, ..patient(&endpoint) });
    submit(&client, 300, 1);
    let (_, outcome, _) = next_end(&client);
    assert_eq!((outcome.status, outcome.cause), ("MPA_ERROR_UNCERTAIN", "MPA_ERROR_TIMED_OUT"));
    assert!((990..1_500).contains(&outcome.result.elapsed_ms), "{} ms", outcome.result.elapsed_ms);
}

#[test]
fn an_invite_that_cannot_be_sent_ends_at_its_time_to_live() {
    // Nothing listens on the port of an emulator that has gone.
    let endpoint = Emulator::start(Options::default()).unwrap().url().to_owned();
    let config = mpa_client_config { max_attempts: 10, ..patient(&endpoint) };
    let client = Client::open(&config);
    submit(&client, 200, 1);
    let (_, outcome, _) = next_end(&client);
    assert_eq!(outcome.result.attempts, 0);
    let is_late = outcome.status == "MPA_ERROR_EXPIRED" && outcome.cause == "MPA_ERROR_CONNECTION_FAILED";
    // The next attempt may come after the time to live: then the status is the reason itself.
    assert!(is_late || outcome.status == "MPA_ERROR_CONNECTION_FAILED", "{}: {}", outcome.status, outcome.message);
    assert!(outcome.result.elapsed_ms < 700, "{} ms", outcome.result.elapsed_ms);
}

// What is refused for its pace says so -------------------------------------------------------------

#[test]
fn a_wait_that_does_not_fit_is_throttled_and_not_expired() {
    let (endpoint, requests) = peer::start(|_| Answer::Say(response(429, &["Retry-After: 20"], "")));
    let client = Client::open(&mpa_client_config { log_level: MPA_LOG_WARNING, ..patient(&endpoint) });
    let started = Instant::now();
    submit(&client, 15_000, 1);
    let (_, first, mut log) = next_end(&client);
    submit(&client, 15_000, 2);
    let (_, second, more) = next_end(&client);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!((first.status, first.result.http_status), ("MPA_ERROR_THROTTLED", 429), "{}", first.message);
    assert_eq!((second.status, second.result.http_status), ("MPA_ERROR_THROTTLED", 0), "{}", second.message);
    for outcome in [&first, &second] {
        assert_eq!(outcome.cause, "MPA_OK");
        assert_eq!(outcome.result.retryable, 1);
        assert!((19_000..=24_000).contains(&outcome.result.retry_after_ms), "{}", outcome.result.retry_after_ms);
        assert!(!outcome.message.contains("time to live"), "{}", outcome.message);
    }
    assert_eq!(requests.try_iter().count(), 1);
    log.extend(more);
    log.extend(entries(&client));
    assert!(log.iter().all(|entry| !entry.message.contains("tried again")), "{:?}", log[0].message);
    assert!(!log.is_empty());
}

#[test]
fn a_blocking_call_and_an_operation_say_the_same() {
    let (endpoint, _requests) = peer::start(|_| Answer::Say(response(429, &["Retry-After: 60"], "")));
    let client = Client::open(&patient(&endpoint));
    let blocking = client.invite_many(1);
    submit(&client, 15_000, 1);
    let (_, submitted, _) = next_end(&client);
    assert_eq!((blocking.status, submitted.status), ("MPA_ERROR_THROTTLED", "MPA_ERROR_THROTTLED"));
}

#[test]
fn what_is_tried_again_says_so_when_it_is() {
    let (endpoint, _requests) =
        peer::start(|number| Answer::Say(response(if number == 0 { 429 } else { 204 }, &["Retry-After: 1"], "")));
    let client = Client::open(&mpa_client_config { log_level: MPA_LOG_WARNING, ..patient(&endpoint) });
    submit(&client, 15_000, 1);
    let (_, outcome, mut log) = next_end(&client);
    log.extend(entries(&client));
    assert_eq!(outcome.status, "MPA_OK");
    let again: Vec<_> = log.iter().filter(|entry| entry.message.contains("It is tried again.")).collect();
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].status, again[0].result.http_status), ("MPA_ERROR_THROTTLED", 429));
}

#[test]
fn messages_of_abandoned_operations_mention_draining() {
    let (endpoint, _requests) = peer::start(|_| Answer::Say(response(429, &["Retry-After: 20"], "")));
    for drain_first in [true, false] {
        let client = Client::open(&patient(&endpoint));
        submit(&client, 60_000, 1);
        thread::sleep(Duration::from_millis(if drain_first { 0 } else { 200 }));
        client.drain(300);
        let (_, outcome, _) = next_end(&client);
        assert_eq!(outcome.status, "MPA_ERROR_ABANDONED", "{}", outcome.message);
        for word in ["time to live", "less often"] {
            assert!(!outcome.message.contains(word), "{}", outcome.message);
        }
    }
}

#[test]
fn a_quick_burst_beyond_the_documented_limit_loses_none() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let limits = r#"{"invites": {"burst": {"max": 7, "period_ms": 15000}}}"#;
    emulator.set_throttle(7, Some(limits.parse().unwrap()));
    let client = Client::open(&mpa_client_config { max_attempts: 0, ..patient(emulator.url()) });
    for number in 0..8 {
        submit(&client, 0, number);
    }
    for _ in 0..8 {
        let (number, outcome, _) = next_end(&client);
        assert_eq!(outcome.status, "MPA_OK", "{number}: {}", outcome.message);
    }
}

// An operation ends when its time is up, even if all workers are busy ----------------------------------

/// Submits one that keeps the only worker, then one with a second to live.
fn ends_in_time(config: &mpa_client_config, prepare: impl Fn(&Client), cause: &str, look: impl Fn(&Client) -> Outcome) {
    let client = Client::open(config);
    prepare(&client);
    let submitted = Instant::now();
    submit(&client, 1_000, 99);
    let outcome = look(&client);
    let took = submitted.elapsed();
    assert_eq!((outcome.status, outcome.cause), ("MPA_ERROR_EXPIRED", cause), "{}", outcome.message);
    assert!(took >= Duration::from_millis(990) && took < Duration::from_millis(1_400), "{took:?}");
    assert!((990..1_400).contains(&outcome.result.elapsed_ms), "{} ms", outcome.result.elapsed_ms);
}

fn waiting(client: &Client) -> Outcome {
    let (number, outcome, _) = next_end(client);
    assert_eq!(number, 99);
    outcome
}

/// As a game does: one look a frame.
fn polling(client: &Client) -> Outcome {
    loop {
        if let Some((event, outcome)) = client.poll_event() {
            assert_eq!(event.user_data, 99);
            return outcome;
        }
        thread::sleep(Duration::from_millis(16));
    }
}

#[test]
fn an_operation_expires_in_time_behind_one_that_waits_for_its_turn() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let config = mpa_client_config { invite_limit: 1, limit_period_ms: 6_000, ..patient(emulator.url()) };
    let prepare = |client: &Client| {
        submit(client, 20_000, 1);
        assert_eq!(next_end(client).1.status, "MPA_OK");
        submit(client, 20_000, 2);
        thread::sleep(Duration::from_millis(100));
    };
    ends_in_time(&config, prepare, "MPA_ERROR_THROTTLED", waiting);
    ends_in_time(&config, prepare, "MPA_ERROR_THROTTLED", polling);
}

#[test]
fn an_operation_expires_in_time_behind_a_request_without_an_answer() {
    let (endpoint, _requests) = peer::start(|_| Answer::Stall);
    let config = mpa_client_config { request_timeout_ms: 5_000, ..patient(&endpoint) };
    let prepare = |client: &Client| {
        submit(client, 20_000, 1);
        thread::sleep(Duration::from_millis(100));
    };
    ends_in_time(&config, prepare, "MPA_OK", waiting);
    ends_in_time(&config, prepare, "MPA_OK", polling);
    // Who flushes learns of it too, and nothing else ends meanwhile.
    let flushing = |client: &Client| {
        assert_eq!(client.flush(1_200).status, "MPA_ERROR_TIMED_OUT");
        client.poll_event().expect("it has expired").1
    };
    ends_in_time(&config, prepare, "MPA_OK", flushing);
}

#[test]
fn an_operation_that_is_submitted_during_a_wait_expires_in_it() {
    let (endpoint, _requests) = peer::start(|_| Answer::Stall);
    let client = Client::open(&mpa_client_config { request_timeout_ms: 5_000, ..patient(&endpoint) });
    submit(&client, 20_000, 1);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let started = Instant::now();
            (waiting(&client).status, started.elapsed())
        });
        thread::sleep(Duration::from_millis(200));
        submit(&client, 500, 99);
        let (status, took) = reader.join().unwrap();
        assert_eq!(status, "MPA_ERROR_EXPIRED");
        assert!(took < Duration::from_millis(1_200), "{took:?}");
    });
}

// One rule for doubt --------------------------------------------------------------------------------

#[test]
fn an_invite_in_doubt_is_uncertain_for_whatever_reason() {
    let unavailable = "MPA_ERROR_SERVICE_UNAVAILABLE";
    let broken = "MPA_ERROR_CONNECTION_FAILED";
    let unexpected = "MPA_ERROR_UNEXPECTED_ANSWER";
    type Case = (fn() -> Answer, &'static str);
    let cases: [Case; 9] = [
        (|| Answer::Say(response(408, &[], "")), unavailable),
        (|| Answer::Say(response(500, &[], "")), unavailable),
        (|| Answer::Say(response(502, &[], "")), unavailable),
        (|| Answer::Say(response(503, &[], "")), unavailable),
        (|| Answer::Say(response(504, &[], "")), unavailable),
        (|| Answer::Say(response(200, &[], "<html></html>")), unexpected),
        (|| Answer::Say("nonsense\r\n\r\n".to_owned()), unexpected),
        (|| Answer::Close, broken),
        (|| Answer::Stall, "MPA_ERROR_TIMED_OUT"),
    ];
    for (number, (answer, cause)) in cases.into_iter().enumerate() {
        let (endpoint, _requests) = peer::start(move |_| answer());
        let client = Client::open(&patient(&endpoint));
        let blocking = client.invite_many(3);
        submit(&client, 0, 1);
        let (_, submitted, _) = next_end(&client);
        for (outcome, users) in [(blocking, 3), (submitted, 1)] {
            assert_eq!(
                (outcome.status, outcome.cause),
                ("MPA_ERROR_UNCERTAIN", cause),
                "{number}: {}",
                outcome.message
            );
            assert_eq!((outcome.counts(), outcome.result.retryable), ((0, users, 0), 0), "{number}");
        }
        assert_eq!(client.close(0).1.uncertain, 1);
    }
}

#[test]
fn recent_players_in_doubt_are_not_uncertain_since_they_may_be_sent_again() {
    let (endpoint, _requests) = peer::start(|_| Answer::Say(response(500, &[], "")));
    let client = Client::open(&config(&endpoint));
    let outcome = client.post_groups(3);
    assert_eq!((outcome.status, outcome.cause), ("MPA_ERROR_SERVICE_UNAVAILABLE", "MPA_OK"));
    assert_eq!((outcome.counts(), outcome.result.retryable), ((0, 3, 0), 1));
}

// What fails is in the log ---------------------------------------------------------------------------

#[test]
fn what_the_service_refuses_is_an_error_of_the_log() {
    let cases = [(403, "MPA_ERROR_FORBIDDEN"), (400, "MPA_ERROR_REJECTED"), (200, "MPA_ERROR_UNCERTAIN")];
    for (status, name) in cases {
        let (endpoint, _requests) = peer::start(move |_| {
            Answer::Say(response(status, &["X-XblCorrelationId: some-id"], r#"{"errorCode": "SomeCode"}"#))
        });
        let level = if name == "MPA_ERROR_UNCERTAIN" { MPA_LOG_WARNING } else { MPA_LOG_ERROR };
        let client = Client::open(&mpa_client_config { log_level: level, ..patient(&endpoint) });
        assert_eq!(client.invite_many(1).status, name);
        submit(&client, 0, 1);
        let (_, _, mut log) = next_end(&client);
        log.extend(entries(&client));
        let [entry] = &log[..] else { panic!("{} entries", log.len()) };
        assert_eq!((entry.status, entry.result.http_status), (name, status.into()));
        assert_eq!((&*entry.error_code, &*entry.correlation_id), ("SomeCode", "some-id"));
    }
}

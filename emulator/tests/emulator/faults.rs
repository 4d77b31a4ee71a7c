//! Answers that go wrong on demand, and what the request log says of them.

use std::thread;
use std::time::{Duration, Instant};

use mpa_emulator::{Emulator, LoggedRequest, NO_TITLE, Options, Titles};

use crate::client::{Client, assert_refused, start, start_with};
use crate::requests::{Request, invite, recent_player_groups, server_invite};

const SOON: Duration = Duration::from_secs(10);

/// What the request log says of a request beside what was received.
fn kept(received: &LoggedRequest) -> (u16, bool, Option<&str>) {
    (received.status, received.acted, received.fault.as_deref())
}

fn all_kept(emulator: &Emulator) -> Vec<(u16, bool, Option<String>)> {
    let requests = emulator.requests(7);
    let kept = requests.iter().map(kept);
    kept.map(|(status, acted, fault)| (status, acted, fault.map(str::to_owned))).collect()
}

#[test]
fn without_a_fault_what_is_accepted_is_acted_on() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send(&invite(7));
    client.send(&invite(7).without("Authorization"));
    assert_eq!(all_kept(&emulator), [(204, true, None), (401, false, None)]);
}

#[test]
fn any_status_can_be_answered_with_any_headers_and_body() {
    let rule = r#"{"fault": "status", "status": 503, "next": 1, "body": "{\"busy\": true}",
        "headers": {"Retry-After": "2", "X-XblCorrelationId": "mine", "Date": "long ago"}}"#;
    let emulator = start_with(&[rule]);
    let mut client = Client::connect(&emulator);
    let answer = client.send(&invite(7));
    assert_eq!((answer.status, answer.json()["busy"].as_bool()), (503, Some(true)));
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert_eq!(answer.header("date"), Some("long ago"));
    assert_eq!(answer.header("x-xblcorrelationid"), Some("mine"));
    assert_eq!(answer.header("content-type"), None, "nothing is added");
    assert_eq!(client.send(&invite(7)).status, 204, "on the same connection");
    assert_eq!(all_kept(&emulator), [(503, false, Some("status".to_owned())), (204, true, None)]);
    let received = &emulator.requests(7)[0];
    assert_eq!(received.correlation_id, "mine");
    assert_eq!(received.json()["invitedUsers"][0], "2535465515082324");
}

#[test]
fn a_status_may_come_after_acting() {
    let emulator = start_with(&["status_after_acting:status=500"]);
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&invite(7)).status, 500);
    assert_eq!(client.send(&invite(7).with_body("{}")).status, 500);
    let fault = Some("status_after_acting".to_owned());
    assert_eq!(
        all_kept(&emulator),
        [(500, true, fault.clone()), (500, false, fault)],
        "what is refused is not acted on"
    );
}

#[test]
fn a_status_may_come_before_the_body_is_sent() {
    let emulator = start_with(&["status_before_body:status=413"]);
    let mut client = Client::connect(&emulator);
    let bytes = invite(7).to_bytes();
    let head_length = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    client.send_bytes(&bytes[..head_length]);
    let answer = client.receive();
    assert_eq!(answer.status, 413);
    assert!(answer.header("x-xblcorrelationid").is_some());
    let received = &emulator.requests(7)[0];
    assert_eq!(kept(received), (413, false, Some("status_before_body")));
    assert!(received.body.is_empty());
    assert_eq!(received.header("content-type"), Some("application/json; charset=utf-8"));
}

#[test]
fn a_redirect_says_where_to() {
    let emulator = start_with(&["redirect:location=http://127.0.0.1:1/x"]);
    let answer = Client::connect(&emulator).send(&invite(7));
    assert_eq!((answer.status, answer.header("location")), (307, Some("http://127.0.0.1:1/x")));
    assert_eq!(kept(&emulator.requests(7)[0]), (307, false, Some("redirect")));
}

#[test]
fn an_expired_token_is_unauthorized_until_a_newer_one_comes() {
    let emulator = start_with(&["expired_token"]);
    let mut client = Client::connect(&emulator);
    let with_token = |token: &str| server_invite(7).replacing("Authorization", &format!("XBL3.0 x=-;{token}"));
    for _ in 0..2 {
        let answer = client.send(&with_token("old"));
        assert_refused(&answer, 401, "AuthorizationError", "expired");
        assert_eq!(answer.header("www-authenticate"), Some("XBL3.0 error=\"expired\""));
    }
    assert_eq!(client.send(&with_token("new")).status, 204);
    assert_eq!(client.send(&with_token("old")).status, 401);
    emulator.set_faults(7, &["expired_token:token=new"]).unwrap();
    assert_eq!(client.send(&with_token("new")).status, 401);
    assert_eq!(client.send(&with_token("old")).status, 204);
}

#[test]
fn a_delayed_answer_comes_later_and_delays_no_other() {
    let emulator = start_with(&["delay:delay_ms=300,next=1"]);
    let mut client = Client::connect(&emulator);
    let start = Instant::now();
    client.send_bytes(&invite(7).to_bytes());
    assert_eq!(Client::connect(&emulator).send(&invite(8)).status, 204);
    assert!(emulator.requests(7).is_empty(), "it is not acted on yet");
    assert_eq!(client.receive().status, 204);
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(all_kept(&emulator), [(204, true, Some("delay".to_owned()))]);
    let start = Instant::now();
    assert_eq!(client.send(&invite(7)).status, 204);
    assert!(start.elapsed() < Duration::from_millis(300));
}

#[test]
fn a_delayed_request_is_acted_on_after_its_client_has_gone() {
    let emulator = start_with(&["delay:delay_ms=300"]);
    let mut client = Client::connect(&emulator);
    client.send_bytes(&invite(7).to_bytes());
    thread::sleep(Duration::from_millis(50));
    assert!(emulator.requests(7).is_empty(), "not yet");
    drop(client);
    let received = emulator.wait_for(7, 0, SOON);
    assert_eq!(kept(&received[0]), (204, true, Some("delay")));
}

#[test]
fn an_answer_delayed_after_acting_is_in_the_request_log_before() {
    let emulator = start_with(&["delay_after_acting:delay_ms=500"]);
    let mut client = Client::connect(&emulator);
    let start = Instant::now();
    client.send_bytes(&invite(7).to_bytes());
    let received = emulator.wait_for(7, 0, SOON);
    assert!(start.elapsed() < Duration::from_millis(400));
    assert_eq!(kept(&received[0]), (204, true, Some("delay_after_acting")));
    assert_eq!(client.receive().status, 204);
    assert!(start.elapsed() >= Duration::from_millis(500));
}

#[test]
fn any_fault_can_be_delayed() {
    for (rule, status) in [
        ("status:status=503,delay_ms=200", 503),
        ("status_before_body:status=503,delay_ms=200", 503),
        ("status_after_acting:status=503,delay_ms=200", 503),
        ("close_idle:idle_ms=0,delay_ms=200", 204),
        ("delay_before_body:delay_ms=200", 204),
    ] {
        let emulator = start_with(&[rule]);
        let start = Instant::now();
        assert_eq!(Client::connect(&emulator).send(&invite(7)).status, status);
        assert!(start.elapsed() >= Duration::from_millis(200), "{rule}");
    }
}

#[test]
fn faults_are_for_a_title_and_for_kinds_of_call() {
    let emulator = start_with(&["status:status=503,calls=server_invites"]);
    emulator.set_faults(Titles::All, &["status:status=500,calls=recent_players"]).unwrap();
    let mut client = Client::connect(&emulator);
    let statuses = [
        (invite(7), 204),
        (server_invite(7), 503),
        (recent_player_groups(7), 500),
        (server_invite(8), 204),
        (recent_player_groups(8), 500),
    ];
    for (request, status) in &statuses {
        assert_eq!(client.send(request).status, *status);
    }
}

#[test]
fn what_is_for_all_titles_is_for_strays_too() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    emulator.set_faults(NO_TITLE, &["status:status=500"]).unwrap();
    assert_eq!(client.get("/favicon.ico").status, 500);
    assert_eq!(client.send(&invite(7)).status, 204);
    emulator.set_faults(NO_TITLE, &[]).unwrap();
    emulator.set_faults(Titles::All, &["status:status=502"]).unwrap();
    assert_eq!(client.get("/favicon.ico").status, 502);
    assert_eq!(client.get("/emulator/faults").status, 200, "not for the control interface");
}

#[test]
fn a_share_applies_to_the_same_requests_in_every_run() {
    let run = |seed| {
        let emulator = Emulator::start(Options {
            seed,
            faults: vec!["status:status=503,share=0.3".parse().unwrap()],
            ..Options::default()
        })
        .unwrap();
        let mut client = Client::connect(&emulator);
        let statuses = (0..100).map(|_| client.send(&invite(7)).status);
        statuses.collect::<Vec<_>>()
    };
    let first = run(1);
    let faulted = first.iter().filter(|status| **status == 503).count();
    assert!((15..45).contains(&faulted), "{faulted}");
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn a_request_that_does_not_arrive_in_full_gets_no_fault() {
    let emulator = start_with(&["status:status=503"]);
    let mut client = Client::connect(&emulator);
    let bytes = invite(7).to_bytes();
    client.send_bytes(&bytes[..bytes.len() - 5]);
    drop(client);
    let received = emulator.wait_for(7, 0, SOON);
    assert_eq!(kept(&received[0]), (400, false, None));
}

#[test]
fn a_stop_does_not_wait_for_delays() {
    let emulator = start_with(&["delay:delay_ms=60000"]);
    let mut client = Client::connect(&emulator);
    client.send_bytes(&Request::to_bytes(&invite(7)));
    thread::sleep(Duration::from_millis(50));
    let start = Instant::now();
    drop(emulator);
    assert!(start.elapsed() < Duration::from_secs(2));
}

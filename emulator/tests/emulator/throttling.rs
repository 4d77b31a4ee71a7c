//! Callers that make too many calls.

use std::thread;
use std::time::Duration;

use mpa_emulator::Emulator;
use mpa_emulator::throttle::{Limits, Settings};
use serde_json::json;

use crate::client::{Answer, Client, assert_refused, start};
use crate::requests::{
    Request, delete_activity, get_activities, invite, recent_player_groups, server_invite, server_recent_players,
    set_activity,
};

fn start_throttled(settings: &str) -> Emulator {
    let emulator = start();
    emulator.set_throttle(7, Some(settings.parse().unwrap()));
    emulator
}

fn accepted(client: &mut Client, request: &Request, count: usize) -> usize {
    let statuses = (0..count).map(|_| client.send(request).status);
    statuses.filter(|status| *status == 204).count()
}

#[test]
fn the_documented_limits_hold_for_each_kind_of_call() {
    let emulator = start_throttled("{}");
    let mut client = Client::connect(&emulator);
    assert_eq!(accepted(&mut client, &server_invite(7), 10), 7);
    assert_eq!(accepted(&mut client, &recent_player_groups(7), 10), 3);
    assert_eq!(accepted(&mut client, &server_recent_players(7), 10), 0, "of the same kind");
    assert_eq!(accepted(&mut client, &set_activity(7), 9), 9);
    assert_eq!(accepted(&mut client, &delete_activity(7), 9), 1);
    assert_eq!(accepted(&mut client, &get_activities(7), 30), 20);
    assert_eq!(accepted(&mut client, &server_invite(8), 10), 10);
    assert_eq!(emulator.throttle(7), Some(Settings::default()));
    assert_eq!(emulator.throttle(8), None);
}

#[test]
fn each_authorization_value_has_counts_of_its_own() {
    let emulator = start_throttled("{}");
    let mut client = Client::connect(&emulator);
    for token in ["XBL3.0 x=1;a", "XBL3.0 x=1;b", "XBL3.0 x=2;a"] {
        let request = invite(7).replacing("Authorization", token);
        assert_eq!(accepted(&mut client, &request, 10), 7, "{token}");
    }
}

#[test]
fn one_call_too_many_is_refused_as_documented() {
    let emulator = start_throttled("{}");
    let mut client = Client::connect(&emulator);
    assert_eq!(accepted(&mut client, &invite(7), 7), 7);
    let answer = client.send(&invite(7));
    assert_eq!(answer.status, 429);
    assert_eq!(
        answer.body,
        r#"{"version":1,"currentRequests":8,"maxRequests":7,"periodInSeconds":15,"limitType":"burst","debugMessage":"Too many requests"}"#
    );
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert!(answer.header("x-xblcorrelationid").is_some());
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=15).contains(&seconds), "{seconds}");
    let received = &emulator.requests(7)[7];
    assert_eq!((received.status, received.acted), (429, false));
    assert_eq!(received.fault.as_deref(), Some("throttle"));
}

#[test]
fn rejected_calls_use_up_the_sustained_limit() {
    let emulator = start_throttled("{}");
    let mut client = Client::connect(&emulator);
    assert_eq!(accepted(&mut client, &invite(7), 49), 7);
    let answer = client.send(&invite(7)).json();
    let expected = json!({"version": 1, "currentRequests": 50, "maxRequests": 50,
        "periodInSeconds": 300, "limitType": "rate", "debugMessage": "Too many requests"});
    assert_eq!(answer, expected);
}

#[test]
fn calls_are_let_through_again_when_the_period_is_over() {
    let emulator = start_throttled(r#"{"invites": {"burst": {"max": 2, "period_ms": 500}, "sustained": null}}"#);
    let mut client = Client::connect(&emulator);
    assert_eq!(accepted(&mut client, &invite(7), 4), 2);
    let answer = client.send(&invite(7));
    assert_eq!(answer.header("retry-after"), Some("1"), "rounded up");
    assert_eq!(answer.json()["periodInSeconds"], 1);
    thread::sleep(Duration::from_millis(520));
    assert_eq!(accepted(&mut client, &invite(7), 4), 2);
}

/// The answer to the second call where one is allowed.
fn rejection(settings: &str) -> Answer {
    let mut settings: Settings = settings.parse().unwrap();
    let limits = settings.invites.as_mut().unwrap();
    let burst = Limits::INVITES.burst.map(|burst| mpa_emulator::throttle::Limit { max: 1, ..burst });
    limits.burst = burst;
    let emulator = start();
    emulator.set_throttle(7, Some(settings));
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&invite(7)).status, 204);
    client.send(&invite(7))
}

#[test]
fn the_answer_has_every_form_that_is_described() {
    let strings = rejection(r#"{"answer": "strings"}"#);
    let expected = json!({"version": "1", "currentRequests": "2", "maxRequests": "1",
        "periodInSeconds": "15", "limitType": "burst", "debugMessage": "Too many requests"});
    assert_eq!((strings.status, strings.json()), (429, expected));

    let of_type = rejection(r#"{"answer": "type"}"#).json();
    assert_eq!((&of_type["type"], of_type.get("limitType")), (&json!("burst"), None));

    let no_body = rejection(r#"{"answer": "no_body"}"#);
    assert_eq!((no_body.status, no_body.body.as_str()), (429, ""));
    assert!(no_body.header("retry-after").is_some());

    let bad_request = rejection(r#"{"answer": "bad_request", "retry_after": false}"#);
    assert_refused(&bad_request, 400, "InvalidRequest", "Too many requests");
    assert_eq!(bad_request.header("retry-after"), None);

    let unavailable = rejection(r#"{"answer": "unavailable"}"#);
    assert_eq!((unavailable.status, &unavailable.json()["maxRequests"]), (503, &json!(1)));
}

#[test]
fn what_no_caller_can_be_charged_with_does_not_count() {
    let emulator = start_throttled(r#"{"invites": {"burst": {"max": 1, "period_ms": 60000}, "sustained": null}}"#);
    let mut client = Client::connect(&emulator);
    for (request, status) in [
        (invite(7).without("Authorization"), 401),
        (invite(7).replacing("Authorization", "Bearer 1"), 401),
        (Request::new("GET", "/titles/7/invites"), 405),
        (Request::new("POST", "/titles/7/invite"), 404),
        (invite(7).with_body("{}"), 400),
        (invite(7).with_body("{}"), 429),
        (invite(7), 429),
    ] {
        assert_eq!(client.send(&request).status, status);
    }
}

#[test]
fn a_call_that_a_fault_keeps_from_the_service_does_not_count() {
    let emulator = start_throttled(r#"{"invites": {"burst": {"max": 1, "period_ms": 60000}, "sustained": null}}"#);
    let rules = ["status:status=500,next=2", "status_after_acting:status=502,next=2"];
    emulator.set_faults(7, &rules).unwrap();
    let mut client = Client::connect(&emulator);
    let statuses = [0; 5].map(|_| client.send(&invite(7)).status);
    assert_eq!(statuses, [500, 500, 502, 502, 429]);
    let acted: Vec<_> = emulator.requests(7).iter().map(|r| r.acted).collect();
    assert_eq!(acted, [false, false, true, false, false]);
}

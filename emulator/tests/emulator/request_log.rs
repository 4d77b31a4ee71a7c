//! What was received, asked for over HTTP and in Rust.

use std::thread;
use std::time::{Duration, Instant};

use mpa_emulator::NO_TITLE;
use serde_json::{Value, json};

use crate::client::{Client, start};
use crate::requests::{OF_USER, Request, invite, server_invite};

/// Long enough for anything that is to happen, on a busy machine too.
const SOON: Duration = Duration::from_secs(10);
/// Long enough to see that something waits.
const BRIEFLY: Duration = Duration::from_millis(200);

fn shown(client: &mut Client, query: &str) -> Value {
    let answer = client.get(&format!("/emulator/titles/{query}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn indices(shown: &Value) -> Vec<u64> {
    let requests = shown["requests"].as_array().unwrap();
    requests.iter().map(|request| request["index"].as_u64().unwrap()).collect()
}

#[test]
fn a_request_is_shown_as_it_was_received() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let answer = client.send(&server_invite(7).with("Signature", "AAAAAQ=="));
    let shown = shown(&mut client, "7/requests");
    assert_eq!((&shown["forgotten"], &shown["titles_forgotten"]), (&json!(0), &json!(0)));
    let request = &shown["requests"][0];
    assert_eq!(request["index"], 1);
    assert_eq!(request["connection"], 1);
    assert_eq!(request["method"], "POST");
    assert_eq!(request["path"], "/titles/7/invites/server");
    assert_eq!(request["status"], 204);
    assert_eq!(request["body"], json!({"invitedUsers": ["1"], "sender": "2814613765430389"}));
    assert_eq!(request.get("body_text"), None);
    assert_eq!(request["correlation_id"], answer.header("x-xblcorrelationid").unwrap());
    assert!(request["at_ms"].is_u64());
    let headers = &request["headers"];
    assert_eq!(headers["authorization"], "XBL3.0 x=-;token");
    assert_eq!(headers["signature"], "AAAAAQ==");
    assert_eq!(headers["content-length"], "50");

    let received = &emulator.requests(7)[0];
    assert_eq!(received.header("Signature"), Some("AAAAAQ=="));
    assert_eq!(received.json(), request["body"]);
    assert_eq!((received.index, received.connection, received.status), (1, 1, 204));
}

#[test]
fn refused_requests_are_kept_with_their_status() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send(&server_invite(7).without("Authorization"));
    client.send(&Request::call("/titles/7/invites", OF_USER, "not json"));
    client.send(&Request::new("GET", "/titles/7/invites?a=b"));
    client.send(&invite(7));
    let shown = shown(&mut client, "7/requests");
    let statuses: Vec<_> = (0..4).map(|i| shown["requests"][i]["status"].clone()).collect();
    assert_eq!(statuses, [401, 400, 405, 204]);
    assert_eq!(shown["requests"][1]["body"], Value::Null);
    assert_eq!(shown["requests"][1]["body_text"], "not json");
    assert_eq!(shown["requests"][2]["path"], "/titles/7/invites?a=b");
}

#[test]
fn titles_are_kept_apart_and_strays_are_under_no_title() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send(&invite(7));
    client.send(&invite(8));
    client.send(&Request::new("POST", "/titles/0/invites"));
    client.send(&Request::new("GET", "/favicon.ico"));
    assert_eq!(indices(&shown(&mut client, "7/requests")), [1]);
    assert_eq!(indices(&shown(&mut client, "8/requests")), [1]);
    assert_eq!(indices(&shown(&mut client, "9/requests")), [0; 0]);
    assert_eq!(indices(&shown(&mut client, "0/requests")), [1, 2]);
    assert_eq!(emulator.requests(NO_TITLE)[1].path, "/favicon.ico");
}

#[test]
fn only_later_requests_are_shown_if_asked() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    for _ in 0..3 {
        client.send(&invite(7));
    }
    assert_eq!(indices(&shown(&mut client, "7/requests?after=1")), [2, 3]);
    assert_eq!(indices(&shown(&mut client, "7/requests?after=3")), [0; 0]);
    assert_eq!(emulator.wait_for(7, 2, SOON).len(), 1);
}

#[test]
fn a_wait_ends_when_a_request_arrives() {
    let emulator = start();
    Client::connect(&emulator).send(&invite(7));
    thread::scope(|scope| {
        let over_http = scope.spawn(|| {
            let shown = shown(&mut Client::connect(&emulator), "7/requests?after=1&wait_ms=10000");
            (indices(&shown), Instant::now())
        });
        let in_rust = scope.spawn(|| {
            let requests = emulator.wait_for(7, 1, SOON);
            (requests.iter().map(|request| request.index).collect(), Instant::now())
        });
        thread::sleep(BRIEFLY);
        let mut client = Client::connect(&emulator);
        client.send(&invite(8));
        thread::sleep(BRIEFLY);
        let before = Instant::now();
        client.send(&invite(7));
        for waiter in [over_http, in_rust] {
            let (indices, ended) = waiter.join().unwrap();
            assert_eq!(indices, [2]);
            assert!(ended >= before, "another title's request ends no wait");
            assert!(ended < before + SOON / 2, "a wait does not last to its limit");
        }
    });
}

#[test]
fn a_wait_in_vain_ends_at_its_limit_with_nothing() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let start = Instant::now();
    assert_eq!(indices(&shown(&mut client, "7/requests?wait_ms=200")), [0; 0]);
    assert!(start.elapsed() >= BRIEFLY && start.elapsed() < SOON);
    let start = Instant::now();
    assert!(emulator.wait_for(7, 0, BRIEFLY).is_empty());
    assert!(start.elapsed() >= BRIEFLY && start.elapsed() < SOON);
}

#[test]
fn a_wait_delays_no_other_request() {
    let emulator = start();
    let mut waiting = Client::connect(&emulator);
    waiting.send_bytes(&Request::new("GET", "/emulator/titles/8/requests?wait_ms=60000").to_bytes());
    let start = Instant::now();
    assert_eq!(Client::connect(&emulator).send(&invite(7)).status, 204);
    assert!(start.elapsed() < SOON);
}

#[test]
fn what_is_forgotten_is_gone_and_counting_starts_anew() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let forget = Request::new("DELETE", "/emulator/titles/7/requests");
    client.send(&invite(7));
    client.send(&invite(8));
    assert_eq!(client.send(&forget).status, 204);
    assert!(emulator.requests(7).is_empty());
    assert_eq!(emulator.requests(8).len(), 1);
    client.send(&invite(7));
    assert_eq!(indices(&shown(&mut client, "7/requests")), [1]);
    emulator.reset(7);
    assert_eq!(indices(&shown(&mut client, "7/requests")), [0; 0]);
    client.send(&invite(7));
    assert_eq!(emulator.requests(7)[0].index, 1);
}

#[test]
fn the_control_interface_is_strict_and_not_recorded() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let wrong = [
        ("GET", "/emulator/titles/7/requests?wait_ms=60001", 400),
        ("GET", "/emulator/titles/7/requests?wait=5", 400),
        ("GET", "/emulator/titles/7/requests?after=-1", 400),
        ("GET", "/emulator/titles/x/requests", 400),
        ("GET", "/emulator/titles/7/users/x/recent_players", 400),
        ("GET", "/emulator/titles/x/users/9/activity", 400),
        ("DELETE", "/emulator/titles/x/users", 400),
        ("GET", "/emulator/titles/7/users", 405),
        ("DELETE", "/emulator/titles/4294967296/requests", 400),
        ("GET", "/emulator/titles/7", 404),
        ("POST", "/emulator/titles/7/requests", 405),
    ];
    for (method, path, status) in wrong {
        assert_eq!(client.send(&Request::new(method, path)).status, status, "{method} {path}");
    }
    assert!(emulator.requests(7).is_empty() && emulator.requests(NO_TITLE).is_empty());
}

#[test]
fn the_newest_ten_thousand_are_kept() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let request = Request::new("GET", "/titles/7/invites").to_bytes();
    // In batches: one by one would take far longer.
    for _ in 0..101 {
        client.send_bytes(&request.repeat(100));
        for _ in 0..100 {
            client.receive();
        }
    }
    let shown = shown(&mut client, "7/requests");
    let indices = indices(&shown);
    assert_eq!((indices.len(), indices[0], indices[9_999]), (10_000, 101, 10_100));
    assert_eq!(shown["forgotten"], 100);
}

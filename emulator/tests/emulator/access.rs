//! The control interface is not for web pages: DNS rebinding, and requests across sites.

use std::net::TcpStream;

use mpa_emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Answer, Client, start};
use crate::partner;
use crate::requests::{Request, invite};

const JOURNAL: &str = "/emulator/titles/7/requests";

/// All that there is, and what there is not.
const EVERYTHING: [(&str, &str); 24] = [
    ("GET", JOURNAL),
    ("HEAD", JOURNAL),
    ("OPTIONS", JOURNAL),
    ("GET", "/emulator/titles/7/requests?wait_ms=60000&after=9"),
    ("DELETE", JOURNAL),
    ("GET", "/emulator/titles/7/faults"),
    ("PUT", "/emulator/titles/7/faults"),
    ("DELETE", "/emulator/titles/7/faults"),
    ("PUT", "/emulator/faults"),
    ("PUT", "/emulator/titles/7/throttle"),
    ("PUT", "/emulator/throttle"),
    ("GET", "/emulator/clock"),
    ("PUT", "/emulator/clock"),
    ("DELETE", "/emulator/tokens"),
    ("DELETE", "/emulator/service_tokens"),
    ("POST", JOURNAL),
    ("GET", "/emulator"),
    ("GET", "/emulator/"),
    ("POST", "/emulator/"),
    ("GET", "/emulator/page/page.js"),
    ("GET", "/emulator/events"),
    ("GET", "/emulator/no-such-thing"),
    ("GET", "/emulator/titles/x/requests"),
    ("GET", "/emulator/%74itles/7/requests"),
];

fn own_host(emulator: &Emulator) -> String {
    emulator.address().to_string()
}

#[track_caller]
fn assert_shut_out(answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    let error = answer.json();
    assert_eq!(error["errorCode"], "InvalidRequest");
    let said = error["debugMessage"].as_str().unwrap();
    assert!(said.contains(sentence), "{sentence:?} in {said:?}");
}

#[test]
fn nothing_is_shown_or_done_for_a_page() {
    let emulator = start();
    emulator.set_faults(8, &["reset"]).unwrap();
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&invite(7)).status, 204);
    let own = own_host(&emulator);
    for (name, value, status) in [
        ("Host", format!("rebound.example:{}", emulator.address().port()), 421),
        ("Host", "rebound.example".to_owned(), 421),
        ("Origin", "http://evil.example".to_owned(), 403),
        ("Origin", "null".to_owned(), 403),
        ("Origin", "http://localhost:3000".to_owned(), 403),
        ("Sec-Fetch-Site", "cross-site".to_owned(), 403),
    ] {
        for (method, path) in EVERYTHING {
            let request = Request::new(method, path).replacing("Host", &own).replacing(name, &value);
            // Good for each path, had it been read.
            let body = match path {
                "/emulator/clock" => json!({"offset_ms": 1}),
                path if path.ends_with("throttle") => json!({}),
                _ => json!([{"fault": "reset"}]),
            };
            client.send_bytes(&request.with_body(body.to_string()).to_bytes());
            if method == "HEAD" {
                // An answer without its body, which the next one would be taken for.
                assert_eq!(client.receive_head().status, status, "{path} with {name}: {value}");
                continue;
            }
            let answer = client.receive();
            assert_eq!(answer.status, status, "{method} {path} with {name}: {value}: {answer:?}");
            assert_shut_out(&answer, status, &value);
            assert!(!answer.body.contains("token"), "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    assert_eq!(emulator.requests(7).len(), 1);
    assert_eq!((emulator.faults(7).len(), emulator.faults(8).len()), (0, 1));
    assert_eq!(emulator.faults(mpa_emulator::Titles::All).len(), 0);
    assert_eq!(client.get("/emulator/clock").json(), json!({"offset_ms": 0}));
    assert_eq!(client.get("/emulator/throttle").json(), Value::Null);
}

#[test]
fn programs_and_the_users_own_requests_are_answered() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let (own, port) = (own_host(&emulator), emulator.address().port());
    for host in [own.clone(), "127.0.0.1".to_owned(), "localhost".to_owned(), format!("LocalHost.:{port}")] {
        let request = Request::new("GET", JOURNAL).replacing("Host", &host);
        assert_eq!(client.send(&request).status, 200, "{host}");
    }
    let typed_in = Request::new("GET", JOURNAL).replacing("Host", &own).with("Sec-Fetch-Site", "none");
    assert_eq!(client.send(&typed_in).status, 200);
    let own_page = Request::new("PUT", "/emulator/clock")
        .replacing("Host", &own)
        .with("Origin", &format!("http://{own}"))
        .with("Sec-Fetch-Site", "same-origin")
        .with_body(r#"{"offset_ms": 1}"#);
    assert_eq!(client.send(&own_page).status, 204);
}

#[test]
fn the_calls_of_the_service_are_open_to_every_host() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    for host in ["multiplayeractivity.xboxlive.com", "rebound.example", "localhost"] {
        let request = invite(7).replacing("Host", host).with("Origin", "null").with("Sec-Fetch-Site", "cross-site");
        assert_eq!(client.send(&request).status, 204, "{host}");
    }
    assert_eq!(emulator.requests(7).len(), 3);
}

/// A request line and headers, sent as they are on a connection of their own.
fn answer_to(emulator: &Emulator, head: &str) -> Answer {
    let mut client = Client::connect(emulator);
    client.send_bytes(format!("{head}\r\n\r\n").as_bytes());
    client.receive()
}

#[test]
fn there_is_one_host_whatever_the_form_of_the_request() {
    let emulator = start();
    let own = own_host(&emulator);
    for (head, status, sentence) in [
        (format!("GET {JOURNAL} HTTP/1.0"), 400, "Host is missing"),
        (format!("GET {JOURNAL} HTTP/1.1"), 400, "Host is missing"),
        (format!("GET {JOURNAL} HTTP/1.0\r\nHost: rebound.example"), 421, "\"rebound.example\""),
        (format!("GET {JOURNAL} HTTP/1.1\r\nHost: {own}\r\nHost: {own}"), 400, "must be there once"),
        (format!("GET {JOURNAL} HTTP/1.1\r\nHost: {own}\r\nHost: rebound.example"), 400, "must be there once"),
        (format!("GET {JOURNAL} HTTP/1.1\r\nHost: {own}, {own}"), 400, "not a name or an IP address"),
        (format!("GET {JOURNAL} HTTP/1.1\r\nHost:"), 400, "not a name or an IP address"),
        (format!("GET {JOURNAL} HTTP/1.1\r\nHost: l\u{f6}calhost"), 400, "not a name or an IP address"),
        (format!("GET http://rebound.example{JOURNAL} HTTP/1.1\r\nHost: {own}"), 421, "\"rebound.example\""),
        (format!("GET http://{own}{JOURNAL} HTTP/1.1\r\nHost: rebound.example"), 421, "\"rebound.example\""),
        (format!("GET http://a@{own}{JOURNAL} HTTP/1.1\r\nHost: {own}"), 400, "no user name"),
    ] {
        assert_shut_out(&answer_to(&emulator, &head), status, sentence);
    }
    for head in
        [format!("GET {JOURNAL} HTTP/1.0\r\nHost: {own}"), format!("GET http://{own}{JOURNAL} HTTP/1.1\r\nHost: {own}")]
    {
        assert_eq!(answer_to(&emulator, &head).status, 200, "{head}");
    }
    // Another spelling of the prefix leads to no control interface.
    for path in ["/EMULATOR/faults", "//emulator/faults", "/%65mulator/faults", "/x/../emulator/faults"] {
        let answer = answer_to(&emulator, &format!("GET {path} HTTP/1.1\r\nHost: rebound.example"));
        assert_eq!((answer.status, answer.json()["debugMessage"].as_str()), (404, Some("There is no such path.")));
    }
}

#[test]
fn over_https_it_is_the_same() {
    let emulator = partner::start();
    let (mut client, own) = (partner::to_service(&emulator), own_host(&emulator));
    let request = Request::new("GET", JOURNAL).replacing("Host", &own);
    assert_eq!(client.send(&request).status, 200);
    assert_eq!(client.send(&request.clone().with("Origin", &format!("https://{own}"))).status, 200);
    assert_shut_out(&client.send(&request.clone().with("Origin", &format!("http://{own}"))), 403, "Origin");
    let rebound = request.replacing("Host", "rebound.example");
    assert_shut_out(&client.send(&rebound), 421, "--allow-host");
}

#[test]
fn further_hosts_can_be_allowed() {
    let options = Options {
        address: "0.0.0.0:0".parse().unwrap(),
        allowed_hosts: vec!["emulator".parse().unwrap(), "named.example:9000".parse().unwrap()],
        ..Options::default()
    };
    let emulator = Emulator::start(options).unwrap();
    let port = emulator.address().port();
    let mut client = Client::over(TcpStream::connect(("127.0.0.1", port)).unwrap());
    let mut status = |host: &str| client.send(&Request::new("GET", JOURNAL).replacing("Host", host)).status;
    assert_eq!(["emulator", "Emulator.:8787", "named.example:9000"].map(&mut status), [200; 3]);
    // Behind address translation, the address that a client knows is not one of this machine.
    assert_eq!(status(&format!("192.0.2.7:{port}")), 200);
    assert_eq!(["rebound.example", "named.example:9001", "emulator.rebound.example"].map(&mut status), [421; 3]);
    let closed = start();
    let answer = Client::connect(&closed).send(&Request::new("GET", JOURNAL).replacing("Host", "emulator"));
    assert_shut_out(&answer, 421, "answers for localhost and loopback addresses with port ");
}

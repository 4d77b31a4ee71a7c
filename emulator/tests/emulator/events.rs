//! The stream of events, over real sockets.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use mpa_emulator::{Emulator, Titles};
use serde_json::{Value, json};

use crate::client::{Client, start};
use crate::requests::{Request, invite, server_invite};

/// No event takes this long.
const LIMIT: Duration = Duration::from_secs(20);

const EVENTS: &str = "/emulator/events";

struct Event {
    id: String,
    name: String,
    data: Value,
}

/// Reads a stream of events, and nothing else of the connection.
struct Stream(Client<TcpStream>);

impl Stream {
    fn open(emulator: &Emulator, request: &Request) -> Self {
        let mut client = Client::connect(emulator);
        client.send_bytes(&request.to_bytes());
        let head = client.receive_head();
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")), "{head:?}");
        Self(client)
    }

    fn of(emulator: &Emulator, query: &str) -> Self {
        Self::open(emulator, &Request::new("GET", &format!("{EVENTS}{query}")))
    }

    /// The next event, whatever chunks it comes in.
    fn next(&mut self) -> Event {
        let mut event = Event { id: String::new(), name: String::new(), data: Value::Null };
        let start = Instant::now();
        loop {
            // Comments keep the connection alive, so the socket's own limit does not end this.
            assert!(start.elapsed() < LIMIT, "no event arrived");
            let line = self.0.line();
            match line.split_once(": ") {
                Some(("id", id)) => event.id = id.to_owned(),
                Some(("event", name)) => event.name = name.to_owned(),
                Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
                _ if !event.data.is_null() => return event,
                // The length of a chunk, a comment, an empty line.
                _ => {}
            }
        }
    }

    /// Requests that come next, one by one or together, and how many were lost before them.
    fn rows(&mut self, count: usize) -> (Vec<Value>, u64) {
        let (mut rows, mut lost) = (Vec::new(), 0);
        while rows.len() < count {
            let event = self.next();
            match event.name.as_str() {
                "request" => rows.push(event.data),
                "requests" => rows.extend(event.data.as_array().unwrap().iter().cloned()),
                "lost" => lost += event.data["count"].as_u64().unwrap(),
                name => assert_eq!(name, "state"),
            }
        }
        (rows, lost)
    }

    fn numbers(&mut self, count: usize) -> (Vec<u64>, u64) {
        let (rows, lost) = self.rows(count);
        (rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect(), lost)
    }
}

/// In batches: one by one would take far longer.
fn send_many(emulator: &Emulator, title_id: u32, hundreds: usize) {
    let mut client = Client::connect(emulator);
    let request = Request::new("GET", &format!("/titles/{title_id}/invites")).to_bytes();
    for _ in 0..hundreds {
        client.send_bytes(&request.repeat(100));
        for _ in 0..100 {
            client.receive();
        }
    }
}

#[test]
fn a_request_arrives_at_once_and_without_its_secrets() {
    let emulator = start();
    let mut stream = Stream::of(&emulator, "");
    assert_eq!(stream.next().name, "state");
    let mut client = Client::connect(&emulator);
    client.send(&server_invite(7).with("Signature", "c2VjcmV0"));
    let sent = Instant::now();
    let event = stream.next();
    assert!(sent.elapsed() < Duration::from_secs(5), "{:?}", sent.elapsed());
    assert_eq!(event.name, "request");
    let row = event.data;
    assert_eq!((&row["seq"], &row["title_id"], &row["index"]), (&json!(1), &json!(7), &json!(1)));
    assert_eq!((&row["caller"], &row["status"]), (&json!("-"), &json!(204)));
    assert_eq!(row["body"]["sender"], "2814613765430389");
    assert_eq!(
        (&row["headers"]["authorization"], &row["headers"]["signature"]),
        (&json!("XBL3.0 x=-;***"), &json!("***"))
    );
    assert!(event.id.ends_with("-1"), "{}", event.id);

    client.send(&invite(8).without("x-xbl-contract-version"));
    let row = stream.next().data;
    assert_eq!((&row["seq"], &row["title_id"], &row["status"]), (&json!(2), &json!(8), &json!(400)));
    assert_eq!(row["response"]["errorCode"], "InvalidRequest");
}

#[test]
fn requests_that_come_fast_arrive_together_and_in_order() {
    let emulator = start();
    let mut stream = Stream::of(&emulator, "");
    send_many(&emulator, 7, 5);
    send_many(&emulator, 8, 5);
    let (numbers, lost) = stream.numbers(1_000);
    assert_eq!((numbers, lost), ((1..=1_000).collect(), 0));
}

#[test]
fn a_new_client_is_shown_the_last_five_hundred() {
    let emulator = start();
    send_many(&emulator, 7, 4);
    send_many(&emulator, 8, 4);
    assert_eq!(Stream::of(&emulator, "").numbers(500), ((301..=800).collect(), 0));
}

#[test]
fn a_client_that_comes_back_loses_nothing() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send(&invite(7));
    let mut stream = Stream::of(&emulator, "");
    let id = loop {
        let event = stream.next();
        if event.name == "request" {
            break event.id;
        }
    };
    drop(stream);
    send_many(&emulator, 7, 7);
    let resumed = Request::new("GET", EVENTS).with("Last-Event-ID", &id);
    assert_eq!(Stream::open(&emulator, &resumed).numbers(700), ((2..=701).collect(), 0));
    assert_eq!(Stream::of(&emulator, &format!("?after={id}")).numbers(700).0[0], 2);
    assert_eq!(Stream::of(&emulator, "?after=700").numbers(1), (vec![701], 0));
    let of_another_run = Request::new("GET", EVENTS).with("Last-Event-ID", "another-run-700");
    assert_eq!(Stream::open(&emulator, &of_another_run).numbers(701).0[0], 1, "all of this one");
    assert_eq!(Stream::of(&emulator, "?after=702").numbers(701).0[0], 1, "such a number is of another run");
    for wrong in ["?after=x", "?before=1"] {
        assert_eq!(client.get(&format!("{EVENTS}{wrong}")).status, 400, "{wrong}");
    }
}

#[test]
fn what_the_log_has_no_more_is_counted() {
    let emulator = start();
    send_many(&emulator, 7, 101);
    let (numbers, lost) = Stream::of(&emulator, "?after=0").numbers(10_000);
    assert_eq!((numbers[0], numbers[9_999], lost), (101, 10_100, 100));
    emulator.reset(7);
    Client::connect(&emulator).send(&invite(7));
    assert_eq!(Stream::of(&emulator, "?after=10098").numbers(1), (vec![10_101], 2));
}

#[test]
fn a_client_that_reads_nothing_delays_no_one() {
    let emulator = start();
    let mut stream = Stream::of(&emulator, "");
    send_many(&emulator, 7, 50);
    assert_eq!(Client::connect(&emulator).send(&invite(8)).status, 204);
    let (numbers, lost) = stream.numbers(5_001);
    assert_eq!((numbers.len(), lost), (5_001, 0));
}

#[test]
fn settings_are_shown_at_first_and_when_they_change() {
    let emulator = start();
    let mut stream = Stream::of(&emulator, "");
    let first = stream.next();
    assert_eq!(first.name, "state");
    let nothing = json!({"clock": {"offset_ms": 0}, "faults": [], "throttle": null, "titles": {}});
    assert_eq!(first.data["scenario"], nothing);
    assert_eq!(first.data["version"], env!("CARGO_PKG_VERSION"));
    emulator.set_clock_offset(5);
    assert_eq!(stream.next().data["scenario"]["clock"]["offset_ms"], 5);
    emulator.set_faults(7, &["status:status=503,next=1"]).unwrap();
    let rules = json!([{"fault": "status", "status": 503, "headers": {}, "body": "", "next": 1}]);
    assert_eq!(stream.next().data["scenario"]["titles"]["7"]["faults"], rules);
    emulator.set_throttle(Titles::All, Some("{}".parse().unwrap()));
    assert_eq!(stream.next().data["scenario"]["throttle"]["windows"], "fixed");
    assert_eq!(Client::connect(&emulator).send(&invite(7)).status, 503);
    let used_up = stream.next();
    assert_eq!((used_up.name.as_str(), &used_up.data["scenario"]["titles"]), ("state", &json!({})));
    assert_eq!(stream.next().data["fault"], "status");
}

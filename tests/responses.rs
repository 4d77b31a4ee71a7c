//! A response acknowledges the request that it answers, and no other. What a peer sends too much, too
//! early or too late costs a connection and never changes how a call ends; the peer's own view is the
//! measure.

#[path = "responses/random.rs"]
mod random;
#[path = "responses/stopped.rs"]
mod stopped;

use std::fs;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mpa::ffi::client::{MPA_CA_ONLY, mpa_client_config};
use mpa_tests::build::scratch;
use mpa_tests::c::{Client, config, text};
use mpa_tests::peer::{
    ACCEPTED, LAYERS, Layer, Peer, Stream, read_request, reset, response, say, say_raw, wait_for_close,
};

/// A client that trusts this peer; each request is sent once.
fn trusting(peer: &Peer, name: &str) -> mpa_client_config {
    let file = scratch("responses").join(format!("{name}-{}.pem", peer.address.port()));
    fs::write(&file, peer.authority.pem()).unwrap();
    mpa_client_config {
        ca_certificates_path: text(file.to_str().unwrap()),
        ca_mode: MPA_CA_ONLY,
        ..config(&peer.endpoint())
    }
}

/// How the first request of the first connection is answered.
type Script = fn(&mut dyn Stream);

/// Acknowledges, with padding that makes the response `length` bytes long.
fn accepted_with(length: usize) -> String {
    let frame = "HTTP/1.1 204 No Content\r\nX-Padding: \r\n\r\n".len();
    format!("HTTP/1.1 204 No Content\r\nX-Padding: {}\r\n\r\n", "x".repeat(length - frame))
}

/// Two responses in one segment, the first of which ends `before` bytes before a boundary at `at`.
fn across(stream: &mut dyn Stream, at: usize, before: usize) {
    let first = accepted_with(at - before);
    let bytes = stream.records(&[&first, ACCEPTED]);
    say_raw(stream, &bytes);
}

const TOO_MUCH: &[(&str, Script)] = &[
    ("two in one segment", |stream| {
        let bytes = stream.records(&[ACCEPTED, ACCEPTED]);
        say_raw(stream, &bytes);
    }),
    ("two in one record", |stream| {
        let bytes = stream.records(&[&format!("{ACCEPTED}{ACCEPTED}")]);
        say_raw(stream, &bytes);
    }),
    ("three, one in a record of its own", |stream| {
        let bytes = stream.records(&[ACCEPTED, &format!("{ACCEPTED}{ACCEPTED}")]);
        say_raw(stream, &bytes);
    }),
    ("half of a second one", |stream| {
        let bytes = stream.records(&[ACCEPTED, ACCEPTED]);
        let half = bytes.len() - ACCEPTED.len() / 2;
        say_raw(stream, &bytes[..half]);
        thread::sleep(Duration::from_millis(40));
        say_raw(stream, &bytes[half..]);
    }),
    ("the beginning of a second record", |stream| {
        let first = stream.records(&[ACCEPTED]);
        let second = stream.records(&[ACCEPTED]);
        say_raw(stream, &[&first[..], &second[..3]].concat());
        thread::sleep(Duration::from_millis(40));
        say_raw(stream, &second[3..]);
    }),
    ("up to 4,096", |stream| across(stream, 4_096, 0)),
    ("across 4,096", |stream| across(stream, 4_096, 10)),
    ("beyond 4,096", |stream| across(stream, 4_096 + 30, 0)),
    ("up to 16,384", |stream| across(stream, 16_384, 0)),
    ("across 16,384", |stream| across(stream, 16_384, 10)),
    ("a body of 204", |stream| say(stream, "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nnull")),
    ("a late body of 204", |stream| {
        say(stream, "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n");
        thread::sleep(Duration::from_millis(40));
        say(stream, "null");
    }),
    ("a late last chunk of 204", |stream| {
        say(stream, "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n");
        thread::sleep(Duration::from_millis(40));
        say(stream, "0\r\n\r\n");
    }),
    ("a response behind a late body", |stream| {
        say(stream, "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n");
        thread::sleep(Duration::from_millis(40));
        say(stream, &format!("null{ACCEPTED}"));
    }),
    ("two lengths", |stream| {
        let head = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nContent-Length: 38\r\n\r\n";
        say(stream, &format!("{head}{ACCEPTED}"));
    }),
];

#[test]
fn what_follows_a_response_acknowledges_nothing() {
    for layer in LAYERS {
        for (name, script) in TOO_MUCH {
            let (asked, requests) = mpsc::channel();
            let peer = Peer::start(layer, 2, move |number, stream| {
                while let Some(request) = read_request(stream) {
                    asked.send(request).unwrap();
                    if number == 0 {
                        script(stream);
                    } else {
                        // Later, so that a response of before would be taken first.
                        thread::sleep(Duration::from_millis(60));
                        say(stream, &response(403, &[], ""));
                    }
                }
            });
            let client = Client::open(&trusting(&peer, "too-much"));
            assert_eq!(client.invite_many(1).status, "MPA_OK", "{layer:?}, {name}");
            for call in 0..3 {
                let outcome = client.invite_many(2);
                let context = format!("{layer:?}, {name}, call {call}: {}", outcome.message);
                assert_eq!((outcome.status, outcome.result.http_status), ("MPA_ERROR_FORBIDDEN", 403), "{context}");
                assert_eq!((outcome.result.attempts, outcome.counts()), (1, (0, 0, 2)), "{context}");
            }
            assert_eq!(requests.try_iter().count(), 4, "{layer:?}, {name}");
            assert_eq!(peer.connections(), 2, "{layer:?}, {name}");
        }
    }
}

#[test]
fn what_arrives_with_the_handshake_is_no_response() {
    for layer in LAYERS {
        for early in [ACCEPTED, "HTTP/1.1 204 No"] {
            let (asked, requests) = mpsc::channel();
            let peer = Peer::start(layer, 2, move |number, stream| {
                if number == 0 && stream.say_with_handshake(early) {
                    return wait_for_close(stream);
                }
                while let Some(request) = read_request(stream) {
                    asked.send(request).unwrap();
                    say(stream, &response(403, &[], ""));
                }
            });
            let client = Client::open(&trusting(&peer, "early"));
            if layer != Layer::Plain {
                let first = client.invite_many(1);
                let context = format!("{layer:?}: {}", first.message);
                assert_eq!((first.status, first.counts()), ("MPA_ERROR_CONNECTION_FAILED", (0, 0, 0)), "{context}");
                assert_eq!((first.result.attempts, first.result.retryable), (0, 1), "{context}");
                assert!(first.message.contains("before it was asked"), "{context}");
                assert_eq!(requests.try_iter().count(), 0, "{context}");
            }
            let second = client.invite_many(1);
            assert_eq!(second.status, "MPA_ERROR_FORBIDDEN", "{layer:?}: {}", second.message);
        }
    }
}

#[test]
fn a_connection_that_ended_before_the_request_is_replaced() {
    let scripts: [(&str, Script); 4] = [
        ("close_notify", |stream| stream.finish()),
        ("FIN without close_notify", |stream| drop(stream.socket().shutdown(std::net::Shutdown::Write))),
        ("RST", |stream| {
            reset(stream);
            drop(stream.socket().shutdown(std::net::Shutdown::Both));
        }),
        ("408 and close_notify", |stream| {
            say(stream, &response(408, &["Connection: close"], ""));
            stream.finish();
        }),
    ];
    for layer in LAYERS {
        for (name, script) in scripts {
            let (asked, requests) = mpsc::channel();
            let peer = Peer::start(layer, 2, move |number, stream| {
                while let Some(request) = read_request(stream) {
                    asked.send(request).unwrap();
                    say(stream, ACCEPTED);
                    if number == 0 {
                        script(stream);
                        if name == "RST" {
                            return;
                        }
                        return wait_for_close(stream);
                    }
                }
            });
            let client = Client::open(&trusting(&peer, "ended"));
            assert_eq!(client.invite_many(1).status, "MPA_OK");
            thread::sleep(Duration::from_millis(50));
            let outcome = client.invite_many(2);
            assert_eq!(
                (outcome.status, outcome.result.attempts),
                ("MPA_OK", 1),
                "{layer:?}, {name}: {}",
                outcome.message
            );
            assert_eq!((requests.try_iter().count(), peer.connections()), (2, 2), "{layer:?}, {name}");
        }
    }
}

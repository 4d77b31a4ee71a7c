//! Twenty thousand invites to peers that send too much, too early, too late, or end connections: none is
//! acknowledged that the peer did not acknowledge, none is refused that it did not refuse, and none
//! arrives twice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::invite::mpa_server_invite;
use mpa_tests::c::{Client, Outcome, init};
use mpa_tests::peer::{ACCEPTED, LAYERS, Layer, Peer, Stream, read_request, reset, response, say, say_raw};

use super::{accepted_with, trusting};

const SEED: u64 = 20_261_125;
const CALLS: u64 = 7_000;
const THREADS: u64 = 8;

/// What the peer has decided about an invite.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Decision {
    Acknowledged,
    Refused,
    /// It read the request and gave no answer.
    Dropped,
}

#[derive(Default)]
struct Decisions(Mutex<HashMap<u64, Vec<Decision>>>);

impl Decisions {
    fn note(&self, invite: u64, decision: Decision) {
        self.0.lock().unwrap().entry(invite).or_default().push(decision);
    }

    fn of(&self, invite: u64) -> Vec<Decision> {
        self.0.lock().unwrap().get(&invite).cloned().unwrap_or_default()
    }
}

/// The invited user of a request, which is its number.
fn invite_of(request: &[u8]) -> u64 {
    let start = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let body: serde_json::Value = serde_json::from_slice(&request[start..]).unwrap();
    body["invitedUsers"][0].as_str().unwrap().parse().unwrap()
}

fn serve(stream: &mut dyn Stream, decisions: &Decisions, random: &mut fastrand::Rng) {
    if random.u8(..100) < 3 {
        // Before anything was asked.
        if stream.say_with_handshake(ACCEPTED) {
            return;
        }
    }
    while let Some(request) = read_request(stream) {
        let invite = invite_of(&request);
        if random.u8(..100) < 5 {
            decisions.note(invite, Decision::Dropped);
            return if random.bool() { reset(stream) } else { stream.finish() };
        }
        let is_acknowledged = random.u8(..100) < 70;
        decisions.note(invite, if is_acknowledged { Decision::Acknowledged } else { Decision::Refused });
        let refused = response(403, &[], "{}");
        let right = if is_acknowledged { ACCEPTED } else { &refused };
        // Whatever else is sent says the opposite.
        let wrong = if is_acknowledged { &refused } else { ACCEPTED };
        match random.u8(..100) {
            0..=4 => {
                let bytes = stream.records(&[right, wrong]);
                say_raw(stream, &bytes);
            }
            5..=8 => {
                let bytes = stream.records(&[&format!("{right}{wrong}")]);
                say_raw(stream, &bytes);
            }
            9..=12 => {
                let bytes = stream.records(&[right, wrong]);
                let cut = bytes.len() - random.usize(1..wrong.len());
                say_raw(stream, &bytes[..cut]);
                thread::sleep(Duration::from_millis(random.u64(..3)));
                say_raw(stream, &bytes[cut..]);
            }
            13..=15 if is_acknowledged => {
                let boundary = [4_096, 16_384][random.usize(..2)];
                let first = accepted_with(boundary - random.usize(..20));
                let bytes = stream.records(&[&first, wrong]);
                say_raw(stream, &bytes);
            }
            16..=18 if is_acknowledged => {
                say(stream, &format!("HTTP/1.1 204 X\r\nContent-Length: {}\r\n\r\n", wrong.len()));
                thread::sleep(Duration::from_millis(random.u64(..3)));
                say(stream, wrong);
            }
            19..=24 => {
                say(stream, right);
                return match random.u8(..3) {
                    0 => reset(stream),
                    1 => stream.finish(),
                    _ => {}
                };
            }
            _ => say(stream, right),
        }
    }
}

/// A peer whose connections are served at the same time.
fn peer(layer: Layer, decisions: &Arc<Decisions>) -> Peer {
    let (decisions, seed) = (decisions.clone(), SEED + layer as u64 * 1_000_000);
    Peer::serving_all(layer, move |number, stream| {
        serve(stream, &decisions, &mut fastrand::Rng::with_seed(seed + number as u64));
    })
}

fn invite(client: &Client, number: u64) -> Outcome {
    let users = [number];
    let invite = mpa_server_invite { sender: 1, invited_users: users.as_ptr(), invited_user_count: 1, ..init() };
    client.send_server_invite(&invite)
}

fn check(decisions: &Decisions, number: u64, outcome: &Outcome) {
    let decided = decisions.of(number);
    let context = format!("seed {SEED}, invite {number}, {}: {} {decided:?}", outcome.status, outcome.message);
    assert!(decided.len() <= 1, "it arrived twice: {context}");
    match (outcome.status, outcome.counts()) {
        ("MPA_OK", _) => assert_eq!(decided, [Decision::Acknowledged], "{context}"),
        ("MPA_ERROR_FORBIDDEN", _) => assert_eq!(decided, [Decision::Refused], "{context}"),
        (_, (0, 1, 0)) => {}
        (_, (0, 0, 0)) => assert!(decided.is_empty(), "it was not reported that it could have arrived: {context}"),
        _ => panic!("{context}"),
    }
}

#[test]
fn no_response_is_taken_for_anothers() {
    for layer in LAYERS {
        let decisions = Arc::new(Decisions::default());
        let peer = peer(layer, &decisions);
        let config = mpa_client_config {
            request_timeout_ms: 5_000,
            connect_timeout_ms: 5_000,
            max_attempts: 4,
            ..trusting(&peer, "random")
        };
        let client = Client::open(&config);
        let next = AtomicU64::new(1);
        let acknowledged = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number > CALLS {
                            return;
                        }
                        let outcome = invite(&client, number);
                        check(&decisions, number, &outcome);
                        acknowledged.fetch_add(u64::from(outcome.status == "MPA_OK"), Ordering::SeqCst);
                    }
                });
            }
        });
        let acknowledged = acknowledged.into_inner();
        assert!(acknowledged > CALLS / 2, "{layer:?}: {acknowledged} acknowledged, the faults are too many");
        assert!(peer.connections() as u64 > CALLS / 20, "{layer:?}: the faults are too few");
    }
}

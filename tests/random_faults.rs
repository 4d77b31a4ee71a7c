//! Ten thousand calls through random faults: no invite is acted on twice, nothing is lost that was
//! reported as acknowledged, every call ends in its time, and the books balance.

use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mpa::ffi::client::mpa_client_config;
use mpa::ffi::invite::mpa_server_invite;
use mpa::ffi::recent_players::{mpa_post_recent_player_groups, mpa_recent_player_group};
use mpa_tests::c::{Client, Outcome, config, init, outcome};
use mpa_tests::peer::{ACCEPTED, read_request, reset, response, say, wait_for_close};

const SEED: u64 = 20_261_123;
const CALLS: u64 = 10_000;
const THREADS: u64 = 8;
const REQUEST_MS: u32 = 60;
const CALL_MS: u32 = 400;

/// What the service has acted on: users invited and players met, and how often.
#[derive(Default)]
struct Acted(Mutex<HashMap<u64, u32>>);

impl Acted {
    fn on(&self, request: &str) {
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let mut acted = self.0.lock().unwrap();
        let mut note = |id: &serde_json::Value| *acted.entry(id.as_str().unwrap().parse().unwrap()).or_default() += 1;
        body["invitedUsers"].as_array().into_iter().flatten().for_each(&mut note);
        for group in body["recentPlayerGroups"].as_array().into_iter().flatten() {
            note(&group["recentPlayers"][0]["id"]);
        }
    }

    fn times(&self, id: u64) -> u32 {
        self.0.lock().unwrap().get(&id).copied().unwrap_or_default()
    }
}

/// A service that acts on a request and answers, or does either, or neither.
fn start(acted: Arc<Acted>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (number, socket) in (0_u64..).zip(listener.incoming()) {
            let (mut socket, acted) = (socket.unwrap(), acted.clone());
            thread::spawn(move || serve(&mut socket, &acted, &mut fastrand::Rng::with_seed(SEED + number)));
        }
    });
    endpoint
}

fn serve(socket: &mut TcpStream, acted: &Acted, random: &mut fastrand::Rng) {
    if random.u8(..100) < 3 {
        return reset(socket);
    }
    while let Some(request) = read_request(socket) {
        let request = String::from_utf8_lossy(&request).into_owned();
        let answer = match random.u8(..100) {
            0..=4 => return reset(socket),
            5..=9 => {
                acted.on(&request);
                return reset(socket);
            }
            10..=12 => return,
            13..=16 => {
                acted.on(&request);
                return say(socket, "HTTP/1.1 204 No C");
            }
            17 => return wait_for_close(socket),
            18 => {
                acted.on(&request);
                return wait_for_close(socket);
            }
            19 => return say(socket, "nonsense\r\n\r\n"),
            20..=22 => response(500, &[], ""),
            23..=25 => {
                acted.on(&request);
                response(502, &[], "")
            }
            26..=27 => response(400, &[], r#"{"errorCode": "RequestValidationError"}"#),
            28 => response(408, &[], ""),
            _ => {
                acted.on(&request);
                ACCEPTED.to_owned()
            }
        };
        say(socket, &answer);
        if random.u8(..100) < 5 {
            return;
        }
    }
}

/// A call about users or groups `first` to `first + count - 1`.
fn call(client: &Client, first: u64, count: u64, invite: bool) -> Outcome {
    let ids: Vec<u64> = (first..first + count).collect();
    if invite {
        let invite =
            mpa_server_invite { sender: 1, invited_users: ids.as_ptr(), invited_user_count: count as u32, ..init() };
        return client.send_server_invite(&invite);
    }
    let pairs: Vec<[u64; 2]> = ids.iter().map(|id| [*id, 1]).collect();
    let groups: Vec<mpa_recent_player_group> = pairs
        .iter()
        .map(|pair| mpa_recent_player_group { players: pair.as_ptr(), player_count: 2, ..init() })
        .collect();
    // SAFETY: the pointers are good.
    outcome(|result| unsafe { mpa_post_recent_player_groups(client.0, groups.as_ptr(), count as u32, result) })
}

fn check(acted: &Acted, first: u64, count: u64, invite: bool, outcome: &Outcome) {
    let (acknowledged, uncertain, refused) = outcome.counts();
    let context = format!("seed {SEED}, call from {first}, {}: {}", outcome.status, outcome.message);
    assert!(outcome.result.elapsed_ms <= CALL_MS + 100, "{} ms: {context}", outcome.result.elapsed_ms);
    assert!(u64::from(acknowledged + uncertain + refused) <= count, "{context}");
    assert_eq!(outcome.status == "MPA_OK", u64::from(acknowledged) == count, "{context}");
    for place in 0..count {
        let times = acted.times(first + place);
        if place < acknowledged.into() {
            assert!(times >= 1, "lost: {context}");
        } else if place >= u64::from(acknowledged + uncertain) {
            assert_eq!(times, 0, "acted on, although nothing reported that it could be: {context}");
        }
        if invite {
            assert!(times <= 1, "invited {times} times: {context}");
        }
    }
}

#[test]
fn nothing_is_done_twice_lost_or_late() {
    let acted = Arc::new(Acted::default());
    let config = mpa_client_config {
        request_timeout_ms: REQUEST_MS,
        connect_timeout_ms: REQUEST_MS,
        call_timeout_ms: CALL_MS,
        max_attempts: 4,
        ..config(&start(acted.clone()))
    };
    let client = Client::open(&config);
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (client, acted, next) = (&client, &acted, &next);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(SEED ^ (number << 32));
                while next.fetch_add(1, Ordering::SeqCst) < CALLS {
                    let first = 1_000 + random.u64(..u64::MAX / 2);
                    let (count, invite) = (random.u64(1..60), random.bool());
                    let outcome = call(client, first, count, invite);
                    check(acted, first, count, invite, &outcome);
                }
            });
        }
    });
    thread::sleep(Duration::from_millis(u64::from(REQUEST_MS)));
    let (_, report) = client.close(0);
    assert_eq!(report.calls, CALLS);
    assert_eq!(report.succeeded + report.uncertain + report.failed + report.unfinished, CALLS);
    assert!(report.succeeded > CALLS / 5 && report.uncertain > CALLS / 50, "the faults are too many or too few");
}

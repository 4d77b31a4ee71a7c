//! A table of faults: what a call makes of each, how many requests reach the service, and how long it
//! takes. Each row is met by an invite and by recent players.

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::{MPA_CA_ONLY, mpa_client_config};
use mpa_tests::build::scratch;
use mpa_tests::c::{Client, Outcome, config, text};
use mpa_tests::peer::{
    ACCEPTED, LAYERS, Layer, Peer, Proof, Stream, read_request, reset, response, say, wait_for_close,
};

const REQUEST_MS: u32 = 300;
const CALL_MS: u32 = 2_000;
/// What a call may take beyond its limit.
const GRACE_MS: u32 = 100;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ends {
    status: &'static str,
    /// Whole requests that the service has read.
    requests: usize,
    uncertain: u32,
    retryable: u32,
}

const fn ends(status: &'static str, requests: usize, uncertain: u32, retryable: u32) -> Ends {
    Ends { status, requests, uncertain, retryable }
}

const fn ok(requests: usize) -> Ends {
    ends("MPA_OK", requests, 0, 0)
}

fn configuration(endpoint: &str) -> mpa_client_config {
    mpa_client_config {
        connect_timeout_ms: REQUEST_MS,
        request_timeout_ms: REQUEST_MS,
        call_timeout_ms: CALL_MS,
        max_attempts: 3,
        ..config(endpoint)
    }
}

fn trusting(peer: &Peer, name: &str) -> mpa_client_config {
    let file = scratch("faults").join(format!("{name}-{}.pem", peer.address.port()));
    fs::write(&file, peer.authority.pem()).unwrap();
    mpa_client_config {
        ca_certificates_path: text(file.to_str().unwrap()),
        ca_mode: MPA_CA_ONLY,
        ..configuration(&peer.endpoint())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Invite,
    Groups,
}

impl Kind {
    fn call(self, client: &Client) -> Outcome {
        match self {
            Kind::Invite => client.invite_many(3),
            Kind::Groups => client.post_groups(3),
        }
    }
}

#[track_caller]
fn check(name: &str, kind: Kind, outcome: &Outcome, requests: usize, expected: Ends) {
    let result = &outcome.result;
    let seen = ends(outcome.status, requests, result.uncertain, result.retryable);
    assert_eq!(seen, expected, "{name}, {kind:?}: {}", outcome.message);
    assert!(result.elapsed_ms <= CALL_MS + GRACE_MS, "{name}, {kind:?}: {} ms", result.elapsed_ms);
}

/// Runs a row on one layer: `script` gets the number of the request and what it came on, after the
/// request has been read.
#[track_caller]
fn row_on(
    layer: Layer,
    name: &str,
    (invite, groups): (Ends, Ends),
    script: impl Fn(usize, &mut dyn Stream) -> bool + Clone + Send + 'static,
) {
    for (kind, expected) in [(Kind::Invite, invite), (Kind::Groups, groups)] {
        let requests = Arc::new(AtomicUsize::new(0));
        let (counter, script) = (requests.clone(), script.clone());
        let peer = Peer::start(layer, usize::MAX, move |_, stream| {
            while read_request(stream).is_some() {
                if !script(counter.fetch_add(1, Ordering::SeqCst), stream) {
                    return;
                }
            }
        });
        let outcome = kind.call(&Client::open(&trusting(&peer, name)));
        check(&format!("{name}, {layer:?}"), kind, &outcome, requests.load(Ordering::SeqCst), expected);
    }
}

#[track_caller]
fn row(name: &str, expected: (Ends, Ends), script: impl Fn(usize, &mut dyn Stream) -> bool + Clone + Send + 'static) {
    for layer in LAYERS {
        row_on(layer, name, expected, script.clone());
    }
}

/// The script of a row that answers the first request in this way, and accepts the others.
fn first(answer: String) -> impl Fn(usize, &mut dyn Stream) -> bool + Clone + Send + 'static {
    move |number, stream| {
        say(stream, if number == 0 { &answer } else { ACCEPTED });
        true
    }
}

fn always(answer: String) -> impl Fn(usize, &mut dyn Stream) -> bool + Clone + Send + 'static {
    move |_, stream| {
        say(stream, &answer);
        true
    }
}

// No way to the service.

#[test]
fn there_is_no_such_name_or_nobody_listens() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for endpoint in ["http://nowhere.invalid".to_owned(), format!("http://{closed}"), format!("https://{closed}")] {
        for kind in [Kind::Invite, Kind::Groups] {
            let outcome = kind.call(&Client::open(&configuration(&endpoint)));
            check(&endpoint, kind, &outcome, 0, ends("MPA_ERROR_CONNECTION_FAILED", 0, 0, 1));
            assert_eq!(outcome.result.attempts, 0);
        }
    }
}

#[test]
fn the_connection_is_reset_at_once() {
    for layer in LAYERS {
        for kind in [Kind::Invite, Kind::Groups] {
            let peer = Peer::start(layer, usize::MAX, |_, stream| reset(stream));
            let outcome = kind.call(&Client::open(&trusting(&peer, "reset")));
            // Over plain TCP the request may have been written before the reset arrived.
            let possible = match (layer, kind) {
                (Layer::Plain, Kind::Invite) => vec!["MPA_ERROR_CONNECTION_FAILED", "MPA_ERROR_UNCERTAIN"],
                _ => vec!["MPA_ERROR_CONNECTION_FAILED"],
            };
            assert!(possible.contains(&outcome.status), "{layer:?}, {kind:?}: {}", outcome.message);
            if layer == Layer::Tls {
                assert_eq!((outcome.result.attempts, outcome.result.retryable), (0, 1));
                assert_eq!(peer.connections(), 3, "all attempts were made");
            }
        }
    }
}

#[test]
fn a_handshake_that_breaks_off_once_is_mended() {
    for kind in [Kind::Invite, Kind::Groups] {
        let peer = Peer::start(Layer::Tls, usize::MAX, |number, stream| {
            if number == 0 {
                return reset(stream);
            }
            while read_request(stream).is_some() {
                say(stream, ACCEPTED);
            }
        });
        let outcome = kind.call(&Client::open(&trusting(&peer, "handshake")));
        check("handshake", kind, &outcome, 1, ok(1));
        assert_eq!(outcome.result.attempts, 1);
    }
}

#[test]
fn the_handshake_stalls() {
    for kind in [Kind::Invite, Kind::Groups] {
        let peer = Peer::start(Layer::Tls, usize::MAX, |_, _| thread::sleep(Duration::from_millis(700)));
        let outcome = kind.call(&Client::open(&trusting(&peer, "stalled")));
        check("stalled handshake", kind, &outcome, 0, ends("MPA_ERROR_TIMED_OUT", 0, 0, 1));
    }
}

#[test]
fn the_peer_is_not_the_service() {
    let row = |name: &str, peer: Peer, config: mpa_client_config| {
        for kind in [Kind::Invite, Kind::Groups] {
            let outcome = kind.call(&Client::open(&config));
            check(name, kind, &outcome, 0, ends("MPA_ERROR_TLS_FAILED", 0, 0, 0));
        }
        assert_eq!(peer.connections(), 2, "{name}: each call connects once");
    };
    let peer = |proof| Peer::with_proof(Layer::Tls, proof, usize::MAX, |_, stream| wait_for_close(stream));
    let stranger = peer(Proof::Good);
    let config = configuration(&stranger.endpoint());
    row("unknown issuer", stranger, config);
    for (name, proof) in [("another name", Proof::OtherName), ("expired", Proof::Expired)] {
        let peer = peer(proof);
        let config = trusting(&peer, "proof");
        row(name, peer, config);
    }
    let plain = Peer::start(Layer::Plain, usize::MAX, |_, stream| {
        let _ = stream.read(&mut [0; 1024]);
        say(stream, &response(400, &[], "this is plain HTTP"));
    });
    let config = configuration(&plain.endpoint().replace("http:", "https:"));
    row("plain HTTP", plain, config);
}

// A connection that was used before.

#[test]
fn an_idle_connection_is_closed_before_reuse() {
    row("closed while idle", (ok(1), ok(1)), |_, stream| {
        say(stream, ACCEPTED);
        false
    });
    for layer in LAYERS {
        for kind in [Kind::Invite, Kind::Groups] {
            let peer = Peer::start(layer, usize::MAX, |_, stream| {
                read_request(stream);
                say(stream, ACCEPTED);
            });
            let client = Client::open(&trusting(&peer, "idle"));
            for _ in 0..2 {
                assert_eq!(kind.call(&client).status, "MPA_OK");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

#[test]
fn a_connection_is_closed_just_after_reuse() {
    for layer in LAYERS {
        for (kind, expected) in [(Kind::Invite, ends("MPA_ERROR_UNCERTAIN", 2, 3, 0)), (Kind::Groups, ok(3))] {
            let requests = Arc::new(AtomicUsize::new(0));
            let counter = requests.clone();
            let peer = Peer::start(layer, usize::MAX, move |_, stream| {
                while read_request(stream).is_some() {
                    if counter.fetch_add(1, Ordering::SeqCst) == 1 {
                        return reset(stream);
                    }
                    say(stream, ACCEPTED);
                }
            });
            let client = Client::open(&trusting(&peer, "reuse"));
            assert_eq!(kind.call(&client).status, "MPA_OK");
            let outcome = kind.call(&client);
            check("just after reuse", kind, &outcome, requests.load(Ordering::SeqCst), expected);
        }
    }
}

// The request arrived, and its answer did not.

#[test]
fn the_connection_ends_after_the_request() {
    let uncertain = ends("MPA_ERROR_UNCERTAIN", 1, 3, 0);
    row("reset once", (uncertain, ok(2)), |number, stream| {
        if number == 0 {
            reset(stream);
            return false;
        }
        say(stream, ACCEPTED);
        true
    });
    row("closed once", (uncertain, ok(2)), |number, stream| {
        if number == 0 {
            return false;
        }
        say(stream, ACCEPTED);
        true
    });
    let failed = ends("MPA_ERROR_CONNECTION_FAILED", 3, 3, 1);
    row("reset always", (uncertain, failed), |_, stream| {
        reset(stream);
        false
    });
    row("head cut", (uncertain, failed), |_, stream| {
        say(stream, "HTTP/1.1 204 No Con");
        false
    });
}

#[test]
fn the_answer_stalls() {
    let expected = (ends("MPA_ERROR_UNCERTAIN", 1, 3, 0), ends("MPA_ERROR_TIMED_OUT", 3, 3, 1));
    row("stall", expected, |_, stream| {
        wait_for_close(stream);
        false
    });
    row("stall in the head", expected, |_, stream| {
        say(stream, "HTTP/1.1 204 No Content\r\nX-");
        wait_for_close(stream);
        false
    });
    row("dripping", expected, |_, stream| {
        for letter in "HTTP/1.1 204 No Content and so on and so on".chars() {
            if stream.write_all(letter.to_string().as_bytes()).and_then(|()| stream.flush()).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(15));
        }
        false
    });
}

#[test]
fn a_doubt_stays_a_doubt_when_a_later_attempt_cannot_be_sent() {
    for layer in LAYERS {
        let peer = Peer::start(layer, 1, |_, stream| {
            read_request(stream);
        });
        // One connection is served; the listener is gone for the others.
        let outcome = Client::open(&trusting(&peer, "doubt")).post_groups(3);
        check("doubt", Kind::Groups, &outcome, 1, ends("MPA_ERROR_CONNECTION_FAILED", 1, 3, 1));
        assert!(outcome.message.ends_with("An earlier attempt may have been acted on."), "{}", outcome.message);
    }
}

#[test]
fn something_else_answers() {
    let odd = |uncertain_invite| (uncertain_invite, ends("MPA_ERROR_UNEXPECTED_ANSWER", 1, 3, 1));
    let expected = odd(ends("MPA_ERROR_UNEXPECTED_ANSWER", 1, 3, 0));
    row("nonsense", expected, |_, stream| {
        say(stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
        false
    });
    row("a page", expected, always(response(200, &["Content-Type: text/html"], "<html>sign in</html>")));
    row("a redirect", expected, always(response(302, &["Location: http://127.0.0.1:1/"], "")));
    let bomb = ["Content-Encoding: gzip", "Content-Type: application/json"];
    row("gzip", expected, always(response(200, &bomb, &"\u{1f}\u{8b}".repeat(1_000))));
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let before = memory_kb();
    let odd = (ends("MPA_ERROR_UNEXPECTED_ANSWER", 1, 3, 0), ends("MPA_ERROR_UNEXPECTED_ANSWER", 1, 3, 1));
    let endless = |opening: &'static str| {
        move |_: usize, stream: &mut dyn Stream| {
            say(stream, opening);
            let megabyte = "X-Padding: 0123456789\r\n".repeat(45_000);
            // A gigabyte, if anybody would take it.
            for _ in 0..1_000 {
                if stream.write_all(megabyte.as_bytes()).is_err() {
                    break;
                }
            }
            false
        }
    };
    row("endless head", odd, endless("HTTP/1.1 204 No Content\r\n"));
    row("endless body", odd, endless("HTTP/1.1 200 OK\r\n\r\n"));
    let grown = memory_kb().saturating_sub(before);
    assert!(grown < 64 * 1024, "the process has grown by {grown} KiB");
}

/// The most memory that this process has had so far.
fn memory_kb() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn an_error_answer_with_a_body_that_breaks_off_is_still_that_error() {
    let expected = ends("MPA_ERROR_REJECTED", 1, 0, 0);
    row("truncated", (expected, expected), |_, stream| {
        say(stream, "HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{\"errorCode\":");
        false
    });
}

// The service answers with errors.

#[test]
fn the_service_fails_once() {
    for status in [408, 500, 502, 503, 504] {
        let invite = ends("MPA_ERROR_SERVICE_UNAVAILABLE", 1, 3, 0);
        row(&format!("{status}"), (invite, ok(2)), first(response(status, &[], "")));
    }
}

#[test]
fn the_service_asks_to_wait() {
    for status in [429, 503] {
        let started = Instant::now();
        row_on(Layer::Plain, &format!("{status}"), (ok(2), ok(2)), first(response(status, &["Retry-After: 1"], "")));
        assert!(started.elapsed() >= Duration::from_secs(2), "each of the two waits a second");
    }
    let body = r#"{"errorCode": "Too many requests.", "debugMessage": "Too many requests."}"#;
    row_on(Layer::Plain, "429 under 400", (ok(2), ok(2)), first(response(400, &["Retry-After: 1"], body)));
}

#[test]
fn the_service_asks_to_wait_longer_than_the_call_may() {
    for (status, expected) in
        [(429, ends("MPA_ERROR_THROTTLED", 1, 0, 1)), (503, ends("MPA_ERROR_SERVICE_UNAVAILABLE", 1, 0, 1))]
    {
        let started = Instant::now();
        row_on(
            Layer::Plain,
            &format!("{status}"),
            (expected, expected),
            always(response(status, &["Retry-After: 60"], "")),
        );
        assert!(started.elapsed() < Duration::from_secs(1), "the calls end at once");
    }
}

#[test]
fn a_closed_door_is_not_knocked_on() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let body = r#"{"currentRequests": 8, "maxRequests": 7, "periodInSeconds": 15, "limitType": "burst"}"#;
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while let Some(request) = read_request(stream) {
            let groups = String::from_utf8_lossy(&request).contains("recentplayergroups");
            counter.fetch_add(1, Ordering::SeqCst);
            let rejected = response(429, &["Retry-After: 60"], body);
            say(stream, if groups { ACCEPTED } else { &rejected });
        }
    });
    let client = Client::open(&trusting(&peer, "door"));
    assert_eq!(client.invite_many(3).status, "MPA_ERROR_THROTTLED");
    for _ in 0..3 {
        let outcome = client.invite_many(3);
        let result = &outcome.result;
        assert_eq!((outcome.status, outcome.counts(), result.retryable), ("MPA_ERROR_THROTTLED", (0, 0, 0), 1));
        assert_eq!((result.http_status, result.attempts, result.max_requests, result.period_s), (0, 0, 7, 15));
        assert!((59_000..=72_000).contains(&result.retry_after_ms), "{}", result.retry_after_ms);
        assert!(outcome.message.contains("would have to wait"), "{}", outcome.message);
    }
    assert_eq!(client.post_groups(3).status, "MPA_OK", "another kind of call");
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[test]
fn an_imposed_limit_is_kept_from_the_start() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, ACCEPTED);
        }
    });
    let config = mpa_client_config { invite_limit: 2, limit_period_ms: 60_000, ..trusting(&peer, "imposed") };
    let client = Client::open(&config);
    let statuses = [(); 3].map(|()| client.invite_many(3).status);
    assert_eq!(statuses, ["MPA_OK", "MPA_OK", "MPA_ERROR_THROTTLED"]);
    let outcome = client.invite_many(40);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_THROTTLED", (0, 0, 0)));
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[test]
fn a_401_is_tried_again_once_and_only_with_a_newer_token() {
    let unauthorized = ends("MPA_ERROR_UNAUTHORIZED", 1, 0, 1);
    row_on(Layer::Plain, "401", (unauthorized, unauthorized), always(response(401, &[], "")));
    for (answers, expected) in [(1, ok(2)), (9, ends("MPA_ERROR_UNAUTHORIZED", 2, 0, 1))] {
        for kind in [Kind::Invite, Kind::Groups] {
            let (asked, release) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
            let (asked_sender, asked) = asked;
            let (release, released) = release;
            let requests = Arc::new(AtomicUsize::new(0));
            let counter = requests.clone();
            let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
                while read_request(stream).is_some() {
                    let number = counter.fetch_add(1, Ordering::SeqCst);
                    let _ = asked_sender.send(());
                    if number == 0 {
                        let _ = released.recv_timeout(Duration::from_secs(5));
                    }
                    let refused = response(401, &[], "");
                    say(stream, if number < answers { &refused } else { ACCEPTED });
                }
            });
            let client = Client::open(&trusting(&peer, "401"));
            thread::scope(|scope| {
                let calling = scope.spawn(|| kind.call(&client));
                asked.recv_timeout(Duration::from_secs(5)).unwrap();
                assert_eq!(client.set_authorization("XBL3.0 x=-;newer").status, "MPA_OK");
                release.send(()).unwrap();
                let outcome = calling.join().unwrap();
                check("401, then a newer token", kind, &outcome, requests.load(Ordering::SeqCst), expected);
            });
        }
    }
}

#[test]
fn in_an_outage_the_budget_bounds_what_is_added() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, &response(500, &[], ""));
        }
    });
    let client = Client::open(&trusting(&peer, "outage"));
    for _ in 0..10 {
        client.post_groups(1);
    }
    let before = requests.load(Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(client.post_groups(1).status, "MPA_ERROR_SERVICE_UNAVAILABLE");
    }
    let added = requests.load(Ordering::SeqCst) - before - 100;
    assert!((5..=12).contains(&added), "{added} requests were added to 100");
}

#[test]
fn what_was_acknowledged_is_never_sent_again() {
    // The second of three requests fails once.
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while let Some(request) = read_request(stream) {
            let text = String::from_utf8_lossy(&request).into_owned();
            let number = {
                let mut log = log.lock().unwrap();
                log.push(text.matches("\"timestamp\"").count());
                log.len()
            };
            if number == 2 {
                return reset(stream);
            }
            say(stream, ACCEPTED);
        }
    });
    let outcome = Client::open(&trusting(&peer, "acknowledged")).post_groups(50);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (50, 0, 0)), "{}", outcome.message);
    assert_eq!(*seen.lock().unwrap(), [20, 20, 20, 10]);
    assert_eq!(outcome.result.attempts, 4);
}

#[test]
fn a_token_that_was_refused_meanwhile_is_not_sent() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, &response(401, &[], ""));
        }
    });
    let config = mpa_client_config { invite_limit: 1, limit_period_ms: 300, ..trusting(&peer, "refused") };
    let client = Client::open(&config);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| client.invite_many(1));
        }
    });
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn a_503_with_a_time_holds_further_calls_back() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    let peer = Peer::start(Layer::Plain, usize::MAX, move |_, stream| {
        while read_request(stream).is_some() {
            counter.fetch_add(1, Ordering::SeqCst);
            say(stream, &response(503, &["Retry-After: 60"], ""));
        }
    });
    let client = Client::open(&trusting(&peer, "held"));
    for _ in 0..5 {
        assert_eq!(client.invite_many(1).result.retryable, 1);
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

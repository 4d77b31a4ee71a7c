//! A table of faults: what a call makes of each, how many requests reach the service, and how long it
//! takes. Each row is met by an invite and by recent players.

#[path = "faults/connection_faults.rs"]
mod connection_faults;
#[path = "faults/error_answers.rs"]
mod error_answers;

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::{MPA_CA_ONLY, MPA_MAX_DURATION_MS, mpa_client_config};
use mpa::ffi::result::MPA_MAX_RETRY_AFTER_MS;
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
        // With time for all attempts on a busy machine.
        let config = mpa_client_config { call_timeout_ms: 20_000, ..trusting(&peer, "doubt") };
        let outcome = Client::open(&config).post_groups(3);
        check("doubt", Kind::Groups, &outcome, 1, ends("MPA_ERROR_CONNECTION_FAILED", 1, 3, 1));
        assert!(outcome.message.ends_with("The service may have processed an earlier attempt."), "{}", outcome.message);
    }
}

#[test]
fn something_else_answers() {
    let expected = (ends("MPA_ERROR_UNCERTAIN", 1, 3, 0), ends("MPA_ERROR_UNEXPECTED_ANSWER", 1, 3, 1));
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
    let odd = (ends("MPA_ERROR_UNCERTAIN", 1, 3, 0), ends("MPA_ERROR_UNEXPECTED_ANSWER", 1, 3, 1));
    let endless = |opening: &'static str| {
        move |_: usize, stream: &mut dyn Stream| {
            say(stream, opening);
            let megabyte = "X-Padding: 0123456789\r\n".repeat(45_000);
            // A gigabyte, if the client read it.
            for _ in 0..1_000 {
                if stream.write_all(megabyte.as_bytes()).is_err() {
                    break;
                }
            }
            false
        }
    };
    // The status line decides; the rest is not waited for.
    row("endless head", (ok(1), ok(1)), endless("HTTP/1.1 204 No Content\r\n"));
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

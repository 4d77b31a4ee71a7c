//! What is too large, too slow or too much is cut off, and nothing of it happens.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::fleet::*;

fn head(path: &str, headers: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nAuthorization: XBL3.0 x=-;{KEY}\r\n{headers}\r\n"
    )
}

#[test]
fn wrong_requests_are_answered_as_the_service_would() {
    let emulator = emulator();
    let relay = RelayProcess::start(emulator.url(), &["--max-body-bytes", "4096", "--log-level", "info"]);
    let invites = "/titles/7/invites/server";
    let body = |body: &str| head(invites, &format!("Content-Length: {}\r\n", body.len())) + body;
    for (request, expected, code) in [
        (body("{}"), 400, "RequestValidationError"),
        (body("nonsense"), 400, "RequestValidationError"),
        (head(invites, "Content-Length: 4097\r\n"), 413, "InvalidRequest"),
        (
            head(invites, "Transfer-Encoding: chunked\r\n") + "2000\r\n" + &"x".repeat(0x2000) + "\r\n0\r\n\r\n",
            413,
            "InvalidRequest",
        ),
        (head(invites, "Content-Encoding: gzip\r\nContent-Length: 2\r\n") + "{}", 415, "InvalidRequest"),
        (head("/titles/x/invites/server", "Content-Length: 0\r\n"), 404, "InvalidRequest"),
        (head("/titles/7/users/9/activities", "Content-Length: 0\r\n"), 405, "InvalidRequest"),
        (body("{}").replace(KEY, "no-key-of-the-test"), 401, "AuthorizationError"),
        (body("{}").replace(KEY, &format!("{KEY}-2")).replace("/7/", "/8/"), 400, "AuthorizationError"),
        ("GET / HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n".to_owned(), 404, "InvalidRequest"),
        ("nonsense\r\n\r\n".to_owned(), 400, ""),
        (head(invites, &format!("X: {}\r\n", "x".repeat(100_000))), 431, ""),
    ] {
        let (status, head, body) = exchange(relay.address(), request.as_bytes());
        let what = request.get(..200).unwrap_or(&request);
        assert_eq!(status, expected, "{what}\n{head}\n{body}");
        assert!(body.contains(code), "{what}\n{body}");
        // What was never a request has no id.
        let id = head.lines().find_map(|line| line.strip_prefix("x-xblcorrelationid: "));
        assert_eq!(id.is_some(), !code.is_empty(), "{head}");
        let (log, logged) = (relay.log(), format!("http_status={status}"));
        let is_logged = |id: &str| log.lines().any(|line| line.contains(id) && line.contains(&logged));
        assert!(id.is_none_or(is_logged), "{what}\n{log}");
    }
    assert_eq!(emulator.requests(7).len() + emulator.requests(mpa_emulator::NO_TITLE).len(), 0);
}

#[test]
fn a_slow_head_and_a_slow_body_are_cut() {
    let emulator = emulator();
    let relay = RelayProcess::start(emulator.url(), &["--receive-timeout-ms", "500"]);
    for (request, expected) in [
        ("POST /titles/7/inv".to_owned(), ""),
        (head("/titles/7/invites/server", "Content-Length: 10\r\n") + "{", "HTTP/1.1 503"),
    ] {
        let mut stream = TcpStream::connect(relay.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let started = Instant::now();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with(expected), "{response}");
        assert!((Duration::from_millis(400)..Duration::from_secs(10)).contains(&started.elapsed()));
    }
}

#[test]
fn too_many_connections_are_told_that_nothing_happened() {
    let emulator = emulator();
    let relay = RelayProcess::start(emulator.url(), &["--max-connections", "2"]);
    let _taken: Vec<_> = (0..2).map(|_| TcpStream::connect(relay.address()).unwrap()).collect();
    std::thread::sleep(Duration::from_millis(300));
    let server = Server::new(&relay.url, new_title());
    let outcome = server.invite(&[1]);
    assert_eq!((outcome.http_status, outcome.uncertain, outcome.retryable), (503, 0, true), "{outcome:?}");
}

#[test]
fn too_many_requests_with_one_key_are_told_that_nothing_happened() {
    let (emulator, title) = (emulator(), new_title());
    let relay =
        RelayProcess::start(emulator.url(), &["--max-requests-per-key", "1", "--recent-players-hold-ms", "2000"]);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| Server::new(&relay.url, title).report(1));
        std::thread::sleep(Duration::from_millis(700));
        let second = Server::new(&relay.url, title).invite(&[1]);
        assert_eq!((second.http_status, second.uncertain, second.retryable), (503, 0, true), "{second:?}");
        assert_eq!(first.join().unwrap().http_status, 204);
    });
}

//! What a caller gets for each answer of the service, and for none.

#[path = "answers/odd.rs"]
mod odd;
#[path = "answers/secrets.rs"]
mod secrets;

use std::time::Duration;

use mpa_tests::c::{Client, Outcome, TOKEN, config, init, text};
use mpa_tests::peer::{self, Answer, response};

/// Answers every request with `answer`, and has 3 users invited and 3 groups posted.
fn both(answer: impl AsRef<[u8]>) -> (Outcome, Outcome) {
    let call = |call: fn(&Client) -> Outcome| {
        let answer = answer.as_ref().to_owned();
        let (endpoint, requests) = peer::start(move |_| Answer::Send(answer.clone()));
        let outcome = call(&Client::open(&config(&endpoint)));
        assert_eq!(requests.try_iter().count(), 1, "each request is tried once");
        assert_eq!(outcome.result.attempts, 1);
        outcome
    };
    (call(|client| client.invite_many(3)), call(|client| client.post_groups(3)))
}

/// How an answer that settles it is reported.
#[track_caller]
fn refused(answer: impl AsRef<[u8]>, status: &str, retryable: u32) -> Outcome {
    let (invite, groups) = both(answer);
    for outcome in [&invite, &groups] {
        assert_eq!(outcome.status, status, "{}", outcome.message);
        assert_eq!((outcome.counts(), outcome.result.retryable), ((0, 0, 3), retryable));
    }
    invite
}

/// How an answer that settles nothing is reported.
#[track_caller]
fn in_doubt(answer: impl AsRef<[u8]>, status: &str) {
    let (invite, groups) = both(answer);
    assert_eq!((invite.status, invite.cause), ("MPA_ERROR_UNCERTAIN", status), "{}", invite.message);
    assert_eq!((groups.status, groups.cause), (status, "MPA_OK"), "{}", groups.message);
    for (outcome, retryable) in [(invite, 0), (groups, 1)] {
        assert_eq!((outcome.counts(), outcome.result.retryable), ((0, 3, 0), retryable));
    }
}

#[test]
fn accepted() {
    let (invite, groups) = both(response(204, &[], ""));
    for outcome in [invite, groups] {
        assert_eq!((outcome.status, outcome.counts(), outcome.result.retryable), ("MPA_OK", (3, 0, 0), 0));
        assert_eq!(outcome.result.http_status, 204);
    }
}

#[test]
fn refused_by_validation() {
    let body = r#"{"errorCode": "RequestValidationError", "debugMessage": "The request validation has failed."}"#;
    let header = "X-XblCorrelationId: bafef442-9a66-4351-ae48-ef1812295b8e";
    let outcome = refused(response(400, &[header], body), "MPA_ERROR_REJECTED", 0);
    assert_eq!(outcome.error_code, "RequestValidationError");
    assert_eq!(outcome.correlation_id, "bafef442-9a66-4351-ae48-ef1812295b8e");
    assert_eq!(
        outcome.message,
        "The service refused the request: HTTP 400, RequestValidationError, The request validation has failed. \
         Correct the call: the same again will be refused again."
    );
}

#[test]
fn not_allowed() {
    let body =
        r#"{"errorCode": "AuthorizationError", "debugMessage": "The caller is not allowed to access the resource."}"#;
    assert_eq!(refused(response(400, &[], body), "MPA_ERROR_FORBIDDEN", 0).error_code, "AuthorizationError");
    refused(response(403, &[], ""), "MPA_ERROR_FORBIDDEN", 0);
}

#[test]
fn throttled() {
    for body in [
        r#"{"version": 1, "currentRequests": 13, "maxRequests": 10, "periodInSeconds": 120, "limitType": "Rate"}"#,
        r#"{"version": "1", "currentRequests": "13", "maxRequests": "10", "periodInSeconds": "120", "limitType": "Rate", "debugMessage": "slow down"}"#,
    ] {
        let outcome = refused(response(429, &["Retry-After: 7"], body), "MPA_ERROR_THROTTLED", 1);
        let result = outcome.result;
        assert_eq!((result.current_requests, result.max_requests, result.period_s), (13, 10, 120));
        assert_eq!((outcome.limit_type.as_str(), result.retry_after_ms), ("Rate", 7_000));
    }
    for (status, body) in [
        (429, ""),
        (429, "<html>busy</html>"),
        (400, r#"{"errorCode": "Too many requests.", "debugMessage": "Too many requests."}"#),
    ] {
        refused(response(status, &[], body), "MPA_ERROR_THROTTLED", 1);
    }
}

#[test]
fn unavailable_with_and_without_a_time() {
    let outcome = refused(response(503, &["Retry-After: 2"], ""), "MPA_ERROR_SERVICE_UNAVAILABLE", 1);
    assert_eq!(outcome.result.retry_after_ms, 2_000);
    for status in [421, 425] {
        let outcome = refused(response(status, &[], ""), "MPA_ERROR_SERVICE_UNAVAILABLE", 1);
        assert!(outcome.message.ends_with("Try again later."), "{}", outcome.message);
    }
    for status in [408, 500, 502, 503, 504] {
        in_doubt(response(status, &[], ""), "MPA_ERROR_SERVICE_UNAVAILABLE");
    }
}

/// Whatever is wrong with the head, the status line decides.
#[test]
fn damaged_heads() {
    let accepted = |head: String| {
        let (endpoint, _requests) = peer::start(move |_| Answer::Say(format!("HTTP/1.1 204 No Content\r\n{head}\r\n")));
        let outcome = Client::open(&config(&endpoint)).invite_many(3);
        assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (3, 0, 0)), "{}", outcome.message);
    };
    accepted("X-Long: a\r\n  b\r\nContent-Length: 0\r\n".to_owned());
    accepted("X-A: b\r\n".repeat(129));
    accepted(format!("X: {}\r\n", "x".repeat(20_000)));
    accepted("X: a\u{1}b\r\nno header\r\n: nameless\r\n".to_owned());
    let headers = ["X: \u{2}\u{7f}", "nonsense"];
    refused(response(403, &headers, ""), "MPA_ERROR_FORBIDDEN", 0);
    let long = format!("X: {}", "x".repeat(20_000));
    let outcome = refused(response(429, &["Retry-After: 7", &long], ""), "MPA_ERROR_THROTTLED", 1);
    assert_eq!((outcome.result.retry_after_ms, outcome.result.attempts), (7_000, 1));
    assert!(outcome.message.contains("HTTP 429, in a head of more than 16384 bytes"), "{}", outcome.message);
}

#[test]
fn a_proxy_in_the_way() {
    in_doubt(response(200, &[], "<html>sign in to this network</html>"), "MPA_ERROR_UNEXPECTED_ANSWER");
    in_doubt(response(302, &["Location: http://192.0.2.1/"], ""), "MPA_ERROR_UNEXPECTED_ANSWER");
    in_doubt("SSH-2.0-OpenSSH_9.2\r\n\r\n", "MPA_ERROR_UNEXPECTED_ANSWER");
}

#[test]
fn a_lost_answer() {
    for (close, cause) in [(true, "MPA_ERROR_CONNECTION_FAILED"), (false, "MPA_ERROR_TIMED_OUT")] {
        let start = || peer::start(move |_| if close { Answer::Close } else { Answer::Stall });
        let (endpoint, _requests) = start();
        let invite = Client::open(&config(&endpoint)).invite_many(3);
        assert_eq!((invite.status, invite.cause), ("MPA_ERROR_UNCERTAIN", cause));
        assert_eq!((invite.counts(), invite.result.retryable, invite.result.attempts), ((0, 3, 0), 0, 1));
        let (endpoint, _requests) = start();
        let groups = Client::open(&config(&endpoint)).post_groups(3);
        assert_eq!((groups.status, groups.counts(), groups.result.retryable), (cause, (0, 3, 0), 1));
    }
}

#[test]
fn no_way_to_the_service() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = Client::open(&config(&format!("http://{closed}"))).invite_many(3);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_CONNECTION_FAILED", (0, 0, 0)));
    assert_eq!((outcome.result.retryable, outcome.result.attempts), (1, 0));
    let outcome = Client::open(&config("http://127.0.0.1.nowhere.invalid")).invite_many(3);
    assert_eq!((outcome.status, outcome.result.attempts), ("MPA_ERROR_CONNECTION_FAILED", 0), "{}", outcome.message);
}

#[test]
fn what_was_acknowledged_stays_acknowledged() {
    let answers = [response(204, &[], ""), response(204, &[], ""), response(429, &["Retry-After: 1"], "")];
    let (endpoint, requests) = peer::start(move |number| Answer::Say(answers[number].clone()));
    let outcome = Client::open(&config(&endpoint)).invite_many(70);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_THROTTLED", (32, 0, 16)));
    assert_eq!((outcome.result.attempts, outcome.result.retryable), (3, 1));
    assert!(outcome.message.contains("request 3 of 5 (invited users 32 to 47)"), "{}", outcome.message);
    assert_eq!(requests.try_iter().count(), 3);
}

#[test]
fn a_call_ends_in_its_time_with_what_it_has() {
    let (endpoint, requests) = peer::start(|number| match number {
        0 => Answer::Say(response(204, &[], "")),
        _ => Answer::Stall,
    });
    let mut config = config(&endpoint);
    (config.request_timeout_ms, config.call_timeout_ms) = (10_000, 500);
    let outcome = Client::open(&config).post_groups(60);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_TIMED_OUT", (20, 20, 0)));
    assert!((500..600).contains(&outcome.result.elapsed_ms), "{} ms", outcome.result.elapsed_ms);
    assert_eq!(requests.try_iter().count(), 2);
}

#[test]
fn a_refused_token_is_not_used_again() {
    let (endpoint, requests) = peer::start(|number| {
        Answer::Say(match number {
            0 => response(401, &["WWW-Authenticate: XBL3.0 error=\"expired\""], ""),
            _ => response(204, &[], ""),
        })
    });
    let client = Client::open(&config(&endpoint));
    let refused = client.invite_many(3);
    assert_eq!((refused.status, refused.counts()), ("MPA_ERROR_UNAUTHORIZED", (0, 0, 3)));
    assert_eq!(client.invite_many(3).status, "MPA_ERROR_AUTHORIZATION_NEEDED");
    assert_eq!(client.set_authorization(&format!("XBL3.0 x=-;{TOKEN}")).status, "MPA_ERROR_UNAUTHORIZED");
    assert_eq!(client.invite_many(3).status, "MPA_ERROR_AUTHORIZATION_NEEDED");
    assert_eq!(client.set_authorization("XBL3.0 x=-;newer").status, "MPA_OK");
    assert_eq!(client.invite_many(3).status, "MPA_OK");
    assert_eq!(requests.try_iter().count(), 2);
}

#[test]
fn a_401_to_an_invites_own_token_leaves_the_clients_alone() {
    use mpa::ffi::authorization::mpa_authorization;
    use mpa::ffi::invite::mpa_invite;
    let (endpoint, requests) =
        peer::start(|number| Answer::Say(response(if number == 0 { 401 } else { 204 }, &[], "")));
    let client = Client::open(&config(&endpoint));
    let own = mpa_authorization { header: text("XBL3.0 x=12;users-own"), ..init() };
    let user = 1_u64;
    let invite = mpa_invite { invited_users: &user, invited_user_count: 1, authorization: &own, ..init() };
    assert_eq!(client.send_invite(&invite).status, "MPA_ERROR_UNAUTHORIZED");
    assert!(requests.recv().unwrap().contains("XBL3.0 x=12;users-own"));
    assert_eq!(client.invite_many(1).status, "MPA_OK");
    assert!(requests.recv().unwrap().contains(TOKEN));
}

#[test]
fn closing_cuts_a_call_that_waits_for_its_answer() {
    for (wait, invite) in [(0, true), (100, true), (0, false)] {
        let (endpoint, requests) = peer::start(|_| Answer::Stall);
        let mut config = config(&endpoint);
        config.request_timeout_ms = 10_000;
        let client = Client::open(&config);
        std::thread::scope(|scope| {
            let calling = scope.spawn(|| if invite { client.invite_many(3) } else { client.post_groups(3) });
            requests.recv_timeout(Duration::from_secs(5)).unwrap();
            let started = std::time::Instant::now();
            let (status, report) = client.close(wait);
            assert!(started.elapsed() < Duration::from_millis(u64::from(wait) + 50), "{:?}", started.elapsed());
            assert_eq!((status, report.calls, report.unfinished), ("MPA_OK", 1, 1));
            let outcome = calling.join().unwrap();
            let status = if invite { "MPA_ERROR_UNCERTAIN" } else { "MPA_ERROR_ABANDONED" };
            assert_eq!((outcome.status, outcome.cause), (status, "MPA_ERROR_CLOSED"), "{}", outcome.message);
            assert_eq!(outcome.counts(), (0, 3, 0));
        });
        assert_eq!(client.close(0).0, "MPA_ERROR_INVALID_HANDLE");
        assert_eq!(client.invite_many(1).status, "MPA_ERROR_INVALID_HANDLE");
    }
}

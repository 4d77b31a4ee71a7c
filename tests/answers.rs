//! What a caller is told for each answer of the service, and for none.

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

/// What an answer that settles it is told as.
#[track_caller]
fn refused(answer: impl AsRef<[u8]>, status: &str, retryable: u32) -> Outcome {
    let (invite, groups) = both(answer);
    for outcome in [&invite, &groups] {
        assert_eq!(outcome.status, status, "{}", outcome.message);
        assert_eq!((outcome.counts(), outcome.result.retryable), ((0, 0, 3), retryable));
    }
    invite
}

/// What an answer that settles nothing is told as.
#[track_caller]
fn in_doubt(answer: impl AsRef<[u8]>, status: &str) {
    let (invite, groups) = both(answer);
    for (outcome, retryable) in [(invite, 0), (groups, 1)] {
        assert_eq!(outcome.status, status, "{}", outcome.message);
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

/// An answer whose body is no text.
fn response_of_bytes(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn throttled_with_something_odd_in_the_body() {
    let deep = format!("{{\"x\": {}{}", "[".repeat(30_000), "]".repeat(30_000));
    let too_long = "x".repeat(100_000);
    for (before, behind) in [
        (&b"\xef\xbb\xbf{\"currentRequests\": 11"[..], &b"}"[..]),
        (b"{\"x\": \"\xff\", \"currentRequests\": 11", b"}"),
        (b"{\"x\": \"\\ud800\", \"currentRequests\": 11", b"}"),
        (b"{\"x\": 1e99999, \"currentRequests\": 11.0", b"}"),
        (b"{\"x\": NaN, \"currentRequests\": \"11\"", b"}"),
        (b"{\"currentRequests\": 5, \"currentRequests\": 11", b"}"),
        (b"{\"currentRequests\": 11 // comment\n", b"}"),
        (b"{\"currentRequests\": 11", b"} and more"),
        (b"{\"x\": \"a\tb\nc\", 'currentRequests': 11", b",}"),
        (&[deep.as_bytes(), b", \"currentRequests\": 11"].concat(), b"}"),
        (b"{\"currentRequests\": 11", &[b", \"x\": \"", too_long.as_bytes(), b"\"}"].concat()),
    ] {
        let numbers = br#", "maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate""#;
        let body = [before, numbers, behind].concat();
        let outcome = refused(response_of_bytes(400, &body), "MPA_ERROR_THROTTLED", 1);
        let result = &outcome.result;
        let limit = (result.current_requests, result.max_requests, result.period_s, outcome.limit_type.as_str());
        assert_eq!(limit, (11, 10, 15, "Rate"), "{}", String::from_utf8_lossy(&body));
    }
    for odd in ["1e99999", "4294967297"] {
        let body = format!(r#"{{"currentRequests": {odd}, "maxRequests": 10, "periodInSeconds": 15}}"#);
        let outcome = refused(response(429, &[], &body), "MPA_ERROR_THROTTLED", 1);
        assert_eq!(outcome.result.current_requests, u32::MAX, "{odd}");
    }
}

#[test]
fn errors_in_other_shapes() {
    for (body, error_code, words) in [
        (
            "\u{feff}{\"errorCode\": \"BadField\", \"debugMessage\": \"bad field\"}",
            "BadField",
            "HTTP 400, BadField, bad field.",
        ),
        (r#"{"error": {"code": "BadField", "message": "bad field"}}"#, "BadField", "HTTP 400, BadField, bad field."),
        (r#"{"title": "Bad Request.", "status": 400, "detail": "bad field"}"#, "", "HTTP 400, Bad Request: bad field."),
        (
            r#"{"errorCode": "BadField", "debugMessage": "bad "field""}"#,
            "BadField",
            "HTTP 400, BadField, bad \"field\".",
        ),
    ] {
        let outcome = refused(response(400, &[], body), "MPA_ERROR_REJECTED", 0);
        assert_eq!(outcome.error_code, error_code, "{body}");
        assert!(outcome.message.contains(words), "{}", outcome.message);
    }
    let body = r#"{"title": "Too Many Requests", "detail": "Slow down."}"#;
    refused(response(400, &[], body), "MPA_ERROR_THROTTLED", 1);
}

#[test]
fn a_body_in_a_coding_that_was_not_asked_for() {
    // What gzip makes of numbers that would be a throttle.
    let mut gzip = b"\x1f\x8b\x08\0\x40\x09\x07k\x02\xff{\"maxRequests\": 10}".to_vec();
    let answer = |status: u16, header: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status} Status\r\n{header}\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let outcome = refused(answer(400, "Content-Encoding: gzip", &gzip), "MPA_ERROR_REJECTED", 0);
    assert_eq!(
        outcome.message,
        "The service refused the request: HTTP 400, with a body that cannot be read (Content-Encoding: gzip, which was \
         not asked for). Look for a proxy in between that encodes what the service says."
    );
    assert_eq!(outcome.result.max_requests, 0);
    // The status line decides.
    let outcome = refused(answer(429, "Content-Encoding: br", &gzip), "MPA_ERROR_THROTTLED", 1);
    assert!(outcome.message.contains("Content-Encoding: br"), "{}", outcome.message);
    in_doubt(answer(200, "Content-Encoding: gzip", &gzip), "MPA_ERROR_UNEXPECTED_ANSWER");
    in_doubt(answer(500, "Content-Encoding: gzip", &gzip), "MPA_ERROR_SERVICE_UNAVAILABLE");
    let outcome = refused(answer(400, &format!("Content-Encoding: {TOKEN}"), &gzip), "MPA_ERROR_REJECTED", 0);
    assert!(!outcome.message.contains(TOKEN) && outcome.message.contains("***"), "{}", outcome.message);
    gzip.drain(..10);
    refused(answer(400, "Content-Encoding: identity", &gzip), "MPA_ERROR_THROTTLED", 1);
    let outcome = refused(answer(404, "Content-Encoding: gzip", b""), "MPA_ERROR_REJECTED", 0);
    assert!(!outcome.message.contains("gzip"), "{}", outcome.message);
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

#[test]
fn a_time_to_wait_that_is_not_written_strictly() {
    for (headers, milliseconds) in [
        (&["Retry-After: 0.5"][..], 500),
        (&["Retry-After: 2.0"], 2_000),
        (&["Retry-After: 299.997"], 299_997),
        (&["Retry-After: 5, 5"], 5_000),
        (&["Retry-After: 5", "Retry-After: 7"], 7_000),
        (&["Retry-After: +5"], 5_000),
        (&["Retry-After: 5s"], 5_000),
        (&["Retry-After: \"5\""], 5_000),
        (&["Retry-After:    5   "], 5_000),
        (&["Retry-After: 99999999999999999999"], 3_600_000),
        (&["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Mon, 06 Nov 1994 08:49:47 GMT"], 10_000),
        (&["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: 06 Nov 1994 08:49:47 GMT"], 10_000),
        (&["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 10:49:47 +0200"], 10_000),
        (&["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 00:49:47 PST"], 10_000),
        (&["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sunday, 06-Nov-94 08:49:47 GMT"], 10_000),
        (&["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun Nov  6 08:49:47 1994"], 10_000),
    ] {
        for (status, expected) in [(429, "MPA_ERROR_THROTTLED"), (503, "MPA_ERROR_SERVICE_UNAVAILABLE")] {
            let outcome = refused(response(status, headers, ""), expected, 1);
            assert_eq!(outcome.result.retry_after_ms, milliseconds, "{headers:?}");
        }
    }
    for nonsense in ["Retry-After: soon", "Retry-After: -5", "Retry-After: ", "Retry-After: NaN"] {
        in_doubt(response(503, &[nonsense], ""), "MPA_ERROR_SERVICE_UNAVAILABLE");
        assert_eq!(refused(response(429, &[nonsense], ""), "MPA_ERROR_THROTTLED", 1).result.retry_after_ms, 0);
    }
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
fn an_expired_authorization_is_not_sent() {
    use mpa::ffi::authorization::mpa_authorization;
    let (endpoint, requests) = peer::start(|_| Answer::Say(response(204, &[], "")));
    let client = Client::open(&config(&endpoint));
    let expired = mpa_authorization { header: text("XBL3.0 x=-;old"), expires_at_unix_ms: 1, ..init() };
    // SAFETY: the pointers are good.
    let pushed = mpa_tests::c::outcome(|result| unsafe {
        mpa_tests::c::mpa_client_set_authorization(client.0, &expired, result)
    });
    assert_eq!(pushed.status, "MPA_OK");
    assert_eq!(client.invite_many(1).status, "MPA_ERROR_AUTHORIZATION_NEEDED");
    assert_eq!(requests.try_iter().count(), 0);
}

#[test]
fn secrets_that_come_back_are_masked() {
    use mpa::ffi::invite::mpa_server_invite;
    let body = format!(
        r#"{{"errorCode": "Bad-{TOKEN}", "debugMessage": "XBL3.0 x=-;{TOKEN} may not invite 2535465515082324 to \"ip=203.0.113.7\" from 12345."}}"#
    );
    let (endpoint, _requests) =
        peer::start(move |_| Answer::Say(response(400, &[&format!("X-XblCorrelationId: {TOKEN}")], &body)));
    let client = Client::open(&config(&endpoint));
    let users = [2_535_465_515_082_324_u64];
    let invite = mpa_server_invite {
        sender: 12_345,
        invited_users: users.as_ptr(),
        invited_user_count: 1,
        connection_string: text("ip=203.0.113.7"),
        ..init()
    };
    let outcome = client.send_server_invite(&invite);
    assert_eq!(outcome.status, "MPA_ERROR_REJECTED");
    let everything = [outcome.message, outcome.error_code, outcome.correlation_id].concat();
    for secret in [TOKEN, "2535465515082324", "203.0.113.7", "12345"] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
    assert!(everything.contains("may not invite *** to"), "{everything}");
}

#[test]
fn secrets_that_come_back_in_another_form_are_masked() {
    use mpa::ffi::invite::mpa_server_invite;
    let connection_string = "ip=203.0.113.9:7777&key=s3cr3t-Pass \"x\"";
    let users = [2_533_274_790_000_101_u64];
    for echo in [
        r#"\"ip=203.0.113.9:7777&key=s3cr3t-Pass \\\\\\"x\\\\\\"\""#,
        r"ip=203.0.113.9:7777\\u0026key=s3cr3t-Pass \\x\\",
        r"key=s3cr3t-Pa",
        r"IP=203.0.113.9:7777&KEY=S3CR3T-PASS",
        r"ip%3D203.0.113.9%3A7777%26key%3Ds3cr3t-Pass",
        r"%73%33%63%72%33%74",
        r"ip=203.0.113.9:7777&amp;key=s3cr3t-Pass &quot;x&quot;",
        r"&#115;&#x33;&#99;&#x72;&#51;&#x74;",
        r"aXA9MjAzLjAuMTEzLjk6Nzc3NyZrZXk9czNjcjN0LVBhc3M=",
        r"xuid 8FFFFFFF9F5E5",
        r"xuid 0x0008fffffff9f5e5",
        r"xuid 2533 2747 9000 0101",
        r"xuid 2,533,274,790,000,101",
        r"xuid 253327479000",
        r"xuid MjUzMzI3NDc5MDAwMDEwMQ==",
        &format!("token {}", TOKEN.to_uppercase()),
        r"token bm90LWEtcmVhbC10b2tlbg",
    ] {
        for field in ["errorCode", "debugMessage", "limitType"] {
            let body = format!(r#"{{"{field}": "bad value: {echo}."}}"#);
            let (endpoint, _requests) = peer::start(move |_| Answer::Say(response(400, &[], &body)));
            let invite = mpa_server_invite {
                sender: 2_814_613_765_430_389,
                invited_users: users.as_ptr(),
                invited_user_count: 1,
                connection_string: text(connection_string),
                ..init()
            };
            let outcome = Client::open(&config(&endpoint)).send_server_invite(&invite);
            let everything = [outcome.message, outcome.error_code, outcome.limit_type].join(" ").to_lowercase();
            for secret in
                ["s3cr3t", "203.0", "203%", "%73", "&#", "axa9", "fffff", "2533", "2,533", "mjuz", "a-real", "bm90"]
            {
                assert!(!everything.contains(secret), "{secret} of {echo} in {everything}");
            }
            assert!(everything.contains("***"), "{everything}");
        }
    }
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

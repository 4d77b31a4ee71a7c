//! Answers that are not as they should be, and are still understood.

use mpa_tests::c::TOKEN;
use mpa_tests::peer::response;

use super::{in_doubt, refused};

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

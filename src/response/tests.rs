use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{ParsedResponse, ResponseClass, parse_response};
use crate::http::Response;
use crate::outcome::{Status, Throttle};
use crate::redactor::ServiceText;

const NOW: SystemTime = UNIX_EPOCH;

fn read(status: u16, headers: &[(&str, &str)], body: &str) -> ParsedResponse {
    parse_response(&Response::new(status, headers, body.as_bytes()), &[204], NOW)
}

fn throttle(current_requests: u32, max_requests: u32, period_s: u32, limit_type: &str) -> Throttle<ServiceText> {
    Throttle { current_requests, max_requests, period_s, limit_type: ServiceText::new(limit_type) }
}

#[test]
fn an_endpoint_says_what_is_a_success() {
    let class = |status, success: &[u16]| parse_response(&Response::new(status, &[], b""), success, NOW).class;
    for status in [200, 201, 202, 204] {
        for success in [&[204][..], &[200, 204], &[200, 201, 204]] {
            let expected = if success.contains(&status) {
                ResponseClass::Accepted
            } else {
                ResponseClass::Indeterminate(Status::UnexpectedAnswer)
            };
            assert_eq!(class(status, success), expected, "{status} {success:?}");
        }
    }
}

#[test]
fn nothing_else_is_a_success() {
    assert_eq!(read(204, &[], "").class, ResponseClass::Accepted);
    for other in [200, 201, 202, 205, 206, 101, 301, 302, 307, 304, 600, 999] {
        let parsed = read(other, &[], "<html>sign in to this network</html>");
        assert_eq!(parsed.class, ResponseClass::Indeterminate(Status::UnexpectedAnswer), "{other}");
    }
}

#[test]
fn a_refusal_keeps_what_the_service_said() {
    let parsed = read(
        400,
        &[("x-xblcorrelationid", "bafef442-9a66-4351-ae48-ef1812295b8e")],
        r#"{"errorCode": "RequestValidationError", "debugMessage": "The request validation has failed."}"#,
    );
    assert_eq!(parsed.class, ResponseClass::Refused(Status::Rejected));
    assert!(parsed.error_code == ServiceText::new("RequestValidationError"));
    assert!(parsed.debug_message == ServiceText::new("The request validation has failed."));
    assert!(parsed.correlation_id == ServiceText::new("bafef442-9a66-4351-ae48-ef1812295b8e"));
}

#[test]
fn not_allowed_comes_as_400_and_as_403() {
    let body =
        r#"{"errorCode": "AuthorizationError", "debugMessage": "The caller is not allowed to access the resource."}"#;
    let parsed = read(400, &[], body);
    assert_eq!(parsed.class, ResponseClass::Refused(Status::Forbidden));
    assert!(parsed.error_code == ServiceText::new("AuthorizationError"));
    assert_eq!(read(403, &[], "").class, ResponseClass::Refused(Status::Forbidden));
}

#[test]
fn a_throttle_is_read_in_every_form_it_is_documented_in() {
    let cases = [
        (
            r#"{"version": 1, "currentRequests": 13, "maxRequests": 10, "periodInSeconds": 120, "limitType": "Rate"}"#,
            throttle(13, 10, 120, "Rate"),
        ),
        (
            r#"{"version": "1", "currentRequests": "13", "maxRequests": "10", "periodInSeconds": "120", "limitType": "Rate", "debugMessage": "slow down"}"#,
            throttle(13, 10, 120, "Rate"),
        ),
        (
            r#"{"Version": 1, "currentRequests": 4, "maxRequests": 3, "periodInSeconds": 15, "type": "burst"}"#,
            throttle(4, 3, 15, "burst"),
        ),
        (
            r#"{"CURRENTREQUESTS": " 4 ", "maxRequests": 99999999999, "periodInSeconds": -15, "limitType": 7}"#,
            throttle(4, u32::MAX, 0, "7"),
        ),
        ("", Throttle::default()),
        ("<html>busy</html>", Throttle::default()),
        (r#"[{"maxRequests": 3}]"#, Throttle::default()),
        (r#"{"maxRequests": {"a": 1}, "type": "about:blank"}"#, Throttle::default()),
    ];
    for (body, expected) in cases {
        let parsed = read(429, &[("Retry-After", "7")], body);
        assert_eq!(parsed.class, ResponseClass::Refused(Status::Throttled), "{body}");
        assert_eq!(parsed.retry_after, Some(Duration::from_secs(7)), "{body}");
        assert_eq!(parsed.throttle, expected, "{body}");
    }
}

#[test]
fn a_throttle_comes_under_other_statuses_too() {
    let numbers = r#"{"currentRequests": 4, "maxRequests": 3, "periodInSeconds": 15}"#;
    for (status, body) in [
        (400, r#"{"errorCode": "Too many requests.", "debugMessage": "Too many requests."}"#),
        (400, r#"{"errorCode": "TooManyRequests"}"#),
        (400, numbers),
        (503, numbers),
    ] {
        assert_eq!(
            read(status, &[("Retry-After", "3")], body).class,
            ResponseClass::Refused(Status::Throttled),
            "{status} {body}"
        );
    }
}

#[test]
fn other_answers_settle_it_or_do_not() {
    let refused = [
        (401, Status::Unauthorized),
        (404, Status::Rejected),
        (405, Status::Rejected),
        (413, Status::Rejected),
        (415, Status::Rejected),
        (499, Status::Rejected),
    ];
    for (status, expected) in refused {
        assert_eq!(read(status, &[], "").class, ResponseClass::Refused(expected), "{status}");
    }
    for status in [421, 425] {
        assert_eq!(read(status, &[], "").class, ResponseClass::Refused(Status::ServiceUnavailable), "{status}");
    }
    for status in [408, 500, 502, 503, 504, 599] {
        assert_eq!(read(status, &[], "").class, ResponseClass::Indeterminate(Status::ServiceUnavailable), "{status}");
    }
}

#[test]
fn unavailable_with_a_time_to_wait_has_not_acted() {
    let parsed = read(503, &[("Retry-After", "2")], "");
    assert_eq!(parsed.class, ResponseClass::Refused(Status::ServiceUnavailable));
    assert_eq!(parsed.retry_after, Some(Duration::from_secs(2)));
    assert_eq!(read(503, &[("Retry-After", "2.5")], "").class, parsed.class);
    for invalid in ["soon", "", "-2", "NaN", "0x10", "Thu, 99 Jan 1970 00:00:09 GMT"] {
        let parsed = read(503, &[("Retry-After", invalid)], "");
        assert_eq!(parsed.class, ResponseClass::Indeterminate(Status::ServiceUnavailable), "{invalid}");
        assert_eq!(parsed.retry_after, None, "{invalid}");
    }
}

#[test]
fn unavailable_without_a_time_may_have_acted_whatever_it_says() {
    for body in
        [r#"{"message": "upstream: too many requests in flight"}"#, r#"{"maxRequests": 3, "periodInSeconds": 15}"#]
    {
        assert_eq!(read(503, &[], body).class, ResponseClass::Indeterminate(Status::ServiceUnavailable));
    }
}

#[test]
fn a_time_to_wait_is_the_longest_of_all_headers_and_goes_by_the_services_clock() {
    let wait = |headers: &[(&'static str, &str)]| read(429, headers, "").retry_after;
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(wait(&[("Retry-After", "7")]), seconds(7));
    assert_eq!(wait(&[("Retry-After", "0")]), None);
    assert_eq!(wait(&[("Retry-After", "5"), ("Retry-After", "9"), ("Retry-After", "7")]), seconds(9));
    assert_eq!(wait(&[("Retry-After", "Thu, 01 Jan 1970 00:00:09 GMT")]), seconds(9));
    let date = ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT");
    assert_eq!(wait(&[date, ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]), seconds(10));
    assert_eq!(wait(&[date, ("Date", "soon")]), seconds(3_600));
}

#[test]
fn errors_in_the_shapes_of_other_services_are_kept() {
    for (body, error_code, debug_message) in [
        (r#"{"errorCode": 4000, "errorMessage": "bad"}"#, "4000", "bad"),
        (r#"{"code": "E1", "source": "x", "description": "bad"}"#, "E1", "bad"),
        (r#"{"error": {"code": "E1", "message": "bad", "innererror": {"code": "E2"}}}"#, "E1", "bad"),
        (r#"{"error": "invalid_client", "error_description": "bad"}"#, "invalid_client", "bad"),
        (r#"{"errorCode": "E1", "error": {"code": "E2", "message": "bad"}}"#, "E1", "bad"),
        (r#"{"type": "https://example.com/out-of-credit", "title": "No.", "detail": "bad"}"#, "", "No: bad"),
        (r#"{"type": "about:blank", "title": "Bad Request", "status": 400}"#, "", "Bad Request"),
        (r#"{"detail": "bad"}"#, "", "bad"),
        (r#"{"errorCode": "", "code": "E1", "debugMessage": null, "message": " ", "title": "bad"}"#, "E1", "bad"),
        (r#"{"errorCode": ["E1"], "debugMessage": {"text": "bad"}}"#, "", ""),
    ] {
        let parsed = read(400, &[], body);
        let expected = (ServiceText::new(error_code), ServiceText::new(debug_message));
        assert!((parsed.error_code, parsed.debug_message) == expected, "{body}");
        assert_eq!(parsed.throttle, Throttle::default(), "{body}");
        assert_eq!(parsed.class, ResponseClass::Refused(Status::Rejected), "{body}");
    }
    let busy = r#"{"title": "Too Many Requests", "detail": "Slow down."}"#;
    assert_eq!(read(400, &[], busy).class, ResponseClass::Refused(Status::Throttled));
}

#[test]
fn what_is_odd_loses_at_most_its_field() {
    let expected = throttle(11, 10, 15, "Rate");
    let rest = r#""maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate"}"#;
    let numbers = r#"{"currentRequests": 11, "maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate"}"#;
    let deep = format!("{{\"debugMessage\": {}{}, {}", "[".repeat(30_000), "]".repeat(30_000), &numbers[1..]);
    let cut = format!("{}, \"debugMessage\": \"{}", &numbers[..numbers.len() - 1], "x".repeat(65_000));
    for body in [
        numbers,
        &format!("\u{feff}{numbers}"),
        &format!("{numbers}, and more"),
        &format!("/* odd */ {numbers} // odd"),
        r#"{"currentRequests": 11.0, "maxRequests": 1e1, "periodInSeconds": "15.0", "limitType": "Rate"}"#,
        r#"{"currentRequests": 11.9, "maxRequests": 10.9, "periodInSeconds": 14.1, "limitType": "Rate"}"#,
        r#"{'currentRequests': 11, 'maxRequests': 10, 'periodInSeconds': 15, 'limitType': 'Rate'}"#,
        r#"{"currentRequests": 11, "version": 1e99999, "maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate"}"#,
        r#"{"currentRequests": 11, "version": NaN, "maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate"}"#,
        r#"{"currentRequests": 1, "currentRequests": 11, "maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate"}"#,
        r#"{"currentRequests": 11, "x": "\ud800", "maxRequests": 10, "periodInSeconds": 15, "limitType": "Rate"}"#,
        &deep,
        &cut,
    ] {
        let parsed = read(400, &[], body);
        assert_eq!(parsed.class, ResponseClass::Refused(Status::Throttled), "{body}");
        assert_eq!(parsed.throttle, expected, "{body}");
    }
    let mut bytes = numbers.replace("11", "11, \"x\": \"?\"").into_bytes();
    let odd = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[odd] = 0xff;
    let response = Response::new(400, &[], &bytes);
    assert_eq!(parse_response(&response, &[204], NOW).throttle, expected);
    for (odd, current_requests) in [
        ("1e99999", u32::MAX),
        ("4294967296", u32::MAX),
        ("-1", 0),
        ("1,000", 0),
        ("\"1,000\"", 0),
        ("11 000", 0),
        ("[11]", 0),
        ("Infinity", 0),
        ("\"inf\"", 0),
        ("0x11", 0),
    ] {
        let parsed = read(429, &[], &format!("{{\"currentRequests\": {odd}, {rest}"));
        assert_eq!(parsed.throttle, Throttle { current_requests, ..expected.clone() }, "{odd}");
    }
}

#[test]
fn what_cannot_be_read_is_survived() {
    let deep = "[".repeat(100_000);
    let long = format!(r#"{{"errorCode": "{}"}}"#, "x".repeat(60_000));
    for body in ["{", "null", "7", "\u{0}", "{\"errorCode\": null}", &deep, &long, "{\"errorCode\": \"\\ud800\"}"] {
        assert_eq!(read(400, &[], body).class, ResponseClass::Refused(Status::Rejected));
    }
}

#[test]
fn what_acknowledges_a_request_is_no_error_whatever_it_says() {
    let body = br#"{"errorCode":"AuthorizationError","debugMessage":"no","maxRequests":7}"#;
    let parse = |success: &[u16]| parse_response(&Response::new(200, &[], body), success, NOW);
    let parsed = parse(&[200]);
    assert_eq!((parsed.class, parsed.throttle), (ResponseClass::Accepted, Throttle::default()));
    assert!(parsed.error_code.is_empty() && parsed.debug_message.is_empty());
    let other = parse(&[204]);
    assert_eq!(other.class, ResponseClass::Indeterminate(Status::UnexpectedAnswer));
    assert!(!other.error_code.is_empty() && other.throttle.max_requests == 7);
}

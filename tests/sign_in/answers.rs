//! What the sign-in services answer, in every form that holds a token.

use std::thread;
use std::time::{Duration, Instant};

use mpa::ffi::client::mpa_client_config;
use mpa_tests::c::Client;
use serde_json::json;

use crate::handing_on::{Copied, get_authorization};
use mpa_tests::partner::Partner;

/// The authorization of a client whose second step is answered with this body.
#[track_caller]
fn signed_in_by(partner: &Partner, body: &str) -> Copied {
    let rule = json!({ "fault": "status", "status": 200, "body": body, "calls": "token" });
    partner.faults(&[&rule.to_string()]);
    let client = partner.open();
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        match get_authorization(&client, 13_000) {
            Ok(copied) => return copied,
            Err(needed) if needed.status == "MPA_ERROR_SIGN_IN_PENDING" && Instant::now() < until => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(failed) => panic!("{}: {} {body}", failed.status, failed.message),
        }
    }
}

#[test]
fn a_token_is_found_whatever_is_odd_beside_it() {
    let partner = Partner::start("odd");
    let rest = r#""Token": "a.token", "NotAfter": "2099-01-31T10:00:00.1234567Z""#;
    let deep = "[".repeat(10_000);
    for (body, user_hash) in [
        (format!("\u{feff}{{{rest}}}"), "-"),
        (format!("{{{rest}}} and more"), "-"),
        (format!("// a comment\n{{{rest},}}"), "-"),
        (format!(r#"{{"x": "\ud800", "y": 1e99999, "z": NaN, {rest}}}"#), "-"),
        (format!(r#"{{{rest}, "x": {deep}"#), "-"),
        (format!(r#"{{"Token": "another", "NotAfter": null, {rest}, "NotAfter": null}}"#), "-"),
        (format!(r#"{{{rest}, "DisplayClaims": {{"xui": [{{"uhs": "123"}}]}}}}"#), "123"),
        (format!(r#"{{{rest}, "DisplayClaims": {{"xui": [{{"uhs": 123, "gtg": "\ud800"}}]}}}}"#), "123"),
    ] {
        let copied = signed_in_by(&partner, &body);
        assert_eq!(copied.header, format!("XBL3.0 x={user_hash};a.token"), "{body}");
        assert_eq!(copied.expires_at_unix_ms, 4_073_536_800_123, "{body}");
    }
}

#[test]
fn a_coding_that_was_not_asked_for_is_named() {
    let partner = Partner::start("coding");
    for (status, calls) in [(200, "token"), (401, "token"), (200, "sign_in"), (403, "sign_in")] {
        let headers = json!({ "Content-Encoding": "gzip" });
        let body = r#"{"Token": "a.token", "NotAfter": "2099-01-31T10:00:00Z", "XErr": 2148916242}"#;
        let rule = json!({ "fault": "status", "status": status, "headers": headers, "body": body, "calls": calls });
        partner.faults(&[&rule.to_string()]);
        let client = Client::open(&mpa_client_config { call_timeout_ms: 1_000, ..partner.config() });
        let failed = client.invite_many(1);
        assert_eq!((failed.status, failed.result.service_code), ("MPA_ERROR_SIGN_IN_FAILED", 0), "{}", failed.message);
        let words =
            format!("HTTP {status}, with a body that cannot be read (Content-Encoding: gzip, which was not asked for)");
        assert!(failed.message.contains(&words), "{}", failed.message);
    }
}

#[test]
fn the_end_of_a_token_is_read_in_any_zone() {
    let partner = Partner::start("zones");
    for (not_after, unix_ms) in [
        ("2099-01-31T10:00:00Z", 4_073_536_800_000_u64),
        ("2099-01-31T12:00:00+02:00", 4_073_536_800_000),
        ("2099-01-31T12:00:00.5+02:00", 4_073_536_800_500),
        ("2099-01-31T03:00:00-07:00", 4_073_536_800_000),
        ("2099-01-31T03:00:00.1234567-07:00", 4_073_536_800_123),
        ("2099-01-31t10:00:00.123456789123z", 4_073_536_800_123),
        ("2099-01-31 10:00:00Z", 4_073_536_800_000),
        ("2099-01-31T10:00:00.0000000", 4_073_536_800_000),
        ("2098-12-31T23:59:60Z", 4_070_908_799_999),
        ("/Date(4073536800000+0200)/", 4_073_536_800_000),
    ] {
        let body = json!({ "Token": "a.token", "NotAfter": not_after }).to_string();
        assert_eq!(signed_in_by(&partner, &body).expires_at_unix_ms, unix_ms, "{not_after}");
    }
}

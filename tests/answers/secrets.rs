//! What the service repeats of a call, and must not be shown.

use mpa::ffi::invite::mpa_server_invite;
use mpa_tests::c::{Client, TOKEN, config, init, text};
use mpa_tests::peer::{self, Answer, response};

#[test]
fn secrets_that_come_back_are_masked() {
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

//! How rules are written, and what is said of wrong ones.

use super::*;

fn shown(text: &str) -> String {
    match text.parse::<Rule>() {
        Ok(rule) => rule.to_string(),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Every fault with every field that it has.
const ALL: [&str; 26] = [
    r#"{"delay_ms":5,"fault":"delay"}"#,
    r#"{"delay_ms":5,"fault":"delay_before_body"}"#,
    r#"{"fault":"stall"}"#,
    r#"{"fault":"stall_before_body"}"#,
    r#"{"calls":"invites","fault":"reset_after_acting","next":3}"#,
    r#"{"calls":"user_invites","fault":"close_after_acting","share":0.25}"#,
    r#"{"fault":"garbage"}"#,
    r#"{"body":"{}","delay_ms":9,"fault":"status","headers":{"Retry-After":"2"},"status":503}"#,
    r#"{"body":"","fault":"status_after_acting","headers":{},"status":204}"#,
    r#"{"fault":"redirect","location":"/x","status":302}"#,
    r#"{"fault":"expired_token"}"#,
    r#"{"fault":"expired_token_before_body","token":"t"}"#,
    r#"{"bytes":7,"fault":"endless_head","status":204}"#,
    r#"{"bytes":7,"fault":"large_body_after_acting","status":200}"#,
    r#"{"bytes":7,"calls":"server_invites","fault":"cut"}"#,
    r#"{"calls":"recent_players","fault":"drip","pause_ms":7}"#,
    r#"{"fault":"close_idle","idle_ms":0}"#,
    r#"{"fault":"reset_idle","idle_ms":7}"#,
    r#"{"fault":"reset","share":1.0}"#,
    r#"{"calls":"token","code":"service_token_expired","fault":"x_err","next":1,"status":401}"#,
    r#"{"calls":"sign_in","code":2148916227,"fault":"x_err_before_body","status":400}"#,
    r#"{"calls":"activities","fault":"reset"}"#,
    r#"{"calls":"activity_writes","fault":"reset"}"#,
    r#"{"calls":"activity_reads","fault":"reset"}"#,
    r#"{"fault":"drop_handshake","next":2,"part":"sign_in"}"#,
    r#"{"delay_ms":5,"fault":"drop_handshake","share":0.5}"#,
];

#[test]
fn every_rule_is_shown_as_it_is_read() {
    for text in ALL {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn the_short_form_is_the_same_in_few_characters() {
    let pairs = [
        ("reset", r#"{"fault":"reset"}"#),
        ("reset_after_acting:share=0.1", r#"{"fault":"reset_after_acting","share":0.1}"#),
        (
            "delay:delay_ms=50,next=2,calls=recent_players",
            r#"{"calls":"recent_players","delay_ms":50,"fault":"delay","next":2}"#,
        ),
        (
            "redirect:location=http://127.0.0.1:1/x",
            r#"{"fault":"redirect","location":"http://127.0.0.1:1/x","status":307}"#,
        ),
        ("expired_token:token=12", r#"{"fault":"expired_token","token":"12"}"#),
        ("status:status=429,body=7", r#"{"body":"7","fault":"status","headers":{},"status":429}"#),
        ("x_err:code=outage", r#"{"code":"outage","fault":"x_err","status":503}"#),
        ("x_err:code=2148916273", r#"{"code":"outage","fault":"x_err","status":503}"#),
        ("drop_handshake:part=token", r#"{"fault":"drop_handshake","part":"token"}"#),
        ("cut", r#"{"bytes":20,"fault":"cut"}"#),
        ("drip", r#"{"fault":"drip","pause_ms":20}"#),
        ("endless_head", r#"{"bytes":16777216,"fault":"endless_head","status":200}"#),
        ("large_body", r#"{"bytes":67108864,"fault":"large_body","status":200}"#),
    ];
    for (short, expected) in pairs {
        assert_eq!(shown(short), expected);
    }
}

#[test]
fn what_is_wrong_is_named_in_one_sentence() {
    let wrong = [
        ("", "fault must be one of delay, stall, reset, "),
        ("Reset", "fault must be one of "),
        ("reset_later", "fault must be one of "),
        ("{}", "fault is required"),
        ("{", "it is not JSON: "),
        (r#"{"fault":7}"#, "fault must be a string, not a number"),
        ("reset:next", "\"next\" must be a field and its value"),
        ("reset:next=1,next=2", "next comes twice"),
        ("reset:next=1,", "\"\" must be a field and its value"),
        ("reset:next=0", "next must be a whole number from 1 to "),
        ("reset:next=x", "next must be a whole number from 1 to "),
        ("reset:share=0", "share must be a number above 0 and up to 1"),
        ("reset:share=0.5,next=1", "share cannot be used together with"),
        ("reset:calls=invite", "calls must be one of invites, "),
        ("reset:bytes=1", "bytes is not a known field (known here: "),
        ("delay", "delay_ms is required"),
        ("reset:delay_ms=0", "delay_ms must be a whole number from 1"),
        ("status", "status is required"),
        ("status:status=199", "status must be a whole number from 200"),
        ("status:status=600", "status must be a whole number from 200"),
        ("status:status=204,body=x", "body is not allowed, as a 204"),
        ("redirect", "location is required"),
        ("redirect:location=/,status=200", "status must be a whole number from 300 to 399, not 200"),
        ("large_body:status=204", "status must be that of an answer"),
        ("cut:bytes=0", "bytes must be a whole number from 1"),
        ("close_idle", "idle_ms is required"),
        ("cut_after_acting", "fault must not be \"cut_after_acting\""),
        ("drip_before_body", "fault must not be \"drip_before_body\""),
        ("x_err", "code is required"),
        ("x_err:code=expired", "code must be one of sandbox_denied, "),
        ("x_err:code=0", "code must be a whole number from 1"),
        ("drop_handshake:part=tokens", "part must be one of service, sign_in, token, not \"tokens\""),
        ("drop_handshake:calls=token", "calls is not a known field"),
        ("drop_handshake_after_acting", "fault must not be \"drop_handshake_after_acting\""),
        ("expired_token_after_acting", "fault must not be "),
        (r#"{"fault":"status","status":500,"headers":{"a b":"c"}}"#, "headers.a b is not the name of a header"),
        (r#"{"fault":"status","status":500,"headers":{"a":"b\n"}}"#, "headers.a must be what a header can hold"),
        (
            r#"{"fault":"status","status":500,"headers":{"Content-Length":"1"}}"#,
            "headers.Content-Length is not allowed",
        ),
        (
            r#"{"fault":"status","status":500,"headers":{"Retry-After":2}}"#,
            "headers.Retry-After must be a string, not a number",
        ),
        (r#"{"fault":"redirect","location":"\r\n"}"#, "location must be what a header can hold"),
    ];
    for (text, expected) in wrong {
        let said = match text.parse::<Rule>() {
            Ok(rule) => panic!("{text}: {rule}"),
            Err(error) => error.to_string(),
        };
        assert!(said.starts_with(expected), "{text}: {said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn an_unknown_fault_is_answered_with_all_that_there_are() {
    let said = "resets_after_acting".parse::<Rule>().unwrap_err().to_string();
    let names = "delay, stall, reset, close, garbage, status, redirect, expired_token, x_err, endless_head, \
                 large_body, cut, drip, close_idle, reset_idle, drop_handshake";
    let hint = "with _before_body or _after_acting at its end or without";
    assert_eq!(said, format!("fault must be one of {names}, {hint}, not \"resets_after_acting\""));
}

#[test]
fn an_unknown_field_is_answered_with_those_of_the_fault() {
    for (text, expected) in [
        ("reset:bytes=1", "bytes is not a known field (known here: fault, next, share, delay_ms, calls)"),
        ("cut:byte=1", "byte is not a known field (known here: fault, next, share, delay_ms, calls, bytes)"),
        ("drop_handshake:calls=token", "calls is not a known field (known here: fault, next, share, delay_ms, part)"),
    ] {
        assert_eq!(text.parse::<Rule>().unwrap_err().to_string(), expected);
    }
}

#[test]
fn null_is_not_taken_for_an_absent_field() {
    for (text, expected) in [
        (r#"{"fault":"reset","next":null}"#, "next must be a whole number from 1 to 18446744073709551614, not null"),
        (r#"{"fault":"expired_token","token":null}"#, "token must be a string, not null"),
        (r#"{"fault":"cut","bytes":null}"#, "bytes must be a whole number from 1 to 1073741824, not null"),
    ] {
        assert_eq!(text.parse::<Rule>().unwrap_err().to_string(), expected);
    }
}

#[test]
fn in_a_list_the_rule_at_fault_is_named_too() {
    let said = |text| read_rules(&settings::parse(text).unwrap()).unwrap_err();
    let list = r#"[{"fault":"reset"},{"fault":"reset","share":2}]"#;
    assert_eq!(said(list).to_string(), "[1].share must be a number above 0 and up to 1, not 2");
    let no_list = said(r#"{"fault":"reset"}"#).to_string();
    assert_eq!(no_list, "the body must be a list, not an object");
}

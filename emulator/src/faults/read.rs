//! Rules, read from JSON and from their short form.

use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::rule::{AFTER_ACTING, BEFORE_BODY, CALLS, Fault, Moment, Rule, Times};
use crate::rules::Problem;
use crate::rules::fields::{Object, expected, string};
use crate::setting::{self, BadSetting, Read, share, whole, word};

const MIB: u64 = 1024 * 1024;
const MOST_BYTES: u64 = 1024 * MIB;
const LONGEST_MS: u64 = 3_600_000;
const DEFAULT_CUT: u64 = 20;
const DEFAULT_PAUSE_MS: u64 = 20;
const DEFAULT_HEAD: u64 = 16 * MIB;
const DEFAULT_BODY: u64 = 64 * MIB;

/// What the sentence about an unknown name lists.
const NAMES: &str = "delay, stall, reset, close, garbage, status, redirect, expired_token, \
    endless_head, large_body, cut, drip, close_idle, reset_idle";

/// A list of rules, as the control interface takes it.
pub(crate) fn read_rules(value: &Value) -> Read<Vec<Rule>> {
    let rules = value.as_array().ok_or_else(|| expected("a list", value))?;
    let numbered = rules.iter().enumerate();
    numbered.map(|(index, rule)| read_rule(rule).map_err(|problem| problem.in_element(index))).collect()
}

impl FromStr for Rule {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let value = if text.trim_start().starts_with('{') { setting::parse(text)? } else { read_short_form(text)? };
        Ok(read_rule(&value)?)
    }
}

/// The object that `name:field=value,field=value` stands for.
fn read_short_form(text: &str) -> Result<Value, BadSetting> {
    let (name, fields) = text.split_once(':').unwrap_or((text, ""));
    let mut object = Map::new();
    object.insert("fault".to_owned(), name.into());
    for field in fields.split(',').filter(|_| !fields.is_empty()) {
        let Some((name, value)) = field.split_once('=') else {
            let what = format!("{field:?} must be a field and its value, such as next=3");
            return Err(BadSetting(what));
        };
        let value = match name {
            "calls" | "token" | "location" | "body" => value.into(),
            _ => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        };
        if object.insert(name.to_owned(), value).is_some() {
            return Err(BadSetting(format!("{name} comes twice")));
        }
    }
    Ok(object.into())
}

fn read_rule(value: &Value) -> Read<Rule> {
    let fields = value.as_object().ok_or_else(|| expected("an object", value))?;
    let Some(name) = fields.get("fault") else {
        return Err(Problem::here("is required").in_field("fault"));
    };
    let in_fault = |problem: Problem| problem.in_field("fault");
    let name = string(name).map_err(in_fault)?;
    let (stem, moment) = split(name);
    let own = own_fields(stem).ok_or_else(|| {
        let what = format!(
            "must be one of {NAMES}, with {BEFORE_BODY} or {AFTER_ACTING} at its end or without, \
             not {name:?}"
        );
        in_fault(Problem::here(what))
    })?;
    let known = [&["fault", "next", "share", "calls", "delay_ms"], own].concat();
    let object = Object::read(value, &known)?;
    let fault = read_fault(stem, &object)?;
    if !fault.may_strike(moment) {
        let what = format!("must not be {name:?}: {stem} has a moment of its own");
        return Err(in_fault(Problem::here(what)));
    }
    Ok(Rule {
        delay_ms: read_delay(&fault, &object)?,
        fault,
        moment,
        times: read_times(&object)?,
        calls: object.given("calls", |value| word(value, &CALLS))?,
    })
}

fn split(name: &str) -> (&str, Moment) {
    if let Some(stem) = name.strip_suffix(BEFORE_BODY) {
        (stem, Moment::BeforeBody)
    } else if let Some(stem) = name.strip_suffix(AFTER_ACTING) {
        (stem, Moment::AfterActing)
    } else {
        (name, Moment::BeforeActing)
    }
}

/// The fields that only this fault has. `None` if there is no such fault.
fn own_fields(stem: &str) -> Option<&'static [&'static str]> {
    Some(match stem {
        "delay" | "stall" | "reset" | "close" | "garbage" => &[],
        "status" => &["status", "headers", "body"],
        "redirect" => &["status", "location"],
        "expired_token" => &["token"],
        "endless_head" | "large_body" => &["status", "bytes"],
        "cut" => &["bytes"],
        "drip" => &["pause_ms"],
        "close_idle" | "reset_idle" => &["idle_ms"],
        _ => return None,
    })
}

fn read_fault(stem: &str, object: &Object<'_>) -> Read<Fault> {
    let ms = |value: &Value| whole(value, 0..=LONGEST_MS);
    let bytes = |default| {
        let bytes = object.given("bytes", |value| whole(value, 1..=MOST_BYTES))?;
        Ok(bytes.unwrap_or(default))
    };
    let text = |value: &Value| string(value).map(str::to_owned);
    let ok = |status: Option<u16>| status.unwrap_or(200);
    Ok(match stem {
        "stall" => Fault::Stall,
        "reset" => Fault::Reset,
        "close" => Fault::Close,
        "garbage" => Fault::Garbage,
        "status" => {
            let status = object.required("status", read_status)?;
            let body = object.given("body", text)?.unwrap_or_default();
            if !body.is_empty() && may_not_have_a_body(status) {
                let what = format!("must not be there, as a {status} has none");
                return Err(Problem::here(what).in_field("body"));
            }
            Fault::Status { status, headers: object.given("headers", read_headers)?.unwrap_or_default(), body }
        }
        "redirect" => {
            let status = object.given("status", |value| whole(value, 300..=399))?;
            Fault::Redirect {
                status: status.map_or(307, to_status),
                location: object.required("location", |value| {
                    let location = text(value)?;
                    check_header_value(&location)?;
                    Ok(location)
                })?,
            }
        }
        "expired_token" => Fault::ExpiredToken { token: object.given("token", text)? },
        "endless_head" => {
            Fault::EndlessHead { status: ok(object.given("status", read_status)?), bytes: bytes(DEFAULT_HEAD)? }
        }
        "large_body" => Fault::LargeBody {
            status: ok(object.given("status", |value| {
                let status = read_status(value)?;
                if may_not_have_a_body(status) {
                    let what = format!("must be that of an answer with a body, not {status}");
                    return Err(Problem::here(what));
                }
                Ok(status)
            })?),
            bytes: bytes(DEFAULT_BODY)?,
        },
        "cut" => Fault::Cut { bytes: bytes(DEFAULT_CUT)? },
        "drip" => Fault::Drip { pause_ms: object.given("pause_ms", ms)?.unwrap_or(DEFAULT_PAUSE_MS) },
        "close_idle" => Fault::CloseIdle { idle_ms: object.required("idle_ms", ms)? },
        "reset_idle" => Fault::ResetIdle { idle_ms: object.required("idle_ms", ms)? },
        _ => Fault::Delay,
    })
}

fn read_delay(fault: &Fault, object: &Object<'_>) -> Read<u64> {
    let read = |value: &Value| whole(value, 1..=LONGEST_MS);
    match fault {
        Fault::Delay => object.required("delay_ms", read),
        _ => Ok(object.given("delay_ms", read)?.unwrap_or_default()),
    }
}

fn read_times(object: &Object<'_>) -> Read<Times> {
    let next = object.given("next", |value| whole(value, 1..=u64::MAX - 1))?;
    let share = object.given("share", share)?;
    match (next, share) {
        (None, None) => Ok(Times::Always),
        (Some(count), None) => Ok(Times::Next(count)),
        (None, Some(share)) => Ok(Times::Share(share)),
        (Some(_), Some(_)) => Err(Problem::here("must not be there beside next").in_field("share")),
    }
}

/// Not below 200: those are not answers.
fn read_status(value: &Value) -> Read<u16> {
    whole(value, 200..=599).map(to_status)
}

fn to_status(checked: u64) -> u16 {
    u16::try_from(checked).unwrap_or_default()
}

fn may_not_have_a_body(status: u16) -> bool {
    matches!(status, 204 | 304)
}

fn read_headers(value: &Value) -> Read<Vec<(String, String)>> {
    let headers = value.as_object().ok_or_else(|| expected("an object", value))?;
    let read = |(name, value): (&String, &Value)| {
        check_header_name(name)?;
        let value = string(value)?;
        check_header_value(value)?;
        Ok((name.clone(), value.to_owned()))
    };
    headers.iter().map(|header| read(header).map_err(|problem: Problem| problem.in_field(header.0))).collect()
}

fn check_header_name(name: &str) -> Read<()> {
    if HeaderName::try_from(name).is_err() {
        return Err(Problem::here("is not the name of a header"));
    }
    // A wrong length would break HTTP in ways that depend on this program's library.
    let of_framing = ["content-length", "transfer-encoding"];
    if of_framing.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return Err(Problem::here("must not be there: it follows from the body"));
    }
    Ok(())
}

fn check_header_value(value: &str) -> Read<()> {
    match HeaderValue::try_from(value) {
        Ok(_) => Ok(()),
        Err(_) => Err(Problem::here("must be what a header can hold")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match text.parse::<Rule>() {
            Ok(rule) => rule.to_string(),
            Err(error) => panic!("{text}: {error}"),
        }
    }

    /// Every fault with every field that it has.
    const ALL: [&str; 19] = [
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
            ("reset:share=0.5,next=1", "share must not be there beside"),
            ("reset:calls=invite", "calls must be one of invites, "),
            ("reset:bytes=1", "bytes is not a known field (known here: "),
            ("delay", "delay_ms is required"),
            ("reset:delay_ms=0", "delay_ms must be a whole number from 1"),
            ("status", "status is required"),
            ("status:status=199", "status must be a whole number from 200"),
            ("status:status=600", "status must be a whole number from 200"),
            ("status:status=204,body=x", "body must not be there, as a 204"),
            ("redirect", "location is required"),
            ("redirect:location=/,status=200", "status must be a whole number from 300 to 399, not 200"),
            ("large_body:status=204", "status must be that of an answer"),
            ("cut:bytes=0", "bytes must be a whole number from 1"),
            ("close_idle", "idle_ms is required"),
            ("cut_after_acting", "fault must not be \"cut_after_acting\""),
            ("drip_before_body", "fault must not be \"drip_before_body\""),
            ("expired_token_after_acting", "fault must not be "),
            (r#"{"fault":"status","status":500,"headers":{"a b":"c"}}"#, "headers.a b is not the name of a header"),
            (r#"{"fault":"status","status":500,"headers":{"a":"b\n"}}"#, "headers.a must be what a header can hold"),
            (
                r#"{"fault":"status","status":500,"headers":{"Content-Length":"1"}}"#,
                "headers.Content-Length must not be there",
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
    fn in_a_list_the_rule_at_fault_is_named_too() {
        let said = |text| read_rules(&setting::parse(text).unwrap()).unwrap_err();
        let list = r#"[{"fault":"reset"},{"fault":"reset","share":2}]"#;
        assert_eq!(said(list).to_string(), "[1].share must be a number above 0 and up to 1, not 2");
        let no_list = said(r#"{"fault":"reset"}"#).to_string();
        assert_eq!(no_list, "the body must be a list, not an object");
    }
}

//! Rules, read from JSON and from their short form.

use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::rule::{AFTER_ACTING, BEFORE_BODY, CALLS, CODES, Fault, Moment, Rule, Times};
use crate::fields::{Object, Problem, expected, string};
use crate::json::{BadSetting, Read, parse_setting, share, whole, word};
use crate::refusal::XErr;
use crate::routes::PARTS;

const MIB: u64 = 1024 * 1024;
const MOST_BYTES: u64 = 1024 * MIB;
const LONGEST_MS: u64 = 3_600_000;
const DEFAULT_CUT: u64 = 20;
const DEFAULT_PAUSE_MS: u64 = 20;
const DEFAULT_HEAD: u64 = 16 * MIB;
const DEFAULT_BODY: u64 = 64 * MIB;

/// What the sentence about an unknown name lists.
const NAMES: &str = "delay, stall, reset, close, garbage, status, redirect, expired_token, \
    x_err, endless_head, large_body, cut, drip, close_idle, reset_idle, drop_handshake";

/// A list of rules, as the control interface takes it.
pub(crate) fn read_rules(value: &Value) -> Read<Vec<Rule>> {
    let rules = value.as_array().ok_or_else(|| expected("a list", value))?;
    let numbered = rules.iter().enumerate();
    numbered.map(|(index, rule)| read_rule(rule).map_err(|problem| problem.in_element(index))).collect()
}

impl FromStr for Rule {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let value = if text.trim_start().starts_with('{') { parse_setting(text)? } else { read_short_form(text)? };
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
    let known = [&["fault", "next", "share", "delay_ms"], own, calls_field(stem)].concat();
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
        "x_err" => &["status", "code"],
        "endless_head" | "large_body" => &["status", "bytes"],
        "cut" => &["bytes"],
        "drip" => &["pause_ms"],
        "close_idle" | "reset_idle" => &["idle_ms"],
        "drop_handshake" => &["part"],
        _ => return None,
    })
}

/// Nothing is called yet when a connection is dropped.
fn calls_field(stem: &str) -> &'static [&'static str] {
    if stem == "drop_handshake" { &[] } else { &["calls"] }
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
        "x_err" => {
            let code = object.required("code", read_code)?;
            let status = if code == XErr::OUTAGE { 503 } else { 401 };
            Fault::XErr { status: object.given("status", read_status)?.unwrap_or(status), code }
        }
        "drop_handshake" => Fault::DropHandshake { part: object.given("part", |value| word(value, &PARTS))? },
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

/// A reason of the sign-in services: its name, or its number.
fn read_code(value: &Value) -> Read<XErr> {
    if value.is_string() {
        return word(value, &CODES);
    }
    let number = whole(value, 1..=u32::MAX.into())?;
    Ok(XErr(u32::try_from(number).unwrap_or(u32::MAX)))
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
#[path = "parse_tests.rs"]
mod tests;

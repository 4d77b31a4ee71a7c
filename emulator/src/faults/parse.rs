//! Rules, read from JSON and from their short form.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::rule::{AFTER_ACTING, BEFORE_BODY, Calls, Fault, InjectionPoint, MAX_MS, Rule, Status, Times};
use crate::error_response::XErr;
use crate::json::{Parsed, ValidationError, expected, string};
use crate::settings::{self, Fields, InvalidSetting, Share, Tagged, Whole};

/// The fields that do not depend on the fault.
const COMMON: [&str; 5] = ["fault", "next", "share", "delay_ms", "calls"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    next: Option<Whole<1, { u64::MAX as i128 - 1 }>>,
    share: Option<Share>,
    delay_ms: Option<Whole<1, MAX_MS>>,
    calls: Option<Calls>,
}

/// A list of rules, as the control interface takes it.
pub(crate) fn read_rules(value: &Value) -> Parsed<Vec<Rule>> {
    let rules = value.as_array().ok_or_else(|| expected("a list", value))?;
    let numbered = rules.iter().enumerate();
    numbered.map(|(index, rule)| read_rule(rule).map_err(|error| error.in_element(index))).collect()
}

impl FromStr for Rule {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let value = if text.trim_start().starts_with('{') { settings::parse(text)? } else { read_short_form(text)? };
        Ok(read_rule(&value)?)
    }
}

/// The object that `name:field=value,field=value` stands for.
fn read_short_form(text: &str) -> Result<Value, InvalidSetting> {
    let (name, fields) = text.split_once(':').unwrap_or((text, ""));
    let mut object = Map::new();
    object.insert("fault".to_owned(), name.into());
    for field in fields.split(',').filter(|_| !fields.is_empty()) {
        let Some((name, value)) = field.split_once('=') else {
            let what = format!("{field:?} must be a field and its value, such as next=3");
            return Err(InvalidSetting(what));
        };
        let value = match name {
            "calls" | "token" | "location" | "body" => value.into(),
            _ => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        };
        if object.insert(name.to_owned(), value).is_some() {
            return Err(InvalidSetting(format!("{name} comes twice")));
        }
    }
    Ok(object.into())
}

fn read_rule(value: &Value) -> Parsed<Rule> {
    let fields = value.as_object().ok_or_else(|| expected("an object", value))?;
    let in_fault = |error: ValidationError| error.in_field("fault");
    let name = fields.get("fault").ok_or_else(|| in_fault(ValidationError::new("is required")))?;
    let name = string(name).map_err(in_fault)?;
    let (variant, point) = split(name);
    // Nothing is called yet when a connection is dropped.
    let common = if variant == "drop_handshake" { &COMMON[..4] } else { &COMMON[..] };
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
    let (of_rule, of_fault): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| common.contains(name));
    let hint = format!(", with {BEFORE_BODY} or {AFTER_ACTING} at its end or without");
    let mut fault = Tagged { tag: "fault", name, variant, hint: &hint, fields: of_fault, common }.read()?;
    validate(&mut fault)?;
    if !fault.may_apply(point) {
        let what = format!("must not be {name:?}: {variant} cannot be injected at that point");
        return Err(in_fault(ValidationError::new(what)));
    }
    let of_rule = of_rule.into_iter().filter(|(name, _)| *name != "fault");
    let common: Common = Fields::new(of_rule).read()?;
    if matches!(fault, Fault::Delay {}) && common.delay_ms.is_none() {
        return Err(ValidationError::new("is required").in_field("delay_ms"));
    }
    let times = match (common.next, common.share) {
        (None, None) => Times::Always,
        (Some(count), None) => Times::Next(count.get()),
        (None, Some(Share(share))) => Times::Share(share),
        (Some(_), Some(_)) => return Err(ValidationError::new("cannot be used together with next").in_field("share")),
    };
    let delay_ms = common.delay_ms.map_or(0, Whole::get);
    Ok(Rule { fault, point, delay_ms, times, calls: common.calls })
}

/// What depends on more than one field.
fn validate(fault: &mut Fault) -> Parsed<()> {
    let has_no_body = |status: Status| matches!(status.get(), 204_u16 | 304);
    match fault {
        Fault::Status { status, body, .. } if !body.is_empty() && has_no_body(*status) => {
            let what = format!("is not allowed, as a {} has none", status.0);
            Err(ValidationError::new(what).in_field("body"))
        }
        Fault::LargeBody { status, .. } if has_no_body(*status) => {
            let what = format!("must be that of an answer with a body, not {}", status.0);
            Err(ValidationError::new(what).in_field("status"))
        }
        Fault::XErr { status, code } => {
            status.get_or_insert(if *code == XErr::OUTAGE { Whole(503) } else { Whole(401) });
            Ok(())
        }
        _ => Ok(()),
    }
}

fn split(name: &str) -> (&str, InjectionPoint) {
    if let Some(stem) = name.strip_suffix(BEFORE_BODY) {
        (stem, InjectionPoint::BeforeBody)
    } else if let Some(stem) = name.strip_suffix(AFTER_ACTING) {
        (stem, InjectionPoint::AfterActing)
    } else {
        (name, InjectionPoint::BeforeActing)
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

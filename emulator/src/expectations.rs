//! The requests that a test expects: counted as they arrive, so that what the log drops or a test clears is counted too.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::endpoints::Endpoint;
use crate::faults::Calls;
use crate::json::{Parsed, ValidationError};
use crate::logged_request::{FIELDS, LoggedRequest};
use crate::settings::{self, InvalidSetting, Whole};

/// Requests that are expected, and how many of them. Read by [`read_expectations`].
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    name: String,
    title_id: Option<u32>,
    calls: Option<Calls>,
    /// Values by JSON pointers into the request as the log shows it.
    fields: BTreeMap<String, Value>,
    least: u64,
    most: Option<u64>,
}

/// Whether an expectation is met by the requests so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectationResult {
    /// Its own, or what it expects in words.
    pub name: String,
    /// What is missing or too much; `None` if it is met.
    pub problem: Option<String>,
    /// Whether no further request can change this.
    pub is_final: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectationJson {
    name: Option<String>,
    title_id: Option<Whole<0, { u32::MAX as i128 }>>,
    calls: Option<Calls>,
    #[serde(default, rename = "match")]
    fields: BTreeMap<String, Value>,
    exactly: Option<Count>,
    at_least: Option<Count>,
    at_most: Option<Count>,
}

type Count = Whole<0, { u32::MAX as i128 }>;

/// Reads a JSON list of expectations, such as `[{"title_id": 7, "calls": "invites", "at_least": 1}]`.
pub fn read_expectations(text: &str) -> Result<Vec<Expectation>, InvalidSetting> {
    let list: Vec<ExpectationJson> = settings::read(&settings::parse(text)?)?;
    let numbered = list.into_iter().enumerate();
    let read = numbered.map(|(index, json)| Expectation::read(json).map_err(|error| error.in_element(index)));
    Ok(read.collect::<Parsed<_>>()?)
}

impl Expectation {
    fn read(json: ExpectationJson) -> Parsed<Self> {
        let is_known = |pointer: &str| {
            let rest = pointer.strip_prefix('/')?;
            let first = rest.split('/').next()?;
            FIELDS.contains(&first).then_some(())
        };
        if let Some(wrong) = json.fields.keys().find(|pointer| is_known(pointer).is_none()) {
            let what = format!(
                "{wrong:?} must be a JSON pointer into a request, such as \"/status\" or \"/body/sender\", and begin with one of {}",
                FIELDS.join(", ")
            );
            return Err(ValidationError::new(what).in_field("match"));
        }
        let (least, most) = match (json.exactly, json.at_least, json.at_most) {
            (Some(count), None, None) => (count.get(), Some(count.get())),
            (Some(_), _, _) => {
                return Err(
                    ValidationError::new("cannot be used together with at_least or at_most").in_field("exactly")
                );
            }
            (None, None, None) => (1, None),
            (None, least, most) => (least.map_or(0, Whole::get), most.map(Whole::get)),
        };
        if most.is_some_and(|most| most < least) {
            return Err(ValidationError::new("must not be less than at_least").in_field("at_most"));
        }
        let title_id = json.title_id.map(Whole::get);
        let unnamed = Self { name: String::new(), title_id, calls: json.calls, fields: json.fields, least, most };
        let name = json.name.unwrap_or_else(|| unnamed.to_string());
        Ok(Self { name, ..unnamed })
    }

    fn matches(&self, request: &LoggedRequest) -> bool {
        self.title_id.is_none_or(|title_id| title_id == request.title_id)
            && self.calls.is_none_or(|calls| is_one_of(request, calls))
            && (self.fields.is_empty() || self.has_fields(request))
    }

    /// A field that is not there is `null`.
    fn has_fields(&self, request: &LoggedRequest) -> bool {
        let shown = serde_json::to_value(request).unwrap_or_default();
        self.fields.iter().all(|(pointer, expected)| shown.pointer(pointer).unwrap_or(&Value::Null) == expected)
    }

    fn result(&self, count: u64) -> ExpectationResult {
        let is_too_many = self.most.is_some_and(|most| count > most);
        let is_met = count >= self.least && !is_too_many;
        ExpectationResult {
            name: self.name.clone(),
            problem: (!is_met).then(|| format!("expected {}, got {count}", self.range())),
            is_final: is_too_many || (is_met && self.most.is_none()),
        }
    }

    fn range(&self) -> String {
        match (self.least, self.most) {
            (least, Some(most)) if least == most => format!("exactly {least}"),
            (0, Some(most)) => format!("at most {most}"),
            (least, Some(most)) => format!("{least} to {most}"),
            (least, None) => format!("at least {least}"),
        }
    }
}

fn is_one_of(request: &LoggedRequest, calls: Calls) -> bool {
    let path = request.path.split('?').next().unwrap_or_default();
    let method = Method::from_bytes(request.method.as_bytes()).ok();
    let endpoint = method.and_then(|method| Endpoint::of(request.service, &method, path));
    endpoint.is_some_and(|endpoint| endpoint.calls.contains(&calls))
}

/// What it expects in words. The values of fields are left out: they may be those of users.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests", self.range())?;
        if let Some(calls) = self.calls.and_then(|calls| serde_json::to_value(calls).ok()) {
            write!(f, " of {}", calls.as_str().unwrap_or_default())?;
        }
        if let Some(title_id) = self.title_id {
            write!(f, " for title {title_id}")?;
        }
        if !self.fields.is_empty() {
            let pointers: Vec<_> = self.fields.keys().map(String::as_str).collect();
            write!(f, " with the given {}", pointers.join(", "))?;
        }
        Ok(())
    }
}

/// Expectations, and how many requests each has met.
#[derive(Default)]
pub(crate) struct Expectations(Vec<(Expectation, AtomicU64)>);

impl Expectations {
    pub fn new(expectations: Vec<Expectation>) -> Self {
        Self(expectations.into_iter().map(|expectation| (expectation, AtomicU64::new(0))).collect())
    }

    pub fn count(&self, request: &LoggedRequest) {
        for (_, count) in self.0.iter().filter(|(expectation, _)| expectation.matches(request)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn results(&self) -> Vec<ExpectationResult> {
        self.0.iter().map(|(expectation, count)| expectation.result(count.load(Ordering::Relaxed))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Expectation {
        read_expectations(&format!("[{text}]")).unwrap().remove(0)
    }

    #[test]
    fn how_many_decides() {
        for (counts, outcomes) in [
            ("", [(false, false), (true, true), (true, true)]),
            (r#""at_least": 2"#, [(false, false), (false, false), (true, true)]),
            (r#""at_most": 1"#, [(true, false), (true, false), (false, true)]),
            (r#""exactly": 1"#, [(false, false), (true, false), (false, true)]),
            (r#""at_least": 1, "at_most": 2"#, [(false, false), (true, false), (true, false)]),
        ] {
            let expectation = one(&format!("{{{counts}}}"));
            let found = [0, 1, 2].map(|count| expectation.result(count));
            assert_eq!(found.map(|result| (result.problem.is_none(), result.is_final)), outcomes, "{counts}");
        }
    }

    #[test]
    fn a_result_says_what_is_missing_and_holds_no_value() {
        let expectation =
            one(r#"{"title_id": 7, "calls": "server_invites", "match": {"/body/sender": "1"}, "exactly": 2}"#);
        let result = expectation.result(1);
        assert_eq!(result.name, "exactly 2 requests of server_invites for title 7 with the given /body/sender");
        assert_eq!(result.problem.as_deref(), Some("expected exactly 2, got 1"));
        assert_eq!(one(r#"{"name": "an invite"}"#).result(1).name, "an invite");
        assert_eq!(
            one(r#"{"at_least": 2, "at_most": 3}"#).result(4).problem.as_deref(),
            Some("expected 2 to 3, got 4")
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            ("{}", "the body must be a list, not an object"),
            (r#"[{"count": 1}]"#, "[0].count is not a known field"),
            (r#"[{}, {"exactly": -1}]"#, "[1].exactly must be a whole number from 0 to"),
            (r#"[{"exactly": 1, "at_most": 2}]"#, "[0].exactly cannot be used together with"),
            (r#"[{"at_least": 3, "at_most": 2}]"#, "[0].at_most must not be less than at_least"),
            (r#"[{"calls": "invite"}]"#, "[0].calls must be one of invites"),
            (r#"[{"match": {"/staus": 200}}]"#, "[0].match \"/staus\" must be a JSON pointer into a request"),
            (r#"[{"match": {"status": 200}}]"#, "[0].match \"status\" must be a JSON pointer into a request"),
        ] {
            let said = read_expectations(text).unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
    }
}

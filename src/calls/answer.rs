//! What an answer of the service means. Read leniently: the documents disagree about types and
//! names, other services answer in other shapes, and proxies answer with pages.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::retry_after::parse_retry_after;
use crate::date::parse_http_date;
use crate::http::Answer;
use crate::outcome::{Status, Throttle};

/// Whether the request did what it was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// The service did not act.
    Refused(Status),
    /// The service failed, or something else answered: nothing tells whether the service acted.
    Unsettled(Status),
}

/// An answer, read. Text is as the service sent it: to be masked before it is shown.
#[derive(Debug)]
pub struct Reading {
    pub verdict: Verdict,
    pub retry_after: Option<Duration>,
    pub throttle: Throttle,
    pub error_code: String,
    pub debug_message: String,
    pub correlation_id: String,
}

pub fn read_answer(answer: &Answer, now: SystemTime) -> Reading {
    let body = Body::read(&answer.body);
    let throttle = body.throttle();
    let error_code = body.text(&["errorCode", "code"]);
    let debug_message = body.text(&["debugMessage", "errorMessage", "description", "message"]);
    // A date is of the service's clock.
    let now = answer.header("Date").and_then(parse_http_date).unwrap_or(now);
    let retry_after = parse_retry_after(answer.headers_named("Retry-After"), now);
    let facts = Facts {
        throttled: throttle != Throttle::default() || says_too_many(&error_code, &debug_message),
        names_a_time: retry_after.is_some(),
        authorization: error_code.eq_ignore_ascii_case("AuthorizationError"),
    };
    Reading {
        verdict: judge(answer.status, &facts),
        retry_after: retry_after.filter(|wait| !wait.is_zero()),
        throttle,
        error_code,
        debug_message,
        correlation_id: answer.header("X-XblCorrelationId").unwrap_or_default().to_owned(),
    }
}

/// What an answer says beside its status.
struct Facts {
    throttled: bool,
    names_a_time: bool,
    authorization: bool,
}

fn judge(http_status: u16, facts: &Facts) -> Verdict {
    use Verdict::{Accepted, Refused, Unsettled};
    match http_status {
        204 => Accepted,
        400 if facts.authorization => Refused(Status::Forbidden),
        400 if facts.throttled => Refused(Status::Throttled),
        429 => Refused(Status::Throttled),
        503 if facts.throttled && facts.names_a_time => Refused(Status::Throttled),
        401 => Refused(Status::Unauthorized),
        403 => Refused(Status::Forbidden),
        // The service may have acted on what it says it did not receive in time.
        408 => Unsettled(Status::ServiceUnavailable),
        400..=499 => Refused(Status::Rejected),
        503 if facts.names_a_time => Refused(Status::ServiceUnavailable),
        500..=599 => Unsettled(Status::ServiceUnavailable),
        _ => Unsettled(Status::UnexpectedAnswer),
    }
}

fn says_too_many(error_code: &str, debug_message: &str) -> bool {
    let says = |text: &str| {
        let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        letters.to_ascii_lowercase().contains("toomanyrequests")
    };
    says(error_code) || says(debug_message)
}

/// A JSON object, or nothing.
struct Body(serde_json::Map<String, Value>);

impl Body {
    fn read(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Body(serde_json::Map::new());
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Body(fields),
            _ => Body(serde_json::Map::new()),
        }
    }

    /// The first of these fields that is there, whatever its case.
    fn field(&self, names: &[&str]) -> Option<&Value> {
        names
            .iter()
            .find_map(|name| self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }

    fn text(&self, names: &[&str]) -> String {
        match self.field(names) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A number, or a string that holds one; 0 for anything else.
    fn number(&self, name: &str) -> u32 {
        match self.field(&[name]) {
            Some(Value::Number(number)) => {
                number.as_u64().map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
            }
            Some(Value::String(text)) => text.trim().parse().unwrap_or(0),
            _ => 0,
        }
    }

    fn throttle(&self) -> Throttle {
        let max_requests = self.number("maxRequests");
        let period_s = self.number("periodInSeconds");
        let limit_type = match self.field(&["limitType"]) {
            Some(_) => self.text(&["limitType"]),
            // Too common a name to mean a limit unless the limit's numbers stand beside it.
            None if max_requests > 0 || period_s > 0 => self.text(&["type"]),
            None => String::new(),
        };
        Throttle { current_requests: self.number("currentRequests"), max_requests, period_s, limit_type }
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;

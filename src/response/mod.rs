//! What a response of the service means. Read leniently: the documents disagree about types and names,
//! other services respond in other shapes, and proxies respond with pages.

mod retry_after;

use std::time::{Duration, SystemTime};

use crate::date::parse_http_date;
use crate::http::Response;
use crate::json::{self, Value};
use crate::outcome::{Status, Throttle};
use crate::redactor::ServiceText;
pub use retry_after::LONGEST_RETRY_AFTER;
use retry_after::parse_retry_after;

/// What a response means: whether the request did what it was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseClass {
    Accepted,
    /// The service did not act.
    Refused(Status),
    /// The service failed, or something else answered: it is not known whether the service acted.
    Indeterminate(Status),
}

/// A response, as far as it could be read.
#[derive(Debug)]
pub struct ParsedResponse {
    pub class: ResponseClass,
    pub retry_after: Option<Duration>,
    pub throttle: Throttle<ServiceText>,
    pub error_code: ServiceText,
    pub debug_message: ServiceText,
    pub correlation_id: ServiceText,
    /// How the body is encoded, which was not asked for; then nothing of it has been read.
    pub content_encoding: Option<ServiceText>,
    /// The head is larger than what is read of one.
    pub has_oversized_head: bool,
}

/// `success`: the HTTP statuses with which the endpoint acknowledges a request. `now`: where the response
/// does not contain the time.
pub fn parse_response(response: &Response, success: &[u16], now: SystemTime) -> ParsedResponse {
    let content_encoding = content_encoding(response);
    // What acknowledges a request says nothing of an error, and may be long.
    let says_more = content_encoding.is_none() && !success.contains(&response.status);
    let body = if says_more { &response.body[..] } else { &[] };
    let Body { throttle, error_code, debug_message } = Body::read(body);
    // A date is of the service's clock.
    let now = response.header("Date").and_then(parse_http_date).unwrap_or(now);
    let retry_after = parse_retry_after(response.headers_named("Retry-After"), now);
    let details = Details {
        throttled: throttle != Throttle::default() || says_too_many(&error_code, &debug_message),
        names_a_time: retry_after.is_some(),
        authorization: error_code.eq_ignore_ascii_case("AuthorizationError"),
    };
    ParsedResponse {
        class: classify(response.status, success, &details),
        retry_after: retry_after.filter(|wait| !wait.is_zero()),
        throttle,
        error_code,
        debug_message,
        correlation_id: ServiceText::new(response.header("X-XblCorrelationId").unwrap_or_default()),
        content_encoding,
        has_oversized_head: response.has_oversized_head,
    }
}

/// What makes the body unreadable, where it has one.
pub fn content_encoding(response: &Response) -> Option<ServiceText> {
    let encodings = response.headers_named("Content-Encoding").flat_map(|value| value.split(',')).map(str::trim);
    let encodings: Vec<_> =
        encodings.filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).collect();
    (!encodings.is_empty() && !response.body.is_empty()).then(|| ServiceText::new(encodings.join(", ")))
}

/// What to do about a body that cannot be read.
pub const UNREADABLE_BODY_ADVICE: &str = "Look for a proxy in between that encodes what the service says.";

/// What follows a status whose body cannot be read.
pub fn unreadable_body(encoding: &str) -> String {
    format!(", with a body that cannot be read (Content-Encoding: {encoding}, which was not asked for)")
}

/// What a response says beside its status.
struct Details {
    throttled: bool,
    names_a_time: bool,
    authorization: bool,
}

fn classify(http_status: u16, success: &[u16], details: &Details) -> ResponseClass {
    use ResponseClass::{Accepted, Indeterminate, Refused};
    match http_status {
        _ if success.contains(&http_status) => Accepted,
        400 if details.authorization => Refused(Status::Forbidden),
        400 if details.throttled => Refused(Status::Throttled),
        429 => Refused(Status::Throttled),
        503 if details.throttled && details.names_a_time => Refused(Status::Throttled),
        401 => Refused(Status::Unauthorized),
        403 => Refused(Status::Forbidden),
        // It was not acted on, and may be sent again whatever it is (RFC 9110, section 15.5.20; RFC 8470,
        // section 5.2).
        421 | 425 => Refused(Status::ServiceUnavailable),
        // The service may have acted on what it says it did not receive in time.
        408 => Indeterminate(Status::ServiceUnavailable),
        400..=499 => Refused(Status::Rejected),
        503 if details.names_a_time => Refused(Status::ServiceUnavailable),
        500..=599 => Indeterminate(Status::ServiceUnavailable),
        _ => Indeterminate(Status::UnexpectedAnswer),
    }
}

fn says_too_many(error_code: &ServiceText, debug_message: &ServiceText) -> bool {
    [error_code, debug_message].into_iter().any(|text| text.has_letters("toomanyrequests"))
}

/// What a body says, in whichever of the known shapes; empty where it says nothing.
struct Body {
    error_code: ServiceText,
    debug_message: ServiceText,
    throttle: Throttle<ServiceText>,
}

impl Body {
    fn read(bytes: &[u8]) -> Self {
        let [error_code, code, error] = json::members(bytes, ["errorCode", "code", "error"]);
        let [error_inner_code, error_message] = error.map_or([None; 2], |error| error.members(["code", "message"]));
        let messages =
            json::members(bytes, ["debugMessage", "errorMessage", "description", "message", "error_description"]);
        let debug_message = first_text(messages.into_iter().chain([error_message]));
        Body {
            error_code: ServiceText::new(first_text([error_code, code, error_inner_code, error])),
            debug_message: ServiceText::new(if debug_message.is_empty() { problem(bytes) } else { debug_message }),
            throttle: throttle(bytes),
        }
    }
}

/// The text of problem details (RFC 9457).
fn problem(bytes: &[u8]) -> String {
    let [title, detail] = json::members(bytes, ["title", "detail"]).map(|text| first_text([text]));
    match (title.trim().trim_end_matches('.'), detail.is_empty()) {
        (_, true) => title,
        ("", false) => detail,
        (title, false) => format!("{title}: {detail}"),
    }
}

fn throttle(bytes: &[u8]) -> Throttle<ServiceText> {
    let [current_requests, max_requests, period, limit_type, kind] =
        json::members(bytes, ["currentRequests", "maxRequests", "periodInSeconds", "limitType", "type"]);
    // 0 is "not said"; the conversion ends at the type's limits. A fraction is rounded towards the slower rate.
    let number = |value: Option<Value<'_>>| value.and_then(Value::number).unwrap_or_default();
    let max_requests = number(max_requests) as u32;
    let period_s = number(period).ceil() as u32;
    // Too common a name to mean a limit unless the limit's numbers stand beside it.
    let kind = kind.filter(|_| max_requests > 0 || period_s > 0);
    Throttle {
        current_requests: number(current_requests) as u32,
        max_requests,
        period_s,
        limit_type: ServiceText::new(first_text([limit_type, kind])),
    }
}

/// The first text that is one.
fn first_text<'a>(values: impl IntoIterator<Item = Option<Value<'a>>>) -> String {
    let mut texts = values.into_iter().filter_map(|value| value?.text());
    texts.find(|text| !text.trim().is_empty()).unwrap_or_default().into_owned()
}

#[cfg(test)]
mod tests;

//! The result of one request: whether the service processed it, and whether sending it again makes sense.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::api::{Caller, Endpoint};
use crate::http::{ErrorKind, MAX_HEAD, Sent, TransportError};
use crate::outcome::{Advice, Outcome, Status};
use crate::redactor::Redactor;
use crate::response::{ParsedResponse, ResponseClass, UNREADABLE_BODY_ADVICE, unreadable_body};

/// What of a call one request carries.
#[derive(Clone, Debug)]
pub struct Batch {
    pub endpoint: &'static Endpoint,
    pub items: Range<usize>,
    /// Of the whole call.
    pub count: usize,
    /// Whether it went out with the call's own authorization, not the client's.
    pub own_authorization: bool,
}

impl Batch {
    fn len(&self) -> u32 {
        count(self.items.len())
    }

    /// An outcome that ends the call here: the requests before were acknowledged.
    pub fn outcome(&self, status: Status, message: String) -> Outcome {
        let mut outcome = Outcome::new(status, message);
        outcome.acknowledged = self.acknowledged_before();
        outcome
    }

    /// The batches before this one were acknowledged.
    pub fn acknowledged_before(&self) -> u32 {
        count(self.items.start)
    }

    /// The service did not process the last attempt, but it may have processed one before.
    pub fn doubt_an_earlier_attempt(&self, outcome: &mut Outcome) {
        outcome.refused = 0;
        outcome.uncertain = self.len();
        outcome.message = format!("{} The service may have processed an earlier attempt.", outcome.message).into();
    }

    /// Marks the request as one that the service may have processed. What must not be sent twice ends as
    /// uncertain, for whatever reason.
    fn doubt(&self, outcome: &mut Outcome) {
        outcome.uncertain = self.len();
        outcome.retryable = self.endpoint.is_idempotent;
        if !self.endpoint.is_idempotent {
            outcome.cause = outcome.status;
            outcome.status = Status::Uncertain;
        }
    }
}

/// "the request", or which of several.
impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.endpoint.items_per_request;
        if self.count <= limit {
            return f.write_str("the request");
        }
        let number = self.items.start / limit + 1;
        let of = self.count.div_ceil(limit);
        let (first, last) = (self.items.start, self.items.end - 1);
        write!(f, "request {number} of {of} ({} {first} to {last})", self.endpoint.items)
    }
}

fn count(items: usize) -> u32 {
    // A call takes far fewer.
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// An answer came; `None`: it acknowledges the request.
pub fn classify_response(
    batch: &Batch,
    http_status: u16,
    parsed: ParsedResponse,
    redactor: impl FnOnce() -> Redactor,
) -> Option<Outcome> {
    let (status, settled) = match parsed.class {
        ResponseClass::Accepted => return None,
        ResponseClass::Refused(status) => (status, true),
        ResponseClass::Indeterminate(status) => (status, false),
    };
    let redactor = redactor();
    let error_code = redactor.redact(&parsed.error_code);
    let mut said = said(http_status, &error_code, &redactor.redact(&parsed.debug_message));
    if parsed.has_oversized_head {
        said.push_str(&format!(", in a head of more than {MAX_HEAD} bytes"));
    }
    if let Some(encoding) = &parsed.content_encoding {
        said.push_str(&unreadable_body(&redactor.redact(encoding)));
    }
    let (what_to_do, advice) = if !settled {
        (advice_in_doubt(batch).into(), None)
    } else if status == Status::Rejected && parsed.content_encoding.is_some() {
        (UNREADABLE_BODY_ADVICE.into(), None)
    } else {
        advice(batch, status, parsed.retry_after)
    };
    let mut message = if settled {
        format!("The service refused {batch}: {said}.")
    } else {
        format!("It is not known whether the service processed {batch}: {said}.")
    };
    if !what_to_do.is_empty() {
        message.push(' ');
        message.push_str(&what_to_do);
    }
    let mut outcome = batch.outcome(status, message);
    outcome.advice = advice;
    outcome.http_status = http_status;
    outcome.retry_after = parsed.retry_after;
    outcome.throttle = redactor.redact_throttle(parsed.throttle);
    outcome.error_code = error_code;
    outcome.correlation_id = redactor.redact(&parsed.correlation_id);
    if settled {
        outcome.refused = batch.len();
        outcome.retryable = may_change(status);
    } else {
        batch.doubt(&mut outcome);
    }
    Some(outcome)
}

/// No answer came.
pub fn classify_error(batch: &Batch, failure: &TransportError) -> Outcome {
    let status = match failure.kind {
        ErrorKind::Connection | ErrorKind::InsecureTransport | ErrorKind::ProxyRefused => Status::ConnectionFailed,
        ErrorKind::Tls | ErrorKind::TlsAlert => Status::TlsFailed,
        ErrorKind::TimedOut => Status::TimedOut,
        ErrorKind::InvalidResponse => Status::UnexpectedAnswer,
    };
    let detail = &failure.detail;
    if failure.sent == Sent::MaybeDelivered {
        let message = format!(
            "{} was sent, and it is not known whether the service processed it: {detail}. {}",
            capital(batch),
            advice_in_doubt(batch)
        );
        let mut outcome = batch.outcome(status, message);
        outcome.advice = failure.advice;
        batch.doubt(&mut outcome);
        return outcome;
    }
    let how_far = match failure.sent {
        Sent::Nothing => "Nothing of",
        Sent::Unread => "The server ended the connection before it read",
        Sent::Incomplete | Sent::MaybeDelivered => "Not all of",
    };
    let advice = if failure.kind.may_pass() { "Try again later." } else { "A retry does not help." };
    let was_sent = if failure.sent == Sent::Unread { "" } else { " was sent" };
    let message = format!("{how_far} {batch}{was_sent}, so nothing of it happened: {detail}. {advice}");
    let mut outcome = batch.outcome(status, message);
    outcome.retryable = failure.kind.may_pass();
    outcome.advice = failure.advice;
    outcome
}

fn may_change(status: Status) -> bool {
    matches!(status, Status::Throttled | Status::ServiceUnavailable | Status::Unauthorized)
}

fn said(http_status: u16, error_code: &str, debug_message: &str) -> String {
    let mut said = format!("HTTP {http_status}");
    for text in [error_code, debug_message] {
        let text = text.trim().trim_end_matches('.');
        if !text.is_empty() && !said.ends_with(text) {
            said.push_str(", ");
            said.push_str(text);
        }
    }
    said
}

/// What to do about a refusal, and what each edge words of that.
fn advice(batch: &Batch, status: Status, retry_after: Option<Duration>) -> (Cow<'static, str>, Option<Advice>) {
    let text = match (status, retry_after) {
        (Status::Throttled | Status::ServiceUnavailable, Some(wait)) => {
            return (format!("Try again after {} s.", wait.as_millis().div_ceil(1_000)).into(), None);
        }
        (Status::Unauthorized, _) if !batch.own_authorization => {
            return ("".into(), Some(Advice::PushAuthorizationUnlessSigningIn));
        }
        (Status::Forbidden, _) => {
            let advice = match batch.endpoint.caller {
                Caller::User => Advice::CheckUserToken,
                Caller::Service => Advice::CheckServiceToken,
                Caller::Both => Advice::CheckToken,
            };
            return ("".into(), Some(advice));
        }
        (Status::ServiceUnavailable, None) => "Try again later.",
        (Status::Throttled, None) => "It limits how often it may be called; try again later, and less often.",
        (Status::Unauthorized, _) => "Send it again with a newer authorization of that user.",
        _ => "Correct the call: the same again will be refused again.",
    };
    (text.into(), None)
}

fn advice_in_doubt(batch: &Batch) -> &'static str {
    if batch.endpoint.is_idempotent {
        "Sending it again does no harm."
    } else {
        "Do not send it again, since the invite could be shown twice."
    }
}

/// The batch as the beginning of a sentence.
fn capital(batch: &Batch) -> String {
    let text = batch.to_string();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

//! Why signing in failed, in words: which step, what was said, and what to do.

use std::time::{Duration, SystemTime};

use zeroize::Zeroize;

use super::{Refusal, Remedy, TokenAnswer};
use crate::auth::credential::Validity;
use crate::date::Timestamp;
use crate::http::{ErrorKind, Response, TransportError};
use crate::outcome::{Advice, Outcome, Status};
use crate::policy::Prospect;
use crate::redactor::Redactor;
use crate::response::{UNREADABLE_BODY_ADVICE, content_encoding, parse_response, unreadable_body};

/// The two steps of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The certificate gives a service token.
    ServiceToken,
    /// The service token gives the token that requests carry.
    Token,
}

impl Step {
    /// Where it is made, unless the configuration names another place.
    pub const fn production(self) -> &'static str {
        match self {
            Step::ServiceToken => "https://service.auth.xboxlive.com",
            Step::Token => "https://xsts.auth.xboxlive.com",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Step::ServiceToken => "/service/authenticate",
            Step::Token => "/xsts/authorize",
        }
    }
}

/// The token of an answer to a step, whose bytes are wiped, or why there is none. `redactor`: what must not
/// be shown of what the answer says.
pub fn read_token(
    at: &ErrorContext<'_>,
    mut answer: Response,
    now: SystemTime,
    redactor: &Redactor,
) -> Result<TokenAnswer, SignInFailure> {
    let result = match (answer.status, content_encoding(&answer)) {
        (200, Some(encoding)) => Err(SignInFailure::encoded(at, answer.status, &redactor.redact(&encoding))),
        (200, None) => TokenAnswer::read(&answer.body, at.host)
            .map_err(|outcome| SignInFailure::useless(at, answer.status, outcome)),
        _ => Err(SignInFailure::refused(at, &answer, now, redactor)),
    };
    answer.body.zeroize();
    result
}

/// What a step knows that its failure can have to do with.
pub struct ErrorContext<'a> {
    pub step: Step,
    pub host: &'a str,
    pub certificate: Validity,
    /// By how much the service's clock is ahead of ours.
    pub clock_offset_ms: i64,
    /// The answer itself showed that the time of its signature was wrong.
    pub clock_moved: bool,
}

/// A step that gave no token.
#[derive(Clone, Debug)]
pub struct SignInFailure {
    pub outcome: Box<Outcome>,
    /// What happened, in sentences: the beginning of the outcome's message, without what to do.
    pub summary: String,
    pub prospect: Prospect,
    /// The service token that was shown is to be replaced.
    pub wants_another_service_token: bool,
    /// The answer showed that the time of the signature was wrong: signed anew, it may be taken.
    pub wants_another_signature: bool,
}

impl SignInFailure {
    /// `words` follow the name of the step, as the end of a sentence; `what_to_do` is one of its own, or
    /// empty.
    fn new(at: &ErrorContext<'_>, words: &str, what_to_do: &str, prospect: Prospect) -> Self {
        let summary = format!("{}{words}.", at.beginning());
        let message = if what_to_do.is_empty() { summary.clone() } else { format!("{summary} {what_to_do}") };
        let mut outcome = Outcome::new(Status::SignInFailed, message);
        outcome.retryable = prospect == Prospect::Transient;
        Self::with(Box::new(outcome), summary, prospect)
    }

    /// What went wrong before anything was sent, or with what came; it may pass.
    pub fn of(mut outcome: Box<Outcome>) -> Self {
        outcome.cause = outcome.status;
        outcome.status = Status::SignInFailed;
        outcome.retryable = true;
        let summary = outcome.message.clone().into_owned();
        Self::with(outcome, summary, Prospect::Transient)
    }

    fn with(outcome: Box<Outcome>, summary: String, prospect: Prospect) -> Self {
        SignInFailure { outcome, summary, prospect, wants_another_service_token: false, wants_another_signature: false }
    }

    /// The authentication limits leave no room for a request before `wait`.
    pub fn rate_limited(at: &ErrorContext<'_>, wait: Duration) -> Self {
        let words = "was not tried, since the service limits how often it is asked";
        let mut failure = Self::new(at, words, "It is tried again by itself.", Prospect::Transient);
        failure.outcome.cause = Status::Throttled;
        failure.outcome.retry_after = Some(wait);
        failure
    }

    /// No answer came.
    pub fn unanswered(at: &ErrorContext<'_>, failure: &TransportError) -> Self {
        let detail = &failure.detail;
        let is_certificate_in_doubt = at.step == Step::ServiceToken && failure.was_connected;
        let (cause, words, what_to_do, prospect) = match failure.kind {
            ErrorKind::TimedOut => {
                (Status::TimedOut, format!("had no answer: {detail}"), AGAIN.to_owned(), Prospect::Transient)
            }
            ErrorKind::Connection if is_certificate_in_doubt => (
                Status::ConnectionFailed,
                format!("ended when {} closed the connection, during the TLS handshake or just after it", at.host),
                at.certificate_advice(),
                if at.is_certificate_out_of_date() { Prospect::Permanent } else { Prospect::Transient },
            ),
            ErrorKind::TlsAlert if is_certificate_in_doubt => (
                Status::TlsFailed,
                format!("failed in the TLS handshake with {}: {detail}", at.host),
                at.certificate_advice(),
                Prospect::Permanent,
            ),
            ErrorKind::Connection => (
                Status::ConnectionFailed,
                format!("found no way to {}: {detail}", at.host),
                AGAIN.to_owned(),
                Prospect::Transient,
            ),
            ErrorKind::Tls | ErrorKind::TlsAlert => (
                Status::TlsFailed,
                format!("failed in the TLS handshake with {}: {detail}", at.host),
                "A proxy that opens TLS must be trusted.".to_owned(),
                Prospect::Permanent,
            ),
            ErrorKind::InvalidResponse => (
                Status::UnexpectedAnswer,
                format!("was answered by something that is not {}: {detail}", at.host),
                "Look for a proxy in between.".to_owned(),
                Prospect::Transient,
            ),
            ErrorKind::ProxyRefused => (
                Status::ConnectionFailed,
                format!("found no way to {}: {detail}", at.host),
                String::new(),
                Prospect::Permanent,
            ),
            ErrorKind::InsecureTransport => {
                (Status::ConnectionFailed, format!("was not tried: {detail}"), String::new(), Prospect::Permanent)
            }
        };
        let mut failed = Self::new(at, &words, &what_to_do, prospect);
        failed.outcome.cause = cause;
        failed.outcome.advice = match failure.kind {
            ErrorKind::TlsAlert if is_certificate_in_doubt => None,
            ErrorKind::Tls | ErrorKind::TlsAlert => failure.advice.or(Some(Advice::TrustProxy)),
            _ => failure.advice,
        };
        failed
    }

    /// An answer without a token. `redactor`: what must not be shown of what it says.
    fn refused(at: &ErrorContext<'_>, answer: &Response, now: SystemTime, redactor: &Redactor) -> Self {
        let parsed = parse_response(answer, &[200], now);
        let refusal = if parsed.content_encoding.is_none() { Refusal::read(&answer.body) } else { Refusal::default() };
        let Classification { what_to_do, advice, prospect, remedy } = classify(at, answer.status, &refusal);
        let mut said = said(answer.status, &refusal, redactor);
        if let Some(encoding) = &parsed.content_encoding {
            said.push_str(&unreadable_body(&redactor.redact(encoding)));
        }
        let mut failed = Self::new(at, &format!("was refused by {} ({said})", at.host), &what_to_do, prospect);
        failed.outcome.advice = advice;
        if let Some(meaning) = refusal.meaning() {
            failed.summary.push(' ');
            failed.summary.push_str(meaning.words);
        }
        failed.wants_another_service_token = remedy == Some(Remedy::AnotherServiceToken);
        failed.wants_another_signature = at.clock_moved && matches!(answer.status, 401 | 403);
        failed.outcome.cause = match answer.status {
            429 => Status::Throttled,
            500.. => Status::ServiceUnavailable,
            401 => Status::Unauthorized,
            403 => Status::Forbidden,
            _ => Status::Rejected,
        };
        failed.outcome.http_status = answer.status;
        failed.outcome.service_code = refusal.code.unwrap_or_default();
        failed.outcome.retry_after = parsed.retry_after;
        failed.outcome.throttle = redactor.redact_throttle(parsed.throttle);
        failed.outcome.correlation_id = redactor.redact(&parsed.correlation_id);
        failed
    }

    /// An answer that says it succeeded, in a coding that was not asked for.
    fn encoded(at: &ErrorContext<'_>, http_status: u16, encoding: &str) -> Self {
        let words = format!("was answered by {} with HTTP {http_status}{}", at.host, unreadable_body(encoding));
        let mut failure = Self::new(at, &words, UNREADABLE_BODY_ADVICE, Prospect::Transient);
        failure.outcome.cause = Status::UnexpectedAnswer;
        failure.outcome.http_status = http_status;
        failure
    }

    /// An answer that says it succeeded, and holds no token.
    fn useless(at: &ErrorContext<'_>, http_status: u16, outcome: Box<Outcome>) -> Self {
        let mut failed = Self::of(outcome);
        failed.summary = format!("{} failed. {}", at.beginning().trim_end(), failed.outcome.message);
        failed.outcome.message = failed.summary.clone().into();
        failed.outcome.cause = Status::UnexpectedAnswer;
        failed.outcome.http_status = http_status;
        failed
    }
}

const AGAIN: &str = "It is tried again by itself.";

/// What to do about a refusal, and what to expect of another attempt.
struct Classification {
    what_to_do: String,
    advice: Option<Advice>,
    prospect: Prospect,
    remedy: Option<Remedy>,
}

fn classify(at: &ErrorContext<'_>, http_status: u16, refusal: &Refusal) -> Classification {
    if let Some(meaning) = refusal.meaning() {
        let prospect = if meaning.remedy.may_pass_by_itself() { Prospect::Transient } else { Prospect::Permanent };
        let then = if prospect == Prospect::Transient { AGAIN } else { "" };
        let what_to_do = [meaning.words, then].join(" ").trim_end().to_owned();
        return Classification { what_to_do, advice: meaning.advice, prospect, remedy: Some(meaning.remedy) };
    }
    let (what_to_do, advice, prospect) = match (http_status, at.step) {
        (408 | 429 | 500.., _) => (AGAIN.to_owned(), None, Prospect::Transient),
        (401 | 403, _) if at.clock_moved => (
            format!(
                "This machine's clock differs from the service's by {:.0} s, which makes signatures fail; set it, though \
                 the library signs with the corrected time.",
                at.clock_offset_ms.abs() as f64 / 1_000.0
            ),
            None,
            Prospect::Transient,
        ),
        (401 | 403, Step::ServiceToken) => (
            "Either the signature or the certificate was not accepted: check that it is the Business Partner Certificate, \
             registered with Partner Center for this title."
                .to_owned(),
            None,
            Prospect::Permanent,
        ),
        (401 | 403, Step::Token) => {
            (String::new(), Some(Advice::CheckSandboxAndRelyingParty), Prospect::Permanent)
        }
        _ => (String::new(), Some(Advice::CheckSignIn), Prospect::Permanent),
    };
    Classification { what_to_do, advice, prospect, remedy: None }
}

/// What the service said, with its number by its usual name.
fn said(http_status: u16, refusal: &Refusal, redactor: &Redactor) -> String {
    let mut said = format!("HTTP {http_status}");
    if let Some(code) = refusal.code {
        said.push_str(&format!(", XErr 0x{code:08X}"));
    }
    let message = redactor.redact(&refusal.message);
    let message = message.trim_end_matches('.');
    if !message.is_empty() {
        said.push_str(&format!(", {message}"));
    }
    said
}

impl ErrorContext<'_> {
    fn beginning(&self) -> &'static str {
        match self.step {
            Step::ServiceToken => "Signing in with the certificate, step 1 of 2, ",
            Step::Token => "Getting a token for the sandbox, step 2 of 2 of signing in, ",
        }
    }

    fn is_certificate_out_of_date(&self) -> bool {
        matches!(self.certificate, Validity::Expired { .. } | Validity::NotYetValid { .. })
    }

    /// What a connection that fails with the certificate usually means.
    fn certificate_advice(&self) -> String {
        match self.certificate {
            Validity::Expired { since } => {
                format!("The certificate expired on {}: get a new one from Partner Center.", date(since))
            }
            Validity::NotYetValid { from } => {
                format!("The certificate is valid from {} only: use the one before, or set the clock.", date(from))
            }
            Validity::Valid | Validity::ExpiresSoon { .. } => {
                "Usually it does not take the certificate: check that it is the Business Partner Certificate with its \
                 chain. A proxy that opens TLS cannot pass it on either: have this host exempted there."
                    .to_owned()
            }
        }
    }
}

/// A day, in UTC.
pub fn date(time: SystemTime) -> String {
    Timestamp::new(time).day().to_owned()
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;

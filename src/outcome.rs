//! The outcome of a call: the one type for success and failure, from the wire up to the caller.

use std::borrow::Cow;
use std::time::Duration;

pub use crate::status::Status;

/// What the service said about the limit that a call ran into; zero or empty where it said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throttle<Text = String> {
    pub current_requests: u32,
    pub max_requests: u32,
    pub period_s: u32,
    pub limit_type: Text,
}

/// What to do about an outcome, where saying so takes the names of fields, macros or functions: each edge
/// has its own of those, and words it. `Outcome::message` names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Give the client a newer authorization.
    PushAuthorization,
    /// The same, unless the client signs in by itself.
    PushAuthorizationUnlessSigningIn,
    /// Check the token of a call that takes a user's.
    CheckUserToken,
    /// Check the token of a call that takes a service's.
    CheckServiceToken,
    /// Check the token of a call that takes either.
    CheckToken,
    /// Trust the authority that issued the server's certificate.
    TrustIssuer,
    /// The authority that is trusted and the server's chain are two.
    CheckAuthority,
    /// Trust the server's certificate itself, or replace it.
    TrustCertificate,
    /// Trust the authority of a proxy that opens TLS.
    TrustProxy,
    /// Check which proxy is configured, and whether it runs.
    CheckProxy,
    /// Configure a user name and a password for the proxy.
    GiveProxyPassword,
    /// Check the user name and the password for the proxy.
    CheckProxyPassword,
    /// Have the proxy let this machine connect to the service.
    AllowInProxy,
    /// Use https, or allow plain HTTP to other machines.
    UseHttps,
    CheckSandbox,
    CheckSandboxAndRelyingParty,
    /// The sandbox, the relying party and the endpoints for signing in.
    CheckSignIn,
    /// The call was longer than its time limit.
    CallTimeout,
    /// The operation is larger than the queue.
    QueueCapacityBytes,
}

/// How a call ended. Counts are of users or groups, whichever the call is about.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub status: Status,
    /// The reason behind a status that does not name one; `Ok` if there is none.
    pub cause: Status,
    pub acknowledged: u32,
    pub uncertain: u32,
    pub refused: u32,
    pub retryable: bool,
    pub retry_after: Option<Duration>,
    /// Of the last answer; 0 where none came.
    pub http_status: u16,
    /// Requests of which at least one byte was put on the wire.
    pub attempts: u32,
    /// Of `elapsed`, waiting in the library: in the queue, for a permit, for an authorization.
    pub queued: Duration,
    pub elapsed: Duration,
    pub throttle: Throttle,
    /// The number that the sign-in services give a refusal, `XErr`; 0 where there is none.
    pub service_code: u32,
    pub error_code: String,
    pub correlation_id: String,
    pub message: Cow<'static, str>,
    /// What follows the message.
    pub advice: Option<Advice>,
}

/// What the texts of an `mpa_result` have room for, in bytes with their NUL.
pub const MESSAGE_SIZE: usize = 512;
pub const CODE_SIZE: usize = 64;
pub const LIMIT_TYPE_SIZE: usize = 32;

/// Boxed, because an outcome that is not `Ok` is rare and large.
pub type Result<T> = std::result::Result<T, Box<Outcome>>;

impl Outcome {
    pub fn new(status: Status, message: impl Into<Cow<'static, str>>) -> Self {
        Outcome {
            status,
            cause: Status::Ok,
            acknowledged: 0,
            uncertain: 0,
            refused: 0,
            retryable: false,
            retry_after: None,
            http_status: 0,
            attempts: 0,
            queued: Duration::ZERO,
            elapsed: Duration::ZERO,
            throttle: Throttle::default(),
            service_code: 0,
            error_code: String::new(),
            correlation_id: String::new(),
            message: message.into(),
            advice: None,
        }
    }

    /// The same, with what to do about it.
    pub fn advising(self, advice: Advice) -> Self {
        Outcome { advice: Some(advice), ..self }
    }

    /// Cuts texts to what a result can show of them, for an outcome that may be kept for long.
    pub fn shorten(&mut self) {
        shorten(&mut self.message);
        for (text, size) in [
            (&mut self.error_code, CODE_SIZE),
            (&mut self.correlation_id, CODE_SIZE),
            (&mut self.throttle.limit_type, LIMIT_TYPE_SIZE),
        ] {
            text.truncate(text.floor_char_boundary(size - 1));
            text.shrink_to_fit();
        }
    }

    /// The caller's mistake, found before anything was sent.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Box<Self> {
        Box::new(Self::new(Status::InvalidArgument, message))
    }

    pub fn internal(message: impl Into<Cow<'static, str>>) -> Box<Self> {
        Box::new(Self::new(Status::Internal, message))
    }
}

/// Cuts a text to what a result can show of it as its message.
pub fn shorten(message: &mut Cow<'static, str>) {
    if let Cow::Owned(text) = message {
        text.truncate(text.floor_char_boundary(MESSAGE_SIZE - 1));
        text.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_what_a_result_shows() {
        let long = "\u{20ac}".repeat(1_000);
        let mut outcome = Outcome::new(Status::Rejected, long.clone());
        outcome.error_code = long.clone();
        outcome.correlation_id = "short".to_owned();
        outcome.throttle.limit_type = long;
        outcome.shorten();
        let texts = [&*outcome.message, &outcome.error_code, &outcome.correlation_id, &outcome.throttle.limit_type];
        assert_eq!(texts.map(str::len), [510, 63, 5, 30]);
        assert!(outcome.error_code.capacity() < 128);
    }
}

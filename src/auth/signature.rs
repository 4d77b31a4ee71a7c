//! The `Signature` header: shows that the sender of a request holds the key that its token is bound
//! to. A request that is sent again is signed anew, with a new time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::{ProofKey, Step};
use crate::outcome::{Outcome, Result};

/// How many bytes of a body the service checks; the hosts that sign in check all of it.
pub const MAX_SIGNED_BODY_BYTES: usize = 8_192;

const POLICY_VERSION: [u8; 4] = 1_u32.to_be_bytes();

/// From the beginning of Windows file time, 1601-01-01, to that of Unix time.
const UNIX_EPOCH_IN_FILE_TIME: Duration = Duration::from_secs(11_644_473_600);

/// What is signed of a request.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// On the service's clock.
    pub time: SystemTime,
    /// In capitals.
    pub method: &'a str,
    /// With the query, if there is one.
    pub path_and_query: &'a str,
    /// The value of the `Authorization` header; empty where there is none.
    pub authorization: &'a str,
    pub body: &'a [u8],
    /// `None`: all of it.
    pub max_body_bytes: Option<usize>,
}

impl<'a> Signed<'a> {
    /// A request of a step of signing in: without a token yet, and all of the body counts.
    pub fn of_a_step(step: Step, time: SystemTime, body: &'a [u8]) -> Self {
        Signed { time, method: "POST", path_and_query: step.path(), authorization: "", body, max_body_bytes: None }
    }

    /// The value of the header.
    pub fn header(&self, key: &ProofKey) -> Result<HeaderValue> {
        let signature = key.sign(&self.stream())?;
        let value = STANDARD.encode([&POLICY_VERSION[..], &file_time(self.time), &signature].concat());
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| Outcome::internal("A signature in base64 was no valid header value."))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The bytes under the signature, each field ended by a zero byte, the empty ones too.
    fn stream(&self) -> Zeroizing<Vec<u8>> {
        let time = file_time(self.time);
        let signed_length = self.max_body_bytes.map_or(self.body.len(), |most| self.body.len().min(most));
        let fields = [
            &POLICY_VERSION[..],
            &time,
            self.method.as_bytes(),
            self.path_and_query.as_bytes(),
            self.authorization.as_bytes(),
            &self.body[..signed_length],
        ];
        // It holds the token: growing would leave copies of it behind.
        let length = fields.iter().map(|field| field.len() + 1).sum();
        let mut stream = Zeroizing::new(Vec::with_capacity(length));
        for field in fields {
            stream.extend_from_slice(field);
            stream.push(0);
        }
        stream
    }
}

/// Windows file time: so many 100 ns since 1601-01-01.
fn file_time(time: SystemTime) -> [u8; 8] {
    let since_1601 = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => UNIX_EPOCH_IN_FILE_TIME.saturating_add(since),
        Err(before) => UNIX_EPOCH_IN_FILE_TIME.saturating_sub(before.duration()),
    };
    u64::try_from(since_1601.as_nanos() / 100).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;

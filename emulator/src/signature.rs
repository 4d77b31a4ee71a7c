//! The header `Signature`: who calls with a token shows that the key that goes with it is theirs.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::proof_key::ProofKey;

/// Of a request to the service, so many bytes of the body are signed.
pub(crate) const SIGNED_BODY: usize = 8192;

/// The only policy there is.
const POLICY_VERSION: u32 = 1;

/// How far a signature's time may be from the emulator's.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// A file time counts 100 ns from 1601; so many of them are before 1970.
const TICKS_BEFORE_1970: u128 = 116_444_736_000_000_000;

const LENGTH: usize = 4 + 8 + 64;

/// Why a signature is not accepted. Shown as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadSignature {
    Missing,
    Twice,
    Malformed,
    PolicyVersion(u32),
    Time,
    Unverified,
}

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("The header Signature is missing; the token is bound to a key."),
            Self::Twice => f.write_str("The header Signature came twice."),
            Self::Malformed => write!(f, "The header Signature must be the base64 of {LENGTH} bytes."),
            Self::PolicyVersion(version) => {
                write!(f, "The signature's policy version must be {POLICY_VERSION}, not {version}.")
            }
            Self::Time => {
                let minutes = TOLERANCE.as_secs() / 60;
                write!(f, "The signature's time must be within {minutes} minutes of the time that Date tells.")
            }
            Self::Unverified => f.write_str("The signature is not that of the token's key under this request."),
        }
    }
}

/// Checks that a request was signed with a key, not long ago. `body` is as much as is to be signed.
pub(crate) fn verify(parts: &Parts, body: &[u8], key: &ProofKey, now: SystemTime) -> Result<(), BadSignature> {
    let mut values = parts.headers.get_all("signature").iter();
    let value = values.next().ok_or(BadSignature::Missing)?;
    if values.next().is_some() {
        return Err(BadSignature::Twice);
    }
    let signature = Signature::read(value.as_bytes()).ok_or(BadSignature::Malformed)?;
    if signature.policy_version != POLICY_VERSION {
        return Err(BadSignature::PolicyVersion(signature.policy_version));
    }
    if u128::from(signature.time).abs_diff(file_time(now)) > TOLERANCE.as_nanos() / 100 {
        return Err(BadSignature::Time);
    }
    let message = signature.stream(&[
        parts.method.as_str().as_bytes(),
        parts.uri.path_and_query().map_or("", |path| path.as_str()).as_bytes(),
        parts.headers.get(AUTHORIZATION).map_or(&[][..], |value| value.as_bytes()),
        body,
    ]);
    if key.verifies(&message, &signature.r_and_s) { Ok(()) } else { Err(BadSignature::Unverified) }
}

/// What the header holds.
struct Signature {
    policy_version: u32,
    /// A Windows file time.
    time: u64,
    r_and_s: [u8; 64],
}

impl Signature {
    fn read(value: &[u8]) -> Option<Self> {
        let bytes: [u8; LENGTH] = STANDARD.decode(value).ok()?.try_into().ok()?;
        let (policy_version, rest) = bytes.split_first_chunk()?;
        let (time, r_and_s) = rest.split_first_chunk()?;
        Some(Self {
            policy_version: u32::from_be_bytes(*policy_version),
            time: u64::from_be_bytes(*time),
            r_and_s: r_and_s.try_into().ok()?,
        })
    }

    /// What is signed: version, time and the parts of the request, a zero byte after each.
    fn stream(&self, parts: &[&[u8]]) -> Vec<u8> {
        let (version, time) = (self.policy_version.to_be_bytes(), self.time.to_be_bytes());
        let mut stream = Vec::new();
        for part in [&version[..], &time].into_iter().chain(parts.iter().copied()) {
            stream.extend_from_slice(part);
            stream.push(0);
        }
        stream
    }
}

fn file_time(time: SystemTime) -> u128 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    TICKS_BEFORE_1970 + since_1970.as_nanos() / 100
}

#[cfg(test)]
mod tests;

//! The header `Signature`, by which a caller proves that it has the key that its token is bound to; and that key.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey as Peer, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

use crate::json::{Object, Parsed, ValidationError, exactly, string};
use crate::settings::InvalidSetting;

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
pub(crate) enum InvalidSignature {
    Missing,
    Twice,
    Malformed,
    PolicyVersion(u32),
    Time,
    Unverified,
}

impl fmt::Display for InvalidSignature {
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
                write!(f, "The signature's time must be within {minutes} minutes of the time in the header Date.")
            }
            Self::Unverified => f.write_str("The signature is not that of the token's key under this request."),
        }
    }
}

/// Checks that a request was signed with a key, not long ago. `body` is as much as is to be signed.
pub(crate) fn verify(parts: &Parts, body: &[u8], key: &ProofKey, now: SystemTime) -> Result<(), InvalidSignature> {
    let mut values = parts.headers.get_all("signature").iter();
    let value = values.next().ok_or(InvalidSignature::Missing)?;
    if values.next().is_some() {
        return Err(InvalidSignature::Twice);
    }
    let signature = Signature::read(value.as_bytes()).ok_or(InvalidSignature::Malformed)?;
    if signature.policy_version != POLICY_VERSION {
        return Err(InvalidSignature::PolicyVersion(signature.policy_version));
    }
    if u128::from(signature.time).abs_diff(file_time(now)) > TOLERANCE.as_nanos() / 100 {
        return Err(InvalidSignature::Time);
    }
    let message = signature.stream(&[
        parts.method.as_str().as_bytes(),
        parts.uri.path_and_query().map_or("", |path| path.as_str()).as_bytes(),
        parts.headers.get(AUTHORIZATION).map_or(&[][..], |value| value.as_bytes()),
        body,
    ]);
    if key.verifies(&message, &signature.r_and_s) { Ok(()) } else { Err(InvalidSignature::Unverified) }
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

const COORDINATE: usize = 32;

/// The public half of a key on the curve P-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ProofKey {
    /// Uncompressed: 4, x, y.
    point: [u8; 1 + 2 * COORDINATE],
}

impl ProofKey {
    /// The key with these coordinates, as a JSON Web Key has them: base64url without padding.
    pub fn from_jwk(x: &str, y: &str) -> Result<Self, InvalidSetting> {
        let coordinate = |name, text| read_coordinate(text).map_err(|error| error.in_field(name));
        let key = coordinate("x", x).and_then(|x| Ok(Self::at(x, coordinate("y", y)?)));
        Ok(key.and_then(Self::on_the_curve)?)
    }

    /// Reads a JSON Web Key as it stands in a request to sign in.
    pub(crate) fn read(value: &Value) -> Parsed<Self> {
        let key = Object::read(value, &["alg", "kty", "use", "crv", "x", "y"])?;
        for (name, expected) in [("alg", "ES256"), ("kty", "EC"), ("use", "sig"), ("crv", "P-256")] {
            key.required(name, |value| exactly(value, expected))?;
        }
        let coordinate = |value| read_coordinate(string(value)?);
        Self::at(key.required("x", coordinate)?, key.required("y", coordinate)?).on_the_curve()
    }

    /// Whether a signature, r and s of 32 bytes each, is that of this key under a message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.point).verify(message, signature).is_ok()
    }

    fn at(x: [u8; COORDINATE], y: [u8; COORDINATE]) -> Self {
        let mut point = [4; 1 + 2 * COORDINATE];
        point[1..=COORDINATE].copy_from_slice(&x);
        point[1 + COORDINATE..].copy_from_slice(&y);
        Self { point }
    }

    /// The cryptographic library looks at a point only when it uses it, so it is used once.
    fn on_the_curve(self) -> Parsed<Self> {
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
        let agreed = own.and_then(|own| agree_ephemeral(own, &Peer::new(&ECDH_P256, self.point), |_| ()));
        agreed
            .map(|()| self)
            .map_err(|_| ValidationError::new("must have an x and a y that are a point of the curve P-256"))
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coordinates = &self.point[1..];
        let text = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        let (x, y) = (text(&coordinates[..COORDINATE]), text(&coordinates[COORDINATE..]));
        f.debug_struct("ProofKey").field("x", &x).field("y", &y).finish()
    }
}

fn read_coordinate(text: &str) -> Parsed<[u8; COORDINATE]> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| ValidationError::new("must be 32 bytes in base64url without padding"))
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;

#[cfg(test)]
mod proof_key_tests {
    use super::*;
    use serde_json::json;

    const X: &str = "GJS1AAhiPYw0ZSQJDCF8kcZkKAc2tRWXAN6Yw-o_hMQ";
    const Y: &str = "UAQJHUc_yVIhUQgIvoED3kt0JDz_G8jgXys_XR2s-Xc";

    fn jwk() -> Value {
        json!({"alg": "ES256", "kty": "EC", "use": "sig", "crv": "P-256", "x": X, "y": Y})
    }

    #[test]
    fn a_key_is_read_from_its_coordinates() {
        let key = ProofKey::from_jwk(X, Y).unwrap();
        assert_eq!(ProofKey::read(&jwk()), Ok(key));
        assert_eq!(format!("{key:?}"), format!("ProofKey {{ x: {X:?}, y: {Y:?} }}"));
    }

    #[test]
    fn every_field_is_exactly_as_documented() {
        let said = |name: &str, value: Value| {
            let mut key = jwk();
            key[name] = value;
            ProofKey::read(&key).unwrap_err().to_string()
        };
        for (name, value, expected) in [
            ("alg", json!("ES384"), "alg must be \"ES256\", not \"ES384\""),
            ("kty", json!("ec"), "kty must be \"EC\", not \"ec\""),
            ("use", json!("enc"), "use must be \"sig\", not \"enc\""),
            ("crv", json!("P-384"), "crv must be \"P-256\", not \"P-384\""),
            ("x", json!(format!("{X}=")), "x must be 32 bytes in base64url without padding"),
            ("x", json!(X.replace('-', "+")), "x must be 32 bytes in base64url without padding"),
            ("y", json!("AAAA"), "y must be 32 bytes in base64url without padding"),
            ("y", json!(7), "y must be a string, not a number"),
            ("y", json!(X), "the body must have an x and a y that are a point"),
            ("kid", json!("1"), "kid is not a known field"),
        ] {
            let said = said(name, value);
            assert!(said.starts_with(expected), "{said}");
        }
        for name in ["alg", "kty", "use", "crv", "x", "y"] {
            let mut key = jwk();
            key.as_object_mut().unwrap().remove(name);
            assert_eq!(ProofKey::read(&key).unwrap_err().to_string(), format!("{name} is required"));
        }
        assert!(ProofKey::from_jwk(X, X).is_err());
        assert!(ProofKey::from_jwk("", Y).unwrap_err().to_string().starts_with("x must be 32 bytes"));
    }
}

//! Signatures of others, published as test data, and what is wrong with a changed one.

use axum::http::Request;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::*;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../tests/vectors/signatures.json")).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

/// The request that a vector is about, and its body.
fn request(vector: &Value) -> (Parts, &[u8]) {
    let mut request = Request::builder().method(text(vector, "method")).uri(text(vector, "path_and_query"));
    if !text(vector, "authorization").is_empty() {
        request = request.header(AUTHORIZATION, text(vector, "authorization"));
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    (parts, text(vector, "body").as_bytes())
}

#[test]
fn the_signed_stream_has_the_published_digest() {
    let vector = &vectors()["digests"][0];
    let time = UNIX_EPOCH + Duration::from_secs(vector["unix_seconds"].as_u64().unwrap());
    let signature = Signature {
        policy_version: vector["policy_version"].as_u64().unwrap().try_into().unwrap(),
        time: file_time(time).try_into().unwrap(),
        r_and_s: [0; 64],
    };
    let names = ["method", "path_and_query", "authorization", "body"];
    let stream = signature.stream(&names.map(|name| text(vector, name).as_bytes()));
    let hex: String = digest(&SHA256, &stream).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, text(vector, "sha256_of_signed_stream"));
}

/// The captured signature, what it is under, and the time it was made at.
struct Captured {
    vector: Value,
    made_at: SystemTime,
}

impl Captured {
    fn new() -> Self {
        let vector = vectors()["signatures"][0].clone();
        let ticks = Signature::read(text(&vector, "signature").as_bytes()).unwrap().time;
        let since_1970 = u64::try_from(u128::from(ticks) - TICKS_BEFORE_1970).unwrap();
        Self { vector, made_at: UNIX_EPOCH + Duration::from_nanos(since_1970 * 100) }
    }

    fn key(&self) -> ProofKey {
        let key = &self.vector["public_key"];
        ProofKey::from_jwk(text(key, "x"), text(key, "y")).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(text(&self.vector, "signature")).unwrap()
    }

    /// What is said of other bytes instead of the signature's.
    fn check(&self, bytes: &[u8]) -> Result<(), InvalidSignature> {
        let (mut parts, body) = request(&self.vector);
        parts.headers.insert("signature", STANDARD.encode(bytes).parse().unwrap());
        verify(&parts, body, &self.key(), self.made_at)
    }
}

#[test]
fn a_signature_of_a_real_client_verifies() {
    let captured = Captured::new();
    assert_eq!(captured.check(&captured.bytes()), Ok(()));
}

#[test]
fn nothing_of_what_is_signed_can_be_changed() {
    let captured = Captured::new();
    for name in ["method", "path_and_query", "authorization", "body"] {
        let mut vector = captured.vector.clone();
        vector[name] = format!("{}X", text(&vector, name)).into();
        let (mut parts, body) = request(&vector);
        parts.headers.insert("signature", text(&vector, "signature").parse().unwrap());
        let result = verify(&parts, body, &captured.key(), captured.made_at);
        assert_eq!(result, Err(InvalidSignature::Unverified), "{name}");
    }
    for place in [11, 12, 43, 44, 75] {
        let mut bytes = captured.bytes();
        bytes[place] ^= 1;
        assert_eq!(captured.check(&bytes), Err(InvalidSignature::Unverified), "byte {place}");
    }
}

#[test]
fn malformed_signatures_are_distinguished() {
    let captured = Captured::new();
    let bytes = captured.bytes();
    assert_eq!(captured.check(&bytes[..75]), Err(InvalidSignature::Malformed));
    assert_eq!(captured.check(&[&bytes[..], &[0]].concat()), Err(InvalidSignature::Malformed));
    let mut other_version = bytes.clone();
    other_version[3] = 2;
    assert_eq!(captured.check(&other_version), Err(InvalidSignature::PolicyVersion(2)));
    let (mut parts, body) = request(&captured.vector);
    let said = |parts: &Parts| verify(parts, body, &captured.key(), captured.made_at);
    assert_eq!(said(&parts), Err(InvalidSignature::Missing));
    parts.headers.insert("signature", "no base64".parse().unwrap());
    assert_eq!(said(&parts), Err(InvalidSignature::Malformed));
    parts.headers.append("signature", text(&captured.vector, "signature").parse().unwrap());
    assert_eq!(said(&parts), Err(InvalidSignature::Twice));
}

#[test]
fn its_time_is_within_five_minutes() {
    let captured = Captured::new();
    let (mut parts, body) = request(&captured.vector);
    parts.headers.insert("signature", text(&captured.vector, "signature").parse().unwrap());
    let said = |now| verify(&parts, body, &captured.key(), now);
    let five_minutes = Duration::from_secs(300);
    let tick = Duration::from_nanos(100);
    assert_eq!(said(captured.made_at + five_minutes), Ok(()));
    assert_eq!(said(captured.made_at - five_minutes), Ok(()));
    assert_eq!(said(captured.made_at + five_minutes + tick), Err(InvalidSignature::Time));
    assert_eq!(said(captured.made_at - five_minutes - tick), Err(InvalidSignature::Time));
    assert_eq!(said(SystemTime::now()), Err(InvalidSignature::Time));
}

#[test]
fn a_file_time_counts_from_1601() {
    assert_eq!(file_time(UNIX_EPOCH), TICKS_BEFORE_1970);
    let days_from_1601_to_1970 = 369 * 365 + 89;
    assert_eq!(TICKS_BEFORE_1970, days_from_1601_to_1970 * 86_400 * 10_000_000);
}

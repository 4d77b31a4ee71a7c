//! A client's proof key: its public half as JSON, and signatures made with the other half.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mpa_emulator::ProofKey;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::requests::Request;

pub struct Signer {
    key: EcdsaKeyPair,
}

impl Signer {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self { key: EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap() }
    }

    fn coordinates(&self) -> [String; 2] {
        let point = self.key.public_key().as_ref();
        [&point[1..33], &point[33..]].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate))
    }

    pub fn jwk(&self) -> Value {
        let [x, y] = self.coordinates();
        json!({"alg": "ES256", "kty": "EC", "use": "sig", "crv": "P-256", "x": x, "y": y})
    }

    pub fn proof_key(&self) -> ProofKey {
        let [x, y] = self.coordinates();
        ProofKey::from_jwk(&x, &y).unwrap()
    }

    /// Signs all of a request's body.
    pub fn sign(&self, request: Request) -> Request {
        self.sign_at(SystemTime::now(), usize::MAX, request)
    }

    /// Signs at another time, of the body so many bytes at most.
    pub fn sign_at(&self, time: SystemTime, most_of_body: usize, request: Request) -> Request {
        let (version, time) = (1_u32.to_be_bytes(), file_time(time).to_be_bytes());
        let stream = stream(&request, &version, &time, most_of_body);
        let r_and_s = self.key.sign(&SystemRandom::new(), &stream).unwrap();
        let value = STANDARD.encode([&version[..], &time, r_and_s.as_ref()].concat());
        request.replacing("Signature", &value)
    }
}

/// 100 ns since 1601.
pub fn file_time(time: SystemTime) -> u64 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap();
    let since_1601 = since_1970 + Duration::from_secs(11_644_473_600);
    u64::try_from(since_1601.as_nanos() / 100).unwrap()
}

/// What is signed of a request.
pub fn stream(request: &Request, version: &[u8], time: &[u8], most_of_body: usize) -> Vec<u8> {
    let authorization = request.headers.iter().find(|(name, _)| name == "Authorization");
    let authorization = authorization.map_or("", |(_, value)| value);
    let body = &request.body[..request.body.len().min(most_of_body)];
    let parts =
        [version, time, request.method.as_bytes(), request.path.as_bytes(), authorization.as_bytes(), body, &[]];
    parts.join(&0)
}

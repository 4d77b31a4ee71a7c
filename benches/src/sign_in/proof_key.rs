//! A key that tokens are bound to, with nothing around what ring does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

/// From the beginning of Windows file time, 1601-01-01, to that of Unix time.
const FILE_TIME_OF_1970: Duration = Duration::from_secs(11_644_473_600);

const POLICY_VERSION: [u8; 4] = 1_u32.to_be_bytes();

pub struct ProofKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    pub pem: String,
}

impl ProofKey {
    pub fn make() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("random numbers");
        let pem =
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document.as_ref()));
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("its own document");
        ProofKey { pair, random, pem }
    }

    /// The coordinates of the public key, as a JSON Web Key has them.
    pub fn coordinates(&self) -> [String; 2] {
        let point = self.pair.public_key().as_ref();
        [&point[1..33], &point[33..]].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate))
    }

    /// The value of the `Signature` header.
    pub fn header(&self, path: &str, authorization: &str, body: &str) -> String {
        let time = file_time();
        let r_and_s = self.sign(&stream(&time, path, authorization, body));
        STANDARD.encode([&POLICY_VERSION[..], &time, &r_and_s].concat())
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature = self.pair.sign(&self.random, message).expect("random numbers");
        signature.as_ref().try_into().expect("r and s, of 32 bytes each")
    }
}

/// What is signed of a `POST`.
pub fn stream(time: &[u8; 8], path: &str, authorization: &str, body: &str) -> Vec<u8> {
    let parts = [&POLICY_VERSION[..], time, b"POST", path.as_bytes(), authorization.as_bytes(), body.as_bytes(), &[]];
    parts.join(&0)
}

/// So many 100 ns since 1601.
pub fn file_time() -> [u8; 8] {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    let ticks = (since_1970 + FILE_TIME_OF_1970).as_nanos() / 100;
    u64::try_from(ticks).expect("a clock before the year 60000").to_be_bytes()
}

//! The proof key: a P-256 key that tokens are bound to. A client that uses such a token shows with a
//! signature that it holds the key.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::Tag;
use der::asn1::ObjectIdentifier;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::pem_text::pem_text;
use crate::encoding::der_reader::{DerReader, Malformed};
use crate::encoding::format::Format;
use crate::encoding::pem::{self, Block, Item};
use crate::outcome::{Outcome, Result};

/// A P-256 key in PEM has about 240 bytes, some tools write a remark above it.
pub const MAX_PEM_LENGTH: usize = 16_384;

/// Of r, of s, and of a coordinate.
const FIELD_LENGTH: usize = 32;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// What stands in a PKCS#8 document before the private key of a P-256 key pair, and between it and
/// the public one: all lengths are fixed.
const PKCS8_HEAD: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
    0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20,
];
const PKCS8_MIDDLE: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];

/// A key pair. Clones are the same key.
#[derive(Clone)]
pub struct ProofKey(Arc<Parts>);

struct Parts {
    pair: EcdsaKeyPair,
    /// Kept to hand the key to another process; the pair does not give it away again.
    private: Zeroizing<[u8; FIELD_LENGTH]>,
}

impl ProofKey {
    pub fn generate() -> Result<Self> {
        let failed = || Outcome::internal("The system gave no random numbers for a proof key.");
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| failed())?;
        from_pkcs8(document.as_ref()).map_err(|_| failed())
    }

    /// Reads a key in PKCS#8 or SEC1.
    pub fn from_pem(pem: &str) -> std::result::Result<Self, KeyError> {
        read_pem(pem)
    }

    /// The key in PKCS#8, for another process that works with the same tokens.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        let document = Zeroizing::new([&PKCS8_HEAD[..], &self.0.private[..], &PKCS8_MIDDLE, self.point()].concat());
        pem_text("PRIVATE KEY", &document)
    }

    /// The first coordinate of the public key, as a JWK names it.
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.point()[1..=FIELD_LENGTH])
    }

    /// The second coordinate.
    pub fn y(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.point()[1 + FIELD_LENGTH..])
    }

    /// r and s of a signature with SHA-256, each padded to 32 bytes.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 2 * FIELD_LENGTH]> {
        let signature = self.0.pair.sign(&SystemRandom::new(), message).ok();
        signature
            .and_then(|signature| signature.as_ref().try_into().ok())
            .ok_or_else(|| Outcome::internal("The system gave no random numbers for a signature."))
    }

    /// The public key: 4, then x, then y.
    pub fn point(&self) -> &[u8] {
        self.0.pair.public_key().as_ref()
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofKey").finish_non_exhaustive()
    }
}

const EXPECTED: &str = "the P-256 key that the token is bound to, as PEM text with `BEGIN PRIVATE KEY` or `BEGIN EC \
                        PRIVATE KEY`";

/// What is wrong with a key.
pub type Fault = &'static str;

impl From<Malformed> for Fault {
    fn from(_: Malformed) -> Self {
        DAMAGED
    }
}

const DAMAGED: Fault = "holds a key that is damaged";
const OTHER_KIND: Fault = "holds a key of another kind";
const NO_PUBLIC_PART: Fault =
    "holds a private key without its public one (`openssl pkey -in key.pem -out complete.pem` adds it)";

/// What is wrong with the text of a key, which is never shown. Displayed, it follows the name of the field or
/// option.
#[derive(Debug)]
pub enum KeyError {
    TooLong,
    Format(Format),
    Pem(pem::Refusal),
    /// A block, by its number, is something else than the one key.
    Block(usize, &'static str),
    NoKey,
    Key(Fault),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Format(format) => return f.write_str(&format.refusal(EXPECTED)),
            KeyError::TooLong => write!(f, "is longer than {MAX_PEM_LENGTH} bytes"),
            KeyError::Pem(refusal) => f.write_str(&refusal.what()),
            KeyError::Block(number, what) => write!(f, "cannot be used: block {number} is {what}"),
            KeyError::NoKey => f.write_str("holds no key"),
            KeyError::Key(fault) => f.write_str(fault),
        }?;
        write!(f, "; expected {EXPECTED}")
    }
}

fn read_pem(pem: &str) -> std::result::Result<ProofKey, KeyError> {
    if pem.len() > MAX_PEM_LENGTH {
        return Err(KeyError::TooLong);
    }
    let format = Format::of(pem.as_bytes());
    if format != Format::Pem {
        return Err(KeyError::Format(format));
    }
    let mut key = None;
    for Block { number, item } in pem::read(pem.as_bytes()).map_err(KeyError::Pem)? {
        let refuse = |what| Err(KeyError::Block(number, what));
        match item {
            Item::Key(found) if key.is_none() => key = Some(found),
            Item::Key(_) => return refuse("a second key"),
            Item::EncryptedKey => {
                return refuse("encrypted (`openssl pkey -in key.pem -out plain.pem` takes the password off)");
            }
            Item::Certificate { .. } => return refuse("a certificate"),
        }
    }
    let key = key.ok_or(KeyError::NoKey)?;
    let key = match &*key {
        PrivateKeyDer::Pkcs8(key) => from_pkcs8(key.secret_pkcs8_der()),
        PrivateKeyDer::Sec1(key) => from_sec1(key.secret_sec1_der(), None),
        _ => Err(OTHER_KIND),
    };
    key.map_err(KeyError::Key)
}

/// RFC 5208: version, algorithm, and the key in an octet string.
fn from_pkcs8(document: &[u8]) -> std::result::Result<ProofKey, Fault> {
    let mut fields = DerReader::of(document)?;
    fields.number()?;
    let (algorithm, mut parameters) = fields.algorithm()?;
    let is_named = parameters.next_is(Tag::ObjectIdentifier);
    let curve = if is_named { Some(parameters.object_identifier()?) } else { None };
    if algorithm != EC_PUBLIC_KEY || curve != Some(P256) {
        return Err(OTHER_KIND);
    }
    from_sec1(fields.content(Tag::OctetString)?, curve)
}

/// RFC 5915: version, the private key, its curve, the public key. `known_curve`: from around it.
fn from_sec1(document: &[u8], known_curve: Option<ObjectIdentifier>) -> std::result::Result<ProofKey, Fault> {
    let mut fields = DerReader::of(document)?;
    fields.number()?;
    let private = fields.content(Tag::OctetString)?;
    let curve = fields.context_specific(0)?.map(|mut inner| inner.object_identifier()).transpose()?;
    if curve.or(known_curve) != Some(P256) {
        return Err(OTHER_KIND);
    }
    let public = fields.context_specific(1)?.map(|mut inner| inner.bit_string()).transpose()?.ok_or(NO_PUBLIC_PART)?;
    let private = <[u8; FIELD_LENGTH]>::try_from(private).map(Zeroizing::new).map_err(|_| DAMAGED)?;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &private[..],
        public,
        &SystemRandom::new(),
    )
    .map_err(|_| DAMAGED)?;
    Ok(ProofKey(Arc::new(Parts { pair, private })))
}

#[cfg(test)]
#[path = "proof_key_tests.rs"]
mod tests;

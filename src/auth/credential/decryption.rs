//! Keys from passwords, and what they open, in PKCS#12 files: the old schemes of RFC 7292 (appendix
//! B and C), which Windows and `openssl pkcs12 -legacy` still write, and PBES2 of RFC 8018.

use std::num::NonZeroU32;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use der::Tag;
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use ring::{hmac, pbkdf2};
use zeroize::Zeroizing;

use super::super::fields::{Damaged, Fields};

/// Writers use 1 to 600,000; more would have the caller wait for seconds.
const MOST_ITERATIONS: u32 = 1_000_000;

/// Why something stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// By a scheme that is not known here.
    Unsupported,
    /// What the password gives does not open it.
    NotOpened,
    Damaged,
}

impl From<Damaged> for Closed {
    fn from(_: Damaged) -> Self {
        Closed::Damaged
    }
}

/// The two forms in which a password enters a key.
pub struct Password {
    utf8: Zeroizing<Vec<u8>>,
    /// UTF-16, big-endian, with two zero bytes at its end.
    utf16: Zeroizing<Vec<u8>>,
}

impl Password {
    pub fn new(password: &str) -> Self {
        let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * password.len() + 2));
        for unit in password.encode_utf16().chain([0]) {
            utf16.extend_from_slice(&unit.to_be_bytes());
        }
        Password { utf8: Zeroizing::new(password.as_bytes().to_vec()), utf16 }
    }

    /// None at all, which some programs write in another way than an empty one.
    pub fn none() -> Self {
        Password { utf8: Zeroizing::default(), utf16: Zeroizing::default() }
    }
}

/// What a derived key is for.
#[derive(Clone, Copy)]
enum Purpose {
    Encryption = 1,
    Vector = 2,
    Mac = 3,
}

/// Whether a code over `content` was made with this password. `mac_data`: its field in the file.
pub fn mac_fits(mac_data: &Fields<'_>, content: &[u8], password: &Password) -> Result<bool, Closed> {
    let mut fields = mac_data.clone();
    let mut info = fields.sequence()?;
    let (hash, _) = info.algorithm()?;
    let code = info.next(Tag::OctetString)?;
    let salt = fields.next(Tag::OctetString)?;
    let iterations = if fields.is_empty() { 1 } else { fields.number()? };
    let (hash, algorithm) = match hash {
        oid::SHA1 => (&SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        oid::SHA256 => (&digest::SHA256, hmac::HMAC_SHA256),
        oid::SHA384 => (&digest::SHA384, hmac::HMAC_SHA384),
        oid::SHA512 => (&digest::SHA512, hmac::HMAC_SHA512),
        _ => return Err(Closed::Unsupported),
    };
    let key = derive(hash, Purpose::Mac, password, salt, bounded(iterations)?, hash.output_len());
    Ok(hmac::verify(&hmac::Key::new(algorithm, &key), content, code).is_ok())
}

/// Opens `sealed`, as its algorithm says.
pub fn open(
    (algorithm, mut parameters): (&[u8], Fields<'_>),
    sealed: &[u8],
    password: &Password,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    if algorithm == oid::PBES2 {
        return open_pbes2(parameters.sequence()?, sealed, password);
    }
    let (key_length, cipher): (usize, Decrypt) = match algorithm {
        oid::SHA1_RC2_40 => (5, decrypt::<rc2::Rc2>),
        oid::SHA1_RC2_128 => (16, decrypt::<rc2::Rc2>),
        oid::SHA1_3DES_3_KEYS => (24, decrypt::<des::TdesEde3>),
        oid::SHA1_3DES_2_KEYS => (16, decrypt::<des::TdesEde2>),
        _ => return Err(Closed::Unsupported),
    };
    let mut parameters = parameters.sequence()?;
    let salt = parameters.next(Tag::OctetString)?;
    let iterations = bounded(parameters.number()?)?;
    let derive = |purpose, length| derive(&SHA1_FOR_LEGACY_USE_ONLY, purpose, password, salt, iterations, length);
    cipher(&derive(Purpose::Encryption, key_length), &derive(Purpose::Vector, 8), sealed)
}

fn open_pbes2(mut parameters: Fields<'_>, sealed: &[u8], password: &Password) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let (derivation, mut derivation_parameters) = parameters.algorithm()?;
    let (cipher, mut cipher_parameters) = parameters.algorithm()?;
    let (key_length, cipher): (usize, Decrypt) = match cipher {
        oid::AES_128_CBC => (16, decrypt::<aes::Aes128>),
        oid::AES_192_CBC => (24, decrypt::<aes::Aes192>),
        oid::AES_256_CBC => (32, decrypt::<aes::Aes256>),
        oid::DES_EDE3_CBC => (24, decrypt::<des::TdesEde3>),
        _ => return Err(Closed::Unsupported),
    };
    if derivation != oid::PBKDF2 {
        return Err(Closed::Unsupported);
    }
    let mut fields = derivation_parameters.sequence()?;
    let salt = fields.next(Tag::OctetString)?;
    let iterations = bounded(fields.number()?)?;
    // The length of the key, which the cipher tells as well.
    fields.optional(Tag::Integer)?;
    let hash = if fields.is_empty() { oid::HMAC_SHA1 } else { fields.algorithm()?.0 };
    let hash = match hash {
        oid::HMAC_SHA1 => pbkdf2::PBKDF2_HMAC_SHA1,
        oid::HMAC_SHA256 => pbkdf2::PBKDF2_HMAC_SHA256,
        oid::HMAC_SHA384 => pbkdf2::PBKDF2_HMAC_SHA384,
        oid::HMAC_SHA512 => pbkdf2::PBKDF2_HMAC_SHA512,
        _ => return Err(Closed::Unsupported),
    };
    let mut key = Zeroizing::new(vec![0; key_length]);
    pbkdf2::derive(hash, iterations, salt, &password.utf8, &mut key);
    cipher(&key, cipher_parameters.next(Tag::OctetString)?, sealed)
}

fn bounded(iterations: u32) -> Result<NonZeroU32, Closed> {
    match NonZeroU32::new(iterations) {
        None => Err(Closed::Damaged),
        Some(iterations) if iterations.get() > MOST_ITERATIONS => Err(Closed::Unsupported),
        Some(iterations) => Ok(iterations),
    }
}

type Decrypt = fn(&[u8], &[u8], &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed>;

fn decrypt<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    vector: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, vector).map_err(|_| Closed::Damaged)?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(&mut opened).map_err(|_| Closed::NotOpened)?.len();
    opened.truncate(length);
    Ok(opened)
}

/// RFC 7292, appendix B.2; the names of the standard in brackets.
fn derive(
    hash: &'static digest::Algorithm,
    purpose: Purpose,
    password: &Password,
    salt: &[u8],
    iterations: NonZeroU32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    // [v]
    let block = hash.block_len();
    // [D]
    let diversifier = vec![purpose as u8; block];
    // [I = S || P]
    let padded = |bytes: &[u8]| bytes.len().next_multiple_of(block);
    let mut input = Zeroizing::new(Vec::with_capacity(padded(salt) + padded(&password.utf16)));
    for bytes in [salt, &password.utf16] {
        // Again and again, until it fills whole blocks; nothing stays nothing.
        input.extend(bytes.iter().cycle().take(padded(bytes)));
    }
    let mut key = Zeroizing::new(Vec::with_capacity(length + hash.output_len()));
    loop {
        let mut context = digest::Context::new(hash);
        context.update(&diversifier);
        context.update(&input);
        let mut sum = context.finish();
        for _ in 1..iterations.get() {
            sum = digest::digest(hash, sum.as_ref());
        }
        key.extend_from_slice(sum.as_ref());
        if key.len() >= length {
            key.truncate(length);
            return key;
        }
        // [B], of which one more is added to each block of the input.
        let addend: Zeroizing<Vec<u8>> = Zeroizing::new(sum.as_ref().iter().copied().cycle().take(block).collect());
        for block in input.chunks_exact_mut(block) {
            add_and_one(block, &addend);
        }
    }
}

/// Adds two big-endian numbers of the same length and 1, and drops what does not fit.
fn add_and_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (digit, addend) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*digit) + u16::from(*addend) + carry;
        *digit = sum as u8;
        carry = sum >> 8;
    }
}

/// Contents of object identifiers.
mod oid {
    pub const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
    pub const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
    pub const SHA1_3DES_3_KEYS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
    pub const SHA1_3DES_2_KEYS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x04];
    pub const SHA1_RC2_128: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x05];
    pub const SHA1_RC2_40: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x06];
    pub const HMAC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07];
    pub const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];
    pub const HMAC_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a];
    pub const HMAC_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b];
    pub const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];
    pub const AES_128_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02];
    pub const AES_192_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16];
    pub const AES_256_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];
    pub const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
    pub const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    pub const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    pub const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
}

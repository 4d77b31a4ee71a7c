//! Keys from passwords: the scheme of RFC 7292 (appendix B), which Windows and `openssl pkcs12 -legacy`
//! still use, and PBKDF2 of RFC 8018. All of it is paid from one budget a file.

use std::num::NonZeroU32;

use der::Tag;
use ring::{digest, pbkdf2};
use zeroize::Zeroizing;

use super::{Locked, algorithm};
use crate::encoding::der_reader::DerReader;

/// How many blocks may be hashed for the keys of one file. Enough for a million iterations for each of
/// the key, the certificates and the MAC, with SHA-256 and AES (5,000,000), or for 600,000 with
/// SHA-1 (5,400,000). On an AMD EPYC processor all of it takes 0.8 s with SHA-256, and at most 2.1 s
/// (SHA-512): `cargo test --release -p mpa --lib key_derivation_is_bounded -- --ignored --nocapture`.
pub const MOST_HASHES: u32 = 6_000_000;

/// A PBKDF2 key of a MAC is as long as a hash.
const LONGEST_MAC_KEY: u32 = 64;

/// How many blocks may still be hashed.
pub struct HashBudget(u32);

impl HashBudget {
    pub fn new(most_hashes: u32) -> Self {
        HashBudget(most_hashes)
    }

    fn spend(&mut self, iterations: NonZeroU32, blocks_each: usize) -> Result<(), Locked> {
        let blocks = u32::try_from(blocks_each).ok().and_then(|blocks| blocks.checked_mul(iterations.get()));
        self.0 = blocks.and_then(|blocks| self.0.checked_sub(blocks)).ok_or(Locked::TooManyIterations)?;
        Ok(())
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

    /// As OpenSSL before 1.1 took it: each byte of UTF-8 for a character.
    pub fn with_bytes_as_characters(password: &str) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(2 * password.len()));
        text.extend(password.bytes().map(char::from));
        Password::new(&text)
    }
}

/// What a derived key is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    Encryption = 1,
    Iv = 2,
    Mac = 3,
}

/// A count of iterations.
pub fn iterations(elements: &mut DerReader<'_>) -> Result<NonZeroU32, Locked> {
    let digits = elements.content(Tag::Integer)?;
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        return Err(Locked::Malformed);
    }
    let number =
        digits.iter().try_fold(0_u32, |number, digit| number.checked_mul(256).map(|number| number | u32::from(*digit)));
    NonZeroU32::new(number.ok_or(Locked::TooManyIterations)?).ok_or(Locked::Malformed)
}

/// A key by PBKDF2. `length`: `None` where the parameters say it.
pub fn pbkdf2(
    parameters: &mut DerReader<'_>,
    length: Option<usize>,
    password: &Password,
    budget: &mut HashBudget,
) -> Result<Zeroizing<Vec<u8>>, Locked> {
    let mut fields = parameters.sequence()?;
    let salt = fields.content(Tag::OctetString)?;
    let iterations = iterations(&mut fields)?;
    let stated = if fields.next_is(Tag::Integer) { Some(fields.number()?) } else { None };
    let length = match (length, stated) {
        (Some(length), _) => length,
        (None, Some(length @ 1..=LONGEST_MAC_KEY)) => length as usize,
        (None, _) => return Err(Locked::Malformed),
    };
    let hash = if fields.is_empty() { algorithm::HMAC_SHA1 } else { fields.algorithm()?.0 };
    let (hash, hash_length) = match hash {
        algorithm::HMAC_SHA1 => (pbkdf2::PBKDF2_HMAC_SHA1, digest::SHA1_OUTPUT_LEN),
        algorithm::HMAC_SHA256 => (pbkdf2::PBKDF2_HMAC_SHA256, digest::SHA256_OUTPUT_LEN),
        algorithm::HMAC_SHA384 => (pbkdf2::PBKDF2_HMAC_SHA384, digest::SHA384_OUTPUT_LEN),
        algorithm::HMAC_SHA512 => (pbkdf2::PBKDF2_HMAC_SHA512, digest::SHA512_OUTPUT_LEN),
        other => return Err(Locked::Unsupported(other)),
    };
    // An HMAC hashes twice.
    budget.spend(iterations, 2 * length.div_ceil(hash_length))?;
    let mut key = Zeroizing::new(vec![0; length]);
    pbkdf2::derive(hash, iterations, salt, &password.utf8, &mut key);
    Ok(key)
}

/// The salt and the iterations of the scheme of RFC 7292.
pub struct Salted<'a> {
    pub hash: &'static digest::Algorithm,
    pub salt: &'a [u8],
    pub iterations: NonZeroU32,
}

impl Salted<'_> {
    /// Appendix B.2; the names of the standard in brackets.
    pub fn key(
        &self,
        purpose: Purpose,
        length: usize,
        password: &Password,
        budget: &mut HashBudget,
    ) -> Result<Zeroizing<Vec<u8>>, Locked> {
        let Salted { hash, salt, iterations } = *self;
        budget.spend(iterations, length.div_ceil(hash.output_len()))?;
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
                return Ok(key);
            }
            // [B], of which one more is added to each block of the input.
            let addend: Zeroizing<Vec<u8>> = Zeroizing::new(sum.as_ref().iter().copied().cycle().take(block).collect());
            for block in input.chunks_exact_mut(block) {
                add_and_one(block, &addend);
            }
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

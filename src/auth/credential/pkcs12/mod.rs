//! Certificates and keys in a PKCS#12 file (RFC 7292), which is how Windows and partner portals hand
//! them out. Read here by hand: the crates that do it would make the library a quarter larger, or do not
//! know PBES2.

pub mod algorithm;
mod decryption;
mod derivation;

use der::asn1::ObjectIdentifier;
use der::{Tag, TagNumber};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::Contents;
use crate::encoding::ber::{BerError, to_der};
use crate::encoding::der_reader::{DerReader, Malformed};
use crate::encoding::pem::SecretKey;
use decryption::{decrypt, verify_mac};
use derivation::HashBudget;
pub use derivation::{MOST_HASHES, Password};

/// How deep bags may stand in bags; files that are in use do not nest them.
const MAX_DEPTH: u32 = 8;

/// Why a file could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    PasswordMissing,
    PasswordWrong,
    /// Its password fits the file, and does not open what is in it.
    OtherPassword,
    TooManyIterations,
    /// It takes this algorithm.
    Algorithm(ObjectIdentifier),
    /// It is signed with, or encrypted for, a certificate instead of protected by a password.
    PublicKey,
    Truncated,
    Malformed,
    /// Its MAC does not fit, and the password opens what is in it.
    Changed,
}

/// Why something in a file stays closed.
#[derive(Debug, PartialEq, Eq)]
enum Locked {
    Unsupported(ObjectIdentifier),
    PublicKey,
    TooManyIterations,
    /// What the password gives does not open it.
    WrongPassword,
    Malformed,
}

impl From<Malformed> for Locked {
    fn from(_: Malformed) -> Self {
        Locked::Malformed
    }
}

impl From<Malformed> for Unread {
    fn from(_: Malformed) -> Self {
        Unread::Malformed
    }
}

/// All certificates and keys. `most_hashes`: what deriving keys may cost, see [`MOST_HASHES`].
pub fn read(file: &[u8], password: Option<&str>, most_hashes: u32) -> Result<Contents, Unread> {
    // What follows is passed over: some tools end a file with a line break.
    let (file, _) = to_der(file).map_err(|error| match error {
        BerError::Truncated => Unread::Truncated,
        BerError::Malformed => Unread::Malformed,
    })?;
    let mut fields = DerReader::of(&file)?;
    let _version = fields.number()?;
    let mut authenticated_safe = fields.sequence()?;
    if authenticated_safe.object_identifier()? != oid::DATA {
        return Err(Unread::PublicKey);
    }
    let content = authenticated_safe.context_specific(0)?.ok_or(Malformed)?.content(Tag::OctetString)?;
    let mac_data = if fields.is_empty() { None } else { Some(fields.sequence()?) };

    let password = password.unwrap_or_default();
    let wrong = || if password.is_empty() { Unread::PasswordMissing } else { Unread::PasswordWrong };
    let mut candidates = vec![Password::new(password)];
    if password.is_empty() {
        candidates.push(Password::none());
    } else if !password.is_ascii() {
        candidates.push(Password::with_bytes_as_characters(password));
    }
    let mut budget = HashBudget::new(most_hashes);
    let Some(mac_data) = mac_data else {
        // A password is right if it opens the file; there is no other check.
        for password in &candidates {
            match Safe::open(content, password, &mut budget).contents {
                Err(Locked::WrongPassword) => {}
                result => return result.map_err(|locked| unread(locked, wrong())),
            }
        }
        return Err(wrong());
    };
    for password in &candidates {
        if verify_mac(&mac_data, content, password, &mut budget).map_err(|locked| unread(locked, wrong()))? {
            let safe = Safe::open(content, password, &mut budget);
            return safe.contents.map_err(|locked| unread(locked, Unread::OtherPassword));
        }
    }
    // A password that opens what only it can open is right, and the file was changed.
    let is_right = |password| Safe::open(content, password, &mut budget).has_decrypted;
    Err(if candidates.iter().any(is_right) { Unread::Changed } else { wrong() })
}

fn unread(locked: Locked, wrong_password: Unread) -> Unread {
    match locked {
        Locked::Unsupported(algorithm) => Unread::Algorithm(algorithm),
        Locked::PublicKey => Unread::PublicKey,
        Locked::TooManyIterations => Unread::TooManyIterations,
        Locked::WrongPassword => wrong_password,
        Locked::Malformed => Unread::Malformed,
    }
}

/// What one password makes of the AuthenticatedSafe.
struct Safe {
    contents: Result<Contents, Locked>,
    /// Something was encrypted, and made sense when it was decrypted.
    has_decrypted: bool,
}

impl Safe {
    fn open(content: &[u8], password: &Password, budget: &mut HashBudget) -> Self {
        let mut reader = SafeReader { password, budget, contents: Contents::default(), has_decrypted: false };
        let result = reader.read(content);
        let SafeReader { contents, has_decrypted, .. } = reader;
        Safe { contents: result.map(|()| contents), has_decrypted }
    }
}

struct SafeReader<'a> {
    password: &'a Password,
    budget: &'a mut HashBudget,
    contents: Contents,
    has_decrypted: bool,
}

impl SafeReader<'_> {
    fn read(&mut self, content: &[u8]) -> Result<(), Locked> {
        let content = first_as_der(content)?;
        let mut parts = DerReader::of(&content)?;
        while !parts.is_empty() {
            let mut part = parts.sequence()?;
            let kind = part.object_identifier()?;
            let mut inner = part.context_specific(0)?.ok_or(Malformed)?;
            match kind {
                oid::DATA => self.read_safe_contents(inner.content(Tag::OctetString)?)?,
                oid::ENCRYPTED_DATA => {
                    let mut fields = inner.sequence()?;
                    let _version = fields.number()?;
                    let mut encrypted = fields.sequence()?;
                    let _kind = encrypted.object_identifier()?;
                    let algorithm = encrypted.algorithm()?;
                    let plaintext = self.decrypt(algorithm, &implicit_octets(&mut encrypted)?)?;
                    self.read_safe_contents(&plaintext)?;
                }
                oid::ENVELOPED_DATA => return Err(Locked::PublicKey),
                other => return Err(Locked::Unsupported(other)),
            }
        }
        Ok(())
    }

    fn read_safe_contents(&mut self, content: &[u8]) -> Result<(), Locked> {
        self.read_bags(DerReader::of(&first_as_der(content)?)?, 0)
    }

    fn read_bags(&mut self, mut bags: DerReader<'_>, depth: u32) -> Result<(), Locked> {
        while !bags.is_empty() {
            let mut bag = bags.sequence()?;
            let kind = bag.object_identifier()?;
            let mut value = bag.context_specific(0)?.ok_or(Malformed)?;
            match kind {
                oid::KEY_BAG => self.contents.keys.push(key(value.element()?)),
                oid::SHROUDED_KEY_BAG => {
                    let mut fields = value.sequence()?;
                    let algorithm = fields.algorithm()?;
                    let plaintext = self.decrypt(algorithm, fields.content(Tag::OctetString)?)?;
                    self.contents.keys.push(key(&plaintext));
                }
                oid::CERT_BAG => {
                    let mut fields = value.sequence()?;
                    if fields.object_identifier()? == oid::X509_CERTIFICATE {
                        let certificate = fields.context_specific(0)?.ok_or(Malformed)?.content(Tag::OctetString)?;
                        self.contents.certificates.push(CertificateDer::from(certificate.to_vec()));
                    }
                }
                oid::SAFE_CONTENTS_BAG if depth < MAX_DEPTH => self.read_bags(value.sequence()?, depth + 1)?,
                oid::SAFE_CONTENTS_BAG => return Err(Locked::Malformed),
                // Revocation lists, and secrets of other programs.
                _ => {}
            }
        }
        Ok(())
    }

    fn decrypt(
        &mut self,
        algorithm: (ObjectIdentifier, DerReader<'_>),
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Locked> {
        let plaintext = decrypt(algorithm, ciphertext, self.password, self.budget)?;
        // One wrong password in 256 gives what looks padded. A sequence does not come about by chance.
        let der = first_as_der(&plaintext).map_err(|_| Locked::WrongPassword)?;
        let fields = DerReader::of(&der).map_err(|_| Locked::WrongPassword)?;
        if fields.is_empty() {
            return Err(Locked::WrongPassword);
        }
        self.has_decrypted = true;
        Ok(der)
    }
}

fn first_as_der(ber: &[u8]) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    to_der(ber).map(|(der, _)| der).map_err(|_| Malformed)
}

/// `[0] IMPLICIT OCTET STRING`, which in BER may be in parts.
fn implicit_octets(fields: &mut DerReader<'_>) -> Result<Vec<u8>, Malformed> {
    if let Some(octets) = fields.optional(Tag::ContextSpecific { constructed: false, number: TagNumber(0) })? {
        return Ok(octets.to_vec());
    }
    let mut parts = fields.context_specific(0)?.ok_or(Malformed)?;
    let mut octets = Vec::new();
    while !parts.is_empty() {
        octets.extend_from_slice(parts.content(Tag::OctetString)?);
    }
    Ok(octets)
}

fn key(pkcs8: &[u8]) -> SecretKey {
    Zeroizing::new(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.to_vec())))
}

/// The key of a MAC with SHA-256 and one iteration.
#[cfg(test)]
pub fn mac_key_for_tests(password: &Password, salt: &[u8]) -> Zeroizing<Vec<u8>> {
    let salted = derivation::Salted { hash: &ring::digest::SHA256, salt, iterations: std::num::NonZeroU32::MIN };
    salted.key(derivation::Purpose::Mac, 32, password, &mut HashBudget::new(u32::MAX)).unwrap()
}

mod oid {
    use der::asn1::ObjectIdentifier;

    pub const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
    pub const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
    pub const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
    pub const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
    pub const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
    pub const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
    pub const SAFE_CONTENTS_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");
    pub const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
}

//! The publisher's certificate with its private key: with it the library shows, when it signs in,
//! for whom it speaks.

mod certificate;
mod ec_key;
mod pkcs12;
mod reading;
mod source;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::ring::sign::any_supported_type;
use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::CertificateDer;

use crate::encoding::pem::SecretKey;
use crate::outcome::{Outcome, Result};
pub use certificate::CertificateInfo;
pub use reading::CredentialNames;
pub use source::{CredentialSource, Credentials, Refresh};

/// Its end is reported so long before: getting another takes people, and days.
const SOON: Duration = Duration::from_secs(30 * 24 * 3_600);

/// How often a key and a certificate are tried with each other, which takes 0.1 ms.
const MOST_ATTEMPTS: u32 = 1_000;

/// A certificate that fits its key, with the certificates that vouch for it.
#[derive(Clone)]
pub struct Credential(Arc<Parts>);

struct Parts {
    /// The certificate itself first, then each one's issuer.
    chain: Vec<CertificateDer<'static>>,
    key: SecretKey,
    valid_from: SystemTime,
    valid_until: SystemTime,
}

/// Whether a certificate can be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    Valid,
    NotYetValid {
        from: SystemTime,
    },
    Expired {
        since: SystemTime,
    },
    /// Still valid.
    ExpiresSoon {
        at: SystemTime,
    },
}

/// What a source holds, in its order.
#[derive(Default)]
struct Contents {
    certificates: Vec<CertificateDer<'static>>,
    keys: Vec<SecretKey>,
    /// Certificates from beside the key: issuers, never the publisher's own.
    issuers: Vec<CertificateDer<'static>>,
}

/// Why contents make no credential.
enum Misfit {
    NoCertificate,
    NoKey,
    /// This certificate, counted from 0, cannot be understood.
    Certificate(usize),
    /// The certificate of the key, counted from 0, is of X.509 version 1.
    Version1(usize),
    /// None of the keys can be used.
    Key,
    /// The key belongs to none of the certificates.
    Pair,
}

impl Credential {
    /// Finds the certificate that the key belongs to, and puts its issuers into order.
    fn new(contents: Contents) -> std::result::Result<Self, Misfit> {
        let Contents { mut certificates, keys, issuers } = contents;
        if certificates.is_empty() {
            return Err(Misfit::NoCertificate);
        }
        if keys.is_empty() {
            return Err(Misfit::NoKey);
        }
        let own = certificates.len();
        certificates.extend(issuers);
        let mut infos = Vec::with_capacity(certificates.len());
        for (index, certificate) in certificates.iter().enumerate() {
            infos.push(CertificateInfo::read(certificate).map_err(|_| Misfit::Certificate(index))?);
        }
        let mut misfit = Misfit::Key;
        let mut attempts = 0..MOST_ATTEMPTS;
        for key in keys {
            let (key, signing) = match usable(key, &infos[..own], &mut attempts) {
                Ok(usable) => usable,
                Err(Misfit::Pair) => {
                    misfit = Misfit::Pair;
                    continue;
                }
                Err(_) => continue,
            };
            let public = signing.public_key();
            let is_of_key = |info: &CertificateInfo<'_>| public.as_ref().is_some_and(|key| **key == *info.public_key);
            let Some(leaf) = infos[..own].iter().position(is_of_key) else {
                misfit = Misfit::Pair;
                continue;
            };
            let chain: Vec<_> =
                certificate::chain(&infos, leaf).into_iter().map(|index| certificates[index].clone()).collect();
            if infos[leaf].is_version_1 {
                return Err(Misfit::Version1(leaf));
            }
            // What TLS will check again, when it is too late for a good message.
            CertifiedKey::new(chain.clone(), signing).keys_match().map_err(|_| Misfit::Certificate(leaf))?;
            let CertificateInfo { valid_from, valid_until, .. } = infos[leaf];
            return Ok(Credential(Arc::new(Parts { chain, key, valid_from, valid_until })));
        }
        Err(misfit)
    }

    /// For the TLS of connections on which to sign in.
    pub fn client_certificate(&self) -> Result<Arc<CertifiedKey>> {
        let key = any_supported_type(&self.0.key)
            .map_err(|_| Outcome::internal("A private key could be read once, and not again. Please report this."))?;
        Ok(Arc::new(CertifiedKey::new(self.0.chain.clone(), key)))
    }

    /// Whether it can be used when the service's clock shows `now`.
    pub fn validity(&self, now: SystemTime) -> Validity {
        let Parts { valid_from, valid_until, .. } = *self.0;
        if now < valid_from {
            Validity::NotYetValid { from: valid_from }
        } else if now > valid_until {
            Validity::Expired { since: valid_until }
        } else if valid_until.duration_since(now).is_ok_and(|left| left <= SOON) {
            Validity::ExpiresSoon { at: valid_until }
        } else {
            Validity::Valid
        }
    }

    /// Whose certificate it is, for people to read.
    pub fn subject_name(&self) -> String {
        let certificate = self.0.chain.first();
        let name = certificate.and_then(|own| CertificateInfo::read(own).ok()?.subject_name());
        name.unwrap_or_else(|| "without a name".to_owned())
    }

    /// When the certificate itself expires.
    pub fn expires_at(&self) -> SystemTime {
        self.0.valid_until
    }

    /// Whether the certificate stands alone, without those that issued it: a server that does not happen to have
    /// them cannot check it.
    pub fn lacks_issuers(&self) -> bool {
        let [only] = self.0.chain.as_slice() else { return false };
        CertificateInfo::read(only).is_ok_and(|info| !info.is_self_issued())
    }

    /// Whether both have the same certificates.
    pub fn is_same(&self, other: &Credential) -> bool {
        self.0.chain == other.0.chain
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("valid_from", &self.0.valid_from)
            .field("valid_until", &self.0.valid_until)
            .finish_non_exhaustive()
    }
}

/// The key as it is, or with the public part that it lacks.
fn usable(
    key: SecretKey,
    certificates: &[CertificateInfo<'_>],
    attempts: &mut Range<u32>,
) -> std::result::Result<(SecretKey, Arc<dyn SigningKey>), Misfit> {
    if let Ok(signing) = any_supported_type(&key) {
        return Ok((key, signing));
    }
    let mut misfit = Misfit::Key;
    for (certificate, _) in certificates.iter().zip(attempts) {
        let Ok(key) = ec_key::with_public_part(&key, certificate.public_key) else { continue };
        misfit = Misfit::Pair;
        if let Ok(signing) = any_supported_type(&key) {
            return Ok((key, signing));
        }
    }
    Err(misfit)
}

#[cfg(test)]
mod tests;

//! Certificates and keys in PEM text.

use rustls_pki_types::pem::{Error, PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::Contents;

const MARK: &[u8] = b"-----BEGIN ";

/// Whether bytes look like PEM; anything else is binary.
pub fn is_pem(bytes: &[u8]) -> bool {
    contains(bytes, MARK)
}

/// Whether there is a key that only a password opens.
pub fn has_encrypted_key(bytes: &[u8]) -> bool {
    contains(bytes, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") || contains(bytes, b"Proc-Type: 4,ENCRYPTED")
}

/// All certificates and keys. `Err`: the text breaks off, or is not base64.
pub fn read(pem: &[u8]) -> Result<Contents, Error> {
    let mut contents = Contents::default();
    for item in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
        let (kind, der) = item?;
        if kind == SectionKind::Certificate {
            contents.certificates.push(CertificateDer::from(der));
        } else if let Some(key) = PrivateKeyDer::from_pem(kind, der) {
            contents.keys.push(Zeroizing::new(key));
        }
    }
    Ok(contents)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

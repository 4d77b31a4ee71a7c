//! EC keys without their public part, as Java writes them. TLS needs that part; the certificate has it.

use der::Tag;
use der::asn1::ObjectIdentifier;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::encoding::ber::element;
use crate::encoding::der_reader::{DerReader, Malformed, Result};
use crate::encoding::pem::SecretKey;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const BIT_STRING: u8 = 0x03;
const PUBLIC_KEY: u8 = 0xa1;
const VERSION_0: &[u8] = &[0x02, 0x01, 0x00];
const VERSION_1: &[u8] = &[0x02, 0x01, 0x01];

/// The key in PKCS#8 with the public part of a certificate, whose `public_key` is its
/// SubjectPublicKeyInfo. Whether the two belong together is not looked at. An error where it is no
/// EC key of the same curve, or has a public part of its own.
pub fn with_public_part(key: &PrivateKeyDer<'_>, public_key: &[u8]) -> Result<SecretKey> {
    let mut info = DerReader::of(public_key)?;
    let algorithm = info.element()?;
    let curve = curve(algorithm)?;
    let point = info.bit_string()?;
    let private = match key {
        PrivateKeyDer::Pkcs8(key) => {
            let mut fields = DerReader::of(key.secret_pkcs8_der())?;
            fields.number()?;
            if self::curve(fields.element()?)? != curve {
                return Err(Malformed);
            }
            private_part(fields.content(Tag::OctetString)?, curve)?
        }
        PrivateKeyDer::Sec1(key) => private_part(key.secret_sec1_der(), curve)?,
        _ => return Err(Malformed),
    };
    // Both coordinates are as long as the private key, which some programs write without its zeros.
    let length = point.len() / 2;
    let private = &private[private.iter().take_while(|byte| **byte == 0).count()..];
    let mut padded = Zeroizing::new(vec![0; length]);
    padded.get_mut(length.wrapping_sub(private.len())..).ok_or(Malformed)?.copy_from_slice(private);
    let private = element(OCTET_STRING, &[&padded]);
    let public = element(PUBLIC_KEY, &[&element(BIT_STRING, &[&[0], point])]);
    let sec1 = element(SEQUENCE, &[VERSION_1, &private, &public]);
    let mut pkcs8 = element(SEQUENCE, &[VERSION_0, algorithm, &element(OCTET_STRING, &[&sec1])]);
    Ok(Zeroizing::new(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(std::mem::take(&mut *pkcs8)))))
}

fn curve(algorithm: &[u8]) -> Result<ObjectIdentifier> {
    let mut fields = DerReader::of(algorithm)?;
    if fields.object_identifier()? != EC_PUBLIC_KEY {
        return Err(Malformed);
    }
    fields.object_identifier()
}

/// Of an ECPrivateKey (RFC 5915) without a public part.
fn private_part(document: &[u8], curve: ObjectIdentifier) -> Result<&[u8]> {
    let mut fields = DerReader::of(document)?;
    fields.number()?;
    let private = fields.content(Tag::OctetString)?;
    let own_curve = fields.context_specific(0)?.map(|mut inner| inner.object_identifier()).transpose()?;
    if own_curve.is_some_and(|own| own != curve) || !fields.is_empty() {
        return Err(Malformed);
    }
    Ok(private)
}

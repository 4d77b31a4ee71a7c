//! Certificates and keys in a PKCS#12 file (RFC 7292), which is how Windows and partner portals hand
//! them out. Read here by hand: the crates that do it would make the library a quarter larger, or do not know PBES2.

use der::{Tag, TagNumber};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::Contents;
use super::decryption::{Closed, Password, mac_fits, open};
use crate::auth::fields::{Damaged, Fields};

const VERSION: u32 = 3;

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    PasswordMissing,
    PasswordWrong,
    Unsupported,
    Damaged,
}

impl From<Damaged> for Unread {
    fn from(_: Damaged) -> Self {
        Unread::Damaged
    }
}

/// Whether bytes begin as such a file does.
pub fn is_pkcs12(bytes: &[u8]) -> bool {
    Fields::of(bytes).and_then(|mut fields| fields.number()) == Ok(VERSION)
}

/// All certificates and keys.
pub fn read(file: &[u8], password: Option<&str>) -> Result<Contents, Unread> {
    let password = password.unwrap_or_default();
    let not_opened = if password.is_empty() { Unread::PasswordMissing } else { Unread::PasswordWrong };
    let mut candidates = vec![Password::new(password)];
    if password.is_empty() {
        candidates.push(Password::none());
    }

    let mut fields = Fields::of(file)?;
    fields.number()?;
    let mut safe = fields.sequence()?;
    let kind = safe.next(Tag::ObjectIdentifier)?;
    if kind != oid::DATA {
        return Err(Unread::Unsupported);
    }
    let safe = safe.numbered(0)?.ok_or(Damaged)?.next(Tag::OctetString)?;
    if fields.is_empty() {
        // Nothing tells whether a password is right but that it opens.
        return first_that_opens(safe, &candidates, not_opened);
    }
    let mac = fields.sequence()?;
    for password in &candidates {
        match mac_fits(&mac, safe, password) {
            Ok(true) => return open_all(safe, password).map_err(|closed| unread(closed, Unread::Damaged)),
            Ok(false) => {}
            Err(closed) => return Err(unread(closed, not_opened)),
        }
    }
    // A password that opens what it was checked against is right, and the file was changed.
    match first_that_opens(safe, &candidates, not_opened) {
        Ok(contents) if !contents.keys.is_empty() => Err(Unread::Damaged),
        _ => Err(not_opened),
    }
}

fn first_that_opens(safe: &[u8], candidates: &[Password], not_opened: Unread) -> Result<Contents, Unread> {
    let mut result = Err(not_opened);
    for password in candidates {
        result = open_all(safe, password).map_err(|closed| unread(closed, not_opened));
        if result.is_ok() {
            break;
        }
    }
    result
}

fn unread(closed: Closed, not_opened: Unread) -> Unread {
    match closed {
        Closed::Unsupported => Unread::Unsupported,
        Closed::NotOpened => not_opened,
        Closed::Damaged => Unread::Damaged,
    }
}

/// A safe is a sequence of parts, some of them encrypted, and these are sequences of bags.
fn open_all(safe: &[u8], password: &Password) -> Result<Contents, Closed> {
    let mut contents = Contents::default();
    let mut parts = Fields::of(safe)?;
    while !parts.is_empty() {
        let mut part = parts.sequence()?;
        let kind = part.next(Tag::ObjectIdentifier)?;
        let mut inner = part.numbered(0)?.ok_or(Damaged)?;
        match kind {
            oid::DATA => read_bags(inner.next(Tag::OctetString)?, password, &mut contents)?,
            oid::ENCRYPTED_DATA => {
                let mut fields = inner.sequence()?;
                fields.number()?;
                let mut sealed = fields.sequence()?;
                sealed.next(Tag::ObjectIdentifier)?;
                let algorithm = sealed.algorithm()?;
                let sealed = sealed.next(Tag::ContextSpecific { constructed: false, number: TagNumber(0) })?;
                read_bags(&open(algorithm, sealed, password)?, password, &mut contents)?;
            }
            _ => return Err(Closed::Unsupported),
        }
    }
    Ok(contents)
}

fn read_bags(bags: &[u8], password: &Password, contents: &mut Contents) -> Result<(), Closed> {
    let mut bags = Fields::of(bags)?;
    while !bags.is_empty() {
        let mut bag = bags.sequence()?;
        let kind = bag.next(Tag::ObjectIdentifier)?;
        let mut inner = bag.numbered(0)?.ok_or(Damaged)?;
        match kind {
            oid::KEY_BAG => contents.keys.push(key(inner.whole()?)),
            oid::SEALED_KEY_BAG => {
                let mut fields = inner.sequence()?;
                let algorithm = fields.algorithm()?;
                contents.keys.push(key(&open(algorithm, fields.next(Tag::OctetString)?, password)?));
            }
            oid::CERTIFICATE_BAG => {
                let mut fields = inner.sequence()?;
                if fields.next(Tag::ObjectIdentifier)? == oid::X509_CERTIFICATE {
                    let certificate = fields.numbered(0)?.ok_or(Damaged)?.next(Tag::OctetString)?;
                    contents.certificates.push(CertificateDer::from(certificate.to_vec()));
                }
            }
            // Revocation lists, and secrets of other programs.
            _ => {}
        }
    }
    Ok(())
}

fn key(pkcs8: &[u8]) -> super::SecretKey {
    Zeroizing::new(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.to_vec())))
}

/// Contents of object identifiers.
mod oid {
    pub const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    pub const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
    pub const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x01];
    pub const SEALED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02];
    pub const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x03];
    pub const X509_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];
}

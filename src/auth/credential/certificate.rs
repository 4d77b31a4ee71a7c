//! What is to be known of an X.509 certificate (RFC 5280): until when it is valid, whose key it is
//! for, and who issued it.

use std::time::SystemTime;

use der::asn1::{GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode as _, Tag};

use crate::encoding::der_reader::{DerReader, Malformed, Result, context_specific};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// What is shown of a name, in characters: as much as RFC 5280 allows it.
const MAX_NAME_LENGTH: usize = 64;

#[derive(Clone, Copy)]
pub struct CertificateInfo<'a> {
    pub valid_from: SystemTime,
    pub valid_until: SystemTime,
    /// With its algorithm, as DER.
    pub public_key: &'a [u8],
    /// X.509 version 1, which TLS libraries refuse.
    pub is_version_1: bool,
    subject: &'a [u8],
    issuer: &'a [u8],
}

impl<'a> CertificateInfo<'a> {
    pub fn read(certificate: &'a [u8]) -> Result<Self> {
        let mut fields = DerReader::of(certificate)?.sequence()?;
        // The version is left out of those of version 1.
        let is_version_1 = fields.optional(context_specific(0))?.is_none();
        let _serial_number = fields.content(Tag::Integer)?;
        let _signature_algorithm = fields.sequence()?;
        let issuer = fields.element()?;
        let mut validity = fields.sequence()?;
        let (valid_from, valid_until) = (time(&mut validity)?, time(&mut validity)?);
        let subject = fields.element()?;
        Ok(CertificateInfo { valid_from, valid_until, public_key: fields.element()?, is_version_1, subject, issuer })
    }

    /// The common name of its subject, for people to read; another of its names where it has none.
    pub fn subject_name(&self) -> Option<String> {
        let mut sets = DerReader::of(self.subject).ok()?;
        let mut first = None;
        while let Ok(set) = sets.content(Tag::Set) {
            let Ok((kind, name)) = attribute(set) else { continue };
            if kind == COMMON_NAME {
                return Some(name);
            }
            first = first.or(Some(name));
        }
        first
    }

    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

/// The first attribute of a part of a name.
fn attribute(set: &[u8]) -> Result<(ObjectIdentifier, String)> {
    let mut fields = DerReader::of(set)?;
    let kind = fields.object_identifier()?;
    for tag in [Tag::Utf8String, Tag::PrintableString, Tag::Ia5String, Tag::TeletexString] {
        if let Some(text) = fields.optional(tag)? {
            let readable = String::from_utf8_lossy(text);
            return Ok((kind, readable.chars().filter(|c| !c.is_control()).take(MAX_NAME_LENGTH).collect()));
        }
    }
    Err(Malformed)
}

/// The indices of a certificate and of those that lead from it to its authority, as far as they are
/// there. Certificates that have nothing to do with it are left out.
pub fn chain(certificates: &[CertificateInfo<'_>], leaf: usize) -> Vec<usize> {
    let mut chain = vec![leaf];
    let mut is_used = vec![false; certificates.len()];
    let mut last = leaf;
    loop {
        is_used[last] = true;
        let CertificateInfo { issuer, .. } = certificates[last];
        if certificates[last].is_self_issued() {
            return chain;
        }
        let next = (0..certificates.len()).find(|index| !is_used[*index] && certificates[*index].subject == issuer);
        let Some(next) = next else { return chain };
        chain.push(next);
        last = next;
    }
}

/// Two digits for years up to 2049, four beyond.
fn time(fields: &mut DerReader<'_>) -> Result<SystemTime> {
    let is_short = fields.next_is(Tag::UtcTime);
    let field = fields.element()?;
    let time = if is_short {
        UtcTime::from_der(field).map(|time| time.to_system_time())
    } else {
        GeneralizedTime::from_der(field).map(|time| time.to_system_time())
    };
    time.map_err(|_| Malformed)
}

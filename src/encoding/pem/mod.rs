//! PEM text (RFC 7468) as people have it: joined without line breaks, indented, with marks and remarks
//! between the blocks. Each block is read, or refused with its number; none is passed over but those
//! that say nothing.
//!
//! `rustls_pki_types` has a reader too, but it passes over every block that it does not recognise.

mod label;
mod scanner;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::Tag;
use der::asn1::ObjectIdentifier;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::der_reader::{self, DerReader, Malformed};
use label::Content;
use scanner::{Boundary, Scanner};

pub type SecretKey = Zeroizing<PrivateKeyDer<'static>>;

/// A block that was read.
#[derive(Debug)]
pub struct Block {
    /// Counted from 1, with those that say nothing.
    pub number: usize,
    pub item: Item,
}

#[derive(Debug)]
pub enum Item {
    Certificate {
        der: CertificateDer<'static>,
        /// Not where OpenSSL's trust settings beside it exclude servers.
        for_servers: bool,
    },
    Key(SecretKey),
    /// Only a password opens it.
    EncryptedKey,
}

/// A block that cannot be used. Displayed, it is what follows the name of the field: "cannot be used:
/// block 2 has no END line; ...".
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub block: usize,
    pub fault: Fault,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// What is almost a BEGIN line.
    BeginLine,
    /// What is almost an END line.
    EndLine,
    NoBegin,
    NoEnd,
    /// The END line has another label.
    OtherEnd,
    /// `\n` stands where a line should end.
    WrittenLineBreaks,
    NotBase64,
    /// No certificate, or more than one.
    NotOneCertificate,
    /// Something else than a certificate or a key: what it is, and what to do.
    Foreign {
        what: &'static str,
        advice: &'static str,
    },
    /// With this label.
    Unknown(String),
}

impl Refusal {
    /// What is wrong, without what to do about it.
    pub fn what(&self) -> String {
        let what = match &self.fault {
            Fault::BeginLine => "does not begin with `-----BEGIN ...-----` as it must, in capitals",
            Fault::EndLine => "does not end with `-----END ...-----` as it must, in capitals",
            Fault::NoBegin => "has no BEGIN line",
            Fault::NoEnd => "has no END line",
            Fault::OtherEnd => "ends with another label than it begins with",
            Fault::WrittenLineBreaks => "has `\\n` written out where its lines should end",
            Fault::NotBase64 => "is damaged: it is not base64",
            Fault::NotOneCertificate => "is not one certificate in DER",
            Fault::Foreign { what, .. } => return format!("cannot be used: block {} is {what}", self.block),
            Fault::Unknown(label) => return format!("cannot be used: block {} is `{label}`", self.block),
        };
        format!("cannot be used: block {} {what}", self.block)
    }

    fn advice(&self) -> &'static str {
        match self.fault {
            Fault::Foreign { advice, .. } => advice,
            Fault::Unknown(_) => "expected certificates and keys",
            Fault::WrittenLineBreaks => "expected line breaks",
            Fault::NotOneCertificate => "expected X.509, and nothing after it",
            _ => "expected PEM, from BEGIN to END",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what(), self.advice())
    }
}

/// Whether there is the beginning or the end of a block, damaged or not.
pub fn is_pem(text: &[u8]) -> bool {
    Scanner::new(text).next(false).is_some()
}

/// All blocks, in their order.
pub fn read(text: &[u8]) -> Result<Vec<Block>, Refusal> {
    let mut blocks = Vec::new();
    let mut number = 0;
    let mut scanner = Scanner::new(text);
    while let Some(beginning) = scanner.next(false) {
        number += 1;
        match read_block(beginning, &mut scanner) {
            Ok(Some(item)) => blocks.push(Block { number, item }),
            Ok(None) => {}
            Err(fault) => return Err(Refusal { block: number, fault }),
        }
    }
    Ok(blocks)
}

/// `None` for a block that says nothing.
fn read_block(beginning: Boundary<'_>, scanner: &mut Scanner<'_>) -> Result<Option<Item>, Fault> {
    let label = match beginning {
        Boundary::Begin(label) => label,
        Boundary::AlmostBegin => return Err(Fault::BeginLine),
        Boundary::End(_) | Boundary::AlmostEnd => return Err(Fault::NoBegin),
    };
    let start = scanner.position();
    match scanner.next(true) {
        Some(Boundary::End(other)) if other == label => {}
        Some(Boundary::End(_)) => return Err(Fault::OtherEnd),
        Some(Boundary::AlmostEnd) => return Err(Fault::EndLine),
        Some(Boundary::Begin(_) | Boundary::AlmostBegin) | None => return Err(Fault::NoEnd),
    }
    let body = scanner.since(start);
    let key = |kind: fn(Vec<u8>) -> PrivateKeyDer<'static>| {
        let (headers, body) = split_headers(body);
        // RFC 1421, as OpenSSL wrote it: `Proc-Type: 4,ENCRYPTED`.
        if headers.windows(9).any(|word| word == b"ENCRYPTED") {
            return Ok(Some(Item::EncryptedKey));
        }
        let mut der = decode(body)?;
        Ok(Some(Item::Key(Zeroizing::new(kind(std::mem::take(&mut *der))))))
    };
    match label::content(label) {
        Some(Content::Certificate) => certificate(&decode(split_headers(body).1)?, false).map(Some),
        Some(Content::TrustedCertificate) => certificate(&decode(split_headers(body).1)?, true).map(Some),
        Some(Content::Pkcs8) => key(|der| PrivateKeyDer::Pkcs8(der.into())),
        Some(Content::Pkcs1) => key(|der| PrivateKeyDer::Pkcs1(der.into())),
        Some(Content::Sec1) => key(|der| PrivateKeyDer::Sec1(der.into())),
        Some(Content::EncryptedKey) => Ok(Some(Item::EncryptedKey)),
        Some(Content::Nothing) => Ok(None),
        Some(Content::Foreign { what, advice }) => Err(Fault::Foreign { what, advice }),
        None => Err(Fault::Unknown(label.escape_ascii().to_string())),
    }
}

/// Lines such as `Proc-Type: 4,ENCRYPTED` may stand above the base64, with an empty line after them.
fn split_headers(body: &[u8]) -> (&[u8], &[u8]) {
    let text = body.trim_ascii_start();
    let line_end = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut length = 0;
    for (index, line) in text.split(|byte| *byte == line_end).enumerate() {
        if index == 0 && !line.contains(&b':') {
            return (b"", body);
        }
        if line.trim_ascii().is_empty() {
            return text.split_at(length);
        }
        length += line.len() + 1;
    }
    (text, b"")
}

fn decode(body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    match decode_base64(body, &STANDARD) {
        Some(bytes) if !bytes.is_empty() => Ok(bytes),
        _ if body.windows(2).any(|pair| pair == b"\\n") => Err(Fault::WrittenLineBreaks),
        _ => Err(Fault::NotBase64),
    }
}

/// Base64 with white space anywhere in it.
pub(super) fn decode_base64(text: &[u8], engine: &impl Engine) -> Option<Zeroizing<Vec<u8>>> {
    // Of its final size: what grew would leave copies behind.
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    digits.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(digits.len())]);
    let length = engine.decode_slice(&*digits, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

fn certificate(document: &[u8], has_trust_settings: bool) -> Result<Item, Fault> {
    let read = || -> der_reader::Result<Item> {
        let mut elements = DerReader::new(document)?;
        if !elements.next_is(Tag::Sequence) {
            return Err(Malformed);
        }
        let der = CertificateDer::from(elements.element()?.to_vec());
        let for_servers = !has_trust_settings || elements.is_empty() || trusts_servers(elements.sequence()?)?;
        if elements.is_empty() { Ok(Item::Certificate { der, for_servers }) } else { Err(Malformed) }
    };
    read().map_err(|_| Fault::NotOneCertificate)
}

/// OpenSSL's X509_CERT_AUX, and what its `X509_check_trust` makes of it for servers.
fn trusts_servers(mut settings: DerReader<'_>) -> der_reader::Result<bool> {
    const SERVERS: [ObjectIdentifier; 2] = [
        ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"),
        // Any purpose.
        ObjectIdentifier::new_unwrap("2.5.29.37.0"),
    ];
    let has_servers = |mut purposes: DerReader<'_>| -> der_reader::Result<bool> {
        let mut found = false;
        while !purposes.is_empty() {
            found |= SERVERS.contains(&purposes.object_identifier()?);
        }
        Ok(found)
    };
    let trusted = if settings.next_is(Tag::Sequence) { Some(has_servers(settings.sequence()?)?) } else { None };
    let rejected = settings.context_specific(0)?.map(has_servers).transpose()?;
    Ok(trusted.unwrap_or(true) && !rejected.unwrap_or(false))
}

#[cfg(test)]
mod tests;

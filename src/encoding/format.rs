//! What a file is, by its bytes: the name of a file says little.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::ber::Header;
use super::pem;

/// What bytes are as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Pem,
    /// Perhaps cut short.
    Pkcs12,
    /// What is distinguished from the rest only in order to name it.
    Foreign(Foreign),
    /// Base64 text of this, without the lines that PEM has around it.
    Base64(&'static str),
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    what: &'static str,
    /// What turns it into something that is read, if anything does.
    conversion: Option<&'static str>,
}

const fn foreign(what: &'static str, conversion: &'static str) -> Foreign {
    Foreign { what, conversion: Some(conversion) }
}

const EMPTY: Foreign = Foreign { what: "empty", conversion: None };
const SSH_PUBLIC_KEY: Foreign = Foreign { what: "an SSH public key", conversion: None };
const OTHER_DER: Foreign =
    Foreign { what: "a binary structure (DER) that is neither a certificate nor a key", conversion: None };
const UTF16: Foreign = foreign("text in UTF-16", "iconv -f UTF-16 -t UTF-8 in.pem > out.pem");
const CERTIFICATE: Foreign =
    foreign("a binary certificate (DER)", "openssl x509 -inform DER -in certificate.cer -out certificate.pem");
const KEY: Foreign = foreign("a binary private key (DER)", "openssl pkey -inform DER -in key.der -out key.pem");
const PKCS12: Foreign = foreign("a PKCS#12 file (.p12, .pfx)", "openssl pkcs12 -in file.p12 -nodes -out file.pem");
const PKCS7: Foreign = foreign(
    "a PKCS#7 file (.p7b), which has certificates only",
    "openssl pkcs7 -inform DER -in file.p7b -print_certs -out file.pem",
);
const JAVA_KEYSTORE: Foreign = foreign(
    "a Java keystore (JKS)",
    "keytool -importkeystore -srckeystore file.jks -destkeystore file.p12 -deststoretype PKCS12",
);
const PUTTY_KEY: Foreign = foreign("a private key of PuTTY (.ppk)", "puttygen key.ppk -O private-openssh -o key.pem");

impl Format {
    pub fn of(bytes: &[u8]) -> Self {
        named(bytes).or_else(|| base64_of(bytes).map(Format::Base64)).unwrap_or(Format::Unknown)
    }

    /// The refusal of what is not `expected`, to follow the name of the field.
    pub fn refusal(self, expected: &str) -> String {
        let (what, conversion) = match self {
            Format::Unknown => return format!("is in no format that is known; expected {expected}"),
            Format::Base64(what) => {
                return format!("is base64 text of {what}; expected {expected} (decode it: `base64 -d in.txt > out`)");
            }
            Format::Pem => ("PEM", None),
            Format::Pkcs12 => (PKCS12.what, PKCS12.conversion),
            Format::Foreign(Foreign { what, conversion }) => (what, conversion),
        };
        match conversion {
            Some(command) => format!("is {what}; expected {expected} (`{command}` converts it)"),
            None => format!("is {what}; expected {expected}"),
        }
    }
}

fn named(bytes: &[u8]) -> Option<Format> {
    let text = without_mark(bytes).trim_ascii();
    if text.is_empty() {
        return Some(Format::Foreign(EMPTY));
    }
    if let Some(format) = der(bytes) {
        return Some(format);
    }
    let foreign = if is_utf16(bytes) {
        UTF16
    } else if starts_with_one_of(bytes, &[b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"]) {
        JAVA_KEYSTORE
    } else if text.starts_with(b"PuTTY-User-Key-File-") {
        PUTTY_KEY
    } else if starts_with_one_of(text, &[b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"---- BEGIN SSH2 PUBLIC KEY"]) {
        SSH_PUBLIC_KEY
    } else if pem::is_pem(bytes) {
        return Some(Format::Pem);
    } else {
        return None;
    };
    Some(Format::Foreign(foreign))
}

fn starts_with_one_of(bytes: &[u8], beginnings: &[&[u8]]) -> bool {
    beginnings.iter().any(|beginning| bytes.starts_with(beginning))
}

/// Without the byte-order mark that some editors put before UTF-8.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// With a byte-order mark, or PEM without one.
fn is_utf16(bytes: &[u8]) -> bool {
    starts_with_one_of(bytes, &[b"\xff\xfe", b"\xfe\xff"]) || bytes.windows(9).any(|window| window == b"B\0E\0G\0I\0N")
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// Around the version of a certificate.
const VERSION: u8 = 0xa0;

/// Beginnings of object identifiers: of the content types of PKCS#7, and of the two families of
/// schemes that encrypt a key with a password.
const CONTENT_TYPES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
const KEY_ENCRYPTION: [&[u8]; 2] =
    [&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05], &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c]];

/// By the outline alone: what is cut short is still what it was.
fn der(bytes: &[u8]) -> Option<Format> {
    let document = inside(bytes, SEQUENCE)?;
    if let Some(rest) = after(document, INTEGER) {
        let algorithm = inside(rest, SEQUENCE).and_then(|first| inside(first, OBJECT_IDENTIFIER));
        let is_key = algorithm.is_some() || inside(rest, INTEGER).is_some() || inside(rest, OCTET_STRING).is_some();
        return match document {
            [_, 1, 3, ..] if algorithm.is_some_and(|id| id.starts_with(CONTENT_TYPES)) => Some(Format::Pkcs12),
            [_, 1, 0 | 1, ..] if is_key => Some(Format::Foreign(KEY)),
            _ => None,
        };
    }
    if let Some(id) = inside(document, OBJECT_IDENTIFIER) {
        return id.starts_with(CONTENT_TYPES).then_some(Format::Foreign(PKCS7));
    }
    let first = inside(document, SEQUENCE)?;
    let foreign = match inside(first, OBJECT_IDENTIFIER) {
        _ if first.first() == Some(&VERSION) => CERTIFICATE,
        Some(id) if starts_with_one_of(id, &KEY_ENCRYPTION) => KEY,
        None if inside(first, INTEGER).is_none() => return None,
        _ => OTHER_DER,
    };
    Some(Format::Foreign(foreign))
}

/// What begins inside the first element, if it has this tag.
fn inside(elements: &[u8], tag: u8) -> Option<&[u8]> {
    let header = Header::read(elements).ok()?;
    (header.tag == tag).then_some(header.rest)
}

/// What follows the first element, if it has this tag.
fn after(elements: &[u8], tag: u8) -> Option<&[u8]> {
    let header = Header::read(elements).ok()?;
    header.rest.get(header.length?..).filter(|_| header.tag == tag)
}

/// What base64 text is that has nothing around it; `None` where it is no such text, or of nothing known.
fn base64_of(text: &[u8]) -> Option<&'static str> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte) || byte.is_ascii_whitespace();
    let text = without_mark(text);
    if !text.iter().copied().all(is_base64) {
        return None;
    }
    match named(&pem::decode_base64(text, &LENIENT)?)? {
        Format::Pem => Some("PEM"),
        Format::Pkcs12 => Some(PKCS12.what),
        Format::Foreign(EMPTY) => None,
        Format::Foreign(foreign) => Some(foreign.what),
        Format::Base64(_) | Format::Unknown => None,
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;

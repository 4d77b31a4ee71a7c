//! PKCS#12 files as other programs than OpenSSL write them, made of OpenSSL's.

use ring::hmac;

use crate::auth::credential::pkcs12::{Password, mac_key_for_tests};
use crate::encoding::ber::Header;

const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
const EXPLICIT_0: u8 = 0xa0;
const DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const SAFE_CONTENTS_BAG: &[u8] = &[0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x06];

pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..0x80 => vec![tag, length[1]],
        0x80..0x100 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [header, content].concat()
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

/// The elements in DER, with their tags and contents.
fn elements(mut der: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let header = Header::read(der).unwrap();
        let (content, rest) = header.rest.split_at(header.length.unwrap());
        found.push((header.tag, content));
        der = rest;
    }
    found
}

/// All lengths indefinite, and all strings of octets in small parts.
pub fn indefinite(der: &[u8]) -> Vec<u8> {
    let with_end = |tag: u8, content: Vec<u8>| [&[tag, 0x80][..], &content, &[0, 0]].concat();
    let parts = |content: &[u8]| content.chunks(300).flat_map(|part| element(OCTET_STRING, &[part])).collect();
    let one = |(tag, content): (u8, &[u8])| match tag {
        OCTET_STRING => with_end(0x24, parts(content)),
        // Implicit, as around what is encrypted.
        0x80 => with_end(EXPLICIT_0, parts(content)),
        _ if tag & 0x20 != 0 => with_end(tag, indefinite(content)),
        _ => element(tag, &[content]),
    };
    elements(der).into_iter().flat_map(one).collect()
}

/// A PKCS#12 file taken apart.
pub struct Pfx {
    /// The content of its AuthenticatedSafe.
    pub content: Vec<u8>,
    pub mac_data: Vec<u8>,
}

impl Pfx {
    pub fn of(der: &[u8]) -> Self {
        let [(_, pfx)] = elements(der)[..] else { panic!("one element") };
        let fields = elements(pfx);
        let safe = elements(fields[1].1);
        let [(OCTET_STRING, content)] = elements(safe[1].1)[..] else { panic!("octets") };
        let mac_data = fields.get(2).map(|(tag, content)| element(*tag, &[content])).unwrap_or_default();
        Pfx { content: content.to_vec(), mac_data }
    }

    pub fn to_der(&self) -> Vec<u8> {
        let safe = data(&self.content);
        sequence(&[&[0x02, 0x01, 0x03], &safe, &self.mac_data])
    }

    /// Changes each SafeContents that is not encrypted.
    pub fn map_safe_contents(&mut self, change: impl Fn(&[u8]) -> Vec<u8>) {
        let [(SEQUENCE, parts)] = elements(&self.content)[..] else { panic!("a sequence") };
        let parts: Vec<Vec<u8>> = elements(parts)
            .into_iter()
            .map(|(tag, part)| {
                if !part.starts_with(DATA) {
                    return element(tag, &[part]);
                }
                let [(OCTET_STRING, content)] = elements(elements(part)[1].1)[..] else { panic!("octets") };
                data(&change(content))
            })
            .collect();
        self.content = sequence(&[&parts.concat()]);
    }
}

/// With SHA-256, an iteration, and no password at all where there is none.
pub fn mac_data(content: &[u8], password: Option<&str>) -> Vec<u8> {
    let password = password.map_or_else(Password::none, Password::new);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &mac_key_for_tests(&password, b"saltsalt"));
    let code = hmac::sign(&key, content);
    let sha256 = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];
    let info = sequence(&[&sequence(&[&sha256]), &element(OCTET_STRING, &[code.as_ref()])]);
    sequence(&[&info, &element(OCTET_STRING, &[b"saltsalt"])])
}

fn data(content: &[u8]) -> Vec<u8> {
    sequence(&[DATA, &element(EXPLICIT_0, &[&element(OCTET_STRING, &[content])])])
}

/// A SafeContents with all bags of another in one bag.
pub fn nested(safe_contents: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[SAFE_CONTENTS_BAG, &element(EXPLICIT_0, &[safe_contents])])])
}

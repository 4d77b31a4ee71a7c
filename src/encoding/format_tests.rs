use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const PBES2: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, content.len() as u8][..], &content].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts)
}

fn integer(value: u8) -> Vec<u8> {
    element(0x02, &[&[value]])
}

fn utf16(text: &str, mark: bool, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";

#[test]
fn formats_are_recognised_by_their_bytes() {
    let octets = element(0x04, &[b"x"]);
    let pkcs12 = sequence(&[&integer(3), &sequence(&[DATA])]);
    let certificate = sequence(&[&sequence(&[&element(0xa0, &[&integer(2)]), &integer(7)])]);
    let indefinite = [&[0x30, 0x80, 2, 1, 3, 0x30, 0x80][..], DATA].concat();
    for (bytes, expected) in [
        (&b""[..], Format::Foreign(EMPTY)),
        (b" \r\n\t", Format::Foreign(EMPTY)),
        (b"\xef\xbb\xbf\n", Format::Foreign(EMPTY)),
        (PEM.as_bytes(), Format::Pem),
        (b"\xef\xbb\xbf-----begin certificate-----", Format::Pem),
        (b"0\x80 -----BEGIN CERTIFICATE-----", Format::Pem),
        (b"-----END CERTIFICATE-----", Format::Pem),
        (&utf16(PEM, true, u16::to_le_bytes), Format::Foreign(UTF16)),
        (&utf16(PEM, true, u16::to_be_bytes), Format::Foreign(UTF16)),
        (&utf16(PEM, false, u16::to_le_bytes), Format::Foreign(UTF16)),
        (&utf16(PEM, false, u16::to_be_bytes), Format::Foreign(UTF16)),
        (&utf16("x", true, u16::to_le_bytes), Format::Foreign(UTF16)),
        (&pkcs12, Format::Pkcs12),
        (&pkcs12[..17], Format::Pkcs12),
        (&indefinite, Format::Pkcs12),
        (&sequence(&[&integer(3), &sequence(&[SIGNED_DATA])]), Format::Pkcs12),
        (&sequence(&[&integer(3), &sequence(&[RSA])]), Format::Unknown),
        (&sequence(&[&integer(4), &sequence(&[DATA])]), Format::Unknown),
        (&sequence(&[SIGNED_DATA]), Format::Foreign(PKCS7)),
        (&sequence(&[RSA]), Format::Unknown),
        (&certificate, Format::Foreign(CERTIFICATE)),
        (&certificate[..8], Format::Foreign(CERTIFICATE)),
        // A certificate of version 1 or a request; a public key.
        (&sequence(&[&sequence(&[&integer(0)])]), Format::Foreign(OTHER_DER)),
        (&sequence(&[&sequence(&[RSA])]), Format::Foreign(OTHER_DER)),
        (&sequence(&[&sequence(&[&octets])]), Format::Unknown),
        // PKCS#8, PKCS#1, SEC1, encrypted PKCS#8.
        (&sequence(&[&integer(0), &sequence(&[RSA])]), Format::Foreign(KEY)),
        (&sequence(&[&integer(0), &integer(5)]), Format::Foreign(KEY)),
        (&sequence(&[&integer(1), &octets]), Format::Foreign(KEY)),
        (&sequence(&[&integer(2), &octets]), Format::Unknown),
        (&sequence(&[&integer(0), &sequence(&[&octets])]), Format::Unknown),
        (&sequence(&[&sequence(&[PBES2])]), Format::Foreign(KEY)),
        (b"\xfe\xed\xfe\xed\0\0\0\x02", Format::Foreign(JAVA_KEYSTORE)),
        (b"\xce\xce\xce\xce\0\0\0\x02", Format::Foreign(JAVA_KEYSTORE)),
        (b"PuTTY-User-Key-File-3: ssh-rsa\n", Format::Foreign(PUTTY_KEY)),
        (b"ssh-ed25519 AAAAC3 me@host\n", Format::Foreign(SSH_PUBLIC_KEY)),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\n", Format::Foreign(SSH_PUBLIC_KEY)),
        (b"some text", Format::Unknown),
        (b"sometext", Format::Unknown),
        (b"00000000000000000000000000000000000000000000000000000000000000000", Format::Unknown),
        (&[0x30], Format::Unknown),
        (&[0x00; 64], Format::Unknown),
        (STANDARD.encode(&pkcs12).as_bytes(), Format::Base64(PKCS12.what)),
        (format!("\u{feff}{}", STANDARD.encode(&pkcs12)).as_bytes(), Format::Base64(PKCS12.what)),
        (STANDARD.encode(&certificate).trim_end_matches('=').as_bytes(), Format::Base64(CERTIFICATE.what)),
        (STANDARD.encode(PEM).replace("Q", "\r\nQ").as_bytes(), Format::Base64("PEM")),
        (STANDARD.encode(b"some text").as_bytes(), Format::Unknown),
        (STANDARD.encode(b"   ").as_bytes(), Format::Unknown),
    ] {
        assert_eq!(Format::of(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn refusals_say_what_to_do() {
    for (format, expected) in [
        (Format::Foreign(EMPTY), "is empty; expected PEM"),
        (Format::Foreign(CERTIFICATE), "is a binary certificate (DER); expected PEM (`openssl x509 -inform DER"),
        (Format::Pkcs12, "is a PKCS#12 file (.p12, .pfx); expected PEM (`openssl pkcs12 -in file.p12 -nodes"),
        (Format::Base64(PKCS7.what), "is base64 text of a PKCS#7 file (.p7b)"),
        (Format::Unknown, "is in no format that is known; expected PEM"),
    ] {
        let refusal = format.refusal("PEM");
        assert!(refusal.starts_with(expected), "{refusal}");
    }
}

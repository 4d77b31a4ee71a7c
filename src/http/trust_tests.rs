use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn folder(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.ancestors().nth(3).unwrap().join("tmp").join("mpa-trust").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Two authorities, and the key of the second.
struct Authorities {
    one: String,
    two: String,
    key: String,
    der: Vec<u8>,
}

fn authorities() -> Authorities {
    let make = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (one, two) = (make(), make());
    let key = two.signing_key.serialize_pem();
    Authorities { one: one.cert.pem(), two: two.cert.pem(), key, der: one.cert.der().to_vec() }
}

fn read(name: &str, content: &[u8]) -> std::result::Result<usize, String> {
    let path = folder(name).join("ca.pem");
    fs::write(&path, content).unwrap();
    let read = read_certificates(path.to_str().unwrap());
    read.map(|certificates| certificates.len()).map_err(|error| error.to_string())
}

#[test]
fn every_certificate_of_a_file_is_trusted() {
    let Authorities { one, two, .. } = authorities();
    let joined = one.trim_end().to_owned() + &two;
    for text in [
        one.clone() + &two,
        joined.clone(),
        joined.replace('\n', "\r\n"),
        format!("{one}\u{feff}{two}"),
        format!("# Our own\n{one}\n# The other's: -----BEGIN CERTIFICATE-----\n{two}"),
        (one.clone() + &two).lines().map(|line| format!("  {line}\n")).collect(),
        (one.clone() + &two).replace("CERTIFICATE", "X509 CERTIFICATE"),
        (one.clone() + &two).replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        (one.clone() + &two).replace("-----\n", "-----\t\n"),
    ] {
        assert_eq!(read("good", text.as_bytes()), Ok(2), "{text}");
    }
}

#[test]
fn what_is_no_authority_is_named() {
    let Authorities { one, two, key, der } = authorities();
    // Trust settings: rejected for servers.
    let rejected = [&der[..], &[0x30, 12, 0xa0, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]].concat();
    let label = "TRUSTED CERTIFICATE";
    let rejected = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(rejected));
    let cut = &two[..two.len() / 2];
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(one.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let no_certificate = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    for (content, expected) in [
        ((one.clone() + &key).into_bytes(), "cannot be used: block 2 is a private key; expected the certificates of"),
        (format!("{one}{cut}").into_bytes(), "cannot be used: block 2 has no END line;"),
        (format!("{one}{}", two.replace("BEGIN", "begin")).into_bytes(), "cannot be used: block 2 does not begin with"),
        (format!("{one}{rejected}").into_bytes(), "cannot be used: block 2 is a certificate with OpenSSL's setting"),
        (format!("{one}{no_certificate}").into_bytes(), "cannot be used: block 2 is a certificate that cannot be"),
        (two.replace("CERTIFICATE", "X509 CRL").into_bytes(), "cannot be used: block 1 is a certificate revocation"),
        (der, "is a binary certificate (DER); expected PEM certificates (`openssl x509 -inform DER"),
        (utf16, "is text in UTF-16; expected PEM certificates ("),
        (Vec::new(), "is empty; expected PEM certificates"),
        (b"none".to_vec(), "is in no format that is known; expected PEM certificates"),
        (b"-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n".to_vec(), "has no certificate;"),
        (vec![b'\n'; LARGEST_FILE + 1], "is larger than 4194304 bytes;"),
    ] {
        let message = read("bad", &content).unwrap_err();
        assert!(message.starts_with(expected) && !message.ends_with('.'), "{message}");
    }
    let directory = folder("bad");
    let message = read_certificates(directory.to_str().unwrap()).unwrap_err().to_string();
    assert_eq!(message, "is a directory; expected a regular file");
}

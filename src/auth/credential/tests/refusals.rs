//! Sources that are no good, and what is said about them.

use super::*;

/// Each message names the field, and shows nothing of a password or a key.
fn check(files: &Files, message: &str, beginning: &str, part: &str) {
    assert!(message.starts_with(beginning) && message.contains(part), "{message}");
    assert!(message.ends_with('.') && message.contains(';'), "{message}");
    let key = files.text("leaf.key");
    let secret = &key.lines().nth(1).unwrap()[..12];
    assert!(!message.contains(PASSWORD) && !message.contains(secret), "{message}");
}

/// Of OpenSSL 3.0: `x509 -req` without extensions. Later versions do not make such a certificate.
const VERSION_1: &str = include_str!("fixtures/version-1.pem");

const CERTIFICATE: &str = "config.certificate_path ";
const KEY: &str = "config.private_key_path ";

#[test]
fn files_that_are_not_what_they_should_be() {
    let Some(files) = Files::make("wrong-files") else { return };
    files.openssl(&["pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:wrong password", "-out", "sealed.key"]);
    files.openssl(&["ec", "-in", "leaf.key", "-aes256", "-passout", "pass:wrong password", "-out", "old-sealed.key"]);
    files.join("with-sealed.pem", &["chain.pem", "sealed.key"]);
    fs::write(files.path("v1.pem"), VERSION_1).unwrap();
    files.join("pair.pem", &["middle.pem", "leaf.key"]);
    let leaf = files.text("leaf.key");
    fs::write(files.path("half.key"), &leaf[..leaf.len() / 2]).unwrap();
    fs::write(files.path("scratched.key"), leaf.replacen("MIGH", "MIG!", 1)).unwrap();
    fs::write(files.path("bent.key"), leaf.replacen("MIGH", "MIGG", 1)).unwrap();
    fs::write(files.path("nonsense.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    files.join("second.pem", &["leaf.pem", "nonsense.pem"]);
    fs::write(files.path("large"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
    for (certificate, key, beginning, part) in [
        ("missing.pem", None, CERTIFICATE, "could not be read"),
        (".", None, CERTIFICATE, "is a directory; expected a regular file"),
        ("chain.pem", Some("missing.key"), KEY, "could not be read"),
        ("large", None, CERTIFICATE, "larger than 1048576 bytes"),
        ("leaf.key", None, CERTIFICATE, "has no certificate;"),
        (
            "chain.pem",
            None,
            CERTIFICATE,
            "has no private key beside its certificate; name the key in config.private_key",
        ),
        ("chain.pem", Some("middle.pem"), KEY, "has no private key;"),
        ("chain.pem", Some("sealed.key"), KEY, "block 1 is an encrypted private key"),
        ("chain.pem", Some("old-sealed.key"), KEY, "block 1 is an encrypted private key"),
        ("with-sealed.pem", None, CERTIFICATE, "block 3 is an encrypted private key"),
        ("chain.pem", Some("half.key"), KEY, "block 1 has no END line;"),
        ("chain.pem", Some("scratched.key"), KEY, "block 1 is damaged"),
        ("chain.pem", Some("bent.key"), KEY, "has a private key that cannot be used"),
        ("nonsense.pem", Some("leaf.key"), CERTIFICATE, "block 1 is not one certificate in DER"),
        ("second.pem", Some("leaf.key"), CERTIFICATE, "block 2 is not one certificate in DER"),
        ("chain.pem", Some("root.key"), KEY, "belongs to no certificate of config.certificate_path"),
        ("pair.pem", None, CERTIFICATE, "belongs to none of its certificates"),
        ("v1.pem", None, CERTIFICATE, "number 1 of 1, of X.509 version 1; expected version 3"),
    ] {
        let message = files.refusal(certificate, key, None);
        check(&files, &message, beginning, part);
    }
}

#[test]
fn texts_are_named_as_texts() {
    let Some(files) = Files::make("wrong-texts") else { return };
    let (chain, other_key) = (files.text("chain.pem"), files.text("root.key"));
    for (certificate, key, beginning) in [
        ("", None, "config.certificate_pem "),
        (&chain[..500], None, "config.certificate_pem "),
        (&chain, None, "config.certificate_pem "),
        (&chain, Some(""), "config.private_key_pem "),
        (&chain, Some(&other_key[..]), "config.private_key_pem "),
    ] {
        let outcome = texts(certificate, key).read(&TEXTS).unwrap_err();
        check(&files, &outcome.message, beginning, "");
    }
}

#[test]
fn nothing_printed_for_debugging_shows_a_secret() {
    let Some(files) = Files::make("debug") else { return };
    files.pkcs12("file.p12", PASSWORD, &[]);
    let credentials = Credentials::open(files.source("file.p12", None, Some(PASSWORD)), &FILES).unwrap();
    let printed = format!("{credentials:?}");
    assert!(!printed.contains(PASSWORD) && printed.contains("valid_until"), "{printed}");
    let key = files.text("leaf.key");
    let printed = format!("{:?}", texts(&files.text("chain.pem"), Some(&key)));
    assert_eq!(printed, "CredentialSource::Texts { .. }");
}

#[test]
fn a_refusal_has_the_callers_names() {
    let Some(files) = Files::make("names") else { return };
    let names = CredentialNames {
        certificate: "--certificate c",
        key: "--private-key k",
        password: "--password p",
        pkcs12: "--certificate",
        is_of_files: true,
    };
    files.openssl(&["pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:secret", "-out", "sealed.key"]);
    files.pkcs12("file.p12", PASSWORD, &[]);
    for (certificate, key, password, expected) in [
        ("missing.pem", None, None, "--certificate c could not be read"),
        ("chain.pem", Some("missing.key"), None, "--private-key k could not be read"),
        ("chain.pem", None, None, "name the key in --private-key k."),
        (
            "chain.pem",
            Some("root.key"),
            None,
            "--private-key k has a key that belongs to no certificate of --certificate c;",
        ),
        (
            "chain.pem",
            Some("sealed.key"),
            None,
            "name a PKCS#12 file in --certificate and its password in --password p.",
        ),
        ("file.p12", None, None, "needs a password; expected it in --password p."),
        (
            "file.p12",
            None,
            Some("other"),
            "--password p is the wrong password for the PKCS#12 file of --certificate c;",
        ),
    ] {
        let message = files.source(certificate, key, password).read(&names).unwrap_err().message;
        assert!(message.contains(expected) && !message.contains("config."), "{message}");
    }
}

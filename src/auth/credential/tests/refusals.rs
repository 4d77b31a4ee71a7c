//! Sources that are no good, and what is said about them.

use super::*;

/// Each message names the field, and shows nothing of a password or a key.
fn check(files: &Files, message: &str, beginning: &str, part: &str) {
    assert!(message.starts_with(beginning) && message.contains(part), "{message}");
    assert!(message.ends_with('.') && message.contains(';'), "{message}");
    let key = files.text("leaf.key");
    let secret = &key.lines().nth(1).unwrap()[..12];
    assert!(!message.contains(PASSWORD) && !message.contains(secret), "{message}");
    assert!(!message.contains("wrong password"), "{message}");
}

const CERTIFICATE: &str = "config.certificate_path ";
const KEY: &str = "config.private_key_path ";

#[test]
fn files_that_are_not_what_they_should_be() {
    let Some(files) = Files::make("wrong-files") else { return };
    files.openssl(&["x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.cer"]);
    files.openssl(&["pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:wrong password", "-out", "sealed.key"]);
    files.openssl(&["ec", "-in", "leaf.key", "-aes256", "-passout", "pass:wrong password", "-out", "old-sealed.key"]);
    files.join("with-sealed.pem", &["chain.pem", "sealed.key"]);
    files.join("pair.pem", &["middle.pem", "leaf.key"]);
    files.openssl(&["pkey", "-in", "leaf.key", "-pubout", "-out", "public.pem"]);
    let leaf = files.text("leaf.key");
    fs::write(files.path("half.key"), &leaf[..leaf.len() / 2]).unwrap();
    fs::write(files.path("scratched.key"), leaf.replacen("MIGH", "MIG!", 1)).unwrap();
    fs::write(files.path("bent.key"), leaf.replacen("MIGH", "MIGG", 1)).unwrap();
    fs::write(files.path("nonsense.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    files.join("second.pem", &["leaf.pem", "nonsense.pem"]);
    fs::write(files.path("empty"), "").unwrap();
    fs::write(files.path("large"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
    for (certificate, key, beginning, part) in [
        ("missing.pem", None, CERTIFICATE, "could not be read"),
        (".", None, CERTIFICATE, "could not be read"),
        ("chain.pem", Some("missing.key"), KEY, "could not be read"),
        ("large", None, CERTIFICATE, "larger than 1048576 bytes"),
        ("empty", None, CERTIFICATE, "neither PEM nor PKCS#12"),
        ("leaf.cer", None, CERTIFICATE, "openssl x509 -inform DER"),
        ("leaf.key", None, CERTIFICATE, "has no certificate"),
        (
            "chain.pem",
            None,
            CERTIFICATE,
            "has no private key beside its certificate; name the key in config.private_key",
        ),
        ("chain.pem", Some("middle.pem"), KEY, "has no private key"),
        ("chain.pem", Some("public.pem"), KEY, "has no private key"),
        ("chain.pem", Some("sealed.key"), KEY, "is encrypted"),
        ("chain.pem", Some("old-sealed.key"), KEY, "is encrypted"),
        ("with-sealed.pem", None, CERTIFICATE, "is encrypted"),
        ("chain.pem", Some("half.key"), KEY, "is damaged"),
        ("chain.pem", Some("scratched.key"), KEY, "is damaged"),
        ("chain.pem", Some("bent.key"), KEY, "has a private key that cannot be used"),
        ("nonsense.pem", Some("leaf.key"), CERTIFICATE, "number 1 of 1, that cannot be understood"),
        ("second.pem", Some("leaf.key"), CERTIFICATE, "number 2 of 2, that cannot be understood"),
        ("chain.pem", Some("root.key"), KEY, "belongs to no certificate of config.certificate_path"),
        ("pair.pem", None, CERTIFICATE, "belongs to none of its certificates"),
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
        let outcome = texts(certificate, key).read().unwrap_err();
        check(&files, &outcome.message, beginning, "");
    }
}

#[test]
fn pkcs12_that_stays_closed() {
    let Some(files) = Files::make("closed") else { return };
    for options in [&[][..], &["-legacy"], &["-nomac"], &["-keypbe", "NONE"]] {
        files.pkcs12("file.p12", PASSWORD, options);
        for password in [None, Some("")] {
            let message = files.refusal("file.p12", None, password);
            check(&files, &message, CERTIFICATE, "expected it in config.certificate_password");
        }
        let message = files.refusal("file.p12", None, Some("a wrong one"));
        check(&files, &message, "config.certificate_password ", "check the password");
    }
    files.pkcs12("scrypt.p12", PASSWORD, &["-macalg", "sha3-256"]);
    check(&files, &files.refusal("scrypt.p12", None, Some(PASSWORD)), CERTIFICATE, "not supported");
    files.pkcs12("camellia.p12", PASSWORD, &["-keypbe", "CAMELLIA-128-CBC"]);
    check(&files, &files.refusal("camellia.p12", None, Some(PASSWORD)), CERTIFICATE, "not supported");
    files.pkcs12("slow.p12", PASSWORD, &["-iter", "1000001", "-nomac"]);
    check(&files, &files.refusal("slow.p12", None, Some(PASSWORD)), CERTIFICATE, "not supported");
}

#[test]
fn pkcs12_that_is_damaged() {
    let Some(files) = Files::make("damaged") else { return };
    files.pkcs12("file.p12", PASSWORD, &[]);
    let good = fs::read(files.path("file.p12")).unwrap();
    fs::write(files.path("half.p12"), &good[..good.len() / 2]).unwrap();
    check(&files, &files.refusal("half.p12", None, Some(PASSWORD)), CERTIFICATE, "neither PEM nor PKCS#12");
    // Its code is in the last bytes: the password is right, and what it protects opens.
    let mut bent = good.clone();
    let code = bent.len() - 20;
    bent[code] ^= 1;
    fs::write(files.path("bent.p12"), &bent).unwrap();
    let message = files.refusal("bent.p12", None, Some(PASSWORD));
    assert!(!message.contains("certificate_password"), "{message}");
}

/// Whatever is changed in a file: it is refused or read, and nothing panics.
#[test]
fn no_byte_of_a_file_can_do_harm() {
    let Some(files) = Files::make("every-byte") else { return };
    files.pkcs12("file.p12", "", &["-iter", "1", "-nomac"]);
    files.openssl(&["x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.cer"]);
    let good = fs::read(files.path("file.p12")).unwrap();
    let certificate = fs::read(files.path("leaf.cer")).unwrap();
    for change in [0x00, 0x01, 0x30, 0x7f, 0x80, 0xff] {
        for index in 0..good.len() {
            let mut bent = good.clone();
            bent[index] = change;
            // A count of iterations could have become large: those are for another test.
            if pkcs12::is_pkcs12(&bent) && !has_large_numbers(&bent, &good) {
                let _ = pkcs12::read(&bent, Some("")).map(Credential::new);
            }
        }
        for index in 0..certificate.len() {
            let mut bent = certificate.clone();
            bent[index] = change;
            let _ = Facts::read(&bent);
        }
    }
    for length in 0..good.len() {
        assert!(pkcs12::read(&good[..length], Some("")).is_err());
    }
}

fn has_large_numbers(bent: &[u8], good: &[u8]) -> bool {
    let integers = |bytes: &[u8]| bytes.windows(2).filter(|pair| pair[0] == 2 && pair[1] <= 4).count();
    integers(bent) != integers(good)
}

#[test]
fn nothing_printed_for_debugging_shows_a_secret() {
    let Some(files) = Files::make("debug") else { return };
    files.pkcs12("file.p12", PASSWORD, &[]);
    let credentials = Credentials::open(files.source("file.p12", None, Some(PASSWORD))).unwrap();
    let printed = format!("{credentials:?}");
    assert!(!printed.contains(PASSWORD) && printed.contains("valid_until"), "{printed}");
    let key = files.text("leaf.key");
    let printed = format!("{:?}", texts(&files.text("chain.pem"), Some(&key)));
    assert_eq!(printed, "CredentialSource::Texts { .. }");
}

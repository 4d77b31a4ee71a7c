use std::fs;

use super::super::openssl;
use super::*;

/// Made with `openssl ecparam -name prime256v1 -genkey`, and turned into the other forms by it.
fn made_by_openssl(name: &str, arguments: &[&str]) -> Option<(std::path::PathBuf, String)> {
    let folder = openssl::folder(name)?;
    openssl::run(&folder, &["ecparam", "-name", "prime256v1", "-genkey", "-out", "key.pem"]);
    openssl::run(&folder, arguments);
    let text = fs::read_to_string(folder.join("out.pem")).unwrap();
    Some((folder, text))
}

fn refusal(pem: &str) -> String {
    let message = ProofKey::from_pem(pem).unwrap_err().to_string();
    assert!(message.contains("; expected the P-256 key") && !message.ends_with('.'), "{message}");
    message
}

#[test]
fn a_new_key_survives_its_pem() {
    let key = ProofKey::generate().unwrap();
    let again = ProofKey::from_pem(&key.to_pkcs8_pem()).unwrap();
    assert_eq!((key.x(), key.y()), (again.x(), again.y()));
    assert_eq!(key.to_pkcs8_pem(), again.to_pkcs8_pem());
    assert_ne!(key.x(), ProofKey::generate().unwrap().x());
}

#[test]
fn coordinates_are_the_point_in_base64url() {
    let key = ProofKey::generate().unwrap();
    for (text, bytes) in [(key.x(), &key.point()[1..33]), (key.y(), &key.point()[33..])] {
        assert_eq!(text.len(), 43);
        assert_eq!(URL_SAFE_NO_PAD.decode(text).unwrap(), bytes);
    }
}

#[test]
fn openssl_reads_the_pem() {
    let Some(folder) = openssl::folder("proof-key-read-by-openssl") else { return };
    let key = ProofKey::generate().unwrap();
    fs::write(folder.join("key.pem"), &*key.to_pkcs8_pem()).unwrap();
    openssl::run(&folder, &["pkey", "-in", "key.pem", "-check", "-noout"]);
    openssl::run(&folder, &["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der"]);
    let public = fs::read(folder.join("public.der")).unwrap();
    assert!(public.ends_with(key.point()));
}

#[test]
fn keys_of_openssl_are_read_in_both_forms() {
    let to_pkcs8 = ["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-out", "out.pem"];
    let Some((folder, pkcs8)) = made_by_openssl("proof-key-forms", &to_pkcs8) else { return };
    assert!(pkcs8.starts_with("-----BEGIN PRIVATE KEY-----"));
    // With its block of parameters before the key.
    let sec1 = fs::read_to_string(folder.join("key.pem")).unwrap();
    assert!(sec1.contains("BEGIN EC PARAMETERS") && sec1.contains("BEGIN EC PRIVATE KEY"));
    let keys = [
        pkcs8.clone(),
        sec1.clone(),
        sec1.replace("-----\n", "-----"),
        pkcs8.replace('\n', "\r\n"),
        pkcs8.replace('\n', " "),
        pkcs8.replace("-----\n", "-----\t\n"),
        format!("\u{feff}{pkcs8}"),
        format!("Key Attributes: <No Attributes>\n{pkcs8}"),
    ]
    .map(|pem| ProofKey::from_pem(&pem).unwrap());
    assert!(keys.iter().all(|key| key.x() == keys[0].x() && key.y() == keys[0].y()));
    assert_eq!(*keys[0].to_pkcs8_pem(), pkcs8, "byte by byte what OpenSSL writes");
}

#[test]
fn keys_of_other_kinds_are_refused() {
    for (arguments, part) in [
        (&["genrsa", "-out", "out.pem", "2048"][..], "of another kind"),
        (&["ecparam", "-name", "secp384r1", "-genkey", "-out", "out.pem"], "of another kind"),
        (&["genpkey", "-algorithm", "ed25519", "-out", "out.pem"], "of another kind"),
        (&["pkey", "-in", "key.pem", "-pubout", "-out", "out.pem"], "block 1 is a public key;"),
        (&["ec", "-in", "key.pem", "-no_public", "-out", "out.pem"], "without its public one"),
        (&["pkcs8", "-topk8", "-passout", "pass:x", "-in", "key.pem", "-out", "out.pem"], "block 1 is encrypted ("),
        (&["ec", "-aes128", "-passout", "pass:x", "-in", "key.pem", "-out", "out.pem"], "block 1 is encrypted ("),
    ] {
        let Some((_, pem)) = made_by_openssl("proof-key-others", arguments) else { return };
        let message = refusal(&pem);
        assert!(message.contains(part), "{arguments:?}: {message}");
    }
}

#[test]
fn what_is_no_key_is_refused_without_showing_it() {
    let good = ProofKey::generate().unwrap().to_pkcs8_pem();
    let secret = &good[30..60];
    let half = good.lines().take(2).collect::<Vec<_>>().join("\n");
    let long = good.repeat(100);
    let changed_at = |at: usize| {
        let other = if &good[at..at + 4] == "AAAA" { "BBBB" } else { "AAAA" };
        [&good[..at], other, &good[at + 4..]].concat()
    };
    let other_private = changed_at(84);
    let other_public = changed_at(150);
    let damaged = good.replace(&good[40..44], "!!!!");
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    for wrong in ["", "key.pem", &half, &long, &other_private, &other_public, &damaged, certificate] {
        let message = refusal(wrong);
        assert!(!message.contains(secret) && !message.contains("MIIB"), "{message}");
    }
    for (wrong, part) in [
        ("", "is empty; expected the P-256 key"),
        ("key.pem", "is in no format that is known; expected the P-256 key"),
        (&half, "block 1 has no END line; expected the P-256 key"),
        (&long, "is longer than 16384 bytes"),
        (certificate, "block 1 is not one certificate in DER"),
        ("-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n", "holds no key"),
        (&good.repeat(2), "block 2 is a second key"),
        (&good.replace("BEGIN", "Begin"), "block 1 does not begin with"),
        (&good.replace('\n', "\\n"), "block 1 has `\\n` written out"),
        (
            &good.lines().filter(|line| !line.starts_with('-')).collect::<String>(),
            "is base64 text of a binary private key",
        ),
    ] {
        let message = refusal(wrong);
        assert!(message.contains(part) && !message.contains(secret), "{message}");
    }
    assert!(refusal(&other_private).contains("damaged"));
    assert!(refusal(&other_public).contains("damaged"));
}

#[test]
fn nothing_printed_for_debugging_shows_the_key() {
    assert_eq!(format!("{:?}", ProofKey::generate().unwrap()), "ProofKey { .. }");
}

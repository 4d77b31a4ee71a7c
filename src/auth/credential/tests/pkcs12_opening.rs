//! PKCS#12 files: OpenSSL decides what can be read, and with which password.

use super::ber::{Pfx, indefinite, mac_data, nested};
use super::*;
use crate::auth::credential::pkcs12::{MOST_HASHES, Unread, read};

#[test]
fn every_encryption_opens() {
    let Some(files) = Files::make("pkcs12") else { return };
    let both = |scheme| ["-legacy", "-keypbe", scheme, "-certpbe", scheme];
    for options in [
        &[][..],
        &["-legacy"],
        &both("PBE-SHA1-3DES"),
        &both("PBE-SHA1-2DES"),
        &both("PBE-SHA1-RC2-40"),
        &both("PBE-SHA1-RC2-128"),
        &both("AES-128-CBC"),
        &both("AES-192-CBC"),
        &both("DES-EDE3-CBC"),
        &["-keypbe", "NONE", "-certpbe", "NONE"],
        &["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"],
        &["-keypbe", "NONE"],
        &["-macalg", "sha1"],
        &["-macalg", "sha384"],
        &["-macalg", "sha512", "-iter", "100000"],
        &["-nomac"],
        &["-nomaciter", "-noiter"],
        &["-name", "a friendly name"],
    ] {
        // An ending tells nothing.
        files.pkcs12("file.pem", PASSWORD, options);
        eprintln!("{options:?}");
        files.check(&files.source("file.pem", None, Some(PASSWORD)));
    }
}

#[test]
fn every_password_opens() {
    let Some(files) = Files::make("passwords") else { return };
    let long = "0123456789abcdef".repeat(5);
    for password in ["", "x", "pässwörd", "🗝 key", &long] {
        for options in [&[][..], &["-legacy"]] {
            files.pkcs12("file.p12", password, options);
            files.check(&files.source("file.p12", None, Some(password)));
        }
    }
    files.pkcs12("empty.p12", "", &[]);
    files.check(&files.source("empty.p12", None, None));
    // Other programs write none at all.
    files.pkcs12("none.p12", "", &["-nomac", "-keypbe", "NONE"]);
    let mut pfx = Pfx::of(&bytes(&files, "none.p12"));
    pfx.mac_data = mac_data(&pfx.content, None);
    write(&files, "none.p12", &pfx.to_der());
    assert!(openssl_reads(&files, "none.p12", "", &[]));
    files.check(&files.source("none.p12", None, None));
    // OpenSSL before 1.1 took each byte for a character; since then it tries that too.
    let characters: String = "pässwörd".bytes().map(char::from).collect();
    for options in [&["-legacy"][..], &["-legacy", "-nomac"]] {
        files.pkcs12("old.p12", &characters, options);
        assert!(options.len() > 1 || openssl_reads(&files, "old.p12", "pässwörd", &["-legacy"]));
        files.check(&files.source("old.p12", None, Some("pässwörd")));
    }
}

#[test]
fn the_key_may_be_in_another_file() {
    let Some(files) = Files::make("pkcs12-key") else { return };
    files.pkcs12("no-key.p12", PASSWORD, &["-nokeys"]);
    files.check(&files.source("no-key.p12", Some("leaf.key"), Some(PASSWORD)));
    let message = files.refusal("no-key.p12", None, Some(PASSWORD));
    assert!(message.contains("has no private key beside its certificate"), "{message}");
}

/// Made with `pk12util -o` of NSS 3.87: BER with indefinite lengths, 600,000 iterations three times.
pub const NSS: &[u8] = include_bytes!("fixtures/nss.p12");
/// Made with `openssl pkcs12 -export -pbmac1_pbkdf2` of OpenSSL 3.5, the second with `-pbmac1_pbkdf2_md
/// sha512 -macalg sha384`.
const PBMAC1: [&[u8]; 2] =
    [include_bytes!("fixtures/pbmac1-sha256.p12"), include_bytes!("fixtures/pbmac1-sha512-sha384.p12")];

/// Made with `keytool -genkeypair -keyalg EC -groupname secp256r1` of Java 17: its key has no public part.
const JAVA: &[u8] = include_bytes!("fixtures/java-ec.p12");

#[test]
fn files_of_other_programs_open() {
    let contents = read(JAVA, Some("abcdef"), MOST_HASHES).unwrap_or_else(|unread| panic!("{unread:?}"));
    assert!(Credential::new(contents).is_ok());
    for file in [NSS, PBMAC1[0], PBMAC1[1]] {
        let contents = read(file, Some("1234"), MOST_HASHES).unwrap_or_else(|unread| panic!("{unread:?}"));
        assert!(Credential::new(contents).is_ok());
    }
    for file in PBMAC1 {
        assert_eq!(read(file, Some("12345"), MOST_HASHES).err(), Some(Unread::PasswordWrong));
        assert_eq!(read(file, None, MOST_HASHES).err(), Some(Unread::PasswordMissing));
    }
}

#[test]
fn a_pbmac1_without_the_length_of_its_key_is_no_mac() {
    // RFC 9579 has it so. The length is an integer, 02 01 20, after the iterations, 02 02 08 00.
    let mut file = PBMAC1[0].to_vec();
    let at = file.windows(7).rposition(|window| window == [2, 2, 8, 0, 2, 1, 0x20]).unwrap() + 6;
    for wrong in [0, 65] {
        file[at] = wrong;
        assert_eq!(read(&file, Some("1234"), MOST_HASHES).err(), Some(Unread::Malformed));
    }
}

#[test]
fn ber_opens_as_openssl_reads_it() {
    let Some(files) = Files::make("pkcs12-ber") else { return };
    let both_encrypted = ["-nomac", "-certpbe", "AES-256-CBC"];
    for options in [&[][..], &["-legacy"], &["-nomac"], &both_encrypted, &["-nomac", "-keypbe", "NONE"]] {
        files.pkcs12("file.p12", PASSWORD, options);
        let der = bytes(&files, "file.p12");
        let mut forms = vec![indefinite(&der), [&indefinite(&der)[..], b"\r\n"].concat()];
        if options.contains(&"-nomac") {
            let mut pfx = Pfx::of(&der);
            pfx.map_safe_contents(indefinite);
            pfx.content = indefinite(&pfx.content);
            forms.push(indefinite(&pfx.to_der()));
        }
        for ber in forms {
            write(&files, "ber.p12", &ber);
            let readable =
                openssl_reads(&files, "ber.p12", PASSWORD, if options == ["-legacy"] { options } else { &[] });
            assert!(readable, "{options:?}");
            files.check(&files.source("ber.p12", None, Some(PASSWORD)));
        }
    }
}

#[test]
fn bags_in_bags_open_to_a_bounded_depth() {
    let Some(files) = Files::make("pkcs12-nested") else { return };
    files.pkcs12("file.p12", PASSWORD, &["-nomac", "-keypbe", "NONE"]);
    let mut pfx = Pfx::of(&bytes(&files, "file.p12"));
    for depth in 1..=9 {
        pfx.map_safe_contents(nested);
        write(&files, "nested.p12", &pfx.to_der());
        if depth <= 8 {
            assert!(openssl_reads(&files, "nested.p12", PASSWORD, &[]));
            files.check(&files.source("nested.p12", None, None));
        } else {
            assert_eq!(unread(&files, "nested.p12", ""), Unread::Malformed);
        }
    }
}

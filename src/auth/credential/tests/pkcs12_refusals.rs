//! PKCS#12 files that cannot be read, and why.

use std::process::Command;

use super::ber::{Pfx, indefinite, mac_data};
use super::pkcs12_opening::NSS;
use super::*;
use crate::auth::credential::pkcs12::{MOST_HASHES, Unread, read};

#[test]
fn a_missing_and_a_wrong_password_are_called_that() {
    let Some(files) = Files::make("closed") else { return };
    for options in [
        &[][..],
        &["-legacy"],
        &["-nomac"],
        &["-nomac", "-legacy"],
        &["-keypbe", "NONE"],
        &["-nomac", "-keypbe", "NONE", "-certpbe", "AES-256-CBC"],
        &["-keypbe", "NONE", "-certpbe", "NONE"],
        &["-certpbe", "NONE"],
        &["-macalg", "sha1", "-noiter", "-nomaciter"],
    ] {
        files.pkcs12("file.p12", PASSWORD, options);
        for password in [None, Some("")] {
            let message = files.refusal("file.p12", None, password);
            let expected = "config.certificate_path is a PKCS#12 file that needs a password; expected it in \
                            config.certificate_password.";
            assert_eq!(message, expected, "{options:?}");
        }
        for password in ["a wrong one", "wröng", "🗝"] {
            let message = files.refusal("file.p12", None, Some(password));
            let expected = "config.certificate_password is the wrong password for the PKCS#12 file of ";
            assert!(message.starts_with(expected) && !message.contains(password), "{options:?}: {message}");
        }
    }
}

/// One wrong password in 256 decrypts to what looks padded.
#[test]
fn no_wrong_password_is_called_damage() {
    let Some(files) = Files::make("pkcs12-padded") else { return };
    for options in [
        &["-iter", "1"][..],
        &["-iter", "1", "-nomac"],
        &["-iter", "1", "-nomac", "-keypbe", "NONE", "-certpbe", "AES-256-CBC"],
        &["-iter", "1", "-legacy", "-nomac", "-certpbe", "PBE-SHA1-RC2-40"],
    ] {
        files.pkcs12("file.p12", PASSWORD, options);
        let file = bytes(&files, "file.p12");
        for number in 0..1_500 {
            let found = read(&file, Some(&number.to_string()), MOST_HASHES).err();
            assert_eq!(found, Some(Unread::PasswordWrong), "{options:?}, {number}");
        }
    }
}

#[test]
fn what_is_not_supported_is_named() {
    let Some(files) = Files::make("pkcs12-others") else { return };
    let camellia = ["-keypbe", "CAMELLIA-128-CBC"];
    let rc4 = ["-legacy", "-keypbe", "PBE-SHA1-RC4-128"];
    for (options, name) in [
        (&["-macalg", "sha3-256"][..], "SHA3-256"),
        (&["-macalg", "sha224"], "SHA-224"),
        (&["-macalg", "sha512-256"], "SHA-512/256"),
        (&["-macalg", "md5"], "MD5"),
        (&camellia, "Camellia-128"),
        (&rc4, "128-bit RC4"),
        (&["-certpbe", "ARIA-128-CBC"], "the algorithm 1.2.410.200046.1.1.2"),
    ] {
        files.pkcs12("file.p12", PASSWORD, options);
        let message = files.refusal("file.p12", None, Some(PASSWORD));
        let expected = format!("config.certificate_path is a PKCS#12 file that is protected by {name}, which is not ");
        assert!(message.starts_with(&expected), "{message}");
        let legacy: &[&str] = if options == rc4 { &["-legacy"] } else { &[] };
        let legacy_option = if options == rc4 { "-legacy " } else { "" };
        let command = format!("`openssl pkcs12 {legacy_option}-in in.p12 -nodes -out out.pem` converts it to PEM");
        assert!(message.contains(&command), "{message}");
        assert!(openssl_reads(&files, "file.p12", PASSWORD, legacy));
        files.check(&files.source("read.pem", None, None));
    }
}

/// A million iterations of each kind are allowed, in whatever form they come.
#[test]
fn iterations_are_counted_over_the_whole_file() {
    let Some(files) = Files::make("pkcs12-budget") else { return };
    // A thousandth of the iterations, and of what they may cost. Each of PBKDF2 hashes twice; triple DES
    // takes two hashes of SHA-1 for its key and one more for its IV.
    for (options, cost) in [
        (&["-macalg", "sha256"][..], 2 + 2 + 1),
        (&["-macalg", "sha512"], 2 + 2 + 1),
        // With it alone, certificates are not encrypted.
        (&["-nomac"], 2),
        (&["-nomac", "-certpbe", "AES-256-CBC"], 2 + 2),
        (&["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40"], 3 + 2 + 1),
    ] {
        files.pkcs12("file.p12", PASSWORD, &[&["-iter", "1000"], options].concat());
        let file = bytes(&files, "file.p12");
        let within = |most| read(&file, Some(PASSWORD), most).err();
        assert_eq!(within(cost * 1_000), None, "{options:?}");
        assert_eq!(within(cost * 1_000 - 1), Some(Unread::TooManyIterations), "{options:?}");
        assert!(cost * 1_000_000 <= MOST_HASHES);
        // Whatever the password: all that is tried is counted.
        assert_eq!(read(&file, Some("wrong"), cost * 1_000).err(), Some(Unread::PasswordWrong), "{options:?}");
        let legacy: &[_] = if options.contains(&"-nomac") { &[] } else { &[999] };
        for most in legacy {
            assert_eq!(read(&file, Some("wrong"), *most).err(), Some(Unread::TooManyIterations), "{options:?}");
            assert_eq!(read(&file, Some("wröng"), most + 1).err(), Some(Unread::TooManyIterations), "{options:?}");
        }
    }
}

#[test]
fn a_file_that_takes_too_long_is_refused_at_once() {
    let Some(files) = Files::make("pkcs12-slow") else { return };
    let started = std::time::Instant::now();
    files.pkcs12("file.p12", PASSWORD, &["-iter", "1", "-nomac"]);
    let file = bytes(&files, "file.p12");
    // The iterations of the certificates: 02 01 01, after a salt, before the algorithm of the hash.
    let at = file.windows(5).position(|window| window == [2, 1, 1, 0x30, 0x0c]).unwrap();
    for wrong in [0x00, 0x80, 0xff] {
        let mut other = file.clone();
        other[at + 2] = wrong;
        assert_eq!(read(&other, Some(PASSWORD), MOST_HASHES).err(), Some(Unread::Malformed), "{wrong}");
    }
    files.pkcs12("large.p12", PASSWORD, &["-iter", "3000001", "-nomac"]);
    assert_eq!(unread(&files, "large.p12", PASSWORD), Unread::TooManyIterations);
    let message = files.refusal("large.p12", None, Some(PASSWORD));
    assert!(message.contains("takes more iterations than are allowed"), "{message}");
    assert!(message.contains("`openssl pkcs12 -in in.p12 -nodes -out out.pem` converts it"), "{message}");
    assert!(openssl_reads(&files, "large.p12", PASSWORD, &[]));
    assert!(started.elapsed() < std::time::Duration::from_secs(60));
}

/// How long the slowest file takes.
#[test]
#[ignore = "measures, in a release build"]
fn key_derivation_is_bounded() {
    let Some(files) = Files::make("pkcs12-measured") else { return };
    let measure = |name: &str, file: &[u8], password: &str| {
        let started = std::time::Instant::now();
        let result = read(file, Some(password), MOST_HASHES).err();
        eprintln!("{name}: {:?}, {result:?}", started.elapsed());
        assert!(started.elapsed() < std::time::Duration::from_secs(10));
    };
    measure("NSS", NSS, "1234");
    files.pkcs12("million.p12", PASSWORD, &["-macalg", "sha256", "-iter", "1000000"]);
    measure("a million iterations", &bytes(&files, "million.p12"), PASSWORD);
    measure("a million iterations, wrong password", &bytes(&files, "million.p12"), "wrong");
    // All of the budget for one key, with each of the hashes.
    files.pkcs12("file.p12", PASSWORD, &["-iter", "3000000", "-nomac", "-keypbe", "AES-128-CBC"]);
    for (name, last) in [("SHA-1", 7), ("SHA-256", 9), ("SHA-384", 10), ("SHA-512", 11)] {
        let hmac = [0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
        let mut file = bytes(&files, "file.p12");
        for at in 0..file.len() - hmac.len() {
            if file[at..].starts_with(&hmac) {
                file[at + hmac.len()] = last;
            }
        }
        measure(name, &file, PASSWORD);
    }
}

#[test]
fn what_is_cut_short_or_changed_is_called_that() {
    let Some(files) = Files::make("damaged") else { return };
    files.pkcs12("file.p12", PASSWORD, &[]);
    let good = bytes(&files, "file.p12");
    for whole in [good.clone(), indefinite(&good), NSS.to_vec()] {
        for length in (30..whole.len()).step_by(7).chain([whole.len() - 1]) {
            write(&files, "half.p12", &whole[..length]);
            assert_eq!(unread(&files, "half.p12", PASSWORD), Unread::Truncated, "{length}");
        }
    }
    let message = files.refusal("half.p12", None, Some(PASSWORD));
    assert!(message.starts_with("config.certificate_path is a PKCS#12 file that is cut short;"), "{message}");
    // Its MAC is in the last bytes: the password is right, and what it protects opens.
    let mut changed = good.clone();
    let code = changed.len() - 20;
    changed[code] ^= 1;
    write(&files, "changed.p12", &changed);
    assert_eq!(unread(&files, "changed.p12", PASSWORD), Unread::Changed);
    assert_eq!(unread(&files, "changed.p12", "wrong"), Unread::PasswordWrong);
    let message = files.refusal("changed.p12", None, Some(PASSWORD));
    assert!(message.contains("changed after it was written") && !message.contains("password"), "{message}");
    // In a part that is not encrypted nothing shows the password to be right.
    files.pkcs12("plain.p12", PASSWORD, &["-keypbe", "NONE", "-certpbe", "NONE"]);
    let mut changed = bytes(&files, "plain.p12");
    let code = changed.len() - 20;
    changed[code] ^= 1;
    write(&files, "changed.p12", &changed);
    assert_eq!(unread(&files, "changed.p12", PASSWORD), Unread::PasswordWrong);
}

/// As `openssl pkcs12 -export -twopass` writes it, which asks for them on the terminal.
#[test]
fn a_second_password_is_called_that() {
    let Some(files) = Files::make("pkcs12-two") else { return };
    files.pkcs12("inner.p12", "inner", &[]);
    let pfx = Pfx::of(&bytes(&files, "inner.p12"));
    let mac_data = mac_data(&pfx.content, Some(PASSWORD));
    write(&files, "two.p12", &Pfx { mac_data, ..pfx }.to_der());
    assert_eq!(unread(&files, "two.p12", PASSWORD), Unread::OtherPassword);
    let message = files.refusal("two.p12", None, Some(PASSWORD));
    assert!(message.contains("with a second password") && message.contains("-twopass"), "{message}");
    // It decides: the first password fits, and opens nothing.
    let password = format!("pass:{PASSWORD}");
    let output = Command::new("openssl")
        .args(["pkcs12", "-in", "two.p12", "-passin", &password, "-nodes"])
        .current_dir(&files.folder)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && !stderr.contains("Mac verify error"), "{stderr}");
}

/// Whatever is changed in a file: it is refused or read, and nothing panics.
#[test]
fn no_byte_of_a_file_can_do_harm() {
    let Some(files) = Files::make("every-byte") else { return };
    files.pkcs12("file.p12", "", &["-iter", "1", "-nomac"]);
    files.openssl(&["x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.cer"]);
    let der = bytes(&files, "file.p12");
    let certificate = bytes(&files, "leaf.cer");
    // What a count of iterations could become is bounded, and takes long nevertheless.
    const FEW: u32 = 1_000;
    for change in [0x00, 0x01, 0x30, 0x7f, 0x80, 0xff] {
        for good in [&der, &indefinite(&der)] {
            for index in 0..good.len() {
                let mut bent = good.clone();
                bent[index] = change;
                let _ = read(&bent, Some(""), FEW).map(Credential::new);
            }
        }
        for index in 0..certificate.len() {
            let mut bent = certificate.clone();
            bent[index] = change;
            let _ = CertificateInfo::read(&bent);
        }
    }
    for length in 0..der.len() {
        assert!(read(&der[..length], Some(""), FEW).is_err());
    }
}

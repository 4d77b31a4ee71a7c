//! The files that a configuration names: in every form that people have, and what is no such file.

use std::fs;
use std::process::Command;
use std::ptr;
use std::time::{Duration, Instant};

use mpa::ffi::client::mpa_client_config;
use mpa_tests::c::Client;

use super::open;
use mpa_tests::partner::{Partner, TITLE, succeeds};

#[test]
fn files_in_unusual_forms_sign_in() {
    let partner = Partner::start("forms");
    let issued = partner.emulator.sign_in().unwrap();
    let (chain, key, ca) = (&issued.partner().chain_pem, &issued.partner().private_key_pem, issued.ca_pem());
    let joined = |text: &str| text.replace("-----\n-----", "----------");
    partner.write("ca.pem", &format!("# Authorities\n\u{feff}{}", ca.replace("CERTIFICATE", "X509 CERTIFICATE")));
    let all = mpa_client_config {
        certificate_path: partner.path("all.pem"),
        private_key_path: ptr::null(),
        ..partner.config()
    };
    for text in [
        joined(&format!("{chain}{key}")),
        format!("{key}\u{feff}{chain}"),
        format!("{chain}{key}").lines().map(|line| format!("\t{line}\r\n")).collect(),
        format!("{chain}{key}").replace("-----\n", "-----\t\n"),
    ] {
        partner.write("all.pem", &text);
        succeeds(&Client::open(&all).invite_many(1));
    }
}

#[test]
fn files_of_other_kinds_are_named() {
    let partner = Partner::start("kinds");
    let issued = partner.emulator.sign_in().unwrap();
    let (chain, key) = (&issued.partner().chain_pem, &issued.partner().private_key_pem);
    let blocks = chain.matches("-----BEGIN").count();
    let next = blocks + 1;
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(chain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (content, expected) in [
        (Vec::new(), "is empty; expected PEM".to_owned()),
        (utf16, "is text in UTF-16; expected PEM".to_owned()),
        (b"\xfe\xed\xfe\xed\0\0\0\x02".to_vec(), "is a Java keystore (JKS); expected PEM".to_owned()),
        (format!("{chain}-----begin certificate-----").into(), format!("cannot be used: block {next} does not begin")),
        (format!("{chain}{}", &chain[..99]).into(), format!("cannot be used: block {next} has no END line")),
        (
            format!("{chain}{}", key.replace("PRIVATE", "PUBLIC")).into(),
            format!("cannot be used: block {next} is a public key"),
        ),
    ] {
        fs::write(partner.folder.join("other.pem"), content).unwrap();
        let other = partner.path("other.pem");
        for (field, config) in [
            ("certificate_path", mpa_client_config { certificate_path: other, ..partner.config() }),
            ("private_key_path", mpa_client_config { private_key_path: other, ..partner.config() }),
            ("ca_certificates_path", mpa_client_config { ca_certificates_path: other, ..partner.config() }),
        ] {
            let refused = open(&config);
            assert_eq!(refused.status, "MPA_ERROR_INVALID_ARGUMENT");
            assert!(refused.message.starts_with(&format!("config.{field} {expected}")), "{}", refused.message);
        }
    }
}

#[cfg(unix)]
#[test]
fn no_special_file_makes_a_call_wait() {
    let partner = Partner::start("special");
    // Those of an earlier run.
    let (fifo, used) = (partner.folder.join("fifo"), partner.folder.join("used.pem"));
    let _ = (fs::remove_file(&fifo), fs::remove_file(&used));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let started = Instant::now();
    for (name, what) in [("fifo", "a FIFO (a named pipe)"), (".", "a directory"), ("/dev/zero", "a device")] {
        let path = partner.path(name);
        for (field, config) in [
            ("certificate_path", mpa_client_config { certificate_path: path, ..partner.config() }),
            ("private_key_path", mpa_client_config { private_key_path: path, ..partner.config() }),
            ("ca_certificates_path", mpa_client_config { ca_certificates_path: path, ..partner.config() }),
        ] {
            let refused = open(&config);
            assert_eq!(refused.status, "MPA_ERROR_INVALID_ARGUMENT");
            assert_eq!(refused.message, format!("config.{field} is {what}; expected a regular file."));
        }
    }
    // Nor does one that takes the place of a good file while the client is open.
    fs::copy(partner.folder.join("partner.pem"), &used).unwrap();
    let client = Client::open(&mpa_client_config { certificate_path: partner.path("used.pem"), ..partner.config() });
    succeeds(&client.invite_many(1));
    fs::rename(fifo, used).unwrap();
    partner.emulator.set_faults(TITLE, &["status:status=401"]).unwrap();
    assert_eq!(client.invite_many(1).status, "MPA_ERROR_UNAUTHORIZED");
    partner.emulator.set_faults(TITLE, &[]).unwrap();
    succeeds(&client.invite_many(1));
    assert!(started.elapsed() < Duration::from_secs(20));
}

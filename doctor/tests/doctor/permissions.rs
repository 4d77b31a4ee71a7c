//! Who else can read the files with secrets.

use std::fs;

use mpa::auth::ProofKey;
use mpa_emulator::{Emulator, Options};

use crate::{Partner, folder, path, run, set_mode, write};

#[test]
fn a_secret_that_others_may_read_is_a_warning() {
    let partner = Partner::start("permissions");
    let expose = |name: &str, mode| set_mode(&partner.folder.join(name), mode);
    let warned = |others: &[(&str, &str)], sentences: &[&str]| {
        let ended = partner.run(others);
        let expected = sentences.join(" ");
        ended.has(0, "file permissions", "warning", &format!("file permissions: {expected}"));
        assert!(ended.line("file permissions").ends_with(&expected), "{}", ended.text);
        assert!(ended.text.contains("What to do: ") && ended.text.contains("(chmod 600 /"), "{}", ended.text);
    };
    // The certificate is no secret.
    expose("partner.pem", 0o644);
    expose("ca.pem", 0o644);
    partner.run(&[]).has(0, "file permissions", "ok", "No one but the owner can read");
    let key = partner.path("partner.key");
    for (mode, readers) in [(0o640, "its group"), (0o604, "everyone"), (0o644, "everyone")] {
        expose("partner.key", mode);
        let sentence = format!("--private-key {key} may be read by {readers}: its permissions are {mode:04o}.");
        warned(&[], &[&sentence]);
    }
    let link = partner.folder.join("link.key");
    // Of an earlier run.
    let _ = fs::remove_file(&link);
    std::os::unix::fs::symlink("partner.key", &link).unwrap();
    let of_link =
        format!("--private-key {} may be read by everyone: its permissions are 0644.", partner.path("link.key"));
    warned(&[("--private-key", &partner.path("link.key"))], &[&of_link]);
    let of_key = &format!("--private-key {key} may be read by everyone: its permissions are 0644.");
    partner.write("password", "opensesame\n");
    expose("password", 0o640);
    let password = partner.path("password");
    let of_password =
        &format!("--certificate-password-file {password} may be read by its group: its permissions are 0640.");
    warned(&[("--certificate-password-file", &password)], &[of_key, of_password]);
    // With a key in it, the certificate's file is one of them.
    let read = |name| fs::read_to_string(partner.folder.join(name)).unwrap();
    partner.write("both.pem", &(read("partner.pem") + &read("partner.key")));
    expose("both.pem", 0o644);
    let both = partner.path("both.pem");
    let of_certificate = &format!("--certificate {both} may be read by everyone: its permissions are 0644.");
    warned(&[("--certificate", &both)], &[of_certificate, of_key]);
    expose("partner.key", 0o600);
    warned(&[("--certificate", &both)], &[of_certificate]);
    // A file that cannot be used is looked at all the same. One of DER may be PKCS#12.
    partner.write("partner.pfx", "\x30\x00");
    expose("partner.pfx", 0o644);
    let unread = partner.run(&[("--certificate", &partner.path("partner.pfx"))]);
    unread.has(1, "certificate", "failed", "--certificate");
    unread.has(1, "file permissions", "warning", "/partner.pfx may be read by everyone");
}

#[test]
fn a_token_that_others_may_read_is_a_warning() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let folder = folder("exposed");
    let file = |name: &str| path(&folder, name);
    let key = ProofKey::generate().unwrap().to_pkcs8_pem();
    write(&folder.join("proof.pem"), &key);
    write(&folder.join("header"), "XBL3.0 x=-;sometoken");
    let run_with = |header: &str| {
        run(&[
            "--title-id=7",
            &format!("--endpoint={}", emulator.url()),
            &format!("--authorization-header-file={header}"),
            &format!("--proof-key-file={}", file("proof.pem")),
        ])
    };
    run_with(&file("header")).has(0, "file permissions", "ok", "No one but the owner");
    set_mode(&folder.join("header"), 0o644);
    set_mode(&folder.join("proof.pem"), 0o660);
    let ended = run_with(&file("header"));
    ended.has(0, "file permissions", "warning", "/header may be read by everyone");
    ended.has(0, "file permissions", "warning", "/proof.pem may be read by its group: its permissions are 0660.");
    assert!(!ended.text.contains("sometoken") && !ended.text.contains(key.lines().nth(1).unwrap()), "{}", ended.text);
    // A file that is missing is reported once.
    let missing = run_with(&file("missing"));
    missing.has(1, "token", "failed", "/missing could not be read");
    missing.has(1, "file permissions", "warning", "permissions: --proof-key-file ");
}

//! Sources that are good.

use super::*;

#[test]
fn pem_files_and_texts_in_every_arrangement() {
    let Some(files) = Files::make("pem") else { return };
    files.join("all.pem", &["leaf.key", "leaf.pem", "middle.pem"]);
    files.join("shuffled.pem", &["middle.pem", "leaf.pem", "leaf.key"]);
    fs::write(files.path("windows.pem"), files.text("chain.pem").replace('\n', "\r\n")).unwrap();
    for source in [
        files.source("chain.pem", Some("leaf.key"), None),
        files.source("all.pem", None, None),
        files.source("all.pem", Some("all.pem"), None),
        files.source("all.pem", None, Some("a password that is not needed")),
        files.source("shuffled.pem", None, None),
        files.source("windows.pem", Some("leaf.key"), None),
        texts(&files.text("chain.pem"), Some(&files.text("leaf.key"))),
        texts(&files.text("all.pem"), None),
    ] {
        files.check(&source);
    }
}

#[test]
fn what_does_not_belong_to_the_certificate_is_left_out() {
    let Some(files) = Files::make("others") else { return };
    files.openssl(&[
        "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "o.key", "-out", "o.pem", "-subj", "/CN=o",
    ]);
    files.join("mixed.pem", &["o.pem", "o.key", "middle.pem", "leaf.pem"]);
    files.check(&files.source("mixed.pem", Some("leaf.key"), None));
    // The first key that fits decides.
    let credential = files.source("mixed.pem", None, None).read(&FILES).unwrap();
    assert_eq!(credential.0.chain, certificates_of(&files.text("o.pem")));
    files.join("with-root.pem", &["root.pem", "leaf.pem", "middle.pem"]);
    let credential = files.source("with-root.pem", Some("leaf.key"), None).read(&FILES).unwrap();
    assert_eq!(credential.0.chain.len(), 3);
}

#[test]
fn dates_are_those_of_the_certificate() {
    let Some(files) = Files::make("dates") else { return };
    // The root is valid beyond 2049, from where on a date is written in another way.
    for (name, key) in [("chain.pem", "leaf.key"), ("root.pem", "root.key")] {
        let credential = files.source(name, Some(key), None).read(&FILES).unwrap();
        let arguments = ["x509", "-in", name, "-noout", "-startdate", "-enddate", "-dateopt", "iso_8601"];
        let printed = openssl::output(&files.folder, &arguments);
        let dates: Vec<_> = printed
            .lines()
            .map(|line| crate::date::parse_timestamp(line.split_once('=').unwrap().1).unwrap())
            .collect();
        assert_eq!(dates, [credential.0.valid_from, credential.0.valid_until], "{printed}");
    }
}

#[test]
fn the_subject_is_named_for_people() {
    let Some(files) = Files::make("subjects") else { return };
    for (subject, name) in [
        ("/C=US/O=Studio/CN=The Game", "The Game"),
        ("/C=US/O=Studio", "US"),
        ("/CN=Gr\u{fc}\u{df}e", "Gr\u{fc}\u{df}e"),
        ("/CN=a\u{7}b", "ab"),
        ("/", "without a name"),
    ] {
        files.openssl(&[
            "req", "-x509", "-newkey", "ed25519", "-nodes", "-utf8", "-keyout", "s.key", "-out", "s.pem", "-subj",
            subject,
        ]);
        let credential = files.source("s.pem", Some("s.key"), None).read(&FILES).unwrap();
        assert_eq!(credential.subject_name(), name, "{subject:?}");
    }
}

#[test]
fn validity_is_judged_by_the_time_that_is_given() {
    let Some(files) = Files::make("validity") else { return };
    let credential = files.check(&files.source("chain.pem", Some("leaf.key"), None));
    let (from, until) = (credential.0.valid_from, credential.0.valid_until);
    let second = Duration::from_secs(1);
    let at = |time| credential.validity(time);
    assert_eq!(at(from - second), Validity::NotYetValid { from });
    assert_eq!(at(from), Validity::Valid);
    assert_eq!(at(until - SOON - second), Validity::Valid);
    assert_eq!(at(until - SOON), Validity::ExpiresSoon { at: until });
    assert_eq!(at(until), Validity::ExpiresSoon { at: until });
    assert_eq!(at(until + second), Validity::Expired { since: until });
}

//! A certificate that is replaced while the server runs.

use super::*;

/// As long ago as a file must have changed to be distinguished from the next change.
fn age(files: &Files, names: &[&str], seconds: u64) {
    for name in names {
        let file = fs::File::options().append(true).open(files.path(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
    }
}

/// Another key, and a certificate for it.
fn renew(files: &Files) {
    files.openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "leaf.key"]);
    files.issue("leaf", "middle", "leaf.cnf");
}

fn install(files: &Files, names: &[(&str, &str)]) {
    for (from, to) in names {
        fs::write(files.path(to), files.text(from)).unwrap();
    }
}

#[test]
fn a_renewed_certificate_is_found_and_half_of_it_is_not_used() {
    let Some(files) = Files::make("renewed") else { return };
    let both = [("leaf.pem", "used.pem"), ("leaf.key", "used.key")];
    install(&files, &both);
    age(&files, &["used.pem", "used.key"], 3_600);
    let mut credentials = Credentials::open(files.source("used.pem", Some("used.key"), None), &FILES).unwrap();
    let first = credentials.current().clone();
    assert!(!credentials.has_changed());
    assert!(matches!(credentials.refresh(), Refresh::Unchanged));

    renew(&files);
    install(&files, &both[..1]);
    for _ in 0..2 {
        assert!(credentials.has_changed());
        let Refresh::Kept(outcome) = credentials.refresh() else { panic!("half a renewal was used") };
        assert!(outcome.message.contains("belongs to no certificate"), "{}", outcome.message);
        assert!(credentials.current().is_same(&first));
    }
    install(&files, &both[1..]);
    assert!(matches!(credentials.refresh(), Refresh::Replaced));
    assert!(!credentials.current().is_same(&first));
}

#[test]
fn a_file_that_is_gone_leaves_what_was_read() {
    let Some(files) = Files::make("gone") else { return };
    files.join("all.pem", &["leaf.pem", "leaf.key"]);
    age(&files, &["all.pem"], 60);
    let mut credentials = Credentials::open(files.source("all.pem", None, None), &FILES).unwrap();
    fs::rename(files.path("all.pem"), files.path("away.pem")).unwrap();
    assert!(matches!(credentials.refresh(), Refresh::Kept(_)));
    fs::rename(files.path("away.pem"), files.path("all.pem")).unwrap();
    assert!(matches!(credentials.refresh(), Refresh::Unchanged));
}

#[test]
fn a_file_that_changed_just_now_is_read_again_until_it_has_settled() {
    let Some(files) = Files::make("settling") else { return };
    files.join("all.pem", &["leaf.pem", "leaf.key"]);
    let mut credentials = Credentials::open(files.source("all.pem", None, None), &FILES).unwrap();
    let first = credentials.current().clone();
    let before = fs::metadata(files.path("all.pem")).unwrap();
    renew(&files);
    files.join("all.pem", &["leaf.pem", "leaf.key"]);
    // The same time, and perhaps the same length.
    fs::File::options()
        .append(true)
        .open(files.path("all.pem"))
        .unwrap()
        .set_modified(before.modified().unwrap())
        .unwrap();
    assert!(matches!(credentials.refresh(), Refresh::Replaced));
    assert!(!credentials.current().is_same(&first));
    age(&files, &["all.pem"], 60);
    assert!(matches!(credentials.refresh(), Refresh::Unchanged));
    assert!(!credentials.has_changed());
}

#[test]
fn texts_never_change() {
    let Some(files) = Files::make("texts") else { return };
    let source = texts(&files.text("chain.pem"), Some(&files.text("leaf.key")));
    let mut credentials = Credentials::open(source, &FILES).unwrap();
    assert!(!credentials.has_changed());
    assert!(matches!(credentials.refresh(), Refresh::Unchanged));
}

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::options::{self, Request};

/// What was reported, and the tokens that were taken.
#[derive(Default)]
struct Seen(Mutex<Vec<String>>);

impl Seen {
    fn drain(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Listener for Seen {
    fn authorization(&self, newer: &Authorization) {
        self.0.lock().unwrap().push(format!("authorization {}", newer.token()));
    }

    fn report(&self, level: Level, sentence: String) {
        self.0.lock().unwrap().push(format!("{level:?}: {sentence}"));
    }
}

struct Relay {
    folder: TempDir,
    seen: Arc<Seen>,
    reloader: Arc<Reloader>,
    settings: Box<Settings>,
}

const FIRST: &str = "first aaaaaaaaaaaaaaaa *\n";
const SECOND: &str = "second bbbbbbbbbbbbbbbb *\n";
const IN_USE: &str = "Info: The file with the keys has changed and is in use.";

impl Relay {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("keys"), FIRST).unwrap();
        fs::write(path("header"), "XBL3.0 x=-;one").unwrap();
        fs::write(path("certificate"), certificate()).unwrap();
        let arguments = [
            "mpa-relay".to_owned(),
            format!("--keys={}", path("keys")),
            format!("--authorization-header-file={}", path("header")),
            format!("--tls-certificate={}", path("certificate")),
        ];
        let request = options::read(arguments.map(Into::into), []).unwrap();
        let Request::Run(settings) = request else { panic!("{request:?}") };
        let seen = Arc::<Seen>::default();
        let reloader = Reloader::open(&settings, seen.clone()).unwrap();
        Relay { folder, seen, reloader, settings }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Who may come in.
    fn names(&self) -> Vec<String> {
        self.reloader.keys.as_ref().unwrap().load().iter().map(|key| key.name.clone()).collect()
    }

    /// What two looks report.
    fn settle(&self) -> Vec<String> {
        self.reloader.look(false);
        self.reloader.look(false);
        self.seen.drain()
    }
}

fn certificate() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["relay".to_owned()]).unwrap().self_signed(&key).unwrap();
    certificate.pem() + &key.serialize_pem()
}

#[test]
fn content_is_read_once_it_stays_the_same() {
    let [a, b, c] = [[1; 32], [2; 32], [3; 32]];
    // What is found, at once or not, and whether it is read.
    let steps: &[&[(Digest, bool, bool)]] = &[
        &[(a, false, false), (a, true, false)],
        &[(b, false, false), (b, false, true), (b, false, false), (b, true, false)],
        &[(b, false, false), (c, false, false), (c, false, true), (a, false, false), (a, false, true)],
        &[(b, true, true), (b, false, false), (c, true, true)],
        // Back before it was read.
        &[(b, false, false), (a, false, false), (a, false, false), (b, false, false), (b, false, true)],
    ];
    for steps in steps {
        let mut state = State::new(a);
        for (place, (found, at_once, is_read)) in steps.iter().enumerate() {
            assert_eq!(state.is_to_be_read(*found, *at_once), *is_read, "{place} of {steps:?}");
        }
    }
}

#[test]
fn rewritten_replaced_and_linked_files_are_found() {
    let relay = Relay::open();
    assert_eq!((relay.settle(), relay.names()), (vec![], vec!["first".to_owned()]));
    let shown = format!("{:?}", relay.reloader);
    assert!(shown.contains("first") && !shown.contains("aaaa"), "{shown}");
    // Rewritten, with the same length and perhaps the same time.
    relay.write("keys", &FIRST.replace("first", "other"));
    assert_eq!((relay.settle(), relay.names()), (vec![IN_USE.to_owned()], vec!["other".to_owned()]));
    // Replaced.
    relay.write("new", SECOND);
    fs::rename(relay.path("new"), relay.path("keys")).unwrap();
    assert_eq!((relay.settle(), relay.names()), (vec![IN_USE.to_owned()], vec!["second".to_owned()]));
    assert_eq!(relay.reloader.counts(), (2, 0));
    assert!(relay.settle().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_of_kubernetes_is_followed() {
    use std::os::unix::fs::symlink;
    let relay = Relay::open();
    // keys -> ..data/keys, and ..data -> a folder, which is swapped.
    for (folder, text) in [("v1", FIRST), ("v2", SECOND)] {
        fs::create_dir(relay.path(folder)).unwrap();
        relay.write(&format!("{folder}/keys"), text);
    }
    symlink("v1", relay.path("..data")).unwrap();
    fs::remove_file(relay.path("keys")).unwrap();
    symlink("..data/keys", relay.path("keys")).unwrap();
    assert!(relay.settle().is_empty());
    symlink("v2", relay.path("..data_tmp")).unwrap();
    fs::rename(relay.path("..data_tmp"), relay.path("..data")).unwrap();
    assert_eq!((relay.settle(), relay.names()), (vec![IN_USE.to_owned()], vec!["second".to_owned()]));
}

#[test]
fn what_cannot_be_used_is_reported_once_and_nothing_is_lost() {
    let relay = Relay::open();
    let mut refused = 0;
    for broken in [Some(""), Some("first aaaaaaaaaaaaaaaa *\nsecond bbbbbbbb"), None, Some("secret")] {
        match broken {
            Some(text) => relay.write("keys", text),
            None => fs::remove_file(relay.path("keys")).unwrap(),
        }
        let reports = relay.settle();
        refused += 1;
        assert!(reports.len() == 1 && reports[0].starts_with("Error: The file with the keys"), "{reports:?}");
        assert!(reports[0].contains("--keys /") && !reports[0].contains("secret"), "{reports:?}");
        assert!(relay.settle().is_empty());
        assert_eq!((relay.names(), relay.reloader.counts()), (vec!["first".to_owned()], (0, refused)));
    }
    relay.write("keys", SECOND);
    assert_eq!((relay.settle(), relay.names()), (vec![IN_USE.to_owned()], vec!["second".to_owned()]));
}

#[test]
fn a_file_that_is_being_written_is_waited_for() {
    let relay = Relay::open();
    // Each part could be used by itself.
    relay.write("keys", SECOND);
    relay.reloader.look(false);
    relay.write("keys", &format!("{SECOND}{FIRST}"));
    relay.reloader.look(false);
    assert_eq!((relay.seen.drain(), relay.names()), (vec![], vec!["first".to_owned()]));
    relay.reloader.look(false);
    assert_eq!(relay.names(), ["second", "first"]);
    // Unless it is asked for.
    relay.write("keys", SECOND);
    relay.reloader.reload_now();
    assert_eq!(relay.names(), ["second"]);
}

#[test]
fn a_newer_token_is_passed_on() {
    let relay = Relay::open();
    let config = || relay.settings.upstream.client.config(1, true).unwrap().authorization.unwrap();
    relay.write("header", "XBL3.0 x=-;two\n");
    let expected = ["authorization two", "Info: The file with the token has changed and is in use."];
    assert_eq!(relay.settle(), expected);
    assert_eq!(config().token(), "two");
    relay.write("header", "Bearer secret");
    let reports = relay.settle();
    assert!(reports.len() == 1 && !reports[0].contains("secret"), "{reports:?}");
    assert!(reports[0].contains("--authorization-header-file /"), "{reports:?}");
    assert_eq!(config().token(), "two");
}

#[test]
fn tls_is_replaced_as_a_whole() {
    let relay = Relay::open();
    let tls = relay.reloader.tls.clone().unwrap();
    let first = tls.load_full();
    relay.write("certificate", certificate().split("-----BEGIN PRIVATE").next().unwrap());
    let reports = relay.settle();
    assert!(reports.len() == 1 && reports[0].contains("has no private key beside its certificate"), "{reports:?}");
    assert!(Arc::ptr_eq(&first, &tls.load()));
    relay.write("certificate", &certificate());
    assert_eq!(relay.settle(), ["Info: The file with the certificates of TLS has changed and is in use."]);
    assert!(!Arc::ptr_eq(&first, &tls.load()));
}

#[test]
fn what_is_wrong_at_the_start_is_said() {
    let relay = Relay::open();
    relay.write("keys", "first");
    let wrong = Reloader::open(&relay.settings, relay.seen.clone()).unwrap_err();
    assert!(wrong.starts_with("--keys /") && wrong.contains("line 1 has 1 words"), "{wrong}");
    relay.write("keys", FIRST);
    relay.write("certificate", "");
    let wrong = Reloader::open(&relay.settings, relay.seen.clone()).unwrap_err();
    assert!(wrong.starts_with("--tls-certificate /"), "{wrong}");
}

#[test]
fn a_thread_looks() {
    let relay = Relay::open();
    relay.write("keys", SECOND);
    relay.reloader.start_looking_every(Duration::from_millis(10)).unwrap();
    for _ in 0..1_000 {
        if relay.names() == ["second"] {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("not read: {:?}", relay.names());
}

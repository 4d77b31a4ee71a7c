//! The program's options, from outside.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Runs the program with these arguments and variables; what it prints, and its exit status.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpa-relay"));
    // Those of this machine are not of the test.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("MPA_RELAY_")) {
            command.env_remove(name);
        }
    }
    let Output { status, stdout, stderr } = command.args(arguments).envs(environment.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn folder() -> (TempDir, impl Fn(&str, &str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let write = move |name: &str, text: &str| {
        fs::write(path.join(name), text).unwrap();
        path.join(name).to_str().unwrap().to_owned()
    };
    (folder, write)
}

#[test]
fn help_and_version_are_shown() {
    let (status, help, errors) = run(&["--help"], &[]);
    assert_eq!((status, errors.as_str()), (0, ""));
    for part in ["Usage: mpa-relay [OPTIONS]", "--listen ADDRESS:PORT", "[127.0.0.1:8080]", "Exit status:"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let version = format!("mpa-relay {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"], &[]), (0, version, String::new()));
}

#[test]
fn wrong_options_end_with_status_2() {
    let (_folder, write) = folder();
    let config = write("relay.toml", "listen = '127.0.0.1:0'\nredis = 5\n");
    for (arguments, environment, sentence) in [
        (&["--lissten=1"][..], &[][..], "there is no option \"--lissten\"; did you mean --listen?".to_owned()),
        (&["--redis=redis://:secret@h"], &[], "--redis has a user name or a password".to_owned()),
        (&["--check"], &[("MPA_RELAY_MAX_ATTEMPTS", "x")], "MPA_RELAY_MAX_ATTEMPTS is \"x\"".to_owned()),
        (&["--check", "--config", &config], &[], format!("{config}, line 2: redis is a number")),
    ] {
        let (status, printed, errors) = run(arguments, environment);
        assert_eq!((status, printed.as_str()), (2, ""), "{errors}");
        assert!(errors.starts_with(&format!("mpa-relay: {sentence}")) && errors.lines().count() == 1, "{errors}");
        assert!(!errors.contains("secret"), "{errors}");
    }
}

#[test]
fn wrong_files_end_with_status_1() {
    let (_folder, write) = folder();
    let header = write("header", "XBL3.0 x=-;secret");
    let keys = write("keys", "web secret-secret-secret\n");
    let config = write("relay.toml", "listen = [secret");
    for (path, part) in [(config.as_str(), ": invalid TOML"), ("/nowhere/relay.toml", "could not be read (")] {
        let (status, printed, errors) = run(&["--check", "--config", path], &[]);
        assert_eq!((status, printed.as_str()), (1, ""), "{errors}");
        assert!(errors.contains(path) && errors.contains(part) && !errors.contains("secret"), "{errors}");
    }
    let option = format!("--authorization-header-file={keys}");
    let (status, printed, errors) = run(&[&option], &[]);
    assert_eq!((status, printed.as_str()), (1, ""), "{errors}");
    assert!(errors.starts_with(&format!("mpa-relay: --authorization-header-file {keys} has")), "{errors}");
    assert!(!errors.contains("secret"), "{errors}");
    let (status, printed, errors) =
        run(&["--check", "--keys", &keys], &[("MPA_RELAY_AUTHORIZATION_HEADER_FILE", &header)]);
    assert_eq!((status, errors.as_str()), (1, ""));
    assert!(printed.contains(&format!("\nerror: --keys {keys} cannot be used: line 1 has 2 words")), "{printed}");
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn a_check_says_what_the_relay_would_do() {
    let (_folder, write) = folder();
    let header = write("header", "XBL3.0 x=-;secret");
    let keys = write("keys", "web secret-secret-secret 7\n");
    let config = write("relay.toml", &format!("listen = '127.0.0.1:0'\nauthorization_header_file = '{header}'\n"));
    let (status, printed, errors) = run(&["--check", "--keys", &keys], &[("MPA_RELAY_CONFIG", &config)]);
    assert_eq!((status, errors.as_str()), (0, ""));
    let lines = [
        "Listens on 127.0.0.1:0 in plain HTTP.",
        "Lets in servers with a key: web (title 7).",
        "Does not share the limits with other relays.",
        "The configuration is valid.",
    ];
    for line in lines {
        assert!(printed.lines().any(|printed| printed == line), "{line}: {printed}");
    }
    assert!(!printed.contains("secret"), "{printed}");
}

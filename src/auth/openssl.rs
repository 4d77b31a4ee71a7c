//! For tests: the openssl program, which makes keys and certificates and checks what we make.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An empty folder for the files of one test; `None` where the program is missing and skips were
/// asked for.
pub fn folder(name: &str) -> Option<PathBuf> {
    let is_there = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        let set = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
        assert!(
            set("MPA_ALLOW_SKIPS", "1") && !set("CI", "true"),
            "openssl is missing: install the package openssl (or skip what needs it: MPA_ALLOW_SKIPS=1)"
        );
        let _ = writeln!(std::io::stderr(), "SKIPPED: openssl is missing");
        return None;
    }
    let tests = std::env::current_exe().unwrap();
    let folder = tests.ancestors().nth(3).unwrap().join("tmp").join("mpa-auth").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

pub fn succeeds(folder: &Path, arguments: &[&str]) -> bool {
    Command::new("openssl").args(arguments).current_dir(folder).output().unwrap().status.success()
}

/// What it prints.
pub fn output(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    // As it is on Windows.
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

pub fn run(folder: &Path, arguments: &[&str]) {
    output(folder, arguments);
}

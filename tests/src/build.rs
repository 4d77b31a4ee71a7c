//! Builds the library and programs against it, as a user would.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::header::repository;
use crate::process;

/// A program that the tests need, and the Debian package that it is in.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    pub name: &'static str,
    pub package: &'static str,
}

pub const GCC: Tool = Tool { name: "gcc", package: "gcc" };
pub const GPP: Tool = Tool { name: "g++", package: "g++" };
pub const CLANG: Tool = Tool { name: "clang", package: "clang" };
pub const CLANGPP: Tool = Tool { name: "clang++", package: "clang" };
pub const AR: Tool = Tool { name: "ar", package: "binutils" };
pub const NM: Tool = Tool { name: "nm", package: "binutils" };
pub const READELF: Tool = Tool { name: "readelf", package: "binutils" };
pub const VALGRIND: Tool = Tool { name: "valgrind", package: "valgrind" };
pub const MCS: Tool = Tool { name: "mcs", package: "mono-mcs" };
/// A header only: see `Tool::is_a_header_there`.
pub const DOCTEST: Tool = Tool { name: "doctest/doctest.h", package: "doctest-dev" };
pub const MONO: Tool = Tool { name: "mono", package: "mono-runtime" };

/// The release profile takes minutes, and others may be building too.
const LONGEST_BUILD: Duration = Duration::from_secs(3600);

impl Tool {
    /// Whether it can be used. Where it is missing the test fails, but where skips were asked for.
    pub fn is_there(self) -> bool {
        let found = Command::new(self.name).arg("--version").output();
        self.found_or_skipped(found.is_ok_and(|output| output.status.success()))
    }

    /// The same for a header.
    pub fn is_a_header_there(self) -> bool {
        self.found_or_skipped(Path::new("/usr/include").join(self.name).is_file())
    }

    fn found_or_skipped(self, found: bool) -> bool {
        let set = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
        let may_skip = set("MPA_ALLOW_SKIPS", "1") && !set("CI", "true");
        assert!(
            found || may_skip,
            "{} is missing: install the package {} (or skip what needs it: MPA_ALLOW_SKIPS=1)",
            self.name,
            self.package
        );
        if !found {
            // Not by `eprintln!`, which the tests' harness keeps to itself when they pass.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {} is missing", self.name);
        }
        found
    }

    /// For what cannot be skipped.
    pub fn needed(self) {
        assert!(self.is_there(), "{} is missing, without which this cannot be tested", self.name);
    }
}

/// One of the builds of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// In the profile of the tests.
    OfTheTests,
    /// As it is given away.
    Released,
}

impl Library {
    /// The folder with the shared library and the static one.
    pub fn folder(self) -> &'static Path {
        static FOLDERS: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
        FOLDERS[self as usize].get_or_init(|| {
            let mut arguments = vec!["--lib", "--message-format=json"];
            if self == Library::Released {
                arguments.push("--release");
            }
            let output = cargo_build(&arguments);
            let messages = String::from_utf8(output.stdout).expect("cargo prints text");
            let library = messages
                .lines()
                .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
                .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "mpa")
                .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
                .filter_map(|name| name.as_str().map(PathBuf::from))
                .find(|name| name.file_name().is_some_and(|name| name == "libmpa.so"))
                .expect("cargo says where it put the library");
            library.parent().expect("a file has a folder").to_path_buf()
        })
    }
}

/// The folder with the shared library and the static one, built by cargo in the profile of the tests.
pub fn library_folder() -> &'static Path {
    Library::OfTheTests.folder()
}

/// The arguments with which a program finds the header and the shared library, when it is built and
/// when it runs.
pub fn link_arguments() -> Vec<String> {
    let folder = library_folder().display();
    vec![
        format!("-I{}", repository().join("include").display()),
        format!("-L{folder}"),
        "-lmpa".to_owned(),
        format!("-Wl,-rpath,{folder}"),
        "-pthread".to_owned(),
    ]
}

/// A file of this folder, such as `c/version.c`.
pub fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder of its own for what a test builds, in cargo's target folder. Tests that run at the same
/// time do not share it: running what another process is just building fails.
pub fn scratch(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("tests are a program");
    let target = tests.ancestors().nth(3).expect("cargo puts it into target/debug/deps");
    let program = tests.file_name().expect("a program has a name");
    // The harness names the thread after the test. A colon would divide lists of folders.
    let test = std::thread::current().name().unwrap_or_default().replace("::", "-");
    let folder = target.join("tmp").join(program).join(test).join(name);
    std::fs::create_dir_all(&folder).expect("a folder is made");
    folder
}

/// Builds a part of the library's package.
pub fn cargo_build(arguments: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "mpa"]).args(arguments).current_dir(repository());
    // Cargo sets these for the program that it runs. Some crates are compiled again when they change.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    run_within(LONGEST_BUILD, &mut cargo)
}

/// Runs a command and panics with all that it printed unless it succeeds.
#[track_caller]
pub fn run(command: &mut Command) -> Output {
    run_within(process::LIMIT, command)
}

#[track_caller]
fn run_within(limit: Duration, command: &mut Command) -> Output {
    let output = process::output(command.stdin(Stdio::null()), limit);
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

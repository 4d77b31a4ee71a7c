//! The platform that programs in C and C++ are built for and run on: this machine, or another one, so that the same
//! programs with the same expectations test the packages of every platform.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::build::{self, GCC, GPP};

/// Names the file that describes another platform. `packaging/check` writes it.
const VARIABLE: &str = "MPA_TEST_PLATFORM";

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum System {
    Unix,
    Windows,
}

#[derive(Debug, Deserialize)]
pub struct Platform {
    pub system: System,
    /// Programs run in an emulator of the processor: they are slow, and `/proc` shows its threads and memory too.
    pub emulated: bool,
    /// Compilers, with their first arguments.
    c: Vec<String>,
    cpp: Vec<String>,
    /// The arguments that find the headers and link the library.
    link: Vec<String>,
    /// What programs load while they run; none where only the static library is linked.
    pub shared_library: Option<PathBuf>,
    /// What starts a program, with its first arguments; empty where this machine does.
    runner: Vec<String>,
    /// For the programs.
    environment: BTreeMap<String, String>,
    /// Whether it is not this machine with the library that was built for these tests.
    #[serde(skip, default = "is_described")]
    pub described: bool,
}

fn is_described() -> bool {
    true
}

/// Why a program cannot be run everywhere.
#[derive(Clone, Copy)]
enum Needs {
    Unix(&'static str),
    /// A process whose threads, files and memory are its own.
    OwnProcess,
    SharedLibrary,
}

/// The programs of `c/` that are about what not every platform has. All others are run on all platforms.
static NEEDS: &[(&str, Needs)] = &[
    ("fork", Needs::Unix("fork")),
    ("interrupted", Needs::Unix("signals that interrupt system calls")),
    ("loaded", Needs::SharedLibrary),
    ("open_close", Needs::OwnProcess),
    ("quiet", Needs::Unix("signal handlers and /proc")),
    ("quiet", Needs::OwnProcess),
    ("sigpipe", Needs::Unix("SIGPIPE")),
];

impl Platform {
    /// The one that programs are tested on.
    pub fn of_the_tests() -> &'static Self {
        static PLATFORM: OnceLock<Platform> = OnceLock::new();
        PLATFORM.get_or_init(|| match std::env::var_os(VARIABLE) {
            Some(path) => Self::read(Path::new(&path)),
            None => Self::this_machine(),
        })
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()))
    }

    fn this_machine() -> Self {
        Platform {
            system: System::Unix,
            emulated: false,
            c: vec![GCC.name.to_owned()],
            cpp: vec![GPP.name.to_owned()],
            link: build::link_arguments(),
            shared_library: Some(build::library_folder().join("libmpa.so")),
            runner: Vec::new(),
            environment: BTreeMap::new(),
            described: false,
        }
    }

    /// Why a program of `c/` cannot be run there.
    pub fn lacks(&self, program: &str) -> Option<String> {
        NEEDS.iter().filter(|(name, _)| *name == program).find_map(|(_, needs)| match *needs {
            Needs::Unix(what) if self.system != System::Unix => Some(format!("it is about {what}, which Unix has")),
            Needs::OwnProcess if self.emulated => {
                Some("it would count what the emulator has of threads and files".into())
            }
            Needs::SharedLibrary if self.shared_library.is_none() => Some("it loads the shared library".into()),
            _ => None,
        })
    }

    pub fn c_compiler(&self) -> Command {
        words(&self.c)
    }

    pub fn cpp_compiler(&self) -> Command {
        words(&self.cpp)
    }

    /// The arguments with which a program finds the header and the library, the last ones of a compiler.
    pub fn link_arguments(&self) -> &[String] {
        &self.link
    }

    /// The file of a program, which on Windows has an ending.
    pub fn executable(&self, path: &Path) -> PathBuf {
        match self.system {
            System::Unix => path.to_owned(),
            System::Windows => path.with_added_extension("exe"),
        }
    }

    /// What runs a program that was built for it.
    pub fn command(&self, program: &Path) -> Command {
        let mut line = self.command_line(program).into_iter();
        let mut command = Command::new(line.next().expect("there is a program"));
        command.args(line).envs(&self.environment);
        command
    }

    /// The same for another program to run, with `environment`.
    pub fn command_line(&self, program: &Path) -> Vec<OsString> {
        self.runner.iter().map(OsString::from).chain([program.into()]).collect()
    }

    /// What a program has printed, with the line breaks of this machine.
    pub fn text(&self, printed: Vec<u8>) -> String {
        let text = String::from_utf8(printed).expect("it prints text");
        match self.system {
            System::Unix => text,
            System::Windows => text.replace("\r\n", "\n"),
        }
    }

    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }
}

fn words(line: &[String]) -> Command {
    let (program, arguments) = line.split_first().expect("a command has a name");
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

//! Builds a program of `c/` and runs it against an emulator of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use mpa_emulator::{Emulator, LoggedRequest, NO_TITLE, Options};
use mpa_tests::build::{self, GCC, VALGRIND};
use mpa_tests::platform::Platform;

use crate::expected::{Expected, TITLE};

/// One file of `c/`, and what is particular about running it.
pub struct Program {
    pub name: &'static str,
    /// For the compiler.
    pub arguments: Vec<String>,
    pub options: Options,
    /// Valgrind's options beyond the usual.
    pub watch: &'static [&'static str],
}

/// They see what the program does with its own memory and the stack, which Valgrind does not, and what
/// of the heap the library leaks or frees wrongly.
const SANITIZERS: [&str; 3] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

pub const LEAKS: [&str; 3] = ["--leak-check=full", "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite"];

/// What a run of it led to.
pub struct Run {
    pub slow: bool,
    output: Output,
    pub requests: Vec<LoggedRequest>,
}

impl Program {
    pub fn new(name: &'static str) -> Self {
        Program {
            name,
            arguments: Platform::of_the_tests().link_arguments().to_vec(),
            options: Options::default(),
            watch: &LEAKS,
        }
    }

    /// As it is; on the machine that builds it, with sanitizers and under Valgrind too.
    pub fn run(self, check: impl Fn(&Run)) {
        let platform = Platform::of_the_tests();
        if let Some(reason) = platform.lacks(self.name) {
            println!("{} is not run here: {reason}", self.name);
            return;
        }
        if !platform.described {
            GCC.needed();
        }
        let program = self.compile("", &[]);

        // A program that hangs is killed, with its children, which is a failure too.
        let in_time = || {
            let mut command = Command::new("timeout");
            command.args(["--signal=KILL", "300"]);
            command
        };
        let mut plain = in_time();
        plain.args(platform.command_line(&program)).envs(platform.environment());
        check(&self.run_as(plain, platform.emulated));
        if platform.described {
            return;
        }

        // Their allocator's locks stay as they were in the child of a process with threads, where it hangs
        // now and then. libc's do not.
        if self.name != "fork" {
            let sanitized = self.compile("-sanitized", &SANITIZERS);
            let mut command = in_time();
            command.arg(&sanitized).env("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1");
            check(&self.run_as(command, true));
        }

        if VALGRIND.is_there() {
            let mut watched = in_time();
            watched.args([VALGRIND.name, "--error-exitcode=99", "--quiet"]);
            watched.args(self.watch).arg(&program);
            check(&self.run_as(watched, true));
        }
    }

    fn compile(&self, suffix: &str, further: &[&str]) -> PathBuf {
        let platform = Platform::of_the_tests();
        let program = platform.executable(&build::scratch("c").join(format!("{}{suffix}", self.name)));
        let mut compile = platform.c_compiler();
        compile.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"]).args(further).arg("-o");
        compile.arg(&program).arg(build::source(&format!("c/{}.c", self.name))).args(&self.arguments);
        build::run(&mut compile);
        program
    }

    fn run_as(&self, mut command: Command, slow: bool) -> Run {
        let emulator = Emulator::start(self.options.clone()).expect("the emulator starts");
        command.args([emulator.url(), &TITLE.to_string()]);
        if slow {
            command.arg("slow");
        }
        if let Some(pem) = emulator.certificate_pem() {
            let path = build::scratch(self.name).join("certificate.pem");
            fs::write(&path, pem).expect("the certificate is written");
            command.env("MPA_TEST_CERTIFICATE", path);
        }
        let output = build::run(&mut command);
        // Whatever is printed is the library's, or Valgrind's, but for the line on stdout.
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command:?}");
        assert!(emulator.requests(NO_TITLE).is_empty());
        Run { slow, output, requests: emulator.requests(TITLE) }
    }
}

impl Run {
    /// Exactly these requests, and nothing on stdout.
    pub fn sent(&self, expected: &[Expected]) {
        self.sent_so_many(expected.len());
        for (request, expected) in self.requests.iter().zip(expected) {
            assert_eq!(request.path, expected.path, "{request:?}");
            assert_eq!(request.json(), expected.body, "{request:?}");
            assert_eq!(request.status, expected.status, "{request:?}");
        }
    }

    pub fn sent_so_many(&self, expected: usize) {
        assert_eq!(String::from_utf8_lossy(&self.output.stdout), "");
        assert_eq!(self.requests.len(), expected, "{:#?}", self.requests);
        self.are_sound();
    }

    /// Where only the program knows, within the bounds that it has printed.
    pub fn sent_as_often_as_said(&self) {
        let said = String::from_utf8_lossy(&self.output.stdout);
        let numbers: Vec<usize> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert!(said.starts_with("sent ") && said.lines().count() == 1, "{said}");
        assert!(
            (numbers[0]..=numbers[1]).contains(&self.requests.len()),
            "{said}, but there were {}",
            self.requests.len()
        );
        assert!(self.requests.iter().all(|request| request.status == 204));
        self.are_sound();
    }

    fn are_sound(&self) {
        for request in &self.requests {
            let header = |name| request.header(name).unwrap_or_default();
            if request.method == "GET" {
                assert!(request.body.is_empty() && request.header("content-type").is_none());
            } else {
                assert_eq!(header("content-type"), "application/json; charset=utf-8");
                assert_eq!(header("content-length"), request.body.len().to_string());
            }
            assert_eq!(header("x-xbl-contract-version"), "1");
            assert!(header("user-agent").contains("mpa/"));
        }
    }
}

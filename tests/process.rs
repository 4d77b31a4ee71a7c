//! The process belongs to its host: programs that notice what the library does to it beside its calls.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use mpa_emulator::{Emulator, Options};
use mpa_tests::build::{self, GCC};
use mpa_tests::partner::{Partner, TITLE};
use mpa_tests::tinyproxy::Tinyproxy;

/// A program of `c/`, without sanitizers or Valgrind, which have threads and signals of their own.
fn compile(name: &str) -> PathBuf {
    GCC.needed();
    let program = build::scratch("process").join(name);
    let mut compile = Command::new(GCC.name);
    compile.args(["-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-o"]).arg(&program);
    compile.arg(build::source(&format!("c/{name}.c"))).args(build::link_arguments()).args(["-ldl", "-pthread"]);
    build::run(&mut compile);
    program
}

/// Runs it; a program that hangs is ended. It prints what is wrong.
fn run(program: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) {
    let mut run = Command::new("timeout");
    run.args(["--signal=KILL", "120"]).arg(program).args(arguments);
    let output = build::run(&mut run);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

/// What a program needs that signs in: endpoint, title, where to sign in, and the files.
fn signing_in(partner: &Partner) -> Vec<String> {
    let sign_in = partner.emulator.sign_in().unwrap();
    let title = TITLE.to_string();
    let file = |name: &str| partner.folder.join(name).to_str().unwrap().to_owned();
    let mut arguments =
        [partner.emulator.url(), &title, sign_in.url(), sign_in.token_url()].map(str::to_owned).to_vec();
    arguments.extend(["ca.pem", "partner.pem", "partner.key"].map(file));
    arguments
}

#[test]
fn nothing_reads_the_environment() {
    run(&compile("environment"), signing_in(&Partner::start("environment")));
}

#[test]
fn secrets_do_not_stay_in_memory() {
    let partner = Partner::start("wiped");
    let proxy = Tinyproxy::start(&partner.folder, "");
    let mut arguments = signing_in(&partner);
    arguments.push(format!("127.0.0.1:{}", proxy.port));
    run(&compile("wiped"), arguments);
    assert!(!proxy.targets().is_empty());
}

#[test]
fn signals_of_the_process_are_the_hosts() {
    let emulator = Emulator::start(Options::default()).unwrap();
    run(&compile("signals"), [emulator.url(), "7"]);
}

#[test]
fn a_resolver_that_hangs_costs_a_thread_a_name() {
    run(&compile("names"), ["https://unused.example", "7"]);
}

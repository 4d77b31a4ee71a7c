//! `mpa.hpp`, under both compilers and all of its promises.

use std::fmt::Write;
use std::process::Command;

use mpa_tests::bindings::names;
use mpa_tests::build::{self, CLANGPP, DOCTEST, GPP, Tool};
use mpa_tests::header::repository;
use mpa_tests::peer::{self, Answer};
use mpa_tests::platform::Platform;

use crate::{interface, request_log, results, service};

const COMPILERS: [Tool; 2] = [GPP, CLANGPP];
const WAYS: [&[&str]; 4] = [
    &["-std=c++17"],
    &["-std=c++17", "-fno-exceptions", "-fno-rtti"],
    &["-std=c++20"],
    &["-std=c++20", "-fno-exceptions", "-fno-rtti"],
];
/// What is run: each standard, with exceptions and without. The header itself is compiled in all ways.
const WAYS_TO_RUN: [&[&str]; 2] = [WAYS[1], WAYS[2]];
const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// What `mpa.hpp` includes, and itself.
const CORE: [&str; 8] = [
    "mpa.hpp",
    "mpa_calls.hpp",
    "mpa_config.hpp",
    "mpa_enums.hpp",
    "mpa_match.hpp",
    "mpa_requests.hpp",
    "mpa_result.hpp",
    "mpa_stats.hpp",
];
const COMPANIONS: [&str; 4] = ["mpa_submitter.hpp", "mpa_renewer.hpp", "mpa_dispatcher.hpp", "mpa_testing.hpp"];
/// Beyond what is promised, and yet in use.
const STRICTER: [&str; 6] =
    ["-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Wold-style-cast", "-Wzero-as-null-pointer-constant"];

#[test]
fn a_program_of_two_units_compiles_without_a_warning_and_behaves() {
    for (mut program, _) in programs_of("client", &["client.cpp", "second_unit.cpp"]) {
        let emulator = request_log::emulator();
        build::run(program.args([emulator.url(), "7"]));
        request_log::check_that_everything_arrived(&emulator.requests(7), 7);
        request_log::check_that_refusals_stayed_here(&emulator.requests(8));
    }
}

#[test]
fn what_is_submitted_completes_once() {
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for (mut program, _) in programs("submitting") {
        let emulator = request_log::emulator();
        build::run(program.args([emulator.url(), "7", &silent]));
        request_log::check_that_everything_arrived(&emulator.requests(7), 7);
    }
}

#[test]
fn every_endpoint_is_called() {
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for (mut program, _) in programs("activities") {
        let (endpoint, requests) = service::start();
        build::run(program.args([&endpoint, "7", &silent]));
        service::check(&requests, 7);
    }
}

#[test]
fn matches_report_themselves() {
    for (mut program, _) in programs("matches") {
        let emulator = request_log::emulator();
        build::run(program.args([emulator.url(), "7"]));
        request_log::check_that_matches_arrived(&emulator.requests(7), 7);
    }
}

#[test]
fn a_dispatcher_reports_refusals_drops_what_is_gone_and_renews() {
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for (mut program, _) in programs("dispatching") {
        let emulator = request_log::emulator();
        let refuses = r#"{"fault":"expired_token","token":"revoked"}"#;
        emulator.set_faults(7, &[refuses]).expect("the fault is well-formed");
        build::run(program.args([emulator.url(), "7", &silent]));
    }
}

/// AddressSanitizer finds callbacks that refer to what is gone.
#[test]
fn a_dispatcher_may_outlive_what_its_callbacks_refer_to() {
    if !GPP.is_there() {
        return;
    }
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    let compiled = |more: &[&str], name: &str| {
        let program = build::scratch("cpp").join(name);
        let mut compile = strict(with(GPP, &[]));
        compile.args(["-std=c++17", "-g", "-fsanitize=address"]).args(more).arg("-o").arg(&program);
        build::run(compile.arg(build::source("cpp/lifetimes.cpp")).args(build::link_arguments()));
        program
    };
    let (debug, release) = (compiled(&[], "lifetimes"), compiled(&["-DNDEBUG"], "lifetimes-release"));
    for program in [&debug, &release] {
        for case in ["ties", "close"] {
            build::run(Command::new(program).args([case, &silent]));
        }
    }
    build::run(Command::new(&release).args(["no-ties", &silent]));
    let asserts = Command::new(&debug).args(["no-ties", &silent]).output().expect("it starts");
    let said = String::from_utf8_lossy(&asserts.stderr);
    assert!(!asserts.status.success() && said.contains("close() it before it is destroyed"), "{said}");
}

#[test]
fn code_that_submits_is_tested_without_a_network() {
    if !DOCTEST.is_a_header_there() || !GPP.is_there() {
        return;
    }
    let program = build::scratch("cpp").join("invites_test");
    let mut compile = strict(with(GPP, &[]));
    compile.arg("-std=c++17").arg("-o").arg(&program).arg(repository().join("examples/invites_test.cpp"));
    build::run(compile.args(build::link_arguments()));
    let printed = build::run(&mut Command::new(program)).stdout;
    assert!(String::from_utf8_lossy(&printed).contains("SUCCESS"));
}

#[test]
fn statistics_and_the_log_are_available() {
    for (mut program, _) in programs("observability") {
        let emulator = request_log::emulator_that_fails_once(7);
        build::run(program.args([emulator.url(), "7"]));
    }
}

#[test]
fn a_result_holds_every_field_in_its_place() {
    for (program, _) in programs("results") {
        results::check(program);
    }
}

#[test]
fn the_header_needs_nothing_included_before_it() {
    let file = build::scratch("cpp").join("alone.cpp");
    let check = |text: &str, ways: &[&[&str]]| {
        std::fs::write(&file, text).expect("the file is written");
        for (compiler, _) in compilers(ways) {
            build::run(strict(compiler).args(STRICTER).arg("-fsyntax-only").arg(&file));
        }
    };
    let includes = CORE.into_iter().chain(COMPANIONS).map(|header| format!("#include \"{header}\"\n"));
    includes.clone().for_each(|alone| check(&alone, &WAYS[..1]));
    check(&includes.collect::<String>(), &WAYS);
}

/// `windows.h` and others define these as macros.
#[test]
fn the_header_bears_the_macros_of_others() {
    let file = build::scratch("cpp").join("macros.cpp");
    let standard = "#include <algorithm>\n#include <array>\n#include <atomic>\n#include <chrono>\n\
         #include <condition_variable>\n#include <deque>\n#include <exception>\n#include <functional>\n#include <future>\n#include <memory>\n\
         #include <mutex>\n#include <optional>\n#include <string>\n#include <thread>\n#include <unordered_map>\n\
         #include <variant>\n#include <vector>\n";
    let macros = "#define min(a, b) ((a) < (b) ? (a) : (b))\n#define max(a, b) ((a) > (b) ? (a) : (b))\n\
                  #define ERROR 0\n#define OK 0\n#define check(x) (x)\n#define verify(x) (x)\n";
    let text = format!("{standard}{macros}#include \"mpa_dispatcher.hpp\"\n#include \"mpa_testing.hpp\"\n");
    std::fs::write(&file, text).expect("the file is written");
    for (compiler, _) in compilers(&WAYS) {
        build::run(strict(compiler).arg("-fsyntax-only").arg(&file));
    }
}

/// The values are compared by the compiler, and so is that no enumerator is missing or there twice.
#[test]
fn every_number_of_the_header_is_an_enumerator() {
    let mut text = "#include \"mpa.hpp\"\n".to_owned();
    for enumeration in &interface().enumerations {
        let name = names::pascal(&enumeration.name);
        let (mut asserts, mut cases) = (String::new(), String::new());
        for number in &enumeration.members {
            let member = format!("mpa::{name}::{}", names::member(enumeration, number));
            let _ = writeln!(asserts, "static_assert(static_cast<std::int32_t>({member}) == {});", number.value);
            let _ = writeln!(cases, "    case {member}: return true;");
        }
        let _ = writeln!(
            text,
            "static_assert(sizeof(mpa::{name}) == sizeof(std::int32_t));\n{asserts}bool knows(mpa::{name} value);\n\
             bool knows(mpa::{name} value)\n{{\n    switch (value) {{\n{cases}    }}\n    return false;\n}}"
        );
    }
    let file = build::scratch("cpp").join("numbers.cpp");
    std::fs::write(&file, text).expect("the file is written");
    for (compiler, _) in compilers(&WAYS) {
        build::run(strict(compiler).arg("-fsyntax-only").arg(&file));
    }
}

#[test]
fn every_function_and_field_of_the_header_is_within_reach() {
    let read = |name| std::fs::read_to_string(repository().join("bindings/cpp").join(name));
    let text = CORE.map(|name| read(name).unwrap_or_else(|error| panic!("{name}: {error}"))).concat();
    let interface = interface();
    for function in interface.functions.iter().map(|function| &function.name) {
        assert!(text.contains(&format!("{function}(")), "C++ does not use {function}");
    }
    for described in &interface.structs {
        for field in described.data_fields().map(|field| &field.name) {
            assert!(text.contains(&format!(".{field}")), "C++ does not use {}.{field}", described.name);
        }
    }
}

/// A program of `cpp/` that is one file, in every way to run it, and what it is called then.
pub fn programs(name: &str) -> Vec<(Command, String)> {
    programs_of(name, &[&format!("{name}.cpp")])
}

fn programs_of(name: &str, sources: &[&str]) -> Vec<(Command, String)> {
    let platform = Platform::of_the_tests();
    let build_it = |(compiler, way): (Command, String)| {
        let program = platform.executable(&build::scratch("cpp").join(format!("{name}-{way}")));
        let mut compile = strict(compiler);
        compile.args(STRICTER).arg("-o").arg(&program);
        compile.args(sources.iter().map(|source| build::source(&format!("cpp/{source}"))));
        build::run(compile.args(platform.link_arguments()));
        (platform.command(&program), way)
    };
    compilers(&WAYS_TO_RUN).into_iter().map(build_it).collect()
}

/// The compilers of the platform in these ways to compile, and a name for what comes of it.
fn compilers(ways: &[&[&str]]) -> Vec<(Command, String)> {
    let platform = Platform::of_the_tests();
    let in_all_ways = |name: &str, command: &dyn Fn() -> Command| -> Vec<_> {
        let in_one_way = |arguments: &&[&str]| {
            let mut command = command();
            command.args(*arguments);
            (command, format!("{name}{}", arguments.concat()))
        };
        ways.iter().map(in_one_way).collect()
    };
    if platform.described {
        return in_all_ways("", &|| platform.cpp_compiler());
    }
    let found = COMPILERS.into_iter().filter(|compiler| compiler.is_there());
    found.flat_map(|compiler| in_all_ways(compiler.name, &|| Command::new(compiler.name))).collect()
}

fn with(compiler: Tool, arguments: &[&str]) -> Command {
    let mut command = Command::new(compiler.name);
    command.args(arguments);
    command
}

fn strict(mut command: Command) -> Command {
    command.args(STRICT);
    for folder in ["include", "bindings/cpp"] {
        command.arg("-I").arg(repository().join(folder));
    }
    command
}

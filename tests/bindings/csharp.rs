//! The C# assembly, compiled by mcs and run by mono.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use mpa_tests::bindings::names;
use mpa_tests::build::{self, MCS, MONO, Tool};
use mpa_tests::header::repository;
use mpa_tests::peer::{self, Answer};
use serde_json::json;

use crate::{interface, request_log, results, service};

const STRICT: [&str; 4] = ["-langversion:7.2", "-warn:4", "-warnaserror", "-unsafe"];

#[test]
fn a_program_behaves() {
    let Some(program) = compile("Behaviour") else { return };
    let emulator = request_log::emulator();
    build::run(mono(&program).args([emulator.url(), "7"]));
    let requests = emulator.requests(7);
    request_log::check_that_everything_arrived(&requests[..3], 7);
    request_log::check_that_refusals_stayed_here(&emulator.requests(8));

    // 50 calls of 30 groups, sent while the collector ran: group i of call c is 2 + i % 3 players
    // from 1000 * c + i.
    let groups = |call: u64, range: std::ops::Range<u64>| -> Vec<_> {
        range.map(|i| request_log::players(1000 * call + i..1000 * call + i + 2 + i % 3)).collect()
    };
    let expected = (1..=50).flat_map(|call| [groups(call, 0..20), groups(call, 20..30)]);
    let arrived = requests[3..].iter().map(|request| {
        let body = request.json();
        let groups = body["recentPlayerGroups"].as_array().cloned().unwrap_or_default();
        groups.iter().map(|group| group["recentPlayers"].clone()).collect::<Vec<_>>()
    });
    assert_eq!(arrived.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn every_task_completes_once() {
    let Some(program) = compile("Submitting") else { return };
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for who_polls in ["host", "thread"] {
        let emulator = request_log::emulator();
        build::run(mono(&program).args([emulator.url(), "7", &silent, who_polls]));
        request_log::check_that_everything_arrived(&emulator.requests(7), 7);
    }
}

#[test]
fn every_endpoint_is_called() {
    let Some(program) = compile("Activities") else { return };
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for who_polls in ["host", "thread"] {
        let (endpoint, requests) = service::start();
        build::run(mono(&program).args([&endpoint, "7", &silent, who_polls]));
        service::check(&requests, 7);
    }
}

#[test]
fn matches_report_themselves() {
    let Some(program) = compile("Matches") else { return };
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for who_polls in ["host", "thread"] {
        let emulator = request_log::emulator();
        build::run(mono(&program).args([emulator.url(), "7", &silent, who_polls]));
        request_log::check_that_matches_arrived(&emulator.requests(7), 7);
    }
}

#[test]
fn statistics_and_the_log_are_available() {
    let Some(program) = compile("Observability") else { return };
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    for who_polls in ["host", "thread"] {
        let emulator = request_log::emulator_that_fails_once(7);
        build::run(mono(&program).args([emulator.url(), "7", &silent, who_polls]));
    }
}

/// With the sources compiled into it, as README says.
#[test]
fn no_name_is_ambiguous_beside_those_of_others() {
    if !is_there() {
        return;
    }
    let program = build::scratch("csharp").join("Usings.exe");
    let mut compile = mcs();
    compile.arg(format!("-out:{}", program.display()));
    compile.arg(build::source("csharp/Usings.cs")).arg(repository().join("bindings/csharp/*.cs"));
    build::run(&mut compile);
    build::run(&mut mono(&program));
}

#[test]
fn messages_name_properties() {
    let Some(program) = compile("Members") else { return };
    build::run(&mut mono(&program));
}

/// It has no library to load.
#[test]
fn the_example_without_a_network_passes() {
    if !is_there() {
        return;
    }
    let program = build::scratch("example").join("without_network.exe");
    let mut compile = mcs();
    compile.arg(format!("-out:{}", program.display())).arg(repository().join("examples/without_network.cs"));
    build::run(compile.arg(repository().join("bindings/csharp/*.cs")));
    let output = build::run(mono(&program).env_remove("LD_LIBRARY_PATH"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "4 tests passed.\n");
}

/// With what it leaves to the program.
#[test]
fn the_code_about_outcomes_compiles() {
    if !is_there() {
        return;
    }
    let page = std::fs::read_to_string(repository().join("docs/outcomes.md")).unwrap();
    let codes: Vec<&str> = page.split("```csharp\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(codes.len(), 1, "pieces of code in C#");
    let folder = build::scratch("csharp");
    let source = folder.join("Outcomes.cs");
    let text = format!(
        "using System; using Mpa;\nclass Guide\n{{\npublic {}\nvoid InviteLater<T>(T users, TimeSpan delay) {{ }}\nvoid \
         InviteElsewhere<T>(T users) {{ }}\nvoid Alert(string message) {{ }}\n}}\n",
        codes[0]
    );
    std::fs::write(&source, text).unwrap();
    let mut compile = mcs();
    compile.arg("-target:library").arg(format!("-out:{}", folder.join("Outcomes.dll").display()));
    build::run(compile.arg(&source).arg(repository().join("bindings/csharp/*.cs")));
}

#[test]
fn a_result_holds_every_field_in_its_place() {
    let Some(program) = compile("Results") else { return };
    results::check(mono(&program));
}

#[test]
fn every_number_of_the_header_is_a_member_and_there_are_no_others() {
    let Some(described) = describe() else { return };
    let mut members: Vec<_> = described.filter(|line| line.starts_with("number ")).collect();
    let interface = interface();
    let of_enumerations = interface.enumerations.iter().flat_map(|enumeration| {
        let type_name = names::pascal(&enumeration.name);
        let members = enumeration.members.iter();
        members.map(move |number| (format!("Mpa{type_name}.{}", names::member(enumeration, number)), number.value))
    });
    let others = interface.constants.iter().map(|number| {
        let (class, name) = names::constant(&number.name);
        (format!("{class}.{name}"), number.value)
    });
    let mut expected: Vec<_> =
        of_enumerations.chain(others).map(|(name, value)| format!("number {name} {value}")).collect();
    members.sort();
    expected.sort();
    assert_eq!(members, expected);
}

/// Unity takes the folder as it is, and .NET by its project.
#[test]
fn the_folder_says_that_it_needs_unsafe_code() {
    let read = |name: &str| {
        let path = repository().join("bindings/csharp").join(name);
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let unity: serde_json::Value = serde_json::from_str(&read("Mpa.Client.asmdef")).expect("Mpa.Client.asmdef is JSON");
    assert_eq!((&unity["name"], &unity["allowUnsafeCode"]), (&json!("Mpa.Client"), &json!(true)));
    assert!(read("Mpa.Client.csproj").contains("<AllowUnsafeBlocks>true</AllowUnsafeBlocks>"));
}

/// What the assembly says of itself, line by line; `None` where it is to be skipped.
pub fn describe() -> Option<impl Iterator<Item = String>> {
    static DESCRIBED: OnceLock<Option<Vec<String>>> = OnceLock::new();
    let described = DESCRIBED.get_or_init(|| {
        let program = compile("Describe")?;
        let printed = String::from_utf8(build::run(&mut mono(&program)).stdout).expect("it prints text");
        Some(printed.lines().map(str::to_owned).collect())
    });
    Some(described.clone()?.into_iter())
}

/// The arguments with which a program is compiled.
pub fn mcs() -> Command {
    let mut mcs = Command::new(MCS.name);
    mcs.args(STRICT);
    mcs
}

/// Runs a program that finds the library where cargo has put it.
pub fn mono(program: &PathBuf) -> Command {
    let mut mono = Command::new(MONO.name);
    mono.arg(program).env("LD_LIBRARY_PATH", build::library_folder());
    mono
}

pub fn is_there() -> bool {
    [MCS, MONO].into_iter().all(Tool::is_there)
}

/// A program of `csharp/`, compiled against the assembly.
pub fn compile(name: &str) -> Option<PathBuf> {
    let assembly = assembly()?;
    let program = assembly.with_file_name(format!("{name}.exe"));
    let (reference, out) = (format!("-r:{}", assembly.display()), format!("-out:{}", program.display()));
    let sources = [name, "Support"].map(|name| build::source(&format!("csharp/{name}.cs")));
    build::run(mcs().args([reference, out]).args(sources));
    Some(program)
}

/// `Mpa.Client.dll`, compiled once. References in its comments are checked too; not every member has one.
fn assembly() -> Option<&'static PathBuf> {
    static ASSEMBLY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let compiled = ASSEMBLY.get_or_init(|| {
        if !is_there() {
            return None;
        }
        let assembly = build::scratch("csharp").join("Mpa.Client.dll");
        let mut compile = mcs();
        compile.args(["-target:library", "-nowarn:1591", "-doc:Mpa.Client.xml"]);
        compile.arg(format!("-out:{}", assembly.display()));
        compile.arg(repository().join("bindings/csharp/*.cs")).current_dir(build::scratch("csharp"));
        build::run(&mut compile);
        Some(assembly)
    });
    compiled.as_ref()
}

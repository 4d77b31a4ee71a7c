//! The programs of `tests/c` and `tests/cpp` and the quickstarts, with the libraries of a target.
//!
//! What they do is compared by the same tests as on the machine itself: `tests/src/platform.rs` reads what is written
//! here.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::passed;
use super::units::c_compiler;
use crate::dist::Dist;
use crate::packages::c::platform::Platform;
use crate::runner::{self, Runner};
use crate::targets::{Processor, System, Target};
use crate::toolchain::rust;
use crate::toolchain::zig::Zig;

/// For all programs that are run in one way.
const LIMIT: Duration = Duration::from_secs(1_200);

/// The tests of `tests/bindings.rs` that are about programs in C, and in C++.
const IN_C: &[&str] = &[
    "quickstarts::the_quickstart_in_c_does_what_it_says",
    "quickstarts::the_server_that_signs_in_does_what_it_says",
    "quickstarts::the_server_that_signs_in_fails_properly",
];
const IN_CPP: &[&str] = &[
    "cpp::a_program_of_two_units_compiles_without_a_warning_and_behaves",
    "cpp::a_result_holds_every_field_in_its_place",
    "cpp::what_is_submitted_completes_once",
    "quickstarts::the_quickstart_in_cpp_does_what_it_says",
    "signing_in::a_program_in_cpp_signs_in",
];

/// The versions of Debian whose C libraries are the oldest and the newest that programs are run with.
const DEBIANS: &[&str] = &["11", "13"];

/// One way to link and run the programs.
struct Way {
    name: String,
    runner: Runner,
    shared: bool,
    c: Vec<String>,
    cpp: Vec<String>,
}

pub fn check(dist: &Dist, target: &'static Target, runner: Runner) -> Result<()> {
    if cfg!(windows) {
        println!("{}: the programs are compiled and run by tests on Linux", target.name);
        return Ok(());
    }
    let [c, cpp] = compilers(dist, target)?;
    let way =
        |name: &str, runner, shared| Way { name: name.to_owned(), runner, shared, c: c.clone(), cpp: cpp.clone() };

    let shared = way("shared", runner, true);
    let mut skipped = vec!["--skip", "random::"];
    if target.system == System::LinuxMusl {
        // musl never unloads a library.
        skipped.extend(["--skip", "the_library_is_loaded_and_let_go_of"]);
    }
    run(dist, target, &shared, "c_abi", &skipped)?;
    run(dist, target, &shared, "bindings", &[&["--exact"], IN_C, IN_CPP].concat())?;
    for version in DEBIANS {
        let Some(runner) = Runner::with_glibc_of(dist, target, version)? else { continue };
        let mut way = way(&format!("shared, Debian {version}"), runner, true);
        // For the oldest C library that the library itself is for.
        way.c = zig(dist, target, "cc")?;
        run(dist, target, &way, "bindings", &[&["--exact"], IN_C].concat())?;
    }
    // Zig links musl into programs too, where no shared library is asked for.
    let statically = way("static", shared.runner.without_loader_of_musl(), false);
    run(dist, target, &statically, "bindings", &[&["--exact"], IN_C, IN_CPP].concat())
}

/// For C and for C++.
fn compilers(dist: &Dist, target: &Target) -> Result<[Vec<String>; 2]> {
    if target.system == System::LinuxMusl {
        return Ok([zig(dist, target, "cc")?, zig(dist, target, "c++")?]);
    }
    let c = text(&c_compiler(target)?)?;
    let cpp = c.replace("gcc", "g++");
    Ok([vec![c], vec![cpp]])
}

fn zig(dist: &Dist, target: &Target, command: &str) -> Result<Vec<String>> {
    let processor = if target.processor == Processor::Arm64 { "aarch64" } else { "x86_64" };
    let system = match target.system {
        System::LinuxMusl => "linux-musl".to_owned(),
        _ => format!("linux-gnu.{}.{}", crate::targets::GLIBC.0, crate::targets::GLIBC.1),
    };
    let program = text(Path::new(Zig::of(dist)?.command(command).get_program()))?;
    Ok(vec![program, command.to_owned(), "-target".to_owned(), format!("{processor}-{system}")])
}

/// Runs some of the tests of a file of `tests/`.
fn run(dist: &Dist, target: &Target, way: &Way, file: &str, arguments: &[&str]) -> Result<()> {
    let description = dist.cache().join("platform.json");
    let text = serde_json::to_string_pretty(&describe(dist, target, way)?)?;
    fs::write(&description, text).with_context(|| format!("writing {}", description.display()))?;
    let mut cargo = rust::cargo();
    // All of the workspace, so that what `cargo test` has compiled is of use: with fewer packages, others of their features
    // are enabled.
    cargo.args(["test", "--quiet", "--locked", "--workspace", "--test", file, "--"]).args(arguments);
    cargo.current_dir(dist.repository()).env("MPA_TEST_PLATFORM", &description);
    // Of the compilers, where Zig is one.
    let zig = Zig::of(dist)?.command("cc");
    cargo.envs(zig.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let what = format!("the tests of {}, {}", target.name, way.name);
    let passed = passed(&runner::run_for(&mut cargo, LIMIT)?.success(&what)?)?;
    let exact = if arguments.contains(&"--exact") { arguments.len() - 1 } else { passed };
    ensure!(passed == exact, "{what}: {passed} of {file} were run, expected {exact}");
    println!("{}, {}: {passed} tests of {file} passed", target.name, way.name);
    Ok(())
}

/// As `tests/src/platform.rs` reads it.
fn describe(dist: &Dist, target: &Target, way: &Way) -> Result<serde_json::Value> {
    let stage = dist.stage(target);
    let library = stage.join(target.shared_library());
    let folder = library.parent().context("a library is in a folder")?;
    let mut link = vec![format!("-I{}", text(&dist.repository().join("include"))?), "-pthread".to_owned()];
    let windows = target.system == System::Windows;
    match (way.shared, windows) {
        (true, true) => {
            // The threads of MinGW are linked statically.
            link.extend(["-DMPA_SHARED", "-static"].map(str::to_owned));
            link.push(text(&stage.join("lib/libmpa.dll.a"))?);
        }
        (true, false) => {
            link.extend([format!("-L{}", text(folder)?), "-lmpa".to_owned()]);
            // Zig links musl statically otherwise.
            if target.system == System::LinuxMusl {
                link.push("-dynamic".to_owned());
            }
        }
        (false, _) => {
            link.push(text(&stage.join("lib/libmpa.a"))?);
            link.extend(Platform::of(target).static_needs.iter().map(|name| format!("-l{name}")));
            if target.system == System::LinuxMusl {
                link.push("-lunwind".to_owned());
            }
            if windows || target.system == System::LinuxMusl {
                link.push("-static".to_owned());
            }
        }
    }
    let mut environment = serde_json::Map::new();
    for (name, value) in way.runner.environment(&[folder])? {
        environment.insert(name.to_owned(), text(Path::new(&value))?.into());
    }
    let loaded = way.shared.then(|| way.runner.path_of_program(&library).to_string_lossy().replace('\\', "/"));
    Ok(json!({
        "system": if windows { "windows" } else { "unix" },
        "emulated": way.runner.emulated,
        "c": way.c,
        "cpp": way.cpp,
        "link": link,
        "shared_library": loaded,
        "runner": way.runner.line.iter().map(|word| text(Path::new(word))).collect::<Result<Vec<_>>>()?,
        "environment": environment,
    }))
}

fn text(path: &Path) -> Result<String> {
    Ok(path.to_str().with_context(|| format!("the path {} is not Unicode", path.display()))?.to_owned())
}

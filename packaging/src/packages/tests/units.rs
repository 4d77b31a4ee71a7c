//! The unit tests of the library, compiled for a target.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::passed;
use crate::dist::Dist;
use crate::runner::{self, MINGW_C, Runner};
use crate::targets::{Processor, System, Target};
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools::{self, Tool};

/// For all of them, in an emulator, on a machine that does much else.
const LIMIT: Duration = Duration::from_secs(1_200);

pub const ARM64_C: Tool = Tool {
    names: &["aarch64-linux-gnu-gcc"],
    package: "g++-aarch64-linux-gnu",
    elsewhere: "GCC for arm64 from the packages of your system",
};

pub fn check(dist: &Dist, target: &'static Target, runner: &Runner) -> Result<()> {
    let program = compile(dist, target)?;
    let helpers = helpers(dist, target)?;
    let folders: Vec<_> = helpers.iter().map(PathBuf::as_path).collect();
    // Rust links musl into programs.
    let runner = runner.without_loader_of_musl();
    let mut command = runner.command(&program, &folders)?;
    if runner.emulated {
        let line: Vec<_> = runner.line.iter().map(|word| word.to_string_lossy()).collect();
        command.env("MPA_TEST_RUNNER", line.join(" "));
    }
    // As cargo starts tests.
    command.current_dir(dist.repository());
    let printed = runner::run_for(&mut command, LIMIT)?.success("the unit tests")?;
    println!("{}: {} unit tests passed", target.name, passed(&printed)?);
    Ok(())
}

fn compile(dist: &Dist, target: &'static Target) -> Result<PathBuf> {
    let triple = target.triples[0];
    Rust::with(triple)?;
    let mut cargo = match target.system {
        System::LinuxMusl => Zig::of(dist)?.cargo(triple),
        _ => rust::cargo(),
    };
    cargo.args(["test", "--no-run", "--quiet", "--locked", "--package", "mpa", "--lib", "--message-format=json"]);
    cargo.args(["--target", triple, "--target-dir"]).arg(dist.cache().join("tests"));
    if target.system != System::LinuxMusl && !std::ptr::eq(target, Target::host()?) {
        let variable = triple.replace('-', "_");
        let compiler = c_compiler(target)?;
        cargo.env(format!("CARGO_TARGET_{}_LINKER", variable.to_uppercase()), &compiler);
        cargo.env(format!("CC_{variable}"), &compiler);
    }
    cargo
        .current_dir(dist.repository())
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "none")
        // Cryptography in an emulator takes long without.
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    let messages = tools::run(&mut cargo)?;
    let program = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    program.context("cargo does not say where the tests are")
}

pub fn c_compiler(target: &Target) -> Result<PathBuf> {
    match (target.system, target.processor) {
        (System::Windows, _) => MINGW_C.path(),
        (_, Processor::Arm64) => ARM64_C.path(),
        _ => GCC.path(),
    }
}

const GCC: Tool = Tool { names: &["gcc"], package: "g++", elsewhere: "GCC from the packages of your system" };

/// The folder with programs that the tests call, where they cannot call those of this machine.
fn helpers(dist: &Dist, target: &Target) -> Result<Option<PathBuf>> {
    if target.system != System::Windows || cfg!(windows) {
        return Ok(None);
    }
    let folder = dist.cache().join("wine-programs");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut compiler = Command::new(MINGW_C.path()?);
    compiler.args(["-O2", "-o"]).arg(folder.join("openssl.exe"));
    tools::run(compiler.arg(dist.repository().join("packaging/wine/openssl.c")).arg("-lshell32"))?;
    Ok(Some(folder))
}

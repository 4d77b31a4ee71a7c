//! Links the static library and another one that is written in Rust into one program, which is what prelinking is for.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::dist::Dist;
use crate::targets::{Processor, System, Target};
use crate::toolchain::mingw;
use crate::toolchain::rust::Rust;
use crate::toolchain::zig::Zig;
use crate::tools::{self, Tool};

const CC: Tool = Tool { names: &["cc", "gcc"], package: "gcc", elsewhere: "any C compiler" };

/// Runs the program where this machine can.
pub fn check(dist: &Dist, target: &Target) -> Result<()> {
    let processor = if target.processor == Processor::Arm64 { "aarch64" } else { "x86_64" };
    let host = Target::host().is_ok_and(|host| host.name == target.name);
    let zig = |system: &str| {
        let mut compiler = Zig::of(dist)?.command("cc");
        compiler.arg("-target").arg(format!("{processor}-{system}"));
        Ok::<_, anyhow::Error>(compiler)
    };
    let (mut compiler, libraries): (Command, &[&str]) = match target.system {
        // Zig first compiles what it needs of its C library, which takes a while.
        System::LinuxGlibc if host => (Command::new(CC.path()?), &["-lpthread", "-ldl", "-lm"]),
        System::LinuxGlibc => (zig("linux-gnu")?, &["-lunwind"]),
        System::LinuxMusl => (zig("linux-musl")?, &["-lunwind", "-static"]),
        System::Windows => (mingw::gcc()?, &["-lws2_32", "-lbcrypt", "-luserenv", "-ladvapi32", "-lntdll"]),
        // The static library is not prelinked there.
        System::MacOs => return Ok(()),
    };
    let Some(mut rustc) = Rust::with(dist, target.triples[0])?.rustc() else {
        println!("{}: not linked with another Rust library, for want of a standard library", target.name);
        return Ok(());
    };
    let sources = dist.repository().join("packaging/consumers/two-rust-libraries");
    let folder = tempfile::tempdir()?;
    let other = folder.path().join("libother.a");
    rustc.args([
        "--edition",
        "2024",
        "--crate-type",
        "staticlib",
        "-Copt-level=1",
        "--target",
        target.triples[0],
        "-o",
    ]);
    tools::run(rustc.arg(&other).arg(sources.join("other.rs")))?;

    let program = folder.path().join("program.exe");
    compiler.arg("-o").arg(&program).arg("-I").arg(dist.stage(target).join("include")).arg(sources.join("program.c"));
    tools::run(compiler.arg(dist.stage(target).join("lib/libmpa.a")).arg(&other).args(libraries))?;
    run(target, processor, &program)
}

fn run(target: &Target, processor: &str, program: &Path) -> Result<()> {
    let mut command = if target.system == System::Windows {
        if !cfg!(windows) {
            println!("{}: linked with another Rust library, not run", target.name);
            return Ok(());
        }
        Command::new(program)
    } else if processor == std::env::consts::ARCH {
        Command::new(program)
    } else {
        let Some(emulator) = tools::find(&format!("qemu-{processor}-static")) else {
            println!("{}: linked with another Rust library, not run for want of qemu-user-static", target.name);
            return Ok(());
        };
        let mut command = Command::new(emulator);
        // Where Debian's cross compilers have glibc.
        command.arg("-L").arg(format!("/usr/{processor}-linux-gnu")).arg(program);
        command
    };
    if let Err(error) = tools::run(&mut command) {
        bail!("{}: a program with two Rust libraries does not work: {error:#}", target.name);
    }
    println!("{}: two Rust libraries work in one program", target.name);
    Ok(())
}

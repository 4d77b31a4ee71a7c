//! The static library beside another one that is written in Rust, in one program: each contains Rust's standard library,
//! and the names in it would clash if those of `libmpa.a` were not local.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::platform::Platform;
use super::programs;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::targets::{Processor, System, Target};
use crate::toolchain::rust::Rust;
use crate::tools::{self, Tool, run};

const CLANG: Tool =
    Tool { names: &["clang++", "clang++-14"], package: "clang", elsewhere: "LLVM from releases.llvm.org" };
const LLD: Tool = Tool { names: &["ld.lld", "ld.lld-14"], package: "lld", elsewhere: "LLVM from releases.llvm.org" };
const CROSS: Tool = Tool {
    names: &["aarch64-linux-gnu-g++"],
    package: "g++-aarch64-linux-gnu",
    elsewhere: "a cross compiler for aarch64-linux-gnu of your distribution",
};

/// One way to link a program. `shared`: the code that uses the libraries is a shared library, as a module of a game is.
struct Way {
    name: &'static str,
    source: &'static str,
    options: &'static [&'static str],
    shared: bool,
}

const WAYS: &[Way] = &[
    Way { name: "C, GNU ld", source: "use.c", options: &["-fuse-ld=bfd"], shared: false },
    Way { name: "C, lld", source: "use.c", options: &["-fuse-ld=lld"], shared: false },
    Way { name: "C++, lld", source: "use.cpp", options: &["-fuse-ld=lld", "-Wl,--gc-sections"], shared: false },
    Way {
        name: "C++, in a shared library",
        source: "use.cpp",
        options: &["-fuse-ld=lld", "-Wl,-z,text,-z,defs,--gc-sections,--exclude-libs,ALL"],
        shared: true,
    },
];

/// As the engine links: with LLVM's C++ library, which is part of the program.
const WITH_LIBCXX: Way = Way {
    name: "C++, lld, static libc++",
    source: "use.cpp",
    options: &["-fuse-ld=lld", "-stdlib=libc++", "-static-libstdc++"],
    shared: false,
};

/// Links and runs each of the ways.
pub fn check(dist: &Dist, platform: &Platform) -> Result<()> {
    if platform.system != System::LinuxGlibc {
        return Ok(());
    }
    let target = Target::named(platform.target)?;
    LLD.path()?;
    let cross = target.name != Target::host()?.name && target.processor == Processor::Arm64;
    if cross {
        CROSS.path()?;
    }
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let other = build_other(dist, target, cross)?;
    // There is none for arm64 among Debian's packages for amd64.
    let with_libcxx = if cross { None } else { Some(&WITH_LIBCXX) };
    if with_libcxx.is_some() && !has_libcxx(folder)? {
        tools::install(&["libc++-dev", "libc++abi-dev"])?;
    }
    for way in WAYS.iter().chain(with_libcxx) {
        check_way(dist, platform, cross, way, &other, folder)
            .with_context(|| format!("two archives in one program: {}", way.name))?;
    }
    Ok(())
}

/// The other library, which is not treated in any way. Its release build is kept.
fn build_other(dist: &Dist, target: &Target, cross: bool) -> Result<PathBuf> {
    let triple = target.triples[0];
    let manifest = consumer(dist).join("other/Cargo.toml");
    let build = dist.cache().join("two-archives");
    let mut cargo = Rust::with(dist, triple)?.cargo();
    if cross {
        cargo.env("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc");
    }
    run(cargo
        .args(["build", "--quiet", "--locked", "--release", "--target", triple, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&build))?;
    Ok(build.join(triple).join("release/libother.a"))
}

fn check_way(dist: &Dist, platform: &Platform, cross: bool, way: &Way, other: &Path, folder: &Path) -> Result<()> {
    let stage = dist.stage(Target::named(platform.target)?);
    let sources = consumer(dist);
    let clang = || -> Result<Command> {
        let mut command = Command::new(CLANG.path()?);
        command.args(cross.then_some("--target=aarch64-linux-gnu"));
        Ok(command)
    };
    let main = folder.join("main.o");
    run(clang()?.args(["-x", "c", "-c"]).arg(sources.join("main.c")).arg("-o").arg(&main))?;
    let used = folder.join("use.o");
    let language: &[&str] = if way.source.ends_with(".c") { &["-x", "c"] } else { &["-std=c++17"] };
    let library = way.options.iter().find(|option| option.starts_with("-stdlib"));
    run(clang()?
        .args(language)
        .args(library)
        .args(["-O2", "-fPIC", "-fvisibility=hidden", "-c"])
        .arg(format!("-I{}", stage.join("include").display()))
        .arg(sources.join(way.source))
        .arg("-o")
        .arg(&used))?;
    let program = folder.join("program");
    let archives = |command: &mut Command| {
        command.arg(&used).arg(stage.join("lib/libmpa.a")).arg(other).args(way.options).args([
            "-lpthread",
            "-ldl",
            "-lm",
        ]);
    };
    let mut link = clang()?;
    link.arg(&main).arg("-o").arg(&program);
    if way.shared {
        let module = folder.join("libgame.so");
        let mut link_module = clang()?;
        link_module.args(["-shared", "-o"]).arg(&module);
        archives(&mut link_module);
        run(&mut link_module)?;
        link.arg(&module).arg("-Wl,-rpath,$ORIGIN");
    } else {
        archives(&mut link);
    }
    run(&mut link)?;

    let emulator = Emulator::start(dist)?;
    let output = programs::run_with(&programs::runner(dist, platform)?, &program, &[emulator.url().into()])?;
    ensure!(output.trim() == "ok", "{output}");
    ensure!(emulator.calls(1_234_567_890)?.len() == 1, "no invite arrived");
    println!("unreal: {}: two archives in one program: {}", platform.name, way.name);
    Ok(())
}

fn has_libcxx(folder: &Path) -> Result<bool> {
    let source = folder.join("libcxx.cpp");
    std::fs::write(&source, "#include <string>\nint main() { return static_cast<int>(std::string().size()); }\n")?;
    let mut command = Command::new(CLANG.path()?);
    command.arg(&source).args(WITH_LIBCXX.options).arg("-o").arg(folder.join("libcxx"));
    Ok(run(&mut command).is_ok())
}

fn consumer(dist: &Dist) -> PathBuf {
    dist.repository().join("packaging/consumers/two-archives")
}

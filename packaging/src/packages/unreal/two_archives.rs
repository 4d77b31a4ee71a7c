//! The static library beside another one that is written in Rust, in one program: each contains Rust's standard library,
//! and the names in it would clash if those of `libmpa.a` were not local.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::compile::{ARM64_GCC, CLANG, MINGW};
use super::platform::Platform;
use super::programs;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::targets::{Processor, System, Target};
use crate::toolchain::rust::Rust;
use crate::tools::{self, Tool, run};

const LLD: Tool = Tool { names: &["ld.lld", "ld.lld-14"], package: "lld", elsewhere: "LLVM from releases.llvm.org" };

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

const WAYS_OF_WINDOWS: &[Way] = &[
    Way { name: "C, MinGW", source: "use.c", options: &["-static"], shared: false },
    Way { name: "C++, MinGW", source: "use.cpp", options: &["-static"], shared: false },
];

/// As the engine links: with LLVM's C++ library, which is part of the program.
const WITH_LIBCXX: Way = Way {
    name: "C++, lld, static libc++",
    source: "use.cpp",
    options: &["-fuse-ld=lld", "-stdlib=libc++", "-static-libstdc++"],
    shared: false,
};

/// What compiles and links for a platform.
struct Toolchain {
    compiler: PathBuf,
    options: &'static [&'static str],
    ways: Vec<&'static Way>,
    /// Of the system.
    libraries: &'static [&'static str],
    /// For the C code in the other library, where it is not the compiler of this machine: its variable and its name.
    c_compiler: Option<(&'static str, &'static str)>,
}

impl Toolchain {
    fn of(target: &Target, folder: &Path) -> Result<Self> {
        if target.system == System::Windows {
            return Ok(Self {
                compiler: MINGW.path()?,
                options: &[],
                ways: WAYS_OF_WINDOWS.iter().collect(),
                libraries: &["-lws2_32", "-lbcrypt", "-luserenv", "-ladvapi32", "-lntdll"],
                c_compiler: Some(("CC_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-gcc-posix")),
            });
        }
        LLD.path()?;
        let native = Self {
            compiler: CLANG.path()?,
            options: &[],
            ways: WAYS.iter().collect(),
            libraries: &["-lpthread", "-ldl", "-lm"],
            c_compiler: None,
        };
        if target.processor == Processor::Arm64 && target.name != Target::host()?.name {
            ARM64_GCC.path()?;
            // Without libc++: there is none for arm64 among Debian's packages for amd64.
            let c_compiler = Some(("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc"));
            return Ok(Self { options: &["--target=aarch64-linux-gnu"], c_compiler, ..native });
        }
        if !has_libcxx(folder)? {
            tools::install(&["libc++-dev", "libc++abi-dev"])?;
        }
        Ok(Self { ways: WAYS.iter().chain([&WITH_LIBCXX]).collect(), ..native })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.compiler);
        command.args(self.options);
        command
    }
}

/// Links and runs each of the ways.
pub fn check(dist: &Dist, platform: &Platform) -> Result<()> {
    let target = Target::named(platform.target)?;
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let toolchain = Toolchain::of(target, folder)?;
    let other = build_other(dist, target, &toolchain)?;
    for way in &toolchain.ways {
        check_way(dist, platform, &toolchain, way, &other, folder)
            .with_context(|| format!("two archives in one program: {}", way.name))?;
    }
    Ok(())
}

/// The other library, which is not treated in any way. Its release build is kept.
fn build_other(dist: &Dist, target: &Target, toolchain: &Toolchain) -> Result<PathBuf> {
    let triple = target.triples[0];
    let manifest = consumer(dist).join("other/Cargo.toml");
    let build = dist.cache().join("two-archives");
    let mut cargo = Rust::with(dist, triple)?.cargo();
    cargo.envs(toolchain.c_compiler);
    run(cargo
        .args(["build", "--quiet", "--locked", "--release", "--target", triple, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&build))?;
    Ok(build.join(triple).join("release/libother.a"))
}

fn check_way(
    dist: &Dist,
    platform: &Platform,
    toolchain: &Toolchain,
    way: &Way,
    other: &Path,
    folder: &Path,
) -> Result<()> {
    let stage = dist.stage(Target::named(platform.target)?);
    let sources = consumer(dist);
    let main = folder.join("main.o");
    run(toolchain.command().args(["-x", "c", "-c"]).arg(sources.join("main.c")).arg("-o").arg(&main))?;
    let used = folder.join("use.o");
    let language: &[&str] = if way.source.ends_with(".c") { &["-x", "c"] } else { &["-std=c++17"] };
    let library = way.options.iter().find(|option| option.starts_with("-stdlib"));
    run(toolchain
        .command()
        .args(language)
        .args(library)
        .args(["-O2", "-fPIC", "-fvisibility=hidden", "-c"])
        .arg(format!("-I{}", stage.join("include").display()))
        .arg(sources.join(way.source))
        .arg("-o")
        .arg(&used))?;
    let program = folder.join("program.exe");
    let archives = |command: &mut Command| {
        command.arg(&used).arg(stage.join("lib/libmpa.a")).arg(other).args(way.options).args(toolchain.libraries);
    };
    let mut link = toolchain.command();
    link.arg(&main).arg("-o").arg(&program);
    if way.shared {
        let module = folder.join("libgame.so");
        let mut link_module = toolchain.command();
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

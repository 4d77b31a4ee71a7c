//! The static library beside another one that is written in Rust, in one program: each contains Rust's standard library,
//! and the names in it would clash if those of `libmpa.a` were not local.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::runner::{Runner, run_for};
use crate::targets::{Processor, System, Target};
use crate::toolchain::compilers::{ARM64_GCC, CLANG, LLD, MINGW};
use crate::toolchain::mingw;
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools::{self, run};

/// How long a program may take, also where the processor is emulated.
const LIMIT: Duration = Duration::from_secs(300);

/// One way to link a program. `shared`: the code that uses the libraries is a shared library, as a module of a game is.
struct Way {
    name: &'static str,
    source: &'static str,
    options: &'static [&'static str],
    shared: bool,
}

const LINUX: &[Way] = &[
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

/// As Unreal Engine links: with LLVM's C++ library, which is part of the program.
const WITH_LIBCXX: Way = Way {
    name: "C++, lld, static libc++",
    source: "use.cpp",
    options: &["-fuse-ld=lld", "-stdlib=libc++", "-static-libstdc++"],
    shared: false,
};

const WINDOWS: &[Way] = &[
    Way { name: "C, MinGW", source: "use.c", options: &["-static"], shared: false },
    Way { name: "C++, MinGW", source: "use.cpp", options: &["-static"], shared: false },
];

const MUSL: &[Way] = &[Way { name: "C, Zig", source: "use.c", options: &["-dynamic"], shared: false }];
const MACOS: &[Way] = &[Way { name: "C", source: "use.c", options: &[], shared: false }];

/// What compiles and links for a platform.
struct Toolchain {
    /// Each call makes a new command.
    compiler: Box<dyn Fn() -> Command>,
    ways: Vec<&'static Way>,
    /// Of the system.
    libraries: &'static [&'static str],
}

impl Toolchain {
    fn of(dist: &Dist, target: &Target, folder: &Path) -> Result<Self> {
        let here = Target::host().is_ok_and(|host| host.name == target.name);
        let plain = |program: PathBuf, options: &'static [&'static str]| -> Box<dyn Fn() -> Command> {
            Box::new(move || {
                let mut command = Command::new(&program);
                command.args(options);
                command
            })
        };
        let zig = |system: &'static str| -> Result<Box<dyn Fn() -> Command>> {
            let zig = Zig::of(dist)?;
            let processor = if target.processor == Processor::X64 { "x86_64" } else { "aarch64" };
            Ok(Box::new(move || {
                let mut command = zig.command("cc");
                command.arg("-target").arg(format!("{processor}-{system}"));
                command
            }))
        };
        Ok(match target.system {
            System::Windows => Self {
                compiler: plain(MINGW.path()?, &[]),
                ways: WINDOWS.iter().collect(),
                libraries: &["-lws2_32", "-lbcrypt", "-luserenv", "-ladvapi32", "-lntdll"],
            },
            System::LinuxMusl => {
                Self { compiler: zig("linux-musl")?, ways: MUSL.iter().collect(), libraries: &["-lunwind"] }
            }
            System::MacOs => {
                let compiler = if here { plain(CLANG.path()?, &[]) } else { zig("macos.11.0")? };
                Self { compiler, ways: MACOS.iter().collect(), libraries: &[] }
            }
            System::LinuxGlibc => {
                LLD.path()?;
                let libraries = &["-lpthread", "-ldl", "-lm"];
                let mut ways: Vec<&Way> = LINUX.iter().collect();
                if target.processor == Processor::Arm64 && !here {
                    ARM64_GCC.path()?;
                    // Without libc++: there is none for arm64 among Debian's packages for amd64.
                    return Ok(Self {
                        compiler: plain(CLANG.path()?, &["--target=aarch64-linux-gnu"]),
                        ways,
                        libraries,
                    });
                }
                if !has_libcxx(folder)? {
                    tools::install(&["libc++-dev", "libc++abi-dev"])?;
                }
                ways.push(&WITH_LIBCXX);
                Self { compiler: plain(CLANG.path()?, &[]), ways, libraries }
            }
        })
    }
}

/// Links each of the ways, and runs them where this machine can.
pub fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let toolchain = Toolchain::of(dist, target, folder)?;
    let other = build_other(dist, target)?;
    let runner = Runner::of(dist, target)?;
    for way in &toolchain.ways {
        let what = || format!("{}: two Rust libraries in one program: {}", target.name, way.name);
        let program = link(dist, target, &toolchain, way, &other, folder).with_context(what)?;
        match &runner {
            Some(runner) => {
                run_program(dist, runner, &program).with_context(what)?;
                println!("{}", what());
            }
            None => println!("{}: linked, not run", what()),
        }
    }
    Ok(())
}

/// The other library, which is not treated in any way. Its release build is kept.
fn build_other(dist: &Dist, target: &Target) -> Result<PathBuf> {
    let triple = target.triples[0];
    Rust::with(triple)?;
    let here = Target::host().is_ok_and(|host| host.name == target.name);
    let mut cargo = match target.system {
        System::Windows => {
            let mut cargo = rust::cargo();
            cargo.envs(mingw::environment()?);
            cargo
        }
        System::LinuxGlibc | System::MacOs if here => rust::cargo(),
        _ => Zig::of(dist)?.cargo(triple),
    };
    if target.system == System::LinuxMusl {
        // As the program, which has one musl.
        cargo.env("RUSTFLAGS", "-Ctarget-feature=-crt-static");
    }
    let build = dist.cache().join("two-rust-libraries");
    run(cargo
        .args(["build", "--quiet", "--locked", "--release", "--target", triple, "--manifest-path"])
        .arg(sources(dist).join("other/Cargo.toml"))
        .arg("--target-dir")
        .arg(&build))?;
    Ok(build.join(triple).join("release/libother.a"))
}

fn link(
    dist: &Dist,
    target: &Target,
    toolchain: &Toolchain,
    way: &Way,
    other: &Path,
    folder: &Path,
) -> Result<PathBuf> {
    let stage = dist.stage(target);
    let compiler = &toolchain.compiler;
    let main = folder.join("main.o");
    run(compiler().args(["-x", "c", "-c"]).arg(sources(dist).join("main.c")).arg("-o").arg(&main))?;
    let used = folder.join("use.o");
    let language: &[&str] = if way.source.ends_with(".c") { &["-x", "c"] } else { &["-std=c++17"] };
    let library = way.options.iter().find(|option| option.starts_with("-stdlib"));
    run(compiler()
        .args(language)
        .args(library)
        .args(["-O2", "-fPIC", "-fvisibility=hidden", "-c"])
        .arg(format!("-I{}", stage.join("include").display()))
        .arg(sources(dist).join(way.source))
        .arg("-o")
        .arg(&used))?;
    let program = folder.join("program.exe");
    let libraries = |command: &mut Command| {
        command.arg(&used).arg(stage.join("lib/libmpa.a")).arg(other).args(way.options).args(toolchain.libraries);
    };
    let mut link = compiler();
    link.arg(&main).arg("-o").arg(&program);
    if way.shared {
        let module = folder.join("libgame.so");
        let mut link_module = compiler();
        link_module.args(["-shared", "-o"]).arg(&module);
        libraries(&mut link_module);
        run(&mut link_module)?;
        link.arg(&module).arg("-Wl,-rpath,$ORIGIN");
    } else {
        libraries(&mut link);
    }
    run(&mut link)?;
    Ok(program)
}

fn run_program(dist: &Dist, runner: &Runner, program: &Path) -> Result<()> {
    let emulator = Emulator::start(dist)?;
    let output = run_for(runner.command(program, &[])?.arg(emulator.url()), LIMIT)?.success("the program")?;
    ensure!(output.trim() == "ok", "{output}");
    ensure!(emulator.calls(1_234_567_890)?.len() == 1, "no invite arrived");
    Ok(())
}

fn has_libcxx(folder: &Path) -> Result<bool> {
    let source = folder.join("libcxx.cpp");
    std::fs::write(&source, "#include <string>\nint main() { return static_cast<int>(std::string().size()); }\n")?;
    let mut command = Command::new(CLANG.path()?);
    command.arg(&source).args(WITH_LIBCXX.options).arg("-o").arg(folder.join("libcxx"));
    Ok(run(&mut command).is_ok())
}

fn sources(dist: &Dist) -> PathBuf {
    dist.repository().join("packaging/consumers/two-rust-libraries")
}

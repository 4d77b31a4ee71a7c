//! Rust, with the standard library of a target.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::{self, Tool};

/// A Rust compiler with the standard library of one Rust target.
pub struct Rust {
    /// Of the compiler.
    sysroot: PathBuf,
}

impl Rust {
    /// The compiler that runs this program. rustup adds the standard library of `triple` if it is missing.
    pub fn with(triple: &str) -> Result<Self> {
        let sysroot = own_sysroot()?;
        let standard_library = sysroot.join("lib/rustlib").join(triple).join("lib");
        if !standard_library.is_dir() && tools::find("rustup").is_some() {
            let _alone = tools::install_alone();
            println!("adding Rust's standard library for {triple}");
            tools::run(Command::new("rustup").args(["target", "add", triple]))?;
        }
        ensure!(
            standard_library.is_dir(),
            "Rust in {} has no standard library for {triple}: install Rust with rustup (https://rustup.rs), which can \
             add it. Debian's packages of Rust have none for other platforms",
            sysroot.display()
        );
        Ok(Self { sysroot })
    }

    /// Where the sources of its standard library may be, as it names them.
    pub fn sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }
}

/// LLVM's objcopy, which knows the objects of all targets.
pub fn objcopy() -> Result<Command> {
    let sysroot = own_sysroot()?;
    let folder = sysroot.join("lib/rustlib").join(host_triple()?).join("bin");
    let own = folder.join("rust-objcopy").with_extension(env::consts::EXE_EXTENSION);
    if !own.is_file() {
        return Ok(Command::new(LLVM_OBJCOPY.path()?));
    }
    let mut command = Command::new(own);
    // It needs the LLVM of the compiler.
    let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    command.env(variable, sysroot.join("lib"));
    Ok(command)
}

/// The linker that comes with Rust, LLVM's, under one of its names.
pub fn lld(name: &str) -> Result<PathBuf> {
    let folder = own_sysroot()?.join("lib/rustlib").join(host_triple()?).join("bin/gcc-ld");
    let path = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    ensure!(path.is_file(), "{} is missing: install Rust with rustup, which has it", path.display());
    Ok(path)
}

const LLVM_OBJCOPY: Tool = Tool {
    names: &["llvm-objcopy", "llvm-objcopy-19", "llvm-objcopy-14"],
    package: "llvm",
    elsewhere: "LLVM's tools from the packages of your system",
};

/// The cargo that started this program.
pub fn cargo() -> Command {
    Command::new(cargo_program())
}

pub fn cargo_program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn own_sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(tools::run(Command::new(rustc()).args(["--print", "sysroot"]))?.trim()))
}

fn host_triple() -> Result<String> {
    of_rustc("host")
}

/// The version of the compiler, such as 1.95.0.
pub fn rust_version() -> Result<String> {
    of_rustc("release")
}

fn of_rustc(field: &str) -> Result<String> {
    let printed = tools::run(Command::new(rustc()).arg("-vV"))?;
    let value = printed.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": "));
    Ok(value.with_context(|| format!("rustc -vV prints no {field:?}"))?.to_owned())
}

/// Where cargo keeps the sources of crates.
pub fn cargo_home() -> Result<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(home) => Ok(PathBuf::from(home)),
        None => Ok(env::home_dir().context("the home folder is not known: set CARGO_HOME")?.join(".cargo")),
    }
}

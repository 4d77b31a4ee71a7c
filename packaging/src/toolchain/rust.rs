//! Rust, with the standard library of a target.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::{self, Tool};

/// A Rust compiler that can build for one Rust target.
pub struct Rust {
    triple: &'static str,
    sysroot: PathBuf,
}

impl Rust {
    /// The compiler that runs this program, with the standard library of `triple`. rustup adds that if it is missing.
    pub fn with(triple: &'static str) -> Result<Self> {
        let sysroot = tools::run(Command::new(rustc()).args(["--print", "sysroot"]))?;
        let rust = Self { triple, sysroot: PathBuf::from(sysroot.trim()) };
        if rust.has_standard_library() {
            return Ok(rust);
        }
        if tools::find("rustup").is_some() {
            println!("installing the standard library of {triple}");
            tools::run(Command::new("rustup").args(["target", "add", triple]))?;
        }
        if !rust.has_standard_library() {
            bail!("Rust's standard library for {triple} is missing: install Rust with rustup, which can add it");
        }
        Ok(rust)
    }

    fn has_standard_library(&self) -> bool {
        self.libraries().join(self.triple).join("lib").is_dir()
    }

    fn libraries(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib")
    }

    /// Where the sources of its standard library may be.
    pub fn sources(&self) -> PathBuf {
        self.libraries().join("src/rust")
    }

    pub fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        self.configure(&mut command);
        command
    }

    /// Makes a command that calls cargo use this compiler.
    pub fn configure(&self, command: &mut Command) {
        command.env("CARGO", cargo());
    }

    /// LLVM's objcopy, which knows the objects of all targets.
    pub fn objcopy(&self) -> Result<Command> {
        let host = format!("{}/bin", host_triple()?);
        let own = self.libraries().join(host).join("rust-objcopy").with_extension(env::consts::EXE_EXTENSION);
        if !own.is_file() {
            return Ok(Command::new(LLVM_OBJCOPY.path()?));
        }
        let mut command = Command::new(own);
        // It needs the LLVM of the compiler.
        let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
        command.env(variable, self.sysroot.join("lib"));
        Ok(command)
    }
}

const LLVM_OBJCOPY: Tool = Tool {
    names: &["llvm-objcopy", "llvm-objcopy-19", "llvm-objcopy-14"],
    package: "llvm",
    elsewhere: "LLVM's from the packages of your system",
};

/// The cargo that started this program.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn host_triple() -> Result<String> {
    let version = tools::run(Command::new(rustc()).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV does not name the host")?.to_owned())
}

/// Where cargo keeps the sources of crates.
pub fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    let home = env::home_dir().context("the home folder is not known: set CARGO_HOME")?;
    Ok(Path::new(&home).join(".cargo"))
}

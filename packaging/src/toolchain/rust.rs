//! Rust, with the standard library of a target.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::debian::DebianRust;
use crate::dist::Dist;
use crate::tools::{self, Tool};

/// A Rust compiler that can build for one Rust target.
pub struct Rust {
    /// Of the compiler.
    sysroot: PathBuf,
    /// For cargo and what it calls.
    environment: Vec<(&'static str, OsString)>,
    /// Whether cargo has to build the standard library too.
    builds_standard_library: bool,
}

impl Rust {
    /// The compiler that runs this program, with the standard library of `triple`, which rustup adds if it is missing.
    /// Where that cannot be had, Debian's, which builds the standard library from its sources.
    pub fn with(dist: &Dist, triple: &'static str) -> Result<Self> {
        // To try what happens without rustup: see packaging/README.md.
        if env::var_os("MPA_PACKAGING_RUST").is_some_and(|rust| rust == "debian") {
            return Self::of_debian(dist, triple);
        }
        let sysroot = own_sysroot()?;
        let standard_library = sysroot.join("lib/rustlib").join(triple).join("lib");
        let mut added = Ok(String::new());
        if !standard_library.is_dir() && tools::find("rustup").is_some() {
            println!("adding Rust's standard library for {triple}");
            added = tools::run(Command::new("rustup").args(["target", "add", triple]));
        }
        if standard_library.is_dir() {
            return Ok(Self { sysroot, environment: Vec::new(), builds_standard_library: false });
        }
        if tools::has_apt() {
            if let Err(error) = added {
                println!("Debian's Rust is used, since rustup does not have that library: {error:#}");
            }
            return Self::of_debian(dist, triple);
        }
        added?;
        bail!("Rust's standard library for {triple} is missing: install Rust with rustup, which can add it")
    }

    fn of_debian(dist: &Dist, triple: &str) -> Result<Self> {
        let rust = DebianRust::of(dist)?;
        let mut libraries = vec![rust.libraries()?];
        libraries.extend(env::var_os("LD_LIBRARY_PATH").iter().flat_map(env::split_paths));
        Ok(Self {
            sysroot: rust.sysroot(),
            environment: vec![
                ("RUSTC", rust.rustc().into()),
                ("LD_LIBRARY_PATH", env::join_paths(libraries)?),
                // Building the standard library is not a stable feature of cargo.
                ("RUSTC_BOOTSTRAP", "1".into()),
            ],
            builds_standard_library: !rust.sysroot().join("lib/rustlib").join(triple).join("lib").is_dir(),
        })
    }

    /// Where the sources of its standard library may be, as it names them.
    pub fn sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }

    pub fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        self.configure(&mut command);
        command
    }

    /// The compiler itself, if it has the standard library.
    pub fn rustc(&self) -> Option<Command> {
        if self.builds_standard_library {
            return None;
        }
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        let program =
            self.environment.iter().find(|(name, _)| *name == "RUSTC").map_or_else(rustc, |(_, path)| path.clone());
        let mut command = Command::new(program);
        command.envs(environment);
        Some(command)
    }

    /// Makes a command that calls cargo use this compiler.
    pub fn configure(&self, command: &mut Command) {
        command.env("CARGO", cargo()).envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    /// The arguments of cargo that this compiler needs.
    pub fn arguments(&self) -> &'static [&'static str] {
        if self.builds_standard_library { &["-Zbuild-std=std,panic_unwind"] } else { &[] }
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
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn own_sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(tools::run(Command::new(rustc()).args(["--print", "sysroot"]))?.trim()))
}

fn host_triple() -> Result<String> {
    let version = tools::run(Command::new(rustc()).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV does not name the host")?.to_owned())
}

/// Where cargo keeps the sources of crates.
pub fn cargo_home() -> Result<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(home) => Ok(PathBuf::from(home)),
        None => Ok(env::home_dir().context("the home folder is not known: set CARGO_HOME")?.join(".cargo")),
    }
}

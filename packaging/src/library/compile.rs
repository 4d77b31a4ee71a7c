//! Compiles the library for one Rust target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::dist::Dist;
use crate::targets::GLIBC;
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools;

pub enum Linker<'a> {
    Zig(&'a Zig),
}

pub struct Compilation<'a> {
    pub rust: &'a Rust,
    pub linker: Linker<'a>,
    pub triple: &'static str,
    /// For the shared library.
    pub link_arguments: &'a [&'a str],
    /// For all code.
    pub rust_flags: &'a [&'a str],
}

/// Compiles and returns the folder with the results, which are not stripped.
pub fn compile(dist: &Dist, compilation: &Compilation) -> Result<PathBuf> {
    let Compilation { rust, linker, triple, link_arguments, rust_flags } = compilation;
    // Makes the folders whose names are removed from the library.
    let manifest = dist.repository().join("Cargo.toml");
    tools::run(
        rust.cargo().args(["fetch", "--quiet", "--locked", "--target", triple, "--manifest-path"]).arg(&manifest),
    )?;

    let mut cargo = match linker {
        Linker::Zig(zig) => zig.cargo(rust),
    };
    // Link-time optimization has no effect if the crate is also built as an rlib: hence `rustc` and its crate types.
    cargo.args(["rustc", "--quiet", "--locked", "--release", "--package", "mpa", "--lib"]);
    cargo.args(["--crate-type", "cdylib,staticlib", "--target"]).arg(match linker {
        Linker::Zig(_) if triple.ends_with("-gnu") => format!("{triple}.{}.{}", GLIBC.0, GLIBC.1),
        Linker::Zig(_) => (*triple).to_owned(),
    });
    cargo.arg("--target-dir").arg(dist.build_folder()).arg("--");
    cargo.args(link_arguments.iter().map(|argument| format!("-Clink-arg={argument}")));

    let renamed = renamed_paths(dist, rust)?;
    let mut flags: Vec<String> = rust_flags.iter().map(|flag| (*flag).to_owned()).collect();
    let mut c_flags = Vec::new();
    for (from, to) in &renamed {
        flags.push(format!("--remap-path-prefix={from}={to}"));
        c_flags.push(format!("-ffile-prefix-map={from}={to}"));
    }
    cargo
        .current_dir(dist.repository())
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env(format!("CFLAGS_{}", triple.replace('-', "_")), c_flags.join(" "))
        // Symbols are taken off afterwards, and kept.
        .env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none");
    tools::run(&mut cargo)?;
    Ok(dist.build_folder().join(triple).join("release"))
}

/// The paths of this machine that the compiler knows, and what the library has instead.
fn renamed_paths(dist: &Dist, rust: &Rust) -> Result<Vec<(String, &'static str)>> {
    let mut renamed = vec![(utf8(dist.repository())?, "."), (utf8(&rust.sources())?, "/rust")];
    // Named after the registry: what is below has the name of the crate.
    let registries = rust::cargo_home()?.join("registry/src");
    for registry in fs::read_dir(&registries).with_context(|| format!("reading {}", registries.display()))? {
        renamed.push((utf8(&registry?.path())?, "/crates"));
    }
    renamed.sort();
    Ok(renamed)
}

fn utf8(path: &Path) -> Result<String> {
    Ok(path.to_str().with_context(|| format!("the path {} is not Unicode", path.display()))?.to_owned())
}

/// The debug symbols of `library`, in a file of their own that debuggers find by the build id and by `.gnu_debuglink`.
pub fn split_symbols(
    objcopy: impl Fn() -> Result<Command>,
    library: &Path,
    stripped: &Path,
    symbols: &Path,
) -> Result<()> {
    tools::run(objcopy()?.arg("--only-keep-debug").arg(library).arg(symbols))?;
    let link = format!("--add-gnu-debuglink={}", utf8(symbols)?);
    tools::run(objcopy()?.args(["--strip-all", &link]).arg(library).arg(stripped))?;
    Ok(())
}

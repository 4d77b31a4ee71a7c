//! Compiles the library for one Rust target.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::archive;
use crate::dist::Dist;
use crate::targets::GLIBC;
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools;

#[derive(Clone, Copy)]
pub enum Linker<'a> {
    /// What Rust uses by itself.
    Native,
    Zig(&'a Zig),
}

pub struct Compilation<'a> {
    pub rust: &'a Rust,
    pub triple: &'static str,
    pub linker: Linker<'a>,
    /// As for `rustc --crate-type`. Link-time optimization has no effect if `rlib` is among them.
    pub crate_types: &'a str,
    /// Packages whose programs are built instead of the library.
    pub programs: &'a [&'a str],
    /// Tells the build folders of a target apart, where it has several.
    pub purpose: &'a str,
    /// For the shared library.
    pub link_arguments: &'a [&'a str],
    /// For all code.
    pub rust_flags: &'a [&'a str],
    /// More variables for cargo and what it calls.
    pub environment: Vec<(String, OsString)>,
}

impl<'a> Compilation<'a> {
    pub fn of(rust: &'a Rust, triple: &'static str) -> Self {
        Self {
            rust,
            triple,
            linker: Linker::Native,
            crate_types: "cdylib,staticlib",
            programs: &[],
            purpose: "",
            link_arguments: &[],
            rust_flags: &[],
            environment: Vec::new(),
        }
    }
}

/// Compiles and returns the folder with the results, which are not stripped.
pub fn compile(dist: &Dist, compilation: &Compilation) -> Result<PathBuf> {
    let Compilation { rust, triple, .. } = compilation;
    // Makes the folders whose names are kept out of the library.
    let manifest = dist.repository().join("Cargo.toml");
    tools::run(
        rust::cargo().args(["fetch", "--quiet", "--locked", "--target", triple, "--manifest-path"]).arg(&manifest),
    )?;

    let mut cargo = match compilation.linker {
        Linker::Native => rust::cargo(),
        Linker::Zig(zig) => zig.cargo(triple),
    };
    let of_the_library = compilation.programs.is_empty();
    if of_the_library {
        cargo.args(["rustc", "--package", "mpa", "--lib", "--crate-type", compilation.crate_types]);
    } else {
        cargo.arg("build").args(compilation.programs.iter().flat_map(|name| ["--package", *name]));
    }
    cargo.args(["--quiet", "--locked", "--release", "--target"]).arg(match compilation.linker {
        Linker::Zig(_) if triple.ends_with("linux-gnu") => format!("{triple}.{}.{}", GLIBC.0, GLIBC.1),
        _ => (*triple).to_owned(),
    });
    // Of its own: cargo uses a folder for one build at a time.
    let folder = dist.build_folder().join(triple).join(compilation.purpose);
    cargo.arg("--target-dir").arg(&folder);
    if of_the_library {
        cargo.arg("--").args(compilation.link_arguments.iter().map(|argument| format!("-Clink-arg={argument}")));
    }

    let mut flags: Vec<String> = compilation.rust_flags.iter().map(|flag| (*flag).to_owned()).collect();
    let c_flags_name = format!("CFLAGS_{}", triple.replace('-', "_"));
    let mut c_flags = Vec::new();
    for (name, value) in &compilation.environment {
        if *name == c_flags_name {
            c_flags.push(value.to_string_lossy().into_owned());
        } else {
            cargo.env(name, value);
        }
    }
    for (from, to) in &renamed_paths(dist, rust)? {
        flags.push(format!("--remap-path-prefix={from}={to}"));
        // Microsoft's compiler names no paths in objects without debug symbols.
        if !cfg!(windows) {
            c_flags.push(format!("-ffile-prefix-map={from}={to}"));
        }
    }
    cargo
        .current_dir(dist.repository())
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env(c_flags_name, c_flags.join(" "))
        // Symbols are taken off afterwards, and kept.
        .env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none");
    // What linkers write into files that have a time.
    cargo.env("SOURCE_DATE_EPOCH", archive::TIME.to_string());
    tools::run(&mut cargo)?;
    Ok(folder.join(triple).join("release"))
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

pub fn utf8(path: &Path) -> Result<String> {
    Ok(path.to_str().with_context(|| format!("the path {} is not Unicode", path.display()))?.to_owned())
}

/// The debug symbols of `library`, in a file of their own that debuggers find by the build id and by `.gnu_debuglink`.
pub fn split_symbols(library: &Path, stripped: &Path, symbols: &Path) -> Result<()> {
    tools::run(rust::objcopy()?.arg("--only-keep-debug").arg(library).arg(symbols))?;
    let link = format!("--add-gnu-debuglink={}", utf8(symbols)?);
    tools::run(rust::objcopy()?.args(["--strip-all", &link]).arg(library).arg(stripped))?;
    Ok(())
}

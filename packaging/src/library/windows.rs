//! Windows: the DLL, its import libraries, and the static libraries for both ABIs.
//!
//! On Windows itself the DLL is built with Microsoft's tools, which give it a PDB file. Elsewhere it has the GNU ABI and
//! is linked by Zig. Both import the Universal C Runtime at most, which is part of Windows.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::compile::{Compilation, Linker, compile, split_symbols, utf8};
use super::{clear, copy, prelink};
use crate::dist::Dist;
use crate::header;
use crate::targets::Target;
use crate::toolchain::clang_cl;
use crate::toolchain::rust::Rust;
use crate::toolchain::zig::Zig;
use crate::tools;

const GNU: &str = "x86_64-pc-windows-gnu";
const MSVC: &str = "x86_64-pc-windows-msvc";

pub fn build(dist: &Dist, target: &'static Target) -> Result<()> {
    let (stage, symbols) = (dist.stage(target), dist.symbols(target));
    let zig = Zig::of(dist)?;
    let intermediate = dist.cache().join("windows");
    clear(&intermediate)?;
    let resource = version_resource(dist, &zig, &intermediate)?;
    let resource = utf8(&resource)?;

    let gnu = Rust::with(dist, GNU)?;
    let gnu_library =
        Compilation { linker: Linker::Zig(&zig), link_arguments: &[&resource], ..Compilation::of(&gnu, GNU) };
    let folder = compile(dist, &gnu_library)?;
    let exports = header::functions(dist)?;
    prelink::coff(&zig, &exports, &folder.join("libmpa.a"), &stage.join("lib/libmpa.a"), &symbols.join("libmpa.a"))?;

    let msvc = Rust::with(dist, MSVC)?;
    if cfg!(windows) {
        let dll = Compilation {
            crate_types: "cdylib",
            purpose: "dll",
            rust_flags: &["-Ctarget-feature=+crt-static"],
            // No path of this machine, and no time stamp.
            link_arguments: &[&resource, "/PDBALTPATH:mpa.pdb", "/Brepro"],
            ..Compilation::of(&msvc, MSVC)
        };
        let folder = compile(dist, &dll)?;
        copy(&folder.join("mpa.dll"), &stage.join("bin/mpa.dll"))?;
        copy(&folder.join("mpa.pdb"), &symbols.join("mpa.pdb"))?;
    } else {
        split_symbols(&folder.join("mpa.dll"), &stage.join("bin/mpa.dll"), &symbols.join("mpa.dll.debug"))?;
    }
    import_libraries(&exports, &zig, &stage)?;

    let static_library = Compilation {
        crate_types: "staticlib",
        environment: if cfg!(windows) { Vec::new() } else { clang_cl::environment(dist)? },
        ..Compilation::of(&msvc, MSVC)
    };
    let folder = compile(dist, &static_library)?;
    prelink::coff(
        &zig,
        &exports,
        &folder.join("mpa.lib"),
        &stage.join("lib/mpa_static.lib"),
        &symbols.join("mpa_static.lib"),
    )
}

/// What the properties of the DLL show in the Explorer, as a compiled resource.
fn version_resource(dist: &Dist, zig: &Zig, folder: &Path) -> Result<PathBuf> {
    let version = dist.version()?;
    let template = dist.repository().join("packaging/windows/mpa.rc");
    let template = fs::read_to_string(&template).with_context(|| format!("reading {}", template.display()))?;
    // A pre-release has no number there.
    let release = version.split(['-', '+']).next().unwrap_or(&version);
    let numbers = format!("{},0", release.replace('.', ","));
    let source = folder.join("mpa.rc");
    fs::write(&source, template.replace("@NUMBERS@", &numbers).replace("@VERSION@", &version))?;
    let resource = folder.join("mpa.res");
    tools::run(
        zig.command("rc").args(["/:no-preprocess", "/:output-format", "res", "/fo"]).arg(&resource).arg(&source),
    )?;
    Ok(resource)
}

/// The import libraries for MSVC and MinGW.
fn import_libraries(exports: &[String], zig: &Zig, stage: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let definition = folder.path().join("mpa.def");
    let exports: String = exports.iter().map(|name| format!("    {name}\n")).collect();
    fs::write(&definition, format!("LIBRARY mpa.dll\nEXPORTS\n{exports}"))?;
    let argument = |name: &str, path: &Path| Ok::<_, anyhow::Error>(format!("/{name}:{}", utf8(path)?));
    tools::run(
        zig.command("lib")
            .arg("/machine:x64")
            .args([argument("def", &definition)?, argument("out", &stage.join("lib/mpa.lib"))?]),
    )?;
    tools::run(
        zig.command("dlltool")
            .args(["-m", "i386:x86-64", "-d"])
            .arg(&definition)
            .arg("-l")
            .arg(stage.join("lib/libmpa.dll.a")),
    )?;
    Ok(())
}

//! Windows: the DLL, its import libraries, and the static libraries for both ABIs.
//!
//! On Windows itself the DLL is built with Microsoft's tools, which give it a PDB file. Elsewhere it has the GNU ABI. It
//! imports the Universal C Runtime at most, which is part of Windows.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::compile::{Compilation, compile, split_symbols, utf8};
use super::{copy, prelink};
use crate::dist::Dist;
use crate::header;
use crate::targets::Target;
use crate::toolchain::rust::Rust;
use crate::toolchain::zig::Zig;
use crate::toolchain::{clang_cl, mingw};
use crate::tools;

const GNU: &str = "x86_64-pc-windows-gnu";
const MSVC: &str = "x86_64-pc-windows-msvc";

pub fn build(dist: &Dist, target: &'static Target) -> Result<()> {
    let (stage, symbols) = (dist.stage(target), dist.symbols(target));
    let zig = Zig::of(dist)?;
    let exports = header::functions(dist)?;
    let folder = tempfile::tempdir()?;
    let resource = version_resource(dist, folder.path())?;
    let definition = folder.path().join("mpa.def");
    let lines: String = exports.iter().map(|name| format!("    {name}\n")).collect();
    fs::write(&definition, format!("LIBRARY mpa.dll\nEXPORTS\n{lines}"))?;

    let rust = Rust::with(GNU)?;
    let gnu_library =
        Compilation { crate_types: "staticlib", environment: mingw::environment()?, ..Compilation::of(&rust, GNU) };
    let gnu_library = compile(dist, &gnu_library)?.join("libmpa.a");
    prelink::coff(&zig, &exports, &gnu_library, &stage.join("lib/libmpa.a"), &symbols.join("libmpa.a"))?;

    let rust = Rust::with(MSVC)?;
    let msvc_library = Compilation {
        crate_types: "staticlib",
        environment: if cfg!(windows) { Vec::new() } else { clang_cl::environment(dist)? },
        ..Compilation::of(&rust, MSVC)
    };
    let msvc_library = compile(dist, &msvc_library)?.join("mpa.lib");
    let names = ["lib/mpa_static.lib", "mpa_static.lib"];
    prelink::coff(&zig, &exports, &msvc_library, &stage.join(names[0]), &symbols.join(names[1]))?;

    if cfg!(windows) {
        let resource = utf8(&resource)?;
        let dll = Compilation {
            crate_types: "cdylib",
            purpose: "dll",
            rust_flags: &["-Ctarget-feature=+crt-static"],
            // No path of this machine, and no time stamp.
            link_arguments: &[&resource, "/PDBALTPATH:mpa.pdb", "/Brepro"],
            ..Compilation::of(&rust, MSVC)
        };
        let built = compile(dist, &dll)?;
        copy(&built.join("mpa.dll"), &stage.join("bin/mpa.dll"))?;
        copy(&built.join("mpa.pdb"), &symbols.join("mpa.pdb"))?;
    } else {
        let dll = folder.path().join("mpa.dll");
        let mut linker = mingw::gcc()?;
        linker.args(["-shared", "-static-libgcc", "-Wl,--gc-sections,--high-entropy-va,--no-insert-timestamp", "-o"]);
        linker.args([&dll, &definition, &resource, &gnu_library]);
        tools::run(linker.args(mingw::LIBRARIES))?;
        split_symbols(&dll, &stage.join("bin/mpa.dll"), &symbols.join("mpa.dll.debug"))?;
    }
    import_libraries(&definition, &zig, &stage)
}

/// What the properties of the DLL show in the Explorer, as an object.
fn version_resource(dist: &Dist, folder: &Path) -> Result<PathBuf> {
    let version = dist.version()?;
    let template = dist.repository().join("packaging/windows/mpa.rc");
    let template = fs::read_to_string(&template).with_context(|| format!("reading {}", template.display()))?;
    // A pre-release has no number there.
    let release = version.split(['-', '+']).next().unwrap_or(&version);
    let numbers = format!("{},0", release.replace('.', ","));
    let source = folder.join("mpa.rc");
    fs::write(&source, template.replace("@NUMBERS@", &numbers).replace("@VERSION@", &version))?;
    let resource = folder.join("resource.o");
    tools::run(mingw::windres()?.args(["--output-format", "coff"]).arg(&source).arg(&resource))?;
    Ok(resource)
}

/// The import libraries for MSVC and MinGW.
fn import_libraries(definition: &Path, zig: &Zig, stage: &Path) -> Result<()> {
    let mut msvc = zig.command("lib");
    msvc.arg("/machine:x64").arg(format!("/def:{}", utf8(definition)?));
    tools::run(msvc.arg(format!("/out:{}", utf8(&stage.join("lib/mpa.lib"))?)))?;
    let mut mingw = zig.command("dlltool");
    mingw.args(["-m", "i386:x86-64", "-d"]).arg(definition);
    tools::run(mingw.arg("-l").arg(stage.join("lib/libmpa.dll.a")))?;
    Ok(())
}

//! macOS: both processors in one file.

use std::process::Command;

use anyhow::Result;

use super::compile::{Compilation, Linker, compile};
use super::{copy, create_parent};
use crate::dist::Dist;
use crate::targets::Target;
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools::{self, Tool};

/// The oldest macOS that the library runs on.
const DEPLOYMENT_TARGET: &str = "11.0";

const LIPO: Tool = Tool {
    names: &["lipo", "llvm-lipo", "llvm-lipo-19", "llvm-lipo-14"],
    package: "llvm",
    elsewhere: "LLVM's tools from the packages of your system",
};

/// Collects the debug symbols of a library. The compiler calls it by this name.
const DSYMUTIL: Tool = Tool { names: &["dsymutil"], ..LIPO };

pub fn build(dist: &Dist, target: &'static Target) -> Result<()> {
    DSYMUTIL.path()?;
    let zig = if cfg!(target_os = "macos") { None } else { Some(Zig::of(dist)?) };
    let mut folders = Vec::new();
    for &triple in target.triples {
        let rust = Rust::with(dist, triple)?;
        let compilation = Compilation {
            linker: zig.as_ref().map_or(Linker::Native, Linker::Zig),
            environment: vec![
                ("MACOSX_DEPLOYMENT_TARGET".to_owned(), DEPLOYMENT_TARGET.into()),
                ("CARGO_PROFILE_RELEASE_SPLIT_DEBUGINFO".to_owned(), "packed".into()),
            ],
            ..Compilation::of(&rust, triple)
        };
        let folder = compile(dist, &compilation)?;
        // The LLVM of `lipo` may be older than that of Rust, and then cannot read the bitcode.
        let without_bitcode = ["--remove-section=__LLVM,__bitcode", "--remove-section=__LLVM,__cmdline"];
        for (option, name, result) in [
            (Some("--discard-all"), "libmpa.dylib", "stripped.dylib"),
            (Some("--strip-debug"), "libmpa.a", "stripped.a"),
            (None, "libmpa.a", "with-symbols.a"),
        ] {
            let mut objcopy = rust::objcopy()?;
            objcopy.args(option).args(without_bitcode).arg(folder.join(name)).arg(folder.join(result));
            tools::run(&mut objcopy)?;
        }
        folders.push(folder);
    }
    let (stage, symbols) = (dist.stage(target), dist.symbols(target));
    for (name, result) in [
        ("stripped.dylib", stage.join("lib/libmpa.dylib")),
        ("stripped.a", stage.join("lib/libmpa.a")),
        ("with-symbols.a", symbols.join("libmpa.a")),
        // A bundle: this and a description.
        (DWARF, symbols.join(DWARF)),
    ] {
        create_parent(&result)?;
        let thin = folders.iter().map(|folder| folder.join(name));
        tools::run(Command::new(LIPO.path()?).arg("-create").args(thin).arg("-output").arg(result))?;
    }
    copy(&folders[0].join(INFO), &symbols.join(INFO))
}

const DWARF: &str = "libmpa.dylib.dSYM/Contents/Resources/DWARF/libmpa.dylib";
const INFO: &str = "libmpa.dylib.dSYM/Contents/Info.plist";

//! macOS: both processors in one file.

use std::process::Command;

use anyhow::Result;

use super::compile::{Compilation, Linker, compile, utf8};
use super::{copy, create_parent, prelink};
use crate::dist::Dist;
use crate::header;
use crate::targets::Target;
use crate::toolchain::clang_cl::CLANG;
use crate::toolchain::macos_stubs;
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
    let zig = Zig::of(dist)?;
    let exports = header::functions(dist)?;
    let mut folders = Vec::new();
    for &triple in target.triples {
        let rust = Rust::with(triple)?;
        let (linker, flags) = linker(dist, &zig, triple)?;
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let compilation = Compilation {
            linker,
            rust_flags: &flags,
            environment: vec![
                ("MACOSX_DEPLOYMENT_TARGET".to_owned(), DEPLOYMENT_TARGET.into()),
                ("CARGO_PROFILE_RELEASE_SPLIT_DEBUGINFO".to_owned(), "packed".into()),
                // The linker notes where objects with debug symbols are: for those of C code, a folder with a new name
                // in each build.
                (format!("CFLAGS_{}", triple.replace('-', "_")), "-g0".into()),
            ],
            ..Compilation::of(&rust, triple)
        };
        let folder = compile(dist, &compilation)?;
        // The signature has the name of the file in it.
        let stripped = folder.join(STRIPPED);
        create_parent(&stripped)?;
        let mut objcopy = rust::objcopy()?;
        objcopy.arg("--discard-all").arg(folder.join("libmpa.dylib")).arg(&stripped);
        tools::run(&mut objcopy)?;
        let [library, stripped, with_symbols] =
            ["libmpa.a", "stripped.a", "with-symbols.a"].map(|name| folder.join(name));
        prelink::macho(&zig, &exports, &library, &stripped, &with_symbols)?;
        folders.push(folder);
    }
    let (stage, symbols) = (dist.stage(target), dist.symbols(target));
    for (name, result) in [
        (STRIPPED, stage.join("lib/libmpa.dylib")),
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

/// What links the shared library, and the flags of Rust that it needs. On macOS Apple's linker; elsewhere Rust's own,
/// which clang calls as it would call Apple's. Zig compiles the C code.
fn linker<'a>(dist: &Dist, zig: &'a Zig, triple: &str) -> Result<(Linker<'a>, Vec<String>)> {
    if cfg!(target_os = "macos") {
        return Ok((Linker::Native, Vec::new()));
    }
    let flags = [
        format!("linker={}", utf8(&CLANG.path()?)?),
        format!("link-arg=--target={triple}"),
        format!("link-arg=-fuse-ld={}", utf8(&rust::lld("ld64.lld")?)?),
        // The first version of Apple's linker that has the options of Rust's.
        "link-arg=-mlinker-version=520".to_owned(),
        "link-arg=-Wl,-dead_strip_dylibs".to_owned(),
        format!("link-arg=-Wl,-oso_prefix,{}/", utf8(dist.repository())?),
        format!("link-arg=-L{}", utf8(&macos_stubs::of(dist, zig)?)?),
    ];
    Ok((Linker::Zig(zig), flags.iter().map(|flag| format!("-C{flag}")).collect()))
}

const STRIPPED: &str = "stripped/libmpa.dylib";
const DWARF: &str = "libmpa.dylib.dSYM/Contents/Resources/DWARF/libmpa.dylib";
const INFO: &str = "libmpa.dylib.dSYM/Contents/Info.plist";

//! Linux, with glibc and with musl.

use std::path::Path;

use anyhow::Result;

use super::compile::{Compilation, Linker, compile, split_symbols};
use crate::dist::Dist;
use crate::header;
use crate::targets::{System, Target};
use crate::toolchain::rust::{self, Rust};
use crate::toolchain::zig::Zig;
use crate::tools;

pub fn build(dist: &Dist, target: &'static Target) -> Result<()> {
    let zig = Zig::of(dist)?;
    let triple = target.triples[0];
    let rust = Rust::with(dist, triple)?;
    // Otherwise Rust would link musl into the shared library, which has one already in the program that loads it.
    let dynamic: &[&str] = if target.system == System::LinuxMusl { &["-Ctarget-feature=-crt-static"] } else { &[] };
    let folder = compile(
        dist,
        &Compilation {
            linker: Linker::Zig(&zig),
            link_arguments: &["-Wl,--build-id=sha1"],
            rust_flags: dynamic,
            ..Compilation::of(&rust, triple)
        },
    )?;

    let (stage, symbols) = (dist.stage(target), dist.symbols(target));
    split_symbols(&folder.join("libmpa.so"), &stage.join("lib/libmpa.so"), &symbols.join("libmpa.so.debug"))?;
    let exports = header::functions(dist)?;
    prelink(&zig, &exports, &folder.join("libmpa.a"), &stage.join("lib/libmpa.a"), &symbols.join("libmpa.a"))
}

/// Makes a static library of one object in which only `exports` are global.
///
/// Two static libraries that are written in Rust clash otherwise: both have the standard library of Rust, and
/// `rust_eh_personality`. `with_symbols` is the same with debug symbols.
fn prelink(zig: &Zig, exports: &[String], library: &Path, stripped: &Path, with_symbols: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let linked = folder.path().join("linked.o");
    let mut linker = zig.command("ld.lld");
    // Without the grouping, the groups of sections stay with names that are no longer global; linkers either refuse
    // that, or link a program that crashes.
    linker.args(["--relocatable", "--gc-sections", "--force-group-allocation", "-o"]).arg(&linked);
    linker.args(exports.iter().flat_map(|name| ["--undefined", name.as_str()]));
    tools::run(linker.arg(library))?;

    for (strip, result) in [("--strip-unneeded", stripped), ("--discard-locals", with_symbols)] {
        let object = folder.path().join("mpa.o");
        let mut objcopy = rust::objcopy()?;
        objcopy.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd", strip]);
        objcopy.args(exports.iter().map(|name| format!("--keep-global-symbol={name}")));
        tools::run(objcopy.arg(&linked).arg(&object))?;
        // `D`: no time stamps.
        tools::run(zig.command("ar").arg("rcsD").arg(result).arg(&object))?;
    }
    Ok(())
}

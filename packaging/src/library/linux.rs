//! Linux, with glibc and with musl.

use anyhow::Result;

use super::compile::{Compilation, Linker, compile, split_symbols};
use super::prelink;
use crate::dist::Dist;
use crate::header;
use crate::targets::{System, Target};
use crate::toolchain::rust::Rust;
use crate::toolchain::zig::Zig;

pub fn build(dist: &Dist, target: &'static Target) -> Result<()> {
    let zig = Zig::of(dist)?;
    let triple = target.triples[0];
    let rust = Rust::with(triple)?;
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
    prelink::elf(&zig, &exports, &folder.join("libmpa.a"), &stage.join("lib/libmpa.a"), &symbols.join("libmpa.a"))
}

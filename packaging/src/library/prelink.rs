//! Makes static libraries in which only the functions of the header are global.
//!
//! Two static libraries that are written in Rust clash otherwise: both have the standard library of Rust, and
//! `rust_eh_personality`. All objects become one, where the other symbols are local.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use object::pe;
use object::read::archive::ArchiveFile;
use object::{FileKind, Object as _, ObjectSection as _, ObjectSymbol as _};

use super::compile::utf8;
use crate::toolchain::zig::Zig;
use crate::toolchain::{mingw, rust};
use crate::tools;

/// For Linux. `stripped` is the result, and `with_symbols` the same with debug symbols.
pub fn elf(zig: &Zig, exports: &[String], library: &Path, stripped: &Path, with_symbols: &Path) -> Result<()> {
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
        archive(zig, result, &[object])?;
    }
    Ok(())
}

/// For Windows, as `elf`. Only MinGW's linker can do it, also for the objects of MSVC.
pub fn coff(zig: &Zig, exports: &[String], library: &Path, stripped: &Path, with_symbols: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (objects, apart) = unpack_coff(library, folder.path())?;
    let linked = folder.path().join("linked.o");
    let mut linker = mingw::ld()?;
    linker.arg("--relocatable").arg("-o").arg(&linked);
    tools::run(linker.args(&objects))?;

    for (strip, result) in [("--strip-unneeded", stripped), ("--discard-locals", with_symbols)] {
        let object = folder.path().join("mpa.o");
        let mut objcopy = mingw::objcopy()?;
        objcopy.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd", strip]);
        objcopy.args(exports.iter().map(|name| format!("--keep-global-symbol={name}")));
        objcopy.arg(format!("--redefine-sym={TLS_PLACEHOLDER}={TLS}"));
        tools::run(objcopy.arg(&linked).arg(&object))?;
        keep_all_sections(&object)?;
        let mut members = vec![object];
        members.extend_from_slice(&apart);
        archive(zig, result, &members)?;
    }
    Ok(())
}

/// For macOS, where no linker here makes one object of several. In the objects of Rust only the functions of the header stay
/// global. Those of C code refer to each other; the names have the version of ring in them, so that they are the same
/// code in another library. What else Rust puts into a static library is part of macOS.
pub fn macho(zig: &Zig, exports: &[String], library: &Path, stripped: &Path, with_symbols: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = fs::read(library).with_context(|| format!("reading {}", library.display()))?;
    let mut objects = Vec::new();
    for member in ArchiveFile::parse(&*data)?.members() {
        let member = member?;
        let content = member.data(&*data)?;
        let file = object::File::parse(content)?;
        let defines = |wanted: &dyn Fn(&str) -> bool| {
            let mut definitions = file.symbols().filter(|symbol| symbol.is_global() && symbol.is_definition());
            definitions.any(|symbol| symbol.name().is_ok_and(|name| wanted(name.trim_start_matches('_'))))
        };
        let of_rust = defines(&|name| exports.iter().any(|export| export == name));
        if of_rust || defines(&|name| name.starts_with(RING)) {
            let path = folder.path().join(String::from_utf8_lossy(member.name()).as_ref());
            fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
            objects.push((path, of_rust));
        }
    }
    ensure!(objects.iter().any(|(_, of_rust)| *of_rust), "{} has no functions of the header", library.display());

    for (strip, result) in [(Some("--strip-debug"), stripped), (None, with_symbols)] {
        let results = folder.path().join(strip.unwrap_or("with-symbols"));
        fs::create_dir(&results).with_context(|| format!("creating {}", results.display()))?;
        let mut members = Vec::new();
        for (path, of_rust) in &objects {
            let mut objcopy = rust::objcopy()?;
            // An older LLVM cannot read the bitcode of Rust's.
            objcopy.args(strip).args(["--remove-section=__LLVM,__bitcode", "--remove-section=__LLVM,__cmdline"]);
            if *of_rust {
                objcopy.args(exports.iter().map(|name| format!("--keep-global-symbol=_{name}")));
            }
            let member = results.join(path.file_name().unwrap_or_default());
            tools::run(objcopy.args([path, &member]))?;
            members.push(member);
        }
        archive(zig, result, &members)?;
    }
    Ok(())
}

/// What the names of the C code in the crate ring start with; the version follows.
const RING: &str = "ring_core_";

/// What the C library of the program defines. MinGW's linker wants to see it, even where it links no program.
const TLS: &str = "_tls_used";
const TLS_PLACEHOLDER: &str = "mpa_tls_used_of_the_program";

/// Writes the members of `library` to files: those that are to become one, and those that stay apart.
fn unpack_coff(library: &Path, folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let data = fs::read(library).with_context(|| format!("reading {}", library.display()))?;
    // For MSVC its symbols are weak, so that several libraries may have them, and MinGW's linker cannot make them local.
    let builtins_stay_apart = library.extension().is_some_and(|extension| extension == "lib");
    let (mut objects, mut apart) = (Vec::new(), Vec::new());
    for (index, member) in ArchiveFile::parse(&*data)?.members().enumerate() {
        let member = member?;
        let content = member.data(&*data)?;
        // What is left of debug symbols that were taken apart.
        if matches!(object::File::parse(content), Ok(file) if file.sections().next().is_none()) {
            continue;
        }
        // MinGW's linker sorts these by their names. Several of MSVC's have the same one.
        let name = String::from_utf8_lossy(member.name()).replace(['/', '\\'], "_");
        let path = folder.join(index.to_string()).join(name);
        super::create_parent(&path)?;
        fs::write(&path, content)?;
        if stands_for_a_dll(content)? || builtins_stay_apart && is_compiler_builtins(member.name()) {
            apart.push(path);
        } else if memchr::memmem::find(content, TLS.as_bytes()).is_some() {
            let renamed = path.with_extension("renamed.o");
            let mut objcopy = mingw::objcopy()?;
            tools::run(objcopy.arg(format!("--redefine-sym={TLS}={TLS_PLACEHOLDER}")).args([&path, &renamed]))?;
            objects.push(renamed);
        } else {
            objects.push(path);
        }
    }
    ensure!(!objects.is_empty(), "{} has no objects", library.display());
    Ok((objects, apart))
}

/// Whether a member of a static library for Windows stands for a DLL. Several libraries have these, under the same names.
pub fn stands_for_a_dll(content: &[u8]) -> Result<bool> {
    Ok(match FileKind::parse(content)? {
        FileKind::CoffImport => true,
        FileKind::Coff | FileKind::CoffBig => {
            let file = object::File::parse(content)?;
            file.sections().any(|section| section.name().is_ok_and(|name| name.starts_with(".idata$")))
        }
        _ => false,
    })
}

/// Whether a member has what compilers call without being asked to.
pub fn is_compiler_builtins(name: &[u8]) -> bool {
    memchr::memmem::find(name, b"compiler_builtins").is_some()
}

/// Makes the sections of an object ordinary ones of which there may be others of the same name. Otherwise a linker would
/// keep this one, whose symbol is local now, in the place of the same section in another library.
fn keep_all_sections(object: &Path) -> Result<()> {
    let mut data = fs::read(object).with_context(|| format!("reading {}", object.display()))?;
    ordinary_sections(&mut data).with_context(|| format!("{} is not a COFF object", object.display()))?;
    fs::write(object, data).with_context(|| format!("writing {}", object.display()))
}

fn ordinary_sections(data: &mut [u8]) -> Option<()> {
    let number = |data: &[u8], at: usize| Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?));
    let big = number(data, 0)? == pe::IMAGE_FILE_MACHINE_UNKNOWN && number(data, 2)? == 0xFFFF;
    let (headers, count) = if big {
        let start = size_of::<pe::AnonObjectHeaderBigobj>();
        (start, u32::from_le_bytes(data.get(start - 12..start - 8)?.try_into().ok()?) as usize)
    } else {
        (size_of::<pe::ImageFileHeader>() + usize::from(number(data, 16)?), usize::from(number(data, 2)?))
    };
    for section in 0..count {
        // The flags are the last field of a header.
        let flags = headers + (section + 1) * size_of::<pe::ImageSectionHeader>() - 4;
        let flags = data.get_mut(flags..flags + 4)?;
        let value = u32::from_le_bytes(flags.try_into().ok()?) & !pe::IMAGE_SCN_LNK_COMDAT;
        flags.copy_from_slice(&value.to_le_bytes());
    }
    Some(())
}

fn archive(zig: &Zig, result: &Path, members: &[PathBuf]) -> Result<()> {
    if result.exists() {
        fs::remove_file(result).with_context(|| format!("removing {}", result.display()))?;
    }
    let mut archiver = if result.extension().is_some_and(|extension| extension == "lib") {
        // What Microsoft's linker expects.
        let mut archiver = zig.command("lib");
        archiver.arg(format!("/out:{}", utf8(result)?));
        archiver
    } else {
        let mut archiver = zig.command("ar");
        // `D`: no time stamps.
        archiver.arg("rcsD").arg(result);
        archiver
    };
    tools::run(archiver.args(members))?;
    Ok(())
}

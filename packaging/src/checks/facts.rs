//! What a library file says of itself, whatever its format.

mod elf;
mod macho;
mod pe;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::{Architecture, FileKind, Object, ObjectSymbol};

use crate::library::prelink;

#[derive(Debug, Default, Clone)]
pub struct SharedLibrary {
    pub processor: &'static str,
    /// SONAME, install name, or the name in the table of exports.
    pub name: String,
    /// Names of the libraries that it needs. Those of Windows in lower case.
    pub needed: Vec<String>,
    /// Sorted, without the underscore of macOS.
    pub exports: Vec<String>,
    /// The newest version of glibc that a symbol needs.
    pub newest_glibc: Option<(u32, u32)>,
    /// The oldest system that it says that it is for.
    pub oldest_system: Option<String>,
    /// Sorted.
    pub protections: Vec<&'static str>,
    /// What is wrong with the signature that macOS expects.
    pub signature_problem: Option<&'static str>,
    /// The version in the properties of the file.
    pub version_resource: Option<String>,
}

/// A universal file of macOS has more than one.
pub fn shared(data: &[u8]) -> Result<Vec<SharedLibrary>> {
    let mut libraries = match FileKind::parse(data)? {
        FileKind::Elf64 => vec![elf::read(data)?],
        FileKind::Pe64 => vec![pe::read(data)?],
        FileKind::MachO64 => vec![macho::read(data)?],
        FileKind::MachOFat32 => macho::parts(data)?.into_iter().map(macho::read).collect::<Result<_>>()?,
        other => bail!("{other:?} is not a shared library of a known kind"),
    };
    for library in &mut libraries {
        library.exports.sort();
        library.needed.sort();
        library.protections.sort_unstable();
    }
    Ok(libraries)
}

fn processor(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x64",
        Architecture::Aarch64 => "arm64",
        _ => "another processor",
    }
}

/// The names of the global symbols that a static library defines, sorted.
pub fn static_globals(data: &[u8]) -> Result<Vec<String>> {
    let parts = match FileKind::parse(data)? {
        FileKind::MachOFat32 => macho::parts(data)?,
        _ => vec![data],
    };
    let mut globals = Vec::new();
    for part in parts {
        let archive = ArchiveFile::parse(part)?;
        for member in archive.members() {
            let member = member?;
            let content = member.data(part)?;
            // Each library may have these.
            if prelink::stands_for_a_dll(content)? || prelink::is_compiler_builtins(member.name()) {
                continue;
            }
            let name = String::from_utf8_lossy(member.name()).into_owned();
            let file = object::File::parse(content).with_context(|| format!("reading {name}"))?;
            let macho = file.format() == object::BinaryFormat::MachO;
            for symbol in file.symbols().filter(|symbol| symbol.is_global() && symbol.is_definition()) {
                let name = symbol.name()?;
                globals.push(if macho { name.strip_prefix('_').unwrap_or(name) } else { name }.to_owned());
            }
        }
    }
    globals.sort();
    globals.dedup();
    Ok(globals)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

//! Linux.

use anyhow::{Context, Result};
use object::elf;
use object::read::elf::{Dyn as _, ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _, ObjectSymbol as _};

use super::{SharedLibrary, processor, text};

pub fn read(data: &[u8]) -> Result<SharedLibrary> {
    let file = ElfFile64::<Endianness>::parse(data)?;
    let endian = file.endian();
    let sections = file.elf_header().sections(endian, data)?;
    let mut library = SharedLibrary { processor: processor(file.architecture()), ..SharedLibrary::default() };

    let (entries, strings) = sections.dynamic(endian, data)?.context("it has no dynamic section")?;
    let strings = sections.strings(endian, data, strings)?;
    let mut text_relocations = false;
    for entry in entries {
        let value = entry.d_val(endian);
        let has = |flag: u32| value & u64::from(flag) != 0;
        match u32::try_from(entry.d_tag(endian))? {
            elf::DT_SONAME => library.name = text(entry.string(endian, strings)?),
            elf::DT_NEEDED => library.needed.push(text(entry.string(endian, strings)?)),
            elf::DT_TEXTREL => text_relocations = true,
            elf::DT_FLAGS if has(elf::DF_TEXTREL) => text_relocations = true,
            elf::DT_FLAGS_1 => {
                if has(elf::DF_1_NOW) {
                    library.protections.push("bound at start");
                }
                if has(elf::DF_1_NODELETE) {
                    library.protections.push("stays loaded");
                }
            }
            _ => {}
        }
    }
    if !text_relocations {
        library.protections.push("no text relocations");
    }
    for segment in file.elf_program_headers() {
        match segment.p_type(endian) {
            elf::PT_GNU_RELRO => library.protections.push("read-only after relocation"),
            elf::PT_GNU_STACK if segment.p_flags(endian) & elf::PF_X == 0 => {
                library.protections.push("no executable stack");
            }
            _ => {}
        }
    }

    for symbol in file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.is_global()) {
        library.exports.push(symbol.name()?.to_owned());
    }
    if let Some((versions, strings)) = sections.gnu_verneed(endian, data)? {
        let strings = sections.strings(endian, data, strings)?;
        for needed in versions {
            for version in needed?.1 {
                let name = text(version?.name(endian, strings)?);
                if let Some(version) = name.strip_prefix("GLIBC_") {
                    library.newest_glibc = library.newest_glibc.max(Some(glibc_version(version)?));
                }
            }
        }
    }
    Ok(library)
}

/// `2.2.5` is older than `2.3`: the third number is of no interest.
fn glibc_version(version: &str) -> Result<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => anyhow::bail!("GLIBC_{version} is not a version of glibc"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        assert!(glibc_version("2.2.5").unwrap() < glibc_version("2.17").unwrap());
        assert!(glibc_version("2.9").unwrap() < glibc_version("2.17").unwrap());
        assert!(glibc_version("PRIVATE").is_err());
    }
}

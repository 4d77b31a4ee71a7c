//! macOS.

use anyhow::Result;
use object::read::macho::{FatArch as _, LoadCommandVariant, MachHeader as _, MachOFatFile32, MachOFile64};
use object::{Endianness, Object as _};

use super::{SharedLibrary, processor, text};

pub fn read(data: &[u8]) -> Result<SharedLibrary> {
    let file = MachOFile64::<Endianness>::parse(data)?;
    let endian = file.endian();
    let mut library = SharedLibrary { processor: processor(file.architecture()), ..SharedLibrary::default() };
    let mut commands = file.macho_header().load_commands(endian, data, 0)?;
    while let Some(command) = commands.next()? {
        match command.variant()? {
            LoadCommandVariant::IdDylib(own) => library.name = text(command.string(endian, own.dylib.name)?),
            LoadCommandVariant::Dylib(other) => library.needed.push(text(command.string(endian, other.dylib.name)?)),
            LoadCommandVariant::BuildVersion(version) => {
                library.oldest_system = Some(system_version(version.minos.get(endian)));
            }
            LoadCommandVariant::VersionMin(version) => {
                library.oldest_system = Some(system_version(version.version.get(endian)));
            }
            _ => {}
        }
    }
    for export in file.exports()? {
        let name = text(export.name());
        library.exports.push(name.strip_prefix('_').unwrap_or(&name).to_owned());
    }
    Ok(library)
}

fn system_version(packed: u32) -> String {
    format!("{}.{}", packed >> 16, packed >> 8 & 0xFF)
}

/// The files in a universal file.
pub fn parts(data: &[u8]) -> Result<Vec<&[u8]>> {
    let file = MachOFatFile32::parse(data)?;
    Ok(file.arches().iter().map(|part| part.data(data)).collect::<Result<_, _>>()?)
}

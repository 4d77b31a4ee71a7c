//! macOS.

use std::ops::Range;

use anyhow::Result;
use object::read::macho::{FatArch as _, LoadCommandVariant, MachHeader as _, MachOFatFile32, MachOFile64};
use object::{Endianness, Object as _, macho};
use ring::digest::{SHA256, digest};

use super::{SharedLibrary, processor, text};

pub fn read(data: &[u8]) -> Result<SharedLibrary> {
    let file = MachOFile64::<Endianness>::parse(data)?;
    let endian = file.endian();
    let mut library = SharedLibrary { processor: processor(file.architecture()), ..SharedLibrary::default() };
    let mut signature = None;
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
            LoadCommandVariant::LinkeditData(part) if part.cmd.get(endian) == macho::LC_CODE_SIGNATURE => {
                let start = part.dataoff.get(endian) as usize;
                signature = Some(start..start + part.datasize.get(endian) as usize);
            }
            _ => {}
        }
    }
    library.signature_problem = match signature {
        Some(ref range) if !signature_matches(data, range.clone()) => Some("the signature of its code does not match"),
        None if library.processor == "arm64" => Some("it has no signature, without which macOS on arm64 loads nothing"),
        _ => None,
    };
    for export in file.exports()? {
        let name = text(export.name());
        library.exports.push(name.strip_prefix('_').unwrap_or(&name).to_owned());
    }
    Ok(library)
}

/// Compares the pages of a file with the checksums in its signature, which what changed the file later must have renewed.
fn signature_matches(data: &[u8], range: Range<usize>) -> bool {
    // Numbers in it have the most significant byte first.
    let number = |data: &[u8], at: usize| Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize);
    let checked = || {
        let signature = data.get(range.clone())?;
        // The first part is a directory of checksums: their place, number and size, and that of the pages.
        let directory = signature.get(number(signature, 16)?..)?;
        let (mut sums, count, limit) = (number(directory, 16)?, number(directory, 28)?, number(directory, 32)?);
        let (size, page) = (usize::from(*directory.get(36)?), 1_usize.checked_shl(u32::from(*directory.get(39)?))?);
        let pages: Vec<&[u8]> = data.get(..limit)?.chunks(page).collect();
        let matching = pages.iter().all(|page| {
            let sum = directory.get(sums..sums + size);
            sums += size;
            sum == Some(digest(&SHA256, page).as_ref())
        });
        Some(matching && pages.len() == count && limit == range.start)
    };
    checked() == Some(true)
}

fn system_version(packed: u32) -> String {
    format!("{}.{}", packed >> 16, packed >> 8 & 0xFF)
}

/// The files in a universal file.
pub fn parts(data: &[u8]) -> Result<Vec<&[u8]>> {
    let file = MachOFatFile32::parse(data)?;
    Ok(file.arches().iter().map(|part| part.data(data)).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pages of 16 bytes, and their signature.
    fn signed() -> (Vec<u8>, Range<usize>) {
        let mut data = vec![7; 24];
        let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
        let sums: Vec<u8> = data.chunks(16).flat_map(|page| digest(&SHA256, page).as_ref().to_vec()).collect();
        data.extend(numbers(&[0, 0, 1, 0, 20, 0, 0, 0, 0, 40, 0, 0, 2, 24]));
        data.extend([32, 2, 0, 4]);
        data.extend(sums);
        let range = 24..data.len();
        (data, range)
    }

    #[test]
    fn a_signature_is_of_each_byte_before_it() {
        let (data, range) = signed();
        assert!(signature_matches(&data, range.clone()));
        for position in 0..range.start {
            let mut changed = data.clone();
            changed[position] ^= 1;
            assert!(!signature_matches(&changed, range.clone()), "{position}");
        }
        // Of a part of the file only, or cut off.
        assert!(!signature_matches(&data, range.start + 1..range.end));
        assert!(!signature_matches(&data, range.start..range.end - 1));
        assert!(!signature_matches(&data, range.end..range.end + 8));
    }
}

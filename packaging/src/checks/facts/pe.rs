//! Windows.

use anyhow::{Context, Result};
use object::pe;
use object::read::pe::{ImageNtHeaders as _, ImageOptionalHeader as _, PeFile64};
use object::{LittleEndian as LE, Object as _};

use super::{SharedLibrary, processor, text};

const PROTECTIONS: &[(u16, &str)] = &[
    (pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, "address space layout randomization"),
    (pe::IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA, "high entropy"),
    (pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT, "no execution of data"),
];

pub fn read(data: &[u8]) -> Result<SharedLibrary> {
    let file = PeFile64::parse(data)?;
    let mut library = SharedLibrary { processor: processor(file.architecture()), ..SharedLibrary::default() };
    let characteristics = file.nt_headers().optional_header().dll_characteristics();
    let set = PROTECTIONS.iter().filter(|(flag, _)| characteristics & flag != 0);
    library.protections = set.map(|(_, name)| *name).collect();

    let exports = file.export_table()?.context("it exports nothing")?;
    library.name = text(exports.name_from_pointer(exports.directory().name.get(LE))?);
    for export in exports.exports()? {
        library.exports.push(export.name.map_or_else(|| format!("ordinal {}", export.ordinal), text));
    }
    if let Some(imports) = file.import_table()? {
        for descriptor in imports.descriptors()? {
            library.needed.push(text(imports.name(descriptor?.name.get(LE))?).to_lowercase());
        }
    }
    library.version_resource = version_resource(&file, data)?;
    Ok(library)
}

/// The three numbers of the version of the file. A resource is below a type, a name and a language.
fn version_resource(file: &PeFile64, data: &[u8]) -> Result<Option<String>> {
    let sections = file.section_table();
    let Some(directory) = file.data_directories().resource_directory(data, &sections)? else { return Ok(None) };
    let root = directory.root()?;
    let Some(versions) = root.entries.iter().find(|entry| entry.name_or_id().id() == Some(pe::RT_VERSION)) else {
        return Ok(None);
    };
    let Some(names) = versions.data(directory)?.table() else { return Ok(None) };
    let Some(name) = names.entries.first() else { return Ok(None) };
    let Some(languages) = name.data(directory)?.table() else { return Ok(None) };
    let Some(language) = languages.entries.first() else { return Ok(None) };
    let Some(entry) = language.data(directory)?.data() else { return Ok(None) };
    let content = sections.pe_data_at(data, entry.offset_to_data.get(LE)).context("the resource is not in the file")?;
    let content = content.get(..entry.size.get(LE) as usize).context("the resource is not in the file")?;
    Ok(fixed_version(content))
}

/// Reads `VS_FIXEDFILEINFO`, which begins with a signature.
fn fixed_version(resource: &[u8]) -> Option<String> {
    let start = resource.windows(4).position(|window| window == 0xFEEF_04BD_u32.to_le_bytes())?;
    let word = |index: usize| {
        let bytes = resource.get(start + 4 * index..start + 4 * index + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let (high, low) = (word(2)?, word(3)?);
    Some(format!("{}.{}.{}", high >> 16, high & 0xFFFF, low >> 16))
}

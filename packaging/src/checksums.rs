//! Checksums, and `SHA256SUMS`, which `sha256sum --check` reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ring::digest::{Algorithm, SHA256, digest};

pub const FILE: &str = "SHA256SUMS";

/// In hexadecimal digits.
pub fn hex(algorithm: &'static Algorithm, content: &[u8]) -> String {
    digest(algorithm, content).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Writes those of all files in `folder`, into a file beside them.
pub fn write(folder: &Path) -> Result<()> {
    let mut sums = BTreeMap::new();
    for item in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = item?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && name != FILE {
            let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            sums.insert(name, hex(&SHA256, &content));
        }
    }
    let lines: String = sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    let path = folder.join(FILE);
    fs::write(&path, lines).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_in_hexadecimal_digits() {
        assert_eq!(hex(&SHA256, b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

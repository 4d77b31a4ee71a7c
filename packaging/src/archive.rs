//! Archives that are the same whenever and wherever they are made: sorted names, fixed times, owners and modes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// 1980-01-01, the first time that a ZIP archive can express, in seconds since 1970.
pub const TIME: u64 = 315_532_800;

/// A file in an archive: its name there, with `/`, and where it is now.
pub struct Entry {
    pub name: String,
    pub path: PathBuf,
    pub executable: bool,
}

/// All files below `folder`, sorted, their names starting with `prefix` (no slash at its end; empty: none).
pub fn entries_of(folder: &Path, prefix: &str) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut folders = vec![(folder.to_owned(), prefix.to_owned())];
    while let Some((folder, name)) = folders.pop() {
        for item in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let item = item?;
            let file_name = item.file_name().into_string().map_err(|name| {
                anyhow::anyhow!("the name {} in {} is not Unicode", name.display(), folder.display())
            })?;
            let name = if name.is_empty() { file_name } else { format!("{name}/{file_name}") };
            let kind = item.file_type()?;
            if kind.is_dir() {
                folders.push((item.path(), name));
            } else {
                anyhow::ensure!(kind.is_file(), "{} is not a regular file", item.path().display());
                entries.push(Entry { name, executable: is_executable(&item.metadata()?), path: item.path() });
            }
        }
    }
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(entries)
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    false
}

fn mode(entry: &Entry) -> u32 {
    if entry.executable { 0o755 } else { 0o644 }
}

/// Writes a `.tar.gz` file.
pub fn write_tar_gz(path: &Path, entries: &[Entry]) -> Result<()> {
    let write = || -> io::Result<()> {
        let compressed = flate2::GzBuilder::new().write(File::create(path)?, flate2::Compression::best());
        let mut archive = tar::Builder::new(compressed);
        for entry in entries {
            let mut file = File::open(&entry.path)?;
            let mut header = tar::Header::new_ustar();
            header.set_size(file.metadata()?.len());
            header.set_mode(mode(entry));
            header.set_mtime(TIME);
            header.set_cksum();
            archive.append_data(&mut header, &entry.name, &mut file)?;
        }
        archive.into_inner()?.finish()?.flush()
    };
    write().with_context(|| format!("writing {}", path.display()))
}

/// Writes a `.zip` file (also `.nupkg`).
pub fn write_zip(path: &Path, entries: &[Entry]) -> Result<()> {
    let write = || -> Result<()> {
        let mut archive = zip::ZipWriter::new(File::create(path)?);
        for entry in entries {
            let options = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Deflated)
                .compression_level(Some(9))
                .last_modified_time(zip::DateTime::default())
                .unix_permissions(mode(entry));
            archive.start_file(&entry.name, options)?;
            io::copy(&mut File::open(&entry.path)?, &mut archive)?;
        }
        archive.finish()?.flush()?;
        Ok(())
    };
    write().with_context(|| format!("writing {}", path.display()))
}

/// Unpacks a `.tar.gz` or `.zip` file.
pub fn unpack(path: &Path, folder: &Path) -> Result<()> {
    let unpack = || -> Result<()> {
        let file = File::open(path)?;
        if path.extension().is_some_and(|extension| extension == "zip") {
            zip::ZipArchive::new(file)?.extract(folder)?;
        } else {
            tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(folder)?;
        }
        Ok(())
    };
    unpack().with_context(|| format!("unpacking {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_do_not_depend_on_when_and_where_they_are_made() {
        let make = |order: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            for name in order {
                let path = folder.path().join("files").join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, name).unwrap();
            }
            let entries = entries_of(&folder.path().join("files"), "top").unwrap();
            let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
            assert_eq!(names, ["top/a", "top/b/c", "top/d"]);
            write_tar_gz(&folder.path().join("x.tar.gz"), &entries).unwrap();
            write_zip(&folder.path().join("x.zip"), &entries).unwrap();
            (fs::read(folder.path().join("x.tar.gz")).unwrap(), fs::read(folder.path().join("x.zip")).unwrap())
        };
        assert!(make(&["a", "b/c", "d"]) == make(&["d", "b/c", "a"]));
    }
}

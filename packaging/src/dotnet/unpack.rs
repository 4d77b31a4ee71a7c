//! Takes files out of what was downloaded.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Writes the files of an archive (`.tgz` of npm, `.whl` of PyPI) below `folder`. `place` says where each one goes;
/// `None`: it is not needed.
pub fn unpack(archive: &Path, folder: &Path, place: impl Fn(&str) -> Option<String>) -> Result<()> {
    let unpack = || match archive.extension() {
        Some(ending) if ending == "tgz" => unpack_tar(archive, folder, &place),
        _ => unpack_zip(archive, folder, &place),
    };
    unpack().with_context(|| format!("unpacking {}", archive.display()))
}

fn unpack_tar(archive: &Path, folder: &Path, place: &impl Fn(&str) -> Option<String>) -> Result<()> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if entry.header().entry_type().is_file()
            && let Some(place) = place(&name)
        {
            write(folder, &place, &mut entry)?;
        }
    }
    Ok(())
}

fn unpack_zip(archive: &Path, folder: &Path, place: &impl Fn(&str) -> Option<String>) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(archive)?)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name().to_owned();
        if entry.is_file()
            && let Some(place) = place(&name)
        {
            write(folder, &place, &mut entry)?;
        }
    }
    Ok(())
}

fn write(folder: &Path, name: &str, content: &mut impl Read) -> Result<()> {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    ensure!(inside, "{name:?} does not stay in its folder");
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = File::create(&path)?;
    io::copy(content, &mut file)?;
    // The archives have no modes for what is to be run.
    make_executable(&path)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

/// `folder`, made by `fill` unless it is there. What fails half-way is not there the next time.
pub fn once(folder: PathBuf, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    if !folder.is_dir() {
        let unfinished = folder.with_extension("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(&unfinished)?;
        fill(&unfinished)?;
        fs::rename(&unfinished, &folder)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a/b", &mut &b"content"[..]).unwrap();
        assert_eq!(fs::read(folder.path().join("a/b")).unwrap(), b"content");
        for name in ["../b", "/b", "a/../../b"] {
            let error = write(folder.path(), name, &mut &b"content"[..]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_folder_that_was_not_filled_is_filled_the_next_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("folder");
        let fails = |unfinished: &Path| {
            fs::write(unfinished.join("half"), "")?;
            anyhow::bail!("no network")
        };
        assert!(once(folder.clone(), fails).is_err() && !folder.exists());
        once(folder.clone(), |unfinished| Ok(fs::write(unfinished.join("whole"), "")?)).unwrap();
        assert!(folder.join("whole").is_file() && !folder.join("half").exists());
        once(folder, |_| anyhow::bail!("it is there")).unwrap();
    }
}

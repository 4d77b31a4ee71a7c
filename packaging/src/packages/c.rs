//! The archives for C and C++: headers, libraries, CMake, pkg-config, licences and an SBOM; and the recipes of vcpkg and
//! Conan over them.

mod builds;
mod consumers;
mod containers;
mod contents;
mod files;
mod guides;
mod managers;
pub(super) mod platform;
mod recipes;
mod sbom;
mod selection;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Package;
use crate::archive;
use crate::dist::Dist;
use crate::targets::Target;
use platform::Platform;

pub const PACKAGE: Package = Package { name: "c", make, check };

fn make(dist: &Dist, targets: &[&'static Target]) -> Result<()> {
    for target in targets {
        complete_stage(dist, target)?;
        write_archive(dist, target, &archive_path(dist, target)?)?;
    }
    recipes::write(dist)
}

fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    let archive = archive_path(dist, target)?;
    ensure!(archive.exists(), "there is no {}: run packaging/build {}", archive.display(), target.name);
    check_reproducible(dist, target, &archive)?;
    let folder = tempfile::tempdir()?;
    archive::unpack(&archive, folder.path())?;
    let unpacked = folder.path().join(folder_name(dist, target)?);
    contents::check(target, &unpacked)?;
    consumers::check(dist, target, folder.path())
}

/// The name of the archive without its ending, and of the folder in it.
fn folder_name(dist: &Dist, target: &Target) -> Result<String> {
    Ok(format!("mpa-{}-{}", dist.version()?, target.name))
}

fn archive_path(dist: &Dist, target: &Target) -> Result<PathBuf> {
    let ending = Platform::of(target).archive_ending;
    Ok(dist.folder().join(format!("{}{ending}", folder_name(dist, target)?)))
}

/// Adds to the libraries and headers what else the archive has.
fn complete_stage(dist: &Dist, target: &Target) -> Result<()> {
    let stage = dist.stage(target);
    for (name, content) in files::of(dist, target)? {
        let path = stage.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        }
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
    }
    contents::check(target, &stage)
}

fn write_archive(dist: &Dist, target: &Target, path: &Path) -> Result<()> {
    let entries = archive::entries_of(&dist.stage(target), &folder_name(dist, target)?)?;
    if path.extension().is_some_and(|extension| extension == "zip") {
        archive::write_zip(path, &entries)
    } else {
        archive::write_tar_gz(path, &entries)
    }
}

/// Made again of the same libraries, the archive is the same.
fn check_reproducible(dist: &Dist, target: &Target, archive: &Path) -> Result<()> {
    complete_stage(dist, target)?;
    let folder = tempfile::tempdir()?;
    let again = folder.path().join(archive.file_name().context("the archive has no name")?);
    write_archive(dist, target, &again)?;
    ensure!(
        fs::read(archive)? == fs::read(&again)?,
        "{} is not what packaging/build makes of {} now: run packaging/build {}",
        archive.display(),
        dist.stage(target).display(),
        target.name
    );
    Ok(())
}

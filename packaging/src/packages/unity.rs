//! The package for Unity: C# sources, the shared libraries and their import settings, as a tree that a project takes by
//! its Git URL, and as an archive for Unity's package manager.

mod libraries;
mod lint;
mod meta;
mod tree;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use super::Package;
use crate::archive;
use crate::dist::Dist;
use crate::targets::Target;

/// The name of the package. Projects name it in their manifest, so it cannot change.
const NAME: &str = "com.mpa.multiplayer-activity";

pub const PACKAGE: Package = Package { name: "unity", make, check };

fn make(dist: &Dist, targets: &[&'static Target]) -> Result<()> {
    let tree = dist.folder().join("unity");
    let library = |target: &&'static Target| (*target, dist.stage(target).join(target.shared_library()));
    let libraries: Vec<(&Target, PathBuf)> = targets.iter().map(library).collect();
    tree::write(dist, &tree, &libraries)?;
    ensure_correct(&tree)?;
    // As npm packs it, which is the format that Unity takes.
    archive::write_tar_gz(&archive_path(dist)?, &archive::entries_of(&tree, "package")?)
}

/// Checks the files of the archive.
fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    if target.name != Target::host()?.name || libraries::import(target).is_none() {
        return Ok(());
    }
    let archive = archive_path(dist)?;
    ensure!(archive.exists(), "there is no {}: run packaging/build {}", archive.display(), target.name);
    let folder = tempfile::tempdir()?;
    archive::unpack(&archive, folder.path())?;
    let package = folder.path().join("package");
    ensure_correct(&package)
}

fn ensure_correct(package: &Path) -> Result<()> {
    let problems = lint::problems(package)?;
    if problems.is_empty() {
        return Ok(());
    }
    bail!("the package for Unity in {} has {} mistakes:\n{}", package.display(), problems.len(), problems.join("\n"));
}

fn archive_path(dist: &Dist) -> Result<PathBuf> {
    Ok(dist.folder().join(format!("{NAME}-{}.tgz", dist.version()?)))
}

//! The package for Unity: C# sources, the shared libraries and their import settings, as a tree that a project takes by
//! its Git URL, and as an archive for Unity's package manager.

mod behaviour;
mod libraries;
mod lint;
mod meta;
mod scripts;
mod tree;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use super::Package;
use crate::archive;
use crate::dist::Dist;
use crate::targets::{TARGETS, Target};

/// The name of the package. Projects name it in their manifest, so it cannot change.
const NAME: &str = "com.mpa.multiplayer-activity";

pub const PACKAGE: Package = Package { name: "unity", make, check };

/// Of the libraries that are staged, whatever targets were built now: there is one package for all.
fn make(dist: &Dist, _targets: &[&'static Target]) -> Result<()> {
    let tree = dist.folder().join("unity");
    let library = |target: &'static Target| (target, dist.stage(target).join(target.shared_library()));
    let libraries: Vec<_> = TARGETS.iter().map(library).filter(|(_, library)| library.is_file()).collect();
    ensure!(!libraries.is_empty(), "there is no library in dist/stage: run packaging/build first");
    tree::write(dist, &tree, &libraries)?;
    ensure_correct(&tree)?;
    // As npm packs it, which is the format that Unity takes.
    let archive = archive_path(dist)?;
    archive::write_tar_gz(&archive, &archive::entries_of(&tree, "package")?)?;
    println!("{}", archive.display());
    Ok(())
}

/// Compiles the scripts as Unity does and runs them against stand-ins of its types, with the library of the package.
fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    if target.name != Target::host()?.name || libraries::import(target).is_none() {
        return Ok(());
    }
    let archive = archive_path(dist)?;
    ensure!(archive.exists(), "there is no {}: run packaging/build {}", archive.display(), target.name);
    let folder = tempfile::tempdir()?;
    archive::unpack(&archive, folder.path())?;
    let package = folder.path().join("package");
    ensure_correct(&package)?;
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("unity: not compiled and run here: the compiler and the runtime are for Linux on x64");
        return Ok(());
    }
    let programs = scripts::compile(dist, &package, folder.path())?;
    behaviour::check(dist, target, &package, &programs)
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

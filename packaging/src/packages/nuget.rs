//! NuGet packages, `dist/ID.VERSION.nupkg`, and their debug symbols in a `.snupkg` each.

mod assembly;
mod check;
mod layout;
mod nuspec;
mod project;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::archive;
use crate::dist::Dist;
use crate::packages::Package;
use crate::targets::Target;
use project::{CLIENT, HOSTING, Project};

pub const PACKAGE: Package = Package { name: "nuget", make: make_client, check: check::check };

/// The same package. Its check takes longer and downloads more.
pub const ON_OTHER_RUNTIMES: Package =
    Package { name: "nuget-runtimes", make: |_, _| Ok(()), check: check::check_on_other_runtimes };

pub const PACKAGE_FOR_HOSTS: Package =
    Package { name: "nuget-hosting", make: |dist, _| make(dist, &HOSTING), check: check::check_hosting };

/// Of the libraries that are staged, whatever `targets` were built now: there is one package for all.
fn make_client(dist: &Dist, _targets: &[&'static Target]) -> Result<()> {
    if layout::natives(dist).is_empty() {
        bail!("there is no library in {}: run packaging/build first", dist.folder().join("stage").display());
    }
    make(dist, &CLIENT)
}

fn make(dist: &Dist, project: &Project) -> Result<()> {
    let scratch = fresh(dist.cache().join("nuget").join(project.id))?;
    let (tree, symbols) = (scratch.join("package"), scratch.join("symbols"));
    if project.id == CLIENT.id {
        for native in &layout::natives(dist) {
            copy(&native.library, &tree.join(&native.place))?;
        }
    }
    for compiled in assembly::compile(dist, project, &scratch.join("assemblies"))? {
        let folder = Path::new("lib").join(compiled.framework.name);
        for (ending, tree) in [("dll", &tree), ("xml", &tree), ("pdb", &symbols)] {
            let name = project.file(ending);
            copy(&compiled.folder.join(&name), &tree.join(&folder).join(&name))?;
        }
    }
    for (source, place) in project.files {
        copy(&dist.repository().join(source), &tree.join(place))?;
    }
    nuspec::write(dist, project, &tree, nuspec::Kind::Package)?;
    nuspec::write(dist, project, &symbols, nuspec::Kind::Symbols)?;

    let package = package_path(dist, project)?;
    archive::write_zip(&package, &archive::entries_of(&tree, "")?)?;
    archive::write_zip(&package.with_extension("snupkg"), &archive::entries_of(&symbols, "")?)?;
    println!("{}", package.display());
    Ok(())
}

fn package_path(dist: &Dist, project: &Project) -> Result<PathBuf> {
    Ok(dist.folder().join(format!("{}.{}.nupkg", project.id, dist.version()?)))
}

/// An empty folder.
fn fresh(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    Ok(())
}

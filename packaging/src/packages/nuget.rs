//! The NuGet package: `dist/Mpa.VERSION.nupkg`, and its debug symbols in a `.snupkg`.

mod assembly;
mod check;
mod layout;
mod nuspec;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::archive;
use crate::dist::Dist;
use crate::dotnet::FRAMEWORKS;
use crate::packages::Package;
use crate::targets::Target;

pub const PACKAGE: Package = Package { name: "nuget", make, check: check::check };

/// The same package. Its check takes longer and downloads more.
pub const ON_OTHER_RUNTIMES: Package =
    Package { name: "nuget-runtimes", make: |_, _| Ok(()), check: check::check_on_other_runtimes };

const ID: &str = "Mpa";

/// Of the libraries that are staged, whatever `targets` were built now: there is one package for all.
fn make(dist: &Dist, _targets: &[&'static Target]) -> Result<()> {
    let version = dist.version()?;
    let tree = fresh(dist.cache().join("nuget/package"))?;
    let symbols = fresh(dist.cache().join("nuget/symbols"))?;

    let natives = layout::natives(dist);
    if natives.is_empty() {
        bail!("there is no library in {}: run packaging/build first", dist.folder().join("stage").display());
    }
    for native in &natives {
        copy(&native.library, &tree.join(&native.place))?;
    }
    for compiled in assembly::compile(dist, &version)? {
        let folder = Path::new("lib").join(compiled.framework.name);
        for ending in ["dll", "xml"] {
            let name = format!("{}.{ending}", assembly::NAME);
            copy(&compiled.folder.join(&name), &tree.join(&folder).join(&name))?;
        }
        let name = format!("{}.pdb", assembly::NAME);
        copy(&compiled.folder.join(&name), &symbols.join(&folder).join(&name))?;
    }
    for (source, place) in layout::OTHER_FILES {
        copy(&dist.repository().join(source), &tree.join(place))?;
    }
    let describe = |kind| nuspec::Description { id: ID, version: &version, frameworks: FRAMEWORKS, kind };
    nuspec::write(dist, &tree, &describe(nuspec::Kind::Package))?;
    nuspec::write(dist, &symbols, &describe(nuspec::Kind::Symbols))?;

    let package = package_path(dist)?;
    archive::write_zip(&package, &archive::entries_of(&tree, "")?)?;
    archive::write_zip(&package.with_extension("snupkg"), &archive::entries_of(&symbols, "")?)?;
    println!("{}", package.display());
    Ok(())
}

fn package_path(dist: &Dist) -> Result<PathBuf> {
    Ok(dist.folder().join(format!("{ID}.{}.nupkg", dist.version()?)))
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

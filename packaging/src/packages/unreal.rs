//! The plugin for Unreal Engine: its sources, and the libraries of the platforms that it supports.

mod build_rules;
mod compile;
mod conventions;
mod guide;
mod platform;
mod plugin;
mod programs;
mod reflection;
mod run;

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::Package;
use crate::archive;
use crate::dist::Dist;
use crate::targets::Target;
use platform::Platform;

pub const PACKAGE: Package = Package { name: "unreal", make, check };

/// One archive for all platforms whose libraries are staged, whichever of them are asked for.
fn make(dist: &Dist, targets: &[&'static Target]) -> Result<()> {
    if targets.iter().any(|target| Platform::of(target).is_some()) { write(dist, &archive_path(dist)?) } else { Ok(()) }
}

fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    let Some(platform) = Platform::of(target) else { return Ok(()) };
    let archive = archive_path(dist)?;
    ensure!(archive.exists(), "there is no {}: run packaging/build {}", archive.display(), target.name);

    let folder = tempfile::tempdir()?;
    let again = folder.path().join("again.zip");
    write(dist, &again)?;
    ensure!(
        fs::read(&archive)? == fs::read(&again)?,
        "{} is not what packaging/build makes of {} now: run packaging/build {}",
        archive.display(),
        dist.folder().join("stage").display(),
        target.name
    );

    archive::unpack(&archive, folder.path())?;
    let plugin = folder.path().join(plugin::NAME);
    let findings = conventions::check(&plugin)?;
    if !findings.is_empty() {
        bail!("{} breaks what Unreal Engine expects:\n{}", archive.display(), findings.join("\n"));
    }
    if cfg!(not(target_os = "linux")) {
        println!("unreal: {}: the plugin is compiled and run on Linux only, not here", platform.name);
        return Ok(());
    }
    build_rules::check(dist, &plugin, platform)?;
    run::check(dist, &plugin, platform)
}

fn archive_path(dist: &Dist) -> Result<PathBuf> {
    Ok(dist.folder().join(format!("Mpa-Unreal-{}.zip", dist.version()?)))
}

fn write(dist: &Dist, path: &std::path::Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    plugin::assemble(dist, folder.path())?;
    archive::write_zip(path, &archive::entries_of(folder.path(), plugin::NAME)?)
}

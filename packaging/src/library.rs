//! Builds the library for each target, and puts what users get into `dist/stage/TARGET` and what debuggers read into
//! `dist/symbols/TARGET`.

pub mod compile;
mod linux;
mod macos;
pub mod prelink;
mod windows;

use std::fs;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use crate::archive;
use crate::dist::Dist;
use crate::targets::{System, Target};

/// Builds the library for all of `targets`, as many at a time as there are processors: most of the time a build uses one.
pub fn build_all(dist: &Dist, targets: &[&'static Target]) -> Result<()> {
    let waiting = Mutex::new(targets.iter().copied());
    let build_what_waits = || {
        while let Some(target) = next(&waiting) {
            if let Err(error) = build(dist, target) {
                // The others end what they have begun.
                while next(&waiting).is_some() {}
                return Err(error.context(target.name));
            }
        }
        Ok(())
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let builders: Vec<_> = (0..processors.min(targets.len())).map(|_| scope.spawn(build_what_waits)).collect();
        builders.into_iter().try_for_each(|builder| builder.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

fn next(waiting: &Mutex<impl Iterator<Item = &'static Target>>) -> Option<&'static Target> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Builds the library for `target`.
pub fn build(dist: &Dist, target: &'static Target) -> Result<()> {
    println!("== {}", target.name);
    // The packages add more to the stage: only what is written here is removed first.
    for folder in [dist.stage(target).join("include"), dist.symbols(target)] {
        clear(&folder)?;
    }
    if target.system == System::Windows {
        clear(&dist.stage(target).join("bin"))?;
    }
    clear_files(&dist.stage(target).join("lib"))?;
    match target.system {
        System::LinuxGlibc | System::LinuxMusl => linux::build(dist, target)?,
        System::Windows => windows::build(dist, target)?,
        System::MacOs => macos::build(dist, target)?,
    }
    stage_headers(dist, target)?;
    archive_symbols(dist, target)
}

fn stage_headers(dist: &Dist, target: &Target) -> Result<()> {
    for folder in ["include", "bindings/cpp"] {
        for entry in archive::entries_of(&dist.repository().join(folder), "")? {
            if entry.name.ends_with(".h") || entry.name.ends_with(".hpp") {
                copy(&entry.path, &dist.stage(target).join("include").join(&entry.name))?;
            }
        }
    }
    Ok(())
}

fn archive_symbols(dist: &Dist, target: &Target) -> Result<()> {
    let name = format!("mpa-{}-{}-symbols", dist.version()?, target.name);
    let entries = archive::entries_of(&dist.symbols(target), &name)?;
    match target.system {
        System::Windows => archive::write_zip(&dist.folder().join(name + ".zip"), &entries),
        _ => archive::write_tar_gz(&dist.folder().join(name + ".tar.gz"), &entries),
    }
}

/// Copies a file into a folder that may not exist yet. Its mode is that of a new file.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).with_context(|| format!("reading {}", from.display()))?;
    create_parent(to)?;
    fs::write(to, content).with_context(|| format!("writing {}", to.display()))
}

pub fn create_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display())),
        None => Ok(()),
    }
}

/// Makes `folder` an empty one.
fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

/// Removes the files of `folder`, not those of the folders in it.
fn clear_files(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    for item in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let item = item?;
        if item.file_type()?.is_file() {
            fs::remove_file(item.path()).with_context(|| format!("removing {}", item.path().display()))?;
        }
    }
    Ok(())
}

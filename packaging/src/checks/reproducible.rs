//! Builds the library for a target again, from a copy of the repository in another folder, and compares the results.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::archive;
use crate::dist::Dist;
use crate::library;
use crate::targets::Target;
use crate::tools;

pub fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    // With a name of another length.
    let folder = dist.cache().join("a-second-build");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    copy_repository(dist, &folder)?;
    let second = Dist::of(&folder);
    // Zig names its own folder, below the repository's, in debug symbols. What it has compiled before is not taken.
    link_files(&dist.toolchains().join("zig"), &second.toolchains().join("zig"))?;
    library::build(&second, target)?;

    let mut different = Vec::new();
    for (first, second) in [(dist.stage(target), second.stage(target)), (dist.symbols(target), second.symbols(target))]
    {
        different.extend(compare(&first, &second)?);
    }
    ensure!(different.is_empty(), "a second build of {} differs in {}", target.name, different.join(", "));
    println!("a second build of {} in another folder is the same", target.name);
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))
}

/// Copies what git knows, or would add.
fn copy_repository(dist: &Dist, folder: &Path) -> Result<()> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let names = tools::run(Command::new("git").args(arguments).current_dir(dist.repository()))?;
    for name in names.split_terminator('\0') {
        let from = dist.repository().join(name);
        // Deleted, but not for git yet.
        if from.exists() {
            library::copy(&from, &folder.join(name))?;
        }
    }
    Ok(())
}

fn link_files(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        bail!("{} is missing: packaging/build makes it", from.display());
    }
    for entry in archive::entries_of(from, "")? {
        let to = to.join(&entry.name);
        library::create_parent(&to)?;
        fs::hard_link(&entry.path, &to).or_else(|_| fs::copy(&entry.path, &to).map(drop))?;
    }
    Ok(())
}

/// The names of the files that `second` made otherwise than `first`. What only `first` has are packages.
fn compare(first: &Path, second: &Path) -> Result<Vec<String>> {
    let first: BTreeMap<String, PathBuf> =
        archive::entries_of(first, "")?.into_iter().map(|entry| (entry.name, entry.path)).collect();
    let mut different = Vec::new();
    for entry in archive::entries_of(second, "")? {
        let same = match first.get(&entry.name) {
            Some(path) => fs::read(path)? == fs::read(&entry.path)?,
            None => false,
        };
        if !same {
            different.push(entry.name);
        }
    }
    Ok(different)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| library_file(&folder.path().join(name), content);
        for (name, content) in [("1/same", "a"), ("2/same", "a"), ("1/lib/x", "a"), ("2/lib/x", "b"), ("2/new", "")] {
            write(name, content);
        }
        write("1/packages", "of the first only");
        let different = compare(&folder.path().join("1"), &folder.path().join("2")).unwrap();
        assert_eq!(different, ["lib/x", "new"]);
    }

    fn library_file(path: &Path, content: &str) {
        library::create_parent(path).unwrap();
        fs::write(path, content).unwrap();
    }
}

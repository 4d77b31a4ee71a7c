//! The files of the package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{libraries, meta};
use crate::archive;
use crate::dist::Dist;
use crate::targets::Target;

/// Files of the repository, or folders with all that is below, and where they are in the package.
const COPIED: [(&str, &str); 9] = [
    ("bindings/unity", ""),
    ("bindings/csharp", "Runtime/Mpa.Client"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-APACHE", "LICENSE-APACHE.txt"),
    ("LICENSE-MIT", "LICENSE-MIT.txt"),
    ("THIRD-PARTY-LICENSES.txt", "THIRD-PARTY-LICENSES.txt"),
    // As in docs/, so that links between them lead somewhere.
    ("docs/guides/unity.md", "Documentation~/guides/unity.md"),
    ("docs/outcomes.md", "Documentation~/outcomes.md"),
    ("docs/signing-in.md", "Documentation~/signing-in.md"),
];

/// What is not for Unity in a copied folder: how it is used without the package.
const LEFT_OUT: [&str; 2] = [".csproj", "Mpa.Client/README.md"];

/// For the tree in a Git repository: no filter may change it. In particular Git LFS, whose files Unity's package manager
/// does not fetch.
const GIT_ATTRIBUTES: &str = "* -text -filter\n";

/// Writes the tree of the package with the libraries of these targets, as far as Unity has players for them.
pub fn write(dist: &Dist, tree: &Path, libraries: &[(&'static Target, PathBuf)]) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| format!("removing {}", tree.display()))?;
    }
    for (from, to) in COPIED {
        let from = dist.repository().join(from);
        if from.is_file() {
            copy(&from, &tree.join(to))?;
            continue;
        }
        for entry in archive::entries_of(&from, to)? {
            if !LEFT_OUT.iter().any(|ending| entry.name.ends_with(ending)) {
                copy(&entry.path, &tree.join(&entry.name))?;
            }
        }
    }
    set_version(&tree.join("package.json"), &dist.version()?)?;
    fs::write(tree.join(".gitattributes"), GIT_ATTRIBUTES)?;
    for (target, library) in libraries {
        if let Some(import) = libraries::import(target) {
            let path = libraries::path(target);
            copy(library, &tree.join(&path))?;
            write_meta(tree, &path, &meta::of_library(&path, import))?;
        }
    }
    write_metas(tree)
}

/// All files and folders below a folder: paths with `/`, sorted.
pub fn paths(tree: &Path) -> Result<Vec<String>> {
    let mut paths = std::collections::BTreeSet::new();
    for entry in archive::entries_of(tree, "")? {
        for (end, _) in entry.name.match_indices('/') {
            paths.insert(entry.name[..end].to_owned());
        }
        paths.insert(entry.name);
    }
    Ok(paths.into_iter().collect())
}

/// Whether Unity imports a file or folder: it ignores names that begin with a dot or end with a tilde. What is in `Samples~`
/// counts, since it is copied into projects together with its `.meta` files.
pub fn is_imported(path: &str) -> bool {
    let path = path.strip_prefix("Samples~/").unwrap_or(path);
    !path.split('/').any(|name| name.starts_with('.') || name.ends_with('~'))
}

fn write_metas(tree: &Path) -> Result<()> {
    for path in paths(tree)? {
        if is_imported(&path) && !path.ends_with(".meta") && !tree.join(format!("{path}.meta")).exists() {
            let is_folder = tree.join(&path).is_dir();
            let text = if is_folder { meta::of_folder(&path) } else { meta::of_file(&path) };
            write_meta(tree, &path, &text)?;
        }
    }
    Ok(())
}

fn write_meta(tree: &Path, path: &str, text: &str) -> Result<()> {
    let path = tree.join(format!("{path}.meta"));
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

fn set_version(manifest: &Path, version: &str) -> Result<()> {
    let text = fs::read_to_string(manifest).with_context(|| format!("reading {}", manifest.display()))?;
    ensure!(text.contains("@VERSION@"), "{} has no @VERSION@", manifest.display());
    fs::write(manifest, text.replace("@VERSION@", version)).with_context(|| format!("writing {}", manifest.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("a file is in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    fs::copy(from, to).with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    Ok(())
}

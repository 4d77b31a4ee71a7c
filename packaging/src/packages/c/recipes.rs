//! The vcpkg port and the Conan recipe over the archives, with their checksums: `dist/mpa-recipes-VERSION.tar.gz`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use ring::digest::{SHA256, SHA512};
use serde_json::{Map, Value, json};

use super::platform::Platform;
use super::{archive_path, files};
use crate::archive;
use crate::checksums;
use crate::dist::Dist;
use crate::targets::{TARGETS, Target};

/// Copied as they are, from `packaging/` of the repository.
const FILES: &[&str] = &[
    "conan/conanfile.py",
    "vcpkg/ports/mpa/portfile.cmake",
    "vcpkg/ports/mpa/usage-dynamic",
    "vcpkg/ports/mpa/usage-static",
];

/// The archive of a target.
struct Archive {
    target: &'static Target,
    file: String,
    content: Vec<u8>,
}

/// The name of the folder with the recipes, which is in `dist/` and in the archive.
pub fn folder_name(dist: &Dist) -> Result<String> {
    Ok(format!("mpa-recipes-{}", dist.version()?))
}

/// Writes recipes for all archives of this version that there are.
pub fn write(dist: &Dist) -> Result<()> {
    let mut archives = Vec::new();
    for target in TARGETS {
        let path = archive_path(dist, target)?;
        if path.exists() {
            let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let file = path.file_name().context("the archive has no name")?.to_string_lossy().into_owned();
            archives.push(Archive { target, file, content });
        }
    }
    let version = dist.version()?;
    let mut texts = vec![
        ("conan/conandata.yml".to_owned(), conan_data(&version, &archives)?),
        ("vcpkg/ports/mpa/archives.cmake".to_owned(), cmake_list(&archives)),
        (
            "vcpkg/ports/mpa/vcpkg.json".to_owned(),
            files::fill(&files::read(dist, "packaging/vcpkg/ports/mpa/vcpkg.json.in")?, &[("VERSION", version)])?,
        ),
    ];
    for file in FILES {
        texts.push(((*file).to_owned(), files::read(dist, &format!("packaging/{file}"))?));
    }
    let folder = folder(dist)?;
    // Nothing of an earlier build stays.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    for (name, text) in texts {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    let name = folder_name(dist)?;
    archive::write_tar_gz(&dist.folder().join(format!("{name}.tar.gz")), &archive::entries_of(&folder, &name)?)
}

pub fn folder(dist: &Dist) -> Result<PathBuf> {
    Ok(dist.folder().join(folder_name(dist)?))
}

/// JSON is YAML, too.
fn conan_data(version: &str, archives: &[Archive]) -> Result<String> {
    let described: Map<String, Value> = archives
        .iter()
        .map(|archive| {
            let sha256 = checksums::hex(&SHA256, &archive.content);
            (archive.target.name.to_owned(), json!({ "file": archive.file, "sha256": sha256 }))
        })
        .collect();
    let needs = |name| Ok::<_, anyhow::Error>(Platform::of(Target::named(name)?).static_needs);
    let data = json!({
        "version": version,
        "archives": described,
        "system_libs": { "Linux": needs("linux-x64")?, "Windows": needs("windows-x64")? },
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&data)?))
}

fn cmake_list(archives: &[Archive]) -> String {
    let names: Vec<&str> = archives.iter().map(|archive| archive.target.name).collect();
    let mut list = format!("set(MPA_TARGETS \"{}\")\n", names.join(", "));
    for archive in archives {
        let (name, file, sha512) = (archive.target.name, &archive.file, checksums::hex(&SHA512, &archive.content));
        let _ = writeln!(list, "set(MPA_FILE_{name} {file})\nset(MPA_SHA512_{name} {sha512})");
    }
    list
}

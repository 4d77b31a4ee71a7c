//! `packaging/release`: every package for every platform, checksums and notes, in one folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::checksums;
use crate::dist::Dist;
use crate::toolchain::rust;

/// What a release says of itself, from the changelog.
#[derive(Debug, PartialEq)]
struct Notes {
    /// As in the heading: a date, or "unreleased".
    date: String,
    text: String,
}

/// What is checked before anything is built, so that an hour is not spent in vain.
pub fn ensure_ready(dist: &Dist, draft: bool) -> Result<()> {
    let notes = notes(dist)?;
    if draft {
        return Ok(());
    }
    ensure!(
        is_date(&notes.date),
        "CHANGELOG.md says {:?} where the date of version {} is expected, as in \"## 1.2.3, 2026-01-31\". \
         Set it, or make a draft: packaging/release --draft",
        notes.date,
        dist.version()?
    );
    let (wanted, found) = (dist.rust_version()?, rust::rust_version()?);
    ensure!(
        found == wanted,
        "this is Rust {found}, and a release is built with Rust {wanted}, whose licences are in THIRD-PARTY-LICENSES.txt. \
         Install it (rustup toolchain install {wanted}; RUSTUP_TOOLCHAIN={wanted}), or make a draft"
    );
    let changes = git(dist, &["status", "--porcelain"])?;
    ensure!(changes.is_empty(), "there are changes that are not committed. Commit them, or use --draft:\n{changes}");
    Ok(())
}

/// Empties `dist/`, so that nothing of an earlier version is released.
pub fn clear(dist: &Dist) -> Result<()> {
    match fs::remove_dir_all(dist.folder()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("deleting {}", dist.folder().display()))
        }
        _ => Ok(()),
    }
}

/// Copies the packages of `dist/` to a folder of their own, and adds checksums and notes.
pub fn collect(dist: &Dist) -> Result<PathBuf> {
    let version = dist.version()?;
    let notes = notes(dist)?;
    let commit = git(dist, &["rev-parse", "HEAD"])?;
    let folder = dist.folder().join("release").join(&version);
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut files = String::new();
    for package in packages_in(&dist.folder(), &version)? {
        let name = package.file_name().and_then(|name| name.to_str()).context("a package without a name")?;
        files += &format!("| `{name}` | {} |\n", description(name)?);
        let content = fs::read(&package).with_context(|| format!("reading {}", package.display()))?;
        write_file(&folder.join(name), &content)?;
    }
    let text = format!(
        "# mpa {version}, {}\n\n| file | content |\n|---|---|\n{files}\n\
         Built from commit {}. `sha256sum --check {}` compares the files with their checksums.\n\n## Changes\n\n{}\n",
        notes.date,
        commit.trim(),
        checksums::FILE,
        notes.text
    );
    write_file(&folder.join("RELEASE-NOTES.md"), text.as_bytes())?;
    checksums::write(&folder)?;
    Ok(folder)
}

fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("writing {}", path.display()))
}

/// What the files of a release are, by the beginning and the end of their names: the first that fits.
const FILES: &[(&str, &str, &str)] = &[
    ("mpa-recipes-", ".tar.gz", "vcpkg port and Conan recipe"),
    ("mpa-tools-", "", "emulator of the service, `mpa-doctor`, and for Linux `mpa-relay`"),
    ("mpa-", "-symbols.tar.gz", "debug symbols of the library"),
    ("mpa-", "-symbols.zip", "debug symbols of the library"),
    ("mpa-", "-macos-universal.tar.gz", "library for C and C++; linked, not run"),
    ("mpa-", "", "library for C and C++"),
    ("Mpa-Unreal-", ".zip", "plugin for Unreal Engine"),
    ("com.mpa.", ".tgz", "package for Unity"),
    ("Mpa.", ".snupkg", "debug symbols of the NuGet package"),
    ("Mpa.Extensions.Hosting.", ".nupkg", "NuGet package for services on .NET's generic host"),
    ("Mpa.", ".nupkg", "NuGet package"),
];

fn description(name: &str) -> Result<&'static str> {
    let row = FILES.iter().find(|(start, end, _)| name.starts_with(start) && name.ends_with(end));
    let row = row.with_context(|| format!("packaging/src/release.rs does not say what {name} is"))?;
    Ok(row.2)
}

/// The files of `folder`, sorted. Each has the version in its name, or it is not of this release.
fn packages_in(folder: &Path, version: &str) -> Result<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for item in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let item = item?;
        let name = item.file_name();
        let name = name.to_string_lossy();
        if !item.file_type()?.is_file() || name == checksums::FILE {
            continue;
        }
        ensure!(
            name.contains(version),
            "{} does not have the version {version} in its name: delete it, or build again",
            item.path().display()
        );
        packages.push(item.path());
    }
    ensure!(!packages.is_empty(), "there are no packages in {}", folder.display());
    packages.sort();
    Ok(packages)
}

fn notes(dist: &Dist) -> Result<Notes> {
    let path = dist.repository().join("CHANGELOG.md");
    let changelog = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    notes_of(&changelog, &dist.version()?)
}

/// The section of a version: from its heading, `## VERSION, DATE`, to the next one.
fn notes_of(changelog: &str, version: &str) -> Result<Notes> {
    let heading = format!("## {version}, ");
    let mut lines = changelog.lines().skip_while(|line| !line.starts_with(&heading));
    let Some(first) = lines.next() else {
        bail!("CHANGELOG.md has no section for version {version}: a line {heading:?} and the date is expected");
    };
    let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let text = text.join("\n").trim().to_owned();
    ensure!(!text.is_empty(), "the section for version {version} in CHANGELOG.md is empty");
    Ok(Notes { date: first[heading.len()..].trim().to_owned(), text })
}

/// Whether it has the form 2026-01-31.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn git(dist: &Dist, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(dist.repository()).args(arguments).output();
    let output = output.context("git is needed to name the commit, and cannot be started")?;
    ensure!(output.status.success(), "git {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str =
        "# Changelog\n\n## 0.2.0, unreleased\n\n- New.\n- More.\n\n## 0.1.0, 2026-01-31\n\n- First.\n";

    #[test]
    fn notes_are_the_section_of_the_version() {
        let of = |version| notes_of(CHANGELOG, version).unwrap();
        assert_eq!(of("0.2.0"), Notes { date: "unreleased".into(), text: "- New.\n- More.".into() });
        assert_eq!(of("0.1.0"), Notes { date: "2026-01-31".into(), text: "- First.".into() });
    }

    #[test]
    fn a_missing_or_empty_section_is_refused() {
        assert!(notes_of(CHANGELOG, "0.1").unwrap_err().to_string().contains("no section for version 0.1:"));
        assert!(notes_of("## 1.0.0, x\n\n## 0.9.0, y\n- z", "1.0.0").unwrap_err().to_string().contains("is empty"));
    }

    #[test]
    fn each_file_is_described() {
        assert_eq!(
            description("mpa-tools-1.0.0-linux-x64.tar.gz").unwrap(),
            "emulator of the service, `mpa-doctor`, and for Linux `mpa-relay`"
        );
        assert_eq!(description("mpa-1.0.0-windows-x64-symbols.zip").unwrap(), "debug symbols of the library");
        assert_eq!(description("mpa-1.0.0-windows-x64.zip").unwrap(), "library for C and C++");
        assert_eq!(description("Mpa.1.0.0.nupkg").unwrap(), "NuGet package");
        assert!(description("other-1.0.0.zip").unwrap_err().to_string().contains("other-1.0.0.zip"));
    }

    #[test]
    fn a_date_has_one_form() {
        assert!(is_date("2026-01-31"));
        for other in ["unreleased", "2026-1-31", "2026/01/31", "2026-01-311", "26-01-2031", ""] {
            assert!(!is_date(other), "{other}");
        }
    }

    #[test]
    fn packages_of_another_version_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        assert!(packages_in(folder.path(), "1.0.0").unwrap_err().to_string().contains("no packages"));
        fs::create_dir(folder.path().join("stage")).unwrap();
        write("b-1.0.0.zip");
        write("a-1.0.0.tar.gz");
        write(checksums::FILE);
        let names: Vec<_> = packages_in(folder.path(), "1.0.0").unwrap();
        assert_eq!(names, [folder.path().join("a-1.0.0.tar.gz"), folder.path().join("b-1.0.0.zip")]);
        write("c-0.9.0.zip");
        assert!(packages_in(folder.path(), "1.0.0").unwrap_err().to_string().contains("c-0.9.0.zip"));
    }

    #[test]
    fn the_rust_of_a_release_is_known() {
        let version = Dist::of_this_repository().unwrap().rust_version().unwrap();
        let parts: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
        assert!(parts.len() == 3 && parts.iter().all(Result::is_ok), "{version}");
    }
}

//! The files of an archive that are text: for CMake and pkg-config, and the documents.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::contents;
use super::platform::Platform;
use super::sbom;
use crate::dist::Dist;
use crate::targets::{System, Target};

/// Copied as they are, from the root of the repository.
const DOCUMENTS: &[&str] = &["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES.txt"];

const VERSION_FILE: &str = "cmake/mpa-config-version.cmake.in";

/// Their names in the archive, and their contents.
pub fn of(dist: &Dist, target: &Target) -> Result<Vec<(String, String)>> {
    let values = values(target, &dist.version()?);
    let template = |name| template(dist, name, &values);
    let targets = match target.system {
        System::Windows => "cmake/targets-windows.cmake.in",
        _ => "cmake/targets-unix.cmake.in",
    };
    let mut files = vec![
        ("lib/cmake/mpa/mpa-config.cmake".to_owned(), template("cmake/mpa-config.cmake")?),
        ("lib/cmake/mpa/mpa-config-version.cmake".to_owned(), template(VERSION_FILE)?),
        ("lib/cmake/mpa/mpa-targets.cmake".to_owned(), template(targets)?),
        ("lib/pkgconfig/mpa.pc".to_owned(), template("mpa.pc.in")?),
        ("share/doc/mpa/README.md".to_owned(), template("README.md.in")?),
        ("share/doc/mpa/mpa.cdx.json".to_owned(), sbom::of(dist, target)?),
    ];
    for name in DOCUMENTS {
        files.push((format!("share/doc/mpa/{name}"), read(dist, name)?));
    }
    Ok(files)
}

/// What CMake decides by, for a version of the library.
pub fn version_file(dist: &Dist, target: &Target, version: &str) -> Result<String> {
    template(dist, VERSION_FILE, &values(target, version))
}

fn template(dist: &Dist, name: &str, values: &[(&str, String)]) -> Result<String> {
    fill(&read(dist, &format!("packaging/c/{name}"))?, values).with_context(|| format!("in packaging/c/{name}"))
}

/// With the line ends of the repository, also where git changes them.
pub fn read(dist: &Dist, name: &str) -> Result<String> {
    let path = dist.repository().join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

fn values(target: &Target, version: &str) -> Vec<(&'static str, String)> {
    let platform = Platform::of(target);
    let compatible = compatible(version);
    let libraries: Vec<String> =
        contents::libraries(target.system).iter().map(|(file, what)| format!("| `{file}` | {what} |")).collect();
    let linker_options: Vec<String> = platform.static_needs.iter().map(|library| format!("-l{library}")).collect();
    vec![
        ("CMAKE_STATIC_NEEDS", platform.static_needs.join(";")),
        ("CMAKE_SYSTEM", platform.cmake_system.to_owned()),
        ("COMPATIBLE", compatible.clone()),
        ("COMPATIBLE_VERSIONS", format!("{}[.]", compatible.replace('.', "[.]"))),
        ("CONDITION", platform.condition),
        ("IDENTIFIER", target.name.replace('-', "_")),
        ("LIBRARY_ROWS", libraries.join("\n")),
        ("LINKER_STATIC_NEEDS", linker_options.join(" ")),
        ("PLATFORM", platform.name),
        ("SHARED_LIBRARY", target.shared_library().trim_start_matches("lib/").to_owned()),
        ("SONAME", platform.soname.to_owned()),
        ("VERSION", version.to_owned()),
    ]
}

/// What all versions with the same interface start with: docs/abi.md.
fn compatible(version: &str) -> String {
    let parts = if version.starts_with("0.") { 2 } else { 1 };
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

/// Puts values in the place of `@NAME@`.
pub fn fill(template: &str, values: &[(&str, String)]) -> Result<String> {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("@{name}@"), value);
    }
    let is_name = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let unknown = text.split('@').skip(1).find(|word| is_name(word));
    ensure!(unknown.is_none(), "there is no value for @{}@", unknown.unwrap_or_default());
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_value() {
        assert_eq!(fill("a @B@ c@d.e", &[("B", "@rpath/x".to_owned())]).unwrap(), "a @rpath/x c@d.e");
        assert_eq!(fill("@A@@B_2@", &[("A", String::new())]).unwrap_err().to_string(), "there is no value for @B_2@");
    }

    #[test]
    fn before_1_0_a_minor_version_may_change_the_interface() {
        assert_eq!(compatible("0.1.2"), "0.1");
        assert_eq!(compatible("1.2.3"), "1");
    }
}

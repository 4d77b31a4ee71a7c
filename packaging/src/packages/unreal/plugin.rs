//! The folder of the plugin, as it is unpacked into `Plugins/` of a project.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::platform::PLATFORMS;
use crate::archive;
use crate::dist::Dist;
use crate::targets::Target;

/// Of the plugin, of its module, and of its folder.
pub const NAME: &str = "Mpa";
/// Where UnrealBuildTool finds the library, in the folder of the plugin.
pub const LIBRARY: &str = "Source/ThirdParty/MpaLibrary";

const SOURCES: &str = "bindings/unreal/Mpa";
/// From the repository, and where they go.
const FILES: &[(&str, &str)] = &[
    ("include/mpa.h", "Source/ThirdParty/MpaLibrary/include/mpa.h"),
    ("LICENSE-APACHE", "LICENSES/LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSES/LICENSE-MIT"),
    ("THIRD-PARTY-LICENSES.txt", "LICENSES/THIRD-PARTY-LICENSES.txt"),
    ("bindings/unreal/README.md", "README.md"),
];

/// Writes the plugin into `folder`, with the libraries of all platforms that are staged.
pub fn assemble(dist: &Dist, folder: &Path) -> Result<()> {
    for entry in archive::entries_of(&dist.repository().join(SOURCES), "")? {
        copy(&entry.path, &folder.join(&entry.name))?;
    }
    for (from, to) in FILES {
        copy(&dist.repository().join(from), &folder.join(to))?;
    }
    let descriptor = folder.join(NAME).with_extension("uplugin");
    let text = fs::read_to_string(&descriptor).with_context(|| format!("reading {}", descriptor.display()))?;
    fs::write(&descriptor, with_version(&text, &dist.version()?)?)?;

    let mut platforms = 0;
    for platform in PLATFORMS {
        let stage = dist.stage(Target::named(platform.target)?);
        if !stage.exists() {
            continue;
        }
        platforms += 1;
        for library in platform.libraries {
            let name = Path::new(library).file_name().context("a library has no name")?;
            copy(&stage.join(library), &folder.join(LIBRARY).join(platform.name).join(name))?;
        }
    }
    ensure!(platforms > 0, "no library is staged for the plugin: run packaging/build linux-x64");
    Ok(())
}

/// The descriptor with the version of the release: as a text for people, and as a number that grows.
fn with_version(descriptor: &str, version: &str) -> Result<String> {
    let numbers: Vec<u32> = version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect();
    let [major, minor, patch, ..] = numbers[..] else { anyhow::bail!("{version} is not a version") };
    let changed = descriptor
        .replacen("\"Version\": 0,", &format!("\"Version\": {},", major * 1_000_000 + minor * 1_000 + patch), 1)
        .replacen("\"VersionName\": \"0.0.0\"", &format!("\"VersionName\": \"{version}\""), 1);
    let parsed: Value = serde_json::from_str(&changed).context("reading Mpa.uplugin")?;
    ensure!(
        parsed.get("VersionName").and_then(Value::as_str) == Some(version) && changed != descriptor,
        "Mpa.uplugin in bindings/unreal must have \"Version\": 0 and \"VersionName\": \"0.0.0\": the version stands in Cargo.toml"
    );
    Ok(changed)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
    }
    let content = fs::read(from).with_context(|| format!("reading {}", from.display()))?;
    fs::write(to, content).with_context(|| format!("writing {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_release_is_written() {
        let descriptor = r#"{ "Version": 0, "VersionName": "0.0.0" }"#;
        assert_eq!(
            with_version(descriptor, "1.22.3-rc.1").unwrap(),
            r#"{ "Version": 1022003, "VersionName": "1.22.3-rc.1" }"#
        );
        let error = with_version(r#"{ "Version": 3, "VersionName": "1.0.0" }"#, "1.22.3").unwrap_err().to_string();
        assert!(error.contains("the version stands in Cargo.toml"), "{error}");
    }
}

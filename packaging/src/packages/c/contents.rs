//! What the archive of each platform contains.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::archive;
use crate::targets::{System, Target};

const EVERYWHERE: &[&str] = &[
    "include/mpa.h",
    "include/mpa.hpp",
    "include/mpa_calls.hpp",
    "include/mpa_config.hpp",
    "include/mpa_dispatcher.hpp",
    "include/mpa_enums.hpp",
    "include/mpa_match.hpp",
    "include/mpa_renewer.hpp",
    "include/mpa_requests.hpp",
    "include/mpa_result.hpp",
    "include/mpa_stats.hpp",
    "include/mpa_submitter.hpp",
    "include/mpa_testing.hpp",
    "lib/cmake/mpa/mpa-config-version.cmake",
    "lib/cmake/mpa/mpa-config.cmake",
    "lib/cmake/mpa/mpa-targets.cmake",
    "lib/pkgconfig/mpa.pc",
    "share/doc/mpa/CHANGELOG.md",
    "share/doc/mpa/LICENSE-APACHE",
    "share/doc/mpa/LICENSE-MIT",
    "share/doc/mpa/README.md",
    "share/doc/mpa/THIRD-PARTY-LICENSES.txt",
    "share/doc/mpa/mpa.cdx.json",
];

/// The libraries, each with what it is.
pub fn libraries(system: System) -> &'static [(&'static str, &'static str)] {
    match system {
        System::LinuxGlibc | System::LinuxMusl => {
            &[("lib/libmpa.so", "the shared library"), ("lib/libmpa.a", "the static library")]
        }
        System::Windows => &[
            ("bin/mpa.dll", "the shared library"),
            ("lib/mpa.lib", "its import library for Microsoft's linker and lld-link"),
            ("lib/libmpa.dll.a", "its import library for MinGW"),
            ("lib/mpa_static.lib", "the static library for Microsoft's linker and lld-link"),
            ("lib/libmpa.a", "the static library for MinGW"),
        ],
        System::MacOs => &[("lib/libmpa.dylib", "the shared library"), ("lib/libmpa.a", "the static library")],
    }
}

/// A folder has exactly the files of the table.
pub fn check(target: &Target, folder: &Path) -> Result<()> {
    let expected: BTreeSet<&str> =
        EVERYWHERE.iter().copied().chain(libraries(target.system).iter().map(|(file, _)| *file)).collect();
    let entries = archive::entries_of(folder, "")?;
    let found: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let missing: Vec<&str> = expected.difference(&found).copied().collect();
    let unexpected: Vec<&str> = found.difference(&expected).copied().collect();
    ensure!(missing.is_empty(), "{} lacks {}", folder.display(), missing.join(", "));
    ensure!(
        unexpected.is_empty(),
        "{} has {}, which is not in the table of packaging/src/packages/c/contents.rs",
        folder.display(),
        unexpected.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::files;
    use super::*;
    use crate::dist::Dist;
    use crate::targets::TARGETS;

    #[test]
    fn missing_and_unexpected_files_are_named() {
        let target = Target::named("linux-x64").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let add = |file: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        EVERYWHERE.iter().copied().for_each(add);
        add("lib/libmpa.so");
        let error = check(target, folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("lacks lib/libmpa.a"), "{error}");
        add("lib/libmpa.a");
        check(target, folder.path()).unwrap();
        add("lib/libmpa.so.1");
        let error = check(target, folder.path()).unwrap_err().to_string();
        assert!(error.contains("has lib/libmpa.so.1, which"), "{error}");
    }

    /// Libraries come from the build, headers from the sources, and all else is made.
    #[test]
    fn every_file_of_the_table_is_made() {
        let dist = Dist::of_this_repository().unwrap();
        for target in TARGETS {
            let made = files::of(&dist, target).unwrap();
            let made: BTreeSet<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
            let expected = EVERYWHERE.iter().copied().filter(|name| !name.starts_with("include/")).collect();
            assert_eq!(made, expected, "{}", target.name);
        }
    }

    #[test]
    fn every_header_is_in_the_table() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for folder in ["include", "bindings/cpp"] {
            for entry in archive::entries_of(&root.join(folder), "include").unwrap() {
                assert!(EVERYWHERE.contains(&entry.name.as_str()), "{} is missing", entry.name);
            }
        }
    }
}

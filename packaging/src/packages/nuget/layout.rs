//! What is where in the package.

use std::path::PathBuf;

use crate::dist::Dist;
use crate::targets::TARGETS;

/// Files of the repository, and their places.
pub const OTHER_FILES: &[(&str, &str)] = &[
    ("packaging/nuget/README.md", "README.md"),
    ("packaging/nuget/Mpa.targets", "build/net461/Mpa.targets"),
    ("packaging/nuget/Mpa.transitive.targets", "buildTransitive/net461/Mpa.targets"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("THIRD-PARTY-LICENSES.txt", "THIRD-PARTY-LICENSES.txt"),
];

/// A native library for one runtime identifier.
pub struct Native {
    pub identifier: &'static str,
    pub library: PathBuf,
    pub place: String,
}

/// Of all targets that are staged.
pub fn natives(dist: &Dist) -> Vec<Native> {
    let all = TARGETS.iter().flat_map(|target| {
        let library = dist.stage(target).join(target.shared_library());
        target.runtime_identifiers.iter().map(move |identifier| {
            let name = target.shared_library().rsplit('/').next().unwrap_or_default();
            let library = library.clone();
            Native { identifier, library, place: format!("runtimes/{identifier}/native/{name}") }
        })
    });
    all.filter(|native| native.library.is_file()).collect()
}

/// The runtime identifier of a place in the package.
pub fn identifier_of(place: &str) -> Option<&str> {
    place.strip_prefix("runtimes/")?.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::super::assembly;
    use super::*;

    /// Case does not count on Windows, and the loader of .NET tries the name with its own endings.
    #[test]
    fn the_managed_library_shares_its_name_with_no_native_one() {
        for target in TARGETS {
            let native = target.shared_library().rsplit('/').next().unwrap();
            let name = native.split('.').next().unwrap();
            assert!(!assembly::NAME.eq_ignore_ascii_case(name), "{native}");
            assert!(!assembly::NAME.eq_ignore_ascii_case(name.trim_start_matches("lib")), "{native}");
        }
    }

    #[test]
    fn each_runtime_identifier_has_one_library() {
        let mut identifiers: Vec<&str> =
            TARGETS.iter().flat_map(|target| target.runtime_identifiers).copied().collect();
        let count = identifiers.len();
        identifiers.sort_unstable();
        identifiers.dedup();
        assert_eq!(identifiers.len(), count);
    }
}

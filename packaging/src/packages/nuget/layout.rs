//! The native libraries in the package.

use std::path::PathBuf;

use crate::dist::Dist;
use crate::targets::TARGETS;

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
    use super::*;

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

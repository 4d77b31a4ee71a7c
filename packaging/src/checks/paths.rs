//! Paths of the machine that built a file, which must not be in it.

use std::path::Path;

use anyhow::Result;

use crate::dist::Dist;
use crate::toolchain::rust;

/// The paths that a compiler on this machine could leave in what it writes.
pub fn of_this_machine(dist: &Dist) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for folder in [Some(dist.repository().to_owned()), Some(rust::cargo_home()?), std::env::home_dir()] {
        let Some(folder) = folder.and_then(|folder| folder.to_str().map(str::to_owned)) else { continue };
        // `/` as a home folder says nothing.
        if folder.len() > 3 {
            // With what follows it in the name of a file: `/build` is the beginning of `/builders.rs`, too.
            paths.extend(['/', '\\'].map(|separator| format!("{folder}{separator}")));
        }
    }
    Ok(paths)
}

/// The first of `paths` that is in `data`, with what follows it. It is one of this machine only if what it names is there:
/// `/build/` is also the beginning of paths in Rust's own standard library.
pub fn found(data: &[u8], paths: &[String]) -> Option<String> {
    paths.iter().find_map(|path| {
        let names_something = |position: &usize| {
            let rest = &data[position + path.len()..];
            let end = rest.iter().position(|byte| *byte <= b' ' || b"/\\\"'`:".contains(byte)).unwrap_or(rest.len());
            let name = std::str::from_utf8(&rest[..end]).unwrap_or_default();
            !name.is_empty() && Path::new(path).join(name).exists()
        };
        let position = memchr::memmem::find_iter(data, path.as_bytes()).find(names_something)?;
        let rest = &data[position..data.len().min(position + 80)];
        let end = rest.iter().position(|byte| *byte < b' ').unwrap_or(rest.len());
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_anywhere_if_it_is_one_of_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        let path = format!("{}/", folder.path().display());
        let paths = [path.clone()];
        let in_text = |text: String| found(text.as_bytes(), &paths);
        assert_eq!(in_text(format!("x\0{path}src/x.rs\0y")), Some(format!("{path}src/x.rs")));
        assert_eq!(in_text(format!("{path}src")), Some(format!("{path}src")));
        assert_eq!(in_text(format!("{path}other/x.rs {path}` {path}src")), Some(format!("{path}src")));
        assert_eq!(in_text(format!("{path}other/x.rs {path}` {path}")), None);
        assert_eq!(in_text(path.trim_end_matches('/').to_owned()), None);
    }
}

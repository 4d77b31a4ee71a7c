//! Paths of the machine that built a file, which must not be in it.

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

/// The first of `paths` that is in `data`, with what follows it.
pub fn found(data: &[u8], paths: &[String]) -> Option<String> {
    paths.iter().find_map(|path| {
        let position = memchr::memmem::find(data, path.as_bytes())?;
        let rest = &data[position..data.len().min(position + 80)];
        let end = rest.iter().position(|byte| *byte < b' ').unwrap_or(rest.len());
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_anywhere() {
        let paths = ["/home/".to_owned()];
        assert_eq!(found(b"x\0/home/anna/x.rs\0y", &paths).as_deref(), Some("/home/anna/x.rs"));
        assert_eq!(found(b"/home/a", &paths).as_deref(), Some("/home/a"));
        assert_eq!(found(b"/homes", &paths), None);
    }
}

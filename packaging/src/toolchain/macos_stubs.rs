//! What a linker needs of macOS: the names that its system library exports. Zig has them, and Rust's own linker, LLVM's,
//! reads them.
//!
//! Zig's linker cannot be used for the shared library: it knows no list of exported symbols, and exports some of Rust's.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::zig::Zig;
use crate::dist::Dist;

/// Names under which Rust links the system library.
const SYSTEM: &[&str] = &["System", "c", "m"];

/// Rust links it too, and uses nothing of it.
const ICONV: &str = "--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: /usr/lib/libiconv.2.dylib
...
";

/// Writes the stubs, and returns their folder.
pub fn of(dist: &Dist, zig: &Zig) -> Result<PathBuf> {
    let folder = dist.toolchains().join("macos-stubs");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let source = zig.libraries().join("libc/darwin/libSystem.tbd");
    let system = fs::read_to_string(&source).with_context(|| format!("reading {}", source.display()))?;
    let system = with_known_processors(&system);
    let write = |name: &str, content: &str| {
        let path = folder.join(format!("lib{name}.tbd"));
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))
    };
    for name in SYSTEM {
        write(name, &system)?;
    }
    write("iconv", ICONV)?;
    Ok(folder)
}

/// Libraries for newer processors serve older ones as well, and LLVM does not know the newest name.
fn with_known_processors(stub: &str) -> String {
    stub.replace("arm64e.x1-", "arm64-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_processor_gets_a_name_that_llvm_knows() {
        let stub = "targets: [ x86_64-macos, arm64e-macos, arm64e.x1-macos ]";
        assert_eq!(with_known_processors(stub), "targets: [ x86_64-macos, arm64e-macos, arm64-macos ]");
    }
}

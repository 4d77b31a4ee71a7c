//! clang in the place of Microsoft's C compiler, where that cannot be had: it compiles ring's C code for the static
//! library in the MSVC ABI, without Microsoft's headers.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result};

use crate::dist::Dist;
use crate::tools::Tool;

pub const CLANG: Tool = Tool {
    names: &["clang", "clang-19", "clang-14"],
    package: "clang",
    elsewhere: "clang from the packages of your system",
};

const LLVM_AR: Tool = Tool {
    names: &["llvm-ar", "llvm-ar-19", "llvm-ar-14"],
    package: "llvm",
    elsewhere: "LLVM's tools from the packages of your system",
};

/// What makes the build scripts of crates use it.
pub fn environment(dist: &Dist) -> Result<Vec<(String, OsString)>> {
    let folder = dist.toolchains().join("clang-cl");
    // Both programs act on the name by which they are called.
    let clang_cl = alias(&CLANG.path()?, &folder.join("clang-cl"))?;
    let llvm_lib = alias(&LLVM_AR.path()?, &folder.join("llvm-lib"))?;
    let headers = dist.repository().join("packaging/windows/stub-headers");
    let headers = headers.to_str().context("the path of the repository is not Unicode")?;
    let flags = format!("--target=x86_64-pc-windows-msvc -ffreestanding -imsvc{headers} /MD");
    Ok(vec![
        ("CC_x86_64_pc_windows_msvc".to_owned(), clang_cl),
        ("AR_x86_64_pc_windows_msvc".to_owned(), llvm_lib),
        ("CFLAGS_x86_64_pc_windows_msvc".to_owned(), flags.into()),
    ])
}

#[cfg(unix)]
fn alias(program: &Path, alias: &Path) -> Result<OsString> {
    use std::fs;
    let program = fs::canonicalize(program).with_context(|| format!("reading {}", program.display()))?;
    if let Some(folder) = alias.parent() {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    if fs::read_link(alias).is_ok() {
        fs::remove_file(alias).with_context(|| format!("removing {}", alias.display()))?;
    }
    std::os::unix::fs::symlink(program, alias).with_context(|| format!("creating {}", alias.display()))?;
    Ok(alias.into())
}

/// On Windows, Microsoft's own tools are used.
#[cfg(not(unix))]
fn alias(_program: &Path, alias: &Path) -> Result<OsString> {
    Ok(alias.into())
}

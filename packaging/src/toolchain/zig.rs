//! Zig: a linker and C compiler for other systems than this machine's, and for older versions of glibc than its own.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::rust::Rust;
use crate::dist::Dist;
use crate::tools::{self, Tool};

pub struct Zig {
    folder: PathBuf,
    caches: PathBuf,
}

impl Zig {
    /// The pinned version, which is downloaded once.
    pub fn of(dist: &Dist) -> Result<Self> {
        let requirements = dist.repository().join("packaging/requirements.txt");
        let wanted =
            fs::read_to_string(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
        let zig = Self { folder: dist.toolchains().join("zig"), caches: dist.toolchains().join("zig-cache") };
        // Written last: what it contains is complete.
        let complete = zig.folder.join("requirements.txt");
        if fs::read_to_string(&complete).is_ok_and(|found| found == wanted) {
            return Ok(zig);
        }
        println!("downloading Zig");
        if zig.folder.exists() {
            fs::remove_dir_all(&zig.folder).with_context(|| format!("removing {}", zig.folder.display()))?;
        }
        tools::run(
            Command::new(PIP.path()?)
                .args(["install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--target"])
                .arg(&zig.folder)
                .arg("--requirement")
                .arg(&requirements),
        )?;
        fs::write(&complete, wanted).with_context(|| format!("writing {}", complete.display()))?;
        Ok(zig)
    }

    /// Zig itself, as `zig COMMAND`.
    pub fn command(&self, command: &str) -> Command {
        let mut zig = Command::new(self.program());
        zig.arg(command).env("ZIG_GLOBAL_CACHE_DIR", &self.caches).env("ZIG_LOCAL_CACHE_DIR", &self.caches);
        zig
    }

    /// What a toolchain file of CMake needs to call it.
    pub fn environment(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("MPA_ZIG", self.program()),
            ("ZIG_GLOBAL_CACHE_DIR", self.caches.clone()),
            ("ZIG_LOCAL_CACHE_DIR", self.caches.clone()),
        ]
    }

    fn program(&self) -> PathBuf {
        self.folder.join("ziglang/zig").with_extension(env::consts::EXE_EXTENSION)
    }

    /// cargo with Zig as its linker and C compiler: takes `rustc` and the like as an argument.
    pub fn cargo(&self, rust: &Rust) -> Command {
        let program = self.folder.join("bin/cargo-zigbuild").with_extension(env::consts::EXE_EXTENSION);
        let mut command = Command::new(program);
        rust.configure(&mut command);
        command
            .env("CARGO_ZIGBUILD_ZIG_PATH", self.program())
            .env("CARGO_ZIGBUILD_CACHE_DIR", self.caches.join("cargo-zigbuild"))
            .env("ZIG_GLOBAL_CACHE_DIR", &self.caches)
            .env("ZIG_LOCAL_CACHE_DIR", &self.caches);
        command
    }
}

const PIP: Tool = Tool { names: &["pip3", "pip"], package: "python3-pip", elsewhere: "the pip of any Python 3" };

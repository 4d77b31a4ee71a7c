//! Zig: a linker and C compiler for other systems than this machine's, and for older versions of glibc than its own.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::pip;
use super::rust;
use crate::dist::Dist;

pub struct Zig {
    folder: PathBuf,
    caches: PathBuf,
}

impl Zig {
    /// The pinned version, which is downloaded once.
    pub fn of(dist: &Dist) -> Result<Self> {
        let zig = Self { folder: dist.toolchains().join("zig"), caches: dist.toolchains().join("zig-cache") };
        pip::install(&dist.repository().join("packaging/requirements.txt"), &zig.folder)?;
        Ok(zig)
    }

    /// Zig itself, as `zig COMMAND`.
    pub fn command(&self, command: &str) -> Command {
        let mut zig = Command::new(self.program());
        zig.arg(command);
        self.set_environment(&mut zig);
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

    /// What it knows of the C libraries of systems.
    pub fn libraries(&self) -> PathBuf {
        self.folder.join("ziglang/lib")
    }

    fn program(&self) -> PathBuf {
        self.folder.join("ziglang/zig").with_extension(env::consts::EXE_EXTENSION)
    }

    /// cargo with Zig as its linker and C compiler, for a target: takes `rustc` and the like as an argument.
    pub fn cargo(&self, triple: &str) -> Command {
        let program = self.folder.join("bin/cargo-zigbuild").with_extension(env::consts::EXE_EXTENSION);
        let mut command = Command::new(program);
        command
            .env("CARGO", rust::cargo_program())
            .env("CARGO_ZIGBUILD_ZIG_PATH", self.program())
            .env("CARGO_ZIGBUILD_CACHE_DIR", self.caches.join("cargo-zigbuild").join(triple));
        self.set_environment(&mut command);
        command
    }

    fn set_environment(&self, command: &mut Command) {
        command.env("ZIG_GLOBAL_CACHE_DIR", &self.caches).env("ZIG_LOCAL_CACHE_DIR", &self.caches);
        if cfg!(target_os = "linux") {
            // The folder that Zig names in the debug symbols of the parts that it compiles itself, and caches.
            command.env("PWD", "/proc/self/cwd");
        }
    }
}

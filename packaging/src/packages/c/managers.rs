//! The recipes for package managers, used by projects: Conan itself, and the vcpkg port with stand-ins for vcpkg.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::builds::CMAKE;
use super::recipes;
use crate::dist::Dist;
use crate::targets::{Processor, System, Target};
use crate::toolchain::pip;
use crate::tools;

/// Conan, with folders of its own.
pub struct Conan {
    folder: PathBuf,
    home: tempfile::TempDir,
}

impl Conan {
    /// The pinned version, which is downloaded once.
    pub fn of(dist: &Dist) -> Result<Self> {
        let conan = Self { folder: dist.toolchains().join("conan"), home: tempfile::tempdir()? };
        pip::install(&dist.repository().join("packaging/conan/requirements.txt"), &conan.folder)?;
        tools::run(conan.command().args(["profile", "detect"]))?;
        Ok(conan)
    }

    fn command(&self) -> Command {
        let program = self.folder.join("bin/conan").with_extension(env::consts::EXE_EXTENSION);
        let mut command = Command::new(program);
        command.env("PYTHONPATH", &self.folder).env("CONAN_HOME", self.home.path());
        command
    }

    /// Makes the package of the archive for this machine, with one of the libraries.
    pub fn create(&self, dist: &Dist, kind: &str) -> Result<()> {
        tools::run(
            self.command()
                .arg("create")
                .arg(recipes::folder(dist)?.join("conan"))
                .args(["-o", &format!("&:shared={}", shared(kind))])
                .args(["-c", &format!("user.mpa:archives={}", dist.folder().display())]),
        )?;
        Ok(())
    }

    /// Writes into a project what CMake needs to find the package, and returns the toolchain file to use.
    pub fn install(&self, project: &Path, kind: &str) -> Result<PathBuf> {
        tools::run(
            self.command()
                .args(["install", ".", "--build=never", "--output-folder=conan"])
                .args(["-o", &format!("mpa/*:shared={}", shared(kind))])
                .current_dir(project),
        )?;
        Ok(project.join("conan/conan_toolchain.cmake"))
    }
}

fn shared(kind: &str) -> &'static str {
    if kind == "shared" { "True" } else { "False" }
}

/// Installs the vcpkg port for a target into a folder.
pub fn install_vcpkg_port(dist: &Dist, target: &Target, kind: &str, prefix: &Path) -> Result<()> {
    let system = match target.system {
        System::LinuxGlibc | System::LinuxMusl => "LINUX",
        System::Windows => "WINDOWS",
        System::MacOs => "OSX",
    };
    let processor = if target.processor == Processor::Arm64 { "arm64" } else { "x64" };
    let mut command = Command::new(CMAKE.path()?);
    command.arg(format!("-DPORT={}", recipes::folder(dist)?.join("vcpkg/ports/mpa").display()));
    command.arg(format!("-DSYSTEM={system}")).arg(format!("-DPROCESSOR={processor}"));
    if target.system == System::LinuxMusl {
        command.arg("-DMPA_LIBC=musl");
    }
    command.arg(format!("-DLINKAGE={}", if kind == "shared" { "dynamic" } else { "static" }));
    command.arg(format!("-DPREFIX={}", prefix.display()));
    command.arg("-P").arg(dist.repository().join("packaging/consumers/vcpkg/install.cmake"));
    tools::run(&mut command)?;
    Ok(())
}

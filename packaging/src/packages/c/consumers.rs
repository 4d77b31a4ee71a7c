//! Projects that use an archive as their users do, each in a folder of its own with nothing else in it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::builds::{self, Build, CMAKE, MAKE, ONE_BY_ONE, PKG_CONFIG};
use super::managers::{self, Conan};
use super::{containers, files, guides, selection};
use crate::archive;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::runner::Runner;
use crate::targets::{TARGETS, Target};
use crate::toolchain::zig::Zig;
use crate::tools;

/// Builds and runs all projects for a platform. `archives`: the folder that the archive is unpacked in.
pub fn check(dist: &Dist, target: &'static Target, archives: &Path) -> Result<()> {
    let native = Target::host()?.name == target.name;
    let builds = builds::of(target, native);
    if builds.is_empty() {
        println!("{}: no program was built, because it takes a machine with that system", target.name);
        return Ok(());
    }
    let emulator = Emulator::start(dist)?;
    let mut consumers = Consumers { dist, target, archives, emulator, title_id: 0 };
    for build in builds {
        consumers.cmake(build)?;
    }
    consumers.side_by_side(&builds[0])?;
    if target.name == "linux-x64" {
        selection::check_platform(archives, target)?;
    }
    if native && cfg!(target_os = "linux") {
        selection::check_versions(dist, target)?;
        consumers.pkg_config()?;
        consumers.conan()?;
        consumers.vcpkg()?;
        guides::check_c(dist, archives)?;
    }
    if cfg!(target_os = "linux") {
        containers::check(dist, target, archives)?;
    }
    Ok(())
}

struct Consumers<'a> {
    dist: &'a Dist,
    target: &'static Target,
    archives: &'a Path,
    emulator: Emulator,
    /// Each project has a title of its own, so that its calls can be distinguished.
    title_id: u32,
}

impl Consumers<'_> {
    fn cmake(&mut self, build: &Build) -> Result<()> {
        let project = self.project("cmake", build.languages)?;
        for tool in build.tools {
            tool.path()?;
        }
        let name = format!(
            "CMake{}{}: {} with {}",
            build.generator.map(|name| format!(", {name}")).unwrap_or_default(),
            build.toolchain.map(|name| format!(", {name}.cmake")).unwrap_or_default(),
            build.languages.join(" and "),
            build.kinds.join(" and "),
        );
        let options = self.prefix_and_toolchain(build, self.archives);
        self.build_and_run(&name, build, project.path(), &options)
    }

    /// CMake takes the archive of this platform where those of others, as far as they are made, are unpacked next to it.
    fn side_by_side(&mut self, build: &Build) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut count = 0;
        for target in TARGETS {
            let path = super::archive_path(self.dist, target)?;
            if path.exists() {
                archive::unpack(&path, folder.path())?;
                count += 1;
            }
        }
        let project = self.project("cmake", build.languages)?;
        let mut configure = self.configure(build, &self.prefix_and_toolchain(build, folder.path()))?;
        tools::run(configure.env("MPA_ARCHIVES", folder.path()).current_dir(project.path()))?;
        let cache = fs::read_to_string(project.path().join("build/CMakeCache.txt"))?;
        let found = cache.lines().find(|line| line.starts_with("mpa_DIR:")).unwrap_or("nothing");
        let name = super::folder_name(self.dist, self.target)?;
        ensure!(
            found.contains(&format!("/{name}/")),
            "{}: of {count} archives next to each other, CMake took {found}",
            self.target.name
        );
        println!("{}: found by CMake among {count} archives next to each other", self.target.name);
        Ok(())
    }

    /// With the package that Conan makes of the archive.
    fn conan(&mut self) -> Result<()> {
        let conan = Conan::of(self.dist)?;
        for build in ONE_BY_ONE {
            let kind = build.kinds.join("");
            let project = self.project("conan", build.languages)?;
            self.add_files("cmake", project.path())?;
            conan.create(self.dist, &kind)?;
            let toolchain = conan.install(project.path(), &kind)?;
            let options = [definition("CMAKE_TOOLCHAIN_FILE", toolchain), definition("CMAKE_BUILD_TYPE", "Release")];
            self.build_and_run(&format!("Conan: c and cpp with {kind}"), build, project.path(), &options)?;
        }
        Ok(())
    }

    /// With the files that the port for vcpkg installs.
    fn vcpkg(&mut self) -> Result<()> {
        for build in ONE_BY_ONE {
            let kind = build.kinds.join("");
            let project = self.project("cmake", build.languages)?;
            let prefix = project.path().join("vcpkg/installed");
            managers::install_vcpkg_port(self.dist, self.target, &kind, &prefix)?;
            let options = [definition("CMAKE_PREFIX_PATH", prefix)];
            self.build_and_run(&format!("port for vcpkg: c and cpp with {kind}"), build, project.path(), &options)?;
        }
        Ok(())
    }

    fn prefix_and_toolchain(&self, build: &Build, archives: &Path) -> Vec<OsString> {
        let mut options = vec![definition("CMAKE_PREFIX_PATH", archives)];
        if let Some(toolchain) = build.toolchain {
            let folder = self.dist.repository().join("packaging/consumers/toolchains");
            options.push(definition("CMAKE_TOOLCHAIN_FILE", folder.join(toolchain).with_extension("cmake")));
        }
        options
    }

    fn runner(&self, build: &Build) -> Result<Option<Runner>> {
        if build.emulated { Runner::of(self.dist, self.target) } else { Ok(None) }
    }

    fn configure(&self, build: &Build, options: &[OsString]) -> Result<Command> {
        let mut configure = self.command(CMAKE.path()?, build)?;
        configure.args(["-S", ".", "-B", "build"]).args(options);
        configure.arg(definition("MPA_KINDS", build.kinds.join(";")));
        configure.arg(definition("MPA_LANGUAGES", build.languages.join(";")));
        configure.arg(definition("MPA_ENDPOINT", self.emulator.url()));
        configure.arg(definition("MPA_TITLE_ID", self.title_id.to_string()));
        if let Some(runner) = self.runner(build)? {
            configure.arg(definition("CMAKE_CROSSCOMPILING_EMULATOR", runner.line.join(OsStr::new(";"))));
        }
        if let Some(generator) = build.generator {
            configure.args(["-G", generator]);
        }
        Ok(configure)
    }

    fn build_and_run(&self, name: &str, build: &Build, project: &Path, options: &[OsString]) -> Result<()> {
        let mut configure = self.configure(build, options)?;
        tools::run(configure.current_dir(project))?;
        let mut compile = self.command(CMAKE.path()?, build)?;
        tools::run(compile.args(["--build", "build", "--config", "Release"]).current_dir(project))?;
        let ctest = CMAKE.path()?.with_file_name("ctest").with_extension(env::consts::EXE_EXTENSION);
        let mut test = self.command(ctest, build)?;
        test.args(["--test-dir", "build", "--build-config", "Release", "--output-on-failure"]);
        if let Some(runner) = self.runner(build)? {
            test.envs(runner.environment(&[])?);
        }
        tools::run(test.current_dir(project))?;
        self.expect_invites(name, build.kinds.len() * build.languages.len())
    }

    fn pkg_config(&mut self) -> Result<()> {
        let project = self.project("pkg-config", &["c"])?;
        PKG_CONFIG.path()?;
        let pc_files = self.unpacked()?.join("lib/pkgconfig");
        tools::run(
            Command::new(MAKE.path()?).arg("--quiet").env("PKG_CONFIG_PATH", pc_files).current_dir(project.path()),
        )?;
        for server in ["server", "server-static"] {
            tools::run(
                Command::new(project.path().join(server)).arg(self.emulator.url()).arg(self.title_id.to_string()),
            )?;
        }
        self.expect_invites("pkg-config: c with shared and static", 2)
    }

    /// The folder that the archive contains.
    fn unpacked(&self) -> Result<PathBuf> {
        Ok(self.archives.join(super::folder_name(self.dist, self.target)?))
    }

    /// A new folder with the files of a project and a server in each language, and a title id for it.
    fn project(&mut self, kind: &str, languages: &[&str]) -> Result<tempfile::TempDir> {
        self.title_id += 1;
        let folder = tempfile::tempdir()?;
        self.add_files(kind, folder.path())?;
        for language in languages {
            let server = format!("server.{language}");
            let source = files::read(self.dist, &format!("packaging/consumers/{server}"))?;
            fs::write(folder.path().join(server), source)?;
        }
        Ok(folder)
    }

    fn add_files(&self, kind: &str, folder: &Path) -> Result<()> {
        let sources = format!("packaging/consumers/{kind}");
        for entry in archive::entries_of(&self.dist.repository().join(&sources), "")? {
            fs::write(folder.join(&entry.name), files::read(self.dist, &format!("{sources}/{}", entry.name))?)?;
        }
        Ok(())
    }

    /// A program with the environment that the toolchain files take things from.
    fn command(&self, program: PathBuf, build: &Build) -> Result<Command> {
        let mut command = Command::new(program);
        command.env("MPA_ARCHIVES", self.archives);
        if build.uses_zig() {
            command.envs(Zig::of(self.dist)?.environment());
        }
        Ok(command)
    }

    fn expect_invites(&self, name: &str, count: usize) -> Result<()> {
        let calls = self.emulator.calls(self.title_id)?;
        let expected = format!("POST /titles/{}/invites/server 204", self.title_id);
        ensure!(
            calls.len() == count && calls.iter().all(|call| *call == expected),
            "{}: {name}: the emulator received {calls:?} instead of {count} times {expected:?}",
            self.target.name
        );
        println!("{}: {name}: {count} invites arrived", self.target.name);
        Ok(())
    }
}

fn definition(name: &str, value: impl Into<OsString>) -> OsString {
    let mut argument = OsString::from(format!("-D{name}="));
    argument.push(value.into());
    argument
}

//! Uses the package as projects do: through NuGet, and on each runtime that can be had.

mod contents;
mod guide;
mod hosting;
mod mono;
mod program;
mod project;
mod wine;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::package_path;
use super::project::{CLIENT, Project};
use crate::dist::Dist;
use crate::dotnet::{Runtime, Toolchain};
use crate::emulator::Emulator;
use crate::targets::{System, Target};
pub use hosting::check as check_hosting;
use program::Program;

/// What the checks share.
struct Check<'a> {
    dist: &'a Dist,
    toolchain: Toolchain,
    /// The content of the package.
    package: PathBuf,
    /// Empty at first, and removed at the end. Each check has a folder of its own in it.
    folder: tempfile::TempDir,
    emulator: Emulator,
}

/// Of what the toolchain for building has: NuGet, .NET 8 and Mono.
pub fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    contents::check(dist, target)?;
    if !is_this_machine(target) {
        let is_host = Target::host().is_ok_and(|host| host.name == target.name);
        if is_host && super::assembly::is_sdk_there() {
            Check::new(dist)?.the_first_invite_of_the_guide()?;
        }
        return Ok(());
    }
    let check = Check::new(dist)?;
    check.the_first_invite_of_the_guide()?;
    check.a_project_of_net_framework()?;
    check.nullable_reference_types()?;
    check.quickstart(&check.toolchain.net8()?, "net8.0")?;
    Ok(())
}

/// The other runtimes, most of which are large downloads.
pub fn check_on_other_runtimes(dist: &Dist, target: &'static Target) -> Result<()> {
    if target.system == System::Windows && cfg!(target_os = "linux") {
        return Check::new(dist)?.quickstart_under_wine(target);
    }
    if !is_this_machine(target) {
        println!("{}: no .NET runtime for it can be run here", target.name);
        return Ok(());
    }
    let check = Check::new(dist)?;
    check.quickstart(&check.toolchain.net9()?, "net8.0")?;
    check.quickstart(&check.toolchain.netcore31()?, "netstandard2.1")?;
    check.quickstart_compiled_ahead_of_time()?;
    check.the_project_of_the_binding()?;
    check.tests_of_the_binding()
}

/// Whether it is Linux with glibc on x86-64, which the toolchain is for, and this machine is too.
fn is_this_machine(target: &Target) -> bool {
    target.name == "linux-x64" && Target::host().is_ok_and(|host| host.name == target.name)
}

impl<'a> Check<'a> {
    fn new(dist: &'a Dist) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let package = folder.path().join("package");
        unzip(dist, &CLIENT, &package)?;
        Ok(Self { dist, toolchain: Toolchain::new(dist), package, folder, emulator: Emulator::start(dist)? })
    }

    /// A new folder.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn managed_library(&self, framework: &str) -> PathBuf {
        self.package.join("lib").join(framework).join(CLIENT.file("dll"))
    }

    /// examples/quickstart.cs.
    fn quickstart(&self, runtime: &Runtime, framework: &'static str) -> Result<()> {
        let program = self.compile_quickstart(runtime, framework)?;
        self.expect_invites(&program.folder, 4, |title_id| {
            let mut command = runtime.command(&program.path());
            command.args([self.emulator.url(), title_id.to_string()]);
            command
        })?;
        println!("{}: the quickstart, with lib/{framework}", runtime.name);
        Ok(())
    }

    fn compile_quickstart(&self, runtime: &Runtime, framework: &'static str) -> Result<Program> {
        let source = self.dist.repository().join("examples/quickstart.cs");
        Program::compile(self, &format!("quickstart on {}", runtime.name), framework, &[source], Some(runtime))
    }

    /// Runs a program in `folder`, which has to succeed, and to make so many requests that the emulator accepts.
    fn expect_invites(
        &self,
        folder: &Path,
        count: usize,
        command: impl FnOnce(u32) -> std::process::Command,
    ) -> Result<()> {
        let title_id = self.next_title();
        let mut command = command(title_id);
        let printed = crate::tools::run(command.current_dir(folder))?;
        let calls = self.emulator.calls(title_id)?;
        let accepted = calls.iter().filter(|call| call.ends_with(" 204")).count();
        ensure!(
            accepted == count && calls.len() == count,
            "{count} accepted requests were expected, not {calls:?}. The program printed:\n{printed}"
        );
        Ok(())
    }

    /// One for each program, so that their requests can be distinguished.
    fn next_title(&self) -> u32 {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1000);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }
}

fn unzip(dist: &Dist, project: &Project, folder: &Path) -> Result<()> {
    let archive = package_path(dist, project)?;
    let unzip = || -> Result<()> { Ok(zip::ZipArchive::new(fs::File::open(&archive)?)?.extract(folder)?) };
    unzip().with_context(|| format!("unpacking {}, which packaging/build makes", archive.display()))
}

//! .NET for Windows, under Wine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::super::copy;
use super::Check;
use crate::dotnet::WINE;
use crate::tools::{self, Tool};

static MINGW: Tool =
    Tool { names: &["x86_64-w64-mingw32-gcc"], package: "gcc-mingw-w64-x86-64", elsewhere: "MinGW-w64" };

impl Check<'_> {
    /// Only .NET Core 3.1: .NET 8 does not start under Wine 8.
    pub fn quickstart_under_wine(&self) -> Result<()> {
        let (runtime, framework) = (self.toolchain.netcore31_for_windows()?, "netstandard2.1");
        let program = self.compile_quickstart(&runtime, framework)?;
        let prefix = self.wine_prefix()?;
        let mut command = runtime.command_under_wine(&program.path())?;
        set_environment(&mut command, &prefix);
        self.expect_invites(&program.folder, 4, |title_id| {
            command.args([self.emulator.url(), title_id.to_string()]);
            command
        })?;
        println!("{} under Wine: the quickstart, with lib/{framework}", runtime.name);
        Ok(())
    }

    /// A Windows system apart from the user's, with the library that Wine lacks.
    fn wine_prefix(&self) -> Result<PathBuf> {
        let prefix = self.dist.cache().join("wine");
        let mut wine = Command::new(WINE.path()?);
        set_environment(&mut wine, &prefix);
        tools::run(wine.args(["wineboot", "--init"]))?;
        let built = self.folder.path().join("bcryptprimitives.dll");
        let mut gcc = Command::new(MINGW.path()?);
        gcc.args(["-O2", "-shared", "-o"]).arg(&built);
        gcc.arg(self.dist.repository().join("packaging/wine/bcryptprimitives.c")).arg("-ladvapi32");
        tools::run(&mut gcc)?;
        copy(&built, &prefix.join("drive_c/windows/system32/bcryptprimitives.dll"))?;
        Ok(prefix)
    }
}

fn set_environment(wine: &mut Command, prefix: &Path) {
    wine.env("WINEPREFIX", prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all");
    // Neither Mono nor a browser is installed into it, and no debugger waits.
    wine.env("WINEDLLOVERRIDES", "mscoree,mshtml=;winedbg.exe=d");
}

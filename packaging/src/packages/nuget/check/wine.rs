//! .NET for Windows, under Wine.

use anyhow::Result;

use super::Check;
use crate::runner::Runner;
use crate::targets::Target;

impl Check<'_> {
    /// Only .NET Core 3.1: .NET 8 does not start under Wine 8.
    pub fn quickstart_under_wine(&self, target: &Target) -> Result<()> {
        let Some(wine) = Runner::of(self.dist, target)? else { return Ok(()) };
        let (runtime, framework) = (self.toolchain.netcore31_for_windows()?, "netstandard2.1");
        let program = self.compile_quickstart(&runtime, framework)?;
        let mut command = runtime.command_with(&wine, &program.path())?;
        self.expect_invites(&program.folder, 4, |title_id| {
            command.args([self.emulator.url(), title_id.to_string()]);
            command
        })?;
        println!("{} under Wine: the quickstart, with lib/{framework}", runtime.name);
        Ok(())
    }
}

//! What docs/guides/dotnet.md says, done.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::super::assembly::is_sdk_there;
use super::super::project::CLIENT;
use super::super::{copy, package_path};
use super::Check;
use crate::tools;

/// The most lines of C# that a first invite may take, blank ones not counted.
const LONGEST_PROGRAM: usize = 15;

impl Check<'_> {
    pub fn the_first_invite_of_the_guide(&self) -> Result<()> {
        let path = self.dist.repository().join("docs/guides/dotnet.md");
        let guide = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let block = |language| first_block(&guide, language).with_context(|| format!("the guide has no {language}"));
        let (project, program, commands) = (block("xml")?, block("csharp")?, block("sh")?);
        let lines = program.lines().filter(|line| !line.trim().is_empty()).count();
        ensure!(lines <= LONGEST_PROGRAM, "the first program of the guide has {lines} lines");
        ensure!(commands.lines().count() <= 3 && commands.contains("\ndotnet run\n"), "the commands are {commands}");

        let folder = self.folder("first invite")?;
        let title_id = self.next_title();
        let program = replaced(&program, "http://127.0.0.1:8787", &self.emulator.url())?;
        let program = replaced(&program, "1234567890", &title_id.to_string())?;
        fs::write(folder.join("Program.cs"), program)?;
        let package = package_path(self.dist, &CLIENT)?;
        copy(&package, &folder.join(package.file_name().unwrap_or_default()))?;
        let (mut dotnet, project) = if is_sdk_there() {
            let mut dotnet = Command::new("dotnet");
            // Not the user's packages, among which there may be an older one of this version.
            dotnet.env("NUGET_PACKAGES", self.folder("packages")?).env("DOTNET_ROLL_FORWARD", "Major");
            (dotnet, project)
        } else {
            // The SDK that can be had is older than the one in the guide.
            (self.sdk()?, replaced(&project, "net8.0", "netcoreapp3.1")?)
        };
        fs::write(folder.join("invite.csproj"), project)?;
        let printed = tools::run(dotnet.arg("run").current_dir(&folder))?;
        let calls = self.emulator.calls(title_id)?;
        let expected = format!("POST /titles/{title_id}/invites/server 204");
        ensure!(calls == [expected], "the emulator received {calls:?}. The program printed:\n{printed}");
        ensure!(printed.contains("Invite: Ok"), "the program printed:\n{printed}");
        println!("the first invite of the guide, with NuGet and MSBuild");
        Ok(())
    }
}

/// The first piece of code in a language.
fn first_block(guide: &str, language: &str) -> Option<String> {
    let (_, rest) = guide.split_once(&format!("```{language}\n"))?;
    rest.split_once("```").map(|(block, _)| block.to_owned())
}

fn replaced(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(text.contains(old), "the guide does not have {old}");
    Ok(text.replace(old, new))
}

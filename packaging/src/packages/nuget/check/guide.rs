//! What docs/guides/dotnet.md says, done.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::Check;

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

        // The SDK that can be had is older than the one in the guide.
        let project = replaced(&project, "net8.0", "netcoreapp3.1")?;
        let title_id = self.next_title();
        let program = replaced(&program, "http://127.0.0.1:8787", &self.emulator.url())?;
        let program = replaced(&program, "1234567890", &title_id.to_string())?;
        let folder = self.folder("first invite")?;
        fs::write(folder.join("invite.csproj"), project)?;
        fs::write(folder.join("Program.cs"), program)?;
        let printed = crate::tools::run(self.sdk()?.arg("run").current_dir(&folder))?;
        let calls = self.emulator.calls(title_id)?;
        let expected = format!("POST /titles/{title_id}/invites/server 204");
        ensure!(calls == [expected], "the emulator received {calls:?}. The program printed:\n{printed}");
        println!("the guide's first invite, with NuGet, on .NET Core 3.1's SDK");
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

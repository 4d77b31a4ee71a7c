//! The code of `docs/guides/unreal.md`, compiled and run with the stand-ins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::compile::{Compiler, Module, STANDARD};
use super::platform::Platform;
use super::reflection;
use super::run::runner;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::tools::run;

/// `built`: the objects and libraries of the plugin, and of the stand-ins.
pub fn check(
    dist: &Dist,
    platform: &Platform,
    compiler: &Compiler,
    module: &Module,
    built: &[PathBuf],
    folder: &Path,
) -> Result<()> {
    let guide = read(dist)?;
    let file = |name: &str| block_after(&guide, name).with_context(|| format!("docs/guides/unreal.md has no {name}"));
    let header = file("Source/MyGame/FirstInvite.h")?;
    let source = file("Source/MyGame/FirstInvite.cpp")?;
    fs::write(folder.join("FirstInvite.h"), header)?;
    fs::write(folder.join("FirstInvite.cpp"), source)?;
    fs::write(folder.join("FirstInvite.generated.h"), reflection::generate("FirstInvite.h", header))?;

    // As in a client: nothing of the plugin is there.
    let standins = dist.repository().join("tests/unreal/standins");
    let options =
        |with: u8| [format!("-DWITH_MPA={with}"), "-DMYGAME_API=".to_owned(), format!("-I{}", folder.display())];
    run(compiler
        .strict()
        .arg("-Wno-unused-parameter")
        .args([STANDARD, "-fsyntax-only", "-isystem"])
        .arg(&standins)
        .args(options(0))
        .arg(folder.join("FirstInvite.cpp")))?;

    let program = folder.join("guide");
    run(compiler
        .link()
        .args([STANDARD, "-Wall", "-Wextra", "-Werror"])
        .args(options(1))
        .args(module.options())
        .arg(folder.join("FirstInvite.cpp"))
        .arg(dist.repository().join("tests/unreal/guide.cpp"))
        .args(built)
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program))?;
    let emulator = Emulator::start(dist)?;
    let output = run(runner(platform, &program)?.arg(emulator.url()))?;
    let promised = "Invite: MPA_OK: The service acknowledged all of it.";
    ensure!(
        output.contains("LogMpa: The client is open") && output.contains(promised),
        "the code of the guide logged:\n{output}"
    );
    ensure!(guide.contains(promised), "docs/guides/unreal.md does not say that the log shows {promised:?}");
    ensure!(emulator.calls(1_234_567_890)?.len() == 1, "the code of the guide sent no invite");
    Ok(())
}

pub fn read(dist: &Dist) -> Result<String> {
    let path = dist.repository().join("docs/guides/unreal.md");
    fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
}

/// The block of code after the line that names a file.
pub fn block_after<'a>(markdown: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = markdown.split_once(&format!("\n`{name}`:\n\n```"))?;
    let (_, block) = rest.split_once('\n')?;
    Some(block.split_once("```\n")?.0)
}

/// Settings that are named in the guide and do not exist.
pub fn unknown_settings(guide: &str, settings: &str) -> Vec<String> {
    let block = block_after(guide, "Config/DefaultGame.ini").unwrap_or_default();
    let keys = block.lines().filter_map(|line| line.split_once('=')).map(|(key, _)| key);
    let unknown =
        keys.filter(|key| !settings.contains(&format!(" {key} = ")) && !settings.contains(&format!(" {key};")));
    unknown.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_the_name_of_their_file() {
        let markdown = "Text\n\n`a/b.ini`:\n\n```ini\n[section]\nKnown=1\nOther=2\n```\n\nMore\n";
        assert_eq!(block_after(markdown, "a/b.ini"), Some("[section]\nKnown=1\nOther=2\n"));
        assert_eq!(block_after(markdown, "b.ini"), None);
    }

    #[test]
    fn settings_of_the_guide_exist() {
        let guide = include_str!("../../../../docs/guides/unreal.md");
        let settings = include_str!("../../../../bindings/unreal/Mpa/Source/Mpa/Public/MpaSettings.h");
        assert_eq!(unknown_settings(guide, settings), Vec::<String>::new());
        assert_eq!(unknown_settings(&guide.replace("TitleId=", "Title="), settings), ["Title"]);
    }
}

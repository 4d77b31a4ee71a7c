//! The code of `docs/guides/unreal.md`, compiled and run with the stand-ins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::compile::STANDARD;
use super::programs::{self, Programs};
use super::reflection;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::tools::run;

/// Compiles it as for a client, which has nothing of the plugin, and links it as for a server.
pub fn build(programs: &Programs) -> Result<PathBuf> {
    let Programs { dist, folder, compiler, .. } = programs;
    let guide = read(dist)?;
    let file = |name: &str| block_after(&guide, name).with_context(|| format!("docs/guides/unreal.md has no {name}"));
    let header = file("Source/MyGame/FirstInvite.h")?;
    let source = folder.join("FirstInvite.cpp");
    fs::write(&source, file("Source/MyGame/FirstInvite.cpp")?)?;
    fs::write(folder.join("FirstInvite.h"), header)?;
    fs::write(folder.join("FirstInvite.generated.h"), reflection::generate("FirstInvite.h", header))?;

    let options = ["-DMYGAME_API=".to_owned(), format!("-I{}", folder.display())];
    run(compiler
        .strict()
        .args([STANDARD, "-DWITH_MPA=0", "-Wno-unused-parameter", "-fsyntax-only", "-isystem"])
        .arg(dist.repository().join("tests/unreal/standins"))
        .args(&options)
        .arg(&source))?;
    programs.link("guide", &[source, dist.repository().join("tests/unreal/guide.cpp")], &options)
}

/// Runs what `build` returned.
pub fn run_it(programs: &Programs, program: &Path) -> Result<()> {
    let emulator = Emulator::start(programs.dist)?;
    let runner = programs::runner(programs.dist, programs.platform)?;
    let output = programs::run_with(&runner, program, &[emulator.url().into()])?;
    let promised = "Invite: MPA_OK: The service acknowledged all of it.";
    ensure!(
        output.contains("LogMpa: The client is open") && output.contains(promised),
        "the code of the guide logged:\n{output}"
    );
    ensure!(
        read(programs.dist)?.contains(promised),
        "docs/guides/unreal.md does not say that the log shows {promised:?}"
    );
    ensure!(emulator.calls(1_234_567_890)?.len() == 1, "the code of the guide sent no invite");
    println!("unreal: {}: the code of the guide", programs.platform.name);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings that are named in the guide and do not exist.
    fn unknown_settings(guide: &str, settings: &str) -> Vec<String> {
        let block = block_after(guide, "Config/DefaultGame.ini").unwrap_or_default();
        let keys = block.lines().filter_map(|line| line.split_once('=')).map(|(key, _)| key);
        let unknown =
            keys.filter(|key| !settings.contains(&format!(" {key} = ")) && !settings.contains(&format!(" {key};")));
        unknown.map(str::to_owned).collect()
    }

    #[test]
    fn blocks_are_found_by_the_name_of_their_file() {
        let markdown = "Text\n\n`a/b.ini`:\n\n```ini\n[section]\nKnown=1\nOther=2\n```\n\nMore\n";
        assert_eq!(block_after(markdown, "a/b.ini"), Some("[section]\nKnown=1\nOther=2\n"));
        assert_eq!(block_after(markdown, "b.ini"), None);
    }

    /// Nodes in the table of the guide without a function or a delegate of that name.
    fn unknown_nodes(guide: &str, headers: &str) -> Vec<String> {
        let rows = guide.lines().filter(|line| line.starts_with("| **"));
        let cells = rows.filter_map(|line| line.split('|').nth(1));
        let names = cells.flat_map(|cell| cell.split("**").skip(1).step_by(2));
        let unknown = names.filter(|name| {
            let declared = name.trim_start_matches("Assign ").replace(' ', "");
            !["(", ";"].iter().any(|after| headers.contains(&format!(" {declared}{after}")))
        });
        unknown.map(str::to_owned).collect()
    }

    #[test]
    fn nodes_of_the_guide_exist() {
        let guide = include_str!("../../../../docs/guides/unreal.md");
        let headers = [
            include_str!("../../../../bindings/unreal/Mpa/Source/Mpa/Public/MpaSubsystem.h"),
            include_str!("../../../../bindings/unreal/Mpa/Source/Mpa/Public/MpaAsyncActions.h"),
            include_str!("../../../../bindings/unreal/Mpa/Source/Mpa/Public/MpaActivityActions.h"),
        ];
        let headers = headers.concat();
        assert_eq!(unknown_nodes(guide, &headers), Vec::<String>::new());
        assert_eq!(unknown_nodes(&guide.replace("**Open Match**", "**Match Open**"), &headers), ["Match Open"]);
    }

    /// Functions of mpa.h that are named in the guide and do not exist.
    fn unknown_functions(guide: &str, header: &str) -> Vec<String> {
        let words = guide.split(|character: char| !character.is_alphanumeric() && character != '_');
        let names = words.filter(|word| word.starts_with("mpa_"));
        names.filter(|name| !header.contains(&format!(" {name}("))).map(str::to_owned).collect()
    }

    #[test]
    fn functions_that_the_guide_names_exist() {
        let guide = include_str!("../../../../docs/guides/unreal.md");
        let header = include_str!("../../../../include/mpa.h");
        assert_eq!(unknown_functions(guide, header), Vec::<String>::new());
        assert_eq!(unknown_functions(&guide.replace("mpa_client_flush", "mpa_flush"), header), ["mpa_flush"]);
    }

    #[test]
    fn settings_of_the_guide_exist() {
        let guide = include_str!("../../../../docs/guides/unreal.md");
        let settings = include_str!("../../../../bindings/unreal/Mpa/Source/Mpa/Public/MpaSettings.h");
        assert_eq!(unknown_settings(guide, settings), Vec::<String>::new());
        assert_eq!(unknown_settings(&guide.replace("TitleId=", "Title="), settings), ["Title"]);
    }
}

//! The pages of `docs/guides`, followed step by step: what they show is built and run.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::files;
use crate::dist::Dist;
use crate::emulator::Emulator;
use crate::tools::{self, Tool};

const CURL: Tool = Tool { names: &["curl"], package: "curl", elsewhere: "get it from curl.se" };

/// The title of the pages, and the address at which they expect the emulator.
pub const TITLE_ID: u32 = 1_234_567_890;
const ADDRESS: &str = "http://127.0.0.1:8787";

/// What may stand between an empty folder and the first invite.
const MOST_LINES_OF_CODE: usize = 15;
const MOST_COMMANDS: usize = 3;

/// What a page has its reader do.
#[derive(Debug, PartialEq)]
enum Step {
    /// A block after a line with the name of a file.
    Write { file: String, content: String },
    /// A block of commands, one a line.
    Run(Vec<String>),
}

/// Follows the guide to C and CMake in a folder in which the archive is unpacked.
pub fn check_c(dist: &Dist, folder: &Path) -> Result<()> {
    CURL.path()?;
    let emulator = Emulator::start(dist)?;
    let page = files::read(dist, "docs/guides/c-cmake.md")?;
    let mut expected = [1, 3].into_iter();
    for step in steps(&page) {
        match step {
            Step::Write { file, content } => {
                let lines = content.lines().filter(|line| !line.trim().is_empty()).count();
                ensure!(
                    !file.ends_with(".c") || lines <= MOST_LINES_OF_CODE,
                    "{file} has {lines} lines, and the page promises at most {MOST_LINES_OF_CODE}"
                );
                write(folder, &file, &content, &emulator)?;
            }
            Step::Run(commands) => {
                let started = Instant::now();
                let invites = expected.next().context("the page has more commands than this check knows")?;
                run(&commands, folder, &emulator)?;
                let calls = emulator.calls(TITLE_ID)?;
                ensure!(calls.len() == invites, "after {commands:?} the emulator had received {calls:?}");
                let (count, time) = (commands.len(), started.elapsed().as_secs_f32());
                println!(
                    "docs/guides/c-cmake.md: {invites} invites after {count} more lines of commands, which took {time:.1} s"
                );
            }
        }
    }
    ensure!(expected.next().is_none(), "the page has fewer commands than this check knows");
    Ok(())
}

/// Writes the files of the guide to C and CMake.
pub fn write_project(dist: &Dist, folder: &Path, emulator: &Emulator) -> Result<()> {
    for step in steps(&files::read(dist, "docs/guides/c-cmake.md")?) {
        if let Step::Write { file, content } = step {
            write(folder, &file, &content, emulator)?;
        }
    }
    Ok(())
}

fn write(folder: &Path, file: &str, content: &str, emulator: &Emulator) -> Result<()> {
    let path = folder.join(file);
    fs::write(&path, content.replace(ADDRESS, &emulator.url())).with_context(|| format!("writing {}", path.display()))
}

fn run(commands: &[String], folder: &Path, emulator: &Emulator) -> Result<()> {
    let (starting_it, others): (Vec<&str>, Vec<&str>) =
        commands.iter().map(String::as_str).partition(|command| command.ends_with("mpa-emulator"));
    ensure!(
        starting_it.is_empty() || commands.len() <= MOST_COMMANDS,
        "the page takes {} commands to the first invite, and promises at most {MOST_COMMANDS}",
        commands.len()
    );
    // It runs already.
    let script = others.join("\n").replace(ADDRESS, &emulator.url());
    tools::run(Command::new("sh").args(["-euc", &script]).current_dir(folder))?;
    Ok(())
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.is_empty() {
                before = line;
            }
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some(file) = before.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
            steps.push(Step::Write { file: file.to_owned(), content: format!("{}\n", block.join("\n")) });
        } else if language == "sh" {
            steps.push(Step::Run(block.into_iter().map(str::to_owned).collect()));
        }
        before = "";
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_commands_are_steps_and_other_blocks_are_not() {
        let page = "Text.\n\n`a.c`:\n\n```c\nint a;\n\nint b;\n```\n\n```sh\ncc a.c\n./a\n```\n\n```text\nx\n```\n";
        assert_eq!(
            steps(page),
            [
                Step::Write { file: "a.c".to_owned(), content: "int a;\n\nint b;\n".to_owned() },
                Step::Run(vec!["cc a.c".to_owned(), "./a".to_owned()]),
            ]
        );
    }
}

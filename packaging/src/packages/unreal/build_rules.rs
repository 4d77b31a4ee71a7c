//! `Mpa.Build.cs`, compiled against a stand-in of UnrealBuildTool, and what it sets for each platform.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::guide;
use super::platform::Platform;
use super::plugin::LIBRARY;
use crate::dist::Dist;
use crate::targets::System;
use crate::tools::{Tool, run};

const COMPILER: Tool = Tool { names: &["mcs"], package: "mono-mcs", elsewhere: "Mono from mono-project.com" };
const RUNTIME: Tool = Tool { names: &["mono"], package: "mono-runtime", elsewhere: "Mono from mono-project.com" };

/// Chooses the shared library.
const SWITCH: &str = "MPA_USE_SHARED_LIBRARY=1";

/// What the rules set for one platform: kinds and values.
#[derive(Debug)]
pub struct Rules(Vec<(String, String)>);

impl Rules {
    pub fn values(&self, kind: &str) -> Vec<&str> {
        self.0.iter().filter(|(found, _)| found == kind).map(|(_, value)| value.as_str()).collect()
    }

    /// As options of a compiler that is not Microsoft's.
    pub fn compiler_options(&self) -> Vec<String> {
        let definitions = self.values("definition").into_iter().map(|value| format!("-D{value}"));
        definitions.chain(self.values("include").into_iter().map(|value| format!("-I{value}"))).collect()
    }
}

/// Reads the rules of the plugin in `plugin` for a platform, with the static or the shared library.
pub fn read(dist: &Dist, plugin: &Path, platform: &str, shared: bool) -> Result<Rules> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("Rules.exe");
    run(&mut compiler(dist, &program, plugin)?)?;
    let mut command = Command::new(RUNTIME.path()?);
    command.arg(&program).arg(plugin).arg(platform);
    if shared {
        command.arg(SWITCH);
    }
    let lines = run(&mut command)?;
    let rules =
        lines.lines().filter_map(|line| line.split_once(' ')).map(|(kind, value)| (kind.to_owned(), value.to_owned()));
    Ok(Rules(rules.collect()))
}

/// Compiles the rules of the plugin into a program that prints what they set.
fn compiler(dist: &Dist, program: &Path, plugin: &Path) -> Result<Command> {
    let mut command = Command::new(COMPILER.path()?);
    command
        .args(["-langversion:6", "-warnaserror", "-target:exe"])
        .arg(format!("-out:{}", program.display()))
        .arg(dist.repository().join("tests/unreal/standins/UnrealBuildTool/UnrealBuildTool.cs"))
        .arg(plugin.join("Source/Mpa/Mpa.Build.cs"));
    Ok(command)
}

/// The rules name files that exist, for both kinds of linking; they name the platform that they do not support.
pub fn check(dist: &Dist, plugin: &Path, platform: &Platform) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for shared in [false, true] {
        let rules = read(dist, plugin, platform.name, shared)?;
        let what = || format!("Mpa.Build.cs for {} (shared: {shared}) sets {rules:?}", platform.name);
        ensure!(rules.values("error").is_empty() && rules.values("library").len() == 1, "{}", what());
        for kind in ["library", "shipped", "include", "rpath"] {
            for path in rules.values(kind) {
                ensure!(Path::new(path).exists() && Path::new(path).starts_with(plugin.join(LIBRARY)), "{}", what());
            }
        }
        let windows = platform.system == System::Windows;
        ensure!(rules.values("shipped").len() == usize::from(shared), "{}", what());
        ensure!(rules.values("delayed").len() == usize::from(shared && windows), "{}", what());
        ensure!(rules.values("rpath").len() == usize::from(shared && !windows), "{}", what());
        ensure!(rules.values("system").is_empty() == (shared || !windows), "{}", what());
    }

    let guide = guide::read(dist)?;
    let game = guide::block_after(&guide, "Source/MyGame/MyGame.Build.cs")
        .context("docs/guides/unreal.md has no MyGame.Build.cs")?;
    let path = folder.path().join("MyGame.Build.cs");
    fs::write(&path, game)?;
    run(compiler(dist, &folder.path().join("MyGame.exe"), plugin)?.arg(path))?;

    let unsupported = read(dist, plugin, "Mac", false)?;
    ensure!(unsupported.values("error").iter().any(|error| error.contains("no library for Mac")), "{unsupported:?}");

    // A platform whose library is missing, as where the sources were taken from the repository.
    fs::create_dir_all(folder.path().join("Source/Mpa")).context("creating a folder")?;
    fs::copy(plugin.join("Source/Mpa/Mpa.Build.cs"), folder.path().join("Source/Mpa/Mpa.Build.cs"))?;
    let missing = read(dist, folder.path(), platform.name, false)?;
    ensure!(missing.values("error").iter().any(|error| error.contains("install the plugin from")), "{missing:?}");
    Ok(())
}

//! Compiles the scripts of the package as Unity does: one assembly for each assembly definition, with the references that it
//! names and no others, in C# 9 against .NET Standard 2.1. Unity's own assemblies are stand-ins with the few types that are
//! used; they are in `tests/unity/standins`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::tree;
use crate::dist::Dist;
use crate::dotnet::{FRAMEWORKS, Toolchain};
use crate::tools::run;

/// What Unity 2021.3 and newer define for the API compatibility level .NET Standard 2.1.
const DEFINES: &str = "UNITY_5_3_OR_NEWER;UNITY_2021_3_OR_NEWER;NET_STANDARD;NET_STANDARD_2_0;NET_STANDARD_2_1";

/// An assembly definition, as far as the package uses its fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Definition {
    name: String,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    include_platforms: Vec<String>,
    #[serde(default)]
    allow_unsafe_code: bool,
    #[serde(default)]
    no_engine_references: bool,
    // Read by Unity when it creates scripts.
    #[serde(default, rename = "rootNamespace")]
    _root_namespace: String,
    /// Paths in the package.
    #[serde(skip)]
    sources: Vec<String>,
}

/// What scripts are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variant {
    Editor,
    Player,
}

/// Compiles all scripts for players and for the editor, and returns the folder of the assemblies for the editor.
pub fn compile(dist: &Dist, package: &Path, scratch: &Path) -> Result<PathBuf> {
    let toolchain = Toolchain::new(dist);
    let definitions = definitions(package)?;
    for variant in [Variant::Player, Variant::Editor] {
        let folder = folder(scratch, variant);
        fs::create_dir_all(&folder)?;
        compile_stand_ins(dist, &toolchain, &folder)?;
        for definition in &definitions {
            if variant == Variant::Editor || definition.include_platforms != ["Editor"] {
                run(&mut command(&toolchain, definition, variant, package, &folder)?)?;
            }
        }
    }
    let folder = folder(scratch, Variant::Editor);
    compile_guide(&toolchain, package, &folder)?;
    Ok(folder)
}

/// A compiler for .NET Standard 2.1.
pub fn csc(toolchain: &Toolchain) -> Result<Command> {
    let framework = FRAMEWORKS.iter().find(|framework| framework.name == "netstandard2.1");
    toolchain.csc_for(framework.context("there is no framework netstandard2.1")?)
}

fn folder(scratch: &Path, variant: Variant) -> PathBuf {
    scratch.join(if variant == Variant::Editor { "editor" } else { "player" })
}

fn compile_stand_ins(dist: &Dist, toolchain: &Toolchain, folder: &Path) -> Result<()> {
    let sources = dist.repository().join("tests/unity/standins");
    let assemblies: [(&str, &[&str]); 2] = [
        ("UnityEngine", &["UnityEngine.cs", "PlayerLoop.cs", "Simulation.cs"]),
        ("UnityEditor", &["UnityEditor.cs", "EditorSimulation.cs"]),
    ];
    for (name, files) in assemblies {
        let mut compiler = csc(toolchain)?;
        compiler.args(["-target:library", "-warnaserror"]).arg(out(folder, name));
        compiler.args(files.iter().map(|file| sources.join(file)));
        if name == "UnityEditor" {
            compiler.arg(reference(folder, "UnityEngine"));
        }
        run(&mut compiler)?;
    }
    Ok(())
}

/// The scripts of the guide, as they stand there.
fn compile_guide(toolchain: &Toolchain, package: &Path, folder: &Path) -> Result<()> {
    let page = fs::read_to_string(package.join("Documentation~/guides/unity.md"))?;
    let blocks = page.split("```csharp\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut compiler = csc(toolchain)?;
    compiler.args(["-target:library", "-warnaserror"]).arg(out(folder, "Guide"));
    compiler.args(["Mpa.Client", "Mpa.Unity", "UnityEngine"].map(|name| reference(folder, name)));
    let mut count = 0;
    for block in blocks {
        let path = folder.join(format!("Guide{count}.cs"));
        fs::write(&path, block)?;
        compiler.arg(path);
        count += 1;
    }
    ensure!(count > 0, "the guide has no scripts");
    run(&mut compiler)?;
    Ok(())
}

fn command(
    toolchain: &Toolchain,
    definition: &Definition,
    variant: Variant,
    package: &Path,
    folder: &Path,
) -> Result<Command> {
    let mut compiler = csc(toolchain)?;
    compiler.args(["-target:library", "-warn:4", "-warnaserror"]).arg(out(folder, &definition.name));
    compiler.arg(format!("-define:{DEFINES}"));
    if definition.allow_unsafe_code {
        compiler.arg("-unsafe");
    }
    let mut references: Vec<&str> = definition.references.iter().map(String::as_str).collect();
    if !definition.no_engine_references {
        references.push("UnityEngine");
    }
    if variant == Variant::Editor {
        compiler.arg("-define:UNITY_EDITOR");
        references.push("UnityEditor");
    }
    compiler.args(references.iter().map(|name| reference(folder, name)));
    compiler.args(definition.sources.iter().map(|path| package.join(path)));
    Ok(compiler)
}

pub fn out(folder: &Path, name: &str) -> String {
    format!("-out:{}", folder.join(format!("{name}.dll")).display())
}

pub fn reference(folder: &Path, name: &str) -> String {
    format!("-r:{}", folder.join(format!("{name}.dll")).display())
}

/// In an order in which each comes after those that it refers to. A script belongs to the definition in the nearest folder
/// above it.
fn definitions(package: &Path) -> Result<Vec<Definition>> {
    let paths = tree::paths(package)?;
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let mut found: Vec<(String, Definition)> = Vec::new();
    for path in paths.iter().filter(|path| path.ends_with(".asmdef")) {
        let text = fs::read_to_string(package.join(path))?;
        let definition = serde_json::from_str(&text).with_context(|| format!("reading {path}"))?;
        found.push((folder(path), definition));
    }
    for path in paths.iter().filter(|path| path.ends_with(".cs")) {
        let owner = found
            .iter_mut()
            .filter(|(folder, _)| path.starts_with(&format!("{folder}/")))
            .max_by_key(|(folder, _)| folder.len());
        let Some((_, definition)) = owner else { bail!("{path} belongs to no assembly definition") };
        definition.sources.push(path.clone());
    }
    let mut ordered: Vec<Definition> = Vec::new();
    while !found.is_empty() {
        let next = found.iter().position(|(_, definition)| {
            definition.references.iter().all(|name| ordered.iter().any(|earlier| earlier.name == *name))
        });
        let Some(next) = next else {
            let names: Vec<&str> = found.iter().map(|(_, definition)| definition.name.as_str()).collect();
            bail!("the assembly definitions {} refer to unknown ones, or to each other", names.join(", "));
        };
        ordered.push(found.remove(next).1);
    }
    Ok(ordered)
}
